import numpy as np

from eightcount.metrics.style import style_features


def test_one_row_a_window_and_the_same_width_at_every_rate(figures):
    thirty = style_features(figures.dancing(300).joints(), 30)
    sixty = style_features(figures.dancing(600, fps=60).joints(), 60)
    assert thirty.shape == (2, thirty.shape[1]) and sixty.shape == thirty.shape
    assert style_features(figures.dancing(40).joints(), 30).shape == (1, thirty.shape[1])
    assert np.isfinite(thirty).all()


def test_a_still_figure_has_finite_features(figures):
    assert np.isfinite(style_features(figures.standing(200).joints(), 30)).all()


def test_the_place_on_the_floor_does_not_count(figures):
    joints = figures.dancing(150).joints().astype(np.float64)
    moved = style_features(joints + [4, 0, -2], 30)
    np.testing.assert_allclose(style_features(joints, 30), moved, rtol=1e-6, atol=1e-6)
