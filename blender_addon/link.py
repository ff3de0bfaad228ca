# SPDX-License-Identifier: GPL-3.0-or-later
"""The thread that talks to the backend. There is no bpy in this file, and must never be.

Rules of the two threads:
- The thread owns the client (its ZeroMQ socket) and the backend's process; nobody else touches them.
- The main thread calls `order`, `cancel`, `stop` and `events`; all only pass through queues.
- Each order is answered by exactly one `Ended`, also when the backend dies or the link is stopped.
- Each order has a job name of its own, and messages of other jobs are dropped: an answer to a
  cancelled job can never be taken for an answer to the next.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import subprocess
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path

from eightcount.motion.errors import EightcountError
from eightcount.wire.client import Client, as_error
from eightcount.wire.connection import read_connection
from eightcount.wire.launch import Launched, is_up, launch_backend
from eightcount.wire.messages import (
    AskSong,
    Cancelled,
    Done,
    Failed,
    Frames,
    Generate,
    Message,
    Progress,
    PutSong,
    SongReady,
    Welcome,
    new_job,
)

from .song_file import Digests, song_bytes

log = logging.getLogger("eightcount.addon")

#: how long one look at the socket lasts; an order waits at most this long before it goes out.
LOOK_SECONDS = 0.03
START_SECONDS = 60.0
#: silence after which a backend counts as dead: while it loads torch and its model, cold from a disk, it
#: may be silent for long. That its process ended is noticed at once in any case.
SILENCE, FIRST_SILENCE = 10.0, 60.0
#: a cancelled job that the backend never ends counts as ended after this.
CANCEL_SECONDS = 10.0
GOODBYE_SECONDS = 3.0


@dataclass(frozen=True)
class BackendPlan:
    """How to reach a backend.

    Attributes:
        python: interpreter of the backend's environment, which is started as a process of ours.
        connection_file: of a backend that runs already (on another machine, say); nothing is
            started then, and `python` is not used.
        model, device: handed to the backend; "" is its own choice.
        name: who we are, for the backend's log.
        program: what the interpreter runs, if not the backend itself (for tests).
        network_allowed: whether a backend on another machine may be talked to.
    """

    python: str = ""
    connection_file: str = ""
    model: str = ""
    device: str = ""
    log_level: str = "info"
    name: str = "Blender"
    program: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    network_allowed: bool = True


@dataclass(frozen=True)
class Order:
    """A take to make or to edit: the song's bytes or file, and the request.

    ``request.song`` is filled in here, and with ``to_song_end`` the end of an edit's range as well.
    """

    job: str
    song: bytes | Path
    song_name: str
    request: Generate
    to_song_end: bool = False


# --- what comes out ----------------------------------------------------------------------------


@dataclass(frozen=True)
class BackendChanged:
    """The backend's state: "starting", "warming", "ready", "failed" or "stopped"."""

    state: str
    welcome: Welcome | None = None
    error: EightcountError | None = None


@dataclass(frozen=True)
class Ended:
    """The one answer to an order: ``done``, or ``error``, or neither: it was cancelled."""

    job: str
    done: Done | None = None
    error: EightcountError | None = None


Event = BackendChanged | Ended | Progress | SongReady | Frames


@dataclass
class _Running:
    """An order under way. ``wire_job`` names the message on the wire that we wait for."""

    order: Order
    wire_job: str = ""
    sent_song: bool = False
    cancelled_at: float | None = None
    digest: str = ""


@dataclass(frozen=True)
class _CancelWish:
    job: str


class Link:
    """One backend and the thread that talks to it. Made and started once, stopped once."""

    def __init__(self, plan: BackendPlan) -> None:
        self.plan = plan
        self._inbox: queue.SimpleQueue[Order | _CancelWish] = queue.SimpleQueue()
        self._outbox: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._running: dict[str, _Running] = {}
        self._digests = Digests()
        self._launched: Launched | None = None
        self._thread = threading.Thread(target=self._run, name="eightcount-link", daemon=True)

    # --- called by the main thread -----------------------------------------------------------

    def start(self) -> None:
        """Start the thread; the first event is "starting"."""
        self._thread.start()

    def order(self, order: Order) -> None:
        """Have a take made; its events carry ``order.job``."""
        self._inbox.put(order)

    def cancel(self, job: str) -> None:
        """Have an order stopped; its `Ended` says when it has."""
        self._inbox.put(_CancelWish(job))

    def events(self) -> queue.SimpleQueue[Event]:
        """The queue of events, to be emptied by the main thread with ``get_nowait``."""
        return self._outbox

    def stop(self, wait: float = 0.0) -> None:
        """End the conversation, and the backend where it is ours; wait so many seconds for it."""
        self._stopping.set()
        if wait and self._thread.is_alive():
            self._thread.join(wait)

    @property
    def alive(self) -> bool:
        """True while the thread runs."""
        return self._thread.is_alive()

    # --- the thread --------------------------------------------------------------------------

    def _run(self) -> None:
        fault: EightcountError | None = None
        client: Client | None = None
        try:
            self._outbox.put(BackendChanged("starting"))
            client = self._connect()
            while client is not None and not self._stopping.is_set():
                self._take_orders(client)
                message = client.receive(LOOK_SECONDS)
                if message is not None:
                    self._handle(client, message)
                self._give_up_deaf()
        except EightcountError as error:
            fault = error
        except Exception as error:  # the thread must never die without an answer
            log.exception("the link failed")
            fault = EightcountError(
                "link-failed",
                f"The add-on's connection failed: {error}.",
                "Start the backend again; Blender's console has the details.",
            )
        self._close(client, fault)

    def _connect(self) -> Client | None:
        """A client whose backend has said hello; None where we were stopped meanwhile."""
        path = Path(self.plan.connection_file) if self.plan.connection_file else self._launch()
        if path is None:
            return None
        connection = read_connection(path)
        local = "//127.0.0.1:" in connection.endpoint
        if not (local or self.plan.network_allowed):
            raise EightcountError(
                "offline",
                "This backend is on another machine and Blender may not use the network.",
                "Allow online access in Preferences > System > Network.",
            )
        first = FIRST_SILENCE if self._launched is not None else SILENCE
        client = Client(connection, name=self.plan.name, silence=first)
        try:
            self._welcome(client, client.hello(first))
        except BaseException:
            client.close()
            raise
        return client

    def _launch(self) -> Path | None:
        """Start the backend and wait until it listens; None where we were stopped meanwhile."""
        extra = {"program": self.plan.program} if self.plan.program else {}
        self._launched = launch_backend(
            self.plan.python,
            owner_pid=os.getpid(),
            model=self.plan.model,
            device=self.plan.device,
            arguments=("--log-level", self.plan.log_level),
            environment=dict(self.plan.environment),
            **extra,
        )
        deadline = time.monotonic() + START_SECONDS
        while not is_up(self._launched):
            if self._stopping.wait(0.03):
                return None
            if time.monotonic() > deadline:
                raise EightcountError(
                    "backend-start",
                    f"The backend did not start within {START_SECONDS:.0f} s.",
                    f"All it said is in {self._launched.output}.",
                )
        return self._launched.connection_file

    def _welcome(self, client: Client, welcome: Welcome) -> None:
        client.silence = FIRST_SILENCE if welcome.state == "warming" else SILENCE
        self._tell(welcome)

    def _take_orders(self, client: Client) -> None:
        while True:
            try:
                wish = self._inbox.get_nowait()
            except queue.Empty:
                return
            if isinstance(wish, _CancelWish):
                self._cancel(client, wish.job)
            else:
                self._begin(client, wish)

    def _begin(self, client: Client, order: Order) -> None:
        running = _Running(order)
        self._running[order.job] = running
        try:
            running.digest = self._digests.of(order.song, order.song_name)
        except EightcountError as error:
            self._end(order.job, error=error)
            return
        self._send(client, running, AskSong(job=new_job(), digest=running.digest))

    def _put_song(self, client: Client, running: _Running) -> None:
        """The backend does not have the song yet."""
        running.sent_song, order = True, running.order
        try:
            data = song_bytes(order.song, order.song_name)
        except EightcountError as error:
            self._end(order.job, error=error)
            return
        put = PutSong.of(data, order.song_name)
        running.digest = put.digest
        self._send(client, running, put)

    def _send(self, client: Client, running: _Running, message: Message) -> None:
        running.wire_job = message.job
        client.send(message)

    def _cancel(self, client: Client, job: str) -> None:
        running = self._running.get(job)
        if running is not None and running.cancelled_at is None:
            running.cancelled_at = time.monotonic()
            client.cancel(running.wire_job)

    def _handle(self, client: Client, message: Message) -> None:
        if isinstance(message, Welcome):
            self._welcome(client, message)
            return
        running = next((r for r in self._running.values() if r.wire_job == message.job), None)
        if running is None:
            if isinstance(message, Failed) and not message.job:
                raise as_error(message)  # the backend did not understand us at all
            return
        job = running.order.job
        if isinstance(message, Cancelled):
            self._end(job)
        elif running.cancelled_at is not None and isinstance(message, (SongReady, Done, Failed)):
            self._end(job)  # the step was over before the cancel got there
        elif running.cancelled_at is not None:
            return
        elif isinstance(message, SongReady):
            self._outbox.put(replace(message, job=job, name=running.order.song_name))
            request = replace(running.order.request, job=new_job(), song=running.digest)
            if running.order.to_song_end:
                request = replace(request, range_stop=max(message.seconds - request.start, 0.0))
            self._send(client, running, request)
        elif _asks_for_song(message) and not running.sent_song:
            self._put_song(client, running)
        elif isinstance(message, Failed):
            self._end(job, error=as_error(message))
        elif isinstance(message, Done):
            self._end(job, done=message)
        elif isinstance(message, (Progress, Frames)):
            self._outbox.put(replace(message, job=job))

    def _give_up_deaf(self) -> None:
        now = time.monotonic()
        for job, running in list(self._running.items()):
            if running.cancelled_at is not None and now - running.cancelled_at > CANCEL_SECONDS:
                self._end(job)

    def _end(
        self, job: str, *, done: Done | None = None, error: EightcountError | None = None
    ) -> None:
        """The order's one answer: `_running` holds it no more, so there cannot be a second."""
        if self._running.pop(job, None) is not None:
            self._outbox.put(Ended(job, done, error))

    def _tell(self, welcome: Welcome) -> None:
        error = None
        if welcome.state == "failed":
            error = EightcountError("model-unusable", welcome.problem)
        self._outbox.put(BackendChanged(welcome.state, welcome, error))

    def _close(self, client: Client | None, fault: EightcountError | None) -> None:
        """End every open order, the client, and the backend where it is ours."""
        while True:
            try:
                wish = self._inbox.get_nowait()
            except queue.Empty:
                break
            if isinstance(wish, Order):
                self._running[wish.job] = _Running(wish)
        for job in list(self._running):
            self._end(job, error=fault)
        if client is not None:
            if fault is None and self._launched is not None:
                with contextlib.suppress(Exception):
                    client.shutdown(GOODBYE_SECONDS)
            client.close()
        if self._launched is not None:
            _bury(self._launched)
        self._outbox.put(BackendChanged("failed" if fault else "stopped", error=fault))


def _asks_for_song(message: Message) -> bool:
    return isinstance(message, Failed) and message.code == "song-unknown"


def _bury(launched: Launched) -> None:
    """Make sure that the backend's process has ended, and take its exit status."""
    process = launched.process
    try:
        process.wait(GOODBYE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GOODBYE_SECONDS)
