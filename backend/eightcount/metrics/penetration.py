"""Penetration: how deep the feet sink into the floor."""

from __future__ import annotations

import numpy as np

from eightcount.motion.contacts import foot_clearance


def penetration(joints: np.ndarray, floor: float = 0.0) -> float:
    """Mean over frames of the deepest foot point's depth below the floor, cm; 0 is right.

    A foot point is a heel or toe of the skeleton less the height at which it stands with the sole
    flat on the floor (``SOLE_HEIGHTS``); frames with both feet above the floor count as 0.

    Args:
        joints: (T, 24, 3) metres, y up.
        floor: height of the floor, metres.
    """
    clearance = foot_clearance(np.asarray(joints, np.float64)) - floor
    return float(100 * np.maximum(-clearance.min(axis=1), 0).mean())
