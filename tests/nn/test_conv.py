"""Convolution blocks: the causal one equals torch's, the tokenizer's keep or scale the length."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from eightcount.nn.conv import Downsample, ResidualConv1d, Upsample, causal_depthwise_conv


@pytest.mark.parametrize("length", [1, 2, 3, 4, 20])
@pytest.mark.parametrize("taps", [1, 2, 4])
@pytest.mark.parametrize("with_bias", [False, True])
def test_causal_conv_equals_a_grouped_conv1d(length, taps, with_bias):
    torch.manual_seed(0)
    x = torch.randn(2, length, 6, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(6, 1, taps, dtype=torch.float64, requires_grad=True)
    bias = torch.randn(6, dtype=torch.float64, requires_grad=True) if with_bias else None
    wanted = F.conv1d(x.transpose(1, 2), weight, bias, padding=taps - 1, groups=6)
    wanted = wanted[..., :length].transpose(1, 2)
    got = causal_depthwise_conv(x, weight, bias)
    torch.testing.assert_close(got, wanted)
    leaves = [x, weight] + ([bias] if with_bias else [])
    pairs = zip(
        torch.autograd.grad(got.square().sum(), leaves),
        torch.autograd.grad(wanted.square().sum(), leaves),
        strict=True,
    )
    for got_grad, wanted_grad in pairs:
        torch.testing.assert_close(got_grad, wanted_grad)


@pytest.mark.parametrize("dilation", [1, 3, 9])
def test_residual_conv_keeps_the_length_and_sees_its_neighbours(dilation):
    torch.manual_seed(0)
    block = ResidualConv1d(4, dilation)
    x = torch.randn(1, 4, 40, requires_grad=True)
    y = block(x)
    assert y.shape == x.shape
    reach = torch.autograd.grad(y[0, :, 20].sum(), x)[0][0].abs().sum(0).nonzero()[:, 0]
    assert reach.tolist() == [20 - dilation, 20, 20 + dilation]


def test_down_and_up_scale_the_length_by_two():
    down, up = Downsample(3, 5), Upsample(5, 3)
    x = torch.randn(2, 3, 24)
    assert down(x).shape == (2, 5, 12)
    assert up(down(x)).shape == (2, 3, 24)
