"""The motion tokenizer: a lower and an upper stream, each with its own codebook."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from eightcount.motion.skeleton import LOWER, NUM_JOINTS, UPPER
from eightcount.motion.streams import HEIGHT, LOWER_SIZE, TURN, UPPER_SIZE, VELOCITY
from eightcount.nn.kinematics import forward_kinematics, rotation_6d_to_matrix, yaw_rotate
from eightcount.tokenizers.stream import StreamConfig, StreamTokenizer


@dataclass(frozen=True)
class MotionTokenizerConfig:
    """Both streams' shapes."""

    lower: StreamConfig = field(default_factory=lambda: StreamConfig(LOWER_SIZE))
    upper: StreamConfig = field(default_factory=lambda: StreamConfig(UPPER_SIZE))


class MotionTokenizer(nn.Module):
    """Lower (B, T, 62) and upper (B, T, 90) streams <-> two rows of token ids (B, T / 4).

    The halves share nothing: changing upper tokens leaves the lower frames bit for bit as they were.
    """

    def __init__(self, config: MotionTokenizerConfig) -> None:
        super().__init__()
        self.config = config
        self.lower = StreamTokenizer(config.lower)
        self.upper = StreamTokenizer(config.upper)

    def forward(self, lower: Tensor, upper: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Reconstructions of both streams and both rows of ids."""
        lower_out, lower_ids = self.lower(lower)
        upper_out, upper_ids = self.upper(upper)
        return lower_out, upper_out, lower_ids, upper_ids

    def encode(self, lower: Tensor, upper: Tensor) -> tuple[Tensor, Tensor]:
        """Token ids (B, T / 4) of both streams."""
        return self.lower.encode(lower)[1], self.upper.encode(upper)[1]

    def decode_ids(self, lower_ids: Tensor, upper_ids: Tensor) -> tuple[Tensor, Tensor]:
        """Streams (B, T, 62) and (B, T, 90) of token ids (B, T / 4)."""
        return self.lower.decode_ids(lower_ids), self.upper.decode_ids(upper_ids)


def stream_joints(lower: Tensor, upper: Tensor) -> Tensor:
    """Joint positions (B, T, 24, 3) in the heading's frame: pelvis at (0, height, 0)."""
    shape = lower.shape[:2]
    six = lower.new_zeros(*shape, NUM_JOINTS, 6)
    six[:, :, list(LOWER)] = lower[..., :54].unflatten(-1, (len(LOWER), 6))
    six[:, :, list(UPPER)] = upper.unflatten(-1, (len(UPPER), 6))
    zero = torch.zeros_like(lower[..., 0])
    root = torch.stack([zero, lower[..., HEIGHT], zero], -1)
    return forward_kinematics(rotation_6d_to_matrix(six), root)


def joint_velocity(joints: Tensor, lower: Tensor, fps: float = 30.0) -> Tensor:
    """World velocity of every joint, (B, T-1, 24, 3) m/s, in frame t's heading.

    Args:
        joints: (B, T, 24, 3) in each frame's own heading.
        lower: (B, T, 62): its root velocity and turning speed lead to the next frame.
    """
    turn = lower[:, :-1, TURN] / fps
    following = yaw_rotate(joints[:, 1:], turn)
    zero = torch.zeros_like(turn)
    root = torch.stack([lower[:, :-1, VELOCITY.start], zero, lower[:, :-1, VELOCITY.start + 1]], -1)
    return (following - joints[:, :-1]) * fps + root[:, :, None]


def root_path(lower: Tensor, fps: float = 30.0) -> tuple[Tensor, Tensor]:
    """Heading (B, T) radians and root position (B, T, 3), x and z summed up from the first frame."""
    turn = lower[..., TURN] / fps
    heading = torch.cumsum(turn, 1) - turn
    zero = torch.zeros_like(turn)
    step = torch.stack([lower[..., VELOCITY.start], zero, lower[..., VELOCITY.start + 1]], -1) / fps
    step = yaw_rotate(step[:, :, None], heading)[:, :, 0]
    path = torch.cumsum(step, 1) - step
    path = torch.cat([path[..., :1], lower[..., HEIGHT : HEIGHT + 1], path[..., 2:]], -1)
    return heading, path
