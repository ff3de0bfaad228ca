"""A convolutional FSQ tokenizer for one stream: what all four tokenizers are made of.

TokenDance, section 3.3: a strided 1-D convolutional encoder, an MLP, FSQ and a mirrored decoder.
Most layers work at token rate, where a step costs a quarter; the decoder ends with narrow
convolutions at full rate, which keep the joints between tokens smooth.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from eightcount.nn.conv import ResidualConv1d
from eightcount.tokenizers.quantizer import NormalisedFSQ


@dataclass(frozen=True)
class StreamConfig:
    """Shape of one stream's tokenizer: numbers a frame, channel width, FSQ levels of a code, depth,
    codes a token."""

    size: int
    width: int = 128
    levels: tuple[int, ...] = (8, 5, 5, 5)
    blocks: int = 2
    parts: int = 1

    @property
    def channels(self) -> int:
        """Channels of the latent."""
        return self.parts * len(self.levels)


class StreamTokenizer(nn.Module):
    """Frames (B, T, size) at 30 fps <-> token ids (B, T / 4)."""

    def __init__(self, config: StreamConfig) -> None:
        super().__init__()
        self.config = config
        c, narrow = config.width, config.width // 2
        self.register_buffer("mean", torch.zeros(config.size))
        self.register_buffer("std", torch.ones(config.size))
        self.encoder = nn.Sequential(
            nn.Conv1d(config.size, c, 6, stride=2, padding=2),
            ResidualConv1d(c, 1),
            nn.Conv1d(c, c, 4, stride=2, padding=1),
            *_trunk(c, config.blocks),
            nn.GELU(),
            nn.Conv1d(c, c, 1),
            nn.GELU(),
            nn.Conv1d(c, config.channels, 1),
        )
        self.quantizer = NormalisedFSQ(config.levels, config.parts)
        self.decoder = nn.Sequential(
            nn.Conv1d(config.channels, c, 3, padding=1),
            *_trunk(c, config.blocks),
            nn.Upsample(scale_factor=2),
            nn.Conv1d(c, c, 3, padding=1),
            ResidualConv1d(c, 1),
            ResidualConv1d(c, 3),
            nn.Upsample(scale_factor=2),
            nn.Conv1d(c, narrow, 3, padding=1),
            nn.GELU(),
            nn.Conv1d(narrow, narrow, 3, padding=1),
            nn.GELU(),
            nn.Conv1d(narrow, config.size, 5, padding=2),
        )

    @property
    def codes(self) -> int:
        """Size of the codebook of one part."""
        return self.quantizer.codes

    @property
    def reach(self) -> int:
        """Tokens on each side beyond which a token's frames do not depend on others.

        In tokens: the first convolution 1, each block 1 + 3; at 15 fps 1 + 1 + 3 steps of half a
        token; at 30 fps 1 + 1 + 2 frames, a quarter token each.
        """
        return 1 + 4 * self.config.blocks + 3 + 1

    def set_statistics(self, mean: Tensor, std: Tensor) -> None:
        """Mean and spread (size,) of the training frames; spreads below 0.05 are raised to it."""
        self.mean.copy_(mean)
        self.std.copy_(std.clamp(min=0.05))

    def encode(self, frames: Tensor) -> tuple[Tensor, Tensor]:
        """Frames (B, T, size), T a multiple of 4, to quantized latents (B, T/4, K) and ids."""
        z = self.encoder(((frames - self.mean) / self.std).transpose(1, 2))
        return self.quantizer(z.transpose(1, 2))

    def decode(self, quantized: Tensor) -> Tensor:
        """Quantized latents (B, L, K) to frames (B, 4 L, size)."""
        y = self.decoder(quantized.transpose(1, 2)).transpose(1, 2).float()
        return y * self.std + self.mean

    def decode_ids(self, ids: Tensor) -> Tensor:
        """Token ids (B, L) to frames (B, 4 L, size)."""
        return self.decode(self.quantizer.lookup(ids))

    def forward(self, frames: Tensor) -> tuple[Tensor, Tensor]:
        """Frames to their reconstruction and ids."""
        quantized, ids = self.encode(frames)
        return self.decode(quantized), ids


def _trunk(channels: int, blocks: int) -> list[nn.Module]:
    return [ResidualConv1d(channels, dilation) for _ in range(blocks) for dilation in (1, 3)]
