"""Analytic two-bone IK for a leg: the ankle goes where it is told, the knee bends as it did."""

from __future__ import annotations

import numpy as np

from eightcount.motion import rotations as rot
from eightcount.motion.kinematics import forward_kinematics
from eightcount.motion.skeleton import OFFSETS

#: hip, knee, ankle of the left and the right leg
LEGS = ((1, 4, 7), (2, 5, 8))
#: share of its length to which a leg may stretch: a fully straight knee pops
_REACH = 0.995


def move_ankles(rotations: np.ndarray, translation: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Local rotations with both ankles moved; the feet keep their direction in the world.

    Args:
        rotations: (T, 24, 4) local quaternions wxyz.
        translation: (T, 3) root positions, metres.
        offsets: (T, 2, 3) how far to move the left and the right ankle, metres. Out of reach, the
            leg stretches as far as it can.

    Returns:
        (T, 24, 4): only hips, knees and ankles differ.
    """
    joints, turns = forward_kinematics(rotations, translation)
    out = rotations.copy()
    for side, (hip, knee, ankle) in enumerate(LEGS):
        moved = np.linalg.norm(offsets[:, side], axis=-1) > 1e-6
        if not moved.any():
            continue
        new = _solve(
            joints[moved][:, [hip, knee, ankle]],
            turns[moved][:, [0, hip, knee, ankle]],
            joints[moved][:, ankle] + offsets[moved, side],
            float(np.linalg.norm(OFFSETS[knee])),
            float(np.linalg.norm(OFFSETS[ankle])),
        )
        for j, q in zip((hip, knee, ankle), new, strict=True):
            out[moved, j] = q
    return out


def _solve(joints, turns, target, thigh: float, shin: float):
    """New local rotations of hip, knee and ankle; joints (N, 3, 3), turns (N, 4, 4) with pelvis."""
    hip, knee, ankle = joints[:, 0], joints[:, 1], joints[:, 2]
    reach = target - hip
    length = np.linalg.norm(reach, axis=-1, keepdims=True)
    direction = reach / np.maximum(length, 1e-9)
    shortest = abs(thigh - shin) + 1e-3
    length = np.clip(length, shortest, (thigh + shin) * _REACH)
    # where along the line hip-ankle the knee stands, and how far off it
    along = (thigh**2 - shin**2 + length**2) / (2 * length)
    off = np.sqrt(np.maximum(thigh**2 - along**2, 0))
    bend = knee - hip
    bend = bend - (bend * direction).sum(-1, keepdims=True) * direction
    size = np.linalg.norm(bend, axis=-1, keepdims=True)
    ahead = rot.rotate(turns[:, 0], np.broadcast_to(np.array([0, 0, 1.0]), hip.shape))
    ahead = ahead - (ahead * direction).sum(-1, keepdims=True) * direction
    bend = np.where(size > 1e-3, bend, ahead)  # a straight leg bends forward
    bend = bend / np.maximum(np.linalg.norm(bend, axis=-1, keepdims=True), 1e-9)
    new_knee = hip + along * direction + off * bend
    new_ankle = hip + length * direction
    thigh_turn = rot.multiply(rot.between(knee - hip, new_knee - hip), turns[:, 1])
    shin_turn = rot.multiply(rot.between(ankle - knee, new_ankle - new_knee), turns[:, 2])
    return (
        rot.multiply(rot.conjugate(turns[:, 0]), thigh_turn),
        rot.multiply(rot.conjugate(thigh_turn), shin_turn),
        rot.multiply(rot.conjugate(shin_turn), turns[:, 3]),
    )
