"""The one format that training reads: frame arrays, memory-mapped, and a list of sequences.

A shard is a folder with one ``<name>.npy`` (frames of all sequences, end to end) per array and a
``sequences.json`` that says where each begins, how long it is and what it is. The JSON is written
last: a folder without it is a half-written shard and is not read.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from eightcount.motion.errors import EightcountError


@dataclass(frozen=True)
class Sequence:
    """One stretch of frames in a shard.

    Attributes:
        start, length: frames in the shard's arrays.
        name: clip or pairing it came from.
        genre: dance genre, "" for everyday motion.
        held_out: not for training.
        info: anything else, JSON-able.
    """

    start: int
    length: int
    name: str
    genre: str
    held_out: bool
    info: dict = field(default_factory=dict)


class ShardWriter:
    """Collects sequences and writes them as one shard by :meth:`close`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._parts: dict[str, list[np.ndarray]] = {}
        self._sequences: list[Sequence] = []
        self._frames = 0

    def add(
        self,
        arrays: dict[str, np.ndarray],
        *,
        name: str,
        genre: str,
        held_out: bool,
        info: dict | None = None,
    ) -> None:
        """Add one sequence: arrays of equal length, the same names every time."""
        lengths = {len(a) for a in arrays.values()}
        if len(lengths) != 1:
            raise ValueError(f"{name}: arrays of different lengths {sorted(lengths)}")
        if self._parts and set(arrays) != set(self._parts):
            raise ValueError(f"{name}: other arrays than before")
        for key, value in arrays.items():
            self._parts.setdefault(key, []).append(value)
        length = lengths.pop()
        self._sequences.append(Sequence(self._frames, length, name, genre, held_out, info or {}))
        self._frames += length

    def close(self) -> None:
        """Write the shard.

        Raises:
            EightcountError: ``disk-full`` when it cannot be written; nothing readable is left.
        """
        index = self.folder / "sequences.json"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            index.unlink(missing_ok=True)
            for key, parts in self._parts.items():
                np.save(self.folder / f"{key}.npy", np.concatenate(parts))
            text = json.dumps([asdict(s) for s in self._sequences])
            part = index.with_suffix(".part")
            part.write_text(text, encoding="utf-8")
            part.replace(index)
        except OSError as fault:
            raise EightcountError(
                "disk-full",
                f"The shard {self.folder} cannot be written ({fault.strerror}).",
                "Free some space or choose another folder.",
            ) from fault


@dataclass(frozen=True)
class Shard:
    """A shard opened for reading; arrays stay on disk until they are touched."""

    arrays: dict[str, np.ndarray]
    sequences: list[Sequence]

    def read(self, sequence: Sequence, key: str, start: int = 0, length: int | None = None):
        """Frames ``start`` .. ``start + length`` of one sequence's array (a view)."""
        length = sequence.length - start if length is None else length
        begin = sequence.start + start
        return self.arrays[key][begin : begin + length]

    def training(self) -> list[Sequence]:
        """Sequences to train on."""
        return [s for s in self.sequences if not s.held_out]

    def held_out(self) -> list[Sequence]:
        """Sequences to judge by."""
        return [s for s in self.sequences if s.held_out]


def open_shard(folder: Path) -> Shard:
    """Open a shard.

    Raises:
        EightcountError: ``shard-missing`` when the folder holds no complete shard.
    """
    index = folder / "sequences.json"
    if not index.is_file():
        raise EightcountError(
            "shard-missing",
            f"There is no complete shard in {folder}.",
            "Run eightcount data prepare first.",
        )
    sequences = [Sequence(**s) for s in json.loads(index.read_text(encoding="utf-8"))]
    arrays = {p.stem: np.load(p, mmap_mode="r") for p in sorted(folder.glob("*.npy"))}
    return Shard(arrays, sequences)
