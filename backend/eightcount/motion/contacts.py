"""Which parts of the feet stand on the floor: found by height and speed."""

from __future__ import annotations

import numpy as np

from eightcount.motion.skeleton import CONTACT_JOINTS, SOLE_HEIGHTS

#: a heel or toe is in contact when slower than this (m/s) ...
CONTACT_SPEED = 0.45
#: ... and less than this far above its standing height (m).
CONTACT_HEIGHT = 0.06


def foot_clearance(joints: np.ndarray) -> np.ndarray:
    """Height of heels and toes above where they would be when standing, (T, 4) metres."""
    return joints[:, CONTACT_JOINTS, 1] - SOLE_HEIGHTS.astype(joints.dtype)


def foot_speed(joints: np.ndarray, fps: float) -> np.ndarray:
    """Speed of heels and toes, (T, 4) m/s; the last frame repeats the one before."""
    feet = joints[:, CONTACT_JOINTS]
    if len(feet) < 2:
        return np.zeros(feet.shape[:2], dtype=joints.dtype)
    speed = np.linalg.norm(np.diff(feet, axis=0), axis=-1) * fps
    return np.concatenate([speed, speed[-1:]])


def find_contacts(joints: np.ndarray, fps: float) -> np.ndarray:
    """Contacts (T, 4) of 0 or 1 (left heel, right heel, left toe, right toe).

    Args:
        joints: positions (T, 24, 3) metres, y up, floor at 0.
        fps: frames a second.
    """
    still = foot_speed(joints, fps) < CONTACT_SPEED
    low = foot_clearance(joints) < CONTACT_HEIGHT
    return (still & low).astype(np.float32)
