"""Shared by the tests of moves: a steady rhythm."""

from __future__ import annotations

import numpy as np
import pytest

from eightcount.music.rhythm import Rhythm


def steady(bpm: float = 112.0, seconds: float = 20.0, first: float = 7.3) -> Rhythm:
    """A rhythm whose third beat is the first downbeat."""
    beats = np.arange(first, seconds * 30, 60 / bpm * 30)
    return Rhythm(bpm, beats, np.arange(2, len(beats), 4))


@pytest.fixture(scope="session")
def rhythm() -> Rhythm:
    return steady()
