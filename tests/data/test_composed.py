"""Composed dances as training data: on the beat of their song, without the held-out moves."""

from __future__ import annotations

import numpy as np

from eightcount.data.composed import add_composed_clips, write_composed_pairs
from eightcount.data.shards import ShardWriter, open_shard
from eightcount.data.song_library import LibrarySong
from eightcount.metrics.beats import bas_music_to_motion
from eightcount.motion.streams import from_streams
from eightcount.moves.library import held_out_moves, moves_of, training_moves
from eightcount.music.rhythm import Rhythm


def song(held_out: bool, frames: int = 420, period: float = 15.0) -> LibrarySong:
    beats = np.arange(3.0, frames, period)
    features = np.random.default_rng(held_out).normal(size=(frames, 35)).astype(np.float32)
    loudness = np.full(frames, 0.6, np.float32)
    rhythm = Rhythm(1800 / period, beats, np.arange(0, len(beats), 4))
    return LibrarySong(f"song-{held_out}", held_out, features, loudness, rhythm)


def write(folder, workers: int = 1):
    writer = ShardWriter(folder)
    write_composed_pairs(
        writer,
        [song(False), song(True)],
        dances={"house": 4},
        held_out_dances=1,
        workers=workers,
        progress=lambda _: None,
    )
    writer.close()
    return open_shard(folder)


def test_a_pair_is_the_whole_song_danced_on_its_beats(tmp_path):
    shard = write(tmp_path)
    assert [(s.genre, s.held_out, s.length) for s in shard.sequences] == [
        *[("house", False, 420)] * 4, ("house", True, 420),
    ]  # fmt: skip
    assert shard.held_out()[0].name.endswith("song-True")
    on, between = [], []  # single dances may rest between beats; most rest on them
    for s in shard.sequences:
        streams = (shard.read(s, key) for key in ("lower", "upper"))
        joints = from_streams(*streams)[0].joints()
        beats = song(s.held_out).rhythm.beats
        on.append(bas_music_to_motion(joints, beats))
        between.append(bas_music_to_motion(joints, beats[:-1] + 7.5))
        moves = s.info["moves"]
        assert moves[0][1] == 0 and moves[-1][2] == 420
        names = {part for name, _, _ in moves for part in name.split(" + ")}
        assert names <= {m.name for m in training_moves("house")}
    assert np.mean(on) > np.mean(between) + 0.05
    first, second, *_ = shard.training()
    assert np.abs(shard.read(first, "upper") - shard.read(second, "upper")).max() > 0.1


def test_the_same_seed_gives_the_same_dances_in_any_number_of_processes(tmp_path):
    one, two = write(tmp_path / "one"), write(tmp_path / "two", workers=2)
    for key in ("lower", "upper", "rhythm", "energy"):
        np.testing.assert_array_equal(one.arrays[key], two.arrays[key])


def test_held_out_moves_are_kept_for_judging(tmp_path):
    writer = ShardWriter(tmp_path)
    add_composed_clips(writer, [song(False)], dances={"house": 1, "pop": 1}, workers=1)
    writer.close()
    shard = open_shard(tmp_path)
    judged = {s.name for s in shard.held_out()}
    assert judged == {
        f"{m.genre}: {m.name}" for m in held_out_moves() if m.genre in ("house", "pop")
    }
    assert len(shard.training()) == 2
    for genre in ("house", "pop"):
        kept = {m.name for m in training_moves(genre)}
        assert len(kept) == len(moves_of(genre)) - 1
        assert not kept & {m.name for m in held_out_moves() if m.genre == genre}


def test_invented_dances_come_along_and_differ_from_authored_ones(tmp_path):
    writer = ShardWriter(tmp_path)
    add_composed_clips(writer, [song(False)], dances={"pop": 1}, invented=2, workers=1)
    writer.close()
    training = open_shard(tmp_path).training()
    assert [s.info["invented"] for s in training] == [False, True, True]
    assert {s.genre for s in training} == {"pop"}
    one, two, three = (open_shard(tmp_path).read(s, "upper") for s in training)
    assert np.abs(one - two).max() > 0.1 and np.abs(two - three).max() > 0.1
