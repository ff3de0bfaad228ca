"""Songs of our own making: simple, pleasant, free, and with exactly known beats.

    python -m eightcount.music.synth --style salsa --bpm 104 --seconds 20 --seed 1 \
        --out assets/demo/salsa-104

writes `salsa-104.ogg` and, beside it, `salsa-104.json` with the true beats and downbeats (s).
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile
from scipy.signal import butter, firwin2, oaconvolve, sosfilt, welch

from eightcount.motion.errors import EightcountError
from eightcount.music.synth_arrange import Note, Score, arrange
from eightcount.music.synth_drums import DRUMS, RATE, drum_take
from eightcount.music.synth_styles import STYLES
from eightcount.music.synth_tones import TONES, pitch_hz

_PEAK = 10 ** (-1.5 / 20)  # leaves the OGG encoder room below full scale
_LOUDNESS = 10 ** (-16 / 20)  # RMS before limiting
_BLOCK = RATE  # frames per write: long single writes of OGG crash libsndfile

_LEVELS = {
    "kick": 0.95, "snare": 0.6, "clap": 0.6, "rim": 0.4, "hat": 0.26, "open": 0.28, "ride": 0.28,
    "crash": 0.4, "shaker": 0.26, "maraca": 0.24, "conga_low": 0.5, "conga_high": 0.45,
    "slap": 0.42, "clave": 0.34, "cowbell": 0.3, "timbale": 0.5, "tom": 0.6,
    "bass": 0.46, "chords": 0.46, "pad": 0.36, "lead": 0.38,
}  # fmt: skip
_PANS = {  # -1 left, 1 right
    "hat": 0.25, "open": 0.25, "ride": -0.3, "shaker": -0.35, "maraca": -0.4, "conga_low": 0.3,
    "conga_high": 0.4, "slap": 0.35, "clave": -0.3, "cowbell": 0.2, "timbale": -0.25, "tom": -0.15,
    "rim": 0.15, "clap": -0.05, "crash": -0.3, "chords": -0.15, "lead": 0.12,
}  # fmt: skip
_WIDE = {"chords": 0.35, "pad": 0.6, "lead": 0.2, "clap": 0.2, "shaker": 0.3}
_SENDS = {"kick": 0.02, "bass": 0.03, "hat": 0.3, "lead": 1.4, "pad": 1.2, "clap": 1.2}


class SynthSong(NamedTuple):
    """A synthesised song: samples (N, 2) float32 within +-1; its rate; true times in seconds."""

    samples: np.ndarray
    sample_rate: int
    beats: np.ndarray
    downbeats: np.ndarray


def synthesise(
    style: str, seconds: float = 20.0, bpm: float | None = None, seed: int = 0
) -> SynthSong:
    """Make a song.

    Args:
        style: a name in `STYLES`.
        seconds: its exact length, 1-900.
        bpm: 40-220; drawn from the style's own range if None.
        seed: same style, length, tempo and seed give the same samples.

    Returns:
        (samples (N, 2) float32 at 44.1 kHz, sample rate, beats (B,) s, downbeats (D,) s). 4/4,
        steady tempo, a short silence before the first beat.

    Raises:
        EightcountError: "style-unknown", "synth-bad-request".
    """
    return render(compose(style, seconds, bpm, seed), seed)


def compose(style: str, seconds: float = 20.0, bpm: float | None = None, seed: int = 0) -> Score:
    """The score that `synthesise` plays: its passages, notes and grid, without sound."""
    if style not in STYLES:
        raise EightcountError(
            "style-unknown",
            f"There is no style '{style}'.",
            f"Choose one of {', '.join(sorted(STYLES))}.",
        )
    if bpm is None:
        bpm = float(np.random.default_rng([seed, 7]).uniform(*STYLES[style].bpm))
    if not (1.0 <= seconds <= 900.0 and 40.0 <= bpm <= 220.0):
        raise EightcountError(
            "synth-bad-request",
            f"A song of {seconds:g} s at {bpm:g} BPM cannot be made.",
            "Ask for 1 to 900 s at 40 to 220 BPM.",
        )
    return arrange(STYLES[style], seconds, bpm, seed)


def render(score: Score, seed: int = 0) -> SynthSong:
    """Play a score."""
    rng = np.random.default_rng([seed, 11])
    count = round(score.seconds * RATE)
    dry, wet = _mix(score, count, rng)
    mix = dry + score.style.wet * _reverb(wet, score.style.room, rng)
    return SynthSong(_master(mix), RATE, score.beats, score.downbeats)


def _mix(score: Score, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """(dry mix, what is sent to the reverberation), each (count, 2) float32, voice by voice."""
    dry, wet = np.zeros((count, 2), np.float32), np.zeros((count, 2), np.float32)
    duck = _duck(score, count)
    for voice in dict.fromkeys(note.voice for note in score.notes):
        track = _track(score, voice, count, rng)
        gain = _LEVELS[voice] * score.style.levels.get(voice, 1.0)
        angle = (_PANS.get(voice, 0.0) + 1) * np.pi / 4  # equal power
        sides = gain * np.array([np.cos(angle), np.sin(angle)], dtype=np.float32)
        placed = track[:, None] * sides
        placed += _width(track, _WIDE.get(voice, 0.0) * gain)
        if voice in ("bass", "chords", "pad", "lead"):
            placed *= duck[:, None]
        dry += placed
        wet += np.float32(_SENDS.get(voice, 0.6)) * placed
        if voice == "lead":
            wet += _echo(track, score.bpm)
    return dry, wet


def _track(score: Score, voice: str, count: int, rng: np.random.Generator) -> np.ndarray:
    """Everything that one voice plays: mono (count,) float32."""
    track = np.zeros(count, dtype=np.float32)
    takes: dict[tuple, np.ndarray] = {}
    for note in score.notes:
        if note.voice != voice:
            continue
        sound = _sound(note, score, takes, rng)
        first = round(note.start * RATE)
        last = min(first + len(sound), count)
        if last > first:
            track[first:last] += np.float32(note.velocity) * sound[: last - first]
    return track


def _sound(
    note: Note, score: Score, takes: dict[tuple, np.ndarray], rng: np.random.Generator
) -> np.ndarray:
    """The note's waveform at full loudness; equal notes are computed once."""
    if note.voice in DRUMS:
        key = (note.voice, int(rng.integers(3)))  # three takes of each drum: no machine gun
        if key not in takes:
            takes[key] = drum_take(note.voice, score.kit, rng)
        return takes[key]
    key = (note.voice, note.pitch, round(note.seconds, 4))
    if key not in takes:
        tone = TONES[score.instruments[note.voice]]
        takes[key] = tone(pitch_hz(note.pitch), note.seconds).astype(np.float32)
    return takes[key]


def _width(track: np.ndarray, gain: float) -> np.ndarray:
    """The track 11 ms late, added left and taken away right: wide, and gone in mono."""
    late = np.zeros((len(track), 2), dtype=np.float32)
    delay = int(0.011 * RATE)
    if gain > 0 and len(track) > delay:
        late[delay:, 0] = gain * track[:-delay]
        late[:, 1] = -late[:, 0]
    return late


def _duck(score: Score, count: int) -> np.ndarray:
    """Gain (count,) that dips at every kick and comes back within a step: the pump of house."""
    gain = np.ones(count, dtype=np.float32)
    if score.style.pump <= 0:
        return gain
    length = int(15.0 / score.bpm * 3 * RATE)
    shape = 1.0 - score.style.pump * np.cos(0.5 * np.pi * np.arange(length) / length) ** 2
    shape[:64] = np.linspace(1.0, shape[64], 64)
    for note in score.notes:
        first = round(note.start * RATE)
        if note.voice == "kick" and first < count:
            part = gain[first : first + length]
            np.minimum(part, shape[: len(part)], out=part)
    return gain


def _echo(lead: np.ndarray, bpm: float) -> np.ndarray:
    """Repeats of the lead every three steps, left and right in turn: (N, 2)."""
    echo = np.zeros((len(lead), 2), dtype=np.float32)
    delay = round(45.0 / bpm * RATE)
    for repeat, gain in enumerate((0.3, 0.16, 0.08), start=1):
        if repeat * delay < len(lead):
            echo[repeat * delay :, repeat % 2] += np.float32(gain) * lead[: -repeat * delay]
    return echo


def _reverb(send: np.ndarray, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """Convolution with decaying noise that darkens as it decays, other noise for each side."""
    count = int(seconds * RATE)
    time = np.arange(count) / RATE
    out = np.empty_like(send)
    for side in range(2):
        bright = rng.standard_normal(count)
        dark = sosfilt(butter(1, 1800, fs=RATE, output="sos"), bright)
        fade = np.exp(-time / (seconds * 0.12))
        tail = fade * bright * 0.5 + np.exp(-time / (seconds * 0.2)) * dark * 1.5
        tail *= np.minimum(time / 0.012, 1.0)  # a little distance before the first reflections
        tail = sosfilt(butter(1, 200, btype="high", fs=RATE, output="sos"), tail)
        tail /= np.sqrt((tail**2).sum())
        out[:, side] = oaconvolve(send[:, side], tail)[: len(send)]
    return out * 2.0


def _master(mix: np.ndarray) -> np.ndarray:
    """Level, no offset, no clipping, no click at either end: (N, 2) float32."""
    mix = sosfilt(butter(2, 28, btype="high", fs=RATE, output="sos"), mix, axis=0)
    mix = _balance(mix)
    mix *= _LOUDNESS / max(float(np.sqrt((mix**2).mean())), 1e-9)
    mix = _soft_limit(mix)
    fade = min(int(0.6 * RATE), len(mix) // 4)
    mix[-fade:] *= np.cos(0.5 * np.pi * np.arange(1, fade + 1) / fade)[:, None] ** 2
    mix[:64] *= np.linspace(0.0, 1.0, 64)[:, None]
    return (mix * (_PEAK / max(float(np.abs(mix).max()), 1e-9))).astype(np.float32)


def _balance(mix: np.ndarray) -> np.ndarray:
    """Bring the bands half-way to the balance of records, by a linear-phase filter (no delay)."""
    edges = np.array([30.0, 60, 120, 250, 500, 1000, 2000, 4000, 8000, 16000])
    wanted = np.array([-9.0, -4.5, -5.5, -7, -9, -12, -15, -18.5, -23])  # dB of the whole
    frequency, power = welch(mix.mean(axis=1), RATE, nperseg=min(8192, len(mix)))
    band = np.digitize(frequency, edges) - 1
    share = np.array([power[band == i].sum() for i in range(len(wanted))])
    found = 10 * np.log10(np.maximum(share / max(float(power.sum()), 1e-30), 1e-6))
    gain = np.clip(0.5 * (wanted - found), -6.0, 6.0)
    centres = np.sqrt(edges[:-1] * edges[1:])
    points = np.concatenate([[0.0], centres, [RATE / 2]])
    decibels = np.concatenate([gain[:1], gain, gain[-1:]])
    taps = firwin2(2049, points, 10 ** (decibels / 20), fs=RATE)
    return np.stack([oaconvolve(side, taps, mode="same") for side in mix.T], axis=1)


def _soft_limit(mix: np.ndarray, knee: float = 0.5) -> np.ndarray:
    """Straight up to the knee, then bending towards 1."""
    loud = np.abs(mix) > knee
    size = np.abs(mix[loud])
    bent = mix.copy()
    bent[loud] = np.sign(mix[loud]) * (knee + (1 - knee) * np.tanh((size - knee) / (1 - knee)))
    return bent


def write_song(path: Path, song: SynthSong, *, style: str, bpm: float, seed: int) -> list[Path]:
    """Write `path`.ogg and `path`.json (the true beats); returns both paths."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    audio, truth = path.with_name(path.name + ".ogg"), path.with_name(path.name + ".json")
    with soundfile.SoundFile(
        audio, "w", song.sample_rate, 2, format="OGG", subtype="VORBIS", compression_level=0.6
    ) as sound:
        for first in range(0, len(song.samples), _BLOCK):
            sound.write(song.samples[first : first + _BLOCK])
    facts = {
        "style": style,
        "bpm": bpm,
        "seconds": len(song.samples) / song.sample_rate,
        "seed": seed,
        "beats": [round(float(t), 5) for t in song.beats],
        "downbeats": [round(float(t), 5) for t in song.downbeats],
    }
    truth.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    return [audio, truth]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--style", default="salsa", help=f"one of {', '.join(STYLES)}")
    parser.add_argument("--bpm", type=float, help="beats a minute; the style's own if left out")
    parser.add_argument("--seconds", type=float, default=20.0, help="length (default 20)")
    parser.add_argument("--seed", type=int, default=0, help="another seed is another song")
    parser.add_argument("--out", type=Path, required=True, help="path without an ending")


def run(args: argparse.Namespace) -> int:
    """Write the song that the arguments ask for; 0, or 1 with a sentence on stderr."""
    try:
        score = compose(args.style, args.seconds, args.bpm, args.seed)
    except EightcountError as error:
        print(error, file=sys.stderr)
        return 1
    song = render(score, args.seed)
    for path in write_song(args.out, song, style=args.style, bpm=score.bpm, seed=args.seed):
        print(path)
    return 0


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m eightcount.music.synth", description="Make a song with known beats."
    )
    add_arguments(parser)
    return run(parser.parse_args(argv))


if __name__ == "__main__":
    sys.exit(main())
