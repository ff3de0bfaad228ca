"""The socket loop of the backend.

One thread owns the ROUTER socket and is never blocked by work: it reads requests, hands jobs to the
worker, and passes the worker's messages on as fast as each client takes them. It alone decides
which message is a job's last: after that one, nothing of the job goes out.
"""

from __future__ import annotations

import logging
import os
import signal
import socket as network
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import zmq

from eightcount import __version__
from eightcount.motion.errors import EightcountError
from eightcount.serve.clients import Guest, Guests
from eightcount.serve.engine import Engine
from eightcount.serve.gate import Gate, Keys, lock
from eightcount.serve.jobs import Job, JobBook
from eightcount.serve.outbox import Answer, News, Outbox
from eightcount.serve.owner import OwnerWatch
from eightcount.serve.songs import CACHE_BYTES, SongCache
from eightcount.serve.validate import read_request
from eightcount.serve.worker import Worker
from eightcount.wire import framing
from eightcount.wire.connection import Connection, write_connection
from eightcount.wire.messages import (
    PROTOCOL,
    TERMINAL,
    AskSong,
    Cancel,
    Cancelled,
    Closing,
    EditTake,
    Failed,
    Generate,
    Hello,
    Message,
    Ping,
    Pong,
    Progress,
    PutSong,
    Release,
    Shutdown,
    Welcome,
)

log = logging.getLogger(__name__)

BEAT_SECONDS = 2.0
IDLE_MILLISECONDS = 200
BUSY_MILLISECONDS = 10
GOODBYE_SECONDS = 1.0
SOCKET_MESSAGES = 8
READ_AT_ONCE = 32
KEEPALIVE_SECONDS = 60


@dataclass(frozen=True)
class Options:
    """How a backend runs. ``silence``: see OwnerWatch; ``log_file`` is told to clients."""

    connection_file: Path
    owner_pid: int | None = None
    silence: float | None = None
    log_file: str = ""
    cache_bytes: int = CACHE_BYTES


class Server:
    """One backend: binds, writes the connection file, serves until told to end."""

    def __init__(self, engine: Engine, options: Options) -> None:
        self._engine = engine
        self._options = options
        self._context = zmq.Context()
        self._keys = Keys.fresh()
        self._gate = Gate(self._context, self._keys)
        self._socket, port = _bind(self._context, self._keys)
        self._endpoint = f"tcp://127.0.0.1:{port}"
        self._guests = Guests(self._socket)
        self._jobs = JobBook()
        self._songs = SongCache(options.cache_bytes)
        self._outbox = Outbox(self._context)
        self._worker = Worker(engine, self._songs, self._outbox)
        self._owner = OwnerWatch(options.owner_pid, options.silence)
        self._welcome = self._first_welcome()
        self._last_beat = time.monotonic()
        self._end = threading.Event()
        self._reason = ""
        self._held: Answer | News | None = None

    def run(self) -> int:
        """Serve until the owner is gone, a client says Shutdown, or a signal comes. Returns 0."""
        self._catch_signals()
        write_connection(self._options.connection_file, self._connection())
        log.info("listening on %s, process %d", self._endpoint, os.getpid())
        self._worker.start()
        try:
            self._loop()
        finally:
            self._close()
        return 0

    def end(self, reason: str) -> None:
        """Ask the loop to end; may be called from a signal handler."""
        self._reason = self._reason or reason
        self._end.set()

    # --- the loop ------------------------------------------------------------------------------

    def _loop(self) -> None:
        poller = zmq.Poller()
        for waited in (self._socket, self._gate.socket, self._outbox.socket):
            poller.register(waited, zmq.POLLIN)
        while not self._end.is_set():
            wait = BUSY_MILLISECONDS if self._guests.waiting or self._held else IDLE_MILLISECONDS
            ready = dict(poller.poll(wait))
            if self._gate.socket in ready:
                self._gate.answer()
            if self._socket in ready:
                self._read()
            self._outbox.silence_bell()
            self._pass_on()
            self._beat()
            self._flush()
            reason = self._owner.reason_to_end()
            if reason:
                self.end(reason)

    def _pass_on(self) -> None:
        """Give the worker's messages to the clients' lines while there is room in them."""
        while True:
            item = self._held or self._outbox.take()
            self._held = None
            if item is None:
                return
            if isinstance(item, News):
                self._announce(item)
            elif self._guests.has_room(item.job.client) or item.job.cancel.is_set():
                self._answer(item)
                self._flush()
            else:
                self._held = item
                return

    def _answer(self, item: Answer) -> None:
        job, message = item.job, item.message
        if job.ended:
            return
        last = isinstance(message, TERMINAL)
        if job.cancel.is_set():
            # Frames of this job were dropped on the way: Done would be a lie now.
            if last and self._jobs.end(job):
                self._guests.say(job.client, Cancelled(job=job.name))
            return
        if not last or self._jobs.end(job):
            self._guests.say(job.client, message, item.parts)

    def _announce(self, news: News) -> None:
        info = news.info
        self._welcome = replace(
            self._welcome, state=news.state, problem=news.problem, models=news.models
        )
        if info is not None:
            self._welcome = replace(
                self._welcome,
                model=info.model,
                device=info.device,
                genres=info.genres,
                capabilities=info.capabilities,
                fps=info.fps,
                seconds_limit=info.seconds_limit,
                licence=info.licence,
            )
        self._guests.say_all(self._welcome)

    def _beat(self) -> None:
        now = time.monotonic()
        if now - self._last_beat < BEAT_SECONDS:
            return
        self._last_beat = now
        self._guests.say_all(Pong(state=self._welcome.state))
        if self._welcome.state == "warming":
            for job in self._jobs:
                self._say_warming(job)

    def _flush(self) -> None:
        for guest in self._guests.flush():
            self._lose(guest)

    def _lose(self, guest: Guest) -> None:
        """Nobody is left to take this guest's answers: stop the work."""
        log.info("client %s is gone", guest.name or "without a name")
        for job in self._jobs.of_client(guest.identity):
            job.withdraw()
            self._jobs.end(job)

    # --- requests ------------------------------------------------------------------------------

    def _read(self) -> None:
        for _ in range(READ_AT_ONCE):
            try:
                identity, *parts = self._socket.recv_multipart(zmq.NOBLOCK, copy=False)
            except zmq.Again:
                return
            self._owner.heard()
            guest = self._guests.meet(identity.bytes)
            try:
                self._handle(guest, read_request([part.buffer for part in parts]))
            except EightcountError as error:
                job = getattr(error, "job", "")
                self._refuse(guest, error, job)
            except Exception:
                log.exception("a fault in the socket loop")
                fault = EightcountError(
                    "internal", "The backend met a fault of its own.", "Its log says more."
                )
                self._refuse(guest, fault, "")

    def _refuse(self, guest: Guest, error: EightcountError, job: str) -> None:
        log.warning("refused a message of %s: %s", guest.name or "a client", error.sentence)
        if self._jobs.find(guest.identity, job):
            # That job's own end is still to come, and there is only one.
            job = ""
        self._guests.say(
            guest.identity,
            Failed(job=job, code=error.code, sentence=error.sentence, hint=error.hint),
        )

    def _handle(self, guest: Guest, message: Message) -> None:
        handlers: dict[type[Message], Callable[[Guest, Message], None]] = {
            Hello: self._on_hello,
            AskSong: self._on_ask_song,
            PutSong: self._on_job,
            Generate: self._on_job,
            EditTake: self._on_job,
            Cancel: self._on_cancel,
            Ping: self._on_ping,
            Release: self._on_release,
            Shutdown: self._on_shutdown,
        }
        handlers[type(message)](guest, message)

    def _on_hello(self, guest: Guest, message: Message) -> None:
        assert isinstance(message, Hello)
        guest.name = message.client or "a client"
        log.info("hello from %s %s", guest.name, message.program_version)
        self._guests.say(guest.identity, self._welcome)

    def _on_ask_song(self, guest: Guest, message: Message) -> None:
        assert isinstance(message, AskSong)
        song = self._songs.get(message.digest)
        if song is None:
            answer: Message = Failed(
                job=message.job,
                code="song-unknown",
                sentence="The backend does not know this song.",
                hint="Send the song.",
            )
        else:
            answer = replace(song.ready, job=message.job)
        self._guests.say(guest.identity, answer)

    def _on_job(self, guest: Guest, message: Message) -> None:
        try:
            job = self._jobs.admit(guest.identity, message)
        except EightcountError as error:
            self._refuse(guest, error, message.job)
            return
        if self._welcome.state == "warming":
            self._say_warming(job)
        self._worker.submit(job)

    def _on_cancel(self, guest: Guest, message: Message) -> None:
        job = self._jobs.find(guest.identity, message.job)
        if job is None:
            return
        self._guests.forget_work(guest.identity, job.name)
        if job.withdraw() and self._jobs.end(job):
            self._guests.say(guest.identity, Cancelled(job=job.name))

    def _on_ping(self, guest: Guest, message: Message) -> None:
        assert isinstance(message, Ping)
        state = self._welcome.state if guest.name else "unknown"
        self._guests.say(guest.identity, Pong(count=message.count, state=state))

    def _on_release(self, guest: Guest, message: Message) -> None:
        if not len(self._jobs):
            self._worker.release()

    def _on_shutdown(self, guest: Guest, message: Message) -> None:
        self.end(f"The backend was asked to end by {guest.name or 'a client'}.")

    def _say_warming(self, job: Job) -> None:
        self._guests.say(job.client, Progress(job=job.name, stage="warming up"))

    # --- beginning and end ---------------------------------------------------------------------

    def _first_welcome(self) -> Welcome:
        info = self._engine.describe()
        return Welcome(
            program_version=__version__,
            protocol=PROTOCOL,
            model=info.model,
            device=info.device,
            state="warming",
            pid=os.getpid(),
            log_file=self._options.log_file,
        )

    def _connection(self) -> Connection:
        return Connection(
            endpoint=self._endpoint,
            server_public_key=self._keys.server_public.decode("ascii"),
            client_public_key=self._keys.client_public.decode("ascii"),
            client_secret_key=self._keys.client_secret.decode("ascii"),
            pid=os.getpid(),
            host=network.gethostname(),
            version=__version__,
        )

    def _catch_signals(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
            if hasattr(signal, name):
                number = getattr(signal, name)
                signal.signal(number, lambda *_: self.end("The backend was stopped."))

    def _close(self) -> None:
        """End all jobs, say goodbye, remove the connection file, stop the worker."""
        self._options.connection_file.unlink(missing_ok=True)
        reason = self._reason or "The backend ended."
        log.info("ending: %s", reason)
        self._outbox.close()
        for job in self._jobs:
            job.withdraw()
            self._guests.forget_work(job.client, job.name)
            if self._jobs.end(job):
                self._guests.say(
                    job.client,
                    Failed(
                        job=job.name,
                        code="backend-closing",
                        sentence=reason,
                        hint="Start the backend again.",
                    ),
                )
        self._guests.say_all(Closing(reason=reason))
        until = time.monotonic() + GOODBYE_SECONDS
        while self._guests.waiting and time.monotonic() < until:
            self._guests.flush()
            time.sleep(BUSY_MILLISECONDS / 1000)
        self._worker.stop()
        self._worker.join(GOODBYE_SECONDS)
        self._context.destroy(linger=int(GOODBYE_SECONDS * 1000))

    @property
    def is_working(self) -> bool:
        """True while the worker has not stopped, e.g. in a long call into another library."""
        return self._worker.is_alive()


def _bind(context: zmq.Context, keys: Keys) -> tuple[zmq.Socket, int]:
    socket = context.socket(zmq.ROUTER)
    lock(socket, keys)
    socket.router_mandatory = True
    socket.sndhwm = SOCKET_MESSAGES
    socket.rcvhwm = SOCKET_MESSAGES
    socket.maxmsgsize = framing.MAX_MESSAGE_BYTES
    socket.tcp_keepalive = 1
    socket.tcp_keepalive_idle = KEEPALIVE_SECONDS
    # "localhost" does not resolve everywhere, and a fixed port may be taken.
    socket.bind("tcp://127.0.0.1:*")
    return socket, int(socket.last_endpoint.rpartition(b":")[2])
