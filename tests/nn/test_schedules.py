"""Mask and learning-rate schedules."""

from __future__ import annotations

import pytest
import torch

from eightcount.nn.schedules import cosine_lr, masked_counts, masked_share, random_masked_share


def test_the_masked_share_falls_from_all_to_none():
    shares = [masked_share(p / 10) for p in range(11)]
    assert shares[0] == 1 and shares[-1] == pytest.approx(0, abs=1e-12)
    assert all(a > b for a, b in zip(shares[:-1], shares[1:], strict=True))


@pytest.mark.parametrize("total", [1, 7, 64, 450])
@pytest.mark.parametrize("steps", [1, 2, 10, 100])
def test_masked_counts_fall_to_zero_and_never_stand_still(total, steps):
    counts = masked_counts(total, steps)
    assert len(counts) == steps and counts[-1] == 0
    for before, after in zip([total, *counts], counts, strict=False):
        assert after < before or before == 0


def test_few_tokens_are_decided_early():
    counts = masked_counts(100, 10)
    decided = [a - b for a, b in zip([100, *counts], counts, strict=False)]
    assert decided[0] < decided[4] < decided[9]


def test_no_steps_are_refused():
    with pytest.raises(ValueError, match="at least 1"):
        masked_counts(10, 0)


def test_random_shares_follow_the_generator_and_lie_in_range():
    draws = [random_masked_share(1000, generator=torch.Generator().manual_seed(3)) for _ in "ab"]
    assert torch.equal(*draws)
    assert draws[0].min() > 0 and draws[0].max() <= 1
    assert draws[0].mean() == pytest.approx(2 / torch.pi, abs=0.03)


def test_learning_rate_warms_up_then_falls_to_the_floor():
    factors = [cosine_lr(s, total=100, warmup=10, floor=0.05) for s in range(130)]
    assert factors[0] == pytest.approx(0.1) and factors[9] == factors[10] == 1
    assert all(a >= b for a, b in zip(factors[10:], factors[11:], strict=False))
    assert factors[100] == factors[129] == pytest.approx(0.05)
    assert cosine_lr(0, total=10, warmup=0) == 1
