# SPDX-License-Identifier: GPL-3.0-or-later
"""A take read back from its keys, and written as files for other programs."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np

from eightcount.motion import rotations as rot
from eightcount.motion.errors import EightcountError
from eightcount.motion.formats import bvh, npz
from eightcount.motion.motion import Motion
from eightcount.motion.skeleton import NUM_JOINTS

from . import axes, keyframes, timing
from .take import REST_ROOT, TakeSettings, read_settings, stored_motion


def read_take(action: bpy.types.Action) -> Motion:
    """The take's motion as its keys now stand.

    Where nobody has touched a key, it is the motion that was made, bit for bit; a key that was
    changed by hand is read from its curve. Raises EightcountError "take-none" for another Action.
    """
    settings = _settings(action)
    made = stored_motion(action, settings.fps)
    rest_root = np.array(action.get(REST_ROOT, (0.0, 0.0, 0.0)))
    clock = timing.Clock(settings.first_frame, settings.scene_fps, settings.fps)
    table = keyframes.read_keys(action)
    if table is None or (made is not None and len(table) != len(made)):
        frames = len(made) if made is not None else round(settings.seconds * settings.fps)
        table = keyframes.sample_keys(action, clock.scene_frames(0, frames))
    found = _from_table(table, rest_root, settings.fps)
    if made is None:
        return found
    expected = keyframes.key_table(made, rest_root)
    turns = table[:, 3:].reshape(len(table), NUM_JOINTS, 4)
    as_made = expected[:, 3:].reshape(turns.shape)
    # q and -q are one rotation, and an edit may have turned the signs
    untouched = (turns == as_made).all(-1) | (turns == -as_made).all(-1)
    in_place = (table[:, :3] == expected[:, :3]).all(-1)
    return Motion(
        np.where(untouched[..., None], made.rotations, found.rotations),
        np.where(in_place[:, None], made.translation, found.translation),
        made.contacts,
        settings.fps,
    )


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
