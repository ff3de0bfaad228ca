"""Motion, kinematics, contacts and resampling."""

from __future__ import annotations

import numpy as np
import pytest

from eightcount.motion.contacts import find_contacts
from eightcount.motion.errors import EightcountError
from eightcount.motion.kinematics import forward_kinematics, local_from_global
from eightcount.motion.motion import Motion
from eightcount.motion.resample import resample, sample_at
from eightcount.motion.skeleton import MIRROR, NUM_JOINTS, OFFSETS, PARENTS, rest_height


def still(frames: int = 10) -> Motion:
    q = np.zeros((frames, NUM_JOINTS, 4))
    q[..., 0] = 1
    return Motion(q, np.tile([0, rest_height(), 0], (frames, 1)), np.zeros((frames, 4)))


def test_rest_pose_stands_on_its_soles():
    joints = still(2).joints()
    assert joints[0, 7, 1] == pytest.approx(0.075, abs=1e-6)
    assert joints[0, 10, 1] == pytest.approx(0.020, abs=1e-6)
    assert find_contacts(joints, 30.0).all()


def test_bones_keep_their_lengths(swaying):
    joints = swaying.joints()
    for j in range(1, NUM_JOINTS):
        length = np.linalg.norm(joints[:, j] - joints[:, PARENTS[j]], axis=-1)
        np.testing.assert_allclose(length, np.linalg.norm(OFFSETS[j]), rtol=1e-5)


def test_local_and_global_rotations_are_inverse(swaying):
    turns = forward_kinematics(swaying.rotations, swaying.translation)[1]
    back = local_from_global(turns)
    np.testing.assert_allclose(np.abs((back * swaying.rotations).sum(-1)), 1, atol=1e-5)


def test_mirror_mirrors_every_joint(swaying):
    mirrored = swaying.mirrored().joints()
    expected = swaying.joints()[:, list(MIRROR)] * np.array([-1, 1, 1])
    np.testing.assert_allclose(mirrored, expected, atol=1e-5)


def test_turned_turns_the_whole_take(swaying):
    turned = swaying.turned(np.pi / 2, np.array([1, 0, 0])).joints()
    joints = swaying.joints()
    expected = np.stack([joints[..., 2] + 1, joints[..., 1], -joints[..., 0]], -1)
    np.testing.assert_allclose(turned, expected, atol=1e-5)


def test_wrong_shapes_are_named():
    with pytest.raises(EightcountError, match="translation"):
        Motion(np.zeros((3, 24, 4)), np.zeros((2, 3)), np.zeros((3, 4)))


def test_concatenate_refuses_two_frame_rates():
    a = still(2)
    with pytest.raises(EightcountError, match="frame rates"):
        Motion.concatenate([a, Motion(a.rotations, a.translation, a.contacts, 60.0)])


def test_resampling_keeps_the_path(swaying):
    fine = resample(swaying, 120.0)
    np.testing.assert_allclose(
        fine.joints()[::4], swaying.joints()[: len(fine.joints()[::4])], atol=1e-5
    )
    held = sample_at(swaying, np.array([-5, 1000]), 30.0)
    np.testing.assert_allclose(held.joints()[1], swaying.joints()[-1], atol=1e-5)


def test_moving_and_lifted_feet_are_no_contacts():
    motion = still(20)
    sliding = motion.translation.copy()
    sliding[:, 0] = np.arange(20) / 30 * 0.6  # 0.6 m/s
    moving = Motion(motion.rotations, sliding, motion.contacts).joints()
    assert not find_contacts(moving, 30.0).any()
    lifted = Motion(motion.rotations, motion.translation + [0, 0.1, 0], motion.contacts).joints()
    assert not find_contacts(lifted, 30.0).any()
