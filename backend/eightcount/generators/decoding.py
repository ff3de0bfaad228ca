"""Masked decoding: the one way tokens are chosen (Chang et al. 2022, with a random order).

All tokens masked is a fresh take; some given is an edit. Given tokens come back as they were. Within
a token its parts are drawn one after the other.

The first passes are drawn warm, for their few tokens decide which move it will be: drawn cold, the
move whose tokens are surest comes far too often (house skated a quarter of the time, the data a
tenth; modern stood still). What fills a move in is drawn cold, so that it fits.

The last passes revise: a share of what was chosen is masked again and drawn anew, now that the rest
is known (block Gibbs sampling of a masked model, Wang and Cho 2019). Tokens that were chosen early
knew next to nothing of their neighbours; revised, hands rest more between accents. More than one
round of it leads back to the surest moves.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from eightcount.generators.base import MASKED, Condition, Sampling
from eightcount.generators.tables import TokenHead
from eightcount.generators.tokendance import TokenDance
from eightcount.tokenizers.quantizer import join_parts

#: codes among which a part of a token is drawn
_LIKELIEST = 128
#: revisions until every token had its turn
_TURNS = 4
#: how much warmer the first pass is than the last
_OPENING = 2.0


class Stopped(Exception):
    """Decoding was told to stop."""


@torch.no_grad()
def decode(
    model: TokenDance,
    condition: Condition,
    lower: Tensor,
    upper: Tensor,
    sampling: Sampling,
    seed: int,
    stopped: Callable[[], bool] | None = None,
) -> tuple[Tensor, Tensor]:
    """Fill in the masked tokens.

    Args:
        model: the generator.
        condition: B sequences of L tokens.
        lower, upper: (B, L) token ids, MASKED (-1) where they are open.
        sampling: steps, guidance, temperature, nucleus, order.
        seed: of every draw, 0 .. 2^64 - 1. Draws are made on the CPU, so a seed gives the same
            draws on every device.
        stopped: asked before every pass; True raises :class:`Stopped`.

    Returns:
        lower and upper ids without masks.
    """
    random = torch.Generator().manual_seed(seed % (1 << 64) - (1 << 63))
    length = lower.shape[1]
    tokens = torch.cat([lower, upper], 1)
    wanted = tokens == MASKED
    if not bool(wanted.any()):
        return lower, upper
    look = _guided(model, condition, sampling.guidance)
    heads = (model.lower_head, model.upper_head)
    for step in range(sampling.steps):
        if stopped is not None and stopped():
            raise Stopped
        revision = step - sampling.choosing
        if revision >= 0:
            again = wanted & _turn(length, revision).to(wanted.device)
            tokens = tokens.masked_fill(again, MASKED)
        is_open = tokens == MASKED
        if not bool(is_open.any()):
            continue
        features = look(tokens[:, :length], tokens[:, length:])
        warm = _warm(sampling, step)
        halves = is_open.split(length, 1)
        drawn = [
            _draw(head, x, places, warm, random)
            for head, x, places in zip(heads, features, halves, strict=True)
        ]
        chosen, sureness = (torch.cat(both, 1) for both in zip(*drawn, strict=True))
        if revision >= 0:
            tokens = torch.where(is_open, chosen, tokens)
        else:
            left = _still_open(step, sampling.choosing, wanted.sum(1))
            tokens = _fix(tokens, chosen, sureness, left, step, sampling, random)
    return tokens[:, :length], tokens[:, length:]


def _warm(sampling: Sampling, step: int) -> Sampling:
    """The sampling of a pass: warmest at first, as asked from the last choosing pass on."""
    last = sampling.choosing - 1
    left = 1 - step / last if step < last else 0.0
    return replace(sampling, temperature=sampling.temperature * (1 + (_OPENING - 1) * left))


def _turn(length: int, revision: int) -> Tensor:
    """Which tokens of both halves, (1, 2 L), have their turn in a revision: every ``_TURNS``-th, and
    never both halves of one moment."""
    place = torch.arange(length)
    lower, upper = ((place + revision + shift) % _TURNS == 0 for shift in (0, _TURNS // 2))
    return torch.cat([lower, upper])[None]


def _guided(model: TokenDance, condition: Condition, guidance: float):
    """Both heads' features as a function of tokens; with guidance the batch holds every sequence
    twice, with its condition and then without."""
    batch = len(condition.genre)
    if guidance == 1.0:
        heard, genre = model.hear(condition)
        return lambda lower, upper: model.dance(lower, upper, heard, genre)
    both = _twice(condition)
    conditioned = torch.arange(2 * batch, device=condition.genre.device) < batch
    heard, genre = model.hear(both, conditioned)
    return lambda lower, upper: model.dance(
        torch.cat([lower, lower]), torch.cat([upper, upper]), heard, genre
    )


def _twice(c: Condition) -> Condition:
    return Condition(*(torch.cat([x, x]) for x in c))


def _draw(
    head: TokenHead, features: Tensor, places: Tensor, sampling: Sampling, random: torch.Generator
) -> tuple[Tensor, Tensor]:
    """A token per place of the mask (B, L) and the log-probability that its parts had together, both
    (B, L) and of no meaning elsewhere: there the heads are not asked."""
    guided = sampling.guidance != 1.0
    x = torch.cat([half[places] for half in features.chunk(1 + guided)])
    parts = torch.zeros(int(places.sum()), 0, dtype=torch.long, device=features.device)
    total = torch.zeros(len(parts), device=features.device)
    for _ in range(head.parts):
        if guided:
            bound, free = head(x, torch.cat([parts, parts])).float().chunk(2)
            logits = free + sampling.guidance * (bound - free)
        else:
            logits = head(x, parts).float()
        chosen, sureness = _choose(logits, sampling, random)
        parts, total = torch.cat([parts, chosen[..., None]], -1), total + sureness
    tokens = torch.full(places.shape, MASKED, device=features.device)
    tokens[places] = join_parts(parts, head.codes)
    sure = torch.zeros(places.shape, device=features.device)
    sure[places] = total
    return tokens, sure


def _choose(logits: Tensor, sampling: Sampling, random: torch.Generator) -> tuple[Tensor, Tensor]:
    """A code per row (n,) of logits and the log-probability it had within the nucleus."""
    if sampling.temperature <= 0:
        best = logits.log_softmax(-1).max(-1)
        return best.indices, best.values
    # the nucleus is looked for among the likeliest only: a full sort of the codes costs more
    # than the nets
    top, index = (logits / sampling.temperature).topk(min(_LIKELIEST, logits.shape[-1]), -1)
    p = top.softmax(-1)
    outside = p.cumsum(-1) - p > sampling.top_p
    log_p = top.masked_fill(outside, -math.inf).log_softmax(-1)
    place = (log_p + _gumbel(log_p, random)).argmax(-1, keepdim=True)
    return index.gather(-1, place)[..., 0], log_p.gather(-1, place)[..., 0]


def _gumbel(like: Tensor, random: torch.Generator) -> Tensor:
    """Standard Gumbel noise in the shape and on the device of a tensor."""
    uniform = torch.rand(like.shape, generator=random).clamp(1e-9, 1 - 1e-7)
    return -torch.log(-torch.log(uniform)).to(like.device)


def _still_open(step: int, steps: int, open_at_first: Tensor) -> Tensor:
    """How many tokens stay masked after a step, (B,): MaskGIT's cosine."""
    if step + 1 == steps:
        return torch.zeros_like(open_at_first)
    share = math.cos((step + 1) / steps * math.pi / 2)
    return (share * open_at_first).floor().long()


def _fix(tokens, chosen, sureness, left, step, sampling, random) -> Tensor:
    """Tokens with the best-scored choices taken and the ``left`` worst masked again."""
    is_open = tokens == MASKED
    fading = 1 - (step + 1) / sampling.choosing
    score = sureness + sampling.order_noise * fading * _gumbel(sureness, random)
    score = score.masked_fill(~is_open, math.inf)
    rank = score.argsort(1).argsort(1)
    again = (rank < left[:, None]) & is_open
    return torch.where(again, MASKED, torch.where(is_open, chosen, tokens))
