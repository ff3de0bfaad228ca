"""What the stages share that learn to give back windows of a motion shard."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from eightcount.data.shards import Sequence, Shard
from eightcount.motion.streams import TURN
from eightcount.tokenizers.motion import MotionTokenizer
from eightcount.training.losses import TokenizerLosses
from eightcount.training.reconstruction import reconstruction_scores


class WindowStage:
    """Windows of a motion shard, energetic ones oftener; a subclass says what is learnt from them.

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
        self.module, self.shard, self.frames = module, shard, frames
        self.weights = weights or TokenizerLosses()
        self.sequences = [s for s in shard.training() if s.length >= frames]
        genre_weights = genre_weights or {}
        size = np.array(
            [(s.length - frames + 24) * genre_weights.get(s.genre, 1.0) for s in self.sequences]
        )
        self.chance = size / size.sum()

    def batch(self, size: int, rng: np.random.Generator) -> tuple[Tensor, ...]:
        """Lower (B, T, 62) and upper (B, T, 90) windows.

        Two windows are drawn for each place and the livelier one is kept half of the time: legs in
        the air and turns are rare in the corpus and hardest to code.
        """
        lower, upper = [], []
        for _ in range(size):
            sequence = self.sequences[rng.choice(len(self.sequences), p=self.chance)]
            starts = rng.integers(0, sequence.length - self.frames + 1, 2)
            start = starts[0]
            if rng.random() < 0.5:
                start = max(starts, key=lambda s: self._liveliness(sequence, int(s)))
            lower.append(self.shard.read(sequence, "lower", int(start), self.frames))
            upper.append(self.shard.read(sequence, "upper", int(start), self.frames))
        return torch.from_numpy(np.stack(lower)), torch.from_numpy(np.stack(upper))

    def _liveliness(self, sequence: Sequence, start: int) -> float:
        rows = self.shard.read(sequence, "lower", start, self.frames)
        legs = rows[::4, 6:54]
        return float(legs.std(0).mean() + 0.05 * np.abs(rows[::4, TURN]).mean())

    @torch.no_grad()
    def evaluate(self, module: MotionTokenizer, device: torch.device) -> dict[str, float]:
        """Held-out reconstruction: see :func:`reconstruction_scores`."""
        return reconstruction_scores(module, self.shard, self.shard.held_out(), device)
