"""Joint limits: poses that no body can take (knees that bend forwards, necks turned about).

Limits are generous: a trained dancer stays inside them, a broken rotation does not. They follow the
clinical ranges of motion (AAOS) with about a third on top, because SMPL joints also carry the
motion of their neighbours (a "shoulder" turns with the collar bone, three spine joints share one
spine).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eightcount.motion import rotations as rot
from eightcount.motion.skeleton import JOINTS

#: largest turn of a joint away from the rest pose about any axis, degrees.
LARGEST_TURN: dict[str, float] = {
    "left_hip": 160, "right_hip": 160, "spine1": 70, "left_knee": 170, "right_knee": 170,
    "spine2": 60, "left_ankle": 90, "right_ankle": 90, "spine3": 60, "left_foot": 80,
    "right_foot": 80, "neck": 90, "left_collar": 70, "right_collar": 70, "head": 90,
    "left_elbow": 170, "right_elbow": 170, "left_wrist": 110, "right_wrist": 110,
}  # fmt: skip

#: hinges: joint -> (axis of the rotation vector that bends it, sign of bending).
HINGES: dict[str, tuple[int, int]] = {
    "left_knee": (0, 1),
    "right_knee": (0, 1),
    "left_elbow": (1, -1),
    "right_elbow": (1, 1),
}
#: how far a hinge may bend the wrong way, degrees.
OVEREXTENSION = 20.0


@dataclass(frozen=True)
class LimitViolations:
    """Where a take leaves the limits.

    Attributes:
        share: share of the frames with any joint outside, 0 to 1.
        by_joint: share of the frames outside for each joint that ever is.
        worst: largest excess over a limit, degrees.
    """

    share: float
    by_joint: dict[str, float]
    worst: float


def joint_limits(rotations: np.ndarray) -> LimitViolations:
    """Share of frames outside the limits; 0 is right.

    Args:
        rotations: (T, 24, 4) local quaternions wxyz in the project's rest pose (T-pose, identity).
    """
    excess = limit_excess(rotations)
    outside = excess > 0
    shares = outside.mean(axis=0)
    return LimitViolations(
        share=float(outside.any(axis=1).mean()),
        by_joint={JOINTS[j]: float(shares[j]) for j in np.flatnonzero(shares)},
        worst=float(max(excess.max(), 0)),
    )


def limit_excess(rotations: np.ndarray) -> np.ndarray:
    """Degrees by which each joint is outside its limits, (T, 24); negative inside, -inf if free."""
    vectors = np.degrees(rot.to_axis_angle(np.asarray(rotations, np.float64)))
    excess = np.full(vectors.shape[:2], -np.inf)
    for name, limit in LARGEST_TURN.items():
        j = JOINTS.index(name)
        excess[:, j] = np.linalg.norm(vectors[:, j], axis=-1) - limit
    for name, (axis, sign) in HINGES.items():
        j = JOINTS.index(name)
        excess[:, j] = np.maximum(excess[:, j], -sign * vectors[:, j, axis] - OVEREXTENSION)
    return excess
