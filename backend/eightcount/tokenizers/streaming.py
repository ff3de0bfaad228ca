"""Decoding tokens that arrive piece by piece, to the very frames of decoding them all at once."""

from __future__ import annotations

import torch
from torch import Tensor

from eightcount.motion.streams import FRAMES_PER_TOKEN
from eightcount.tokenizers.motion import MotionTokenizer


class DecodeStream:
    """Gives a token's frames as soon as no later token can change them.

    Args:
        tokenizer: in evaluation mode.
    """

    def __init__(self, tokenizer: MotionTokenizer) -> None:
        self.tokenizer = tokenizer
        self._reach = max(tokenizer.lower.reach, tokenizer.upper.reach)
        self._lower = torch.zeros(0, dtype=torch.long)
        self._upper = torch.zeros(0, dtype=torch.long)
        self._dropped = 0  # tokens no longer kept
        self._given = 0  # tokens whose frames have been given

    @torch.no_grad()
    def push(self, lower: Tensor, upper: Tensor, last: bool = False) -> tuple[Tensor, Tensor]:
        """Take token ids (n,); give frames (m, 62) and (m, 90) that are final, in order."""
        self._lower = torch.cat([self._lower.to(lower.device), lower])
        self._upper = torch.cat([self._upper.to(upper.device), upper])
        total = self._dropped + len(self._lower)
        ready = total if last else max(self._given, total - self._reach)
        if ready == self._given:
            return self.tokenizer.lower.mean.new_zeros(0, 62), self.tokenizer.lower.mean.new_zeros(
                0, 90
            )
        frames = self.tokenizer.decode_ids(self._lower[None], self._upper[None])
        begin = (self._given - self._dropped) * FRAMES_PER_TOKEN
        end = (ready - self._dropped) * FRAMES_PER_TOKEN
        out = tuple(x[0, begin:end] for x in frames)
        self._given = ready
        # later frames need the tokens within reach before them, and no others
        drop = max(0, self._given - self._reach - self._dropped)
        self._lower, self._upper = self._lower[drop:], self._upper[drop:]
        self._dropped += drop
        return out
