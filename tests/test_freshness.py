"""A take that would wear a stretch out is drawn again; one that does not stays as it was."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from eightcount import choreographer
from eightcount.choreographer import Request, token_windows
from eightcount.freshness import DRAWS, MOST, Freshness
from eightcount.listening import listen
from eightcount.models import load_model
from eightcount.music.rhythm import Rhythm
from eightcount.music.song import Song

LOOP = 30  # tokens in four seconds


@pytest.fixture(scope="module")
def model():
    return load_model("debug")


@pytest.fixture(scope="module")
def heard(model):
    noise = np.random.default_rng(0).normal(0, 0.05, 15360 * 22).astype(np.float32)
    rhythm = Rhythm(120.0, np.arange(0.0, 660, 15), np.arange(0, 44, 4))
    return listen(Song(noise, 15360, "noise", "0" * 64, ()), model, genre="salsa", rhythm=rhythm)


def tokens(seed: int, count: int = LOOP) -> torch.Tensor:
    return torch.randint(0, 64, (count,), generator=torch.Generator().manual_seed(seed))


def test_loops_are_counted_over_all_windows_so_far(model):
    fresh = Freshness(model.motion)
    loop = tokens(1), tokens(2)
    for times in range(1, 5):
        poses = fresh.poses(*loop, known=0)
        assert poses.shape == (LOOP, 24, 3)
        assert fresh.repeats(poses) == times
        fresh.keep(poses)


def test_a_window_does_not_pay_for_those_before_it(model):
    fresh, random = Freshness(model.motion), np.random.default_rng(1)
    loop, other = random.normal(0, 0.3, (2, LOOP, 24, 3)).astype(np.float32)
    for _ in range(4):
        fresh.keep(loop)
    assert fresh.repeats(other) == 1
    assert fresh.repeats(loop) == 5


def test_given_tokens_are_not_counted_twice(model):
    fresh = Freshness(model.motion)
    whole = tokens(3, 64), tokens(4, 64)
    assert len(fresh.poses(*whole, known=24)) == 40


def drawn(monkeypatch, heard, model, counts: list[float]):
    """Draws that each window took when its draws repeat as often as told, and the take's tokens."""
    seeds, told = [], iter(counts)
    decode = choreographer.decode

    def watched(net, condition, lower, upper, sampling, seed, cancelled):
        seeds.append(seed)
        return decode(net, condition, lower, upper, sampling, seed, cancelled)

    monkeypatch.setattr(choreographer, "decode", watched)
    monkeypatch.setattr(Freshness, "repeats", lambda self, poses: next(told, 1.0))
    request = Request("salsa", steps=1, seed=5)
    lower = torch.cat([low for low, _, _ in token_windows(heard, request, model)])
    return seeds, lower


def test_a_worn_stretch_is_drawn_again_and_the_freshest_draw_taken(monkeypatch, heard, model):
    with monkeypatch.context() as patch:
        plain, as_it_was = drawn(patch, heard, model, [])
    assert len(plain) == len(set(plain)) > 1
    with monkeypatch.context() as patch:
        once, other = drawn(patch, heard, model, [MOST + 1, MOST])
    assert len(once) == len(plain) + 1 and once[0] == plain[0]
    assert not torch.equal(other[:60], as_it_was[:60])
    with monkeypatch.context() as patch:
        worst, least = drawn(patch, heard, model, [4.0] + [5.0] * (DRAWS - 1))
    assert len(worst) == len(plain) + DRAWS - 1
    assert torch.equal(least, as_it_was)
