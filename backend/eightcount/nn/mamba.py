"""Mamba blocks and the bidirectional layer that TokenDance's generator is built from.

Parameter names and shapes are those of mamba-ssm's ``Mamba2`` and ``Mamba``, so a checkpoint
runs on the portable scans here and on its CUDA kernels alike. Scans run in float32 also under
autocast.

Every module takes ``x (b, l, d_model)`` and an optional boolean ``mask (b, l)``, True at real
steps. Padding may stand at the right (or, for a single direction, at the left): padded steps
leave the state alone, so real steps come out as if the padding were not there, and padded steps
come out as zero.
"""

from __future__ import annotations

import math
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from eightcount.nn.conv import causal_depthwise_conv
from eightcount.nn.scan import selective_scan, ssd

Kind = Literal["mamba2", "mamba1"]

# Range of step sizes at the start of training, log-uniform, as in both papers' code.
DT_MIN, DT_MAX, DT_FLOOR = 1e-3, 1e-1, 1e-4
A_MIN, A_MAX = 1.0, 16.0


class Mamba2Block(nn.Module):
    """Mamba-2 (Dao and Gu 2024): one projection in, causal conv, SSD scan, gated norm, out.

    Args:
        d_model: width of input and output.
        d_state: state columns per head, shared input and output weights over all heads.
        d_conv: taps of the causal convolution, at least 2.
        expand: inner width is ``expand * d_model``.
        head_dim: channels per head; must divide the inner width.
        chunk: chunk length of the portable scan, see ``ssd_chunked``.

    Raises:
        ValueError: ``head_dim`` does not divide the inner width.
    """

    def __init__(
        self,
        d_model: int,
        d_state: int = 16,
        d_conv: int = 4,
        expand: int = 2,
        head_dim: int = 64,
        *,
        chunk: int | None = None,
    ) -> None:
        super().__init__()
        inner = expand * d_model
        if inner % head_dim:
            raise ValueError(f"head_dim {head_dim} must divide expand * d_model = {inner}")
        self.d_inner, self.d_state, self.head_dim, self.chunk = inner, d_state, head_dim, chunk
        self.heads = inner // head_dim
        mixed = inner + 2 * d_state  # values, B and C go through the convolution together
        self.in_proj = nn.Linear(d_model, inner + mixed + self.heads, bias=False)
        self.conv1d = _depthwise(mixed, d_conv)
        self.dt_bias = nn.Parameter(_initial_dt_bias(self.heads))
        self.A_log = nn.Parameter(torch.empty(self.heads).uniform_(A_MIN, A_MAX).log())
        self.D = nn.Parameter(torch.ones(self.heads))
        self.norm = GatedRMSNorm(inner)
        self.out_proj = nn.Linear(inner, d_model, bias=False)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """``(b, l, d_model)`` to ``(b, l, d_model)``; causal. ``mask``: see the module's text."""
        inner, n = self.d_inner, self.d_state
        gate, mixed, dt = self.in_proj(x).split([inner, inner + 2 * n, self.heads], dim=-1)
        dt = F.softplus(dt.float() + self.dt_bias.float())
        if mask is not None:
            mixed, dt = mixed * mask[..., None], dt * mask[..., None]
        mixed = F.silu(
            causal_depthwise_conv(_elementwise(mixed), self.conv1d.weight, self.conv1d.bias)
        )
        values, B, C = mixed.split([inner, n, n], dim=-1)
        A = -self.A_log.float().exp()
        y = ssd(
            values.unflatten(-1, (self.heads, self.head_dim)), dt, A, B, C, self.D, chunk=self.chunk
        )
        y = self.out_proj(self.norm(y.flatten(-2), gate))
        return y if mask is None else y * mask[..., None]


class Mamba1Block(nn.Module):
    """Mamba-1 (Gu and Dao 2023): input-dependent step, B and C from the convolved values, S6 scan.

    Slower than Mamba-2 without CUDA kernels; there for fidelity with the published systems.

    Args:
        d_model: width of input and output.
        d_state: state size per channel.
        d_conv: taps of the causal convolution, at least 2.
        expand: inner width is ``expand * d_model``.
    """

    def __init__(self, d_model: int, d_state: int = 16, d_conv: int = 4, expand: int = 2) -> None:
        super().__init__()
        inner = expand * d_model
        self.d_inner, self.d_state, self.dt_rank = inner, d_state, math.ceil(d_model / 16)
        self.in_proj = nn.Linear(d_model, 2 * inner, bias=False)
        self.conv1d = _depthwise(inner, d_conv)
        self.x_proj = nn.Linear(inner, self.dt_rank + 2 * d_state, bias=False)
        self.dt_proj = nn.Linear(self.dt_rank, inner)
        nn.init.uniform_(self.dt_proj.weight, -(self.dt_rank**-0.5), self.dt_rank**-0.5)
        with torch.no_grad():
            self.dt_proj.bias.copy_(_initial_dt_bias(inner))
        rates = torch.arange(1, d_state + 1, dtype=torch.float32)  # S4D-real
        self.A_log = nn.Parameter(rates.log().repeat(inner, 1))
        self.D = nn.Parameter(torch.ones(inner))
        self.out_proj = nn.Linear(inner, d_model, bias=False)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """``(b, l, d_model)`` to ``(b, l, d_model)``; causal. ``mask``: see the module's text."""
        values, gate = self.in_proj(x).chunk(2, dim=-1)
        if mask is not None:
            values = values * mask[..., None]
        values = F.silu(
            causal_depthwise_conv(_elementwise(values), self.conv1d.weight, self.conv1d.bias)
        )
        ranks, B, C = self.x_proj(values).split([self.dt_rank, self.d_state, self.d_state], dim=-1)
        dt = F.linear(ranks, self.dt_proj.weight).float() + self.dt_proj.bias.float()
        dt = F.softplus(dt)
        if mask is not None:
            dt = dt * mask[..., None]
        y = selective_scan(values, dt, -self.A_log.float().exp(), B, C, self.D.float())
        y = self.out_proj(y * F.silu(gate))
        return y if mask is None else y * mask[..., None]


class GatedRMSNorm(nn.Module):
    """RMS norm of ``x * silu(gate)`` over the last axis, in float32; Mamba-2's output norm."""

    def __init__(self, width: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x: Tensor, gate: Tensor) -> Tensor:
        """``x`` and ``gate`` ``(..., width)``; result in ``x``'s dtype."""
        gated = x.float() * F.silu(gate.float())
        return F.rms_norm(gated, self.weight.shape, self.weight.float(), self.eps).to(x.dtype)


class BiMamba(nn.Module):
    """TokenDance's bidirectional Mamba (arXiv 2603.27314, section 3.4.3).

    The sequence goes through one block, the reversed sequence through another whose output is
    reversed back; both are added and multiplied by the input ("multiplicative skip connection").
    The paper gives no formula for the skip; this is its plain reading.

    Args:
        d_model: width.
        kind: ``"mamba2"`` (default) or ``"mamba1"``.
        **block: further arguments of ``Mamba2Block`` or ``Mamba1Block``.

    Raises:
        ValueError: ``kind`` is neither of the two.
    """

    def __init__(self, d_model: int, kind: Kind = "mamba2", **block: int) -> None:
        super().__init__()
        if kind not in BLOCKS:
            raise ValueError(f"unknown block kind {kind!r}: use one of {', '.join(BLOCKS)}")
        self.ahead = BLOCKS[kind](d_model, **block)
        self.back = BLOCKS[kind](d_model, **block)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """``(b, l, d_model)`` to the same; padded steps come out as zero."""
        reverse = None if mask is None else mask.flip(1)
        # reversed padding stands at the left, where a masked block skips it just as well
        both = self.ahead(x, mask) + self.back(x.flip(1), reverse).flip(1)
        return both * x


BLOCKS: dict[str, type[nn.Module]] = {"mamba2": Mamba2Block, "mamba1": Mamba1Block}


class BiMambaLayer(nn.Module):
    """A residual layer: ``x + dropout(BiMamba(RMSNorm(x) + condition))``.

    Args:
        d_model: width.
        kind: ``"mamba2"`` or ``"mamba1"``.
        dropout: share of the branch's features dropped in training.
        **block: further arguments of the block.
    """

    def __init__(
        self, d_model: int, kind: Kind = "mamba2", dropout: float = 0.0, **block: int
    ) -> None:
        super().__init__()
        self.norm = nn.RMSNorm(d_model, eps=1e-5)
        self.mixer = BiMamba(d_model, kind, **block)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, x: Tensor, condition: Tensor | None = None, mask: Tensor | None = None
    ) -> Tensor:
        """Mix along time.

        Args:
            x: ``(b, l, d_model)``.
            condition: ``(b, l, d_model)`` or ``(b, 1, d_model)``, added to the normed input.
            mask: ``(b, l)`` bool, True at real steps.

        Returns:
            ``(b, l, d_model)``; at padded steps ``x`` unchanged.
        """
        branch = self.norm(x)
        if condition is not None:
            branch = branch + condition
        return x + self.dropout(self.mixer(branch, mask))


def _depthwise(channels: int, taps: int) -> nn.Conv1d:
    """Holds weight ``(c, 1, taps)`` and bias under mamba-ssm's names; run by our own function."""
    return nn.Conv1d(channels, channels, taps, groups=channels, padding=taps - 1)


def _elementwise(x: Tensor) -> Tensor:
    """Widens half precision on a CPU, where elementwise work on it costs more than it saves."""
    half = x.dtype in (torch.bfloat16, torch.float16)
    return x.float() if half and x.device.type == "cpu" else x


def _initial_dt_bias(count: int) -> Tensor:
    """Biases whose softplus is log-uniform in [DT_MIN, DT_MAX]."""
    low, high = math.log(DT_MIN), math.log(DT_MAX)
    dt = torch.empty(count).uniform_(low, high).exp().clamp_min(DT_FLOOR)
    return dt + torch.log(-torch.expm1(-dt))  # inverse softplus
