"""The Mamba-1 scan (S6): a readable loop and a faster portable form.

The recurrence (Gu and Dao 2023, "Mamba", eq. 2 with the simplified discretisation of its code):

    h_t = exp(dt_t * A) * h_{t-1} + dt_t * B_t * x_t          state (d_inner, d_state)
    y_t = h_t C_t + D * x_t

Shapes used by both functions, with batch b, steps l, channels d, state width n:

    x   (b, l, d)    values
    dt  (b, l, d)    step sizes, already positive (after softplus); 0 leaves the state alone
    A   (d, n)       decay rates, negative
    B   (b, l, n)    input weights, shared by all channels
    C   (b, l, n)    output weights, shared by all channels
    D   (d,) or None direct path
    initial_state, final state   (b, d, n)

Results have the dtype of ``x``. Inside, everything is float32, or float64 when ``x`` is float64.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from eightcount.nn.scan_mamba2 import working_dtype


def selective_scan_reference(
    x: Tensor,
    dt: Tensor,
    A: Tensor,
    B: Tensor,
    C: Tensor,
    D: Tensor | None = None,
    *,
    initial_state: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """Run the recurrence step by step; the truth that every faster path is tested against.

    Shapes: see the module's text. Returns ``y (b, l, d)`` and the final state ``(b, d, n)``.
    """
    dtype = working_dtype(x)
    values, dt, A, B, C = (t.to(dtype) for t in (x, dt, A, B, C))
    batch, length, channels = x.shape
    if initial_state is None:
        state = values.new_zeros(batch, channels, A.shape[1])
    else:
        state = initial_state.to(dtype)
    outputs = []
    for t in range(length):
        decay = torch.exp(dt[:, t, :, None] * A)  # (b, d, n)
        inflow = (dt[:, t] * values[:, t])[..., None] * B[:, t, None, :]
        state = decay * state + inflow
        outputs.append((state * C[:, t, None, :]).sum(-1))
    y = torch.stack(outputs, dim=1)
    if D is not None:
        y = y + D.to(dtype) * values
    return y.to(x.dtype), state


def selective_scan_blocked(
    x: Tensor,
    dt: Tensor,
    A: Tensor,
    B: Tensor,
    C: Tensor,
    D: Tensor | None = None,
    *,
    segment: int = 64,
    initial_state: Tensor | None = None,
    return_state: bool = False,
) -> Tensor | tuple[Tensor, Tensor]:
    """The same scan with about 2 sqrt(l) sequential steps instead of l, and a gradient of its own.

    Args:
        x, dt, A, B, C, D: see the module's text.
        segment: steps whose states are held at once, so memory does not grow with the length.
        initial_state: ``(b, d, n)``, the state left by earlier steps.
        return_state: also return the state after the last step.

    Returns:
        ``y (b, l, d)``, or ``(y, final_state (b, d, n))``.
    """
    dtype = working_dtype(x)
    with torch.autocast(x.device.type, enabled=False):
        values, dt, A, B, C = (t.to(dtype) for t in (x, dt, A, B, C))
        inflow = dt * values
        if initial_state is None:
            state = values.new_zeros(x.shape[0], x.shape[2], A.shape[1])
        else:
            state = initial_state.to(dtype)
        outputs = []
        for first in range(0, x.shape[1], segment):
            part = slice(first, first + segment)
            decay = torch.exp(dt[:, part, :, None] * A)  # (b, s, d, n)
            added = inflow[:, part, :, None] * B[:, part, None, :]
            states = linear_recurrence(decay, added, state)
            outputs.append((states @ C[:, part, :, None])[..., 0])
            state = states[:, -1]
        y = torch.cat(outputs, dim=1) if len(outputs) > 1 else outputs[0]
        if D is not None:
            y = y + D.to(dtype) * values
        y = y.to(x.dtype)
    return (y, state) if return_state else y


def linear_recurrence(decay: Tensor, inflow: Tensor, start: Tensor) -> Tensor:
    """All states of ``s_t = decay_t * s_{t-1} + inflow_t``, elementwise, ``s_{-1} = start``.

    Args:
        decay, inflow: ``(b, l, ...)``, decays in [0, 1].
        start: ``(b, ...)``.

    Returns:
        ``(b, l, ...)``. Differentiable once in all three arguments.
    """
    return _LinearRecurrence.apply(decay, inflow, start)


class _LinearRecurrence(torch.autograd.Function):
    """Keeps only decays and states for the backward pass, which is the same scan run backwards."""

    @staticmethod
    def forward(ctx, decay: Tensor, inflow: Tensor, start: Tensor) -> Tensor:
        states = _scan_in_blocks(decay, inflow, start)
        ctx.save_for_backward(decay, states, start)
        return states

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, grad: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        decay, states, start = ctx.saved_tensors
        # adjoint: g_t = grad_t + decay_{t+1} g_{t+1}, so decays are read one step later
        later = torch.cat([decay[:, 1:], torch.zeros_like(decay[:, :1])], dim=1).flip(1)
        adjoint = _scan_in_blocks(later, grad.flip(1), torch.zeros_like(start)).flip(1)
        before = torch.cat([start[:, None], states[:, :-1]], dim=1)
        return adjoint * before, adjoint, decay[:, 0] * adjoint[:, 0]


def _scan_in_blocks(decay: Tensor, inflow: Tensor, start: Tensor) -> Tensor:
    """Scan sqrt(l) blocks side by side, then hand the states from block to block."""
    batch, length, *rest = inflow.shape
    size = max(1, math.isqrt(length))
    count = -(-length // size)
    shape = (batch, count, size, *rest)
    states = _padded_copy(inflow, count * size, 0.0).view(shape)
    passed = _padded_copy(decay, count * size, 1.0).view(shape)  # becomes the running product
    for t in range(1, size):
        states[:, :, t].addcmul_(passed[:, :, t], states[:, :, t - 1])
        passed[:, :, t].mul_(passed[:, :, t - 1])
    carried = start
    for block in range(count):
        states[:, block].addcmul_(passed[:, block], carried[:, None])
        carried = states[:, block, -1]
    return states.view(batch, count * size, *rest)[:, :length]


def _padded_copy(x: Tensor, length: int, value: float) -> Tensor:
    """A contiguous copy of ``(b, l, ...)`` with ``value`` appended up to ``length`` steps."""
    out = x.new_empty(x.shape[0], length, *x.shape[2:])
    out[:, : x.shape[1]] = x
    out[:, x.shape[1] :] = value
    return out
