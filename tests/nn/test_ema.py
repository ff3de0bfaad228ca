"""The running average of weights."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from eightcount.nn.ema import Ema


def model() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))


def step(net: nn.Module) -> None:
    with torch.no_grad():
        for parameter in net.parameters():
            parameter += torch.randn_like(parameter)
    net(torch.randn(8, 3))  # moves the batch norm's statistics


def test_the_average_is_the_formula_for_parameters_and_buffers():
    net = model()
    ema = Ema(net, decay=0.9, ramp=False)
    wanted = copy.deepcopy(net.state_dict())
    for _ in range(5):
        step(net)
        ema.update(net)
        for name, tensor in net.state_dict().items():
            if tensor.is_floating_point():
                wanted[name] = 0.9 * wanted[name] + 0.1 * tensor
            else:
                wanted[name] = tensor.clone()
    assert ema.average.keys() == wanted.keys()
    for name, tensor in wanted.items():
        torch.testing.assert_close(ema.average[name], tensor)
    assert ema.average["1.num_batches_tracked"] == 5


def test_the_ramp_forgets_the_start():
    net = model()
    ema = Ema(net, decay=0.999)
    with torch.no_grad():
        net[0].weight.fill_(7.0)
    for _ in range(50):
        ema.update(net)
    torch.testing.assert_close(ema.average["0.weight"], torch.full((4, 3), 7.0), atol=1e-3, rtol=0)


def test_applied_lends_the_average_and_gives_the_weights_back():
    net = model()
    ema = Ema(net, decay=0.9, ramp=False)
    step(net)
    own = copy.deepcopy(net.state_dict())
    with pytest.raises(RuntimeError, match="stop"), ema.applied(net):
        torch.testing.assert_close(net[0].weight.data, ema.average["0.weight"])
        raise RuntimeError("stop")
    for name, tensor in net.state_dict().items():
        assert torch.equal(tensor, own[name])


def test_a_run_resumes_from_the_saved_state():
    net = model()
    ema = Ema(net)
    step(net)
    ema.update(net)
    again = Ema(model())
    again.load_state_dict(copy.deepcopy(ema.state_dict()))
    step(net)
    ema.update(net)
    again.update(net)
    for name, tensor in ema.average.items():
        assert torch.equal(again.average[name], tensor)


def test_another_models_state_and_a_bad_decay_are_refused():
    with pytest.raises(KeyError, match="other tensors"):
        Ema(model()).load_state_dict(Ema(nn.Linear(3, 4)).state_dict())
    with pytest.raises(ValueError, match="decay"):
        Ema(model(), decay=1.0)


def test_training_does_not_reach_into_the_average():
    net = model()
    ema = Ema(net)
    before = ema.average["0.weight"].clone()
    step(net)
    assert torch.equal(ema.average["0.weight"], before)
