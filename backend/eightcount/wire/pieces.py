"""Pieces of a take put together; the one place that says what their frame numbers mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np


class Posed(Protocol):
    """What has the arrays of a motion: ``Frames``, ``EditTake``, ``eightcount.motion.motion.Motion``."""

    rotations: np.ndarray  # (n, 24, 4)
    translation: np.ndarray  # (n, 3)
    contacts: np.ndarray  # (n, 4)


def lay_over(
    take: Posed, pieces: Sequence[tuple[int, Posed]]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A take with pieces of it anew: new arrays ``rotations``, ``translation``, ``contacts``.

    Args:
        take: as it was; where no piece lies it stays bit for bit.
        pieces: each with the frame of the take at which it begins. One that reaches past the end
            makes the take longer.

    Raises:
        ValueError: a piece begins behind the end, so that frames would be missing.
    """
    old = len(take.rotations)
    length = old
    for first, piece in sorted(pieces, key=lambda p: p[0]):
        if not 0 <= first <= length:
            raise ValueError(f"a piece begins at frame {first} of a take of {length}")
        length = max(length, first + len(piece.rotations))
    arrays = []
    for name in ("rotations", "translation", "contacts"):
        before = getattr(take, name)
        array = np.empty((length, *before.shape[1:]), np.float32)
        array[:old] = before
        for first, piece in pieces:
            part = getattr(piece, name)
            array[first : first + len(part)] = part
        arrays.append(array)
    return tuple(arrays)
