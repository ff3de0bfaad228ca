"""The Mamba-2 scan (SSD): a readable loop and a fast form made of matrix products.

The recurrence, for one head with a scalar decay (Dao and Gu 2024, "Transformers are SSMs",
eq. 16 ff.; state space duality):

    h_t = exp(dt_t * A) * h_{t-1} + dt_t * x_t (outer) B_t          state (head_dim, d_state)
    y_t = h_t C_t + D * x_t

Shapes used by both functions, with batch b, steps l, heads h, head width p, state width n:

    x   (b, l, h, p)    values
    dt  (b, l, h)       step sizes, already positive (after softplus); 0 leaves the state alone
    A   (h,)            decay rate of a head, negative
    B   (b, l, n)       input weights, shared by all heads (one group)
    C   (b, l, n)       output weights, shared by all heads
    D   (h,) or None    direct path
    initial_state, final state   (b, h, p, n)

Results have the dtype of ``x``. Inside, everything is float32, or float64 when ``x`` is float64.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

# exp(-40) = 4e-18 is nothing beside float32's 6e-8. A lower bound on a step's log decay keeps the
# cumulative sums of a chunk small, so that one huge dt does not eat the digits of its neighbours.
LOWEST_LOG_DECAY = -40.0

# Fastest on CPUs with d_state 16 and head_dim 64; 16 and 64 are within a tenth of it.
CHUNK = 32
SINGLE_CHUNK = 64  # one chunk of this length costs less than two shorter ones and a carried state

# Chunk states are carried in blocks of this many chunks, so the cost stays linear in the length.
CHUNKS_PER_BLOCK = 32


def ssd_reference(
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

    Shapes: see the module's text. Returns ``y (b, l, h, p)`` and the final state ``(b, h, p, n)``.
    """
    dtype = working_dtype(x)
    values, dt, A, B, C = (t.to(dtype) for t in (x, dt, A, B, C))
    batch, length, heads, width = x.shape
    if initial_state is None:
        state = values.new_zeros(batch, heads, width, B.shape[-1])
    else:
        state = initial_state.to(dtype)
    outputs = []
    for t in range(length):
        decay = torch.exp(dt[:, t] * A)  # (b, h)
        inflow = (dt[:, t, :, None] * values[:, t])[..., None] * B[:, t, None, None, :]
        state = decay[..., None, None] * state + inflow  # (b, h, p, n)
        outputs.append((state * C[:, t, None, None, :]).sum(-1))
    y = torch.stack(outputs, dim=1)
    if D is not None:
        y = y + D.to(dtype)[:, None] * values
    return y.to(x.dtype), state


def ssd_chunked(
    x: Tensor,
    dt: Tensor,
    A: Tensor,
    B: Tensor,
    C: Tensor,
    D: Tensor | None = None,
    *,
    chunk: int | None = None,
    initial_state: Tensor | None = None,
    return_state: bool = False,
) -> Tensor | tuple[Tensor, Tensor]:
    """The same scan in chunks: matrix products inside a chunk, a short recurrence between them.

    Works for every length, also 1 and lengths that ``chunk`` does not divide. Decays are masked
    to minus infinity before the exponential and no exp(-cumsum) is ever formed, so nothing
    overflows.

    Args:
        x, dt, A, B, C, D: see the module's text. Besides ``(h,)``, ``A`` and ``D`` may be
            ``(b, h)``: then each batch row has decays of its own (both directions in one call).
        chunk: steps per chunk. The products inside grow with it, the work between chunks shrinks;
            by default 32, and a single chunk for up to 64 steps.
        initial_state: ``(b, h, p, n)``, the state left by earlier steps.
        return_state: also return the state after the last step.

    Returns:
        ``y (b, l, h, p)``, or ``(y, final_state (b, h, p, n))``.
    """
    dtype = working_dtype(x)
    with torch.autocast(x.device.type, enabled=False):
        values, dt, A, B, C = (t.to(dtype) for t in (x, dt, A, B, C))
        start = None if initial_state is None else initial_state.to(dtype).permute(0, 3, 1, 2)
        steps = x.shape[1]
        chunk = min(steps, chunk or (SINGLE_CHUNK if steps <= SINGLE_CHUNK else CHUNK))
        y, end = _chunked(values, dt, A, B, C, chunk, start, return_state)
        if D is not None:
            y = y + D.to(dtype).reshape(-1, 1, D.shape[-1], 1) * values
        y = y.to(x.dtype)
    return (y, end.permute(0, 2, 3, 1)) if return_state else y


def working_dtype(x: Tensor) -> torch.dtype:
    """float64 for float64 input, float32 for everything else: scans never run in half precision."""
    return torch.float64 if x.dtype == torch.float64 else torch.float32


def _chunked(
    values: Tensor,
    dt: Tensor,
    A: Tensor,
    B: Tensor,
    C: Tensor,
    chunk: int,
    start: Tensor | None,
    return_state: bool,
) -> tuple[Tensor, Tensor | None]:
    """``ssd_chunked`` without dtype care; states are ``(b, n, h, p)`` here, as the matmuls want."""
    batch, length, heads, width = values.shape
    log_decay = (dt * A.reshape(-1, 1, heads)).clamp_min(LOWEST_LOG_DECAY)
    inflow = values * dt[..., None]

    tail = -length % chunk
    if tail:  # steps with no inflow and no decay: they leave the state as it is
        inflow = F.pad(inflow, (0, 0, 0, 0, 0, tail))
        log_decay = F.pad(log_decay, (0, 0, 0, tail))
        B, C = F.pad(B, (0, 0, 0, tail)), F.pad(C, (0, 0, 0, tail))
    count = (length + tail) // chunk
    inflow = inflow.reshape(batch, count, chunk, heads, width)
    B, C = (t.reshape(batch, count, chunk, -1) for t in (B, C))
    # (b, c, h, q): log decay from the chunk's start up to and including step q
    total = log_decay.reshape(batch, count, chunk, heads).transpose(2, 3).cumsum(-1)

    y = _within_chunks(inflow, total, B, C)
    if count > 1 or start is not None or return_state:
        entering, end = _between_chunks(inflow, total, B, start)
        y = y + _from_entering_state(entering, total, C)
    else:
        end = None
    y = y.reshape(batch, count * chunk, heads, width)
    return (y[:, :length] if tail else y), end


def _within_chunks(inflow: Tensor, total: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """What steps of a chunk give to later steps of the same chunk: ``(b, c, q, h, p)``."""
    decay = _decay_between(total)  # (b, c, h, to, from)
    weights = (C @ B.transpose(-1, -2))[:, :, None] * decay  # (b, c, h, to, from)
    return (weights @ inflow.transpose(2, 3)).transpose(2, 3)


def _decay_between(total: Tensor) -> Tensor:
    """Decay from step j to step i >= j, and 0 for i < j: ``(..., q)`` to ``(..., i, j)``."""
    length = total.shape[-1]
    # Masked before the exponential: afterwards inf * 0 would already be a NaN.
    never = total.new_full((length, length), float("-inf")).triu(1)
    return (total[..., :, None] - total[..., None, :] + never).exp()


def _between_chunks(
    inflow: Tensor, total: Tensor, B: Tensor, start: Tensor | None
) -> tuple[Tensor, Tensor]:
    """States ``(b, c, n, h, p)`` that enter each chunk, and the state after the last one."""
    batch, count, chunk, heads, width = inflow.shape
    to_end = (total[..., -1:] - total).exp().transpose(2, 3)  # (b, c, q, h)
    kept = (inflow * to_end[..., None]).reshape(batch, count, chunk, heads * width)
    added = (B.transpose(-1, -2) @ kept).reshape(batch, count, -1, heads, width)
    state = torch.zeros_like(added[:, 0]) if start is None else start
    entering = []
    for first in range(0, count, CHUNKS_PER_BLOCK):
        block = slice(first, first + CHUNKS_PER_BLOCK)
        states = _carry(state, added[:, block], total[:, block, :, -1])
        entering.append(states[:, :-1])
        state = states[:, -1]
    return (entering[0] if len(entering) == 1 else torch.cat(entering, dim=1)), state


def _carry(state: Tensor, added: Tensor, log_decay: Tensor) -> Tensor:
    """Solve ``s_{c+1} = exp(log_decay_c) s_c + added_c``: all c+1 states, ``(b, c+1, n, h, p)``."""
    batch, count, rows, heads, width = added.shape
    total = F.pad(log_decay.transpose(1, 2).cumsum(-1), (1, 0))  # (b, h, c+1)
    decay = _decay_between(total)  # (b, h, c+1, c+1)
    stacked = torch.cat([state[:, None], added], dim=1)  # what is put in before each chunk starts
    stacked = stacked.permute(0, 3, 1, 2, 4).reshape(batch, heads, count + 1, rows * width)
    states = (decay @ stacked).reshape(batch, heads, count + 1, rows, width)
    return states.permute(0, 2, 3, 1, 4)


def _from_entering_state(entering: Tensor, total: Tensor, C: Tensor) -> Tensor:
    """What the state that entered a chunk gives to its steps: ``(b, c, q, h, p)``."""
    batch, count, rows, heads, width = entering.shape
    read = C @ entering.reshape(batch, count, rows, heads * width)  # (b, c, q, h*p)
    read = read.reshape(batch, count, -1, heads, width)
    return read * total.exp().transpose(2, 3)[..., None]
