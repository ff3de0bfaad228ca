"""Chords and pitches: roman numerals, bass notes, voicings, notes that fit a chord.

Pitches are MIDI notes; a tonic is in semitones from C.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

_NUMERALS = {"i": 0, "ii": 2, "iii": 4, "iv": 5, "v": 7, "vi": 9, "vii": 11}
_QUALITIES = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "7": (0, 4, 7, 10),
    "m7": (0, 3, 7, 10),
    "maj7": (0, 4, 7, 11),
    "6": (0, 4, 7, 9),
    "9": (0, 4, 10, 14),
}


@dataclass(frozen=True)
class Chord:
    """Root (semitones over the tonic) and the intervals over it."""

    root: int
    intervals: tuple[int, ...]


def parse_bar(text: str) -> tuple[Chord, ...]:
    return tuple(_parse_chord(symbol) for symbol in text.split("+"))


def _parse_chord(symbol: str) -> Chord:
    """A roman numeral with its quality: "bVImaj7" -> Chord(8, (0, 4, 7, 11))."""
    match = re.fullmatch(r"(b?)([iIvV]+)(m?)(maj7|7|6|9)?", symbol)
    if match is None:
        raise ValueError(f"chord {symbol!r} is not a roman numeral with a known quality")
    flat, numeral, minor, suffix = match.groups()
    root = (_NUMERALS[numeral.lower()] - (flat == "b")) % 12
    suffix = suffix or ""
    if (numeral.islower() or minor) and suffix in ("", "7"):
        suffix = "m" + suffix
    return Chord(root, _QUALITIES[suffix])


def bass_pitch(mark: str, chord: Chord, following: Chord, tonic: int) -> int:
    def low(semitones: int) -> int:
        return 31 + (tonic + semitones - 31) % 12  # G1 to F#2

    third = chord.intervals[1] if len(chord.intervals) > 1 else 0
    return {
        "r": low(chord.root),
        "f": low(chord.root + 7),
        "t": low(chord.root + third),
        "o": low(chord.root) + 12,
        "n": low(following.root),
        "a": low(following.root) - 1,
    }[mark]


def voicing(chord: Chord, tonic: int, near: float) -> list[int]:
    """The chord's notes in the inversion whose mean lies nearest to `near` (MIDI)."""
    pitches = sorted((tonic + chord.root + i) % 12 for i in chord.intervals)
    options = []
    for inversion in range(len(pitches)):
        turned = pitches[inversion:] + [p + 12 for p in pitches[:inversion]]
        options += [[p + shift for p in turned] for shift in (48, 60)]
    return min(options, key=lambda notes: abs(np.mean(notes) - near))


def scale_pitch(scale: tuple[int, ...], degree: int, tonic: int) -> int:
    octave, inside = divmod(degree, len(scale))
    return 72 + (tonic if tonic <= 0 else tonic - 12) + 12 * octave + scale[inside]


def fitting_pitch(pitch: int, strong: bool, chord: Chord, tonic: int) -> int:
    """The pitch, or the chord's note nearest to it where it must be one.

    That is on a beat, and wherever the pitch would rub a semitone against the chord.
    """
    members = {(tonic + chord.root + i) % 12 for i in chord.intervals}
    rubs = pitch % 12 not in members and bool({(pitch + 1) % 12, (pitch - 1) % 12} & members)
    if not (strong or rubs):
        return pitch
    return min(range(pitch - 6, pitch + 7), key=lambda p: (p % 12 not in members, abs(p - pitch)))
