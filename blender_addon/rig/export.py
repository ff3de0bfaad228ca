# SPDX-License-Identifier: GPL-3.0-or-later
"""A take read back from its keys, and written as files for other programs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np

from eightcount.motion import rotations as rot
from eightcount.motion.errors import EightcountError
from eightcount.motion.formats import bvh, npz
from eightcount.motion.motion import Motion
from eightcount.motion.skeleton import NUM_JOINTS

from . import axes, keyframes, span
from .take import REST_ROOT, TakeSettings, read_settings, stored_motion
from .timing import Clock


@dataclass(frozen=True, eq=False)
class Reading:
    """A take as its Action holds it.

    Attributes:
        motion: as its keys now stand; ``made``: as it was made, None where that is not known.
        absent: (T, 99) True where a key of the take was deleted; the motion shows what is seen there.
        added: (T, 99) True where keys were added between a frame and the next one, or after the last.
        clock: where the frames lie on the timeline.
    """

    motion: Motion
    made: Motion | None
    absent: np.ndarray
    added: np.ndarray
    clock: Clock


def read_take(action: bpy.types.Action) -> Motion:
    """The take's motion as its keys now stand.

    Where nobody has touched a key, it is the motion that was made, bit for bit; a key that was
    changed by hand is read from its curve. Raises EightcountError "take-none" for another Action.
    """
    return read_action(action).motion


def read_action(action: bpy.types.Action) -> Reading:
    """The take with all that an edit must know of it. Raises as `read_take`."""
    settings = _settings(action)
    made = stored_motion(action, settings.fps)
    rest_root = np.array(action.get(REST_ROOT, (0.0, 0.0, 0.0)))
    frames = len(made) if made is not None else round(settings.seconds * settings.fps)
    clock = span.clock_of(action, settings, frames)
    table, keyed, added = keyframes.read_at(action, clock.scene_frames(0, frames))
    motion = _motion(table, made, rest_root, settings.fps)
    return Reading(motion, made, ~keyed, added, clock)


def _motion(table: np.ndarray, made: Motion | None, rest_root: np.ndarray, fps: float) -> Motion:
    """The key table as a motion; what was not touched is what was made, bit for bit."""
    if made is None:
        return _from_table(table, rest_root, fps)
    expected = keyframes.key_table(made, rest_root)
    turns = table[:, 3:].reshape(len(table), NUM_JOINTS, 4)
    as_made = expected[:, 3:].reshape(turns.shape)
    # q and -q are one rotation, and an edit may have turned the signs
    untouched = (turns == as_made).all(-1) | (turns == -as_made).all(-1)
    in_place = (table[:, :3] == expected[:, :3]).all(-1)
    if untouched.all() and in_place.all():
        return made
    found = _from_table(table, rest_root, fps)
    return Motion(
        np.where(untouched[..., None], made.rotations, found.rotations),
        np.where(in_place[:, None], made.translation, found.translation),
        made.contacts,
        fps,
    )


def with_added(
    action: bpy.types.Action, read: Reading, first: int, last: int
) -> tuple[Motion, int]:
    """The take in which keys added between frames ``first`` .. ``last`` have gone to the nearest one.

    For edits that change every pose: there is no frame to change between two frames.

    Returns:
        The motion: at the nearest frame, the joints that such a key turns (or the pelvis's place) are as
        they are seen at the key. And how many times hold such keys.
    """
    settings, fps = _settings(action), read.motion.fps
    rest_root = np.array(action.get(REST_ROOT, (0.0, 0.0, 0.0)))
    keys = keyframes.added_keys(action, read.clock.scene_frames(0, len(read.motion)))
    rotations, place = read.motion.rotations.copy(), read.motion.translation.copy()
    times = set()
    for when, column in keys:
        at = read.clock.take_frame(when)
        if not first < at < last - 1:
            continue
        times.add(when)
        seen = _from_table(keyframes.sample_keys(action, np.array([when])), rest_root, settings.fps)
        if column < 3:
            place[round(at)] = seen.translation[0]
        else:
            joint = (column - 3) // 4
            rotations[round(at), joint] = seen.rotations[0, joint]
    return Motion(rotations, place, read.motion.contacts, fps), len(times)


def apart(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """How far rotations (..., 4) are apart: the largest difference of a part, whatever the signs."""
    return np.minimum(np.abs(a - b).max(-1), np.abs(a + b).max(-1))


def export_npz(action: bpy.types.Action, path: Path | str) -> None:
    """Write ``take.npz`` (SMPL poses, joints, contacts, beats, settings)."""
    settings = _settings(action)
    npz.save_take(
        path,
        read_take(action),
        beats=np.array(settings.beats),
        genre=settings.genre,
        seed=settings.seed,
        model=settings.model,
    )


def export_bvh(action: bpy.types.Action, path: Path | str) -> None:
    """Write ``take.bvh``: the skeleton with its motion, y up, at the take's frame rate."""
    bvh.save_bvh(path, read_take(action))


def _from_table(table: np.ndarray, rest_root: np.ndarray, fps: float) -> Motion:
    place = axes.vectors_from_blender(table[:, :3].astype(np.float64) + rest_root)
    turns = table[:, 3:].reshape(len(table), NUM_JOINTS, 4)
    turns = rot.normalise(axes.quaternions_from_blender(turns).astype(np.float64))
    return Motion(turns, place, np.zeros((len(table), 4), np.float32), fps)


def _settings(action: bpy.types.Action) -> TakeSettings:
    settings = read_settings(action)
    if settings is None:
        raise EightcountError(
            "take-none", f"The action {action.name!r} is no take.", "Choose one of the takes' list."
        )
    return settings
