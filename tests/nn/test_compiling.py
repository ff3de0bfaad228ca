"""Compiled layers: the same numbers under the same names, and training goes on without a compiler."""

from __future__ import annotations

import shutil

import pytest
import torch

from eightcount.nn import compiling
from eightcount.nn.compiling import compile_layers
from eightcount.nn.mamba import BiMambaLayer

CPU = torch.device("cpu")


def net() -> torch.nn.Module:
    torch.manual_seed(0)
    return torch.nn.Sequential(BiMambaLayer(16, head_dim=16), torch.nn.Linear(16, 3))


def step(module: torch.nn.Module, x: torch.Tensor) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """Output and gradients."""
    module.zero_grad()
    y = module(x)
    y.square().sum().backward()
    return y.detach(), {name: p.grad.clone() for name, p in module.named_parameters()}


@pytest.mark.skipif(not shutil.which("g++"), reason="needs a C++ compiler")
def test_compiled_layers_give_the_same_output_and_gradients_under_the_same_names():
    module, x = net(), torch.randn(2, 12, 16)
    plain, gradients = step(module, x)
    assert compile_layers(module, CPU) == 1
    fused, fused_gradients = step(module, x)
    torch.testing.assert_close(fused, plain, rtol=1e-4, atol=1e-5)
    assert fused_gradients.keys() == gradients.keys()
    for name, gradient in gradients.items():
        torch.testing.assert_close(fused_gradients[name], gradient, rtol=1e-3, atol=1e-5)


def test_without_a_compiler_the_layers_stay_and_a_line_says_so(monkeypatch, capsys):
    monkeypatch.setattr(compiling.shutil, "which", lambda _: None)
    module, x = net(), torch.randn(1, 8, 16)
    before = module(x)
    assert compile_layers(module, CPU) == 0
    assert "no C++ compiler" in capsys.readouterr().out
    torch.testing.assert_close(module(x), before)


def test_a_net_without_such_layers_is_left_alone():
    assert compile_layers(torch.nn.Linear(2, 2), CPU) == 0
