import numpy as np
import pytest

from eightcount.metrics.tokens import mpjpe, rotation_error, token_usage
from eightcount.motion import rotations as rot


def test_even_use_has_the_perplexity_of_its_codes():
    usage = token_usage([np.array([0, 1, 2, 3]), np.array([3, 2, 1, 0])], codes=8)
    assert usage.share == 0.5 and usage.perplexity == pytest.approx(4) and usage.repeats == 0
    np.testing.assert_array_equal(usage.counts, [2, 2, 2, 2, 0, 0, 0, 0])


def test_one_code_only():
    usage = token_usage([np.full(10, 5)], codes=8)
    assert usage.share == 1 / 8 and usage.perplexity == pytest.approx(1) and usage.repeats == 1


def test_repeats_are_not_counted_across_takes():
    usage = token_usage([np.array([1, 1, 2]), np.array([2, 3])], codes=4)
    assert usage.repeats == pytest.approx(1 / 3)


@pytest.mark.parametrize("tokens", [[8], [-1]])
def test_tokens_outside_the_codebook(tokens):
    with pytest.raises(ValueError, match=r"0\.\.7"):
        token_usage([np.array(tokens)], codes=8)


def test_mpjpe_by_hand(figures):
    joints = figures.wandering(10)
    rebuilt = joints.copy()
    rebuilt[:, 4, 1] += 0.24  # one joint of 24 off by 24 cm
    assert mpjpe(joints, rebuilt) == pytest.approx(1.0)
    drifted = joints + [0.5, 0, 0]
    assert mpjpe(joints, drifted) == pytest.approx(0, abs=1e-9)
    assert mpjpe(joints, drifted, root_relative=False) == pytest.approx(50)


def test_rotation_error_by_hand():
    rng = np.random.default_rng(0)
    start = rot.normalise(rng.normal(size=(7, 24, 4)))
    turn = rot.from_axis_angle(np.tile(np.radians([0, 0, 3.0]), (7, 24, 1)))
    assert rotation_error(start, rot.multiply(start, turn)) == pytest.approx(3.0)
    # a quaternion and its negative are one rotation
    assert rotation_error(start, -start) == pytest.approx(0, abs=1e-5)
