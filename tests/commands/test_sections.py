"""`eightcount generate --section`: parts of the song with a style of their own."""

from __future__ import annotations

import json

import numpy as np
import pytest
import soundfile

from eightcount.cli import main
from eightcount.commands.sections import of_take, parse_section
from eightcount.motion.errors import EightcountError
from eightcount.motion.formats.npz import load_take
from eightcount.music.synth import synthesise
from eightcount.styles import StyledPart


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("8:16:lock", StyledPart(8.0, 16.0, "lock")),
        ("8:16:lock:0.9", StyledPart(8.0, 16.0, "lock", 0.9)),
        ("8.5::lock", StyledPart(8.5, None, "lock")),
        ("0:16::0", StyledPart(0.0, 16.0, None, 0.0)),
        (" 8 : 16 : lock ", StyledPart(8.0, 16.0, "lock")),
    ],
)
def test_what_is_written_is_read(text, part):
    assert parse_section(text) == part


@pytest.mark.parametrize(
    "text", ["", "lock", "8:16", "8:16:", "8:16::", ":16:lock", "a:b:lock", "8:16:lock:loud",
             "8:16:lock:0.9:1", "-1:16:lock", "nan:16:lock", "8:inf:lock", "8:16::nan"],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_an_example(text):
    with pytest.raises(EightcountError) as raised:
        parse_section(text)
    assert raised.value.code == "section-unreadable" and "8:16:lock" in raised.value.hint


@pytest.fixture(scope="module")
def song_path(tmp_path_factory):
    samples, rate, *_ = synthesise("house", 6.0, 120, 1)
    path = tmp_path_factory.mktemp("song") / "song.ogg"
    soundfile.write(path, samples, rate)
    return path


def generate(song_path, out, *more) -> int:
    return main(
        ["generate", str(song_path), "--model", "debug", "--genre", "pop", "--seed", "5",
         "--steps", "2", "--out", str(out), *more]
    )  # fmt: skip


def take_of(out):
    return load_take(out / "song_pop_5.npz")


def test_a_section_changes_its_part_and_is_kept_with_the_take(song_path, tmp_path):
    assert generate(song_path, tmp_path / "a") == 0
    assert generate(song_path, tmp_path / "b", "--section", "4:6:salsa", "--section", "1:2::1") == 0
    plain, styled = take_of(tmp_path / "a"), take_of(tmp_path / "b")
    assert "sections" not in plain.extra
    assert styled.extra["sections"] == [
        {"start": 4.0, "end": 6.0, "genre": "salsa", "energy": None},
        {"start": 1.0, "end": 2.0, "genre": None, "energy": 1.0},
    ]
    a, b = plain.motion.rotations, styled.motion.rotations
    assert np.abs(a[130:] - b[130:]).max() > 1e-3  # the tiny model's genres differ little


@pytest.mark.parametrize("start", [0.2, 1.0, 5.6])
def test_a_section_may_begin_at_any_time(song_path, tmp_path, start):
    """Also where the stretch before it is too short for a finished frame."""
    words = ("--section", f"{start}:{start + 0.2}:salsa", "--section", f"{start + 0.2}::pop")
    assert generate(song_path, tmp_path, *words) == 0
    motion = take_of(tmp_path).motion
    assert len(motion) == 180 and np.isfinite(motion.rotations).all()


@pytest.mark.parametrize(
    ("sections", "word"),
    [
        (["4:lock"], "no section"),
        (["4:2:salsa"], "empty"),
        (["1:4:salsa", "3:5::0.5"], "at 3 s"),
        (["1:4:salsa:7"], "energy"),
        (["1:4:polka"], "polka"),
        (["6:9:salsa"], "after the take's end"),
    ],
)
def test_a_section_that_cannot_be_is_one_sentence_and_leaves_nothing(
    song_path, tmp_path, capsys, sections, word
):
    words = [w for text in sections for w in ("--section", text)]
    assert generate(song_path, tmp_path / "out", *words) == 1
    told = capsys.readouterr().err
    assert word in told and told.count("\n") == 1 and "Traceback" not in told
    assert not list(tmp_path.rglob("*.npz"))


def test_an_edit_goes_on_in_the_takes_sections_unless_told_otherwise():
    extra = {"sections": [{"start": 4.0, "end": 6.0, "genre": "salsa", "energy": None},
                          {"start": 1.0, "end": 2.0, "genre": None, "energy": 1.0}]}  # fmt: skip
    lock, loud = StyledPart(4.0, 6.0, "salsa"), StyledPart(1.0, 2.0, None, 1.0)
    assert of_take(extra, genre=True, energy=True) == (lock, loud)
    assert of_take(extra, genre=False, energy=True) == (loud,)
    assert of_take(extra, genre=True, energy=False) == (lock,)
    assert of_take({}, genre=True, energy=True) == ()


def test_the_edit_command_follows_the_sections(song_path, tmp_path, capsys):
    assert generate(song_path, tmp_path, "--section", "2:6:salsa") == 0
    found = {}
    for name, more in {"kept": (), "other": ("--genre", "pop")}.items():
        out = tmp_path / f"{name}.npz"
        assert main(
            ["edit", str(tmp_path / "song_pop_5.npz"), str(song_path), "--range", "3:5", "--steps",
             "2", "--out", str(out), "--json", *more]
        ) == 0  # fmt: skip
        found[name] = load_take(out).motion.rotations
    capsys.readouterr()
    assert np.abs(found["kept"] - found["other"]).max() > 1e-3  # same seed, another genre
    assert json.dumps(load_take(tmp_path / "kept.npz").extra["sections"]).count("salsa") == 1
