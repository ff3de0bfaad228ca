"""AMASS npz: SMPL-H or SMPL-X poses, z up, at the capture's own rate; cut to our 24 joints."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from eightcount.data.readers.base import Options, Reading, damaged, field_of, smpl_motion
from eightcount.motion.errors import EightcountError

_POSES = ("poses",)
_PLACES = ("trans",)
_RATES = ("mocap_framerate", "mocap_frame_rate", "fps")


def read(path: Path, options: Options) -> Reading:
    """Read ``poses`` (T, 156 or 165), ``trans`` (T, 3) and the frame rate.

    The hands' own joints are left out. Body shapes are not used: whatever the dancer's size, the
    motion goes onto our skeleton.

    Raises:
        EightcountError: ``file-damaged``, ``file-foreign`` or ``fps-missing``.
    """
    wanted = {*_POSES, *_PLACES, *_RATES}
    try:
        # gender and the like may be pickled: only what is needed is read, and nothing unpickled
        with np.load(path, allow_pickle=False) as file:
            data = {key: file[key] if key in wanted else None for key in file.files}
    except (OSError, ValueError, EOFError, AttributeError, zipfile.BadZipFile) as fault:
        raise damaged(path, f"it is no whole npz file ({fault})") from fault
    poses, place = field_of(data, _POSES, path), field_of(data, _PLACES, path)
    rate = next((data[key] for key in _RATES if data.get(key) is not None), None)
    if options.fps is None and rate is None:
        raise EightcountError(
            "fps-missing", f"{path.name} does not say its frame rate.", "Give it as --fps."
        )
    fps = options.fps or float(np.asarray(rate).reshape(-1)[0])
    return Reading(smpl_motion(poses, place, fps, path, z_up=True), scaled=False)
