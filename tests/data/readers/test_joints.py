"""Joint positions alone: a figure is fitted to them."""

from __future__ import annotations

import numpy as np
import pytest

from eightcount.data.checks import check_motion
from eightcount.data.readers import joints
from eightcount.data.readers.base import Options
from eightcount.motion.errors import EightcountError
from tests.data.foreign import assert_same_dance, dance, z_up


def read(path, **options):
    reading = joints.read(path, Options(**options))
    return check_motion(reading.motion, scaled=reading.scaled).pieces[0], reading


@pytest.mark.parametrize(
    ("scale", "unit"), [(1.0, "metres"), (100.0, "centimetres"), (39.37, "inches")]
)
def test_units(tmp_path, scale, unit):
    expected = dance(60)
    np.save(tmp_path / "a.npy", expected.joints() * scale)
    motion, reading = read(tmp_path / "a.npy")
    assert_same_dance(motion, expected, 5e-3)
    assert unit in reading.notes[0]
    assert reading.fit_error < 1e-3


def test_22_joints_flattened_at_another_rate(tmp_path):
    expected = dance(120, 60.0)
    np.save(tmp_path / "a.npy", expected.joints()[:, :22].reshape(120, 66))
    motion, _ = read(tmp_path / "a.npy", fps=60.0)
    assert motion.fps == 60
    off = np.linalg.norm(motion.joints()[:, :22] - expected.joints()[:, :22], axis=-1)
    assert off.max() < 0.02  # up to where the floor is found


def test_z_up(tmp_path):
    expected = dance(60)
    np.save(tmp_path / "a.npy", z_up(expected).joints())
    assert_same_dance(read(tmp_path / "a.npy")[0], expected, 5e-3)


def test_left_handed_axes_are_turned_round(tmp_path):
    expected = dance(60)
    np.save(tmp_path / "a.npy", expected.joints() * np.array([1, 1, -1]))
    motion, reading = read(tmp_path / "a.npy")
    assert "left-handed" in reading.notes[0]
    assert_same_dance(motion, expected.turned(np.pi), 5e-3)


def test_another_joint_order_is_refused(tmp_path):
    shuffled = dance(60).joints()[:, np.random.default_rng(0).permutation(24)]
    np.save(tmp_path / "a.npy", shuffled)
    with pytest.raises(EightcountError, match="SMPL's order"):
        joints.read(tmp_path / "a.npy", Options())


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((9, 17, 3)), r"\(9, 17, 3\), not"),
        (np.zeros((9, 24, 3)), "no length"),
        (np.full((9, 24, 3), np.nan), "not finite"),
        (np.zeros((0, 24, 3)), r"\(0, 24, 3\)"),
        (np.zeros(5), r"\(5,\)"),
    ],
)
def test_foreign_arrays_are_named(tmp_path, array, message):
    np.save(tmp_path / "a.npy", array)
    with pytest.raises(EightcountError, match=message):
        joints.read(tmp_path / "a.npy", Options())
