"""The real engine: its own small parts, and the whole way in two processes with ``debug``."""

from __future__ import annotations

import io
import os
import wave
from types import SimpleNamespace

import numpy as np
import pytest

from eightcount.serve.choreography import within_take

SECONDS = 6.0
BPM = 120.0


def clicks() -> bytes:
    """A WAV file of short noise bursts at 120 BPM, louder on the first of four."""
    rate = 22050
    samples = np.zeros(int(rate * SECONDS))
    burst = np.random.default_rng(0).normal(size=rate // 20) * np.exp(-np.arange(rate // 20) / 200)
    for beat in range(int(SECONDS * BPM / 60)):
        at = int(beat * 60 / BPM * rate)
        piece = burst[: len(samples) - at]
        samples[at : at + len(piece)] += piece * (0.3 if beat % 4 else 0.6)
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes((np.clip(samples, -1, 1) * 30000).astype("<i2").tobytes())
    return file.getvalue()


class Take(SimpleNamespace):
    fps: float

    def __len__(self) -> int:
        return self.count


def test_beats_are_counted_from_the_takes_first_frame():
    take = Take(fps=30.0, count=60)
    assert within_take((0.0, 15.0, 30.0, 75.0, 89.9, 90.0), 30.0, 1.0, take) == (0.0, 45.0, 59.9)
    double = Take(fps=60.0, count=60)
    assert within_take((30.0, 45.0, 75.0), 30.0, 1.0, double) == (0.0, 30.0)


@pytest.mark.heavy
@pytest.mark.e2e
def test_a_song_becomes_a_take_across_two_processes(start):
    for needed in ("eightcount.choreographer", "eightcount.models", "eightcount.music.warmup"):
        pytest.importorskip(needed)
    from eightcount.motion.errors import EightcountError
    from eightcount.wire.client import finish
    from eightcount.wire.messages import Cancelled, Done, Failed, Frames, Generate

    backend = start(
        program=("-m", "eightcount.serve"),
        owner_pid=os.getpid(),
        arguments=("--model", "debug", "--device", "cpu"),
        OMP_NUM_THREADS="1",
    )
    client = backend.client()
    assert client.hello(15).state == "warming"
    welcome = client.wait_until_ready(180)
    assert welcome.model == "debug" and "salsa" in welcome.genres and welcome.fps == 30

    song = client.put_song(clicks(), "拍.wav")
    assert abs(song.seconds - SECONDS) < 0.1 and abs(song.tempo - BPM) < 3
    assert len(song.beats) > 8 and set(song.downbeats) <= set(song.beats)
    assert song.sections and song.sections[0].start == 0

    request = Generate(song=song.digest, genre="salsa", seed=2**40 + 1, start=1.0, seconds=4.0)
    takes = []
    for _ in range(2):
        messages = list(client.generate(request))
        done = messages[-1]
        assert isinstance(done, Done), done
        frames = [message for message in messages if isinstance(message, Frames)]
        rotations = np.concatenate([piece.rotations for piece in frames])
        assert done.frames == len(rotations) == 120 and done.seed == request.seed
        np.testing.assert_allclose(np.linalg.norm(rotations, axis=-1), 1.0, atol=1e-3)
        assert len(done.beats) in (8, 9) and 0 <= done.beat_score <= 1
        takes.append(rotations)
    np.testing.assert_array_equal(takes[0], takes[1])

    wrong = list(client.generate(Generate(song=song.digest, genre="no such genre")))[-1]
    assert isinstance(wrong, Failed) and wrong.code != "internal" and wrong.hint
    missing = list(client.generate(Generate(song=song.digest, model="no-such-model")))[-1]
    assert isinstance(missing, Failed) and missing.code == "model-missing"
    with pytest.raises(EightcountError) as caught:
        client.put_song(b"this is no audio at all", "x.mp3")
    assert caught.value.code != "internal"
    stopped = list(client.generate(request, cancelled=lambda: True))[-1]
    assert isinstance(stopped, (Cancelled, Done))
    assert isinstance(finish(client.generate(request)), Done)


def test_half_of_the_cores_are_left_to_blender(monkeypatch):
    import torch

    from eightcount.serve import choreography

    asked = []
    monkeypatch.setattr(torch, "set_num_threads", asked.append)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    for cores in (None, 1, 2, 6, 64):
        monkeypatch.setattr(choreography.os, "cpu_count", lambda cores=cores: cores)
        choreography.leave_room()
    assert asked == [1, 1, 1, 3, 4]
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    choreography.leave_room()
    assert len(asked) == 5
