"""Constructed pairs of music and mocap: part of the generator's training data.

No corpus that may be shipped has dance with its music, so pairs are made: every dance is laid on the
beats of many songs, bars on bars. What a pair teaches is timing, phrasing and how lively to be; which
steps go with which sound it cannot teach, and does not claim to. ``composed.py`` makes the other part.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.ndimage import gaussian_filter1d

from eightcount.data.motion_beats import joint_speed
from eightcount.data.phrases import DancedClip, chain_phrases
from eightcount.data.shards import ShardWriter
from eightcount.data.song_library import LibrarySong
from eightcount.motion.streams import from_streams

#: length of a pair in frames (20 s)
PAIR_FRAMES = 600
#: a pair is kept when the body rests on the beats so much oftener than between them
_MIN_GAIN = 0.08
#: width of the window over which a dance's energy is measured, frames
_ENERGY_SIGMA = 15


def write_pairs(
    writer: ShardWriter,
    clips: list[DancedClip],
    songs: list[LibrarySong],
    *,
    pairs: dict[str, int],
    held_out_pairs: int = 12,
    seed: int = 0,
    progress: Callable[[str], None] = print,
) -> None:
    """Add pairs (see :func:`pair_arrays`) to a shard.

    Training pairs use training clips with training songs; held-out ones use both held out.

    Args:
        writer: the shard.
        clips: of all genres, training and held-out.
        songs: the song library.
        pairs: number of training pairs per genre.
        held_out_pairs: per genre.
        seed: of all draws.
        progress: told about each genre.
    """
    rng = np.random.default_rng(seed)
    for genre, wanted in pairs.items():
        for held_out, count in ((False, wanted), (True, held_out_pairs)):
            usable = [c for c in clips if c.clip.genre == genre and c.clip.held_out == held_out]
            music = [s for s in songs if s.held_out == held_out]
            made = _write_some(writer, genre, usable, music, count, held_out, rng)
            progress(f"{genre}{' (held out)' if held_out else ''}: {made} of {count} pairs")


def pair_arrays(
    lower: np.ndarray, upper: np.ndarray, joints: np.ndarray, song: LibrarySong, start: int = 0
) -> dict[str, np.ndarray]:
    """What is kept of a pair: ``lower``, ``upper``, ``features``, ``rhythm`` and ``energy``.

    ``rhythm`` holds the running beat number and the position in the bar (beats, 0 at a downbeat);
    ``energy`` the mean joint speed over a second, m/s.

    Args:
        lower, upper: streams (T, 62) and (T, 90) of the dance.
        joints: its joint positions (T, 24, 3), metres.
        song: with at least ``start + T`` frames of features.
        start: frame of the song at which the dance begins.
    """
    stop = start + len(lower)
    energy = gaussian_filter1d(joint_speed(joints), _ENERGY_SIGMA)
    phases = (song.rhythm.beat_phase(stop)[start:], song.rhythm.bar_phase(stop)[start:])
    return {
        "lower": lower,
        "upper": upper,
        "features": song.features[start:stop],
        "rhythm": np.stack(phases, axis=1).astype(np.float32),
        "energy": energy[:, None].astype(np.float32),
    }


def _on_the_beat(joints: np.ndarray, beats: np.ndarray) -> float:
    """How much nearer the body's rests lie to the beats than to the places half-way between.

    Mean of exp(-d^2 / 18) over beats (d = frames to the nearest rest, as in the beat alignment
    score), minus the same for the half-way places.
    """
    speed = gaussian_filter1d(joint_speed(joints), 3.0)
    rests = np.flatnonzero((speed[1:-1] <= speed[:-2]) & (speed[1:-1] < speed[2:])) + 1
    beats = beats[(beats >= 0) & (beats < len(joints))]
    if len(rests) == 0 or len(beats) < 2:
        return 0.0
    between = (beats[1:] + beats[:-1]) / 2
    score = [
        np.exp(-(np.abs(rests[None] - at[:, None]).min(1) ** 2) / 18).mean()
        for at in (beats, between)
    ]
    return float(score[0] - score[1])


def _write_some(writer, genre, clips, songs, count, held_out, rng) -> int:
    made = tries = 0
    while made < count and tries < count * 40 and clips and songs:
        tries += 1
        song = songs[rng.integers(len(songs))]
        pair = _pair(song, clips, rng)
        if pair is None:
            continue
        arrays, start, names = pair
        writer.add(
            arrays,
            name=f"{genre} to {song.name} from {start}",
            genre=genre,
            held_out=held_out,
            info={"clips": names},
        )
        made += 1
    return made


def _pair(song: LibrarySong, clips: list[DancedClip], rng: np.random.Generator):
    frames = min(PAIR_FRAMES, len(song.features) - 8)
    start = int(rng.integers(0, len(song.features) - frames))
    # the grid goes on past the song's end, so that the last phrase has a beat to end on
    total = len(song.features) + 64 * 30
    phase = song.rhythm.beat_phase(total)
    numbers = np.arange(np.ceil(phase[0]), np.floor(phase[-1]))
    beats = np.interp(numbers, phase, np.arange(total))
    bar = np.round(song.rhythm.bar_phase(total)[np.round(beats).astype(int)]).astype(int) % 4
    chain = chain_phrases(clips, beats, bar, start, frames, rng)
    if chain is None:
        return None
    lower, upper, names = chain
    joints = from_streams(lower, upper)[0].joints()
    if _on_the_beat(joints, beats - start) < _MIN_GAIN:
        return None
    return pair_arrays(lower, upper, joints, song, start), start, names
