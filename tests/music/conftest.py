"""Sounds for the music tests, made in memory."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
import soundfile
import soxr

from eightcount.music.song import SAMPLE_RATE, Song
from eightcount.music.synth import synthesise


def click_samples(bpm: float, seconds: float, first: float = 0.31, rate: int = SAMPLE_RATE):
    """(samples (N,) float32, click times in seconds): 1 kHz clicks over a faint noise."""
    time = np.arange(int(seconds * rate)) / rate
    since = np.mod(time - first, 60.0 / bpm)
    click = np.sin(2 * np.pi * 1000 * since) * np.exp(-since / 0.02) * (time >= first)
    noise = 1e-4 * np.random.default_rng(0).standard_normal(len(time))
    return (0.6 * click + noise).astype(np.float32), np.arange(first, seconds, 60.0 / bpm)


@pytest.fixture(scope="session")
def make_song() -> Callable[..., Song]:
    """Samples at 15360 Hz to a `Song`."""

    def make(samples: np.ndarray) -> Song:
        return Song(np.asarray(samples, dtype=np.float32), SAMPLE_RATE, "test", "0" * 64)

    return make


@pytest.fixture(scope="session")
def clicks() -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    return click_samples


@pytest.fixture(scope="session")
def styled(make_song) -> Callable[..., tuple[Song, np.ndarray, np.ndarray]]:
    """A synthesised song as (Song, true beats s, true downbeats s); each is made once."""
    made = {}

    def song(style: str, seconds: float = 20.0, bpm: float | None = None, seed: int = 0):
        key = (style, seconds, bpm, seed)
        if key not in made:
            sound = synthesise(style, seconds, bpm, seed)
            mono = soxr.resample(sound.samples.mean(axis=1), sound.sample_rate, SAMPLE_RATE)
            made[key] = (make_song(mono), sound.beats, sound.downbeats)
        return made[key]

    return song


@pytest.fixture
def wav() -> Callable[..., bytes]:
    """Samples to the bytes of a WAV (or other libsndfile) file."""

    def write(samples: np.ndarray, rate: int, subtype: str = "PCM_16", kind: str = "WAV") -> bytes:
        file = io.BytesIO()
        soundfile.write(file, samples, rate, format=kind, subtype=subtype)
        return file.getvalue()

    return write
