"""Temporal refinement of decoded motion, after EDMG's TRM.

Five residual modules, fully connected over a whole window in time, read two branches (position: the
streams and their FK joints; motion: FK velocity and acceleration) and correct the streams. Both body
halves are seen together here for the first time. Windows of 64 frames overlap by half and are
cross-faded, at places that depend on the frame number alone: so a dance refined piece by piece is the
dance refined at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from eightcount.motion.skeleton import NUM_JOINTS
from eightcount.motion.streams import LOWER_SIZE, UPPER_SIZE
from eightcount.tokenizers.motion import joint_velocity, stream_joints

#: frames a window
WINDOW = 64
HOP = WINDOW // 2
_SIZE = LOWER_SIZE + UPPER_SIZE


@dataclass(frozen=True)
class RefinerConfig:
    """Shape of the refiner: channels and number of modules."""

    width: int = 128
    modules: int = 5


class TemporalRefiner(nn.Module):
    """Streams of one window (B, 64, 62) and (B, 64, 90) to corrected ones."""

    def __init__(self, config: RefinerConfig) -> None:
        super().__init__()
        self.config = config
        self.register_buffer("mean", torch.zeros(_SIZE))
        self.register_buffer("std", torch.ones(_SIZE))
        self.position = nn.Linear(_SIZE + 3 * NUM_JOINTS, config.width)
        self.motion = nn.Linear(6 * NUM_JOINTS, config.width)
        self.mixers = nn.ModuleList(_Mixer(config.width) for _ in range(config.modules))
        self.norm = nn.LayerNorm(config.width)
        self.out = nn.Linear(config.width, _SIZE)
        # begins as "no correction"
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, lower: Tensor, upper: Tensor) -> tuple[Tensor, Tensor]:
        """Corrected streams of the window; contacts included."""
        joints = stream_joints(lower, upper)
        velocity = _same_length(joint_velocity(joints, lower))
        acceleration = _same_length(velocity.diff(dim=1))
        streams = (torch.cat([lower, upper], -1) - self.mean) / self.std
        x = self.position(torch.cat([streams, joints.flatten(2) * 2], -1)) + self.motion(
            torch.cat([velocity.flatten(2) * 0.5, acceleration.flatten(2) * 2], -1)
        )
        for mixer in self.mixers:
            x = mixer(x)
        change = self.out(self.norm(x)).float() * self.std * 0.1
        return lower + change[..., :LOWER_SIZE], upper + change[..., LOWER_SIZE:]


class _Mixer(nn.Module):
    """One residual module: fully connected in time, then in channels."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm_time, self.norm_width = nn.LayerNorm(width), nn.LayerNorm(width)
        self.time = nn.Sequential(nn.Linear(WINDOW, WINDOW), nn.GELU(), nn.Linear(WINDOW, WINDOW))
        self.width = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.time(self.norm_time(x).transpose(1, 2)).transpose(1, 2)
        return x + self.width(self.norm_width(x))


def _same_length(x: Tensor) -> Tensor:
    """A difference (B, T-1, ...) with its last frame repeated."""
    return torch.cat([x, x[:, -1:]], 1)


class RefineStream:
    """Refines frames that arrive piece by piece.

    Windows begin at frames -32, 0, 32, ...: every frame lies in two of them. Before the first and
    after the last frame the edge frame stands still.
    """

    def __init__(self, refiner: TemporalRefiner) -> None:
        self.refiner = refiner
        self._waiting: Tensor | None = None  # frames from the next window's beginning on
        self._tail: Tensor | None = None  # the last window's second half, faded out
        self._received = self._given = 0
        self._fade = _fade_in(refiner.mean.device)

    def push(self, lower: Tensor, upper: Tensor, last: bool = False) -> tuple[Tensor, Tensor]:
        """Take frames (n, 62) and (n, 90); give those that are ready, in order.

        With ``last`` the stream ends and everything is given out.
        """
        frames = torch.cat([lower, upper], -1)
        self._received += len(frames)
        if self._waiting is not None:
            frames = torch.cat([self._waiting, frames])
        elif len(frames):
            frames = torch.cat([frames[:1].expand(HOP, -1), frames])
        if last and len(frames):
            frames = torch.cat([frames, frames[-1:].expand(WINDOW, -1)])
        ready = [frames[:0]]
        while len(frames) >= WINDOW:
            refined = self._refine(frames[:WINDOW])
            if self._tail is not None:
                ready.append(self._tail + refined[:HOP] * self._fade)
            self._tail = refined[HOP:] * (1 - self._fade)
            frames = frames[HOP:]
        self._waiting = frames if self._received else None
        out = torch.cat(ready)
        if last:
            out = out[: self._received - self._given]
        self._given += len(out)
        return out[:, :LOWER_SIZE], out[:, LOWER_SIZE:]

    @torch.no_grad()
    def _refine(self, window: Tensor) -> Tensor:
        lower, upper = window[None, :, :LOWER_SIZE], window[None, :, LOWER_SIZE:]
        return torch.cat(self.refiner(lower, upper), -1)[0]


def _fade_in(device: torch.device) -> Tensor:
    """Cross-fade weights (32, 1): they and their mirror image sum to 1."""
    t = (torch.arange(HOP, device=device) + 0.5) / HOP
    return (0.5 - 0.5 * torch.cos(t * torch.pi))[:, None]
