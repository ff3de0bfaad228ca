import numpy as np
import pytest

from eightcount.metrics.swap import BeatRecord, swap_gap, swap_scores

FRAMES = 600
PERIODS = (14, 17, 19, 23, 26, 29)


def record(song, motion, music, frames=FRAMES):
    return BeatRecord(song, np.asarray(motion), np.asarray(music, float), frames)


def faithful():
    """Six dances, each exactly on its own song's beats."""
    grids = [np.arange(5 + k, FRAMES, p) for k, p in enumerate(PERIODS)]
    return [record(f"s{k}", g, g) for k, g in enumerate(grids)]


@pytest.mark.parametrize("music_to_motion", [True, False])
def test_dances_on_their_beats_follow_their_songs(music_to_motion):
    found = swap_gap(faithful(), music_to_motion)
    assert found.own == pytest.approx(1) and found.songs == 6
    assert found.gap == pytest.approx(found.own - found.others) and found.gap > 0.5
    # only the true deal reaches 1: one in 720, give or take
    assert found.p_value < 0.01


def test_dances_under_the_wrong_songs_do_not():
    takes = faithful()
    wrong = [
        record(a.song, b.motion_beats, a.music_beats)
        for a, b in zip(takes, takes[1:] + takes[:1], strict=True)
    ]
    found = swap_gap(wrong)
    assert found.gap < 0 and found.p_value > 0.2


def test_dense_motion_beats_score_high_but_fit_no_song():
    music = [np.arange(5 + k, FRAMES, p) for k, p in enumerate(PERIODS)]
    dense = [record(f"s{k}", np.arange(0, FRAMES, 3), m) for k, m in enumerate(music)]
    found = swap_gap(dense)
    assert found.own > 0.9 and abs(found.gap) < 0.05 and found.p_value > 0.05


def test_by_hand():
    a = record("a", [10], [10])
    b = record("b", [13], [16])
    # own: d = 0 and 3; swapped: a's motion and b's music are 6 apart, b's motion and a's music 3
    e = np.exp
    np.testing.assert_allclose(swap_scores([a, b], True), [[1, e(-2)], [e(-0.5), e(-0.5)]])
    found = swap_gap([a, b])
    assert found.gap == pytest.approx((1 + e(-0.5)) / 2 - (e(-2) + e(-0.5)) / 2)
    np.testing.assert_allclose(found.gaps, [1 - e(-2), 0])


def test_takes_of_one_song_are_not_other_songs():
    takes = [*faithful()[:2], record("s0", [3], [7])]
    found = swap_gap(takes)
    scores = swap_scores(takes, True)
    assert found.gaps[0] == pytest.approx(scores[0, 0] - scores[0, 1])
    assert found.gaps[1] == pytest.approx(scores[1, 1] - (scores[1, 0] + scores[1, 2]) / 2)


def test_a_shorter_song_is_not_blamed_for_its_end():
    grid = np.arange(0, FRAMES, 20)
    long, short = record("a", grid, grid), record("b", grid[:5], grid[:5], frames=100)
    np.testing.assert_allclose(swap_scores([long, short], False), 1)


def test_one_song_cannot_be_swapped():
    found = swap_gap([record("a", [1], [1]), record("a", [2], [2])])
    assert np.isnan(found.gap) and np.isnan(found.p_value) and found.songs == 1


def test_the_same_seed_gives_the_same_p_value():
    assert swap_gap(faithful(), seed=3).p_value == swap_gap(faithful(), seed=3).p_value
