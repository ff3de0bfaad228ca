"""The CMU corpus: BVH files and their index -> clean clips on our skeleton."""

from __future__ import annotations

import csv
import tarfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eightcount.data.retarget import floor_height, on_floor, recognise, retarget
from eightcount.motion.errors import EightcountError
from eightcount.motion.formats.bvh import read_bvh
from eightcount.motion.motion import Motion

#: joints that move faster than this in the first frames are a capture fault (m/s)
_IMPOSSIBLE_SPEED = 8.0
#: dancers wait before and after a dance: slower than this is waiting (mean joint speed, m/s)
_WAITING_SPEED = 0.25
#: subjects whose clips leave the floor for good (climbing), or hold one clip type: floor per clip
_OWN_FLOOR = {"01", "131"}
#: choreographies that no model is trained on. 60 and 61 danced together, so both sides go.
HELD_OUT = frozenset(
    [
        "60_05",
        "61_05",
        "60_12",
        "61_12",
        "05_10",
        "05_16",
        "131_03",
        "07_05",
        "08_04",
        "09_06",
        "01_07",
        "02_02",
        "06_08",
        "03_03",
    ]
)


@dataclass(frozen=True)
class Clip:
    """One take of mocap on our skeleton.

    Attributes:
        name: e.g. ``60_01``.
        subject: who danced.
        genre: dance genre, or "" for everyday motion.
        motion: at the capture's own frame rate.
        held_out: kept out of training.
    """

    name: str
    subject: str
    genre: str
    motion: Motion
    held_out: bool


def unpack(folder: Path, work: Path) -> Path:
    """The folder with the BVH files: ``folder`` itself, or ``cmu-bvh.tar.xz`` unpacked into work.

    Raises:
        EightcountError: ``corpus-missing``.
    """
    if any(folder.glob("*.bvh")):
        return folder
    if any((folder / "bvh").glob("*.bvh")):
        return folder / "bvh"
    archive = folder / "cmu-bvh.tar.xz"
    target = work / "bvh"
    if not archive.is_file():
        raise EightcountError(
            "corpus-missing",
            f"There is neither a BVH file nor cmu-bvh.tar.xz in {folder}.",
            "Point --corpus at the folder that holds the mocap.",
        )
    if not any(target.glob("*.bvh")):
        with tarfile.open(archive) as tar:
            tar.extractall(work, filter="data")
    return target


def read_corpus(
    folder: Path, work: Path, refused: list[tuple[str, EightcountError]] | None = None
) -> list[Clip]:
    """All clips of a corpus folder with an ``index.csv`` (file, subject, genre columns).

    The floor is the median over a subject's clips, because a clip of jumps hides its own floor.

    Args:
        folder: the corpus.
        work: where an archive is unpacked.
        refused: takes the files that cannot be read, each with its error; without it the first one
            is raised.

    Raises:
        EightcountError: ``corpus-missing``, or whatever a file's reader raises.
    """
    index = folder / "index.csv"
    if not index.is_file():
        raise EightcountError(
            "corpus-missing", f"There is no index.csv in {folder}.", "Check the corpus folder."
        )
    files = unpack(folder, work)
    with index.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    if rows and not {"file", "subject", "genre"} <= set(rows[0]):
        raise EightcountError(
            "corpus-missing",
            f"The index of {folder} lacks the columns file, subject and genre.",
            "Use the index that belongs to the corpus.",
        )
    raw = []
    for row in rows:
        try:
            raw.append((row, _trimmed(retarget(*_read(files / row["file"])))))
        except EightcountError as fault:
            if refused is None:
                raise
            refused.append((row["file"], fault))
    floors: dict[str, list[float]] = defaultdict(list)
    for row, motion in raw:
        floors[row["subject"]].append(floor_height(motion))
    clips = []
    for row, motion in raw:
        subject = row["subject"]
        floor, own = float(np.median(floors[subject])), floor_height(motion)
        if subject in _OWN_FLOOR or abs(floor - own) > 0.12:
            floor = own
        motion = on_floor(motion, floor)
        if row["genre"]:
            motion = _without_waiting(motion)
        name = "_".join(Path(row["file"]).stem.split("_")[:2])  # 60_01_poses -> 60_01
        clips.append(Clip(name, subject, row["genre"], motion, name in HELD_OUT))
    return clips


def _read(path: Path):
    clip = read_bvh(path)
    return clip, recognise(clip)


def _trimmed(motion: Motion) -> Motion:
    """Without frame 0 (a T-pose in CMU's BVH) and the leading jump that some clips have."""
    motion = motion.slice(1)
    joints = motion.joints()
    stride = max(1, round(motion.fps / 30))
    speed = np.linalg.norm(joints[stride:] - joints[:-stride], axis=-1).max(1)
    speed = speed * motion.fps / stride
    head = speed[: int(motion.fps)]
    fast = np.flatnonzero(head > _IMPOSSIBLE_SPEED)
    return motion.slice(int(fast[-1]) + stride) if len(fast) else motion


def _without_waiting(motion: Motion) -> Motion:
    """A dance without the stillness before and after it (a quarter second of it is kept)."""
    joints = motion.joints()
    stride = max(1, round(motion.fps / 30))
    speed = np.linalg.norm(joints[stride:] - joints[:-stride], axis=-1).mean(1)
    speed = speed * motion.fps / stride
    moving = np.flatnonzero(speed > _WAITING_SPEED)
    if not len(moving):
        return motion
    keep = int(motion.fps / 4)
    return motion.slice(max(0, moving[0] - keep), moving[-1] + stride + keep)


def dance_minutes(clips: list[Clip]) -> Iterator[tuple[str, float]]:
    """Minutes per genre, for logs."""
    totals: dict[str, float] = defaultdict(float)
    for clip in clips:
        totals[clip.genre or "everyday"] += clip.motion.seconds / 60
    yield from sorted(totals.items())
