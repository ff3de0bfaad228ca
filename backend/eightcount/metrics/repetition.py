"""Repetition: how often does the same stretch of dance come back?"""

from __future__ import annotations

import numpy as np

from eightcount.metrics.diversity import sample_poses

#: poses a second that are compared
_RATE = 7.5
#: stretches whose poses lie so near to each other on average are the same, cm
SAME_STRETCH = 5.0


def most_repeated(
    joints: np.ndarray, fps: float, seconds: float = 4.0, same: float = SAME_STRETCH
) -> float:
    """How often the most repeated stretch occurs in a dance, itself counted; 1 = nothing returns.

    Two stretches are the same when the mean distance of their joints, pose by pose, is below
    ``same`` (root-relative, heading removed). Occurrences do not overlap. A stretch that hardly
    moves returns as long as it lasts: standing still counts as repetition.

    Args:
        joints: (T, 24, 3) metres, y up.
        fps: frames a second.
        seconds: length of a stretch.
        same: cm.

    Returns:
        a count; a clip shorter than two stretches has 1.
    """
    return most_repeated_poses(sample_poses(joints, fps, _RATE), round(seconds * _RATE), same)


def most_repeated_poses(
    poses: np.ndarray, length: int, same: float = SAME_STRETCH, since: int = 0
) -> float:
    """:func:`most_repeated` for poses that are sampled already.

    Args:
        poses: (K, 24, 3) metres, root-relative, heading removed.
        length: poses in a stretch.
        same: cm.
        since: only stretches that lie by half in the poses from this one on are counted (against all).
    """
    starts = len(poses) - length + 1
    if starts <= length:
        return 1.0
    gaps = np.empty((len(poses), len(poses)), np.float32)
    for row, pose in enumerate(poses):
        gaps[row] = 100 * np.linalg.norm(poses - pose, axis=-1).mean(axis=1)
    # mean along the diagonal: entry (i, j) compares the stretches that begin at i and at j
    apart = np.zeros((starts, starts), np.float64)
    for k in range(length):
        apart += gaps[k : k + starts, k : k + starts]
    counted = apart[min(max(since - length // 2, 0), starts - 1) :]
    return float(max(_occurrences(row < same * length, length) for row in counted))


def _occurrences(alike: np.ndarray, length: int) -> int:
    """Beginnings that are alike, each at least a stretch after the one before."""
    count, free = 0, 0
    for start in np.flatnonzero(alike):
        if start >= free:
            count, free = count + 1, start + length
    return count
