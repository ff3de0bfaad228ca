"""What tokens are told: phases per frame, energy by rank."""

from __future__ import annotations

import numpy as np

from eightcount.data.conditions import energy_rank, energy_table, token_mean, token_rhythm


def test_rhythm_holds_the_phase_of_each_frame():
    beat = np.arange(8) / 10
    rows = token_rhythm(beat, beat % 4)
    assert rows.shape == (2, 16)
    np.testing.assert_allclose(rows[1, 4 * 2], np.cos(2 * np.pi * 0.6), atol=1e-6)
    np.testing.assert_allclose(rows[1, 4 * 2 + 3], np.sin(2 * np.pi * 0.6 / 4), atol=1e-6)


def test_energy_rank_is_the_share_that_is_calmer():
    table = energy_table(np.linspace(0, 2, 1001))
    np.testing.assert_allclose(
        energy_rank(np.array([-1, 0.5, 9.0]), table), [0, 0.25, 1], atol=1e-3
    )


def test_token_mean():
    np.testing.assert_array_equal(token_mean(np.arange(9.0)), [1.5, 5.5])
