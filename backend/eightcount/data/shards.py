"""The one format that training reads: frame arrays, memory-mapped, and a list of sequences.

A shard is a folder with one ``<name>.npy`` (frames of all sequences, end to end) per array and a
``sequences.json`` that says where each begins, how long it is and what it is. The JSON is written
last: a folder without it is a half-written shard and is not read.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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
    """Writes sequences one after the other; the shard is there once :meth:`close` has returned.

    Frames go to ``.part`` files as they come, so memory does not grow with the shard, and a shard
    that was in the folder before stays whole until the new one takes its place.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._arrays: dict[str, _GrowingArray] = {}
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
        """Add one sequence: arrays of equal length, the same names every time.

        Raises:
            EightcountError: ``disk-full``.
        """
        lengths = {len(a) for a in arrays.values()}
        if len(lengths) != 1:
            raise ValueError(f"{name}: arrays of different lengths {sorted(lengths)}")
        if self._arrays and set(arrays) != set(self._arrays):
            raise ValueError(f"{name}: other arrays than before")
        with self._writing():
            self.folder.mkdir(parents=True, exist_ok=True)
            for key, value in arrays.items():
                if key not in self._arrays:
                    self._arrays[key] = _GrowingArray(self.folder / f"{key}.npy", value)
                self._arrays[key].append(value)
        length = lengths.pop()
        self._sequences.append(Sequence(self._frames, length, name, genre, held_out, info or {}))
        self._frames += length

    def close(self) -> None:
        """Finish the shard.

        Raises:
            EightcountError: ``disk-full`` when it cannot be written; nothing readable is left.
        """
        index = self.folder / "sequences.json"
        with self._writing():
            self.folder.mkdir(parents=True, exist_ok=True)
            part = index.with_suffix(".part")
            part.write_text(json.dumps([asdict(s) for s in self._sequences]), encoding="utf-8")
            for array in self._arrays.values():
                array.finish()
            # from here to the last line the folder is no shard
            index.unlink(missing_ok=True)
            for array in self._arrays.values():
                array.part.replace(array.path)
            part.replace(index)

    def abandon(self) -> None:
        """Give up: what was written so far is removed, a shard from before stays."""
        for array in self._arrays.values():
            array.abandon()
        self.folder.joinpath("sequences.part").unlink(missing_ok=True)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as fault:
            self.abandon()
            raise EightcountError(
                "disk-full",
                f"The shard {self.folder} cannot be written ({fault.strerror or fault}).",
                "Free some space or choose another folder.",
            ) from fault


class _GrowingArray:
    """A ``.npy`` file that grows by its first axis: the header is written again at the end."""

    def __init__(self, path: Path, example: np.ndarray) -> None:
        self.path = path
        self.part = path.with_name(path.name + ".part")
        self._dtype, self._shape = example.dtype, example.shape[1:]
        self._rows = 0
        self._file = self.part.open("wb")
        self._header = self._file.write(self._head())

    def append(self, rows: np.ndarray) -> None:
        if rows.dtype != self._dtype or rows.shape[1:] != self._shape:
            raise ValueError(
                f"{self.path.stem}: {rows.dtype} {rows.shape[1:]} after {self._dtype} {self._shape}"
            )
        self._file.write(np.ascontiguousarray(rows).data)
        self._rows += len(rows)

    def finish(self) -> None:
        head = self._head()
        if len(head) != self._header:  # numpy pads headers so that a shape may grow in place
            raise RuntimeError(f"{self.path.stem}: the header has grown")
        self._file.seek(0)
        self._file.write(head)
        self._file.close()

    def abandon(self) -> None:
        with suppress(OSError):  # a full disk refuses the flush as well
            self._file.close()
        self.part.unlink(missing_ok=True)

    def _head(self) -> bytes:
        buffer = io.BytesIO()
        layout = {
            "descr": np.lib.format.dtype_to_descr(self._dtype),
            "fortran_order": False,
            "shape": (self._rows, *self._shape),
        }
        np.lib.format.write_array_header_1_0(buffer, layout)
        return buffer.getvalue()


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
