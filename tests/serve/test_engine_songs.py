"""The real engine with the tiny model: what it keeps of songs, what it says of takes."""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile

from eightcount import listening
from eightcount.motion.errors import EightcountError
from eightcount.music.synth import synthesise
from eightcount.serve.choreography import ChoreographyEngine
from eightcount.serve.edits import whole_take
from eightcount.wire.messages import EditTake, Generate, StyleSection, song_digest

SECONDS = 9.0


@pytest.fixture(scope="module")
def engine() -> ChoreographyEngine:
    engine = ChoreographyEngine("debug", "cpu")
    engine.load("")
    return engine


@pytest.fixture(scope="module")
def song(engine):
    sound = synthesise("house", SECONDS, 124, 3)
    file = io.BytesIO()
    soundfile.write(file, sound.samples, sound.sample_rate, format="WAV")
    data = file.getvalue()
    return engine.listen(data, "a.wav", song_digest(data), lambda *_: None)


def answer(engine, song, request):
    """(chunks, summary) of a job."""
    chunks = list(engine.choreograph(song, request, lambda *_: None, lambda: False))
    return chunks, engine.summarise(song, request, chunks)


def generate(song, **fields) -> Generate:
    return Generate(song=song.digest, steps=2, **{"genre": "salsa", "seconds": 6.0} | fields)


def edit(song, take, **fields) -> EditTake:
    fields = {"genre": "pop", "range_start": 2.0, "range_stop": 3.0, "seed": 4} | fields
    return EditTake(
        song=song.digest,
        steps=2,
        rotations=take.rotations,
        translation=take.translation,
        contacts=take.contacts,
        **fields,
    )


@pytest.fixture(scope="module")
def take(engine, song):
    request = generate(song)
    return whole_take(request, answer(engine, song, request)[0])


def test_no_job_analyses_the_sound_again(engine, song, take, monkeypatch):
    def never(*_args, **_kwargs):
        raise AssertionError("the sound was analysed again")

    for name in ("hear", "spectra", "find_rhythm", "song_features", "loudness_curve"):
        monkeypatch.setattr(listening, name, never)
    for request in (
        generate(song, seconds=2.0),
        edit(song, take),
        edit(song, take, tempo_factor=2),
    ):
        chunks, summary = answer(engine, song, request)
        assert chunks and summary.beats


def test_what_is_kept_of_a_song_is_counted_and_small(song):
    assert 0 < song.size < 10_000 * SECONDS


@pytest.mark.parametrize(
    ("fields", "length"),
    [
        ({}, 180),
        ({"half": "upper"}, 180),
        ({"range_start": 6.0, "range_stop": 7.5}, 225),
        ({"range_start": 5.0, "range_stop": 6.0, "loop": True}, 180),
        ({"pin_frames": 70}, 180),
    ],
)
def test_the_changed_frames_alone_make_the_same_take(engine, song, take, fields, length):
    if "pin_frames" in fields:
        fields = {
            "pin_frames": np.array([70], np.int32),
            "pin_rotations": take.rotations[:1],
            "pin_translation": take.translation[:1],
            "pin_halves": ("both",),
        }
    whole, part = (edit(song, take, changed_only=only, **fields) for only in (False, True))
    (a,), about_a = answer(engine, song, whole)
    (b,), about_b = answer(engine, song, part)
    first, last = round(30 * part.range_start), round(30 * part.range_stop)
    assert a.first_frame == 0 and len(a.motion) == length
    assert (b.first_frame, len(b.motion)) == (first, last - first)
    again = whole_take(part, [b])
    for name in ("rotations", "translation", "contacts"):
        np.testing.assert_array_equal(getattr(again, name), getattr(a.motion, name))
    assert about_a == about_b


def test_beats_are_counted_as_asked(engine, song):
    heard = answer(engine, song, generate(song))[1]
    half = answer(engine, song, generate(song, tempo_factor=0.5))[1]
    double = answer(engine, song, generate(song, tempo_factor=2.0))[1]
    later = answer(engine, song, generate(song, first_count=1))[1]
    assert abs(len(double.beats) - 2 * len(heard.beats)) <= 1
    assert abs(2 * len(half.beats) - len(heard.beats)) <= 1
    assert set(half.beats) < set(heard.beats) < set(double.beats)
    assert later.beats == heard.beats
    index = [heard.beats.index(beat) for beat in (heard.downbeats[0], later.downbeats[0])]
    assert (index[1] - index[0]) % 4 == 1
    with pytest.raises(EightcountError, match="0.5, 1 or 2"):
        answer(engine, song, generate(song, tempo_factor=0.7))


def test_a_take_is_told_the_genre_that_was_danced(engine, song, take):
    assert answer(engine, song, generate(song))[1].genre == "salsa"
    genres = engine.load("").genres
    drawn = {
        answer(engine, song, generate(song, genre=None, seed=s, seconds=1.0))[1].genre
        for s in range(4)
    }
    assert drawn <= set(genres) and drawn
    request = edit(song, take, genre=None)
    said = answer(engine, song, request)[1].genre
    named = answer(engine, song, edit(song, take, genre=said))[0][0]
    free = answer(engine, song, request)[0][0]
    np.testing.assert_array_equal(named.motion.rotations, free.motion.rotations)


def test_sections_reach_the_dance(engine, song, take):
    plain = whole_take(generate(song), answer(engine, song, generate(song))[0])
    wanted = (StyleSection(start=4.0, genre="pop", energy=1.0),)
    styled = whole_take(generate(song), answer(engine, song, generate(song, sections=wanted))[0])
    assert len(styled) == len(plain)
    assert np.abs(styled.joints()[150:] - plain.joints()[150:]).max() > 1e-3
    clash = (StyleSection(start=1.0), StyleSection(start=2.0))
    with pytest.raises(EightcountError, match="Two sections"):
        answer(engine, song, generate(song, sections=clash))
    rolled = answer(engine, song, edit(song, take, sections=wanted))[0][0]
    same = answer(engine, song, edit(song, take))[0][0]
    np.testing.assert_array_equal(rolled.motion.rotations, same.motion.rotations)  # outside of it
