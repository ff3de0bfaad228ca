"""From a style, a length, a tempo and a seed to a score: sections, chords and notes in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from eightcount.music.synth_drums import Kit
from eightcount.music.synth_harmony import (
    Chord,
    bass_pitch,
    fitting_pitch,
    parse_bar,
    scale_pitch,
    voicing,
)
from eightcount.music.synth_style import Style

Item = TypeVar("Item")
STEPS = 16
"""Steps in a bar of four beats."""

# What plays in which kind of section; drums are listed, the rest are the names of parts.
_EDGE = ("hat", "shaker", "maraca", "clave", "ride", "rim", "cowbell", "conga_low")
_CORE = (*_EDGE, "kick", "snare", "clap", "conga_high", "slap")
_LAYERS: dict[str, tuple[str, ...]] = {
    "intro": (*_EDGE, "kick", "chords", "pad"),
    "verse": (*_CORE, "bass", "chords"),
    "chorus": (*_CORE, "open", "tom", "bass", "chords", "pad", "lead"),
    "break": (*_EDGE, "chords", "pad", "lead"),
    "outro": (*_CORE, "bass", "chords", "pad"),
}
_ENERGY = {"intro": 0.5, "verse": 0.75, "chorus": 1.0, "break": 0.4, "outro": 0.65}


@dataclass(frozen=True)
class Passage:
    """A section of the song: kind ("intro", "verse", "chorus", "break", "outro"), bars, energy."""

    kind: str
    first_bar: int
    bars: int
    energy: float


@dataclass(frozen=True)
class Note:
    """One sound: the voice, when (s), MIDI pitch (0 for drums), how long held (s), how loud."""

    voice: str
    start: float
    pitch: float
    seconds: float
    velocity: float


@dataclass(frozen=True)
class Score:
    """Everything that is played, with the exact grid.

    beats, downbeats: seconds. passages: the form. instruments: part -> name of its tone.
    """

    style: Style
    bpm: float
    seconds: float
    beats: np.ndarray
    downbeats: np.ndarray
    passages: tuple[Passage, ...]
    notes: tuple[Note, ...]
    instruments: dict[str, str]
    kit: Kit


@dataclass(frozen=True)
class _Grid:
    """Step numbers to seconds, with swing."""

    bpm: float
    lead_in: float
    swing: float
    unit: int

    def time(self, step: float) -> float:
        pair = 2 if self.unit == 16 else 4
        whole, part = divmod(step, pair)
        middle = 0.5 + self.swing / 6.0  # 1 is a triplet: two thirds
        x = part / pair
        bent = x * 2 * middle if x < 0.5 else middle + (x - 0.5) * 2 * (1 - middle)
        return self.lead_in + (whole + bent) * pair * self.step_seconds

    @property
    def step_seconds(self) -> float:
        return 15.0 / self.bpm


def arrange(style: Style, seconds: float, bpm: float, seed: int) -> Score:
    """Write a song of `seconds` at `bpm`; every choice follows from `seed`."""
    rng = np.random.default_rng([seed, *style.name.encode()])
    grid = _Grid(
        bpm, float(rng.uniform(0.12, 0.4)), float(rng.uniform(*style.swing)), style.swing_unit
    )
    beat = 60.0 / bpm
    bars = max(1, int(np.ceil((seconds - grid.lead_in) / (4 * beat))))
    passages = _form(bars, rng)
    chords, minor = _harmony(style, bars, rng)
    tonic = int(rng.integers(-5, 7))
    instruments = {
        "bass": _pick(style.bass, rng),
        "chords": _pick(style.chords, rng),
        "lead": _pick(style.lead, rng),
        "pad": "pad",
    }
    notes = [
        *_drums(style, passages, grid, rng),
        *_bass(style, passages, chords, tonic, grid, rng),
        *_comping(style, passages, chords, tonic, grid, rng),
        *_pads(style, passages, chords, tonic, grid),
        *_melody(style, style.scales[minor], passages, chords, tonic, grid, rng),
    ]
    notes = [_played(note, style, rng) for note in notes if note.start < seconds]
    beats = np.arange(grid.lead_in, seconds, beat)
    return Score(
        style, bpm, seconds, beats, beats[::4], passages, tuple(notes), instruments,
        style.kit.varied(rng),
    )  # fmt: skip


def _pick(choices: Sequence[Item], rng: np.random.Generator) -> Item:
    return choices[int(rng.integers(len(choices)))]


def _form(bars: int, rng: np.random.Generator) -> tuple[Passage, ...]:
    """Sections of 2, 4 or 8 bars that fill the song."""
    if bars <= 12:
        plan = [
            ("intro", 1 if bars < 6 else 2),
            ("verse", 2),
            ("chorus", 4),
            ("break", 2),
            ("chorus", 8),
        ]
        if rng.random() < 0.4:
            plan = [("intro", 1 if bars < 6 else 2), ("chorus", 4), ("verse", 4), ("chorus", 8)]
    else:
        unit = 4 if bars < 40 else 8
        plan = [("intro", int(_pick((2, 4), rng)))]
        while sum(length for _, length in plan) < bars:
            plan += [("verse", unit), ("chorus", unit), ("break", unit // 2), ("chorus", unit)]
    passages, first = [], 0
    for kind, length in plan:
        length = min(length, bars - first)
        if length <= 0:
            break
        passages.append(Passage(kind, first, length, _ENERGY[kind]))
        first += length
    if bars > 20 and passages[-1].bars <= 4:
        last = passages[-1]
        passages[-1] = Passage("outro", last.first_bar, last.bars, _ENERGY["outro"])
    return tuple(passages)


def _harmony(
    style: Style, bars: int, rng: np.random.Generator
) -> tuple[list[tuple[Chord, ...]], bool]:
    """The chords of each bar (one or two), and whether the song is in minor."""
    turn = [parse_bar(bar) for bar in _pick(style.progressions, rng).split()]
    minor = any(chord.root == 0 and chord.intervals[1] == 3 for bar in turn for chord in bar)
    return [turn[bar % len(turn)] for bar in range(bars)], minor


def _chord_at(chords: list[tuple[Chord, ...]], step: int) -> Chord:
    bar, inside = divmod(step, STEPS)
    shared = chords[min(bar, len(chords) - 1)]
    return shared[min(inside * len(shared) // STEPS, len(shared) - 1)]


def _next_chord(chords: list[tuple[Chord, ...]], step: int) -> Chord:
    """The chord that sounds at the next half bar."""
    return _chord_at(chords, (step // 8 + 1) * 8)


def _drums(
    style: Style, passages: tuple[Passage, ...], grid: _Grid, rng: np.random.Generator
) -> list[Note]:
    groove = _pick(style.grooves, rng)
    ghosts = {lane: _ghosts(line, rng) for lane, line in groove.items()}
    notes = []
    for number, passage in enumerate(passages):
        last_bar = passage.first_bar + passage.bars - 1
        fill = _fill(style, rng) if passage.bars > 1 and number + 1 < len(passages) else {}
        if passage.kind == "chorus" and number:
            notes.append(Note("crash", grid.time(passage.first_bar * STEPS), 0, 0, 0.7))
        for bar in range(passage.first_bar, last_bar + 1):
            lines = {k: v for k, v in ghosts.items() if k in _LAYERS[passage.kind]}
            for lane, line in lines.items():
                bar_line = (line * 2)[(bar % 2) * STEPS :][:STEPS] if len(line) == 32 else line
                if bar == last_bar and fill and lane in ("snare", "clap", "hat", "tom", "slap"):
                    bar_line = bar_line[:12] + "...."
                notes += _hits(lane, bar_line, bar, passage.energy, grid)
            if bar == last_bar:
                for lane, line in fill.items():
                    notes += _hits(lane, line, bar, 1.0, grid)
    return notes


def _ghosts(line: str, rng: np.random.Generator) -> str:
    """The line with one or two soft extra hits on weak steps, so that seeds differ."""
    steps = list(line)
    for _ in range(int(rng.integers(0, 3))):
        place = int(rng.integers(len(steps) // 2)) * 2 + 1
        if steps[place] == "." and "." in line and sum(s != "." for s in steps) >= 4:
            steps[place] = "2"
    return "".join(steps)


def _fill(style: Style, rng: np.random.Generator) -> dict[str, str]:
    """A drum fill over the last beat of a bar."""
    latin = "timbale" if style.name == "salsa" else "tom"
    return _pick(
        (
            {"snare": "............5678"},
            {latin: "............7.78"},
            {"snare": "............6.7.", latin: ".............6.8"},
            {"clap": "............6.68"},
        ),
        rng,
    )


def _hits(lane: str, line: str, bar: int, energy: float, grid: _Grid) -> list[Note]:
    gain = 0.6 + 0.4 * energy
    return [
        Note(lane, grid.time(bar * STEPS + step), 0, 0, gain * int(mark) / 9)
        for step, mark in enumerate(line)
        if mark != "."
    ]


def _spans(line: str) -> list[tuple[int, str, int]]:
    """(step, mark, length in steps) of each note in a line with holds."""
    found: list[tuple[int, str, int]] = []
    for step, mark in enumerate(line):
        if mark == "-" and found and found[-1][0] + found[-1][2] == step:
            first, kept, length = found[-1]
            found[-1] = (first, kept, length + 1)
        elif mark not in ".-":
            found.append((step, mark, 1))
    return found


def _playing(passages: tuple[Passage, ...], part: str) -> list[tuple[Passage, int]]:
    """(passage, bar) of every bar in which `part` plays."""
    return [
        (passage, bar)
        for passage in passages
        if part in _LAYERS[passage.kind]
        for bar in range(passage.first_bar, passage.first_bar + passage.bars)
    ]


def _bass(
    style: Style,
    passages: tuple[Passage, ...],
    chords: list[tuple[Chord, ...]],
    tonic: int,
    grid: _Grid,
    rng: np.random.Generator,
) -> list[Note]:
    lines = {"verse": _pick(style.bass_lines, rng), "chorus": _pick(style.bass_lines, rng)}
    lines["outro"] = lines["verse"]
    notes = []
    for passage, bar in _playing(passages, "bass"):
        for step, mark, length in _spans(lines[passage.kind]):
            now = bar * STEPS + step
            pitch = bass_pitch(mark, _chord_at(chords, now), _next_chord(chords, now), tonic)
            held = 0.92 * length * grid.step_seconds
            notes.append(Note("bass", grid.time(now), pitch, held, 0.8 if step % 4 else 0.95))
    return notes


def _comping(
    style: Style,
    passages: tuple[Passage, ...],
    chords: list[tuple[Chord, ...]],
    tonic: int,
    grid: _Grid,
    rng: np.random.Generator,
) -> list[Note]:
    lines = {kind: _pick(style.chord_lines, rng) for kind in ("verse", "chorus")}
    lines |= {"intro": lines["verse"], "break": lines["chorus"], "outro": lines["verse"]}
    notes = []
    for passage, bar in _playing(passages, "chords"):
        for step, mark, length in _spans(lines[passage.kind]):
            now = bar * STEPS + step
            pitches = voicing(_chord_at(chords, now), tonic, 62.0)
            if mark != "x":
                ladder = [*pitches, *(p + 12 for p in pitches)]
                pitches = [ladder[int(mark) - 1]]
                if style.octaves:  # a montuno is played in octaves
                    pitches.append(pitches[0] + 12)
            held = (0.9 if length > 1 else 0.75) * length * grid.step_seconds
            loud = (0.7 + 0.3 * passage.energy) * (1.0 if step % 4 == 0 else 0.85)
            share = loud / len(pitches) ** 0.6
            notes += [Note("chords", grid.time(now), p, held, share) for p in pitches]
    return notes


def _pads(
    style: Style,
    passages: tuple[Passage, ...],
    chords: list[tuple[Chord, ...]],
    tonic: int,
    grid: _Grid,
) -> list[Note]:
    if not style.pad:
        return []
    notes = []
    for _, bar in _playing(passages, "pad"):
        shared = chords[bar]
        for number, chord in enumerate(shared):
            start = grid.time(bar * STEPS + number * STEPS // len(shared))
            held = STEPS * grid.step_seconds / len(shared)
            pitches = voicing(chord, tonic, 60.0)
            notes += [Note("pad", start, p, held, 0.8 / len(pitches)) for p in pitches]
    return notes


def _melody(
    style: Style,
    scale: tuple[int, ...],
    passages: tuple[Passage, ...],
    chords: list[tuple[Chord, ...]],
    tonic: int,
    grid: _Grid,
    rng: np.random.Generator,
) -> list[Note]:
    """A theme of four bars: A A' A B, the steps drawn once and bent to each bar's chord."""
    rhythms = [_pick(style.lead_lines, rng) for _ in range(2)]
    walks = [rng.integers(-2, 3, size=STEPS) for _ in range(2)]
    degree_of_start = int(rng.integers(0, len(scale)))
    notes = []
    for passage, bar in _playing(passages, "lead"):
        place = (bar - passage.first_bar) % 4
        if passage.kind == "break" and place % 2:
            continue  # room to breathe
        which = 1 if place == 3 else 0
        degree = degree_of_start + (1 if place == 1 else 0)
        for step, _, length in _spans(rhythms[which]):
            now = bar * STEPS + step
            degree = int(np.clip(degree + walks[which][step], -2, len(scale) + 3))
            pitch = scale_pitch(scale, degree, tonic)
            pitch = fitting_pitch(pitch, step % 4 == 0, _chord_at(chords, now), tonic)
            held = 0.9 * length * grid.step_seconds
            loud = 0.75 if passage.kind == "break" else 0.95
            notes.append(Note("lead", grid.time(now), pitch, held, loud * (0.9 if step % 4 else 1)))
    return notes


def _played(note: Note, style: Style, rng: np.random.Generator) -> Note:
    """The note as a player plays it: a little early or late, louder or softer."""
    late = float(np.clip(rng.normal(0.0, style.human / 1000), -0.015, 0.015))
    loud = float(np.clip(note.velocity * rng.normal(1.0, 0.06), 0.02, 1.1))
    return Note(note.voice, max(0.0, note.start + late), note.pitch, note.seconds, loud)
