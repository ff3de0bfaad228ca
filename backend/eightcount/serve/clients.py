"""Who is connected, and a short line of messages in front of each.

The ROUTER's own queue is bounded; what does not fit waits here, also bounded, and while it waits
the worker is given no room to go on: a frozen Blender cannot fill the backend's memory. A client
that takes nothing for a quarter of an hour is dropped. Not sooner: a render started by a script
keeps Blender's Python, and so the add-on's thread, standing still for its whole length.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field

import zmq

from eightcount.wire import framing
from eightcount.wire.messages import Frames, Message, Pong, Progress

Parts = list[bytes | memoryview]

LINE_LENGTH = 64
ROOM_FOR_WORK = 4
SLOW_SECONDS = 900.0
UNHEARD_SECONDS = 1800.0


@dataclass
class Guest:
    """One client. ``name`` is "" until it said hello; times are monotonic seconds."""

    identity: bytes
    name: str = ""
    line: deque[tuple[Message, Parts]] = field(default_factory=deque)
    heard: float = field(default_factory=time.monotonic)
    moved: float = field(default_factory=time.monotonic)


class Guests:
    """All clients and their lines to the ROUTER ``socket`` (which must be mandatory)."""

    def __init__(self, socket: zmq.Socket) -> None:
        self._socket = socket
        self._guests: dict[bytes, Guest] = {}

    def __iter__(self):
        return iter(list(self._guests.values()))

    def meet(self, identity: bytes) -> Guest:
        """The guest with this identity, who was just heard."""
        guest = self._guests.setdefault(identity, Guest(identity))
        guest.heard = time.monotonic()
        return guest

    def has_room(self, identity: bytes) -> bool:
        """May the worker's next message be put into this guest's line? Gone guests take all."""
        guest = self._guests.get(identity)
        return guest is None or len(guest.line) < ROOM_FOR_WORK

    def say(self, identity: bytes, message: Message, parts: Parts | None = None) -> None:
        """Put a message (encoded already: ``parts``) into the guest's line; flush sends it.

        Guests that are gone hear nothing.
        """
        guest = self._guests.get(identity)
        if guest is None or (guest.line and isinstance(message, Pong)):
            return
        guest.line.append((message, framing.encode(message) if parts is None else parts))

    def say_all(self, message: Message) -> None:
        """Say it to everyone who said hello."""
        for guest in self:
            if guest.name:
                self.say(guest.identity, message)

    def forget_work(self, identity: bytes, job: str) -> None:
        """Take a job's frames and progress out of the line: it was cancelled."""
        guest = self._guests.get(identity)
        if guest is not None:
            kept = [
                (message, parts)
                for message, parts in guest.line
                if message.job != job or not isinstance(message, (Frames, Progress))
            ]
            guest.line = deque(kept)

    def flush(self) -> list[Guest]:
        """Send what the socket takes; the guests that are gone or too slow, now forgotten."""
        now = time.monotonic()
        lost = []
        for guest in self:
            alive = self._flush_one(guest, now)
            slow = guest.line and now - guest.moved > SLOW_SECONDS
            unheard = now - guest.heard > UNHEARD_SECONDS
            if not alive or slow or unheard or len(guest.line) > LINE_LENGTH:
                del self._guests[guest.identity]
                lost.append(guest)
        return lost

    @property
    def waiting(self) -> bool:
        """True while any line has a message in it."""
        return any(guest.line for guest in self)

    def _flush_one(self, guest: Guest, now: float) -> bool:
        """False where the guest is no longer connected."""
        if not guest.line:
            guest.moved = now
        while guest.line:
            try:
                self._socket.send_multipart([guest.identity, *guest.line[0][1]], zmq.NOBLOCK)
            except zmq.Again:
                return True
            except zmq.ZMQError as error:
                if error.errno != zmq.EHOSTUNREACH:
                    raise
                return False
            guest.line.popleft()
            guest.moved = now
        return True
