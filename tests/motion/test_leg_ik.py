"""Leg IK: the ankle arrives, the foot keeps its direction, bones keep their length."""

from __future__ import annotations

import numpy as np

from eightcount.motion.kinematics import forward_kinematics
from eightcount.motion.leg_ik import move_ankles


def test_ankles_arrive_and_feet_keep_their_direction(swaying):
    q, place = swaying.rotations.astype(np.float64), swaying.translation.astype(np.float64)
    joints, turns = forward_kinematics(q, place)
    offsets = np.zeros((len(q), 2, 3))
    # towards the hip: always within reach
    offsets[:, 0] = 0.15 * (joints[:, 1] - joints[:, 7])
    moved = move_ankles(q, place, offsets)
    new_joints, new_turns = forward_kinematics(moved, place)
    np.testing.assert_allclose(new_joints[:, 7], joints[:, 7] + offsets[:, 0], atol=1e-6)
    np.testing.assert_allclose(np.abs((new_turns[:, 7] * turns[:, 7]).sum(-1)), 1, atol=1e-5)
    untouched = [j for j in range(24) if j not in (1, 4, 7)]
    np.testing.assert_array_equal(moved[:, untouched], q[:, untouched])


def test_out_of_reach_stretches_without_nan(swaying):
    q, place = swaying.rotations.astype(np.float64), swaying.translation.astype(np.float64)
    moved = move_ankles(q, place, np.full((len(q), 2, 3), 5.0))
    joints = forward_kinematics(moved, place)[0]
    assert np.isfinite(joints).all()
    legs = np.linalg.norm(joints[:, 7] - joints[:, 1], axis=-1)
    assert (legs < 0.80).all() and (legs > 0.75).all()
