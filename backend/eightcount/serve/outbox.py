"""The worker's way to the socket's loop: a bounded queue and a wake-up.

Bounded on purpose: when a client is slow to take its frames, the worker waits instead of piling
them up in memory.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from dataclasses import dataclass

import zmq

from eightcount.serve.engine import EngineInfo
from eightcount.serve.jobs import Job
from eightcount.wire import framing
from eightcount.wire.messages import Message

_ADDRESS = "inproc://eightcount-outbox"


@dataclass(frozen=True)
class Answer:
    """A message of a job, with its parts: encoding is work, and its faults are the worker's."""

    job: Job
    message: Message
    parts: list[bytes | memoryview]

    @classmethod
    def of(cls, job: Job, message: Message) -> Answer:
        """Encode the message. Raises WireError, ValueError for what cannot be sent."""
        return cls(job, message, framing.encode(message))


@dataclass(frozen=True)
class News:
    """The backend's state changed. ``info`` None: no model is loaded, and ``problem`` says why."""

    state: str
    models: tuple[str, ...]
    info: EngineInfo | None = None
    problem: str = ""


class Outbox:
    """One thread puts, the loop takes. ``socket`` becomes readable when there is something."""

    def __init__(self, context: zmq.Context, size: int = 8) -> None:
        self._items: queue.Queue[Answer | News] = queue.Queue(maxsize=size)
        self._closed = threading.Event()
        self.socket = context.socket(zmq.PULL)
        self.socket.bind(_ADDRESS)
        # The wake-ups carry nothing: losing one beyond the first that waits does no harm.
        self._bell = context.socket(zmq.PUSH)
        self._bell.sndhwm = self.socket.rcvhwm = 64
        self._bell.linger = 0
        self._bell.connect(_ADDRESS)

    def put(self, item: Answer | News, *, give_up: threading.Event | None = None) -> bool:
        """Wait for room; False where ``give_up`` was set or the loop has ended meanwhile."""
        while not self._closed.is_set() and not (give_up and give_up.is_set()):
            try:
                self._items.put(item, timeout=0.05)
            except queue.Full:
                continue
            self._ring()
            return True
        return False

    def offer(self, item: Answer | News) -> None:
        """Put the item where there is room, drop it where there is none."""
        try:
            self._items.put_nowait(item)
        except queue.Full:
            return
        self._ring()

    def silence_bell(self) -> None:
        """Take all wake-ups off the socket."""
        while True:
            try:
                self.socket.recv(zmq.NOBLOCK)
            except zmq.Again:
                return

    def take(self) -> Answer | News | None:
        """The next item, or None. Does not wait."""
        try:
            return self._items.get_nowait()
        except queue.Empty:
            return None

    def close(self) -> None:
        """The loop has ended: whoever waits in ``put`` goes on."""
        self._closed.set()

    def _ring(self) -> None:
        if self._closed.is_set():
            return
        with contextlib.suppress(zmq.ZMQError):
            self._bell.send(b"", zmq.NOBLOCK)
