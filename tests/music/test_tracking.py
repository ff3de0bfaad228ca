from __future__ import annotations

import numpy as np
import pytest

from eightcount.music.tracking import fill, follow_beats, refine, steady_beats


def bumps(places: np.ndarray, length: int) -> np.ndarray:
    """An onset curve with a smooth bump at each (fractional) place."""
    time = np.arange(length)
    return sum(np.exp(-0.5 * ((time - place) / 2.0) ** 2) for place in places)


def test_steady_beats_find_tempo_and_phase():
    true = np.arange(23.4, 2400, 57.7)
    beats = steady_beats(bumps(true, 2400), 120 * 60 / 57.0)
    off = np.mod(beats - 23.4 + 57.7 / 8, 57.7 / 4) - 57.7 / 8  # any sixteenth will do here
    assert np.abs(off).max() < 2.0
    assert np.diff(beats).mean() == pytest.approx(57.7, rel=0.002)


def test_follow_beats_bends_with_the_tempo():
    true = np.cumsum(np.linspace(64.0, 58.0, 40)) + 20
    length = int(true[-1]) + 60
    tempo = 120 * 60 / np.interp(np.arange(length), true, np.linspace(64.0, 58.0, 40))
    beats = follow_beats(bumps(true, length).astype(np.float32), tempo)
    error = [np.abs(beats - place).min() for place in true]
    assert np.max(error) <= 3.0


def test_refine_puts_beats_between_samples():
    true = np.arange(40.0, 2000.0, 60.37)
    beats = refine(np.rint(true) + np.array([-3, 2] * 50)[: len(true)], bumps(true, 2000))
    np.testing.assert_allclose(beats, true, atol=0.1)


def test_refine_leaves_one_wrong_onset_out():
    true = np.arange(40.0, 2000.0, 60.0)
    heard = true.copy()
    heard[10] += 5.0
    beats = refine(true, bumps(heard, 2000))
    assert abs(beats[10] - true[10]) < 1.5


def test_fill_carries_the_grid_to_both_ends():
    grid, before = fill(np.arange(250.0, 500.0, 60.0), 1000)
    assert before == 4
    np.testing.assert_allclose(grid, np.arange(10.0, 1000.0, 60.0))
