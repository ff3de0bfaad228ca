"""Stage 3: the temporal refiner, from what the tokenizer makes of a dance back to the dance."""

from __future__ import annotations

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from eightcount.data.shards import Sequence, Shard
from eightcount.motion.streams import FRAMES_PER_TOKEN
from eightcount.refine.temporal import WINDOW, RefineStream, TemporalRefiner
from eightcount.tokenizers.motion import MotionTokenizer, joint_velocity, stream_joints
from eightcount.training.losses import TokenizerLosses, reconstruction_losses

#: share of tokens replaced by a neighbour's: generated tokens fit each other less well than real ones
_CORRUPTED = 0.03


class RefinerStage:
    """Windows decoded from (slightly damaged) tokens, and the dance that they stand for.

    Args:
        module: the refiner.
        shard: a motion shard.
        tokenizer: the trained motion tokenizer.
    """

    def __init__(
        self,
        module: TemporalRefiner,
        shard: Shard,
        tokenizer: MotionTokenizer,
        weights: TokenizerLosses | None = None,
    ) -> None:
        self.module, self.shard = module, shard
        self.weights = weights or TokenizerLosses(
            joint_acceleration=0.5,
            foot_velocity=0.6,
            contact_consistency=0.2,
            vigour=2.0,
            holds=2.0,
            torso=0.8,
        )
        self.pairs = [_decoded(tokenizer, shard, s) for s in shard.training() if s.length >= 96]
        self.held_out = [_decoded(tokenizer, shard, s) for s in shard.held_out()]
        rows = torch.cat([torch.cat(p[2:], -1) for p in self.pairs[::4]])
        module.mean.copy_(rows.mean(0))
        module.std.copy_(rows.std(0).clamp(min=0.05))
        size = np.array([len(p[0]) for p in self.pairs], float)
        self.chance = size / size.sum()

    def batch(self, size: int, rng: np.random.Generator) -> tuple[Tensor, ...]:
        """Decoded and true streams of ``size`` windows."""
        columns: list[list[Tensor]] = [[], [], [], []]
        for _ in range(size):
            pair = self.pairs[rng.choice(len(self.pairs), p=self.chance)]
            start = int(rng.integers(0, len(pair[0]) - WINDOW + 1))
            for column, stream in zip(columns, pair, strict=True):
                column.append(stream[start : start + WINDOW])
        return tuple(torch.stack(column) for column in columns)

    def losses(
        self, module: nn.Module, batch: tuple[Tensor, ...], fabric: Fabric
    ) -> dict[str, Tensor]:
        """The tokenizer's terms on the refined window (L1 on position, velocity, acceleration)."""
        lower_in, upper_in, lower, upper = batch
        with fabric.autocast():
            lower_out, upper_out = module(lower_in, upper_in)
        return reconstruction_losses(
            lower, upper, lower_out.float(), upper_out.float(), self.weights
        )

    @torch.no_grad()
    def evaluate(self, module: TemporalRefiner, device: torch.device) -> dict[str, float]:
        """Held-out clips before and after: mean joint error in cm, jerk over real jerk."""
        totals = dict.fromkeys(("before", "after", "jerk_before", "jerk_after", "jerk_real"), 0.0)
        frames = 0
        for pair in self.held_out:
            lower_in, upper_in, lower, upper = (x.to(device) for x in pair)
            stream = RefineStream(module)
            lower_out, upper_out = stream.push(lower_in, upper_in, last=True)
            joints = stream_joints(lower[None], upper[None])
            count = len(lower)
            totals["jerk_real"] += _jerk(joints, lower) * count
            for name, a, b in (("before", lower_in, upper_in), ("after", lower_out, upper_out)):
                out = stream_joints(a[None], b[None])
                apart = (out - out[:, :, :1]) - (joints - joints[:, :, :1])
                totals[name] += float(apart.norm(dim=-1).mean()) * 100 * count
                totals[f"jerk_{name}"] += _jerk(out, a) * count
            frames += count
        return {
            "before": totals["before"] / frames,
            "after": totals["after"] / frames,
            "jerk_share_before": totals["jerk_before"] / totals["jerk_real"],
            "jerk_share_after": totals["jerk_after"] / totals["jerk_real"],
            "loss": totals["after"] / frames,
        }


def _jerk(joints: Tensor, lower: Tensor) -> float:
    return float(joint_velocity(joints, lower[None]).diff(dim=1).diff(dim=1).norm(dim=-1).mean())


@torch.no_grad()
def _decoded(
    tokenizer: MotionTokenizer, shard: Shard, sequence: Sequence
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Decoded and true streams of a sequence, a whole number of tokens long."""
    count = sequence.length // FRAMES_PER_TOKEN * FRAMES_PER_TOKEN
    lower = torch.from_numpy(np.array(shard.read(sequence, "lower", 0, count)))
    upper = torch.from_numpy(np.array(shard.read(sequence, "upper", 0, count)))
    ids = tokenizer.encode(lower[None], upper[None])
    if not sequence.held_out:
        ids = tuple(_damaged(x, sequence.start) for x in ids)
    lower_out, upper_out = tokenizer.decode_ids(*ids)
    return lower_out[0], upper_out[0], lower, upper


def _damaged(ids: Tensor, seed: int) -> Tensor:
    random = torch.Generator().manual_seed(seed)
    hit = torch.rand(ids.shape, generator=random) < _CORRUPTED
    return torch.where(hit, ids.roll(1, -1), ids)
