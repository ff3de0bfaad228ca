"""Masks for training: the edits of use, so that each is a case the model has met."""

from __future__ import annotations

import numpy as np

#: share of each kind of mask; the rest are masks as decoding meets them (random places)
_SPAN, _HALF, _CONTINUE, _KEYS = 0.2, 0.12, 0.18, 0.08


def draw_masks(batch: int, length: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Masks (B, L) of both halves, True = open.

    Kinds: random places (decoding), a span with both ends kept (re-roll a range), all after a given
    beginning (continue), one half (keep the legs), scattered keys (pins). Within the open part a
    share as in a cosine schedule is masked, and at least one token.
    """
    lower = np.zeros((batch, length), bool)
    upper = np.zeros((batch, length), bool)
    for row in range(batch):
        share = np.cos(rng.random() * np.pi / 2)
        where = _open_part(length, rng)
        lower[row] = where & (rng.random(length) < share)
        upper[row] = where & (rng.random(length) < share)
        if rng.random() < _HALF:
            (lower if rng.random() < 0.5 else upper)[row] = False
        if not (lower[row].any() or upper[row].any()):
            place = rng.choice(np.flatnonzero(where))
            lower[row, place] = upper[row, place] = True
    return lower, upper


def _open_part(length: int, rng: np.random.Generator) -> np.ndarray:
    """Which places may be masked at all, (L,)."""
    kind = rng.random()
    where = np.ones(length, bool)
    if kind < _SPAN:
        size = rng.integers(2, max(3, length // 2))
        start = rng.integers(0, length - size + 1)
        where[:] = False
        where[start : start + size] = True
    elif kind < _SPAN + _CONTINUE:
        where[: rng.integers(2, max(3, length // 2))] = False
    elif kind < _SPAN + _CONTINUE + _KEYS:
        where[rng.choice(length, rng.integers(1, max(2, length // 6)), replace=False)] = False
    return where
