"""Long dances out of short clips: phrases on the beat, joined where the poses agree.

A mocap clip lasts a few seconds, a song minutes. A paired dance is a chain of phrases of clips of
one genre: each runs on the song's beats by a time-warp, and the next begins at a beat whose pose and
movement are near to where the last one ended; what difference remains fades away over a third of a
second (inertialisation). Heading and place carry on by themselves, since streams hold speeds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eightcount.data.corpus import Clip
from eightcount.data.motion_beats import MotionBeats, find_motion_beats
from eightcount.data.warp import fitting_metre, warp_frames
from eightcount.motion.motion import Motion
from eightcount.motion.resample import resample, sample_at
from eightcount.motion.skeleton import FPS
from eightcount.motion.streams import CONTACTS, TURN, VELOCITY, to_streams

#: frames over which the difference at a joint between phrases fades
_BLEND = 10
#: phrase lengths in song beats, drawn at random; clips that end sooner end the phrase
_PHRASE_BEATS = (8, 16, 16, 32)
#: entries that are looked at for the next phrase
_CANDIDATES = 24


@dataclass(frozen=True)
class DancedClip:
    """A clip ready to be paired: its beats in its own frames and its pose at each of them."""

    clip: Clip
    motion: Motion
    beats: MotionBeats
    poses: np.ndarray  # (B, 152) streams at the beats, for finding joins

    @property
    def source_rate(self) -> float:
        """Clip frames per 30 fps frame."""
        return self.motion.fps / FPS


def danced_clips(clips: list[Clip], mirror: bool = True) -> list[DancedClip]:
    """All dance clips (and their mirror images) that have a pulse."""
    found = []
    for clip in clips:
        if not clip.genre:
            continue
        for motion in (clip.motion, clip.motion.mirrored()) if mirror else (clip.motion,):
            at_30 = resample(motion, FPS)
            beats = find_motion_beats(at_30.joints())
            if beats is None:
                continue
            streams = np.concatenate(to_streams(at_30), axis=1)
            found.append(DancedClip(clip, motion, beats, streams[beats.frames.astype(int)]))
    return found


def chain_phrases(
    clips: list[DancedClip],
    song_beats: np.ndarray,
    bar_phase: np.ndarray,
    start: int,
    frames: int,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray, list[str]] | None:
    """A dance for a stretch of a song.

    Args:
        clips: of one genre.
        song_beats: beats of the song, frames at 30 fps, going on past the stretch's end.
        bar_phase: position in the bar of each song beat, 0..3.
        start, frames: the stretch.
        rng: draws clips and lengths.

    Returns:
        lower (frames, 62), upper (frames, 90) and the names of the clips used, or None when no clip
        fits the song's tempo.
    """
    period = float(np.median(np.diff(song_beats)))
    fitting = [c for c in clips if fitting_metre(c.beats.period, period) is not None]
    if not fitting:
        return None
    parts: list[np.ndarray] = []
    names: list[str] = []
    done = 0
    while done < frames:
        tail = parts[-1][-2:] if parts else None
        clip, entry = _choose(fitting, tail, _phase_at(song_beats, bar_phase, start + done), rng)
        phrase = _phrase(clip, entry, song_beats, start + done, rng)
        if len(phrase) < _BLEND + 2:
            continue
        parts.append(_joined(tail, phrase) if tail is not None else phrase)
        names.append(clip.clip.name)
        done += len(phrase)
    streams = np.concatenate(parts)[:frames].astype(np.float32)
    return streams[:, :62], streams[:, 62:], names


def _phase_at(song_beats: np.ndarray, bar_phase: np.ndarray, frame: int) -> int:
    """Position in the bar, 0..3, of the first beat at or after a frame."""
    return int(bar_phase[np.searchsorted(song_beats, frame)])


def _choose(
    clips: list[DancedClip], tail: np.ndarray | None, phase: int, rng: np.random.Generator
) -> tuple[DancedClip, int]:
    """A clip and the beat of it to enter at: of some random ones the nearest to the last pose.

    Beats are entered at the song's position in the bar, counted from the clip's accent.
    """
    weights = np.array([len(c.beats.frames) for c in clips], float)
    best, best_cost = None, np.inf
    for _ in range(_CANDIDATES if tail is not None else 1):
        clip = clips[rng.choice(len(clips), p=weights / weights.sum())]
        entry = int(rng.integers(0 if tail is not None else 1, max(2, len(clip.beats.frames) - 4)))
        entry += (phase - (entry - clip.beats.accent)) % 4
        entry = min(entry, len(clip.beats.frames) - 4)
        cost = 0.0 if tail is None else _distance(tail[-1], clip.poses[entry])
        if cost < best_cost:
            best, best_cost = (clip, entry), cost
    return best


def _distance(a: np.ndarray, b: np.ndarray) -> float:
    """How unlike two frames of streams are: rotations, and gently the root's movement."""
    d = a - b
    pose = np.square(d[:54]).sum() + np.square(d[62:]).sum()
    root = np.square(d[VELOCITY]).sum() + 0.1 * d[TURN] ** 2 + 20 * d[57] ** 2
    return float(pose + root)


def _phrase(
    clip: DancedClip, entry: int, song_beats: np.ndarray, start: int, rng: np.random.Generator
) -> np.ndarray:
    """Streams (N, 152) of a clip from one of its beats on, laid on the song from ``start``."""
    metre = fitting_metre(clip.beats.period, float(np.median(np.diff(song_beats))))
    grid = _song_grid(song_beats, metre)
    first = int(np.searchsorted(grid, start))
    beats = clip.beats.frames
    length = int(rng.choice(_PHRASE_BEATS) / metre)
    last = min(len(beats), entry + length + 1, entry + len(grid) - first)
    dance, song = beats[entry:last], grid[first : first + last - entry]
    if len(dance) < 3:
        return np.zeros((0, 152))
    frames = np.maximum(warp_frames(dance, song, start, int(song[-1]) - start), 0)
    motion = sample_at(clip.motion, frames * clip.source_rate, FPS)
    return np.concatenate(to_streams(motion), axis=1) if len(motion) > 1 else np.zeros((0, 152))


def _song_grid(song_beats: np.ndarray, metre: float) -> np.ndarray:
    """The song's beats, every second one, or with the off-beats between."""
    if metre == 2.0:
        return song_beats[::2]
    if metre == 0.5:
        between = (song_beats[1:] + song_beats[:-1]) / 2
        return np.sort(np.concatenate([song_beats, between]))
    return song_beats


def _joined(tail: np.ndarray, phrase: np.ndarray) -> np.ndarray:
    """The phrase with the difference to the last frame fading out (contacts stay their own)."""
    phrase = phrase.copy()
    # where the old movement would have gone next
    expected = tail[-1] + (tail[-1] - tail[-2])
    offset = expected - phrase[0]
    offset[CONTACTS] = 0
    t = (np.arange(_BLEND) + 0.5) / _BLEND
    fade = (1 - t) ** 2 * (1 + 2 * t)
    phrase[:_BLEND] += fade[:, None] * offset
    return phrase
