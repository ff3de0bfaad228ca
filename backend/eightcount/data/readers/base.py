"""What all readers share: what they are told, what they give back, how faults are worded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from eightcount.data.skeleton_maps import SkeletonMap
from eightcount.motion import rotations as rot
from eightcount.motion.errors import EightcountError
from eightcount.motion.motion import Motion
from eightcount.motion.skeleton import NUM_JOINTS

#: joints of the body that SMPL, SMPL-H and SMPL-X share; the hands follow, each in its own way
BODY_JOINTS = 22
#: from z up (x right or left as it was) to y up
Z_UP_TO_Y_UP = np.array([np.sqrt(0.5), -np.sqrt(0.5), 0, 0])


@dataclass(frozen=True)
class Options:
    """What a user says about all files.

    Attributes:
        fps: frames a second, overrules the file; None believes the file or the kind's rate.
        skeleton: which source joints are ours; None recognises them.
    """

    fps: float | None = None
    skeleton: SkeletonMap | None = None


@dataclass(frozen=True)
class Reading:
    """A file as read.

    Attributes:
        motion: on our skeleton, floor anywhere, contacts 0, at the file's frame rate.
        notes: sentences about what the reader found or did.
        scaled: the path is in metres for certain, because the size of a skeleton said so.
        fit_error: mean distance in metres where joint positions were fitted.
    """

    motion: Motion
    notes: tuple[str, ...] = ()
    scaled: bool = True
    fit_error: float | None = None


Reader = Callable[[Path, Options], Reading]


def smpl_motion(
    poses: np.ndarray, place: np.ndarray, fps: float, path: Path, *, z_up: bool = False
) -> Motion:
    """A motion of SMPL, SMPL-H or SMPL-X pose parameters.

    Args:
        poses: (T, 66 or more) axis-angle radians: pelvis, 21 body joints, and hands, which are kept
            where there are exactly SMPL's 24 joints.
        place: (T, 3) the root's path.
        fps: frames a second.
        path: for errors.
        z_up: the file's z axis is up.
    """
    poses = np.asarray(poses, np.float64).reshape(len(poses), -1)
    place = np.asarray(place, np.float64)
    if poses.shape[1] < BODY_JOINTS * 3 or poses.shape[1] % 3:
        raise damaged(path, f"its poses have {poses.shape[1]} columns, SMPL's have 72 or more")
    if place.shape != (len(poses), 3):
        raise damaged(path, f"{len(poses)} poses come with a path of the shape {place.shape}")
    rows = poses.reshape(len(poses), -1, 3)
    body = np.zeros((len(rows), NUM_JOINTS, 3))
    keep = NUM_JOINTS if rows.shape[1] == NUM_JOINTS else BODY_JOINTS
    body[:, :keep] = rows[:, :keep]
    return upright(rot.from_axis_angle(body), place, fps, z_up)


def upright(q: np.ndarray, place: np.ndarray, fps: float, z_up: bool) -> Motion:
    """A motion of local quaternions (T, 24, 4) and a path (T, 3), turned to y up."""
    if z_up:
        turn = np.broadcast_to(Z_UP_TO_Y_UP, (len(q), 4))
        q = q.copy()
        q[:, 0] = rot.multiply(turn, q[:, 0])
        place = rot.rotate(turn, place)
    return Motion(rot.unroll(q), place, np.zeros((len(q), 4)), float(fps))


def field_of(data: dict[str, Any], names: Sequence[str], path: Path) -> np.ndarray:
    """The first of several names that a file has.

    Raises:
        EightcountError: ``file-foreign`` when it has none.
    """
    for name in names:
        if name in data:
            return np.asarray(data[name])
    raise EightcountError(
        "file-foreign",
        f"{path.name} holds {', '.join(map(str, data)) or 'nothing'}, but no {' or '.join(names)}.",
        "Check --kind.",
    )


def damaged(path: Path, why: str) -> EightcountError:
    """The error for a file whose content does not fit."""
    return EightcountError("file-damaged", f"{path.name} cannot be used: {why}.", "Get it again.")


def load_npy(path: Path) -> np.ndarray:
    """One array of numbers.

    Raises:
        EightcountError: ``file-damaged``; pickled objects are never loaded.
    """
    try:
        value = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as fault:
        raise damaged(path, f"it is no numpy array ({fault})") from fault
    if not isinstance(value, np.ndarray):
        value.close()
        raise damaged(path, "it holds several arrays")
    if value.dtype.kind not in "fiu":
        raise damaged(path, f"it holds {value.dtype}, not numbers")
    return value.astype(np.float64)
