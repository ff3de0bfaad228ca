"""Real dance as takes: what ``eightcount evaluate`` measures a model's takes against."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from eightcount.data.shards import Sequence, Shard, open_shard
from eightcount.motion.formats.npz import save_take
from eightcount.motion.streams import from_streams

#: training pairs of each genre that are written beside all held-out ones
_TRAINING_PAIRS = 24


def write_reference(pairs: Path, folder: Path) -> int:
    """Write pairs of a pairs shard as takes (npz) with their songs' beats; returns how many.

    All held-out pairs and some training pairs of each genre. It is mocap, laid on songs by the
    pairing's time-warps: joins between phrases are part of it.
    """
    shard = open_shard(pairs)
    genres = sorted({s.genre for s in shard.sequences})
    chosen = list(shard.held_out())
    for genre in genres:
        of_genre = [s for s in shard.training() if s.genre == genre]
        step = max(1, len(of_genre) // _TRAINING_PAIRS)
        chosen += of_genre[::step][:_TRAINING_PAIRS]
    folder.mkdir(parents=True, exist_ok=True)
    for number, sequence in enumerate(chosen):
        _write(shard, sequence, folder / f"{sequence.genre}_{number:03d}.npz")
    return len(chosen)


def _write(shard: Shard, sequence: Sequence, path: Path) -> None:
    motion, _ = from_streams(shard.read(sequence, "lower"), shard.read(sequence, "upper"))
    phase = np.array(shard.read(sequence, "rhythm")[:, 0], np.float64)
    numbers = np.arange(np.ceil(phase[0]), np.floor(phase[-1]) + 1)
    beats = np.interp(numbers, phase, np.arange(len(phase)))
    save_take(
        path,
        motion,
        beats=beats,
        genre=sequence.genre,
        seed=0,
        model="mocap",
        extra={"song": sequence.name.split(" to ", 1)[-1], "held_out": sequence.held_out},
    )
