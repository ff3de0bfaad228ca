import numpy as np
import pytest

from eightcount.metrics.freezing import (
    Pauses,
    find_pauses,
    freeze_rate,
    length_regularity,
    pff,
    rhythmic_score,
    runs,
)

FPS = 30


#: speeds that binary numbers hold exactly, metres a frame: about 0.47 and 0.03 m/s at 30 fps.
GO, STOP = 2.0**-6, 2.0**-10


def stop_and_go(figures, speeds):
    """A figure gliding with the given speeds (metres a frame), one a step."""
    path = np.zeros((len(speeds) + 1, 3))
    path[1:, 0] = np.cumsum(speeds)
    return figures.moved(path)


def test_runs():
    starts, lengths = runs(np.array([1, 1, 0, 0, 1, 0, 1, 1, 1], bool))
    np.testing.assert_array_equal(starts, [0, 4, 6])
    np.testing.assert_array_equal(lengths, [2, 1, 3])
    assert all(len(x) == 0 for x in runs(np.zeros(5, bool)))


def test_pauses_of_known_place_and_length(figures):
    speeds = np.full(100, GO)
    speeds[20:28] = STOP
    speeds[60:72] = STOP
    pauses = find_pauses(stop_and_go(figures, speeds), FPS)
    np.testing.assert_array_equal(pauses.frames, [*range(20, 28), *range(60, 72)])
    np.testing.assert_array_equal(pauses.lengths, [8, 12])
    assert pff(pauses) == pytest.approx(0.2)
    # lengths 8 and 12 have the standard deviation 2
    assert length_regularity(pauses) == pytest.approx(1 / 3)


def test_pauses_too_short_or_too_long_do_not_count(figures):
    speeds = np.full(600, GO)
    speeds[10:12] = STOP  # 2 steps: shorter than a tenth of a second
    speeds[50:53] = STOP  # 3 steps: just long enough
    speeds[100:160] = STOP  # 60 steps: just short enough
    speeds[200:261] = STOP  # 61 steps: more than two seconds
    pauses = find_pauses(stop_and_go(figures, speeds), FPS)
    np.testing.assert_array_equal(pauses.lengths, [3, 60])


def test_rhythmic_score_by_hand():
    pauses = Pauses(np.array([10, 11, 12]), np.array([3]), 100)
    beats = np.array([11.0, 42.0])  # on a pause, and 30 frames after it
    assert rhythmic_score(pauses, beats) == pytest.approx((1 + np.exp(-0.5)) / 2)


def test_a_frozen_dance_passes_pff_but_not_the_freeze_rate(figures):
    joints = figures.standing(120).joints()
    pauses = find_pauses(joints, FPS)
    assert pff(pauses) == 0 and rhythmic_score(pauses, np.array([5.0])) == 0
    assert np.isnan(length_regularity(pauses))
    assert freeze_rate(joints, FPS) == 1


def test_a_second_of_standing_counts_and_less_does_not(figures):
    speeds = np.full(100, GO)
    speeds[10:39] = 0.0
    assert freeze_rate(stop_and_go(figures, speeds), FPS) == 0
    speeds[10:40] = 0.0
    assert freeze_rate(stop_and_go(figures, speeds), FPS) == pytest.approx(0.3)


def test_the_limit_is_five_centimetres_a_second(figures):
    below, above = (figures.gliding(61, (v / FPS, 0, 0)) for v in (0.049, 0.051))
    assert freeze_rate(below, FPS) == 1 and freeze_rate(above, FPS) == 0
    # the same steps at another rate are another speed
    assert freeze_rate(below, 60) == 0
