"""The backend as a process: who may talk to it, and how it lives and ends."""

from __future__ import annotations

import json
import os
import random
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import zmq

import eightcount
from eightcount.motion.errors import EightcountError
from eightcount.wire.client import Client
from eightcount.wire.connection import read_connection
from eightcount.wire.framing import encode
from eightcount.wire.launch import launch_backend, wait_for_connection
from eightcount.wire.messages import (
    TERMINAL,
    Cancelled,
    Done,
    Failed,
    Frames,
    Generate,
    Hello,
    Ping,
    Pong,
    Release,
)

SONG = b"12 seconds!!"
CAPTURE = {"capture_output": True, "text": True, "check": False}
POSIX = pytest.mark.skipif(os.name != "posix", reason="POSIX modes and signals")


def wait_for(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def backend_environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(eightcount.__file__).parents[1])}


def ended(backend) -> bool:
    return wait_for(lambda: backend.process.poll() is not None)


# --- who may talk to it ----------------------------------------------------------------------


@POSIX
def test_the_connection_file_is_the_owners_alone(backend):
    path = backend.launched.connection_file
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    found = json.loads(path.read_text())
    assert found["endpoint"].startswith("tcp://127.0.0.1:") and found["pid"] == backend.process.pid


def test_a_stranger_without_the_key_hears_nothing(backend):
    known = read_connection(backend.launched.connection_file)
    public, secret = (key.decode() for key in zmq.curve_keypair())
    stranger = Client(replace(known, client_public_key=public, client_secret_key=secret))
    backend.clients.append(stranger)
    with pytest.raises(EightcountError) as caught:
        stranger.hello(timeout=1.0)
    assert caught.value.code == "backend-silent"
    assert backend.client().hello(timeout=5).pid == backend.process.pid


def test_a_caller_without_encryption_hears_nothing(backend):
    known = read_connection(backend.launched.connection_file)
    with zmq.Context() as context, context.socket(zmq.DEALER) as plain:
        plain.linger = 0
        plain.connect(known.endpoint)
        plain.send_multipart(encode(Hello(client="plain", program_version="0")))
        assert not plain.poll(500)
    assert backend.client().hello(timeout=5).pid == backend.process.pid


# --- garbage -----------------------------------------------------------------------------------


def garbage(dice: random.Random) -> list[bytes]:
    """Parts that are no message: noise, cut or changed headers, wrong buffers."""
    good = encode(Generate(job="j", song="a" * 64))[0]
    noise = [dice.randbytes(dice.randrange(200)) for _ in range(dice.randrange(1, 12))]
    position = dice.randrange(len(good))
    wrong = json.loads(good)
    wrong[dice.choice([*wrong, "extra"])] = dice.choice(
        [None, [], {}, -1, 1e300, "x" * 5000, True, {"a": [1]}, [[1]]]
    )
    choices = [
        noise,
        [good[:position]],
        [good[:position] + dice.randbytes(1) + good[position + 1 :]],
        [b"[" * 100_000],
        [b"{}"],
        [json.dumps(wrong).encode(), *noise[:2]],
        [b"\x80\x04cos\nsystem\n(S'echo'\ntR."],
        [good.replace(b'"buffers":[]', b'"buffers":[{"name":"a","dtype":"O","shape":[1]}]'), b"1"],
    ]
    return dice.choice(choices)


def test_garbage_is_answered_with_failed_and_survived(backend):
    client = backend.ready_client()
    dice = random.Random(1)
    for sent in range(1, 301):
        client._socket.send_multipart(garbage(dice))
        if sent % 20 == 0:
            # A lucky change may still be a valid message: then its own failure is the answer.
            answers = [client.receive(5) for _ in range(20)]
            answers = [a if not isinstance(a, Pong) else client.receive(5) for a in answers]
            assert {type(answer) for answer in answers} == {Failed}
    song = client.put_song(SONG)
    assert isinstance(list(client.generate(Generate(song=song.digest)))[-1], Done)


def test_an_older_and_a_newer_client_learn_which_side_to_update(backend):
    client = backend.ready_client()
    for version, side in ((0, "Update the add-on"), (99, "Update the backend")):
        client._socket.send_multipart(encode(Hello(client="x", program_version="9"), version))
        answer = client.receive(5)
        assert isinstance(answer, Failed) and answer.code == "version-skew"
        assert answer.hint.startswith(side)


# --- staying in touch ----------------------------------------------------------------------------


def test_heartbeats_are_answered_while_work_goes_on(backend):
    client = backend.ready_client()
    song = client.put_song(SONG)
    running = client.generate(Generate(song=song.digest, genre="deaf"))
    next(running)
    client.send(Ping(count=77))
    seen = iter(lambda: client.receive(5), None)
    assert next(m for m in seen if isinstance(m, Pong) and m.count == 77).state == "ready"


def test_a_client_that_said_no_hello_is_told_so(backend):
    client = backend.client()
    client.send(Ping(count=1))
    assert client.receive(5) == Pong(count=1, state="unknown")


def test_a_slow_client_stops_the_work_instead_of_filling_memory(backend):
    client = backend.ready_client()
    song = client.put_song(b"x" * 30_000)
    client.send(Generate(job="long", song=song.digest, genre="quick"))
    assert wait_for(lambda: backend.steps > 20)
    held = -1
    for _ in range(40):  # until nothing moves any more
        time.sleep(0.2)
        if held == (held := backend.steps):
            break
    assert held < 59_000, "the work did not wait for the client"
    client.cancel("long")
    last = next(m for m in iter(lambda: client.receive(5), None) if isinstance(m, TERMINAL))
    assert isinstance(last, Cancelled) and last.job == "long"


def test_work_for_a_client_that_left_stops(backend):
    client, other = backend.ready_client(), backend.ready_client()
    song = client.put_song(b"x" * 3000)
    client.send(Generate(job="left", song=song.digest, genre="slow"))
    assert wait_for(lambda: backend.steps > 3)
    client.close()
    backend.clients.remove(client)

    def is_free() -> bool:
        asked = list(other.generate(Generate(song=song.digest, genre="quick", seconds=1)))
        return isinstance(asked[-1], Done)

    assert wait_for(is_free)


def test_release_reaches_the_engine(backend):
    client = backend.ready_client()
    steps = backend.steps
    client.send(Release())
    assert wait_for(lambda: backend.steps == steps + 1)


# --- its end -------------------------------------------------------------------------------------


def test_a_backend_killed_mid_stream_is_noticed(backend):
    client = backend.ready_client()
    song = client.put_song(SONG)
    with pytest.raises(EightcountError) as caught:
        for message in client.generate(Generate(song=song.digest, genre="slow")):
            if isinstance(message, Frames) and backend.process.poll() is None:
                backend.process.kill()
                backend.process.wait()
    assert caught.value.code == "backend-gone" and caught.value.hint.startswith("Start the backend")


def test_a_backend_that_crashes_mid_stream_is_noticed(backend):
    client = backend.ready_client()
    song = client.put_song(SONG)
    with pytest.raises(EightcountError) as caught:
        list(client.generate(Generate(song=song.digest, genre="die")))
    assert caught.value.code == "backend-gone"


@POSIX
def test_a_frozen_backend_is_noticed_by_its_silence(backend):
    client = backend.ready_client(silence=1.0)
    backend.process.send_signal(signal.SIGSTOP)
    with pytest.raises(EightcountError) as caught:
        for _ in range(100):
            client.receive(0.1)
    backend.process.send_signal(signal.SIGCONT)
    assert caught.value.code == "backend-silent"


def test_it_ends_with_its_owner(start):
    owner = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    backend = start(owner_pid=owner.pid)
    client = backend.ready_client()
    song = client.put_song(SONG)
    client.send(Generate(job="long", song=song.digest, genre="deaf"))
    owner.kill()
    owner.wait()
    assert ended(backend) and backend.process.returncode == 0
    assert not backend.launched.connection_file.exists()


def test_it_ends_when_nobody_is_heard(start):
    backend = start(arguments=("--silence", "1"))
    client = backend.ready_client()
    for _ in range(15):  # heartbeats count as a sign of life
        client.send(Ping())
        assert client.receive(0.1) or True
        time.sleep(0.1)
    assert backend.process.poll() is None
    assert ended(backend)


@POSIX
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(start, number):
    backend = start()
    client = backend.ready_client()
    song = client.put_song(SONG)
    running = client.generate(Generate(song=song.digest, genre="slow"))
    next(running)
    backend.process.send_signal(number)
    last = list(running)[-1]
    assert isinstance(last, Failed) and last.code == "backend-closing"
    with pytest.raises(EightcountError, match="The backend was stopped"):
        client.receive(5)
    assert ended(backend) and backend.process.returncode == 0
    assert not backend.launched.connection_file.exists()


def test_shutdown_is_obeyed_though_the_work_is_deaf(backend):
    client = backend.ready_client()
    song = client.put_song(SONG)
    client.send(Generate(job="long", song=song.digest, genre="deaf"))
    assert client.shutdown()
    assert ended(backend) and backend.process.returncode == 0


def test_two_backends_at_once_do_not_meet(start):
    first, second = start(), start()
    one, two = first.ready_client(), second.ready_client()
    assert one.connection.endpoint != two.connection.endpoint
    song = one.put_song(SONG)
    answer = list(two.generate(Generate(song=song.digest)))[-1]
    assert isinstance(answer, Failed) and answer.code == "song-unknown"


def test_nothing_heavy_is_imported_before_the_socket_listens():
    code = (
        "import sys, eightcount.serve.command, eightcount.serve.choreography\n"
        "print([m for m in ('torch', 'librosa', 'numba', 'scipy') if m in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], env=backend_environment(), **CAPTURE)
    assert said.stdout.strip() == "[]", said.stderr


def test_a_start_that_fails_says_why_in_one_sentence(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    launched = launch_backend(
        sys.executable,
        connection_file=tmp_path / "c.json",
        arguments=("--log-file", str(file / "x.log")),
        environment=backend_environment(),
    )
    with pytest.raises(EightcountError, match="the backend cannot start"):
        wait_for_connection(launched, 20)
    assert launched.process.wait() == 1
    with pytest.raises(EightcountError) as caught:
        launch_backend(tmp_path / "no-python", connection_file=tmp_path / "d.json")
    assert caught.value.code == "backend-missing"
