"""AIST++ motion pickles: SMPL poses, and a path that is stored times the dancer's scale."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from eightcount.data.readers.base import Options, Reading, damaged, field_of, smpl_motion
from eightcount.motion.formats.safe_pickle import load_arrays

AIST_FPS = 60.0


def read(path: Path, options: Options) -> Reading:
    """Read ``smpl_poses`` (T, 72), ``smpl_trans`` (T, 3) and ``smpl_scaling`` (1,): 60 fps, y up.

    The pickle is read without running anything that it names.

    Raises:
        EightcountError: ``pickle-refused``, ``pickle-damaged``, ``file-foreign``, ``file-damaged``.
    """
    data = load_arrays(path)
    poses = field_of(data, ("smpl_poses",), path)
    place = field_of(data, ("smpl_trans",), path)
    scale = float(np.asarray(data.get("smpl_scaling", 1.0), np.float64).reshape(-1)[0])
    if not (np.isfinite(scale) and scale > 0):
        raise damaged(path, f"its scale is {scale:g}")
    motion = smpl_motion(poses, place / scale, options.fps or AIST_FPS, path)
    return Reading(motion, scaled=False)
