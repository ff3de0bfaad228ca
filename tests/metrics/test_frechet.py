import numpy as np
import pytest
from scipy import linalg

from eightcount.metrics.frechet import Normaliser, div, fid, frechet_distance
from eightcount.motion.errors import EightcountError


def published(a, b):
    covariance = [np.cov(x, rowvar=False) for x in (a, b)]
    mean = a.mean(axis=0) - b.mean(axis=0)
    root = linalg.sqrtm(covariance[0] @ covariance[1]).real
    return mean @ mean + np.trace(covariance[0]) + np.trace(covariance[1]) - 2 * np.trace(root)


def correlated(n, width, seed):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, width)) @ rng.normal(size=(width, width)) + rng.normal(size=width)


@pytest.mark.parametrize(("n", "m"), [(40, 60), (60, 40), (200, 25)])
def test_equals_the_published_formula(n, m):
    a, b = correlated(n, 12, 1), correlated(m, 12, 2)
    assert frechet_distance(a, b) == pytest.approx(published(a, b), rel=1e-8)
    normalised = [(x - b.mean(axis=0)) / (b.std(axis=0) + 1e-10) for x in (a, b)]
    assert fid(a, b) == pytest.approx(published(*normalised), rel=1e-8)


def test_by_hand_in_one_dimension():
    # means 0 and 3, variances 2 and 8: 9 + (sqrt 8 - sqrt 2)^2 = 11
    a, b = np.array([[-1.0], [1.0]]), np.array([[1.0], [5.0]])
    assert frechet_distance(a, b) == pytest.approx(11)


def test_a_set_is_no_distance_from_itself_even_when_singular():
    few = correlated(8, 72, 0)
    assert frechet_distance(few, few) == pytest.approx(0, abs=1e-9 * np.var(few) * 72)
    assert fid(few, few) == pytest.approx(0, abs=1e-6)


def test_fewer_clips_than_features_still_give_a_real_number():
    assert fid(correlated(5, 72, 1), correlated(9, 72, 2)) > 0


def test_fid_is_free_of_units_but_not_symmetric():
    a, b = correlated(50, 6, 1), correlated(40, 6, 2)
    scale = np.array([1, 10, 100, 1e-3, 5, 2])
    assert fid(a * scale, b * scale) == pytest.approx(fid(a, b), rel=1e-6)
    assert fid(a, b) != pytest.approx(fid(b, a), rel=0.01)


def test_div_by_hand():
    # the reference has mean 0 and std 1 in the first feature, 10 in the second
    reference = np.array([[-1.0, -10], [1, 10]])
    takes = np.array([[0.0, 0], [3, 40], [0, 0]])
    # pairwise distances 5, 5 and 0
    assert div(takes, reference) == pytest.approx(10 / 3)


def test_constant_features_are_named():
    reference = np.array([[1.0, 0, 5], [2, 0, 5], [3, 0, 5]])
    np.testing.assert_array_equal(Normaliser.of(reference).constant, [False, True, True])
    # as published, a take that differs there is blown up by 1e10
    assert fid(reference + [0, 1, 0], reference) > 1e19


@pytest.mark.parametrize("measure", [fid, div])
def test_one_clip_is_an_error_with_a_cure(measure):
    many, one = correlated(10, 4, 0), correlated(1, 4, 1)
    for pair in ((one, many), (many, one)):
        with pytest.raises(EightcountError, match="at least 2") as caught:
            measure(*pair)
        assert caught.value.code == "too-few-clips" and caught.value.hint
