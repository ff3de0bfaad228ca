from __future__ import annotations

import numpy as np
import pytest

from eightcount.music.phase import PULSES, WINDOW, onset_phase, phase_features
from eightcount.music.rhythm import Rhythm, find_rhythm


def test_phase_features_lie_on_circles_and_meet_the_beats():
    beats = 4.0 + np.arange(12) * 15.0
    features = phase_features(Rhythm(120.0, beats, np.array([1, 5, 9])), 180)
    assert features.shape == (180, 4) and features.dtype == np.float32
    for pair in (features[:, :2], features[:, 2:]):
        np.testing.assert_allclose((pair**2).sum(axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(features[19, :2], [1, 0], atol=1e-5)  # a beat
    np.testing.assert_allclose(features[19], [1, 0, 1, 0], atol=1e-5)  # and a downbeat
    np.testing.assert_allclose(features[34], [1, 0, 0, 1], atol=1e-5)  # the beat after it


def test_phase_features_are_continuous(styled):
    song, _, _ = styled("salsa", 20.0, None, 200)
    rhythm = find_rhythm(song)
    features = phase_features(rhythm, song.frames)
    step = 2 * np.pi * rhythm.tempo / 60 / 30
    assert np.abs(np.diff(features[:, :2], axis=0)).max() < 1.15 * step
    assert np.abs(np.diff(features[:, 2:], axis=0)).max() < 1.15 * step / 4


def test_onset_phase_tells_the_place_in_a_pulse():
    period = WINDOW / 4  # the fourth pulse
    frames = np.arange(240)
    envelope = 1 + np.cos(2 * np.pi * (frames - 5) / period)
    phase = onset_phase(envelope)
    assert phase.shape == (240, PULSES) and phase.dtype == np.float32
    inside = slice(WINDOW, 240 - WINDOW)
    expected = np.angle(np.exp(2j * np.pi * (5 - frames) / period))
    error = np.angle(np.exp(1j * (phase[:, 3] - expected)))[inside]
    assert np.abs(error).max() < 0.05
    assert abs(phase[5 + 5 * int(period), 3]) < 0.05  # a crest


def test_onset_phase_moves_with_the_music():
    envelope = np.random.default_rng(0).random(300)
    late = onset_phase(np.roll(envelope, 7))
    np.testing.assert_allclose(late[100:200], onset_phase(envelope)[93:193], atol=1e-4)


@pytest.mark.parametrize("frames", [0, 1, 10, 65])
def test_onset_phase_of_short_and_silent_curves(frames):
    phase = onset_phase(np.zeros(frames))
    assert phase.shape == (frames, PULSES)
    assert not phase.any()
