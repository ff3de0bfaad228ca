"""Jitter: the tremble that white noise and badly joined chunks leave in a motion."""

from __future__ import annotations

import numpy as np


def jitter(joints: np.ndarray, fps: float) -> float:
    """Mean length of the third difference times fps^3, m/s^3; lower is smoother.

    Sharp dances (popping, locking) have more than soft ones: compare with real clips, not with 0,
    which is what a frozen figure has.

    Args:
        joints: (T, J, 3) metres.
        fps: frames a second.
    """
    third = np.diff(np.asarray(joints, np.float64), n=3, axis=0)
    return float(np.linalg.norm(third, axis=-1).mean() * fps**3)
