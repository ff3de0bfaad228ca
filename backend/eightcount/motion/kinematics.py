"""Forward kinematics in numpy over the project's skeleton."""

from __future__ import annotations

import numpy as np

from eightcount.motion import rotations as rot
from eightcount.motion.skeleton import NUM_JOINTS, OFFSETS, PARENTS


def forward_kinematics(
    rotations: np.ndarray, translation: np.ndarray, offsets: np.ndarray = OFFSETS
) -> tuple[np.ndarray, np.ndarray]:
    """Joint positions and global rotations.

    Args:
        rotations: local joint rotations, quaternions (T, 24, 4) wxyz.
        translation: root position (T, 3) metres, y up.
        offsets: rest-pose offsets (24, 3) metres.

    Returns:
        positions (T, 24, 3) metres and global quaternions (T, 24, 4).
    """
    turns: list[np.ndarray] = [rotations[:, 0]]
    places: list[np.ndarray] = [translation]
    for j in range(1, NUM_JOINTS):
        p = PARENTS[j]
        offset = np.broadcast_to(offsets[j].astype(translation.dtype), translation.shape)
        places.append(places[p] + rot.rotate(turns[p], offset))
        turns.append(rot.multiply(turns[p], rotations[:, j]))
    return np.stack(places, axis=1), np.stack(turns, axis=1)


def local_from_global(turns: np.ndarray) -> np.ndarray:
    """Local quaternions (T, 24, 4) from global ones."""
    local = turns.copy()
    for j in range(1, NUM_JOINTS):
        local[:, j] = rot.multiply(rot.conjugate(turns[:, PARENTS[j]]), turns[:, j])
    return local
