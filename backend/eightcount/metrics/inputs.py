"""What every metric asks of its input, and the axes that it may come in."""

from __future__ import annotations

import numpy as np

from eightcount.motion.errors import EightcountError

#: shorter takes have no meaningful speeds, accelerations or beats.
MIN_FRAMES = 10


def check_joints(joints: np.ndarray, name: str = "the joints", joint_count: int = 24) -> np.ndarray:
    """Joint positions as float64, or an error that names the file and the cure.

    Args:
        joints: (T, joint_count, 3) positions in metres.
        name: what the error calls the array, usually its file.
        joint_count: joints that the array must have.

    Raises:
        EightcountError: ``joints-shape``, ``joints-short`` or ``joints-not-finite``.
    """
    joints = np.asarray(joints)
    if joints.ndim != 3 or joints.shape[1:] != (joint_count, 3) or joints.dtype.kind not in "fiu":
        raise EightcountError(
            "joints-shape",
            f"{name} holds {joints.dtype} {joints.shape}, not joint positions "
            f"(frames, {joint_count}, 3).",
            f"Store the positions of the {joint_count} SMPL joints in metres as one float array.",
        )
    if len(joints) < MIN_FRAMES:
        raise EightcountError(
            "joints-short",
            f"{name} has {len(joints)} frames, fewer than the {MIN_FRAMES} that the metrics need.",
            "Use a longer take.",
        )
    joints = joints.astype(np.float64)
    bad = ~np.isfinite(joints).all(axis=(1, 2))
    if bad.any():
        raise EightcountError(
            "joints-not-finite",
            f"{name} has NaN or infinite positions in {int(bad.sum())} frames, the first at frame "
            f"{int(bad.argmax())}.",
            "Cut those frames away or fill them in before scoring.",
        )
    return joints


def check_beats(beats: np.ndarray, name: str = "the beats") -> np.ndarray:
    """Music beats as sorted float64 frames, or an error.

    Args:
        beats: (B,) beat times in frames from the take's start; a boolean array (T,) that is true on
            beat frames is taken as well.
        name: what the error calls the array.

    Raises:
        EightcountError: ``beats-shape`` or ``beats-none``.
    """
    beats = np.asarray(beats)
    if beats.dtype == bool and beats.ndim == 1:
        beats = np.flatnonzero(beats)
    if beats.ndim != 1 or beats.dtype.kind not in "fiu" or not np.isfinite(beats).all():
        raise EightcountError(
            "beats-shape",
            f"{name} holds {beats.dtype} {beats.shape}, not a list of beat times.",
            "Store the beats as a one-dimensional array of frame numbers.",
        )
    if len(beats) == 0:
        raise EightcountError(
            "beats-none",
            f"{name} holds no beats.",
            "Track the song's beats first, or leave the beat scores out.",
        )
    return np.sort(beats.astype(np.float64))


def to_y_up(joints: np.ndarray, up: str) -> np.ndarray:
    """Positions (..., 3) whose up axis is "y" or "z", turned (not mirrored) so that y points up."""
    if up == "y":
        return joints
    if up == "z":
        return np.stack([joints[..., 0], joints[..., 2], -joints[..., 1]], axis=-1)
    raise EightcountError("up-axis", f"The up axis {up!r} is not known.", "Use y or z.")


def to_z_up(joints: np.ndarray) -> np.ndarray:
    """Positions (..., 3) with y up turned so that z points up: undoes ``to_y_up(..., "z")``."""
    return np.stack([joints[..., 0], -joints[..., 2], joints[..., 1]], axis=-1)
