"""The kinds of corpora that can be read: which files, which reader, which terms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from eightcount.data.readers import aist, amass, bvh, edge, finedance, joints
from eightcount.data.readers.base import Reader
from eightcount.motion.errors import EightcountError


@dataclass(frozen=True)
class Kind:
    """How one kind of corpus is read.

    Attributes:
        read: file to motion.
        suffix: of its files.
        licence: the terms as its makers state them; "" where the user must say.
        skip: tells files that belong to the corpus but hold no motion.
    """

    read: Reader
    suffix: str
    licence: str = ""
    skip: Callable[[Path], bool] = lambda path: False


CMU_LICENCE = (
    "CMU Graphics Lab Motion Capture Database: free for research and commercial projects, not to be "
    "resold as data. The data used in this project was obtained from mocap.cs.cmu.edu. The database "
    "was created with funding from NSF EIA-0196217."
)
MOTORICA_LICENCE = (
    "Motorica Dance Dataset: free for research; no commercial use (training of models for commercial "
    "purposes included) without written consent, and no redistribution."
)

#: kind -> how it is read; ``cmu`` has a reader of its own, since a subject's clips share a floor
KINDS: dict[str, Kind] = {
    "bvh": Kind(bvh.read, ".bvh"),
    "motorica": Kind(bvh.read, ".bvh", MOTORICA_LICENCE),
    "aist": Kind(aist.read, ".pkl"),
    "edge": Kind(edge.read, ".pkl"),
    "amass": Kind(
        amass.read, ".npz", skip=lambda path: path.stem == "shape" or path.stem.endswith("stagei")
    ),
    "finedance": Kind(finedance.read, ".npy"),
    "joints": Kind(joints.read, ".npy"),
}


def find_files(source: Path, kind: Kind) -> list[Path]:
    """All motion files of a kind below a folder, in a fixed order.

    Raises:
        EightcountError: ``source-missing`` or ``source-empty``.
    """
    if not source.is_dir():
        raise EightcountError("source-missing", f"There is no folder {source}.", "Check the path.")
    files = sorted(
        path
        for path in source.rglob("*")
        if path.suffix.lower() == kind.suffix and path.is_file() and not kind.skip(path)
    )
    if not files:
        raise EightcountError(
            "source-empty",
            f"There is no {kind.suffix} file in {source}.",
            "Check the folder and --kind.",
        )
    return files
