"""Phrases of eight counts: which moves, repeated and varied how."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from eightcount.moves.language import Move
from eightcount.moves.library import cells
from eightcount.moves.variants import cut, held, layered, lowered, may_layer, scaled

EIGHT = 8
#: moves in a section's vocabulary
_WORDS = 4
#: phrases in a row that a dancer stays on the floor
_FLOOR_PHRASES = 3


@dataclass(frozen=True)
class Span:
    """A phrase to fill: first beat, counts (8, or 4 before a section's border), the section's label,
    the music's energy 0-1, and whether the section ends with it."""

    start: float
    counts: int
    label: str
    energy: float
    closes: bool = False


@dataclass
class Taste:
    """What the dance has had so far: how often each move came, phrases in a row on the floor."""

    used: dict[str, int] = field(default_factory=dict)
    on_floor: int = 0
    last: str = ""
    mirrored: bool = False


def vocabulary(
    library: tuple[Move, ...], span: Span, earlier: dict[str, tuple[Move, ...]], rng
) -> tuple[Move, ...]:
    """Moves of a section: near to its energy, other ones than earlier sections had."""
    had = {m.name for words in earlier.values() for m in words}
    weights = np.array(
        [
            np.exp(-(((m.energy - span.energy) / 0.35) ** 2)) * (0.35 if m.name in had else 1.0)
            for m in library
        ]
    )
    count = min(_WORDS, len(library))
    picks = rng.choice(len(library), count, replace=False, p=weights / weights.sum())
    return tuple(library[i] for i in picks)


def choose_phrase(
    span: Span, words: tuple[Move, ...], library: tuple[Move, ...], taste: Taste, rng
) -> list[Move]:
    """Moves that fill a span in order, already varied."""
    first = _pick(words, library, taste, rng, counts=span.counts)
    taste.on_floor = taste.on_floor + 1 if first.floor else 0
    again = taste.last == first.name
    taste.last = first.name
    taste.used[first.name] = taste.used.get(first.name, 0) + 1
    side = bool(rng.random() < 0.5) if not again else not taste.mirrored
    taste.mirrored = side
    main = first.mirrored() if side else first
    row = _row(main, span.counts)
    if first.floor:
        return row
    second = _pick(words, library, taste, rng, standing=True, counts=span.counts)
    row = _exchanged(row, second, span.counts, taste, rng)
    row = [_varied(m, words, span, taste.used[first.name], rng) for m in row]
    if span.closes and abs(row[-1].turn) < 1:  # a turn must come round
        row[-1] = held(row[-1], row[-1].counts - min(2, row[-1].counts / 2))
    return row


def _pick(words, library, taste: Taste, rng, standing: bool = False, counts: int = EIGHT) -> Move:
    """A move of the vocabulary; what came often comes less often; the floor comes in runs."""
    pool = [m for m in words if not (standing and m.floor)]
    if taste.on_floor and not standing and taste.on_floor < _FLOOR_PHRASES:
        pool = [m for m in library if m.floor] or pool
    elif taste.on_floor >= _FLOOR_PHRASES:
        pool = [m for m in pool if not m.floor]
    pool = pool or [m for m in library if not m.floor] or list(words)
    # turns must have come round when the phrase ends
    pool = [m for m in pool if abs(m.turn) * counts / m.counts % 360 < 1] or pool
    weights = np.array([1 / (1 + taste.used.get(m.name, 0)) for m in pool])
    return pool[int(rng.choice(len(pool), p=weights / weights.sum()))]


def _row(move: Move, counts: int) -> list[Move]:
    if move.counts > counts:
        return [cut(move, counts)]
    return cells(move, counts)


def _exchanged(row: list[Move], other: Move, counts: int, taste: Taste, rng) -> list[Move]:
    """Half a phrase given to another move: the more often the first one came, the likelier."""
    half = counts // 2
    fits = other.counts <= half and row[0].counts <= half and abs(row[0].turn) < 1
    fits = fits and abs(other.turn) * (half / other.counts) % 360 < 1
    if not fits or rng.random() > 0.25 + 0.12 * taste.used.get(taste.last, 1):
        return row
    kept = row[: half // row[0].counts]
    return kept + cells(other.mirrored() if rng.random() < 0.5 else other, half)


def _varied(move: Move, words, span: Span, times: int, rng) -> Move:
    """Other arms, lower, larger: none the first time, more with every return."""
    if move.floor:
        return move
    over = [w for w in words if may_layer(move, w) and move.counts % w.counts == 0]
    if over and rng.random() < min(0.15 * times, 0.45):
        move = layered(move, over[int(rng.integers(len(over)))])
    if rng.random() < 0.25 and "pelvis.h" in move.channels and move.genre != "ballet-jazz":
        move = lowered(move, float(rng.uniform(0.02, 0.05) * (0.6 + span.energy)))
    size = float(np.clip(rng.normal(1.0, 0.08), 0.82, 1.18))
    return scaled(move, size)
