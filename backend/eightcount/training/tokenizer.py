"""Stage 1 for motion: both halves of the motion tokenizer, trained together through FK."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from eightcount.data.shards import Shard
from eightcount.tokenizers.motion import MotionTokenizer
from eightcount.training.losses import reconstruction_losses
from eightcount.training.windows import WindowStage


class TokenizerStage(WindowStage):
    """Windows of a motion shard through the tokenizer; settings as in :class:`WindowStage`."""

    def __init__(self, module: MotionTokenizer, shard: Shard, **settings: Any) -> None:
        super().__init__(module, shard, **settings)
        for key in ("lower", "upper"):
            rows = np.concatenate([shard.read(s, key) for s in self.sequences[::3]])
            tokenizer = getattr(module, key)
            tokenizer.set_statistics(torch.from_numpy(rows.mean(0)), torch.from_numpy(rows.std(0)))

    def losses(
        self, module: nn.Module, batch: tuple[Tensor, ...], fabric: Fabric
    ) -> dict[str, Tensor]:
        """L1 on pose, velocity and acceleration, in rotation space and through FK, and the root."""
        lower, upper = batch
        with fabric.autocast():
            lower_out, upper_out, _, _ = module(lower, upper)
        lower_out, upper_out = lower_out.float(), upper_out.float()
        return reconstruction_losses(lower, upper, lower_out, upper_out, self.weights)
