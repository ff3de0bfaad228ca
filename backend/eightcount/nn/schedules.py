"""Schedules over a run: how many tokens stay masked, and how large the learning rate is."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def masked_share(progress: float) -> float:
    """Share of tokens still masked at ``progress`` in [0, 1]: ``cos(pi/2 * progress)``.

    The cosine schedule of masked decoding (Chang et al. 2022, MaskGIT): few tokens are decided
    early, when little is known, and many late.
    """
    return math.cos(math.pi / 2 * min(max(progress, 0.0), 1.0))


def masked_counts(total: int, steps: int) -> list[int]:
    """Tokens still masked after each of ``steps`` decoding steps; the last is 0.

    Every step decides at least one token while any is left, so ``steps`` may exceed ``total``.

    Raises:
        ValueError: ``steps`` is below 1.
    """
    if steps < 1:
        raise ValueError(f"masked decoding needs at least 1 step, got {steps}")
    counts, left = [], total
    for step in range(1, steps + 1):
        wanted = math.floor(total * masked_share(step / steps) + 1e-9)
        left = max(0, min(wanted, left - 1))
        counts.append(left)
    return counts


def random_masked_share(
    count: int, *, generator: torch.Generator | None = None, device: torch.device | str = "cpu"
) -> Tensor:
    """``(count,)`` masked shares in (0, 1] for training, drawn as decoding will meet them."""
    progress = torch.rand(count, generator=generator, device=device)
    return torch.cos(progress * (math.pi / 2))


def cosine_lr(step: int, *, total: int, warmup: int, floor: float = 0.0) -> float:
    """Factor on the base learning rate at ``step`` (from 0): linear warm-up, then a cosine.

    Args:
        step: optimiser step about to be taken.
        total: steps of the whole run; later steps stay at ``floor``.
        warmup: steps until the factor reaches 1; may be 0.
        floor: factor at the end.

    Use with ``torch.optim.lr_scheduler.LambdaLR(optimiser, functools.partial(cosine_lr, ...))``.
    """
    if step < warmup:
        return (step + 1) / warmup
    progress = min(1.0, (step - warmup) / max(1, total - warmup))
    return floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * progress))
