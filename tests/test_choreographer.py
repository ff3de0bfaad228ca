"""The main job with the tiny model: gapless, repeatable, cancellable, any length."""

from __future__ import annotations

import numpy as np
import pytest

from eightcount.choreographer import Cancelled, Finishing, Request, choreograph, token_windows
from eightcount.listening import listen
from eightcount.models import debug_model
from eightcount.motion.errors import EightcountError
from eightcount.motion.motion import Motion
from eightcount.music.rhythm import find_rhythm
from eightcount.music.song import decode_song
from eightcount.music.synth import synthesise


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
