"""Shards grow on the disk, and are there whole or not at all."""

from __future__ import annotations

import errno

import numpy as np
import pytest

from eightcount.data import shards
from eightcount.data.shards import ShardWriter, open_shard
from eightcount.motion.errors import EightcountError


def add(writer: ShardWriter, rows: np.ndarray, name: str = "a") -> None:
    writer.add({"x": rows}, name=name, genre="", held_out=False)


def written(folder, *parts: np.ndarray) -> None:
    writer = ShardWriter(folder)
    for part in parts:
        add(writer, part)
    writer.close()


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int32])
def test_frames_are_what_numpy_would_have_saved(tmp_path, dtype):
    rng = np.random.default_rng(0)
    parts = [(rng.normal(size=(n, 7)) * 100).astype(dtype) for n in (3, 40, 1)]
    written(tmp_path, *parts)
    np.save(tmp_path / "expected.npy", np.concatenate(parts))
    saved = (tmp_path / "expected.npy").read_bytes()
    assert (tmp_path / "x.npy").read_bytes() == saved
    (tmp_path / "expected.npy").unlink()
    assert isinstance(open_shard(tmp_path).arrays["x"], np.memmap)
    assert not list(tmp_path.glob("*.part"))


def test_transposed_rows_keep_their_order(tmp_path):
    rows = np.arange(12.0).reshape(3, 4).T
    written(tmp_path, rows)
    np.testing.assert_array_equal(open_shard(tmp_path).arrays["x"], rows)


def test_mixed_arrays_are_an_error(tmp_path):
    writer = ShardWriter(tmp_path)
    add(writer, np.zeros((2, 3)))
    with pytest.raises(ValueError, match="after"):
        add(writer, np.zeros((2, 4)))
    with pytest.raises(ValueError, match="other arrays"):
        writer.add({"y": np.zeros((2, 3))}, name="", genre="", held_out=False)


def test_old_shard_stays_until_the_new_one_is_whole(tmp_path):
    written(tmp_path, np.ones((5, 2)))
    writer = ShardWriter(tmp_path)
    add(writer, np.zeros((9, 2)))
    assert len(open_shard(tmp_path).arrays["x"]) == 5
    writer.abandon()
    assert len(open_shard(tmp_path).arrays["x"]) == 5
    assert sorted(p.name for p in tmp_path.iterdir()) == ["sequences.json", "x.npy"]


def test_full_disk_is_one_sentence_and_leaves_nothing(tmp_path, monkeypatch):
    def full(self, rows):
        raise OSError(errno.ENOSPC, "No space left on device")

    writer = ShardWriter(tmp_path / "new")
    add(writer, np.zeros((9, 2)))
    monkeypatch.setattr(shards._GrowingArray, "append", full)
    with pytest.raises(EightcountError, match="No space left") as fault:
        add(writer, np.zeros((9, 2)))
    assert fault.value.code == "disk-full"
    assert not list((tmp_path / "new").iterdir())
    with pytest.raises(EightcountError, match="no complete shard"):
        open_shard(tmp_path / "new")
