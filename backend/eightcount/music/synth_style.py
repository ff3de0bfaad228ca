"""What makes a style: grooves, harmony, instruments. Data, no sound.

A bar is 16 steps (4/4). Drum lines: digits 1-9 are loudness, '.' is a rest; a line of 32 steps
spans two bars. Bass lines: r root, f fifth, t third, o octave, a approach to the next chord's
root from below, n the next chord's root early, '-' hold, '.' rest. Chord lines: x the chord,
1-5 its notes upwards one at a time, '-' hold, '.' rest. Melody lines: x a note, '-' hold.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from eightcount.music.synth_drums import Kit


@dataclass(frozen=True)
class Style:
    """How one kind of music is made.

    Attributes:
        bpm: natural range of tempos. swing: range of lateness of every second step, 0 (straight)
            to 1 (triplets), on steps of `swing_unit` (8 or 16). human: deviation of a player in ms.
        grooves: sets of drum lines to choose from.
        progressions: chords, a bar each ("ii7+V7" shares a bar), roman numerals over the tonic.
        scales: semitones of the melody's scale over the tonic, in major and in minor songs.
        bass, chords, lead: instruments to choose from; *_lines: their lines.
        pad: whether long chords lie under it. pump: how far the kick ducks the rest (0-1).
        room: seconds of reverberation; wet: its share.
        levels: gains of single voices over the usual ones.
    """

    name: str
    bpm: tuple[float, float]
    grooves: tuple[dict[str, str], ...]
    progressions: tuple[str, ...]
    scales: tuple[tuple[int, ...], tuple[int, ...]]
    bass: tuple[str, ...]
    bass_lines: tuple[str, ...]
    chords: tuple[str, ...]
    chord_lines: tuple[str, ...]
    lead: tuple[str, ...]
    lead_lines: tuple[str, ...]
    swing: tuple[float, float] = (0.0, 0.0)
    swing_unit: int = 16
    human: float = 3.0
    kit: Kit = field(default_factory=Kit)
    pad: bool = False
    pump: float = 0.0
    room: float = 0.9
    wet: float = 0.12
    octaves: bool = False
    levels: dict[str, float] = field(default_factory=dict)


MAJOR_PENTA = (0, 2, 4, 7, 9)
MINOR_PENTA = (0, 3, 5, 7, 10)
MINOR = (0, 2, 3, 5, 7, 8, 10)
DORIAN = (0, 2, 3, 5, 7, 9, 10)
MAJOR = (0, 2, 4, 5, 7, 9, 11)
BLUES = (0, 3, 5, 6, 7, 10)
