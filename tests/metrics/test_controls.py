import numpy as np
import pytest

from eightcount.metrics.controls import CONTROLS, control_motions, frozen, jittered, swapped
from eightcount.metrics.protocols import PROTOCOLS
from eightcount.metrics.scores import score_clip
from eightcount.metrics.takes import Clip


def test_frozen_is_the_middle_pose(figures):
    motion = figures.dancing(61)
    held = frozen(motion)
    assert len(held) == 61
    np.testing.assert_array_equal(held.joints(), np.tile(motion.joints()[30], (61, 1, 1)))


def test_jitter_is_white_small_and_repeatable(figures):
    motion = figures.dancing(200)
    noisy = jittered(motion, seed=1)
    off = noisy.joints() - motion.joints()
    assert 0.003 < np.abs(off).mean() < 0.05
    lag = (off[1:] * off[:-1]).mean() / (off**2).mean()
    assert abs(lag) < 0.1
    np.testing.assert_array_equal(noisy.rotations, jittered(motion, seed=1).rotations)
    assert not np.array_equal(noisy.rotations, jittered(motion, seed=2).rotations)


def test_every_control_has_a_name_and_a_way_to_be_made(figures):
    assert set(control_motions(figures.dancing(30), 0)) <= {c.key for c in CONTROLS}
    assert len({c.key for c in CONTROLS}) == 6


def scored(figures, song, beats, seed=0):
    clip = Clip(f"{song}.npz", figures.dancing(120, seed), beats, song)
    return score_clip(clip, PROTOCOLS["lodge"])


def test_swapped_takes_the_next_other_songs_beats(figures):
    grids = [np.arange(3.0, 120, p) for p in (13, 13, 17)]
    clips = [scored(figures, s, g) for s, g in zip("aab", grids, strict=True)]
    changed = swapped(clips)
    assert [c.song for c in changed] == ["b", "b", "a"]
    np.testing.assert_array_equal(changed[0].music_beats, grids[2])
    np.testing.assert_array_equal(changed[2].music_beats, grids[0])
    assert changed[0].metrics["bas_music_to_motion"] != clips[0].metrics["bas_music_to_motion"]
    # the dance is the same
    for key in ("pfc", "foot_skate", "jitter", "pff"):
        assert changed[0].metrics[key] == clips[0].metrics[key]


def test_beats_beyond_the_dance_are_cut(figures):
    short, long = (
        scored(figures, "a", np.arange(0.0, 120, 20)),
        scored(figures, "b", np.array([5.0, 50])),
    )
    assert swapped([short, long])[1].music_beats.max() < 120


@pytest.mark.parametrize("beats", [None, np.zeros(0)])
def test_without_another_song_there_are_no_beat_scores(figures, beats):
    one = scored(figures, "a", np.array([10.0, 50]))
    none = scored(figures, "b", beats)
    assert all(np.isnan(c.metrics["bas_music_to_motion"]) for c in swapped([one, none]))
    assert np.isnan(none.metrics["rs"])
