"""FineDance npy, in the widths that its own code and LODGE's store (30 fps, y up).

Columns: 4 contacts (in widths 139 and 319 only), the root's path (3), then joint rotations: 22 body
joints or 52 with fingers, in 6D or (159) axis-angle. This 6D is PyTorch3D's, the first two *rows* of
the matrix; ours is its first two columns.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from eightcount.data.readers.base import (
    BODY_JOINTS,
    Options,
    Reading,
    damaged,
    load_npy,
    smpl_motion,
    upright,
)  # fmt: skip
from eightcount.motion import rotations as rot
from eightcount.motion.skeleton import NUM_JOINTS

FPS = 30.0
#: width -> first column of the path
_PATH_AT = {315: 0, 135: 0, 319: 4, 139: 4, 159: 0}


def read(path: Path, options: Options) -> Reading:
    """Read one array (T, 315), (T, 319), (T, 139), (T, 135) or (T, 159).

    Raises:
        EightcountError: ``file-damaged``.
    """
    rows = load_npy(path)
    if rows.ndim != 2 or rows.shape[1] not in _PATH_AT:
        raise damaged(
            path,
            f"its shape is {rows.shape}; FineDance has {', '.join(map(str, _PATH_AT))} columns",
        )
    start = _PATH_AT[rows.shape[1]]
    place, turns = rows[:, start : start + 3], rows[:, start + 3 :]
    fps = options.fps or FPS
    if rows.shape[1] == 159:
        return Reading(smpl_motion(turns, place, fps, path), scaled=False)
    six = turns.reshape(len(rows), -1, 6)[:, :BODY_JOINTS]
    if not np.isfinite(six).all():
        raise damaged(path, "it holds numbers that are not finite")
    if (np.linalg.norm(six[..., :3], axis=-1) < 1e-3).any():
        raise damaged(path, "some of its 6D rotations are zero")
    q = np.zeros((len(rows), NUM_JOINTS, 4))
    q[..., 0] = 1
    q[:, :BODY_JOINTS] = rot.from_matrix(rot.from_6d(six).swapaxes(-1, -2))
    return Reading(upright(q, place, fps, z_up=False), scaled=False)
