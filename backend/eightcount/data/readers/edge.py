"""Pickles of EDGE: what it generates (30 fps, z up), and AIST++ as it cuts it (60 fps, y up)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from eightcount.data.readers.base import Options, Reading, damaged, field_of, smpl_motion
from eightcount.motion.formats.safe_pickle import load_arrays

GENERATED_FPS = 30.0
CUT_FPS = 60.0


def read(path: Path, options: Options) -> Reading:
    """Read ``smpl_poses`` and ``smpl_trans`` as EDGE generates them, or ``q`` and ``pos`` cuts.

    Raises:
        EightcountError: ``pickle-refused``, ``pickle-damaged``, ``file-foreign``, ``file-damaged``.
    """
    data = load_arrays(path)
    if "q" in data and "pos" in data:
        scale = float(np.asarray(data.get("scale", 1.0), np.float64).reshape(-1)[0])
        if not (np.isfinite(scale) and scale > 0):
            raise damaged(path, f"its scale is {scale:g}")
        place = np.asarray(data["pos"]) / scale
        motion = smpl_motion(np.asarray(data["q"]), place, options.fps or CUT_FPS, path)
        return Reading(motion, ("It is a cut of AIST++: 60 fps, y up.",), scaled=False)
    poses = field_of(data, ("smpl_poses",), path)
    place = field_of(data, ("smpl_trans",), path)
    motion = smpl_motion(poses, place, options.fps or GENERATED_FPS, path, z_up=True)
    return Reading(motion, scaled=False)
