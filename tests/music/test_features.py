from __future__ import annotations

import librosa
import numpy as np
import pytest

from eightcount.music.features import BEAT, CHROMA, FEATURES, MFCC, ONSET, PEAK, song_features
from eightcount.music.rhythm import Rhythm, find_rhythm
from eightcount.music.song import SAMPLE_RATE
from eightcount.music.spectra import spectra


@pytest.mark.parametrize("samples", [15360, 15360 * 2 + 511, 15360 * 3 + 512, 15360 * 4 - 1])
def test_one_row_for_each_whole_frame(make_song, samples):
    noise = 0.1 * np.random.default_rng(0).standard_normal(samples)
    song = make_song(noise)
    features = song_features(song)
    assert features.shape == (int(np.floor(song.seconds * 30 + 1e-9)), FEATURES)
    assert features.dtype == np.float32 and np.isfinite(features).all()


def test_the_values_are_those_of_librosa(styled):
    song, _, _ = styled("pop", 20.0, None, 200)
    features = song_features(song)
    count = song.frames
    options = {"y": song.samples, "sr": SAMPLE_RATE, "hop_length": 512}
    mfcc = librosa.feature.mfcc(**options, n_mfcc=20)[:, :count].T
    chroma = librosa.feature.chroma_stft(**options, tuning=0.0)[:, :count].T
    onset = librosa.onset.onset_strength(**options)[:count]
    np.testing.assert_allclose(features[:, MFCC], mfcc, atol=0.05)
    np.testing.assert_allclose(features[:, CHROMA], chroma, atol=1e-3)
    np.testing.assert_allclose(features[:, ONSET], onset, atol=1e-2)


@pytest.mark.parametrize("block", [1, 7, 64, 599])
def test_spectra_in_blocks_equal_spectra_in_one(styled, block):
    song, _, _ = styled("pop", 20.0, None, 200)
    whole, parts = spectra(song, block=10_000), spectra(song, block=block)
    for one, two in ((whole.mel, parts.mel), (whole.chroma, parts.chroma)):
        np.testing.assert_allclose(two, one, rtol=1e-4, atol=1e-6 * float(one.max()))
    np.testing.assert_allclose(parts.loudness, whole.loudness, rtol=1e-4, atol=1e-12)


def test_features_in_blocks_equal_features_in_one(styled):
    song, _, _ = styled("pop", 20.0, None, 200)
    rhythm = find_rhythm(song)
    one = song_features(song, rhythm, spectrum=spectra(song, block=10_000))
    two = song_features(song, rhythm, spectrum=spectra(song, block=100))
    np.testing.assert_allclose(one, two, atol=1e-3)


def test_loudness_of_a_full_scale_sine_is_half_its_power(make_song):
    time = np.arange(3 * SAMPLE_RATE) / SAMPLE_RATE
    loudness = spectra(make_song(np.sin(2 * np.pi * 1000 * time))).loudness[20:-20]
    # BS.1770: a 997 Hz sine at full scale reads -3.01 LKFS; its filter has +0.69 dB there
    np.testing.assert_allclose(10 * np.log10(loudness), -3.01 + 0.69, atol=0.1)


def test_a_note_lights_its_chroma(make_song):
    time = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
    features = song_features(make_song(0.5 * np.sin(2 * np.pi * 440.0 * time)))
    assert (features[5:-5, CHROMA].argmax(axis=1) == 9).all()  # A


def test_beats_are_marked_in_the_nearest_frame(make_song):
    song = make_song(0.1 * np.random.default_rng(0).standard_normal(2 * SAMPLE_RATE))
    rhythm = Rhythm(120.0, np.array([-0.2, 14.6, 29.4, 44.5, 59.8]), np.array([0]))
    features = song_features(song, rhythm)
    assert np.flatnonzero(features[:, BEAT]).tolist() == [0, 15, 29, 44]


def test_onset_peaks_lie_at_clicks(clicks, make_song):
    samples, times = clicks(100.0, 8.0)
    features = song_features(make_song(samples))
    assert set(np.unique(features[:, PEAK])) == {0.0, 1.0}
    peaks = np.flatnonzero(features[:, PEAK]) / 30
    for time in times[1:-1]:
        assert np.abs(peaks - time).min() < 0.07


def test_silence_has_features_without_events(make_song):
    features = song_features(make_song(np.zeros(2 * SAMPLE_RATE)))
    assert np.isfinite(features).all()
    assert not features[:, ONSET].any() and not features[:, PEAK].any()
    assert features[:, BEAT].sum() == 4  # the calm grid
