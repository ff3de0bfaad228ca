"""Mamba blocks: causality, padding, symmetry of the two directions, precision, layout."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from eightcount.nn.mamba import BiMamba, BiMambaLayer, Mamba1Block, Mamba2Block
from eightcount.nn.scan import selective_scan_reference, ssd_reference

WIDTH = 32
KINDS = ["mamba2", "mamba1"]


def block_arguments(kind: str) -> dict[str, int]:
    return {"head_dim": 16, "chunk": 8} if kind == "mamba2" else {}


def make_block(kind: str, seed: int = 0):
    torch.manual_seed(seed)
    if kind == "mamba2":
        return Mamba2Block(WIDTH, head_dim=16, chunk=8).double()
    return Mamba1Block(WIDTH).double()


def draw(length: int, batch: int = 2) -> torch.Tensor:
    g = torch.Generator().manual_seed(5)
    return torch.randn(batch, length, WIDTH, generator=g, dtype=torch.float64)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("length", [1, 2, 3, 8, 21])
def test_a_block_is_causal_at_any_length(kind, length):
    block, x = make_block(kind), draw(length)
    whole = block(x)
    assert whole.shape == x.shape
    for end in range(1, length):
        torch.testing.assert_close(block(x[:, :end]), whole[:, :end])


@pytest.mark.parametrize("kind", KINDS)
def test_every_parameter_learns(kind):
    torch.manual_seed(0)
    layer = BiMambaLayer(WIDTH, kind, **block_arguments(kind)).double()
    layer(draw(12)).square().sum().backward()
    for name, parameter in layer.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().max() > 0, name


@pytest.mark.parametrize("kind", KINDS)
def test_reversed_input_through_swapped_directions_gives_the_reversed_output(kind):
    torch.manual_seed(0)
    mixer = BiMamba(WIDTH, kind, **block_arguments(kind)).double()
    swapped = BiMamba(WIDTH, kind, **block_arguments(kind)).double()
    swapped.ahead.load_state_dict(mixer.back.state_dict())
    swapped.back.load_state_dict(mixer.ahead.state_dict())
    x = draw(21)
    torch.testing.assert_close(swapped(x.flip(1)), mixer(x).flip(1))


def test_both_directions_reach_every_step():
    torch.manual_seed(0)
    mixer = BiMamba(WIDTH, head_dim=16).double()
    x = draw(12, batch=1).requires_grad_()
    middle = mixer(x)[0, 6].sum()
    reach = torch.autograd.grad(middle, x)[0][0].abs().sum(-1)
    assert (reach > 0).all()


def test_the_skip_is_multiplicative():
    torch.manual_seed(0)
    mixer = BiMamba(WIDTH, head_dim=16).double()
    x = draw(9)
    wanted = (mixer.ahead(x) + mixer.back(x.flip(1)).flip(1)) * x
    torch.testing.assert_close(mixer(x), wanted)


@pytest.mark.parametrize("kind", KINDS)
def test_padding_changes_nothing(kind):
    torch.manual_seed(0)
    layer = BiMambaLayer(WIDTH, kind, **block_arguments(kind)).double()
    lengths = [5, 19, 1]
    x = draw(19, batch=3).requires_grad_()
    mask = torch.arange(19)[None] < torch.tensor(lengths)[:, None]
    padded = layer(x, mask=mask)
    for row, length in enumerate(lengths):
        alone = layer(x[row : row + 1, :length])
        torch.testing.assert_close(padded[row : row + 1, :length], alone)
        torch.testing.assert_close(padded[row, length:], x[row, length:])
    grad = torch.autograd.grad(padded[mask].square().sum(), x)[0]
    assert (grad[~mask] == 0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_a_full_mask_is_no_mask(kind):
    layer = BiMambaLayer(WIDTH, kind, **block_arguments(kind)).double()
    x = draw(10)
    torch.testing.assert_close(layer(x, mask=torch.ones(2, 10, dtype=torch.bool)), layer(x))


def test_the_condition_reaches_the_output_and_may_be_shared_over_time():
    layer = BiMambaLayer(WIDTH, head_dim=16).double()
    x, condition = draw(10), draw(1)
    given = layer(x, condition)
    assert not torch.allclose(given, layer(x))
    torch.testing.assert_close(given, layer(x, condition.expand(2, 10, WIDTH)))


def test_dropout_acts_in_training_only():
    layer = BiMambaLayer(WIDTH, dropout=0.5, head_dim=16).double()
    x = draw(10)
    assert not torch.equal(layer(x), layer(x))
    layer.eval()
    assert torch.equal(layer(x), layer(x))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bias", [0.0, 60.0])
def test_bf16_autocast_is_finite_and_close_even_with_huge_steps(kind, bias):
    torch.manual_seed(0)
    layer = BiMambaLayer(WIDTH, kind, **block_arguments(kind))
    with torch.no_grad():
        for name, parameter in layer.named_parameters():
            if name.endswith(("dt_bias", "dt_proj.bias")):
                parameter += bias
    x = draw(40).float()
    wanted = layer(x)
    with torch.autocast("cpu", torch.bfloat16):
        got = layer(x, mask=torch.ones(2, 40, dtype=torch.bool))
        got.float().square().sum().backward()
    assert all(torch.isfinite(p.grad).all() for p in layer.parameters())
    branch = (wanted - x).norm()
    assert (got.float() - wanted).norm() < 0.05 * branch


def test_parameters_are_laid_out_as_in_mamba_ssm():
    torch.manual_seed(0)
    shapes = {n: tuple(p.shape) for n, p in Mamba2Block(64, head_dim=32).named_parameters()}
    assert shapes == {
        "dt_bias": (4,),
        "A_log": (4,),
        "D": (4,),
        "in_proj.weight": (2 * 128 + 2 * 16 + 4, 64),  # z, x, B, C, dt
        "conv1d.weight": (128 + 32, 1, 4),
        "conv1d.bias": (128 + 32,),
        "norm.weight": (128,),
        "out_proj.weight": (64, 128),
    }
    shapes = {n: tuple(p.shape) for n, p in Mamba1Block(64).named_parameters()}
    assert shapes == {
        "A_log": (128, 16),
        "D": (128,),
        "in_proj.weight": (256, 64),  # x, z
        "conv1d.weight": (128, 1, 4),
        "conv1d.bias": (128,),
        "x_proj.weight": (4 + 32, 128),  # dt, B, C
        "dt_proj.weight": (128, 4),
        "dt_proj.bias": (128,),
        "out_proj.weight": (64, 128),
    }


def test_mamba2_is_its_equations():
    """Built again from the parameters with torch's own convolution and the scan's loop."""
    block, x = make_block("mamba2"), draw(13)
    z, mixed, dt = (x @ block.in_proj.weight.t()).split([64, 96, 4], dim=-1)
    mixed = F.silu(block.conv1d(mixed.transpose(1, 2))[..., :13].transpose(1, 2))
    values, B, C = mixed.split([64, 16, 16], dim=-1)
    dt = F.softplus(dt + block.dt_bias)
    y, _ = ssd_reference(values.reshape(2, 13, 4, 16), dt, -block.A_log.exp(), B, C, block.D)
    y = y.reshape(2, 13, 64) * F.silu(z)
    y = y / (y.square().mean(-1, keepdim=True) + 1e-5).sqrt() * block.norm.weight
    torch.testing.assert_close(block(x), y @ block.out_proj.weight.t(), rtol=1e-5, atol=1e-6)


def test_mamba1_is_its_equations():
    block, x = make_block("mamba1"), draw(13)
    values, z = (x @ block.in_proj.weight.t()).split([64, 64], dim=-1)
    values = F.silu(block.conv1d(values.transpose(1, 2))[..., :13].transpose(1, 2))
    rank, B, C = block.x_proj(values).split([2, 16, 16], dim=-1)
    dt = F.softplus(block.dt_proj(rank))
    y, _ = selective_scan_reference(values, dt, -block.A_log.exp(), B, C, block.D)
    wanted = (y * F.silu(z)) @ block.out_proj.weight.t()
    torch.testing.assert_close(block(x), wanted, rtol=1e-5, atol=1e-6)


def test_first_step_sizes_lie_in_the_published_range():
    torch.manual_seed(0)
    for bias in (Mamba2Block(512, head_dim=16).dt_bias, Mamba1Block(512).dt_proj.bias):
        dt = F.softplus(bias)
        assert dt.min() > 0.9e-3 and dt.max() < 0.11


def test_wrong_shapes_are_refused():
    with pytest.raises(ValueError, match="head_dim 48"):
        Mamba2Block(64, head_dim=48)
    with pytest.raises(ValueError, match="mamba3"):
        BiMamba(64, "mamba3")
