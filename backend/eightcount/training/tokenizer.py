"""Stage 1 for motion: both halves of the motion tokenizer, trained together through FK."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from lightning_fabric import Fabric
from torch import Tensor, nn

from eightcount.data.shards import Sequence, Shard
from eightcount.motion.skeleton import CONTACT_JOINTS, NUM_JOINTS
from eightcount.motion.streams import CONTACTS, TURN, VELOCITY
from eightcount.tokenizers.motion import (
    MotionTokenizer,
    joint_velocity,
    root_path,
    stream_joints,
)
from eightcount.training.reconstruction import reconstruction_scores


@dataclass(frozen=True)
class TokenizerLosses:
    """Weights of the loss terms (TokenDance, section 3.3, plus the root's and the contacts').

    ``foot_velocity`` punishes feet that move while they truly stand, ``contact_consistency`` feet that
    move while the output itself says that they stand (EDGE and EDMG).
    """

    pose: float = 1.0
    pose_velocity: float = 3.0
    joints: float = 8.0
    joint_velocity: float = 0.5
    joint_acceleration: float = 0.5
    path: float = 0.5
    root_velocity: float = 0.6
    turn: float = 0.6
    contact: float = 0.2
    foot_velocity: float = 0.3
    contact_consistency: float = 0.0


#: extremities count for more: their errors are what an eye sees first
_JOINT_WEIGHTS = torch.ones(NUM_JOINTS)
_JOINT_WEIGHTS[[4, 5, 18, 19]] = 1.5
_JOINT_WEIGHTS[[20, 21, 22, 23]] = 2.0
_JOINT_WEIGHTS[[7, 8, 10, 11]] = 2.5
_JOINT_WEIGHTS /= _JOINT_WEIGHTS.mean()


class TokenizerStage:
    """Windows of a motion shard, energetic ones oftener, through the tokenizer.

    Args:
        module: the tokenizer.
        shard: with ``lower`` and ``upper`` arrays.
        frames: length of a training window, a multiple of 4.
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
        self.shard = shard
        self.frames = frames
        self.weights = weights or TokenizerLosses()
        self.sequences = [s for s in shard.training() if s.length >= frames]
        genre_weights = genre_weights or {}
        size = np.array(
            [(s.length - frames + 24) * genre_weights.get(s.genre, 1.0) for s in self.sequences]
        )
        self.chance = size / size.sum()
        self._set_statistics()

    def _set_statistics(self) -> None:
        for key in ("lower", "upper"):
            rows = np.concatenate([self.shard.read(s, key) for s in self.sequences[::3]])
            tokenizer = getattr(self.module, key)
            tokenizer.set_statistics(torch.from_numpy(rows.mean(0)), torch.from_numpy(rows.std(0)))

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
        return reconstruction_scores(module, self.shard, self.shard.held_out(), device)


def reconstruction_losses(
    lower: Tensor, upper: Tensor, lower_out: Tensor, upper_out: Tensor, w: TokenizerLosses
) -> dict[str, Tensor]:
    """Loss terms of a reconstruction; both streams (B, T, 62) and (B, T, 90), float32."""
    joints, joints_out = stream_joints(lower, upper), stream_joints(lower_out, upper_out)
    velocity, velocity_out = joint_velocity(joints, lower), joint_velocity(joints_out, lower_out)
    lower_error = (lower_out - lower)[..., :58]
    upper_error = upper_out - upper
    contact = lower[:, :-1, CONTACTS]
    path, path_out = root_path(lower)[1], root_path(lower_out)[1]
    velocity_error = velocity_out - velocity
    weight = _JOINT_WEIGHTS.to(lower.device)[:, None]
    feet = velocity_out[:, :, list(CONTACT_JOINTS)].norm(dim=-1)
    return {
        "pose": w.pose * (lower_error.abs().mean() + upper_error.abs().mean()),
        "pose_velocity": w.pose_velocity
        * (lower_error.diff(dim=1).abs().mean() + upper_error.diff(dim=1).abs().mean()),
        "joints": w.joints * ((joints_out - joints).abs() * weight).mean(),
        "joint_velocity": w.joint_velocity * (velocity_error.abs() * weight).mean(),
        "joint_acceleration": w.joint_acceleration * velocity_error.diff(dim=1).abs().mean(),
        "path": w.path * (path_out - path).abs().mean(),
        "root_velocity": w.root_velocity * (lower_out - lower)[..., VELOCITY].abs().mean(),
        "turn": w.turn * (lower_out - lower)[..., TURN].abs().mean(),
        "contact": w.contact
        * F.binary_cross_entropy_with_logits(
            (lower_out[..., CONTACTS] - 0.5) * 6, lower[..., CONTACTS]
        ),
        "foot_velocity": w.foot_velocity * (contact * feet).mean(),
        "contact_consistency": w.contact_consistency
        * (lower_out[:, :-1, CONTACTS].clamp(0, 1) * feet).mean(),
    }
