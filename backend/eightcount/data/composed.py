"""Composed dances: authored moves on the beats of the song library, as training data.

Where mocap is laid on songs by force (``pairing.py``), a composed dance was made for its song: beats,
phrases and energy are exact, and its genre is the one it was written in. Ten genres cost no capture.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context

import numpy as np

from eightcount.data.pairing import pair_arrays
from eightcount.data.shards import ShardWriter
from eightcount.data.song_library import LibrarySong
from eightcount.motion.streams import to_streams
from eightcount.moves.compose import compose
from eightcount.moves.feel import GENRES
from eightcount.moves.invented import invented_moves
from eightcount.moves.language import Move
from eightcount.moves.library import held_out_moves, training_moves
from eightcount.moves.solo import dance_move

#: length of a composed dance in the tokenizer's data (30 s)
CLIP_FRAMES = 900
#: counts for which a held-out move is danced to judge the tokenizer by
_HELD_OUT_COUNTS = 32
#: invented moves that one dance of them is made of
_INVENTED = 8
#: dances that wait for the disk: more would only fill the memory
_CHUNK = 64


@dataclass(frozen=True)
class _Job:
    """One dance to compose."""

    song: LibrarySong
    genre: str
    seed: int
    frames: int
    invented: bool = False


def write_composed_pairs(
    writer: ShardWriter,
    songs: list[LibrarySong],
    *,
    dances: dict[str, int],
    held_out_dances: int,
    seed: int = 0,
    workers: int = 0,
    progress: Callable[[str], None] = print,
) -> None:
    """Add composed dances with their songs to a shard of pairs, each as long as its song.

    ``info["moves"]`` of a sequence names its moves in order, each with first frame and frame after
    the last: what a model that reads text would be told.

    Args:
        writer: the shard, with the arrays of :func:`pair_arrays`.
        songs: the song library; training dances use training songs, held-out ones the held-out.
        dances: training dances per genre.
        held_out_dances: per genre.
        seed: of all draws.
        workers: processes that compose; 0 = one a core.
        progress: told about each genre.
    """
    rng = np.random.default_rng([seed, 1])
    for genre, wanted in dances.items():
        for held_out, count in ((False, wanted), (True, held_out_dances)):
            jobs = _jobs(songs, genre, count, held_out, None, rng)
            for job, arrays, moves in _composed(jobs, workers):
                info = _INFO | {"moves": moves}
                writer.add(arrays, name=_name(job), genre=genre, held_out=held_out, info=info)
            progress(f"{genre}{' (held out)' if held_out else ''}: {len(jobs)} composed dances")


def add_composed_clips(
    writer: ShardWriter,
    songs: list[LibrarySong],
    *,
    dances: dict[str, int],
    invented: int = 0,
    seed: int = 0,
    workers: int = 0,
) -> None:
    """Add composed dances of 30 s, and the held-out moves, to the tokenizer's shard.

    Dances of invented moves come along: 111 authored moves alone leave the tokenizer knowing those
    and no others.

    Held out are whole moves that no training dance contains: what the tokenizer loses on them says
    what it loses on a move it never saw.

    Args:
        writer: the shard, with ``lower`` and ``upper``.
        songs: the song library.
        dances: of authored moves, per genre.
        invented: dances of invented moves, in each of these genres.
        seed: of all draws.
        workers: processes that compose; 0 = one a core.
    """
    rng = np.random.default_rng([seed, 2])
    for genre, count in dances.items():
        jobs = _jobs(songs, genre, count, False, CLIP_FRAMES, rng)
        more = _jobs(songs, genre, invented, False, CLIP_FRAMES, rng)
        jobs += [replace(job, invented=True) for job in more]
        for job, arrays, _ in _composed(jobs, workers):
            streams = {key: arrays[key] for key in ("lower", "upper")}
            info = _INFO | {"invented": job.invented}
            writer.add(streams, name=_name(job), genre=genre, held_out=False, info=info)
    for move in held_out_moves():
        if move.genre in dances:
            lower, upper = to_streams(dance_move(move, _HELD_OUT_COUNTS, seed=seed))
            name = f"{move.genre}: {move.name}"
            streams = {"lower": lower, "upper": upper}
            writer.add(streams, name=name, genre=move.genre, held_out=True, info=_INFO)


_INFO = {"authored": True}


def _jobs(songs, genre: str, count: int, held_out: bool, frames: int | None, rng) -> list[_Job]:
    """Songs in random order, as often as needed."""
    music = [s for s in songs if s.held_out == held_out]
    if not music or not count:
        return []
    order = np.concatenate([rng.permutation(len(music)) for _ in range(-(-count // len(music)))])
    seeds = rng.integers(0, 2**31, count)
    return [
        _Job(music[i], genre, int(s), min(frames or len(music[i].features), len(music[i].features)))
        for i, s in zip(order[:count], seeds, strict=True)
    ]


#: names, first frames and frames after the last of the moves of a dance
Moves = list[tuple[str, int, int]]


def _composed(
    jobs: list[_Job], workers: int
) -> Iterator[tuple[_Job, dict[str, np.ndarray], Moves]]:
    """Jobs with their arrays and moves, in order, whatever the number of processes."""
    workers = workers or os.cpu_count() or 1
    if workers == 1 or len(jobs) < 4:
        yield from ((job, *_compose(job)) for job in jobs)
        return
    # spawned, because a forked child would inherit torch's threads in an unknown state
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for first in range(0, len(jobs), _CHUNK):
            part = jobs[first : first + _CHUNK]
            made = pool.map(_compose, part, chunksize=4)
            yield from ((job, *dance) for job, dance in zip(part, made, strict=True))


def _compose(job: _Job) -> tuple[dict[str, np.ndarray], Moves]:
    song, frames = job.song, job.frames
    library = _invented(job) if job.invented else training_moves(job.genre)
    dance = compose(
        song.rhythm, frames, job.genre, job.seed, energy=song.loudness[:frames], library=library
    )
    lower, upper = to_streams(dance.motion)
    moves = [(d.name, d.start, d.end) for d in dance.moves]
    return pair_arrays(lower, upper, dance.motion.joints(), song), moves


def _invented(job: _Job) -> tuple[Move, ...]:
    known = [move for genre in GENRES for move in training_moves(genre)]
    return invented_moves(known, job.genre, _INVENTED, np.random.default_rng([job.seed, 9]))


def _name(job: _Job) -> str:
    kind = "invented" if job.invented else "composed"
    return f"{job.genre} {kind} to {job.song.name}"
