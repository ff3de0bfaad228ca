import numpy as np
import pytest

from eightcount.metrics.jitter import jitter


def test_a_constant_third_difference_by_hand(figures):
    # t^3 has the third difference 6: 6 mm a frame^3 are 6e-3 * 27000 m/s^3 at 30 fps
    path = np.zeros((20, 3))
    path[:, 2] = 1e-3 * np.arange(20) ** 3
    assert jitter(figures.moved(path), 30) == pytest.approx(6e-3 * 30**3)
    assert jitter(figures.moved(path), 60) == pytest.approx(6e-3 * 60**3)


def test_still_uniform_and_falling_figures_have_none(figures):
    assert jitter(figures.standing(20).joints(), 30) == 0
    assert jitter(figures.gliding(20, (0.01, 0.01, 0)), 30) == pytest.approx(0, abs=1e-8)
    falling = np.zeros((20, 3))
    falling[:, 1] = -0.005 * np.arange(20) ** 2
    assert jitter(figures.moved(falling), 30) == pytest.approx(0, abs=1e-8)


def test_white_noise_shows(figures):
    joints = figures.dancing(90).joints().astype(np.float64)
    noise = np.random.default_rng(0).normal(0, 0.005, joints.shape)
    assert jitter(joints + noise, 30) > 3 * jitter(joints, 30)
