from __future__ import annotations

import numpy as np
import pytest

from eightcount.music.pulse import (
    ONSET_RATE,
    envelope,
    find_pulse,
    has_pulse,
    onset_bands,
    tempo_curve,
)


@pytest.mark.parametrize("bpm", [72.0, 88.0, 104.0, 124.0, 150.0])
def test_tempo_of_clicks(clicks, bpm):
    samples, _ = clicks(bpm, 20.0)
    pulse = find_pulse(onset_bands(samples))
    assert pulse.tempo == pytest.approx(bpm, rel=0.01)
    assert pulse.clarity > 0.8


@pytest.mark.parametrize("bpm, heard", [(45.0, 90.0), (200.0, 100.0)])
def test_tempos_nobody_steps_at_are_doubled_or_halved(clicks, bpm, heard):
    # every second click of the fast one is softer, as a bar's weak beats are
    samples, times = clicks(bpm, 20.0)
    if bpm > 160:
        for time in times[1::2]:
            first = int(time * 15360)
            samples[first : first + 1500] *= 0.3
    else:
        samples = samples + 0.3 * np.roll(samples, int(30 / bpm * 15360))
    assert find_pulse(onset_bands(samples)).tempo == pytest.approx(heard, rel=0.02)


def test_onsets_peak_where_the_clicks_are(clicks):
    samples, times = clicks(100.0, 10.0)
    curve = envelope(onset_bands(samples))
    assert curve.shape == (10 * ONSET_RATE,)
    for time in times[:-1]:
        near = int(time * ONSET_RATE) + np.arange(-12, 13)
        assert abs(near[curve[near].argmax()] / ONSET_RATE - time) < 0.015


def test_onsets_do_not_depend_on_the_volume(clicks):
    samples, _ = clicks(100.0, 5.0)
    np.testing.assert_allclose(onset_bands(samples), onset_bands(0.1 * samples), atol=1e-4)


def test_onsets_are_the_same_in_small_blocks(clicks, monkeypatch):
    samples, _ = clicks(100.0, 6.0)
    whole = onset_bands(samples)
    monkeypatch.setattr("eightcount.music.pulse._BLOCK", 50)
    np.testing.assert_allclose(onset_bands(samples), whole, atol=1e-5)


def test_silence_and_noise_have_no_pulse():
    noise = np.random.default_rng(3).standard_normal(15360 * 10).astype(np.float32)
    for samples in (np.zeros(15360 * 10, np.float32), noise, np.zeros(10, np.float32)):
        assert not has_pulse(onset_bands(samples))


def test_tempo_curve_follows_a_band_that_speeds_up():
    time = np.arange(60 * ONSET_RATE) / ONSET_RATE
    bpm = 100 + 8 * time / 60
    beat = np.cumsum(bpm / 60 / ONSET_RATE)
    bands = np.repeat(np.exp(-10 * np.mod(beat, 1.0))[:, None], 3, axis=1).astype(np.float32)
    curve = tempo_curve(bands, find_pulse(bands))
    assert np.abs(curve - bpm)[10 * ONSET_RATE : 50 * ONSET_RATE].max() < 2.5
