"""Takes as npz: the file that ``eightcount generate`` writes and ``evaluate`` reads."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from eightcount.motion.errors import EightcountError
from eightcount.motion.motion import Motion

_REQUIRED = ("smpl_poses", "smpl_trans", "fps")


@dataclass(frozen=True)
class Take:
    """A dance with what it takes to make it again.

    Attributes:
        motion: the dance.
        beats: the song's beats in the take's frames (B,), float.
        genre, seed, model: what made it.
        extra: further settings, JSON-able.
        stored: the file's own ``smpl_poses`` and ``joints``, for writing unchanged frames again
            bit for bit (axis-angle to quaternion and back is not exact).
    """

    motion: Motion
    beats: np.ndarray
    genre: str = ""
    seed: int = 0
    model: str = ""
    extra: dict = field(default_factory=dict)
    stored: dict = field(default_factory=dict, repr=False)


def save_take(
    path: str | Path,
    motion: Motion,
    *,
    beats: np.ndarray,
    genre: str,
    seed: int,
    model: str,
    extra: dict | None = None,
    edited_from: Take | None = None,
) -> None:
    """Write a take; the file is complete or absent.

    Keys: ``smpl_poses`` (T, 72) axis-angle radians, ``smpl_trans`` (T, 3) metres y up, ``fps``,
    ``joints`` (T, 24, 3) metres, ``contacts`` (T, 4), ``beats`` (B,) frames, ``genre``, ``seed``,
    ``model``, ``extra`` (JSON). What is unchanged since ``edited_from`` is written as it was there.
    """
    poses = motion.to_axis_angle().astype(np.float32)
    joints = motion.joints().astype(np.float32)
    if edited_from is not None:
        _keep_unchanged(poses, joints, motion, edited_from)
    path = Path(path)
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        np.savez_compressed(
            file,
            smpl_poses=poses,
            smpl_trans=motion.translation,
            fps=np.float32(motion.fps),
            joints=joints,
            contacts=motion.contacts,
            beats=np.asarray(beats, np.float32),
            genre=np.str_(genre),
            seed=np.uint64(seed),
            model=np.str_(model),
            extra=np.str_(json.dumps(extra or {})),
        )
    part.replace(path)


def _keep_unchanged(poses: np.ndarray, joints: np.ndarray, motion: Motion, old: Take) -> None:
    """Overwrite in place what equals the old take with the old file's numbers."""
    count = min(len(motion), len(old.motion))
    same = (motion.rotations[:count] == old.motion.rotations[:count]).all(-1)
    if "smpl_poses" in old.stored:
        view = poses[:count].reshape(count, -1, 3)
        view[same] = old.stored["smpl_poses"][:count].reshape(count, -1, 3)[same]
    if "joints" in old.stored:
        place = (motion.translation[:count] == old.motion.translation[:count]).all(-1)
        whole = same.all(1) & place
        joints[:count][whole] = old.stored["joints"][:count][whole]


def load_take(path: str | Path) -> Take:
    """Read a take that :func:`save_take` wrote.

    Raises:
        EightcountError: ``take-missing``, ``take-damaged``.
    """
    path = Path(path)
    if not path.is_file():
        raise EightcountError("take-missing", f"There is no take at {path}.", "Check the path.")
    try:
        with np.load(path, allow_pickle=False) as data:
            values = {key: data[key] for key in data.files}
    except (OSError, ValueError, zipfile.BadZipFile, EOFError) as fault:
        raise EightcountError(
            "take-damaged", f"The file {path} is not a whole take ({fault}).", "Generate it again."
        ) from fault
    missing = [key for key in _REQUIRED if key not in values]
    if missing:
        raise EightcountError(
            "take-damaged",
            f"The file {path} lacks {', '.join(missing)}.",
            "Use a file that eightcount generate wrote.",
        )
    motion = Motion.from_axis_angle(
        values["smpl_poses"], values["smpl_trans"], values.get("contacts"), float(values["fps"])
    )
    return Take(
        motion,
        values.get("beats", np.zeros(0, np.float32)),
        str(values.get("genre", "")),
        int(values.get("seed", 0)),
        str(values.get("model", "")),
        json.loads(str(values["extra"])) if "extra" in values else {},
        {key: values[key] for key in ("smpl_poses", "joints") if key in values},
    )
