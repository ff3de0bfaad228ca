from __future__ import annotations

import numpy as np
import pytest

from eightcount.music.meter import find_meter
from eightcount.music.spectra import Spectra

PERIOD = 60  # onset samples of a beat: 120 BPM
BARS = 12


def drums(first: int, off_beat: float = 0.0, length: int = PERIOD * 4 * BARS) -> np.ndarray:
    """(M, 3) onset bands: low on one and three, high on two and four, from sample `first`."""
    bands = np.zeros((length, 3), dtype=np.float32)
    for beat, place in enumerate(range(first, length, PERIOD)):
        if beat % 2 == 0:
            bands[place, 0] = 1.0 if beat % 4 == 0 else 0.7
        else:
            bands[place, 1:] = 1.0
        if off_beat and place + PERIOD // 2 < length:
            bands[place + PERIOD // 2, 2] = off_beat
    return bands


def harmony(first: int, length: int = PERIOD * 4 * BARS) -> Spectra:
    """Chroma at 30 fps that changes at every bar from onset sample `first` on."""
    frames = length // 4
    chroma = np.zeros((12, frames), dtype=np.float32)
    bar = (np.arange(frames) * 4 - first) // (4 * PERIOD)
    chroma[(bar * 5) % 12, np.arange(frames)] = 1.0
    return Spectra(np.zeros((128, frames)), chroma, np.zeros(frames))


@pytest.mark.parametrize("downbeat", [0, 1, 2, 3])
def test_downbeat_is_found(downbeat):
    first = 10 + downbeat * PERIOD
    grid = np.arange(10.0, PERIOD * 4 * BARS, PERIOD)
    meter = find_meter([grid], drums(first), harmony(first))
    assert meter.first_downbeat == downbeat
    np.testing.assert_allclose(meter.beats, grid)


@pytest.mark.parametrize("shift", [15, 30, 45])
def test_a_grid_on_the_off_beat_is_moved_to_the_beat(shift):
    first = 70
    grid = np.arange(first - shift, PERIOD * 4 * BARS, PERIOD, dtype=float)
    meter = find_meter([grid], drums(first, off_beat=1.0), harmony(first))
    assert (np.mod(meter.beats - first, PERIOD) < 1e-6).all()
    assert np.mod(meter.beats[meter.first_downbeat] - first, 4 * PERIOD) == pytest.approx(0.0)


def test_a_grid_at_double_tempo_is_halved():
    first = 20
    grid = np.arange(first, PERIOD * 4 * BARS, PERIOD / 2)
    meter = find_meter([grid], drums(first, off_beat=0.4), harmony(first))
    assert np.diff(meter.beats).mean() == pytest.approx(PERIOD)


def test_the_better_of_two_grids_wins():
    first = 20
    right = np.arange(first, PERIOD * 4 * BARS, PERIOD, dtype=float)
    wrong = np.arange(first, PERIOD * 4 * BARS, PERIOD * 1.03)
    meter = find_meter([wrong, right], drums(first), harmony(first))
    np.testing.assert_allclose(meter.beats, right)
