"""The main job with the tiny model: gapless, repeatable, cancellable, any length."""

from __future__ import annotations

import numpy as np
import pytest

from eightcount.choreographer import (
    Cancelled,
    Finishing,
    Request,
    choreograph,
    danced_genre,
    token_windows,
)
from eightcount.listening import hear, listen
from eightcount.models import debug_model
from eightcount.motion.errors import EightcountError
from eightcount.motion.motion import Motion
from eightcount.music.rhythm import find_rhythm
from eightcount.music.song import decode_song
from eightcount.music.synth import synthesise
from eightcount.styles import StyledPart


@pytest.fixture(scope="module")
def model():
    return debug_model()


@pytest.fixture(scope="module")
def song(tmp_path_factory):
    import soundfile

    samples, rate, *_ = synthesise("pop", 14.3, 110, 3)
    path = tmp_path_factory.mktemp("song") / "歌.wav"
    soundfile.write(path, samples, rate)
    return decode_song(path)


@pytest.fixture(scope="module")
def rhythm(song):
    return find_rhythm(song)


def dance(song, model, rhythm, **request) -> Motion:
    request = {"genre": "salsa", "steps": 2} | request
    chunks = list(choreograph(song, Request(**request), model, rhythm=rhythm))
    first = 0
    for chunk in chunks:
        assert chunk.first_frame == first and len(chunk.motion)
        first += len(chunk.motion)
    return Motion.concatenate([c.motion for c in chunks])


def test_a_take_is_as_long_as_the_song(song, model, rhythm):
    motion = dance(song, model, rhythm)
    assert len(motion) == int(song.seconds * 30)
    assert np.isfinite(motion.joints()).all()
    np.testing.assert_allclose(np.linalg.norm(motion.rotations, axis=-1), 1, atol=1e-5)


def test_quaternions_do_not_flip_between_frames(song, model, rhythm):
    q = dance(song, model, rhythm).rotations
    assert ((q[1:] * q[:-1]).sum(-1) > 0).all()


@pytest.mark.parametrize(
    ("start", "seconds", "frames"), [(0, 1.0, 30), (3.3, 9.07, 272), (13, 99, 39)]
)
def test_any_stretch(song, model, rhythm, start, seconds, frames):
    assert len(dance(song, model, rhythm, start=start, seconds=seconds)) == frames


def test_seed_decides(song, model, rhythm):
    a = dance(song, model, rhythm, seed=2**64 - 1, seconds=3.0)
    b = dance(song, model, rhythm, seed=2**64 - 1, seconds=3.0)
    c = dance(song, model, rhythm, seed=1, seconds=3.0)
    np.testing.assert_array_equal(a.rotations, b.rotations)
    assert np.abs(a.joints() - c.joints()).max() > 1e-3


def test_streaming_is_batch(song, model, rhythm):
    request = Request("salsa", steps=2)
    streamed = dance(song, model, rhythm)
    heard = listen(song, model, genre="salsa", rhythm=rhythm)
    windows = list(token_windows(heard, request, model))
    assert len(windows) > 1
    import torch

    lower, upper = (torch.cat([w[i] for w in windows]) for i in (0, 1))
    whole = Finishing(model).push(lower, upper, True).slice(0, heard.frames)
    np.testing.assert_allclose(whole.joints(), streamed.joints(), atol=1e-4)


def test_first_chunk_leaves_before_the_last_window(song, model, rhythm):
    asked = []
    chunks = choreograph(
        song, Request("pop", steps=2), model, rhythm=rhythm, cancelled=lambda: asked.append(1)
    )
    next(chunks)
    at_first = len(asked)
    list(chunks)
    assert at_first < len(asked)


def test_cancel_stops_the_work(song, model, rhythm):
    asked = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) >= 3

    with pytest.raises(Cancelled):
        list(choreograph(song, Request(steps=5), model, cancelled=cancelled, rhythm=rhythm))
    assert len(asked) == 3


@pytest.mark.parametrize(
    ("request_", "word"),
    [
        ({"genre": "polka"}, "polka"),
        ({"start": 99.0}, "outside"),
        ({"start": -1.0}, "outside"),
        ({"seconds": 0.2}, "at least"),
        ({"start": 14.0}, "at least"),
        ({"steps": 0}, "steps"),
        ({"seed": -1}, "seed"),
        ({"temperature": float("nan")}, "temperature"),
        ({"tempo_factor": 1.5}, "0.5, 1 or 2"),
        ({"first_count": 8}, "first_count"),
        ({"sections": (StyledPart(1.0, 1.0),)}, "empty"),
        ({"sections": (StyledPart(0.0), StyledPart(1.0))}, "Two sections"),
        ({"sections": (StyledPart(1.0, genre="polka"),)}, "polka"),
    ],
)
def test_bad_requests_are_one_sentence(song, model, rhythm, request_, word):
    with pytest.raises(EightcountError, match=word):
        list(choreograph(song, Request(**request_), model, rhythm=rhythm))


def test_silence_still_gives_a_valid_take(model, tmp_path):
    import soundfile

    soundfile.write(tmp_path / "s.wav", np.zeros(44100 * 3), 44100)
    song = decode_song(tmp_path / "s.wav")
    assert song.warnings
    motion = dance(song, model, None)
    assert len(motion) == 90 and np.isfinite(motion.joints()).all()


def test_energy_and_genre_reach_the_generator(song, model, rhythm):
    calm = dance(song, model, rhythm, energy=0.0, seconds=3.0)
    wild = dance(song, model, rhythm, energy=1.0, seconds=3.0)
    other = dance(song, model, rhythm, energy=0.0, seconds=3.0, genre="pop")
    assert np.abs(calm.joints() - wild.joints()).max() > 1e-3
    assert np.abs(calm.joints() - other.joints()).max() > 1e-3


def test_a_heard_song_gives_the_same_take(song, model, rhythm):
    heard = hear(song)
    for request in ({}, {"tempo_factor": 0.5, "first_count": 3, "seconds": 5.0}):
        a, b = dance(song, model, rhythm, **request), dance(heard, model, None, **request)
        np.testing.assert_array_equal(a.rotations, b.rotations)
        np.testing.assert_array_equal(a.translation, b.translation)
        np.testing.assert_array_equal(a.contacts, b.contacts)


def test_how_the_song_is_counted_reaches_the_generator(song, model, rhythm):
    takes = [
        dance(song, model, rhythm, seconds=3.0, tempo_factor=factor, first_count=later)
        for factor, later in ((1.0, 0), (0.5, 0), (2.0, 0), (1.0, 2))
    ]
    for i, a in enumerate(takes):
        for b in takes[i + 1 :]:
            assert np.abs(a.joints() - b.joints()).max() > 1e-4
    whole_bar = dance(song, model, rhythm, seconds=3.0, first_count=4)
    np.testing.assert_array_equal(whole_bar.rotations, takes[0].rotations)


def test_without_a_genre_the_seed_draws_one_and_dances_it(song, model, rhythm):
    drawn = {seed: danced_genre(Request(seed=seed), model) for seed in range(20)}
    assert set(drawn.values()) == set(model.genres)
    free = dance(song, model, rhythm, seconds=2.0, seed=7, genre=None)
    named = dance(song, model, rhythm, seconds=2.0, seed=7, genre=drawn[7])
    np.testing.assert_array_equal(free.rotations, named.rotations)
    assert danced_genre(Request("pop", seed=7), model) == "pop"


def sections_of(song, model, rhythm, parts, seconds=None):
    """Genre of each window and the tokens it gave."""
    request = Request("salsa", steps=2, sections=parts)
    heard = listen(song, model, genre="salsa", seconds=seconds, rhythm=rhythm)
    asked = []
    heard = heard.styled(parts, model)
    window = type(heard).window

    class Watched(type(heard)):
        def window(self, start, stop, at):
            asked.append((at, int(self.genres[at])))
            return window(self, start, stop, at)

    watched = Watched(**vars(heard))
    counts = [len(low) for low, _, _ in token_windows(watched, request, model)]
    return heard, asked, counts


@pytest.mark.parametrize(
    "parts",
    [
        (StyledPart(4.0, 9.0, "pop"),),
        (
            StyledPart(0.3, 0.5, "pop"),
            StyledPart(0.5, 0.7, "modern"),
            StyledPart(13.9, None, "pop"),
        ),
        (StyledPart(0.0, 0.14, "pop"), StyledPart(8.0, 8.14, "modern")),
        (StyledPart(3.0, 4.0, energy=0.9),),
    ],
)
def test_each_window_has_one_genre_and_no_token_is_missing(song, model, rhythm, parts):
    heard, asked, counts = sections_of(song, model, rhythm, parts)
    assert sum(counts) == len(heard.genres) and min(counts) > 0
    first = 0
    for (at, genre), count in zip(asked, counts, strict=True):
        assert at == first and (heard.genres[first : first + count] == genre).all()
        first += count


def test_a_section_changes_the_take_from_its_start_on(song, model, rhythm):
    plain = dance(song, model, rhythm)
    parts = (StyledPart(9.0, None, "pop", 1.0),)
    styled = dance(song, model, rhythm, sections=parts)
    assert len(styled) == len(plain) == int(song.seconds * 30)
    assert np.isfinite(styled.joints()).all()
    moved = np.abs(styled.joints() - plain.joints()).max((1, 2))
    assert moved[300:].max() > 1e-3 and moved[:150].max() < 1e-5
    assert ((styled.rotations[1:] * styled.rotations[:-1]).sum(-1) > 0).all()


def test_a_section_over_the_whole_take_is_the_take_in_that_genre(song, model, rhythm):
    a = dance(song, model, rhythm, seconds=4.0, genre="pop", energy=0.7)
    parts = (StyledPart(0.0, None, "pop", 0.7),)
    b = dance(song, model, rhythm, seconds=4.0, genre="salsa", sections=parts)
    np.testing.assert_array_equal(a.rotations, b.rotations)
