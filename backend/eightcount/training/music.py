"""Stage 1 for music: both music tokenizers, by plain reconstruction (TokenDance, section 3.3.3)."""

from __future__ import annotations

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from eightcount.data.shards import Shard
from eightcount.tokenizers.music import ACOUSTIC, SEMANTIC, MusicTokenizer


class MusicStage:
    """Windows of a song library through the music tokenizer; L1 in units of each feature's spread.

    Args:
        module: the tokenizer.
        shard: a song library's shard, with ``features`` (35).
        frames: length of a training window, a multiple of 4.
    """

    def __init__(self, module: MusicTokenizer, shard: Shard, frames: int = 240) -> None:
        self.module, self.shard, self.frames = module, shard, frames
        self.sequences = [s for s in shard.training() if s.length > frames]
        rows = np.concatenate([shard.read(s, "features") for s in self.sequences])
        mean, std = torch.from_numpy(rows.mean(0)), torch.from_numpy(rows.std(0))
        module.semantic.set_statistics(mean[SEMANTIC], std[SEMANTIC])
        module.acoustic.set_statistics(mean[ACOUSTIC], std[ACOUSTIC])

    def batch(self, size: int, rng: np.random.Generator) -> tuple[Tensor, ...]:
        """Feature windows (B, T, 35)."""
        rows = []
        for _ in range(size):
            sequence = self.sequences[rng.integers(len(self.sequences))]
            start = int(rng.integers(0, sequence.length - self.frames))
            rows.append(self.shard.read(sequence, "features", start, self.frames))
        return (torch.from_numpy(np.stack(rows)),)

    def losses(
        self, module: nn.Module, batch: tuple[Tensor, ...], fabric: Fabric
    ) -> dict[str, Tensor]:
        """Mean absolute error of both streams, each feature in its own spread."""
        (features,) = batch
        with fabric.autocast():
            semantic, acoustic = module(features)
        return self._errors(features, semantic.float(), acoustic.float())

    def _errors(self, features: Tensor, semantic: Tensor, acoustic: Tensor) -> dict[str, Tensor]:
        semantic_error = (semantic - features[..., SEMANTIC]) / self.module.semantic.std
        acoustic_error = (acoustic - features[..., ACOUSTIC]) / self.module.acoustic.std
        return {"semantic": semantic_error.abs().mean(), "acoustic": acoustic_error.abs().mean()}

    @torch.no_grad()
    def evaluate(self, module: MusicTokenizer, device: torch.device) -> dict[str, float]:
        """Held-out errors in spreads, and how many codes the held-out songs use."""
        totals = {"semantic": 0.0, "acoustic": 0.0}
        codes: tuple[set[int], set[int]] = (set(), set())
        frames = 0
        for s in self.shard.held_out():
            count = s.length // 4 * 4
            rows = np.array(self.shard.read(s, "features", 0, count))
            features = torch.from_numpy(rows)[None].to(device)
            semantic, acoustic = module(features)
            for key, value in self._errors(features, semantic, acoustic).items():
                totals[key] += float(value) * count
            for seen, ids in zip(codes, module.encode(features), strict=True):
                seen.update(ids.flatten().tolist())
            frames += count
        scores = {key: value / max(frames, 1) for key, value in totals.items()}
        scores["codes_semantic"], scores["codes_acoustic"] = len(codes[0]), len(codes[1])
        scores["loss"] = scores["semantic"] + scores["acoustic"]
        return scores
