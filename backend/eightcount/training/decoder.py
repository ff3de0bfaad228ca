"""Stage 1b: the motion tokenizer's decoders alone, on the codes that it has settled on.

The tokenizer is trained for codes that tell poses apart; what it gives back is calmer than what it
was given, for an L1 error forgives a weak accent sooner than a late one. Here the codes stay as they
are, so that a generator which speaks them is not to be trained again, and the decoders learn to give
back a motion's full vigour, its holds and its hips (:mod:`eightcount.training.losses`).
"""

from __future__ import annotations

import copy

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from eightcount.data.shards import Shard
from eightcount.tokenizers.motion import MotionTokenizer
from eightcount.training.losses import TokenizerLosses, reconstruction_losses
from eightcount.training.reconstruction import reconstruction_scores
from eightcount.training.windows import MotionWindows

#: the tokenizer's own terms, and what they forget
LOSSES = TokenizerLosses(joint_acceleration=0.25, vigour=2.0, holds=2.0, torso=0.8)


class DecoderStage:
    """Windows of a motion shard, in the tokenizer's codes, through its decoders.

    Args:
        module: the trained tokenizer; all but its decoders is frozen.
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
        weights: TokenizerLosses = LOSSES,
        genre_weights: dict[str, float] | None = None,
    ) -> None:
        self.module = module.requires_grad_(False)
        for half in (module.lower, module.upper):
            half.decoder.requires_grad_(True)
        # in training mode the module's codes would move with every batch
        self._coder = copy.deepcopy(module).eval()
        self.windows = MotionWindows(shard, frames, genre_weights)
        self.weights = weights

    def batch(self, size: int, rng: np.random.Generator) -> tuple[Tensor, ...]:
        """Lower (B, T, 62) and upper (B, T, 90) windows."""
        return self.windows.batch(size, rng)

    def losses(
        self, module: nn.Module, batch: tuple[Tensor, ...], fabric: Fabric
    ) -> dict[str, Tensor]:
        """The tokenizer's terms on what the decoders make of the codes, vigour and holds."""
        lower, upper = batch
        with torch.no_grad():
            ids = self._coder.to(lower.device).encode(lower, upper)
        with fabric.autocast():
            lower_out, upper_out = self.module.decode_ids(*ids)
        return reconstruction_losses(
            lower, upper, lower_out.float(), upper_out.float(), self.weights
        )

    @torch.no_grad()
    def evaluate(self, module: MotionTokenizer, device: torch.device) -> dict[str, float]:
        """Held-out reconstruction: see :func:`reconstruction_scores`."""
        shard = self.windows.shard
        return reconstruction_scores(module, shard, shard.held_out(), device)

    def with_codes(self, state: dict[str, Tensor]) -> dict[str, Tensor]:
        """A state of the module with everything but the decoders as it was, to the bit."""
        before = self._coder.cpu().state_dict()
        return {k: state[k] if ".decoder." in k else before[k].clone() for k in state}
