"""Convolutions over time: the causal one inside Mamba and the blocks of the tokenizers."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def causal_depthwise_conv(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Each channel filtered over its own past: ``y_t = bias + sum_k weight_k x_{t - (K-1) + k}``.

    A sum of shifted products: on a CPU this beats a grouped ``conv1d`` several times, and it
    keeps the channels last, so nothing is transposed.

    Args:
        x: ``(b, l, c)``; steps before the first count as zero.
        weight: ``(c, 1, K)``, as ``nn.Conv1d(c, c, K, groups=c)`` stores it.
        bias: ``(c,)`` or None.

    Returns:
        ``(b, l, c)``.
    """
    taps, length = weight.shape[-1], x.shape[1]
    kernel = weight[:, 0].t().to(x.dtype)  # (K, c)
    padded = F.pad(x, (0, 0, taps - 1, 0))
    if bias is None:
        y = x * kernel[-1]
    else:
        y = torch.addcmul(bias.to(x.dtype), x, kernel[-1])
    for k in range(taps - 1):
        y = torch.addcmul(y, padded[:, k : k + length], kernel[k])
    return y


class ResidualConv1d(nn.Module):
    """``x + conv1(gelu(conv3(gelu(x))))``: a dilated kernel of 3, then a mix of channels.

    Args:
        channels: width in and out.
        dilation: distance of the taps in steps; the length stays the same.
    """

    def __init__(self, channels: int, dilation: int = 1) -> None:
        super().__init__()
        self.spread = nn.Conv1d(channels, channels, 3, padding=dilation, dilation=dilation)
        self.mix = nn.Conv1d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """``(b, channels, l)`` to the same shape."""
        return x + self.mix(F.gelu(self.spread(F.gelu(x))))


class Downsample(nn.Sequential):
    """Halves the rate: a stride-2 convolution of kernel 4. ``(b, c_in, 2 l)`` to ``(b, c_out, l)``.

    An odd last step is dropped.
    """

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__(nn.Conv1d(channels_in, channels_out, 4, stride=2, padding=1))


class Upsample(nn.Sequential):
    """Doubles the rate: every step twice, then a convolution of kernel 3.

    A transposed convolution weighs even and odd frames differently, which shows as a tremble in
    motion; repeating and smoothing does not. ``(b, c_in, l)`` to ``(b, c_out, 2 l)``.
    """

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__(
            nn.Upsample(scale_factor=2, mode="nearest"),
            nn.Conv1d(channels_in, channels_out, 3, padding=1),
        )
