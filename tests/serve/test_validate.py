"""Every field of every request is checked before the backend believes it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from eightcount.serve.validate import read_request
from eightcount.wire.framing import VersionSkew, WireError, encode
from eightcount.wire.messages import (
    FROM_BACKEND,
    PROTOCOL,
    Generate,
    Hello,
    Ping,
    PutSong,
    StyleSection,
    Welcome,
)

DIGEST = "0f" * 32
GOOD = Generate(job="j", song=DIGEST, genre="サルサ", seed=2**63 - 1, seconds=3, energy=0.5)


def parts_of(message, **changes) -> list[bytes]:
    head, *rest = (bytes(part) for part in encode(message))
    return [json.dumps({**json.loads(head), **changes}).encode(), *rest]


def test_good_requests_pass():
    assert read_request(parts_of(GOOD)) == GOOD
    parts = (StyleSection(start=1.0, end=2.5, genre="ハウス"), StyleSection(start=4, energy=0.9))
    counted = replace(GOOD, tempo_factor=0.5, first_count=7, sections=parts)
    assert read_request(parts_of(counted)) == counted
    put = read_request(parts_of(PutSong.of(b"abc", "さくら.mp3", job="j")))
    assert bytes(put.data) == b"abc" and put.name == "さくら.mp3"
    assert read_request(parts_of(Ping(count=3))) == Ping(count=3)


@pytest.mark.parametrize(
    "change",
    [
        {"seed": -1},
        {"seed": 2**63},
        {"seed": 1.5},
        {"seed": "1"},
        {"seed": True},
        {"seed": None},
        {"steps": 0},
        {"steps": 10**6},
        {"seconds": 0},
        {"seconds": 1e9},
        {"start": -0.1},
        {"guidance": 11},
        {"temperature": -1},
        {"energy": 1.01},
        {"energy": "high"},
        {"tempo_factor": 0.4},
        {"tempo_factor": float("inf")},
        {"tempo_factor": "2"},
        {"first_count": 8},
        {"first_count": -1},
        {"first_count": 1.5},
        {"sections": [{"start": -1.0}]},
        {"sections": [{"start": 0.0, "energy": 2.0}]},
        {"sections": [{"start": 0.0, "genre": "x" * 2000}]},
        {"sections": [{"start": 0.0, "unknown": 1}]},
        {"sections": ["house"]},
        {"sections": {"start": 0.0}},
        {"sections": [{"start": 0.0}] * 5000},
        {"genre": 3},
        {"genre": "x" * 2000},
        {"song": "abc"},
        {"song": DIGEST.upper()},
        {"song": "../../secret"},
        {"model": None},
        {"unknown": 1},
        {"__class__": "x"},
        {"buffers": [{"name": "data", "dtype": "u1", "shape": [0]}]},
        {"job": ""},
        {"job": "x" * 65},
        {"kind": "done"},
        {"kind": "GENERATE"},
    ],
)
def test_bad_fields_are_refused(change):
    with pytest.raises(WireError) as caught:
        read_request(parts_of(GOOD, **change))
    assert caught.value.code == "wire-garbled"
    assert caught.value.job in ("j", "")


def test_a_missing_field_is_refused_and_names_its_job():
    head = json.loads(encode(GOOD)[0])
    del head["song"]
    with pytest.raises(WireError) as caught:
        read_request([json.dumps(head).encode()])
    assert caught.value.job == "j" and "song" in caught.value.sentence


def test_another_version_is_skew_whatever_else_is_in_it():
    with pytest.raises(VersionSkew):
        read_request(
            parts_of(Hello(client="x", program_version="1"), version=PROTOCOL + 1, new_field=[1])
        )


def test_a_backends_messages_are_no_requests():
    welcome = Welcome(program_version="1", protocol=1, model="m", device="cpu", state="ready")
    assert Welcome in FROM_BACKEND
    with pytest.raises(WireError):
        read_request(parts_of(welcome))
