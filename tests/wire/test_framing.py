"""Messages to parts and back; whatever else comes is refused with a WireError."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import eightcount
from eightcount.wire import framing
from eightcount.wire.framing import VersionSkew, WireError, decode, encode, open_parts
from eightcount.wire.messages import (
    FROM_BACKEND,
    MAX_FRAMES,
    PROTOCOL,
    Done,
    Failed,
    Frames,
    PutSong,
    Section,
    SongReady,
    Welcome,
    song_digest,
)

DIGEST = "ab" * 32


def some_frames(count: int = 5, **changes) -> Frames:
    dice = np.random.default_rng(0)
    values = {
        "job": "j",
        "first_frame": 30,
        "count": count,
        "fps": 30.0,
        "rotations": dice.normal(size=(count, 24, 4)).astype(np.float32),
        "translation": dice.normal(size=(count, 3)).astype(np.float32),
        "contacts": dice.random((count, 4)).astype(np.float32),
    }
    return Frames(**{**values, **changes})


def as_bytes(parts) -> list[bytes]:
    return [bytes(part) for part in parts]


def changed(message, **header) -> list[bytes]:
    """The parts of a message with its header changed; None removes a field."""
    parts = as_bytes(encode(message))
    fields = {**json.loads(parts[0]), **header}
    fields = {name: value for name, value in fields.items() if value is not None}
    return [json.dumps(fields).encode(), *parts[1:]]


def test_frames_come_back_bit_for_bit():
    sent = some_frames()
    got = decode(as_bytes(encode(sent)))
    assert isinstance(got, Frames) and (got.job, got.first_frame, got.count) == ("j", 30, 5)
    for name in Frames.BUFFERS:
        np.testing.assert_array_equal(getattr(got, name), getattr(sent, name))
        assert getattr(got, name).dtype == np.dtype("<f4")


def test_arrays_in_other_layouts_arrive_in_order():
    fortran = np.asfortranarray(some_frames().rotations.astype(np.float64))
    got = decode(as_bytes(encode(some_frames(rotations=fortran, contacts=np.ones((10, 4))[::2]))))
    np.testing.assert_allclose(got.rotations, fortran, rtol=1e-6)


def test_texts_and_nested_values_come_back():
    ready = SongReady(
        job="j",
        digest=DIGEST,
        name="さくら \U0001f338 \udcff.mp3",  # the last character is an undecodable file name's
        seconds=12.5,
        tempo=123.4,
        beats=(0.5, 15.25),
        downbeats=(0.5,),
        sections=(Section(start=0.0, end=6.0, label="verse", energy=0.5),),
        warnings=("quiet",),
    )
    got = decode(as_bytes(encode(ready)))
    assert got.name == "さくら \U0001f338 ?.mp3"
    assert (got.beats, got.sections, got.warnings) == (ready.beats, ready.sections, ready.warnings)
    done = Done(frames=1, fps=30.0, seed=2**63 - 1, model="m", genre="g", timings={"total": 0.5})
    assert decode(as_bytes(encode(done))) == done


def test_an_empty_song_has_an_empty_buffer():
    envelope = open_parts(as_bytes(encode(PutSong.of(b"", "x"))))
    assert envelope.arrays["data"].shape == (0,)
    assert envelope.fields["digest"] == song_digest(b"")


def test_numbers_that_json_lacks_are_not_sent():
    done = Done(frames=1, fps=30.0, seed=0, model="", genre="", beat_score=float("nan"))
    with pytest.raises(ValueError):
        encode(done)


def test_wrong_shapes_are_not_sent():
    with pytest.raises(WireError):
        encode(some_frames(translation=np.zeros((5, 4), np.float32)))


def test_a_backend_may_say_more_than_the_client_knows():
    failed = Failed(job="j", code="c", sentence="s")
    assert decode(changed(failed, colour="red")) == failed


@pytest.mark.parametrize("version", [PROTOCOL - 1, PROTOCOL + 1])
def test_skew_says_which_side_to_update(version):
    with pytest.raises(VersionSkew) as caught:
        decode(as_bytes(encode(Failed(code="c", sentence="s"), version)))
    older = "add-on" if version > PROTOCOL else "backend"
    assert older in caught.value.sentence and f"Update the {older}" in caught.value.hint


BUFFER = {"name": "data", "dtype": "u1", "shape": [1]}
BAD_HEADERS = {
    "no JSON": b"\x80\x04.",
    "no object": b"[1]",
    "deep": b"[" * 200_000,
    "no job": b'{"version":1,"kind":"x","buffers":[]}',
    "job a number": b'{"version":1,"kind":"x","job":1,"buffers":[]}',
    "version a truth": b'{"version":true,"kind":"x","job":"","buffers":[]}',
    "no kind": b'{"version":1,"job":"","buffers":[]}',
    "no buffers": b'{"version":1,"kind":"x","job":""}',
    "more buffers": b'{"version":1,"kind":"x","job":"","buffers":[{}]}',
    "not a number": b'{"version":1,"kind":"x","job":"","buffers":[],"a":NaN}',
    "long": b'{"version":1,"kind":"x","job":"","buffers":[],"a":"' + b"x" * (1 << 20) + b'"}',
}


@pytest.mark.parametrize("name", BAD_HEADERS)
def test_bad_headers_are_refused(name):
    with pytest.raises(WireError):
        open_parts([BAD_HEADERS[name]])


@pytest.mark.parametrize(
    "entry",
    [
        {**BUFFER, "dtype": "O"},
        {**BUFFER, "dtype": "|S1"},
        {**BUFFER, "shape": [2]},
        {**BUFFER, "shape": [-1]},
        {**BUFFER, "shape": [True]},
        {**BUFFER, "shape": [1.0]},
        {**BUFFER, "shape": []},
        {**BUFFER, "shape": [1, 1, 1, 1, 1]},
        {**BUFFER, "shape": [1 << 62, 1 << 62]},
        {**BUFFER, "shape": "1"},
        {**BUFFER, "more": 1},
        {"name": "data"},
        None,
    ],
)
def test_bad_buffers_are_refused(entry):
    header = {"version": 1, "kind": "put_song", "job": "", "buffers": [entry]}
    with pytest.raises(WireError):
        open_parts([json.dumps(header).encode(), b"x"])


def test_too_many_and_too_large_parts_are_refused(monkeypatch):
    with pytest.raises(WireError):
        open_parts([])
    with pytest.raises(WireError):
        open_parts([b"{}"] * 20)
    parts = as_bytes(encode(PutSong.of(b"x" * 5000, "x")))
    monkeypatch.setattr(framing, "MAX_MESSAGE_BYTES", 4000)
    with pytest.raises(WireError):
        open_parts(parts)


@pytest.mark.parametrize("count", [0, 4, MAX_FRAMES + 1])
def test_frames_must_be_as_many_as_they_say(count):
    with pytest.raises(WireError):
        decode(changed(some_frames(), count=count))
    if count:
        parts = encode(some_frames(MAX_FRAMES + 1))
        with pytest.raises(WireError):
            decode(as_bytes(parts))


def test_decode_refuses_what_lacks_a_field_or_has_other_buffers():
    with pytest.raises(WireError):
        decode(changed(Failed(code="c", sentence="s"), sentence=None))
    with pytest.raises(WireError):
        decode(changed(some_frames(), kind="failed"))
    with pytest.raises(WireError):
        decode(changed(Failed(code="c", sentence="s"), kind="frames"))
    with pytest.raises(WireError):
        decode(changed(Failed(code="c", sentence="s"), kind="nonsense"))
    ready = SongReady(digest=DIGEST, name="n", seconds=1.0, tempo=1.0, beats=(), downbeats=())
    with pytest.raises(WireError):
        decode(changed(ready, beats=3))


def test_noise_never_raises_anything_else():
    dice = random.Random(7)
    welcome = Welcome(program_version="1", protocol=1, model="m", device="cpu", state="ready")
    for message in (welcome, some_frames(2), PutSong.of(b"abc", "n")):
        good = as_bytes(encode(message))
        for _ in range(400):
            parts = list(good)
            for _ in range(dice.randrange(1, 4)):
                at = dice.randrange(len(parts))
                where = dice.randrange(len(parts[at]) + 1)
                junk = dice.randbytes(dice.randrange(4))
                parts[at] = parts[at][:where] + junk + parts[at][where + dice.randrange(3) :]
            try:
                decode(parts)
            except (WireError, VersionSkew):
                continue


def test_every_kind_has_its_own_name():
    kinds = [cls.kind for cls in FROM_BACKEND]
    assert len(set(kinds)) == len(kinds) and all(kinds)


def test_the_wire_needs_only_numpy_and_pyzmq():
    code = (
        "import sys; before = set(sys.modules)\n"
        "import numpy, zmq; allowed = set(sys.modules)\n"
        "import eightcount.wire.client, eightcount.wire.launch\n"
        "new = {m.split('.')[0] for m in set(sys.modules) - allowed}\n"
        "print(sorted(m for m in new if m not in sys.stdlib_module_names))\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(Path(eightcount.__file__).parents[1])},
    )
    assert said.stdout.strip() == "['eightcount']", said.stderr
