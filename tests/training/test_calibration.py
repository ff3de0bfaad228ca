"""A model's reply to energy is measured, and then it dances as lively as asked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from eightcount.choreographer import Chunk
from eightcount.data.song_library import LibrarySong
from eightcount.models import debug_model
from eightcount.motion.motion import Motion
from eightcount.music.rhythm import Rhythm
from eightcount.training import calibration
from eightcount.training.calibration import energy_replies


@pytest.fixture(scope="module")
def songs():
    frames = 160
    beats = np.arange(0, frames, 15.0)
    rhythm = Rhythm(120.0, beats, np.arange(0, len(beats), 4))
    random = np.random.default_rng(0)
    features = random.normal(size=(frames, 35)).astype(np.float32)
    return [
        LibrarySong("a", True, features, np.linspace(0.1, 0.9, frames, dtype=np.float32), rhythm)
    ]


def test_each_genre_has_a_reply_of_its_own_and_older_ones_do_not_count(songs):
    model = debug_model()
    lines = []
    found = energy_replies(model, songs, lines.append)
    assert set(found) == set(model.genres) and len(lines) == len(model.genres)
    assert all(np.isfinite(line).all() and line[0] > 0 for line in found.values())
    told_of = replace(model, reply=dict.fromkeys(model.genres, (1.4, -1.0)))
    assert energy_replies(told_of, songs, lambda _: None) == found


def test_without_held_out_songs_nothing_is_claimed():
    assert energy_replies(debug_model(), [], lambda _: None) == {}


def test_a_sluggish_model_is_seen_as_sluggish(songs, monkeypatch):
    """Its takes are given: they move at a speed that four fifths of the genre's dancing exceed."""
    model = debug_model()

    def half_hearted(heard, request, plain):
        frames = int(min(heard.seconds, request.seconds) * 30)
        path = np.zeros((frames, 3), np.float32)
        path[:, 0] = np.arange(frames) / 30 * np.quantile(plain.energy[0], 0.2)
        q = np.zeros((frames, 24, 4), np.float32)
        q[..., 0] = 1
        yield Chunk(0, Motion(q, path, np.zeros((frames, 4), np.float32)))

    monkeypatch.setattr(calibration, "choreograph", half_hearted)
    gain, shift = energy_replies(model, songs, lambda _: None)["salsa"]
    assert gain < 1 and shift < -0.3
    calibrated = replace(model, reply={"salsa": (gain, shift)})
    assert calibrated.told(np.array([0.2]), np.array([0]))[0] > 0.2
