import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from scipy.signal import argrelextrema

from eightcount.metrics import beats
from eightcount.motion.errors import EightcountError

PERIOD = 20


def test_hops_on_the_beat_score_one(figures):
    joints = figures.hopping(400, PERIOD)
    music = np.arange(60, 340, PERIOD)
    assert beats.bas_music_to_motion(joints, music) == pytest.approx(1.0)


def test_hops_between_beats_score_what_ten_frames_cost(figures):
    joints = figures.hopping(400, PERIOD)
    music = np.arange(70, 340, PERIOD)
    # every music beat is 10 frames from both neighbours: exp(-10^2 / 18)
    assert beats.bas_music_to_motion(joints, music) == pytest.approx(np.exp(-100 / 18))


def test_three_frames_late_cost_exp_of_a_half(figures):
    joints = figures.hopping(400, PERIOD, first=3)
    music = np.arange(60, 340, PERIOD)
    assert beats.bas_music_to_motion(joints, music) == pytest.approx(np.exp(-0.5))


def test_music_to_motion_averages_over_music_beats(figures):
    joints = figures.hopping(400, PERIOD)
    # one hit and one miss by 10
    both = beats.bas_music_to_motion(joints, np.array([100, 150]))
    assert both == pytest.approx((1 + np.exp(-100 / 18)) / 2)


def test_motion_to_music_counts_a_step_where_it_arrives(figures):
    # the still step from frame 59 to 60 is frame 60's speed in this form
    joints = figures.hopping(400, PERIOD, first=-1)
    found = beats.motion_beats_sparse(joints)
    assert set(np.arange(60, 340, PERIOD)) <= set(found)
    on = beats.bas_motion_to_music(joints, np.arange(-20, 420, PERIOD))
    between = beats.bas_motion_to_music(joints, np.arange(-30, 430, PERIOD))
    assert on == pytest.approx(1.0)
    assert between == pytest.approx(np.exp(-100 / 18))


def test_motion_to_music_leaves_the_first_ten_frames_out(figures):
    # the published speed of frame 0 is 0, which no frame within its reach can undercut
    joints = figures.hopping(200, 15, first=5)
    assert beats.motion_beats_sparse(joints).min() > beats.ORDER


def test_a_still_figure_has_no_beats_and_scores_nothing(figures):
    joints = figures.standing(120).joints()
    assert len(beats.motion_beats_smoothed(joints)) == 0
    assert len(beats.motion_beats_sparse(joints)) == 0
    music = np.arange(0, 120, 15)
    assert beats.bas_music_to_motion(joints, music) == 0
    assert beats.bas_motion_to_music(joints, music) == 0


def test_uniform_motion_has_no_beats():
    # steps that binary numbers hold exactly, so that the speed is the same in every frame
    joints = np.tile(np.arange(100)[:, None, None] * 2.0**-6, (1, 24, 3))
    assert len(beats.motion_beats_smoothed(joints)) == 0
    assert len(beats.motion_beats_sparse(joints)) == 0


def test_both_forms_equal_the_published_steps(figures):
    joints = figures.wandering(500, seed=3)
    music = np.sort(np.random.default_rng(1).uniform(0, 499, 40))

    speed = [
        np.mean([np.sqrt(((b - a) ** 2).sum()) for a, b in zip(p, q, strict=True)])
        for p, q in zip(joints[:-1], joints[1:], strict=True)
    ]
    minima = argrelextrema(gaussian_filter(np.array(speed), 5), np.less)[0]
    score = np.mean([np.exp(-np.min((minima - b) ** 2) / 2 / 9) for b in music])
    assert beats.bas_music_to_motion(joints, music) == pytest.approx(score, rel=1e-9)

    velocity = np.zeros_like(joints)
    velocity[1:] = joints[1:] - joints[:-1]
    envelope = np.linalg.norm(velocity, axis=2).sum(axis=1)
    minima = argrelextrema(envelope, np.less, order=10)[0]
    score = np.mean([np.exp(-(np.abs(music - m).min() ** 2) / 18) for m in minima])
    assert beats.bas_motion_to_music(joints, music) == pytest.approx(score, rel=1e-9)


def test_offsets_are_signed():
    offsets = beats.nearest_offsets(np.array([9.0, 12.0, 0.0, 40.0]), np.array([10.0, 20.0]))
    np.testing.assert_array_equal(offsets, [-1, 2, -10, 20])


def test_order_of_the_beats_does_not_matter(figures):
    joints = figures.wandering(200)
    music = np.array([20.0, 90.0, 55.0])
    assert beats.bas_music_to_motion(joints, music) == beats.bas_music_to_motion(
        joints, np.sort(music)
    )


def test_no_beats_is_an_error(figures):
    with pytest.raises(EightcountError, match="no beats"):
        beats.bas_music_to_motion(figures.wandering(60), np.zeros(0))
