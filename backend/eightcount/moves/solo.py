"""One move on its own: danced over whole eights at a steady tempo, for tests, pictures and checks."""

from __future__ import annotations

import numpy as np

from eightcount.motion.motion import Motion
from eightcount.motion.skeleton import FPS
from eightcount.moves.checks import MoveReport, check_motion, touch_mask
from eightcount.moves.feel import FEELS
from eightcount.moves.groove import Clock
from eightcount.moves.language import Move
from eightcount.moves.library import cells
from eightcount.moves.perform import perform
from eightcount.moves.score import Placed, on_stage

#: usual tempo of each genre, beats a minute
TEMPO: dict[str, float] = {
    "break": 112, "pop": 104, "lock": 108, "waack": 118, "middle-hip-hop": 98, "la-hip-hop": 94,
    "house": 122, "krump": 92, "street-jazz": 104, "ballet-jazz": 92,
}  # fmt: skip


def in_a_row(moves: list[Move], start: float = 0.0) -> list[Placed]:
    """Moves one after another from the middle of the stage, facing the camera."""
    placed, home, heading = [], (0.0, 0.0), 0.0
    for number, move in enumerate(moves):
        placed.append(Placed(move, start, home, heading, entry=moves[number - 1]))
        home, heading = on_stage(move.travel, home, heading), heading + move.turn
        start += move.counts
    return placed


def dance_move(move: Move, counts: int = 8, bpm: float | None = None, seed: int = 0) -> Motion:
    """A move danced for so many counts, its first count on frame 0."""
    bpm = bpm or TEMPO[move.genre]
    placed = in_a_row(cells(move, counts))
    frames = int(round(placed[-1].end * 60 / bpm * FPS))
    return perform(placed, move.genre, lambda f: f * bpm / (60 * FPS), frames, seed)


def check_move(move: Move, counts: int = 8, bpm: float | None = None, seed: int = 0) -> MoveReport:
    """Dance a move and measure it."""
    bpm = bpm or TEMPO[move.genre]
    motion = dance_move(move, counts, bpm, seed)
    per_count = 60 / bpm * FPS
    clock = Clock(FEELS[move.genre], 60 / bpm, seed)
    grid = np.array([clock.swing(c) * per_count for c in np.arange(0, counts + 0.5, 0.5)])
    mask = touch_mask(cells(move, counts), lambda c: c * per_count, len(motion))
    return check_motion(motion, grid, mask)
