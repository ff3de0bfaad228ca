"""Reference dances as takes: what ``eightcount evaluate`` measures a model's takes against."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from eightcount.data.shards import Sequence, Shard, open_shard
from eightcount.motion.formats.npz import save_take
from eightcount.motion.streams import from_streams

#: training pairs of each genre that are written beside all held-out ones
_TRAINING_PAIRS = 24


def write_reference(
    pairs: Path,
    folder: Path,
    *,
    first: int = 0,
    frames: int | None = None,
    authored: bool | None = None,
) -> int:
    """Write pairs of a pairs shard as takes (npz) with their songs' beats; returns how many.

    All held-out pairs and some training pairs of each genre: composed dances, and mocap laid on
    songs by the pairing's time-warps (joins between phrases are part of it). Of pairs that lay the
    same clips on the same song one is written: few clips are held out and few songs fit them, and a
    phrase that came ten times would pass for what dancing is like.

    Args:
        pairs: the shard.
        folder: where the takes go.
        first: frame at which the takes begin, as those that will be measured do (songs begin calmer
            than they go on); of a pair too short for that, the end.
        frames: longest take; None = the whole pair.
        authored: only composed dances, or only mocap; None = both.
    """
    shard = open_shard(pairs)
    kept = [s for s in shard.sequences if authored in (None, bool(s.info.get("authored")))]
    chosen = [s for s in kept if s.held_out]
    for genre in sorted({s.genre for s in kept}):
        of_genre = [s for s in kept if s.genre == genre and not s.held_out]
        step = max(1, len(of_genre) // _TRAINING_PAIRS)
        chosen += of_genre[::step][:_TRAINING_PAIRS]
    chosen = _without_copies(chosen)
    folder.mkdir(parents=True, exist_ok=True)
    for number, sequence in enumerate(chosen):
        path = folder / f"{sequence.genre}_{number:03d}.npz"
        count = min(frames or sequence.length, sequence.length)
        _write(shard, sequence, path, min(first, sequence.length - count), count)
    return len(chosen)


def _without_copies(sequences: list[Sequence]) -> list[Sequence]:
    """The first pair of each set of clips and song; composed dances are all of their own."""
    found: dict[object, Sequence] = {}
    for number, s in enumerate(sequences):
        song = s.name.split(" to ", 1)[-1].split(" from ")[0]
        found.setdefault((song, frozenset(s.info["clips"])) if "clips" in s.info else number, s)
    return list(found.values())


def _write(shard: Shard, sequence: Sequence, path: Path, first: int, frames: int) -> None:
    lower, upper, rhythm = (
        shard.read(sequence, key, first, frames) for key in ("lower", "upper", "rhythm")
    )
    motion, _ = from_streams(lower, upper)
    phase = np.array(rhythm[:, 0], np.float64)
    numbers = np.arange(np.ceil(phase[0]), np.floor(phase[-1]) + 1)
    beats = np.interp(numbers, phase, np.arange(len(phase)))
    save_take(
        path,
        motion,
        beats=beats,
        genre=sequence.genre,
        seed=0,
        model="composer" if sequence.info.get("authored") else "mocap",
        extra={"song": sequence.name.split(" to ", 1)[-1], "held_out": sequence.held_out},
    )
