"""A running average of a model's weights, which samples better than the last step's weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn


class Ema:
    """Exponential moving average of a model's parameters and buffers.

    Floating-point tensors are averaged, all others (counters, index tables) are copied. Buffers
    count too: batch-norm statistics must fit the averaged weights, not the last ones.

    Args:
        model: its present weights are the first average.
        decay: weight of the past at each update, in [0, 1).
        ramp: let the decay grow as (1 + n) / (10 + n) up to ``decay``, so that the random start
            is soon forgotten.
    """

    def __init__(self, model: nn.Module, decay: float = 0.999, *, ramp: bool = True) -> None:
        if not 0 <= decay < 1:
            raise ValueError(f"decay must lie in [0, 1), got {decay}")
        self.decay, self.ramp, self.updates = decay, ramp, 0
        self.average = {name: t.detach().clone() for name, t in _tensors(model).items()}

    @torch.no_grad()
    def update(self, model: nn.Module) -> None:
        """Take in the model's present weights; call after every optimiser step."""
        decay = self.decay
        if self.ramp:
            decay = min(decay, (1 + self.updates) / (10 + self.updates))
        self.updates += 1
        kept, fresh, copied = [], [], []
        for name, tensor in _tensors(model).items():
            average = self.average[name]
            if average.is_floating_point():
                kept.append(average)
                fresh.append(tensor.detach())
            else:
                copied.append((average, tensor))
        torch._foreach_lerp_(kept, fresh, 1 - decay)
        for average, tensor in copied:
            average.copy_(tensor)

    @torch.no_grad()
    def copy_to(self, model: nn.Module) -> None:
        """Overwrite the model's parameters and buffers with the average."""
        for name, tensor in _tensors(model).items():
            tensor.copy_(self.average[name])

    @contextmanager
    def applied(self, model: nn.Module) -> Iterator[nn.Module]:
        """Within the ``with`` block the model carries the average; afterwards its own weights."""
        own = {name: t.detach().clone() for name, t in _tensors(model).items()}
        self.copy_to(model)
        try:
            yield model
        finally:
            with torch.no_grad():
                for name, tensor in _tensors(model).items():
                    tensor.copy_(own[name])

    def state_dict(self) -> dict[str, Any]:
        """All it takes to resume, in the manner of torch's optimisers."""
        return {"average": dict(self.average), "updates": self.updates}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Resume from ``state_dict()`` of the same model.

        Raises:
            KeyError: the state belongs to a model with other tensors.
        """
        if state["average"].keys() != self.average.keys():
            raise KeyError("the saved average belongs to a model with other tensors")
        for name, tensor in state["average"].items():
            self.average[name].copy_(tensor)
        self.updates = state["updates"]


def _tensors(model: nn.Module) -> dict[str, Tensor]:
    """Parameters and buffers by name, also the buffers that are not saved."""
    return {**dict(model.named_parameters()), **dict(model.named_buffers())}
