"""Foot skate: how often a foot that stands on the floor slides over it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

ANKLE_HEIGHT, TOE_HEIGHT = 0.08, 0.05
#: a foot slides when a joint of it moves further than this in one frame, metres.
SLIDE = 0.01
#: toes within this height of each other on frame 0 are both taken to stand, metres.
LEVEL = 0.02
_LEFT, _RIGHT = (7, 10), (8, 11)


def foot_skate_lodge(joints: np.ndarray) -> float:
    """Foot-skate ratio as LODGE publishes it, 0 to 1; lower is better.

    The take is first set on the floor by the toes of frame 0 (their mean height if they are within
    2 cm, else the lower one). A foot is in contact when its ankle is at most 8 cm and its toe at
    most 5 cm high; it slides when ``|(dx + dz) / 2| > 0.01`` m from this frame to the next for
    ankle or toe. Sliding over contact frames, mean of both feet. The quirk: a foot that slides with
    dx = -dz is not seen. Source: Li et al. 2024 (LODGE), code. y up; thresholds are metres a frame
    at 30 fps.

    Args:
        joints: (T, 24, 3) metres, y up, 30 fps.

    Returns:
        the ratio; a foot that never stands is left out, NaN if neither ever does.
    """
    return _skate(joints, lambda step: np.abs(step.mean(axis=-1)))


def foot_skate(joints: np.ndarray) -> float:
    """As :func:`foot_skate_lodge`, but a foot slides when ``sqrt(dx^2 + dz^2) > 0.01`` m."""
    return _skate(joints, lambda step: np.hypot(step[..., 0], step[..., 1]))


def set_on_floor(joints: np.ndarray) -> np.ndarray:
    """Shifted up or down so that the toes of frame 0 stand at height 0, as LODGE does it."""
    left, right = joints[0, _LEFT[1], 1], joints[0, _RIGHT[1], 1]
    floor = (left + right) / 2 if abs(left - right) < LEVEL else min(left, right)
    return joints - np.array([0.0, floor, 0.0])


def _skate(joints: np.ndarray, travel: Callable[[np.ndarray], np.ndarray]) -> float:
    p = set_on_floor(np.asarray(joints, np.float64))
    ratios = []
    for ankle, toe in (_LEFT, _RIGHT):
        stands = (p[:, ankle, 1] <= ANKLE_HEIGHT) & (p[:, toe, 1] <= TOE_HEIGHT)
        if not stands.any():
            continue
        step = np.diff(p[:, (ankle, toe)][..., (0, 2)], axis=0)  # (T-1, 2 joints, xz)
        slides = (travel(step) > SLIDE).any(axis=-1)
        # the last frame has no step: it counts as standing, never as sliding
        ratios.append((stands[:-1] & slides).sum() / stands.sum())
    return float(np.mean(ratios)) if ratios else float("nan")
