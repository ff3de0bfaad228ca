import numpy as np
import pytest

from eightcount.metrics.foot_skate import foot_skate, foot_skate_lodge, set_on_floor

FRAMES = 51


def test_standing_feet_do_not_slide(figures):
    joints = figures.standing(FRAMES).joints()
    assert foot_skate(joints) == 0 and foot_skate_lodge(joints) == 0


def test_sliding_at_a_known_speed(figures):
    # 50 steps of 51 contact frames; the last frame has no step
    share = (FRAMES - 1) / FRAMES
    slow, fast = (figures.gliding(FRAMES, (step, 0, 0)) for step in (0.009, 0.011))
    assert foot_skate(slow) == 0
    assert foot_skate(fast) == pytest.approx(share)
    # LODGE halves the sum of both axes: it takes 2 cm a frame along one axis
    slow, fast = (figures.gliding(FRAMES, (0, 0, step)) for step in (0.019, 0.021))
    assert foot_skate_lodge(slow) == 0
    assert foot_skate_lodge(fast) == pytest.approx(share)


def test_a_slide_with_dx_equal_to_minus_dz_escapes_lodge_only(figures):
    joints = figures.gliding(FRAMES, (0.05, 0, -0.05))
    assert foot_skate_lodge(joints) == 0
    assert foot_skate(joints) == pytest.approx((FRAMES - 1) / FRAMES)


def test_feet_in_the_air_may_move(figures):
    joints = figures.gliding(FRAMES, (0.05, 0, 0))
    joints[1:, :, 1] += 0.5
    # only frame 0 is in contact, and it slides
    assert foot_skate(joints) == 1
    joints[1, :, (0, 2)] = joints[0, :, (0, 2)]
    assert foot_skate(joints) == 0


def test_the_mean_of_both_feet(figures):
    joints = figures.standing(FRAMES).joints().astype(np.float64)
    joints[:, (7, 10), 0] += 0.03 * np.arange(FRAMES)[:, None]
    assert foot_skate(joints) == pytest.approx(0.5 * (FRAMES - 1) / FRAMES)


def test_one_sliding_joint_of_a_foot_is_enough(figures):
    joints = figures.standing(FRAMES).joints().astype(np.float64)
    joints[20:, (10, 11), 2] += 0.02
    assert foot_skate(joints) == pytest.approx(1 / FRAMES)


def test_a_foot_that_never_stands_is_left_out(figures):
    joints = figures.standing(FRAMES).joints().astype(np.float64)
    joints[:, (7, 10), 0] += 0.03 * np.arange(FRAMES)[:, None]
    joints[:, (8, 11), 1] += 1.0
    assert foot_skate(joints) == pytest.approx((FRAMES - 1) / FRAMES)


def test_no_contact_at_all_is_no_number(figures):
    joints = figures.standing(FRAMES).joints().astype(np.float64)
    joints[:, (7, 8), 1] += 1.0
    assert np.isnan(foot_skate(joints)) and np.isnan(foot_skate_lodge(joints))


@pytest.mark.parametrize(("lift", "floor"), [(0.01, 0.025), (0.2, 0.02)])
def test_frame_0_sets_the_floor(figures, lift, floor):
    # within 2 cm both toes stand and their mean is the floor, else the lower one
    joints = figures.standing(FRAMES).joints().astype(np.float64)
    joints[:, 10, 1] += lift
    grounded = set_on_floor(joints)
    assert joints[0, 11, 1] - grounded[0, 11, 1] == pytest.approx(floor, abs=1e-6)


def test_height_of_the_stage_does_not_matter(figures):
    joints = figures.dancing(90, size=0.1).joints().astype(np.float64)
    for measure in (foot_skate, foot_skate_lodge):
        assert measure(joints + [0, 3.0, 0]) == pytest.approx(measure(joints))
