"""Pairing: motion beats, time-warps, phrases and shards."""

from __future__ import annotations

import numpy as np
import pytest

from eightcount.data.corpus import Clip
from eightcount.data.motion_beats import find_motion_beats
from eightcount.data.phrases import chain_phrases, danced_clips
from eightcount.data.shards import ShardWriter, open_shard
from eightcount.data.warp import MAX_STRETCH, fitting_metre, warp_frames
from eightcount.motion.errors import EightcountError
from eightcount.motion.motion import Motion
from eightcount.motion.skeleton import NUM_JOINTS, rest_height


def stop_and_go(period: float, frames: int = 300, fps: float = 30.0) -> Motion:
    """A body that shifts from side to side and rests for an instant every ``period`` frames."""
    t = np.arange(frames)
    q = np.zeros((frames, NUM_JOINTS, 4))
    q[..., 0] = 1
    side = 0.3 * np.cos(np.pi * t / period)  # extremes, where it rests, at multiples of the period
    place = np.stack([side, np.full(frames, rest_height()), 0 * t], -1)
    return Motion(q, place, np.zeros((frames, 4)), fps)


def test_motion_beats_are_where_the_body_rests():
    beats = find_motion_beats(stop_and_go(16).joints())
    assert beats.period == pytest.approx(16, abs=0.5)
    off = np.abs((beats.frames + 8) % 16 - 8)
    assert np.median(off) <= 1


def test_stillness_has_no_beats():
    assert find_motion_beats(stop_and_go(16, 20).joints()) is None


@pytest.mark.parametrize(
    ("dance", "song", "metre"), [(20, 20, 1), (20, 10, 2), (20, 41, 0.5), (20, 14.5, None)]
)
def test_metres_stay_within_the_stretch(dance, song, metre):
    assert fitting_metre(dance, song) == metre


def test_warp_meets_beats_and_keeps_its_limits():
    dance = np.array([0, 20, 41, 60, 90, 100.0])  # the fifth beat would need too much
    song = np.arange(6) * 20.0 + 3
    frames = warp_frames(dance, song, 0, 110)
    np.testing.assert_allclose(np.interp(song[:4], np.arange(110), frames), dance[:4], atol=1e-9)
    inside = (np.arange(109) >= 3) & (np.arange(109) < 63)
    assert np.abs(np.diff(frames)[inside] - 1).max() <= MAX_STRETCH + 1e-9


def test_chained_phrases_fill_the_song_and_rest_on_its_beats():
    clips = danced_clips([Clip("a", "s", "salsa", stop_and_go(16), False)])
    beats = np.arange(0, 2000, 17.0)
    lower, upper, names = chain_phrases(
        clips, beats, np.arange(len(beats)) % 4, 5, 240, np.random.default_rng(0)
    )
    assert lower.shape == (240, 62) and upper.shape == (240, 90) and set(names) == {"a"}
    speed = np.abs(lower[:, 54])
    rests = np.flatnonzero((speed[1:-1] < speed[:-2]) & (speed[1:-1] <= speed[2:])) + 1 + 5
    off = np.abs((rests + 8.5) % 17 - 8.5)
    assert np.median(off) <= 2  # a beat must be hit within 66 ms; chance is 128


def test_no_clip_fits_an_odd_tempo():
    clips = danced_clips([Clip("a", "s", "salsa", stop_and_go(16), False)])
    beats = np.arange(0, 2000, 23.0)
    rng = np.random.default_rng(0)
    assert chain_phrases(clips, beats, np.arange(len(beats)) % 4, 0, 100, rng) is None


def test_shards_round_trip_and_half_written_ones_are_refused(tmp_path):
    writer = ShardWriter(tmp_path / "s")
    for n in (3, 5):
        writer.add({"x": np.full((n, 2), n, np.float32)}, name=str(n), genre="pop", held_out=n == 5)
    writer.close()
    shard = open_shard(tmp_path / "s")
    (held,) = shard.held_out()
    np.testing.assert_array_equal(shard.read(held, "x", 1, 2), np.full((2, 2), 5))
    (tmp_path / "s" / "sequences.json").unlink()
    with pytest.raises(EightcountError, match="no complete shard"):
        open_shard(tmp_path / "s")
