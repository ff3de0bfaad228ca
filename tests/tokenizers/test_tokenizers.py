"""Tokenizers: FSQ round trip, halves that share nothing, streaming = batch."""

from __future__ import annotations

import pytest
import torch

from eightcount.motion.streams import FRAMES_PER_TOKEN
from eightcount.tokenizers.motion import MotionTokenizer, MotionTokenizerConfig
from eightcount.tokenizers.music import MusicTokenizer, MusicTokenizerConfig
from eightcount.tokenizers.quantizer import (
    NormalisedFSQ,
    join_parts,
    level_ids,
    split_parts,
)
from eightcount.tokenizers.stream import StreamConfig
from eightcount.tokenizers.streaming import DecodeStream

LEVELS = (7, 5, 5, 5, 5)


@pytest.fixture
def tokenizer() -> MotionTokenizer:
    torch.manual_seed(0)
    config = MotionTokenizerConfig(StreamConfig(62, 16, LEVELS), StreamConfig(90, 16, LEVELS))
    return MotionTokenizer(config).eval()


@pytest.mark.parametrize("levels", [(8, 5, 5, 5), LEVELS])
def test_every_code_round_trips(levels):
    fsq = NormalisedFSQ(levels).eval()
    ids = torch.arange(fsq.codes)[None]
    quantized = fsq.lookup(ids)
    again = fsq.fsq.codes_to_indices(quantized[..., None, :])[..., 0]
    torch.testing.assert_close(again.long(), ids)
    assert len(quantized[0].unique(dim=0)) == fsq.codes


@pytest.mark.parametrize("parts", [1, 2, 3])
def test_ids_are_those_of_the_quantized_latent(parts):
    fsq = NormalisedFSQ(LEVELS, parts)
    z = torch.randn(4, 50, 5 * parts) * 3 + 7
    quantized, ids = fsq(z)
    torch.testing.assert_close(fsq.lookup(ids), quantized)
    assert ids.min() >= 0 and ids.max() < fsq.codes**parts
    # the normalisation keeps the codes in use although the latent lies far off centre
    for part in split_parts(ids, fsq.codes, parts).unbind(-1):
        assert len(part.unique()) > 60


def test_parts_of_a_token_are_its_digits():
    ids = torch.tensor([[0, 5, 7 + 3 * 10 + 9 * 100]])
    parts = split_parts(ids, 10, 3)
    assert parts.tolist() == [[[0, 0, 0], [5, 0, 0], [7, 3, 9]]]
    assert torch.equal(join_parts(parts, 10), ids)


def test_level_ids_are_fsqs_own():
    fsq = NormalisedFSQ(LEVELS)
    own = fsq.fsq.indices_to_level_indices(torch.arange(fsq.codes))
    torch.testing.assert_close(level_ids(LEVELS), own.long())


def test_gradients_reach_the_encoder(tokenizer):
    tokenizer.train()
    lower, upper = torch.randn(2, 32, 62), torch.randn(2, 32, 90)
    out = tokenizer(lower, upper)
    (out[0].square().mean() + out[1].square().mean()).backward()
    assert tokenizer.lower.encoder[0].weight.grad.abs().sum() > 0


def test_upper_tokens_leave_the_lower_frames_alone(tokenizer):
    lower, upper = (torch.randint(0, 4375, (1, 20)) for _ in range(2))
    a = tokenizer.decode_ids(lower, upper)
    b = tokenizer.decode_ids(lower, (upper + 1) % 4375)
    assert torch.equal(a[0], b[0]) and not torch.equal(a[1], b[1])


def test_reach_is_how_far_a_token_is_felt(tokenizer):
    ids = torch.randint(0, 4375, (1, 60))
    changed = ids.clone()
    changed[0, 30] = (ids[0, 30] + 2000) % 4375
    a, b = tokenizer.lower.decode_ids(ids), tokenizer.lower.decode_ids(changed)
    felt = ((a - b).abs().amax(-1)[0] > 0).nonzero()[:, 0] // FRAMES_PER_TOKEN
    assert felt.min() >= 30 - tokenizer.lower.reach and felt.max() <= 30 + tokenizer.lower.reach


@pytest.mark.parametrize("pieces", [[70], [1] * 70, [40, 30], [3, 50, 1, 16]])
def test_streaming_is_batch(tokenizer, pieces):
    lower, upper = (torch.randint(0, 4375, (70,)) for _ in range(2))
    whole = tokenizer.decode_ids(lower[None], upper[None])
    stream, out, start = DecodeStream(tokenizer), [], 0
    for size in pieces:
        stop = start + size
        out.append(stream.push(lower[start:stop], upper[start:stop], stop == 70))
        start = stop
    for half in (0, 1):
        torch.testing.assert_close(
            torch.cat([o[half] for o in out]), whole[half][0], atol=1e-5, rtol=1e-5
        )


def test_music_streams_are_independent():
    torch.manual_seed(0)
    music = MusicTokenizer(
        MusicTokenizerConfig(StreamConfig(20, 16, blocks=1), StreamConfig(15, 16, blocks=1))
    ).eval()
    features = torch.randn(1, 64, 35)
    louder = features.clone()
    louder[..., 20:] += 5
    a, b = music.encode(features), music.encode(louder)
    assert torch.equal(a[0], b[0]) and not torch.equal(a[1], b[1])
