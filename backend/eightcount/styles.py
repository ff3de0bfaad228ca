"""Parts of a take with a style of their own: another genre, another energy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from eightcount.motion.errors import EightcountError
from eightcount.motion.skeleton import FPS
from eightcount.motion.streams import FRAMES_PER_TOKEN


@dataclass(frozen=True)
class StyledPart:
    """A stretch of a take and its style.

    Attributes:
        start, end: seconds of the take; ``end`` None = to its end.
        genre, energy: None = as the rest of the take.
    """

    start: float
    end: float | None = None
    genre: str | None = None
    energy: float | None = None


def check_parts(parts: tuple[StyledPart, ...]) -> None:
    """Raise EightcountError ``section-empty``, ``sections-overlap`` or ``request-bad``."""
    for part in parts:
        if part.end is not None and part.end <= part.start:
            raise EightcountError(
                "section-empty",
                f"The section from {part.start:g} to {part.end:g} s is empty.",
                "Let it end after it starts.",
            )
        if part.energy is not None and not 0 <= part.energy <= 1:
            raise EightcountError(
                "request-bad", f"The energy {part.energy} is out of range.", "Choose 0 to 1."
            )
    ordered = sorted(parts, key=lambda part: part.start)
    for a, b in zip(ordered, ordered[1:], strict=False):
        if a.end is None or a.end > b.start:
            raise EightcountError(
                "sections-overlap",
                f"Two sections want their own style at {b.start:g} s.",
                "Let one end where the other starts.",
            )


def spread(
    parts: tuple[StyledPart, ...],
    genres: np.ndarray,
    energy: np.ndarray,
    index: Callable[[str], int],
    first: int = 0,
) -> tuple[np.ndarray, np.ndarray]:
    """Genre index and energy of each token, with the parts' own written over the take's.

    Args:
        parts: checked by :func:`check_parts`.
        genres: (L,) int, the take's own.
        energy: (L,) float, the take's own.
        index: of a genre; what it raises is passed on.
        first: token of the take at which these L begin.
    """
    genres, energy = genres.copy(), energy.copy()
    for part in parts:
        begin = max(_token(part.start) - first, 0)
        end = len(genres) if part.end is None else max(_token(part.end) - first, 0)
        if part.genre:
            genres[begin:end] = index(part.genre)
        if part.energy is not None:
            energy[begin:end] = part.energy
    return genres, energy


def _token(seconds: float) -> int:
    """The token whose beginning is nearest."""
    return int(round(seconds * FPS / FRAMES_PER_TOKEN))
