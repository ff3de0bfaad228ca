"""The S6 scan: the blocked form is the loop, at every length, with states and gradients."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from eightcount.nn.scan_mamba1 import (
    linear_recurrence,
    selective_scan_blocked,
    selective_scan_reference,
)

BATCH, CHANNELS, STATE = 2, 3, 4


def draw(length: int, dtype=torch.float64):
    g = torch.Generator().manual_seed(1)

    def normal(*shape):
        return torch.randn(*shape, generator=g, dtype=torch.float64)

    inputs = [
        normal(BATCH, length, CHANNELS),
        F.softplus(normal(BATCH, length, CHANNELS)),
        -torch.rand(CHANNELS, STATE, generator=g, dtype=torch.float64) * 8 - 0.3,
        normal(BATCH, length, STATE),
        normal(BATCH, length, STATE),
        normal(CHANNELS),
    ]
    state = normal(BATCH, CHANNELS, STATE)
    return [t.to(dtype).requires_grad_() for t in inputs], state.to(dtype).requires_grad_()


@pytest.mark.parametrize("length", [1, 2, 3, 15, 16, 17, 33, 50])
@pytest.mark.parametrize("with_state", [False, True])
def test_values_and_gradients_equal_the_loop(length, with_state):
    inputs, state = draw(length)
    start = state if with_state else None
    wanted, wanted_end = selective_scan_reference(*inputs, initial_state=start)
    got, end = selective_scan_blocked(*inputs, segment=16, initial_state=start, return_state=True)
    torch.testing.assert_close(got, wanted)
    torch.testing.assert_close(end, wanted_end)
    leaves = [*inputs, state] if with_state else inputs
    weights = torch.randn(wanted.shape, dtype=wanted.dtype)
    grads = [
        torch.autograd.grad((y * weights).sum() + final.square().sum(), leaves)
        for y, final in ((wanted, wanted_end), (got, end))
    ]
    for wanted_grad, got_grad in zip(*grads, strict=True):
        torch.testing.assert_close(got_grad, wanted_grad)


def test_carrying_the_state_equals_one_long_scan():
    (x, dt, A, B, C, D), _ = draw(30)
    whole = selective_scan_blocked(x, dt, A, B, C, D)
    cut = 11
    first, state = selective_scan_blocked(
        x[:, :cut], dt[:, :cut], A, B[:, :cut], C[:, :cut], D, return_state=True
    )
    rest = selective_scan_blocked(
        x[:, cut:], dt[:, cut:], A, B[:, cut:], C[:, cut:], D, initial_state=state
    )
    torch.testing.assert_close(torch.cat([first, rest], dim=1), whole)


@pytest.mark.parametrize("scale", [1e2, 1e30])
def test_huge_steps_give_finite_values_and_gradients(scale):
    (x, dt, *rest), _ = draw(40, torch.float32)
    big = (dt.detach() * scale).requires_grad_()
    y = selective_scan_blocked(x, big, *rest)
    grads = torch.autograd.grad(y.sum(), [x, big, *rest])
    assert torch.isfinite(y).all()
    assert all(torch.isfinite(g).all() for g in grads)


def test_linear_recurrence_has_the_right_gradient():
    g = torch.Generator().manual_seed(2)
    decay = torch.rand(2, 11, 3, generator=g, dtype=torch.float64, requires_grad=True)
    inflow = torch.randn(2, 11, 3, generator=g, dtype=torch.float64, requires_grad=True)
    start = torch.randn(2, 3, generator=g, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(linear_recurrence, (decay, inflow, start))


def test_arguments_are_not_written_to():
    inputs, _ = draw(20)
    before = [t.detach().clone() for t in inputs]
    selective_scan_blocked(*inputs).sum().backward()
    for tensor, copy in zip(inputs, before, strict=True):
        assert torch.equal(tensor, copy)
