"""Motion as two streams of numbers: what the motion tokenizers code and decode.

Lower (62 a frame): 6D rotations of the nine lower joints, the pelvis freed of its heading (54); root
velocity in the heading's frame, left and forward, m/s (2); turning speed, rad/s (1); root height, m
(1); contacts (4). Upper (90 a frame): 6D local rotations of the fifteen upper joints.

Both are blind to where the dancer stands and which way she faces: those are the sums of velocity and
turning speed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eightcount.motion import rotations as rot
from eightcount.motion.motion import Motion
from eightcount.motion.skeleton import FPS, LOWER, NUM_JOINTS, UPPER

LOWER_SIZE = 62
UPPER_SIZE = 90
#: frames of both streams that one token stands for
FRAMES_PER_TOKEN = 4
#: columns of the lower stream
VELOCITY = slice(54, 56)
TURN = 56
HEIGHT = 57
CONTACTS = slice(58, 62)


@dataclass(frozen=True)
class Placement:
    """Where a motion begins: heading in radians and position (x, z) in metres."""

    heading: float = 0.0
    x: float = 0.0
    z: float = 0.0


def heading_of(pelvis: np.ndarray) -> np.ndarray:
    """Heading (T,) radians, unwrapped, of pelvis matrices (T, 3, 3); 0 faces +z.

    Read off the hip axis, which stays level when the dancer bends forward.
    """
    return np.unwrap(np.arctan2(-pelvis[:, 2, 0], pelvis[:, 0, 0]))


def to_streams(motion: Motion) -> tuple[np.ndarray, np.ndarray]:
    """Lower (T, 62) and upper (T, 90) streams, float32, of a motion at 30 fps, T >= 2.

    Velocity and turning speed of frame t lead to frame t + 1; the last frame repeats the one before.
    """
    matrices = rot.to_matrix(motion.rotations.astype(np.float64))
    heading = heading_of(matrices[:, 0])
    level = rot.about_axis("y", -heading)
    matrices[:, 0] = level @ matrices[:, 0]
    place = motion.translation.astype(np.float64)
    step = _forward_difference(place) * motion.fps
    step = np.einsum("tij,tj->ti", level, step)
    turn = _forward_difference(heading) * motion.fps
    six = rot.to_6d(matrices)
    frames = len(motion)
    lower = np.concatenate(
        [
            six[:, LOWER].reshape(frames, -1),
            step[:, [0, 2]],
            turn[:, None],
            place[:, 1:2],
            motion.contacts,
        ],
        axis=1,
    )
    upper = six[:, UPPER].reshape(frames, -1)
    return lower.astype(np.float32), upper.astype(np.float32)


def from_streams(
    lower: np.ndarray, upper: np.ndarray, start: Placement | None = None, fps: float = FPS
) -> tuple[Motion, Placement]:
    """The motion of two streams, and the placement of the frame that would come next.

    Args:
        lower, upper: (T, 62) and (T, 90), as :func:`to_streams` makes them.
        start: heading and position of the first frame.
        fps: frames a second.
    """
    start = start or Placement()
    lower = lower.astype(np.float64)
    frames = len(lower)
    turns = start.heading + np.concatenate([[0], np.cumsum(lower[:, TURN]) / fps])
    heading = turns[:-1]
    six = np.empty((frames, NUM_JOINTS, 6))
    six[:, LOWER] = lower[:, :54].reshape(frames, len(LOWER), 6)  # also of no frame at all
    six[:, UPPER] = upper.astype(np.float64).reshape(frames, len(UPPER), 6)
    matrices = rot.from_6d(six)
    spin = rot.about_axis("y", heading)
    matrices[:, 0] = spin @ matrices[:, 0]
    step = np.stack([lower[:, 54], np.zeros(frames), lower[:, 55]], axis=1) / fps
    step = np.einsum("tij,tj->ti", spin, step)
    path = np.array([start.x, 0, start.z]) + np.concatenate(
        [np.zeros((1, 3)), np.cumsum(step, axis=0)]
    )
    place = path[:-1].copy()
    place[:, 1] = lower[:, HEIGHT]
    q = rot.unroll(rot.from_matrix(matrices))
    contacts = np.clip(lower[:, CONTACTS], 0, 1)
    following = Placement(float(turns[-1]), float(path[-1, 0]), float(path[-1, 2]))
    return Motion(q, place, contacts, fps), following


def _forward_difference(x: np.ndarray) -> np.ndarray:
    d = np.diff(x, axis=0)
    return np.concatenate([d, d[-1:]])
