"""The demo songs that come with the project."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from eightcount.music.rhythm import find_rhythm
from eightcount.music.song import decode_song
from eightcount.music.synth import compose

DEMO = Path(__file__).resolve().parents[2] / "assets" / "demo"
SONGS = sorted(DEMO.glob("*.ogg"))


def test_there_is_a_default_song():
    assert DEMO / "salsa-104.ogg" in SONGS and len(SONGS) >= 2


@pytest.mark.parametrize("path", SONGS, ids=lambda path: path.stem)
def test_demo_song(path):
    assert path.stat().st_size < 400_000
    truth = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    song = decode_song(path)
    assert song.seconds == pytest.approx(truth["seconds"], abs=0.01) and song.warnings == ()
    rhythm = find_rhythm(song)
    assert rhythm.tempo == pytest.approx(truth["bpm"], rel=0.005)
    error = [np.abs(rhythm.seconds - beat).min() for beat in truth["beats"]]
    assert max(error) < 0.033
    error = [np.abs(rhythm.seconds[rhythm.downbeats] - beat).min() for beat in truth["downbeats"]]
    assert max(error) < 0.033


@pytest.mark.parametrize("path", SONGS, ids=lambda path: path.stem)
def test_truth_is_what_the_synthesiser_makes(path):
    truth = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    score = compose(truth["style"], truth["seconds"], truth["bpm"], truth["seed"])
    np.testing.assert_allclose(score.beats, truth["beats"], atol=1e-4)
    np.testing.assert_allclose(score.downbeats, truth["downbeats"], atol=1e-4)


@pytest.mark.parametrize("path", SONGS, ids=lambda path: path.stem)
def test_levels(path):
    samples, _ = soundfile.read(str(path), always_2d=True)
    assert samples.shape[1] == 2
    assert np.abs(samples).max() < 1.0
    assert -20 < 10 * np.log10((samples**2).mean()) < -12
    assert np.abs(samples.mean(axis=0)).max() < 1e-3
    assert np.abs(samples[:64]).max() < 3e-3 and np.abs(samples[-64:]).max() < 3e-3
