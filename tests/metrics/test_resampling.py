import numpy as np
import pytest

from eightcount.metrics.resampling import mean_interval, set_interval


def test_the_interval_is_about_two_standard_errors_wide():
    values = np.random.default_rng(0).normal(5, 2, 400)
    low, high = mean_interval(values)
    error = values.std() / np.sqrt(400)
    assert low == pytest.approx(values.mean() - 1.96 * error, abs=0.3 * error)
    assert high == pytest.approx(values.mean() + 1.96 * error, abs=0.3 * error)


def test_it_holds_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(1)
    samples = rng.exponential(1.0, (200, 60))
    held = [low <= 1 <= high for low, high in (mean_interval(s, 400) for s in samples)]
    assert 0.88 <= np.mean(held) <= 0.99


def test_values_without_meaning_are_left_out():
    assert mean_interval(np.array([1.0, np.nan, 1.0])) == (1.0, 1.0)
    assert all(np.isnan(mean_interval(np.array([1.0, np.nan]))))


def test_equal_values_have_no_spread():
    assert mean_interval(np.full(10, 3.0)) == (3.0, 3.0)


def test_a_sets_interval_lies_around_its_own_value():
    values = np.random.default_rng(2).normal(0, 1, 50)
    # the number of different clips is biased by resampling as strongly as a number can be
    low, high = set_interval(lambda rows: len(set(values[rows])), 50)
    assert low <= 50 <= high and high - low < 20


def test_a_sets_interval_never_goes_below_zero():
    low, high = set_interval(lambda rows: float(rows.std()) * 0.001, 10)
    assert low >= 0 and high >= low
    assert all(np.isnan(set_interval(lambda rows: 1.0, 2)))
