"""Stage 1b: the motion tokenizer's decoders alone, on the codes that it has settled on.

The tokenizer is trained for codes that tell poses apart; what it gives back is calmer than what it
was given, for an L1 error forgives a weak accent sooner than a late one. Here the codes stay as they
are, so that a generator which speaks them is not to be trained again, and the decoders learn to give
back a motion's full vigour, its holds and its hips (:mod:`eightcount.training.losses`).
"""

from __future__ import annotations

import copy
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from eightcount.data.shards import Shard
from eightcount.tokenizers.motion import MotionTokenizer
from eightcount.training.losses import TokenizerLosses, reconstruction_losses
from eightcount.training.windows import WindowStage

#: the tokenizer's own terms, and what they forget
LOSSES = TokenizerLosses(joint_acceleration=0.25, vigour=2.0, holds=2.0, torso=0.8)


class DecoderStage(WindowStage):
    """Windows of a motion shard, in the tokenizer's codes, through its decoders.

    Args:
        module: the trained tokenizer; all but its decoders is frozen.
        shard, weights, settings: as in :class:`WindowStage`.
    """

    def __init__(
        self,
        module: MotionTokenizer,
        shard: Shard,
        *,
        weights: TokenizerLosses = LOSSES,
        **settings: Any,
    ) -> None:
        super().__init__(module, shard, weights=weights, **settings)
        module.requires_grad_(False)
        for half in (module.lower, module.upper):
            half.decoder.requires_grad_(True)
        # in training mode the module's codes would move with every batch
        self._coder = copy.deepcopy(module).eval()

    def losses(
        self, module: nn.Module, batch: tuple[Tensor, ...], fabric: Fabric
    ) -> dict[str, Tensor]:
        """The tokenizer's terms on what the decoders make of the codes, and those of :data:`LOSSES`."""
        lower, upper = batch
        with torch.no_grad():
            ids = self._coder.to(lower.device).encode(lower, upper)
        with fabric.autocast():
            lower_out, upper_out = self.module.decode_ids(*ids)
        return reconstruction_losses(
            lower, upper, lower_out.float(), upper_out.float(), self.weights
        )

    def with_codes(self, state: dict[str, Tensor]) -> dict[str, Tensor]:
        """A state of the module with everything but the decoders as it was, to the bit."""
        before = self._coder.cpu().state_dict()
        return {k: state[k] if ".decoder." in k else before[k].clone() for k in state}
