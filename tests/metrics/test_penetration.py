import numpy as np
import pytest

from eightcount.metrics.penetration import penetration


def test_standing_feet_touch_and_do_not_sink(figures):
    assert penetration(figures.standing(20).joints()) == pytest.approx(0, abs=1e-4)


def test_three_centimetres_in_half_of_the_frames(figures):
    joints = figures.standing(20).joints().astype(np.float64)
    joints[10:, :, 1] -= 0.03
    assert penetration(joints) == pytest.approx(1.5, abs=1e-4)


def test_the_deepest_point_counts_and_a_jump_does_not_make_up_for_it(figures):
    joints = figures.standing(20).joints().astype(np.float64)
    joints[:, 10, 1] -= 0.02
    joints[:, (8, 11), 1] += 0.5
    assert penetration(joints) == pytest.approx(2.0, abs=1e-4)


def test_another_floor(figures):
    joints = figures.standing(20).joints() + np.float32([0, 0.1, 0])
    assert penetration(joints) == 0
    assert penetration(joints, floor=0.15) == pytest.approx(5.0, abs=1e-3)
