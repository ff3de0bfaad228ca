"""Which scan runs where: mamba-ssm's CUDA kernels if they are there, else the portable forms.

All paths compute the same thing, see ``scan_mamba1`` and ``scan_mamba2`` for the recurrences and
their readable references.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module

import torch
from torch import Tensor

from eightcount.nn.scan_mamba1 import selective_scan_blocked, selective_scan_reference
from eightcount.nn.scan_mamba2 import ssd_chunked, ssd_reference

__all__ = [
    "scan_path",
    "selective_scan",
    "selective_scan_blocked",
    "selective_scan_reference",
    "ssd",
    "ssd_chunked",
    "ssd_reference",
]

KERNEL_CHUNK = 256  # mamba-ssm's own default on CUDA
PORTABLE = {"mamba2": "ssd_chunked", "mamba1": "selective_scan_blocked"}
KERNELS = {
    "mamba2": ("mamba_ssm.ops.triton.ssd_combined", "mamba_chunk_scan_combined"),
    "mamba1": ("mamba_ssm.ops.selective_scan_interface", "selective_scan_fn"),
}


def scan_path(device: torch.device | str, kind: str = "mamba2") -> str:
    """Name the scan that runs on ``device``, as shown by ``eightcount doctor``.

    Args:
        device: where the model's tensors live.
        kind: ``"mamba2"`` or ``"mamba1"``.

    Returns:
        ``"mamba_ssm"`` on CUDA with mamba-ssm installed, else ``"ssd_chunked"`` (Mamba-2) or
        ``"selective_scan_blocked"`` (Mamba-1).

    Raises:
        ValueError: ``kind`` is neither of the two.
    """
    if kind not in PORTABLE:
        raise ValueError(f"unknown scan kind {kind!r}: use one of {', '.join(PORTABLE)}")
    on_cuda = torch.device(device).type == "cuda"
    return "mamba_ssm" if on_cuda and _kernel(kind) is not None else PORTABLE[kind]


def ssd(
    x: Tensor,
    dt: Tensor,
    A: Tensor,
    B: Tensor,
    C: Tensor,
    D: Tensor,
    *,
    chunk: int | None = None,
    initial_state: Tensor | None = None,
    return_state: bool = False,
) -> Tensor | tuple[Tensor, Tensor]:
    """Mamba-2 scan on the best path for ``x``'s device; arguments and shapes as ``ssd_chunked``.

    ``chunk`` counts for the portable path only. The kernels take shared decays ``A (h,)``; decays
    per batch row and float64 always go the portable way.
    """
    kernel_fits = A.ndim == 1 and x.dtype != torch.float64
    if not kernel_fits or scan_path(x.device, "mamba2") != "mamba_ssm":
        return ssd_chunked(
            x, dt, A, B, C, D, chunk=chunk, initial_state=initial_state, return_state=return_state
        )
    return _kernel("mamba2")(
        x,
        dt,
        A,
        B.unsqueeze(2),  # (b, l, groups=1, n)
        C.unsqueeze(2),
        chunk_size=KERNEL_CHUNK,
        D=D,
        initial_states=initial_state,
        return_final_states=return_state,
    )


def selective_scan(
    x: Tensor,
    dt: Tensor,
    A: Tensor,
    B: Tensor,
    C: Tensor,
    D: Tensor,
    *,
    initial_state: Tensor | None = None,
    return_state: bool = False,
) -> Tensor | tuple[Tensor, Tensor]:
    """Mamba-1 scan on the best path for ``x``'s device; shapes as ``selective_scan_blocked``.

    The kernel neither takes a start state nor passes gradients through the final one, so calls
    that carry a state go the portable way.
    """
    kernel_fits = initial_state is None and not return_state and x.dtype != torch.float64
    if not kernel_fits or scan_path(x.device, "mamba1") != "mamba_ssm":
        return selective_scan_blocked(
            x, dt, A, B, C, D, initial_state=initial_state, return_state=return_state
        )
    # The kernel wants (b, channels, l) and one dtype for all; float32 keeps the steps' digits.
    values, steps, B, C = (t.float().transpose(1, 2).contiguous() for t in (x, dt, B, C))
    y = _kernel("mamba1")(values, steps, A.float(), B, C, D.float())
    return y.transpose(1, 2).to(x.dtype)


@cache
def _kernel(kind: str) -> Callable | None:
    """mamba-ssm's function, or None where it cannot be loaded (no wheel, no triton, wrong ABI)."""
    module, name = KERNELS[kind]
    try:
        return getattr(import_module(module), name)
    except (ImportError, OSError, RuntimeError, AttributeError):
        return None
