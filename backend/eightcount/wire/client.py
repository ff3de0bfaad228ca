"""A small blocking client of the backend: for the command line, the demo, tests, and (wrapped in
its link thread) the add-on.

One thread owns a Client. No call waits without a limit: every receive has a time-out, and a
backend that is gone or silent is noticed by its process id and by heartbeats.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import zmq

from eightcount import __version__
from eightcount.motion.errors import EightcountError
from eightcount.wire import framing
from eightcount.wire.connection import RESTART, Connection, read_connection
from eightcount.wire.messages import (
    TERMINAL,
    AskSong,
    Cancel,
    Cancelled,
    Closing,
    Failed,
    Generate,
    Hello,
    Message,
    Ping,
    Pong,
    Progress,
    PutSong,
    Shutdown,
    SongReady,
    Welcome,
    new_job,
    song_digest,
)
from eightcount.wire.process import is_alive

BEAT_SECONDS = 2.0
TICK_SECONDS = 0.1
QUEUE_MESSAGES = 64


class Client:
    """A connection to one backend. Use as a context manager, or call :meth:`close`.

    Args:
        connection: a connection file's path, or what was read from it.
        name: who is calling, in words, for the backend's log.
        silence: seconds without a sign of life after which the backend counts as dead.

    All methods raise EightcountError: "no-backend", "connection-file", "no-curve",
    "backend-gone", "backend-silent", "connection-lost", "version-skew", "wire-garbled".
    """

    def __init__(
        self, connection: Path | str | Connection, *, name: str = "client", silence: float = 10.0
    ) -> None:
        if not isinstance(connection, Connection):
            connection = read_connection(Path(connection))
        self.connection = connection
        self.name = name
        self.silence = silence
        self.welcome: Welcome | None = None
        self._quiet = 0.0
        self._last_look = self._last_beat = time.monotonic()
        self._beats = 0
        self._context = zmq.Context()
        self._socket = _dealer(self._context, connection)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the socket at once. The backend goes on; see :meth:`shutdown`."""
        self._context.destroy(linger=100)

    # --- single messages: what a thread with its own loop uses ---------------------------------

    def send(self, message: Message, timeout: float = 5.0) -> None:
        """Hand a message to the socket; waits at most ``timeout`` seconds for room."""
        parts = framing.encode(message)
        if not self._socket.poll(int(timeout * 1000), zmq.POLLOUT):
            raise self._gone("backend-silent", "The backend takes no messages.")
        self._socket.send_multipart(parts)

    def receive(self, timeout: float = TICK_SECONDS) -> Message | None:
        """The next message, or None after ``timeout`` seconds. Sends the heartbeats too.

        Call it at least every few seconds. A Welcome is also kept in ``self.welcome``.
        """
        deadline = time.monotonic() + timeout
        while True:
            self._beat()
            wait = min(max(deadline - time.monotonic(), 0.0), TICK_SECONDS)
            if self._socket.poll(int(wait * 1000)):
                return self._take()
            if self._check_life():
                return self._take()
            if time.monotonic() >= deadline:
                return None

    # --- conversations -------------------------------------------------------------------------

    def hello(self, timeout: float = 15.0) -> Welcome:
        """Introduce this client and learn what the backend is. Raises also "version-skew"."""
        self.send(Hello(client=self.name, program_version=__version__))
        deadline = time.monotonic() + timeout
        while (left := deadline - time.monotonic()) > 0:
            message = self.receive(left)
            if isinstance(message, Welcome):
                return message
            if isinstance(message, Failed):
                raise as_error(message)
        raise self._gone("backend-silent", "The backend does not answer.")

    def wait_until_ready(
        self, timeout: float = 120.0, cancelled: Callable[[], bool] | None = None
    ) -> Welcome:
        """Wait until the backend is warm. Raises "model-unusable" where its model is."""
        welcome = self.welcome or self.hello()
        deadline = time.monotonic() + timeout
        while welcome.state == "warming":
            if cancelled and cancelled():
                raise EightcountError("cancelled", "Waiting for the backend was cancelled.")
            if time.monotonic() > deadline:
                raise self._gone("backend-stuck", "The backend does not finish warming up.")
            self.receive(TICK_SECONDS)
            welcome = self.welcome or welcome
        if welcome.state == "failed":
            raise EightcountError("model-unusable", welcome.problem)
        return welcome

    def put_song(
        self,
        song: Path | str | bytes,
        name: str = "",
        *,
        progress: Callable[[Progress], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
        patience: float = 120.0,
    ) -> SongReady:
        """Give the backend a song, sending its bytes only where it does not know them.

        Raises what the backend answered (e.g. "song-silent"), "song-missing", "song-too-large",
        "cancelled", and "backend-stuck" after ``patience`` seconds without a word on the job.
        """
        data, name = _song_bytes(song, name)
        ask = AskSong(job=new_job(), digest=song_digest(data))
        self.send(ask)
        answer = self._last(ask.job, progress, cancelled, patience)
        if isinstance(answer, Failed) and answer.code == "song-unknown":
            put = PutSong.of(data, name)
            self.send(put)
            answer = self._last(put.job, progress, cancelled, patience)
        if isinstance(answer, Failed):
            raise as_error(answer)
        if not isinstance(answer, SongReady):
            raise EightcountError("cancelled", "Listening to the song was cancelled.")
        return replace(answer, name=name or answer.name)

    def generate(
        self,
        request: Generate,
        *,
        cancelled: Callable[[], bool] | None = None,
        patience: float = 120.0,
    ) -> Iterator[Message]:
        """Run a job and yield its Progress and Frames, last one of Done, Failed, Cancelled.

        ``request.job`` may be "": a name is made up. ``cancelled`` is asked about ten times a
        second; when it says True, the backend is told to stop, and what it sent before is still
        yielded. Closing the iterator early cancels the job too.
        """
        if not request.job:
            request = replace(request, job=new_job())
        self.send(request)
        yield from self._follow(request.job, cancelled, patience)

    def cancel(self, job: str) -> None:
        """Ask the backend to stop a job; the job's own messages say when it has."""
        self.send(Cancel(job=job))

    def shutdown(self, timeout: float = 5.0) -> bool:
        """Ask the backend to end; True where it said goodbye (or was gone) within ``timeout``."""
        deadline = time.monotonic() + timeout
        try:
            self.send(Shutdown())
            while time.monotonic() < deadline:
                self.receive(TICK_SECONDS)
        except EightcountError as error:
            return error.code == "backend-gone"
        return False

    # --- inside --------------------------------------------------------------------------------

    def _last(
        self,
        job: str,
        progress: Callable[[Progress], None] | None,
        cancelled: Callable[[], bool] | None,
        patience: float,
    ) -> Message:
        message: Message | None = None
        for message in self._follow(job, cancelled, patience):
            if progress and isinstance(message, Progress):
                progress(message)
        assert message is not None  # _follow ends with a terminal message or raises
        return message

    def _follow(
        self, job: str, cancelled: Callable[[], bool] | None, patience: float
    ) -> Iterator[Message]:
        """The messages of one job up to its end; those of other, older jobs are dropped."""
        ended = told = False
        heard = time.monotonic()
        try:
            while not ended:
                if cancelled and not told and cancelled():
                    told = True
                    self.cancel(job)
                message = self.receive(TICK_SECONDS)
                if isinstance(message, Failed) and not message.job:
                    raise as_error(message)
                if message is None or message.job != job:
                    if time.monotonic() - heard > patience:
                        raise self._gone("backend-stuck", "The backend says nothing on the job.")
                    continue
                ended = isinstance(message, TERMINAL)
                yield message
                heard = time.monotonic()
        finally:
            if not ended and not told:
                with contextlib.suppress(EightcountError, zmq.ZMQError):
                    self.cancel(job)

    def _take(self) -> Message:
        message = framing.decode(self._socket.recv_multipart(zmq.NOBLOCK))
        self._quiet = 0.0
        if isinstance(message, Welcome):
            self.welcome = message
        if isinstance(message, Pong) and message.state == "unknown" and self.welcome:
            raise self._gone("connection-lost", "The connection to the backend was interrupted.")
        if isinstance(message, Closing):
            raise self._gone("backend-gone", message.reason or "The backend has ended.")
        return message

    def _beat(self) -> None:
        now = time.monotonic()
        if now - self._last_beat < BEAT_SECONDS:
            return
        self._last_beat = now
        self._beats += 1
        if self._socket.poll(0, zmq.POLLOUT):
            self._socket.send_multipart(framing.encode(Ping(count=self._beats)))

    def _check_life(self) -> bool:
        """Raise where the backend is gone; True where its last words wait in the socket.

        Called only when nothing waited there before, so silence here is true silence.
        """
        now = time.monotonic()
        # A laptop that slept makes one long step: it must not pass for a silent backend.
        self._quiet += min(now - self._last_look, 4 * TICK_SECONDS)
        self._last_look = now
        if self.connection.is_here and not is_alive(self.connection.pid):
            if self._socket.poll(int(2 * TICK_SECONDS * 1000)):
                return True
            raise self._gone("backend-gone", "The backend ended without a word.")
        if self._quiet > self.silence:
            raise self._gone(
                "backend-silent", f"The backend has not answered for {self.silence:.0f} s."
            )
        return False

    def _gone(self, code: str, sentence: str) -> EightcountError:
        log = self.welcome.log_file if self.welcome else ""
        return EightcountError(code, sentence, RESTART + (f" Its log is {log}." if log else ""))


def as_error(message: Failed) -> EightcountError:
    """The exception that says what a Failed message says."""
    return EightcountError(message.code, message.sentence, message.hint)


def finish(messages: Iterator[Message]) -> Message:
    """The last message of a job's; raises where that is Failed or Cancelled."""
    last: Message | None = None
    for message in messages:
        last = message
    if isinstance(last, Failed):
        raise as_error(last)
    if last is None or isinstance(last, Cancelled):
        raise EightcountError("cancelled", "The job was cancelled.")
    return last


def require_curve() -> None:
    """Raise "no-curve" where this libzmq was built without encryption."""
    if not zmq.has("curve"):
        raise EightcountError(
            "no-curve",
            "This build of ZeroMQ cannot encrypt, so the backend would be open to other users.",
            "Install pyzmq from its own wheels: python -m pip install --force-reinstall pyzmq.",
        )


def _dealer(context: zmq.Context, connection: Connection) -> zmq.Socket:
    require_curve()
    socket = context.socket(zmq.DEALER)
    socket.linger = 0
    socket.sndhwm = socket.rcvhwm = QUEUE_MESSAGES
    socket.maxmsgsize = framing.MAX_MESSAGE_BYTES
    socket.curve_serverkey = connection.server_public_key.encode("ascii")
    socket.curve_publickey = connection.client_public_key.encode("ascii")
    socket.curve_secretkey = connection.client_secret_key.encode("ascii")
    socket.connect(connection.endpoint)
    return socket


def _song_bytes(song: Path | str | bytes, name: str) -> tuple[bytes, str]:
    if isinstance(song, bytes):
        data = song
    else:
        path = Path(song)
        name = name or path.name
        try:
            data = path.read_bytes()
        except OSError as error:
            raise EightcountError(
                "song-missing",
                f"The song {path} cannot be read: {error.strerror or error}.",
                "Choose the song's file again.",
            ) from error
    if len(data) > framing.MAX_MESSAGE_BYTES - framing.MAX_HEADER_BYTES:
        raise EightcountError(
            "song-too-large",
            f"The song {name} is larger than {framing.MAX_MESSAGE_BYTES >> 20} MiB.",
            "Save it in a smaller format such as FLAC or MP3, or cut it.",
        )
    return data, name
