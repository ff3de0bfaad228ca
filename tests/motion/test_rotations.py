"""Rotations: every form round-trips, also at the poles."""

from __future__ import annotations

import numpy as np
import pytest

from eightcount.motion import rotations as rot


@pytest.fixture
def quaternions() -> np.ndarray:
    q = rot.normalise(np.random.default_rng(0).normal(size=(500, 4)))
    half_turns = np.eye(4)[[1, 2, 3]]  # 180 degrees about each axis: the hard case for matrices
    q = np.concatenate([q, half_turns, np.eye(4)[:1]])
    return np.where(q[:, :1] < 0, -q, q)


def test_matrix_round_trip(quaternions):
    back = rot.from_matrix(rot.to_matrix(quaternions))
    assert np.abs((back * quaternions).sum(-1)).min() > 1 - 1e-12


def test_axis_angle_round_trip(quaternions):
    back = rot.from_axis_angle(rot.to_axis_angle(quaternions))
    assert np.abs((back * quaternions).sum(-1)).min() > 1 - 1e-12


def test_tiny_angles_keep_their_size():
    v = np.array([[1e-9, 0, 0], [0, 0, 0]])
    np.testing.assert_allclose(rot.to_axis_angle(rot.from_axis_angle(v)), v, atol=1e-15)


def test_6d_is_the_first_two_columns(quaternions):
    m = rot.to_matrix(quaternions)
    np.testing.assert_array_equal(rot.to_6d(m)[:, :3], m[:, :, 0])
    np.testing.assert_allclose(rot.from_6d(rot.to_6d(m) * 3), m, atol=1e-12)


def test_product_is_first_right_then_left(quaternions):
    v = np.array([0.3, -1.0, 2.0])
    a, b = quaternions[:100], quaternions[100:200]
    np.testing.assert_allclose(
        rot.rotate(rot.multiply(a, b), np.broadcast_to(v, (100, 3))),
        rot.rotate(a, rot.rotate(b, np.broadcast_to(v, (100, 3)))),
        atol=1e-12,
    )


def test_between_turns_one_direction_into_the_other():
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(50, 3)), rng.normal(size=(50, 3))
    b[0] = -a[0]  # opposite
    b[1] = a[1]
    turned = rot.rotate(rot.between(a, b), a / np.linalg.norm(a, axis=-1, keepdims=True))
    np.testing.assert_allclose(turned, b / np.linalg.norm(b, axis=-1, keepdims=True), atol=1e-9)


def test_slerp_halfway_is_half_the_angle():
    a = np.array([[1.0, 0, 0, 0]])
    b = rot.from_axis_angle(np.array([[0, 1.0, 0]]))
    half = rot.slerp(a, -b, np.array([0.5]))
    np.testing.assert_allclose(rot.to_axis_angle(half), [[0, 0.5, 0]], atol=1e-12)


def test_unroll_removes_sign_flips():
    q = rot.from_axis_angle(np.linspace(0, 6, 50)[:, None] * np.array([0, 1.0, 0]))
    flipped = q.copy()
    flipped[::3] *= -1
    smooth = rot.unroll(flipped)
    assert ((smooth[1:] * smooth[:-1]).sum(-1) > 0).all()


def test_about_axis_turns_left_about_y():
    m = rot.about_axis("y", np.array(np.pi / 2))
    np.testing.assert_allclose(m @ np.array([0, 0, 1.0]), [1, 0, 0], atol=1e-12)
    assert rot.yaw_of(m) == pytest.approx(np.pi / 2)
