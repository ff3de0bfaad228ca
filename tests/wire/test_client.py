"""The client against a backend whose every word the test chooses (no process, no engine)."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import zmq

from eightcount.motion.errors import EightcountError
from eightcount.wire.client import Client, finish
from eightcount.wire.connection import Connection
from eightcount.wire.framing import encode
from eightcount.wire.messages import (
    PROTOCOL,
    Cancelled,
    Closing,
    Done,
    Failed,
    Frames,
    Generate,
    Message,
    Pong,
    Progress,
    Welcome,
)

WELCOME = Welcome(
    program_version="9", protocol=PROTOCOL, model="m", device="cpu", state="ready", log_file="b.log"
)
DONE = Done(job="now", frames=2, fps=30.0, seed=1, model="m", genre="g")


def two_frames(job: str) -> Frames:
    return Frames(
        job=job,
        first_frame=0,
        count=2,
        fps=30.0,
        rotations=np.zeros((2, 24, 4), np.float32),
        translation=np.zeros((2, 3), np.float32),
        contacts=np.zeros((2, 4), np.float32),
    )


class Puppet(threading.Thread):
    """A CURVE server that answers by a script: kind -> parts of each answer."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.context = zmq.Context()
        self.script: dict[bytes, list[list[bytes]]] = {}
        self.heard: list[bytes] = []
        self.over = threading.Event()
        public, secret = zmq.curve_keypair()
        self.socket = self.context.socket(zmq.ROUTER)
        self.socket.linger = 0
        self.socket.curve_server = True
        self.socket.curve_publickey, self.socket.curve_secretkey = public, secret
        self.socket.bind("tcp://127.0.0.1:*")
        client_public, client_secret = zmq.curve_keypair()
        self.connection = Connection(
            endpoint=self.socket.last_endpoint.decode().rstrip("\0"),
            server_public_key=public.decode(),
            client_public_key=client_public.decode(),
            client_secret_key=client_secret.decode(),
            pid=os.getpid(),
            host=socket.gethostname(),
            version="9",
        )

    def on(self, kind: str, *answers: Message, version: int = PROTOCOL) -> None:
        self.script[b'"kind":"%s"' % kind.encode()] = [encode(a, version) for a in answers]

    def run(self) -> None:
        while not self.over.is_set():
            if not self.socket.poll(20):
                continue
            identity, header, *_ = self.socket.recv_multipart()
            self.heard.append(header)
            for mark, answers in self.script.items():
                if mark in header:
                    for parts in answers:
                        self.socket.send_multipart([identity, *parts])
        self.context.destroy(linger=0)


@pytest.fixture
def puppet() -> Iterator[Puppet]:
    found = Puppet()
    found.start()
    yield found
    found.over.set()
    found.join(5)


@pytest.fixture
def client(puppet) -> Iterator[Client]:
    with Client(puppet.connection, name="test", silence=1.0) as found:
        yield found


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(EightcountError) as caught:
        act()
    return caught.value.code


def test_hello_brings_the_welcome(puppet, client):
    puppet.on("hello", Pong(), WELCOME)
    assert client.hello() == WELCOME and client.welcome == WELCOME
    assert b'"client":"test"' in puppet.heard[0]


@pytest.mark.parametrize(("version", "side"), [(PROTOCOL - 1, "backend"), (PROTOCOL + 1, "add-on")])
def test_a_welcome_of_another_version_names_the_side_to_update(puppet, client, version, side):
    puppet.on("hello", WELCOME, version=version)
    with pytest.raises(EightcountError) as caught:
        client.hello()
    assert caught.value.code == "version-skew" and f"Update the {side}" in caught.value.hint


def test_messages_of_an_older_job_are_not_taken_for_this_ones(puppet, client):
    old = [two_frames("old"), Progress(job="old", stage="refining"), Cancelled(job="old")]
    puppet.on("generate", *old, two_frames("now"), old[0], DONE)
    messages = list(client.generate(Generate(job="now", song="x")))
    assert [type(message) for message in messages] == [Frames, Done]


def test_silence_ends_every_call(puppet, client):
    assert code_of(lambda: client.hello(timeout=0.3)) == "backend-silent"
    began = time.monotonic()
    assert code_of(lambda: finish(client.generate(Generate(song="x")))) == "backend-silent"
    assert time.monotonic() - began < 30


def test_heartbeats_alone_do_not_keep_a_job_waiting_for_ever(puppet, client):
    puppet.on("ping", Pong())
    client.silence = 60
    follow = client.generate(Generate(song="x"), patience=0.5)
    assert code_of(lambda: finish(follow)) == "backend-stuck"
    assert client.receive(1.0) is None
    assert any(b'"kind":"cancel"' in header for header in puppet.heard)


def test_a_backend_that_forgot_us_is_a_lost_connection(puppet, client):
    puppet.on("hello", Pong(state="unknown"), WELCOME)
    puppet.on("generate", Pong(state="unknown"))
    client.hello()
    assert code_of(lambda: finish(client.generate(Generate(song="x")))) == "connection-lost"


def test_last_words_are_the_reason(puppet, client):
    puppet.on("hello", WELCOME)
    puppet.on("generate", Closing(reason="It was stopped."))
    client.hello()
    with pytest.raises(EightcountError, match=r"It was stopped. .* b\.log"):
        finish(client.generate(Generate(song="x")))


def test_failed_and_cancelled_are_data_until_finish_raises_them(puppet, client):
    failed = Failed(job="now", code="genre-unknown", sentence="No.", hint="Choose.")
    puppet.on("generate", failed)
    request = Generate(job="now", song="x")
    assert list(client.generate(request)) == [failed]
    with pytest.raises(EightcountError, match="No. Choose."):
        finish(client.generate(request))
    puppet.on("generate", Cancelled(job="now"))
    assert code_of(lambda: finish(client.generate(request))) == "cancelled"


def test_a_refused_message_raises_instead_of_waiting(puppet, client):
    puppet.on("generate", Failed(code="wire-garbled", sentence="What?"))
    assert code_of(lambda: list(client.generate(Generate(song="x")))) == "wire-garbled"


def test_a_song_too_large_is_refused_before_it_is_sent(client, monkeypatch):
    from eightcount.wire import framing

    monkeypatch.setattr(framing, "MAX_MESSAGE_BYTES", framing.MAX_HEADER_BYTES + 10)
    assert code_of(lambda: client.put_song(b"x" * 11)) == "song-too-large"
