"""Torch geometry against the numpy ground floor, and its own round trips."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from eightcount.motion import kinematics as numpy_kinematics
from eightcount.motion import rotations as numpy_rotations
from eightcount.motion.skeleton import OFFSETS
from eightcount.nn import kinematics
from eightcount.nn.kinematics import (
    forward_kinematics,
    matrix_to_quaternion,
    matrix_to_rotation_6d,
    rotation_6d_to_matrix,
    yaw_rotate,
)


def quaternions(*shape: int) -> np.ndarray:
    q = np.random.default_rng(0).normal(size=(*shape, 4))
    return q / np.linalg.norm(q, axis=-1, keepdims=True)


def matrices(*shape: int) -> torch.Tensor:
    return torch.from_numpy(numpy_rotations.to_matrix(quaternions(*shape)))


def test_forward_kinematics_equals_numpy():
    q, root = quaternions(6, 24), np.random.default_rng(1).normal(size=(6, 3))
    wanted, wanted_turns = numpy_kinematics.forward_kinematics(q, root)
    local = torch.from_numpy(numpy_rotations.to_matrix(q))
    joints, turns = forward_kinematics(
        local[None], torch.from_numpy(root)[None], return_rotations=True
    )
    np.testing.assert_allclose(joints[0].numpy(), wanted, atol=1e-12)
    wanted_turns = numpy_rotations.to_matrix(wanted_turns)
    np.testing.assert_allclose(turns[0].numpy(), wanted_turns, atol=1e-12)


def test_the_rest_pose_is_the_sum_of_offsets():
    local = torch.eye(3).expand(1, 1, 24, 3, 3)
    joints = forward_kinematics(local, torch.zeros(1, 1, 3))[0, 0]
    np.testing.assert_allclose(joints[10].numpy(), OFFSETS[[1, 4, 7, 10]].sum(0), atol=1e-6)


def test_6d_input_and_other_offsets():
    local, root = matrices(2, 5, 24), torch.zeros(2, 5, 3, dtype=torch.float64)
    from_6d = forward_kinematics(matrix_to_rotation_6d(local), root)
    torch.testing.assert_close(from_6d, forward_kinematics(local, root))
    double = torch.from_numpy(OFFSETS.copy()) * 2
    torch.testing.assert_close(forward_kinematics(local, root, offsets=double), from_6d * 2)


def test_kinematics_first_used_for_inference_still_train():
    kinematics._tree_order.cache_clear()
    kinematics._skeleton_offsets.cache_clear()
    x = torch.randn(1, 2, 24, 6)
    with torch.inference_mode():
        forward_kinematics(x, torch.zeros(1, 2, 3))
    x.requires_grad_()
    forward_kinematics(x, torch.zeros(1, 2, 3)).sum().backward()
    assert torch.isfinite(x.grad).all()


def test_kinematics_keep_their_digits_under_autocast():
    local, root = matrices(1, 3, 24).float(), torch.zeros(1, 3, 3)
    wanted = forward_kinematics(local, root)
    with torch.autocast("cpu", torch.bfloat16):
        got = forward_kinematics(local, root)
    torch.testing.assert_close(got, wanted)


def test_6d_round_trip_and_column_order():
    m = matrices(50)
    x = matrix_to_rotation_6d(m)
    np.testing.assert_allclose(x.numpy(), numpy_rotations.to_6d(m.numpy()))
    torch.testing.assert_close(rotation_6d_to_matrix(x), m)


def test_any_six_numbers_give_a_rotation():
    x = torch.randn(200, 6, dtype=torch.float64) * 10
    m = rotation_6d_to_matrix(x)
    identity = torch.eye(3, dtype=torch.float64).expand_as(m)
    torch.testing.assert_close(m @ m.transpose(-1, -2), identity)
    torch.testing.assert_close(torch.linalg.det(m), torch.ones(200, dtype=torch.float64))
    np.testing.assert_allclose(m.numpy(), numpy_rotations.from_6d(x.numpy()), atol=1e-12)


def test_zero_6d_has_finite_values_and_gradients():
    x = torch.zeros(3, 6, requires_grad=True)
    m = rotation_6d_to_matrix(x)
    m.sum().backward()
    assert torch.isfinite(m).all() and torch.isfinite(x.grad).all()


def test_quaternions_round_trip_and_equal_numpy():
    m = matrices(500)
    q = matrix_to_quaternion(m)
    assert (q[:, 0] >= 0).all()
    np.testing.assert_allclose(q.numpy(), numpy_rotations.from_matrix(m.numpy()), atol=1e-12)
    np.testing.assert_allclose(numpy_rotations.to_matrix(q.numpy()), m.numpy(), atol=1e-12)


@pytest.mark.parametrize("axis", ["x", "y", "z"])
@pytest.mark.parametrize("angle", [0.0, 1e-4, math.pi / 2, math.pi - 1e-4, math.pi])
def test_quaternions_are_exact_at_small_and_half_turns(axis, angle):
    m = torch.from_numpy(numpy_rotations.about_axis(axis, np.array(angle))).float().requires_grad_()
    q = matrix_to_quaternion(m)
    wanted = torch.from_numpy(numpy_rotations.to_matrix(q.detach().double().numpy())).float()
    torch.testing.assert_close(wanted, m.detach(), atol=1e-6, rtol=0)
    q.sum().backward()
    assert torch.isfinite(m.grad).all()


def test_yaw_is_a_turn_about_y_as_in_numpy():
    points = torch.randn(5, 7, 3, dtype=torch.float64)
    yaw = torch.linspace(-3, 3, 5, dtype=torch.float64)
    turn = torch.from_numpy(numpy_rotations.about_axis("y", yaw.numpy()))
    torch.testing.assert_close(yaw_rotate(points, yaw), points @ turn.transpose(-1, -2))
    back = yaw_rotate(yaw_rotate(points, yaw), -yaw)
    torch.testing.assert_close(back, points)
