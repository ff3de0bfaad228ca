import numpy as np
import pytest

from eightcount.metrics.joint_limits import joint_limits
from eightcount.motion import rotations as rot
from eightcount.motion.skeleton import joint


def bent(figures, name, axis, degrees, frames=slice(None)):
    rotations = figures.standing(20).rotations.copy()
    vector = np.zeros(3)
    vector["xyz".index(axis)] = np.radians(degrees)
    rotations[frames, joint(name)] = rot.from_axis_angle(vector)
    return rotations


def test_the_rest_pose_is_fine(figures):
    found = joint_limits(figures.standing(20).rotations)
    assert found.share == 0 and found.by_joint == {} and found.worst == 0


@pytest.mark.parametrize(
    ("name", "axis", "degrees"),
    [
        ("left_knee", "x", 130),
        ("right_knee", "x", 130),
        ("left_elbow", "y", -140),
        ("right_elbow", "y", 140),
        ("left_knee", "x", -10),
    ],
)
def test_hinges_bend_the_way_they_do(figures, name, axis, degrees):
    assert joint_limits(bent(figures, name, axis, degrees)).share == 0


@pytest.mark.parametrize(
    ("name", "axis", "degrees", "worst"),
    [
        ("left_knee", "x", -50, 30),
        ("left_elbow", "y", 45, 25),
        ("right_elbow", "y", -45, 25),
        ("neck", "y", 120, 30),
    ],
)
def test_and_not_the_other_way(figures, name, axis, degrees, worst):
    found = joint_limits(bent(figures, name, axis, degrees, slice(5)))
    assert found.share == pytest.approx(0.25)
    assert found.by_joint == {name: pytest.approx(0.25)}
    assert found.worst == pytest.approx(worst, abs=0.01)


def test_a_mirrored_dance_breaks_as_many_limits(figures):
    motion = figures.dancing(60, size=1.2)
    found = joint_limits(motion.rotations)
    assert found.share > 0
    assert joint_limits(motion.mirrored().rotations).share == pytest.approx(found.share)
