"""Diversity over seeds: do several takes of one song differ?"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

#: poses a second that are compared.
POSE_RATE = 2.0
#: two seconds are "the same" when their poses differ by less than this, cm.
SAME_POSE = 2.0


@dataclass(frozen=True)
class SeedDiversity:
    """How different the takes of one song are.

    Attributes:
        distance: mean over pairs of takes of the mean joint distance between their poses at the
            same moment, cm (root-relative, heading removed).
        repeated: share of the moments at which a pair's poses are the same (< 2 cm), 0 to 1: the
            share of seconds that a second seed does not change.
        takes: how many takes were compared.
    """

    distance: float
    repeated: float
    takes: int


def sample_poses(joints: np.ndarray, fps: float, rate: float = POSE_RATE) -> np.ndarray:
    """A take's poses ``rate`` times a second without place and heading, (K, J, 3) float32 metres.

    Args:
        joints: (T, 24, 3) metres, y up.
    """
    frames = np.arange(0, len(joints) - 0.5, fps / rate).astype(int)
    p = joints[frames] - joints[frames, :1]
    across = p[:, 1] - p[:, 2]  # right hip to left hip
    heading = np.arctan2(-across[:, 2], across[:, 0])
    c, s = np.cos(heading)[:, None], np.sin(heading)[:, None]
    x, z = p[..., 0], p[..., 2]
    return np.stack([c * x - s * z, p[..., 1], s * x + c * z], axis=-1).astype(np.float32)


def seed_diversity(poses: list[np.ndarray]) -> SeedDiversity:
    """Diversity of the takes of one song.

    Args:
        poses: of each take what :func:`sample_poses` gives; compared over the shortest.

    Raises:
        ValueError: with fewer than two takes.
    """
    if len(poses) < 2:
        raise ValueError("diversity over seeds needs two takes of one song")
    shortest = min(map(len, poses))
    gaps = np.stack(
        [
            100 * np.linalg.norm(a[:shortest] - b[:shortest], axis=-1).mean(axis=1)
            for a, b in combinations(poses, 2)
        ]
    )  # (pairs, K) cm
    return SeedDiversity(float(gaps.mean()), float((gaps < SAME_POSE).mean()), len(poses))
