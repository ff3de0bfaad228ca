"""Motions that the tests of this folder share."""

from __future__ import annotations

import numpy as np
import pytest

from eightcount.motion import rotations as rot
from eightcount.motion.motion import Motion
from eightcount.motion.skeleton import NUM_JOINTS, rest_height


@pytest.fixture
def swaying() -> Motion:
    """Forty frames of a body that sways, turns and walks in a curve."""
    rng = np.random.default_rng(3)
    t = np.arange(40) / 30
    angles = rng.normal(size=(1, NUM_JOINTS, 3)) * 0.4 * np.sin(2 * t[:, None, None] + 1)
    angles[:, 0] = np.stack([0.1 * np.sin(t), 2.5 * t, 0 * t], -1)
    place = np.stack([np.sin(t), rest_height() + 0.05 * np.sin(5 * t), t], -1)
    return Motion(rot.from_axis_angle(angles), place, rng.random((40, 4)) > 0.5)
