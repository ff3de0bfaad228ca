"""Energy is told slowly: its level stays, what happens within a beat or two does not show."""

from __future__ import annotations

import numpy as np

from eightcount.generators.energy import slow_energy


def test_a_steady_energy_stays_as_it_is():
    np.testing.assert_allclose(slow_energy(np.full(40, 0.6)), 0.6, rtol=1e-6)


def test_a_hold_of_one_beat_does_not_show_but_a_calm_verse_does():
    energy = np.ones(1800)
    energy[300:315] = 0.0
    energy[900:] = 0.2
    told = slow_energy(energy)
    assert told[250:360].min() > 0.85
    assert told[500] > 0.99 and told[1500] < 0.21
