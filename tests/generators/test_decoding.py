"""Masked decoding: given tokens come back, seeds decide, one pass is one pass."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from eightcount.generators import decoding
from eightcount.generators.base import MASKED, Condition, Sampling
from eightcount.generators.decoding import Stopped, decode
from eightcount.generators.masks import draw_masks
from eightcount.generators.tokendance import TokenDance
from eightcount.models import debug_model
from eightcount.tokenizers.quantizer import split_parts
from eightcount.wire.messages import Generate

LENGTH = 24


@pytest.fixture(scope="module")
def generator() -> TokenDance:
    return debug_model().generator


def condition(length: int = LENGTH, genre: int = 0) -> Condition:
    random = torch.Generator().manual_seed(5)
    music = torch.randint(0, 1000, (2, 1, length), generator=random)
    return Condition(
        music[0],
        music[1],
        torch.randn(1, length, 16, generator=random),
        torch.full((1, length), 0.5),
        torch.tensor([genre]),
    )


def fresh(length: int = LENGTH) -> torch.Tensor:
    return torch.full((1, length), MASKED)


def make(generator, seed=0, lower=None, upper=None, **sampling):
    lower = fresh() if lower is None else lower
    upper = fresh() if upper is None else upper
    return decode(generator, condition(), lower, upper, Sampling(**{"steps": 4} | sampling), seed)


def logits_of(generator, lower, upper, heard=None, conditioned=None):
    """Logits (L, parts, codes) of both streams, all masked, each part given those before it."""
    everywhere = torch.ones(1, LENGTH, dtype=torch.bool)
    answers = (lower[everywhere], upper[everywhere])
    heard = condition() if heard is None else heard
    return generator(fresh(), fresh(), heard, (everywhere,) * 2, answers, conditioned)


@pytest.mark.parametrize("steps", [1, 4, 40])
def test_all_tokens_are_filled(generator, steps):
    lower, upper = make(generator, steps=steps)
    for ids in (lower, upper):
        assert ids.shape == (1, LENGTH) and ids.min() >= 0 and ids.max() < 875**2


def test_given_tokens_come_back(generator):
    whole = make(generator)
    lower, upper = (x.clone() for x in whole)
    lower[0, 8:16] = MASKED
    again = make(generator, seed=7, lower=lower, upper=upper)
    kept = lower[0] != MASKED
    assert torch.equal(again[0][0, kept], whole[0][0, kept])
    assert torch.equal(again[1], whole[1])
    assert not torch.equal(again[0], whole[0])


def test_nothing_open_changes_nothing(generator):
    whole = make(generator)
    again = make(generator, seed=9, lower=whole[0], upper=whole[1])
    assert torch.equal(again[0], whole[0]) and torch.equal(again[1], whole[1])


def test_a_lone_open_token_is_filled_and_revised_alone(generator):
    whole = make(generator)
    lower = whole[0].clone()
    lower[0, 5] = MASKED
    again = make(generator, 3, lower=lower, upper=whole[1], steps=8)
    assert again[0][0, 5] >= 0
    assert torch.equal(again[0][lower != MASKED], whole[0][lower != MASKED])
    assert torch.equal(again[1], whole[1])


def test_the_wire_and_the_sampler_start_from_the_same_numbers():
    asked = (Generate.steps, Generate.guidance, Generate.temperature)
    assert asked == (Sampling.steps, Sampling.guidance, Sampling.temperature)


def test_a_seed_is_a_take(generator):
    first, same, other = make(generator, 3), make(generator, 3), make(generator, 4)
    assert torch.equal(first[0], same[0]) and torch.equal(first[1], same[1])
    assert not torch.equal(first[0], other[0])


@pytest.mark.parametrize("seed", [0, 2**31, 2**64 - 1])
def test_large_seeds_are_seeds(generator, seed):
    assert make(generator, seed)[0].min() >= 0


def test_global_random_state_is_left_alone(generator):
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    make(generator, 3)
    torch.testing.assert_close(torch.rand(3), expected)


def test_one_cold_pass_is_the_published_argmax(generator):
    lower, upper = make(generator, steps=1, temperature=0.0, guidance=1.0)
    for ids, logits in zip((lower, upper), logits_of(generator, lower, upper), strict=True):
        # the second part's logits are those after the first part that was chosen
        assert torch.equal(split_parts(ids.flatten(), 875, 2), logits.argmax(-1))


def agreement(generator, lower, upper) -> float:
    """Mean log-probability of a take's tokens, each token given all the others."""
    total = []
    for half, ids in enumerate((lower, upper)):
        for place in range(LENGTH):
            seen = [lower.clone(), upper.clone()]
            seen[half][0, place] = MASKED
            places = [torch.zeros(1, LENGTH, dtype=torch.bool) for _ in range(2)]
            places[half][0, place] = True
            answers = (lower[places[0]], upper[places[1]])
            logits = generator(*seen, condition(), tuple(places), answers)[half].log_softmax(-1)
            parts = split_parts(ids[0, place], 875, 2)
            total.append(float(logits[0].gather(-1, parts[:, None]).sum()))
    return float(np.mean(total))


@torch.no_grad()
def test_revised_tokens_agree_better_with_their_neighbours(generator, monkeypatch):
    revised = make(generator, steps=12, temperature=0.0)
    nobody = torch.zeros(1, 2 * LENGTH, dtype=torch.bool)
    monkeypatch.setattr(decoding, "_turn", lambda length, revision: nobody)
    only_chosen = make(generator, steps=12, temperature=0.0)
    assert agreement(generator, *revised) > agreement(generator, *only_chosen)


@pytest.mark.parametrize("steps", [1, 2, 12, 16])
def test_passes_cool_down_to_the_temperature_asked_for(steps):
    sampling = Sampling(steps=steps, temperature=0.5)
    warm = [decoding._warm(sampling, step).temperature for step in range(steps)]
    assert warm == sorted(warm, reverse=True) and warm[sampling.choosing - 1 :] == [0.5] * (
        steps - sampling.choosing + 1
    )
    assert warm[0] == (1.0 if sampling.choosing > 1 else 0.5)


def test_in_a_round_of_revisions_each_token_has_one_turn():
    turns = torch.cat([decoding._turn(LENGTH, revision) for revision in range(decoding._TURNS)])
    assert (turns.sum(0) == 1).all()
    assert torch.equal(decoding._turn(LENGTH, decoding._TURNS), decoding._turn(LENGTH, 0))
    lower, upper = turns.split(LENGTH, 1)
    assert not (lower & upper).any(), "one half is there when the other is chosen"
    assert not (lower[:, 1:] & lower[:, :-1]).any(), "so are both neighbours"


def test_guidance_one_is_plain(generator):
    plain = make(generator, guidance=1.0)
    assert not torch.equal(plain[0], make(generator, guidance=6.0)[0])


def test_stopping_stops_before_the_next_pass(generator):
    asked = []

    def stopped() -> bool:
        asked.append(1)
        return len(asked) > 2

    with pytest.raises(Stopped):
        decode(generator, condition(), fresh(), fresh(), Sampling(steps=8), 0, stopped)
    assert len(asked) == 3


def test_dropping_the_condition_hides_it(generator):
    off = torch.zeros(1, dtype=torch.bool)
    other = Condition(*(x + 1 for x in condition()[:4]), torch.tensor([2]))
    a, b, heard = (
        logits_of(generator, *make(generator), c, conditioned=on)[0]
        for c, on in ((condition(), off), (other, off), (other, None))
    )
    torch.testing.assert_close(a, b)
    assert not torch.allclose(a, heard)


def test_training_masks_are_the_edits_of_use():
    lower, upper = draw_masks(400, 32, np.random.default_rng(0))
    either = lower | upper
    assert either.any(1).all(), "every window has something to learn"
    assert (~lower.any(1) | ~upper.any(1)).sum() > 20, "half-body edits"
    ends_kept = ~either[:, 0] & ~either[:, -1]
    assert ends_kept.sum() > 30, "ranges with both ends kept"
