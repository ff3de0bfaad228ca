"""The one skeleton of the project: SMPL's 24 joints with rounded mean-body offsets.

Axes: metres, y up, x to the dancer's left, z forward. In the rest pose every joint's rotation is
the identity and the figure stands in a T-pose. The joint order and tree are those of SMPL
(Loper et al. 2015); the offsets are our own rounded figures for a 1.7 m tall body, so that no file of
the SMPL body model is needed.
"""

from __future__ import annotations

import numpy as np

JOINTS: tuple[str, ...] = (
    "pelvis",
    "left_hip",
    "right_hip",
    "spine1",
    "left_knee",
    "right_knee",
    "spine2",
    "left_ankle",
    "right_ankle",
    "spine3",
    "left_foot",
    "right_foot",
    "neck",
    "left_collar",
    "right_collar",
    "head",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_hand",
    "right_hand",
)

#: parent of each joint; -1 for the root. Parents always come before their children.
PARENTS: tuple[int, ...] = (
    -1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21,
)  # fmt: skip

#: offset of each joint from its parent in the rest pose, (24, 3) metres.
OFFSETS: np.ndarray = np.array(
    [
        [0.000, 0.000, 0.000],  # pelvis
        [0.070, -0.085, -0.010],
        [-0.070, -0.085, -0.010],
        [0.000, 0.110, -0.025],  # spine1
        [0.035, -0.385, -0.005],
        [-0.035, -0.385, -0.005],
        [0.000, 0.135, 0.000],  # spine2
        [-0.015, -0.400, -0.040],
        [0.015, -0.400, -0.040],
        [0.000, 0.055, 0.005],  # spine3
        [0.030, -0.055, 0.120],
        [-0.030, -0.055, 0.120],
        [0.000, 0.215, -0.030],  # neck
        [0.075, 0.115, -0.020],
        [-0.075, 0.115, -0.020],
        [0.000, 0.085, 0.045],  # head
        [0.105, 0.040, -0.015],
        [-0.105, 0.040, -0.015],
        [0.260, -0.010, -0.020],
        [-0.260, -0.010, -0.020],
        [0.250, 0.010, 0.000],
        [-0.250, 0.010, 0.000],
        [0.085, -0.010, -0.010],
        [-0.085, -0.010, -0.010],
    ],
    dtype=np.float64,
)
OFFSETS.setflags(write=False)

#: the nine joints of the lower token stream and the fifteen of the upper one.
LOWER: tuple[int, ...] = (0, 1, 2, 4, 5, 7, 8, 10, 11)
UPPER: tuple[int, ...] = (3, 6, 9, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23)

#: joint that takes each joint's place in a mirror (left and right exchanged).
MIRROR: tuple[int, ...] = (
    0, 2, 1, 3, 5, 4, 6, 8, 7, 9, 11, 10, 12, 14, 13, 15, 17, 16, 19, 18, 21, 20, 23, 22,
)  # fmt: skip

#: the joints behind the four contact columns: left heel, right heel, left toe, right toe.
CONTACT_JOINTS: tuple[int, ...] = (7, 8, 10, 11)
#: height of those joints above the floor when the foot stands flat, metres.
SOLE_HEIGHTS: np.ndarray = np.array([0.075, 0.075, 0.020, 0.020])
SOLE_HEIGHTS.setflags(write=False)

NUM_JOINTS = len(JOINTS)
FPS = 30.0


def joint(name: str) -> int:
    """Index of a joint by its name; ``KeyError`` with the known names if there is none."""
    try:
        return JOINTS.index(name)
    except ValueError:
        raise KeyError(f"no joint {name!r}; there are {', '.join(JOINTS)}") from None


def rest_height() -> float:
    """Height of the pelvis above the floor when the rest pose stands on its soles, metres."""
    down = OFFSETS[1] + OFFSETS[4] + OFFSETS[7]
    return float(SOLE_HEIGHTS[0] - down[1])
