"""The SSD scan: the chunked form is the loop, at every length, with states and gradients."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from eightcount.nn.scan_mamba2 import ssd_chunked, ssd_reference

BATCH, HEADS, WIDTH, STATE = 2, 3, 4, 5


def draw(length: int, dtype=torch.float64, seed: int = 0, scale: float = 1.0):
    g = torch.Generator().manual_seed(seed)

    def normal(*shape):
        return torch.randn(*shape, generator=g, dtype=torch.float64)

    inputs = [
        normal(BATCH, length, HEADS, WIDTH),
        F.softplus(normal(BATCH, length, HEADS)) * scale,
        -torch.rand(HEADS, generator=g, dtype=torch.float64) * 8 - 0.3,
        normal(BATCH, length, STATE),
        normal(BATCH, length, STATE),
        normal(HEADS),
    ]
    state = normal(BATCH, HEADS, WIDTH, STATE)
    return [t.to(dtype).requires_grad_() for t in inputs], state.to(dtype).requires_grad_()


@pytest.mark.parametrize("length", [1, 2, 7, 8, 9, 15, 16, 17, 50])
@pytest.mark.parametrize("with_state", [False, True])
def test_values_and_gradients_equal_the_loop(length, with_state):
    inputs, state = draw(length)
    start = state if with_state else None
    wanted, wanted_end = ssd_reference(*inputs, initial_state=start)
    got, got_end = ssd_chunked(*inputs, chunk=8, initial_state=start, return_state=True)
    torch.testing.assert_close(got, wanted)
    torch.testing.assert_close(got_end, wanted_end)
    leaves = [*inputs, state] if with_state else inputs
    weights = torch.randn(wanted.shape, dtype=wanted.dtype)
    grads = [
        torch.autograd.grad((y * weights).sum() + end.square().sum(), leaves)
        for y, end in ((wanted, wanted_end), (got, got_end))
    ]
    for wanted_grad, got_grad in zip(*grads, strict=True):
        torch.testing.assert_close(got_grad, wanted_grad)


@pytest.mark.parametrize("chunk", [1, 4, 32, 1000, None])
def test_chunk_length_does_not_matter(chunk):
    inputs, _ = draw(37)
    torch.testing.assert_close(ssd_chunked(*inputs, chunk=chunk), ssd_reference(*inputs)[0])


@pytest.mark.parametrize("length", [63, 64, 65, 100])
def test_the_default_chunk_serves_every_length(length):
    inputs, state = draw(length)
    got, end = ssd_chunked(*inputs, initial_state=state, return_state=True)
    wanted, wanted_end = ssd_reference(*inputs, initial_state=state)
    torch.testing.assert_close(got, wanted)
    torch.testing.assert_close(end, wanted_end)


def test_more_chunks_than_one_block_of_carried_states():
    inputs, state = draw(70)
    got, end = ssd_chunked(*inputs, chunk=1, initial_state=state, return_state=True)
    wanted, wanted_end = ssd_reference(*inputs, initial_state=state)
    torch.testing.assert_close(got, wanted)
    torch.testing.assert_close(end, wanted_end)


@pytest.mark.parametrize("cut", [1, 8, 13, 39])
def test_carrying_the_state_equals_one_long_scan(cut):
    (x, dt, A, B, C, D), _ = draw(40)
    whole = ssd_chunked(x, dt, A, B, C, D, chunk=8)
    first, state = ssd_chunked(
        x[:, :cut], dt[:, :cut], A, B[:, :cut], C[:, :cut], D, chunk=8, return_state=True
    )
    rest = ssd_chunked(
        x[:, cut:], dt[:, cut:], A, B[:, cut:], C[:, cut:], D, chunk=8, initial_state=state
    )
    torch.testing.assert_close(torch.cat([first, rest], dim=1), whole)


def test_float32_stays_close_to_the_float64_loop():
    inputs, _ = draw(100)
    got = ssd_chunked(*(t.float() for t in inputs))
    torch.testing.assert_close(got.double(), ssd_reference(*inputs)[0], rtol=1e-4, atol=1e-4)


def test_half_precision_input_is_scanned_in_float32():
    inputs, _ = draw(64)
    half = [t.detach().bfloat16() for t in inputs]
    got = ssd_chunked(*half)
    assert got.dtype == torch.bfloat16
    wanted = ssd_reference(*(t.double() for t in half))[0]
    torch.testing.assert_close(got, wanted.bfloat16(), rtol=2e-2, atol=1e-2)


@pytest.mark.parametrize("scale", [1e2, 1e5, 1e30])
def test_huge_steps_give_finite_values_and_gradients(scale):
    inputs, _ = draw(64, torch.float32)
    x, dt, *rest = inputs
    dt = dt.detach().clone()
    dt[:, ::5] *= scale
    dt.requires_grad_()
    y = ssd_chunked(x, dt, *rest)
    grads = torch.autograd.grad(y.sum(), [x, dt, *rest])
    assert torch.isfinite(y).all()
    assert all(torch.isfinite(g).all() for g in grads)


def test_a_huge_step_does_not_spoil_its_neighbours():
    inputs, _ = draw(32, torch.float32)
    x, dt, A, B, C, D = (t.detach() for t in inputs)
    dt = dt * 0.05
    dt[:, 3] = 1e6
    x[:, 3] = 0
    wanted, _ = ssd_reference(*(t.double() for t in (x, dt, A, B, C, D)))
    torch.testing.assert_close(
        ssd_chunked(x, dt, A, B, C, D).double(), wanted, rtol=1e-4, atol=1e-4
    )


def test_a_zero_step_leaves_the_state_alone():
    (x, dt, A, B, C, D), state = draw(9)
    _, end = ssd_chunked(x, dt * 0, A, B, C, D, initial_state=state, return_state=True)
    torch.testing.assert_close(end, state)


def test_decays_per_row_are_two_scans_in_one():
    (x, dt, A, B, C, D), _ = draw(20)
    own = torch.stack([A, A * 0.5]), torch.stack([D, -D])
    got = ssd_chunked(x, dt, own[0], B, C, own[1], chunk=8)
    for row in range(2):
        part = [t[row : row + 1] for t in (x, dt, B, C)]
        alone = ssd_chunked(part[0], part[1], own[0][row], part[2], part[3], own[1][row], chunk=8)
        torch.testing.assert_close(got[row : row + 1], alone)
