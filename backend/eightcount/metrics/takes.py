"""Reading takes for evaluation: the npz of ``eightcount generate`` and AIST++ motion pickles."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from eightcount.metrics.inputs import check_beats, check_joints
from eightcount.motion import rotations as rot
from eightcount.motion.contacts import foot_clearance
from eightcount.motion.errors import EightcountError
from eightcount.motion.formats.npz import load_take
from eightcount.motion.formats.safe_pickle import load_arrays
from eightcount.motion.motion import Motion

#: two frame rates are one if they differ by less than this.
FPS_TOLERANCE = 0.01
AIST_FPS = 60.0
#: size of a codebook where a file with tokens does not say (FSQ levels 8, 5, 5, 5).
DEFAULT_CODES = 1000
#: AIST++ file names: gBR_sBM_cAll_d04_mBR0_ch01 = genre, ..., music, choreography.
_AIST_NAME = re.compile(r"g([A-Z]{2})_s[A-Z]{2}_c\w+?_d\d\d_(m[A-Z]{2}\d)_ch\d\d")
AIST_GENRES = {
    "BR": "break", "PO": "pop", "LO": "lock", "MH": "middle hip-hop", "LH": "la hip-hop",
    "HO": "house", "WA": "waack", "KR": "krump", "JS": "street jazz", "JB": "ballet jazz",
}  # fmt: skip


@dataclass(frozen=True)
class Clip:
    """One take or real clip, as the metrics need it.

    Attributes:
        name: its file, as errors and tables call it.
        motion: the dance.
        beats: (B,) music beats within the clip, frames from its start; None if the file has none.
        song: what the clip is danced to; clips of one song share it.
        genre, seed: what made it; empty and None if unknown.
        tokens: token streams by name, each (L,) integers, where the file has them.
        codes: size of their codebooks.
    """

    name: str
    motion: Motion
    beats: np.ndarray | None = None
    song: str = ""
    genre: str = ""
    seed: int | None = None
    tokens: dict[str, np.ndarray] = field(default_factory=dict)
    codes: int = DEFAULT_CODES


@dataclass(frozen=True)
class BadFile:
    """A file that could not be scored: its name, what is wrong, and the cure."""

    name: str
    sentence: str
    hint: str


def find_clips(folder: Path) -> list[Path]:
    """All npz and pkl files below a folder, sorted by path.

    Raises:
        EightcountError: ``folder-missing`` or ``folder-empty``.
    """
    if not folder.is_dir():
        raise EightcountError("folder-missing", f"There is no folder {folder}.", "Check the path.")
    paths = sorted(p for p in folder.rglob("*") if p.suffix in (".npz", ".pkl") and p.is_file())
    if not paths:
        raise EightcountError(
            "folder-empty",
            f"The folder {folder} has no .npz or .pkl files.",
            "Fill it with eightcount generate, or name another folder.",
        )
    return paths


def read_clip(path: Path, resample: float | None = None) -> Clip:
    """Read and check one file.

    Args:
        path: an npz with ``smpl_poses``, ``smpl_trans``, ``fps`` (and ``beats``, ``genre``,
            ``seed``, ``extra`` with ``song``, token lists ``<stream>_tokens`` and their ``codes``
            where known), or an AIST++ pickle.
        resample: frame rate to bring the clip to.

    Raises:
        EightcountError: that names the file and the cure.
    """
    try:
        clip = _read_aist(path) if path.suffix == ".pkl" else _read_npz(path)
    except EightcountError:
        raise
    except Exception as fault:  # whatever a foreign file makes numpy trip over
        raise EightcountError(
            "take-damaged",
            f"The file {path} is not a take ({type(fault).__name__}: {fault}).",
            "Generate it again, or take it out of the folder.",
        ) from fault
    if resample is not None:
        clip = resampled(clip, resample)
    return clip


def stream_clips(
    paths: list[Path], fps: float | None, resample: float | None
) -> Iterator[Clip | BadFile]:
    """Read files one after the other; a bad one comes as a :class:`BadFile` and ends nothing.

    Args:
        paths: files to read.
        fps: the rate that all must have; None takes the first good file's.
        resample: bring every clip to this rate instead.
    """
    for path in paths:
        try:
            clip = read_clip(path, resample)
            fps = fps or clip.motion.fps
            if abs(clip.motion.fps - fps) > FPS_TOLERANCE:
                raise EightcountError(
                    "fps-unequal",
                    f"{path.name} has {clip.motion.fps:g} frames a second, the run {fps:g}.",
                    f"Add --resample {fps:g} to bring every clip to one rate.",
                )
            yield clip
        except EightcountError as fault:
            yield BadFile(str(path), fault.sentence, fault.hint)


def resampled(clip: Clip, fps: float) -> Clip:
    """The clip at another frame rate: rotations along arcs, the path linearly, beats scaled."""
    motion = clip.motion
    if abs(motion.fps - fps) < FPS_TOLERANCE:
        return clip
    frames = int(np.floor((len(motion) - 1) * fps / motion.fps + 1e-6)) + 1
    at = np.arange(frames) * motion.fps / fps
    low = np.floor(at).astype(int).clip(0, len(motion) - 1)
    high = (low + 1).clip(0, len(motion) - 1)
    share = (at - low).astype(np.float32)
    nearest = np.rint(at).astype(int).clip(0, len(motion) - 1)
    turned = rot.slerp(motion.rotations[low], motion.rotations[high], share[:, None])
    low_place, high_place = motion.translation[low], motion.translation[high]
    path = low_place + (high_place - low_place) * share[:, None]
    new = Motion(turned, path, motion.contacts[nearest], fps)
    beats = None if clip.beats is None else clip.beats * fps / motion.fps
    return replace(clip, motion=new, beats=beats)


def _read_npz(path: Path) -> Clip:
    take = load_take(path)
    _check_motion(take.motion, path)
    beats = _beats_within(take.beats, len(take.motion), path)
    song = str(take.extra.get("song", "")) or _digest(beats)
    tokens = {
        name.removesuffix("_tokens"): np.asarray(value, np.int64)
        for name, value in take.extra.items()
        if name.endswith("_tokens")
    }
    codes = int(take.extra.get("codes", DEFAULT_CODES))
    return Clip(path.name, take.motion, beats, song, take.genre, take.seed, tokens, codes)


def _read_aist(path: Path) -> Clip:
    """An AIST++ motion (60 fps): SMPL poses, and a path that is stored times the dancer's scale.

    Joints come from the project's skeleton, not from the dancer's SMPL body, and the floor is put
    under the feet; published numbers were taken on the real bodies.
    """
    data = load_arrays(path)
    missing = [key for key in ("smpl_poses", "smpl_trans") if key not in data]
    if missing:
        raise EightcountError(
            "take-damaged",
            f"The pickle {path} lacks {', '.join(missing)}.",
            "Use AIST++ motion files, or npz.",
        )
    scale = float(np.asarray(data.get("smpl_scaling", 1.0)).reshape(-1)[0])
    place = np.asarray(data["smpl_trans"], np.float64) / scale
    motion = Motion.from_axis_angle(np.asarray(data["smpl_poses"]), place, fps=AIST_FPS)
    _check_motion(motion, path)
    floor = np.median(foot_clearance(motion.joints()).min(axis=1))
    motion = replace(motion, translation=motion.translation - np.float32([0, floor, 0]))
    named = _AIST_NAME.search(path.stem)
    genre = AIST_GENRES.get(named.group(1), named.group(1)) if named else ""
    return Clip(path.name, motion, None, named.group(2) if named else "", genre)


def _check_motion(motion: Motion, path: Path) -> None:
    if not 1 <= motion.fps <= 1000:
        raise EightcountError(
            "fps-odd",
            f"{path} says that it has {motion.fps:g} frames a second.",
            "Store the true frame rate as fps.",
        )
    check_joints(motion.joints(), str(path))


def _beats_within(beats: np.ndarray, frames: int, path: Path) -> np.ndarray | None:
    if np.size(beats) == 0:
        return None
    beats = check_beats(beats, f"The beats of {path}")
    beats = beats[(beats >= 0) & (beats < frames)]
    return beats if len(beats) else None


def _digest(beats: np.ndarray | None) -> str:
    """A stand-in for a song's name: takes with the very same beats share a song."""
    if beats is None:
        return ""
    return hashlib.sha256(np.round(beats, 2).tobytes()).hexdigest()[:12]
