"""Repetition counts stretches that come back, wherever and however turned."""

from __future__ import annotations

import numpy as np

from eightcount.metrics.repetition import most_repeated


def phrases(count: int, figures) -> list[np.ndarray]:
    """Stretches of four seconds, each in poses of its own."""
    rng = np.random.default_rng(3)
    poses = rng.normal(0, 0.25, (count, 4, 24, 3)).repeat(30, 1)
    return [figures.standing(120).joints() + p for p in poses]


def test_a_loop_returns_as_often_as_it_is_played(figures):
    (loop,) = phrases(1, figures)
    assert most_repeated(np.concatenate([loop] * 4), 30) == 4
    away = loop[..., [2, 1, 0]] * [1, 1, -1] + [0.5, 0, -2]  # turned and carried off
    assert most_repeated(np.concatenate([loop, away, loop]), 30) == 3


def test_what_never_returns_counts_once_and_stillness_counts_in_full(figures):
    assert most_repeated(np.concatenate(phrases(4, figures)), 30) == 1
    assert most_repeated(figures.standing(360).joints(), 30) == 3
    assert most_repeated(figures.standing(200).joints(), 30) == 1
