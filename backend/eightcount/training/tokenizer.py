"""Stage 1 for motion: both halves of the motion tokenizer, trained together through FK."""

from __future__ import annotations

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from eightcount.data.shards import Shard
from eightcount.tokenizers.motion import MotionTokenizer
from eightcount.training.losses import TokenizerLosses, reconstruction_losses
from eightcount.training.reconstruction import reconstruction_scores
from eightcount.training.windows import MotionWindows


class TokenizerStage:
    """Windows of a motion shard through the tokenizer.

    Args:
        module: the tokenizer.
        shard: with ``lower`` and ``upper`` arrays.
        frames: length of a training window, a multiple of 4.
        weights: of the loss terms.
        genre_weights: how much oftener a genre's frames are drawn.
    """

    def __init__(
        self,
        module: MotionTokenizer,
        shard: Shard,
        *,
        frames: int = 96,
        weights: TokenizerLosses | None = None,
        genre_weights: dict[str, float] | None = None,
    ) -> None:
        self.module = module
        self.windows = MotionWindows(shard, frames, genre_weights)
        self.weights = weights or TokenizerLosses()
        self._set_statistics(shard)

    def _set_statistics(self, shard: Shard) -> None:
        for key in ("lower", "upper"):
            rows = np.concatenate([shard.read(s, key) for s in self.windows.sequences[::3]])
            tokenizer = getattr(self.module, key)
            tokenizer.set_statistics(torch.from_numpy(rows.mean(0)), torch.from_numpy(rows.std(0)))

    def batch(self, size: int, rng: np.random.Generator) -> tuple[Tensor, ...]:
        """Lower (B, T, 62) and upper (B, T, 90) windows."""
        return self.windows.batch(size, rng)

    def losses(
        self, module: nn.Module, batch: tuple[Tensor, ...], fabric: Fabric
    ) -> dict[str, Tensor]:
        """L1 on pose, velocity and acceleration, in rotation space and through FK, and the root."""
        lower, upper = batch
        with fabric.autocast():
            lower_out, upper_out, _, _ = module(lower, upper)
        lower_out, upper_out = lower_out.float(), upper_out.float()
        return reconstruction_losses(lower, upper, lower_out, upper_out, self.weights)

    @torch.no_grad()
    def evaluate(self, module: MotionTokenizer, device: torch.device) -> dict[str, float]:
        """Held-out reconstruction: see :func:`reconstruction_scores`."""
        shard = self.windows.shard
        return reconstruction_scores(module, shard, shard.held_out(), device)
