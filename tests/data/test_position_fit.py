"""Fitting our skeleton to points."""

from __future__ import annotations

import numpy as np

from eightcount.data.position_fit import fit_positions, scale_of
from eightcount.motion import rotations as rot
from eightcount.motion.kinematics import forward_kinematics
from eightcount.motion.skeleton import OFFSETS
from tests.data.foreign import dance


def test_our_own_proportions_are_met_exactly():
    expected = dance(60)
    fit = fit_positions(expected.joints())
    assert fit.error < 2e-4
    np.testing.assert_allclose(fit.motion.joints(), expected.joints(), atol=3e-3)


def test_knees_and_pelvis_turn_as_the_dancer_did():
    """The hinges settle the twist of the thighs, which no single point shows."""
    expected = dance(120)
    fit = fit_positions(expected.joints())
    off = rot.multiply(rot.conjugate(expected.rotations), fit.motion.rotations)
    degrees = np.degrees(np.linalg.norm(rot.to_axis_angle(off), axis=-1))
    assert np.median(degrees[:, [0, 1, 2, 4, 5]], axis=0).max() < 5


def test_another_body_keeps_its_poses_and_its_path():
    rng = np.random.default_rng(3)
    motion = dance(60)
    stretch = rng.uniform(0.85, 1.15, (12, 1)).repeat(2, axis=0)
    points, _ = forward_kinematics(
        motion.rotations.astype(np.float64),
        motion.translation.astype(np.float64),
        OFFSETS * stretch,
    )
    fit = fit_positions(points)
    assert fit.error < 0.02
    joints = fit.motion.joints()
    for j, p in ((4, 1), (5, 2), (7, 4), (8, 5), (18, 16), (19, 17), (20, 18), (21, 19)):
        ours, theirs = joints[:, j] - joints[:, p], points[:, j] - points[:, p]
        cosine = (
            (ours * theirs).sum(-1)
            / np.linalg.norm(ours, axis=-1)
            / np.linalg.norm(theirs, axis=-1)
        )
        assert np.degrees(np.arccos(cosine.min())) < 8
    hips, their_hips = joints[:, [1, 2]].mean(1), points[:, [1, 2]].mean(1)
    np.testing.assert_allclose(hips, their_hips * fit.scale, atol=0.03)


def test_neighbouring_frames_stay_neighbours():
    """No flips: the fit turns no joint much faster than the dancer did."""
    expected = dance(120)
    fit = fit_positions(expected.joints() * 3.7)

    def fastest(q: np.ndarray) -> float:
        return float(
            np.linalg.norm(
                rot.to_axis_angle(rot.multiply(rot.conjugate(q[:-1]), q[1:])), axis=-1
            ).max()
        )

    assert fastest(fit.motion.rotations) < 2 * fastest(expected.rotations)


def test_joints_without_a_position_do_not_count():
    expected = dance(40)
    points = expected.joints().copy()
    points[:, 22:] = 99.0
    weights = np.ones(24)
    weights[22:] = 0
    fit = fit_positions(points, weights)
    assert fit.error < 1e-4


def test_scale_is_by_the_legs():
    points = dance(10).joints() * 250
    assert abs(scale_of(points, np.ones(24)) * 250 - 1) < 1e-4
