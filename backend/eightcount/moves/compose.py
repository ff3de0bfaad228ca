"""The composer: a song's beats, sections and energy in, a whole dance of authored moves out.

Phrases of eight counts begin on downbeats. A section has a small vocabulary that comes back whenever
its label does; within it, phrases repeat with variation (the other side, other arms, lower, larger,
half a phrase exchanged). The last phrase of a section ends in a held picture. The dance faces the
camera and stays on a stage of three metres.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from eightcount.motion.errors import EightcountError
from eightcount.motion.motion import Motion
from eightcount.motion.skeleton import FPS
from eightcount.moves.language import Move
from eightcount.moves.library import moves_of
from eightcount.moves.perform import perform
from eightcount.moves.phrases import EIGHT, Span, Taste, choose_phrase, vocabulary
from eightcount.moves.score import Placed, on_stage
from eightcount.moves.tempo import choose_pace
from eightcount.music.rhythm import Rhythm

#: how far the home of a move may lie from the middle of the stage, metres
STAGE = 0.85
#: eights after which a section without given borders changes its vocabulary
_SECTION_EIGHTS = 4
#: share of the genre's lingering on the counts that a dance to music has
_PRESS = 0.85
#: headings that phrases may take, degrees: mostly to the camera
_HEADINGS = (0.0, 0.0, 0.0, 0.0, 25.0, -25.0, 40.0, -40.0)


@dataclass(frozen=True)
class Danced:
    """A move in a composed dance: name, first frame, frame after the last one."""

    name: str
    start: int
    end: int


@dataclass(frozen=True)
class Composition:
    """A composed dance: motion (30 fps, with contacts), genre and the moves in order."""

    motion: Motion
    genre: str
    moves: tuple[Danced, ...]


def compose(
    rhythm: Rhythm,
    frames: int,
    genre: str,
    seed: int,
    sections: Sequence | None = None,
    energy: np.ndarray | None = None,
    *,
    library: Sequence[Move] | None = None,
) -> Composition:
    """Compose a dance for a song.

    Args:
        rhythm: the song's beats and downbeats, frames at 30 fps.
        frames: length of the dance at 30 fps, from the song's start.
        genre: one of `feel.GENRES`.
        seed: the same seed gives the same dance.
        sections: `music.sections.Section` objects (start_s, end_s, label, energy), or None.
        energy: (T,) loudness 0-1 at 30 fps (`music.rhythm.loudness_curve`), or None.
        library: the moves to choose from, None for all of the genre.

    Returns:
        Composition.

    Raises:
        EightcountError: "unknown-genre" if there is no such genre, "no-moves" if `library` is empty.
    """
    words = moves_of(genre) if library is None else tuple(library)
    if not words:
        raise EightcountError(
            "no-moves", "A dance cannot be composed from no moves.", "Leave at least one move in."
        )
    rng = np.random.default_rng([seed, 7])
    phase = rhythm.beat_phase(frames + 2)
    spans = phrase_spans(rhythm, phase, frames, sections, energy)
    paces = _paces(spans, phase, genre, seed)
    placed = _place(spans, paces, words, rng)
    sizes = np.array([span.energy for span in spans])
    starts = np.array([span.start for span in spans])
    wander = rng.normal(0, 0.05, len(spans))

    def gain(beats: np.ndarray) -> np.ndarray:
        """Shapes follow the energy of the song: released where it is loud, kept in where not."""
        return np.interp(beats, starts + 4, 0.86 + 0.28 * sizes + wander)

    motion = perform(placed, genre, _beat_at(phase), frames, seed, gain, press=_PRESS)
    at = lambda beat: int(np.clip(np.searchsorted(phase[:frames], beat), 0, frames))  # noqa: E731
    named = [Danced(p.move.name, at(p.start), at(p.end)) for p in placed]
    return Composition(motion, genre, tuple(d for d in _joined(named) if d.end > d.start))


def _beat_at(phase: np.ndarray):
    """Fractional frames -> running beat numbers, going on evenly past the end."""
    pace = phase[-1] - phase[-2]

    def beat_at(at: np.ndarray) -> np.ndarray:
        inside = np.interp(at, np.arange(len(phase)), phase)
        return inside + np.maximum(at - (len(phase) - 1), 0) * pace

    return beat_at


def phrase_spans(rhythm: Rhythm, phase, frames: int, sections, energy) -> list[Span]:
    """The eights of a dance; phrases begin on downbeats, and anew where sections begin."""
    downbeats = np.asarray(rhythm.downbeats, float)
    first = float(downbeats[0]) if len(downbeats) else 0.0
    start = first - EIGHT * np.ceil((first - phase[0]) / EIGHT)
    borders = []
    for section in sections or ():
        beat = float(np.interp(section.start_s * FPS, np.arange(len(phase)), phase))
        near = downbeats[np.argmin(np.abs(downbeats - beat))] if len(downbeats) else round(beat)
        borders.append((float(near), section.label))
    spans: list[Span] = []
    while start < phase[min(frames, len(phase) - 1)]:
        label = next((name for b, name in reversed(borders) if b <= start + 0.5), None)
        label = label or chr(65 + (len(spans) // _SECTION_EIGHTS) % 3)
        ahead = [b for b, _ in borders if start + 1 < b < start + EIGHT]
        counts = 4 if ahead and abs(ahead[0] - start - 4) < 0.5 else EIGHT
        spans.append(Span(start, counts, label, _energy_of(start, counts, phase, energy)))
        start += counts
    last = [i + 1 < len(spans) and spans[i + 1].label != s.label for i, s in enumerate(spans)]
    return [replace(s, closes=closes) for s, closes in zip(spans, last, strict=True)]


def _energy_of(start: float, counts: int, phase: np.ndarray, energy) -> float:
    if energy is None:
        return 0.55
    a, b = np.searchsorted(phase, [start, start + counts])
    part = np.asarray(energy)[max(a, 0) : max(b, a + 1)]
    return float(part.mean()) if len(part) else 0.5


def _paces(spans: list[Span], phase: np.ndarray, genre: str, seed: int) -> list[float]:
    """Counts a beat of each phrase. A stream of its own: the pace does not change what is chosen."""
    rng = np.random.default_rng([seed, 8])
    paces = []
    for span in spans:
        middle = np.interp(span.start + span.counts / 2, phase, np.arange(len(phase)))
        at = int(np.clip(middle, 8, len(phase) - 9))
        tempo = 60 * FPS * float(phase[at + 8] - phase[at - 8]) / 16
        pace = choose_pace(genre, tempo, span.energy, rng)
        paces.append(pace)
    return paces


def _place(
    spans: list[Span], paces: list[float], library: tuple[Move, ...], rng: np.random.Generator
) -> list[Placed]:
    placed: list[Placed] = []
    words: dict[str, tuple[Move, ...]] = {}
    taste = Taste()
    home, heading = np.zeros(2), 0.0
    for span, pace in zip(spans, paces, strict=True):
        if span.label not in words:
            words[span.label] = vocabulary(library, span, words, rng)
        moves = _moves_for(span, pace, words[span.label], library, taste, rng)
        home, heading = _next_spot(home, heading, moves[0], placed, rng)
        start = span.start
        for number, move in enumerate(moves):
            entry = moves[number - 1] if number and _same_legs(moves[number - 1], move) else None
            spot = (float(home[0]), float(home[1]))
            placed.append(Placed(move, start, spot, heading, entry, pace))
            home = _kept(np.array(on_stage(move.travel, home, heading)))
            heading += move.turn
            start = placed[-1].end
    return placed


def _same_legs(a: Move, b: Move) -> bool:
    """Whether one move's feet go on where the other's, its repeat or mirror, have ended."""
    return a.name.split(" + ")[0] == b.name.split(" + ")[0]


def _moves_for(span: Span, pace: float, words, library, taste: Taste, rng) -> list[Move]:
    """Moves whose counts fill a span at a pace: two phrases in double time, half of one in half."""
    if pace <= 1:
        return choose_phrase(
            replace(span, counts=int(span.counts * pace)), words, library, taste, rng
        )
    first = choose_phrase(replace(span, closes=False), words, library, taste, rng)
    return first + choose_phrase(span, words, library, taste, rng)


def _next_spot(home, heading: float, move: Move, placed: list[Placed], rng):
    """Home and heading of a phrase: a step or two away, turned a little, drawn to the middle."""
    face = 360.0 * np.round(heading / 360.0)
    if placed and (move.floor or placed[-1].move.floor):
        return home, face
    turned = face + (float(rng.choice(_HEADINGS)) if abs(move.turn) < 1 else 0.0)
    # where the phrase will carry the dancer counts too
    ahead = np.array(on_stage(move.travel, (0.0, 0.0), turned)) * (EIGHT / move.counts)
    drift = rng.normal(0, 0.16, 2) - 0.35 * (home + 0.5 * ahead)
    return _kept(home + np.clip(drift, -0.4, 0.4)), turned


def _kept(home: np.ndarray) -> np.ndarray:
    distance = float(np.hypot(*home))
    return home * min(1.0, STAGE / max(distance, 1e-6))


def _joined(danced: list[Danced]) -> list[Danced]:
    """Neighbours of one name as one."""
    out: list[Danced] = []
    for d in danced:
        if out and out[-1].name == d.name and out[-1].end == d.start:
            out[-1] = replace(out[-1], end=d.end)
        else:
            out.append(d)
    return out
