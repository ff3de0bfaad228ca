"""Motion read at other times: frame-rate changes and time-warps."""

from __future__ import annotations

import numpy as np

from eightcount.motion import rotations as rot
from eightcount.motion.contacts import find_contacts
from eightcount.motion.kinematics import forward_kinematics
from eightcount.motion.motion import Motion


def sample_at(motion: Motion, frames: np.ndarray, fps: float) -> Motion:
    """The motion at fractional ``frames`` (N,) of its own, as a motion of ``fps``.

    Rotations by slerp, positions linearly; times outside hold the first or last frame. Contacts are
    found anew, since a time-warp changes speeds.
    """
    frames = np.clip(np.asarray(frames, np.float64), 0, len(motion) - 1)
    low = np.minimum(frames.astype(int), max(len(motion) - 2, 0))
    high = np.minimum(low + 1, len(motion) - 1)
    share = frames - low
    a, b = motion.rotations[low].astype(np.float64), motion.rotations[high].astype(np.float64)
    q = rot.slerp(a, b, share[:, None])
    place = motion.translation[low] * (1 - share[:, None]) + (
        motion.translation[high] * share[:, None]
    )
    joints = forward_kinematics(q, place)[0]
    return Motion(q, place, find_contacts(joints, fps), fps)


def resample(motion: Motion, fps: float) -> Motion:
    """The motion at another frame rate, same length in seconds."""
    count = int(np.floor((len(motion) - 1) * fps / motion.fps)) + 1
    return sample_at(motion, np.arange(count) * motion.fps / fps, fps)
