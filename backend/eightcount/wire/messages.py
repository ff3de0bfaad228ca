"""Every message that crosses the wire between a client (the add-on, the CLI) and the backend.

A message is a frozen dataclass. Its fields become the JSON header, except the ones named in
``BUFFERS``: those are numpy arrays and travel as raw parts behind the header (see ``framing``).
Every header also carries ``version`` (:data:`PROTOCOL`), ``kind`` and ``job``.

What a client sends              what it gets back
-------------------              -----------------
Hello                            Welcome; again whenever the backend's state changes
AskSong (digest)                 SongReady, or Failed "song-unknown": then send PutSong
PutSong (bytes)                  Progress*, then one of SongReady, Failed, Cancelled
Generate                         Progress* and Frames*, then one of Done, Failed, Cancelled
EditTake                         as Generate
Cancel (job)                     nothing of its own: the job itself ends in Cancelled (or had ended)
Ping                             Pong (the backend also sends one every 2 s by itself)
Release                          nothing; the next job loads the model again
Shutdown                         Closing

Times are seconds unless a field says frames; frame rates are in frames per second; joints,
axes and quaternions are those of ``eightcount.motion`` (24 SMPL joints, metres, y up, wxyz).
A field's ``metadata`` may hold ``least`` and ``most`` (inclusive): the backend refuses what lies
outside, and a panel may take its sliders' limits from there.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

PROTOCOL = 2
"""Raised whenever a message changes in a way that an older side would misread."""

MAX_FRAMES = 300
"""The most frames one ``Frames`` message carries (10 s at 30 fps)."""

HALVES = ("both", "upper", "lower")
STATES = ("warming", "ready", "failed")
STAGES = ("warming up", "listening", "choreographing", "refining")


def new_job() -> str:
    """A fresh job name: 32 hex digits."""
    return uuid.uuid4().hex


def song_digest(data: bytes) -> str:
    """The name of a song on the wire: the sha256 of its file's bytes, in hex."""
    return hashlib.sha256(data).hexdigest()


def _number(default: Any, least: float, most: float) -> Any:
    return field(default=default, metadata={"least": least, "most": most})


@dataclass(frozen=True)
class Buffer:
    """What an array must be: a dtype of ``framing.DTYPES``; None in ``shape``: any length."""

    dtype: str
    shape: tuple[int | None, ...]


@dataclass(frozen=True, kw_only=True)
class Message:
    """Base of all messages. ``job`` is "" where a message belongs to no job."""

    kind: ClassVar[str] = ""
    BUFFERS: ClassVar[dict[str, Buffer]] = {}

    job: str = ""


# --- meeting -----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Hello(Message):
    """First message of a client. ``client`` is words for the log, e.g. "Blender 4.5.3"."""

    kind: ClassVar[str] = "hello"

    client: str
    program_version: str


@dataclass(frozen=True, kw_only=True)
class Welcome(Message):
    """What the backend is and can do; sent on Hello and again at every change of state.

    ``state``: "warming" (jobs wait until it is ready), "ready", or "failed" (the model cannot be
    used; ``problem`` says why and what to do; ``genres`` may be empty). While warming, ``genres``
    and ``fps`` may still be empty and 0: the model is not loaded yet.
    """

    kind: ClassVar[str] = "welcome"

    program_version: str
    protocol: int
    model: str
    device: str
    state: str
    genres: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    fps: float = 0.0
    seconds_limit: float | None = None
    licence: str = ""
    problem: str = ""
    pid: int = 0
    log_file: str = ""


# --- songs -------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class AskSong(Message):
    """Is the song with this digest still in the backend's cache?"""

    kind: ClassVar[str] = "ask_song"

    digest: str


@dataclass(frozen=True, kw_only=True, eq=False)
class PutSong(Message):
    """A song file's bytes, sent once; ``digest`` names it from then on. A job of its own."""

    kind: ClassVar[str] = "put_song"
    BUFFERS: ClassVar[dict[str, Buffer]] = {"data": Buffer("u1", (None,))}

    digest: str
    name: str
    data: np.ndarray

    @classmethod
    def of(cls, data: bytes, name: str, job: str = "") -> PutSong:
        """The message for a file's bytes; ``name`` is the file's name without its folder."""
        array = np.frombuffer(data, dtype=np.uint8)
        return cls(job=job or new_job(), digest=song_digest(data), name=name, data=array)


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of a song that sounds alike. ``start``, ``end`` in seconds, ``energy`` 0-1."""

    start: float
    end: float
    label: str = ""
    energy: float = 0.0


@dataclass(frozen=True, kw_only=True)
class SongReady(Message):
    """The song was heard. ``beats`` and ``downbeats`` in (fractional) frames at ``fps``."""

    kind: ClassVar[str] = "song_ready"

    digest: str
    name: str
    seconds: float
    tempo: float
    beats: tuple[float, ...]
    downbeats: tuple[float, ...]
    fps: float = 30.0
    beats_per_bar: int = 4
    confidence: float = 0.0
    sections: tuple[Section, ...] = ()
    warnings: tuple[str, ...] = ()


# --- takes -------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class StyleSection:
    """A part of a take with a style of its own.

    ``start``, ``end``: seconds of the take, ``end`` None: to its end. ``genre``, ``energy`` None: as
    the rest of the take. A change of genre falls on the nearest token (a fifteenth of a second).
    """

    start: float = _number(0.0, 0.0, 36000.0)
    end: float | None = _number(None, 0.0, 36000.0)
    genre: str | None = None
    energy: float | None = _number(None, 0.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class Generate(Message):
    """Make a take for a song that the backend has heard.

    ``genre`` None: the seed draws one of the model's; Done names it. ``start``, ``seconds``: the
    part of the song to dance to; ``seconds`` None: to its end. ``energy`` 0-1, None: livelier where
    the music is loud. ``model`` "": the one the backend was started with. The first frame of the
    take is at ``start``.

    How the song is counted: ``tempo_factor`` 0.5, 1 or 2 (no other value): half as many beats, those
    that are heard, twice as many. ``first_count``: the ONE is so many beats of that count later; four
    are a whole bar. Both as in ``music.rhythm.Rhythm.nudged``; Done's beats follow, SongReady's are
    as heard.

    ``sections`` must not overlap: EightcountError "sections-overlap", "section-empty".
    """

    kind: ClassVar[str] = "generate"

    song: str
    genre: str | None = None
    seed: int = _number(0, 0, 2**63 - 1)
    start: float = _number(0.0, 0.0, 36000.0)
    seconds: float | None = _number(None, 0.1, 36000.0)
    steps: int = _number(16, 1, 64)
    guidance: float = _number(1.0, 0.0, 10.0)
    temperature: float = _number(0.6, 0.0, 4.0)
    energy: float | None = _number(None, 0.0, 1.0)
    model: str = ""
    tempo_factor: float = _number(1.0, 0.5, 2.0)
    first_count: int = _number(0, 0, 7)
    sections: tuple[StyleSection, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class EditTake(Generate):
    """Choose a range of a take anew; everything else stays equal bit for bit.

    The answer is the whole take, or with ``changed_only`` the frames of the range alone: to be laid
    over the take that was sent, each piece at its ``first_frame`` (``pieces.lay_over`` does it, and
    reads both answers). ``Done.frames`` is the whole take's length either way.

    The take is sent as it now stands: ``rotations`` (n, 24, 4), ``translation`` (n, 3), ``contacts``
    (n, 4) as in ``Frames``, at the model's frame rate. ``start`` is where the take begins in the
    song. ``range_start`` .. ``range_stop``: seconds of the take; past its end it grows longer.
    ``half``: one of :data:`HALVES`. Pins are poses to be hit: ``pin_frames`` (p,) frames of the take
    within the range, ``pin_rotations`` (p, 24, 4), ``pin_translation`` (p, 3), ``pin_halves``.
    ``loop``: the take's end is to flow into its start. ``genre``, ``seed`` and the rest are those of
    the new stretch; ``seconds`` is not looked at, and ``sections`` count only within the range.
    """

    kind: ClassVar[str] = "edit"
    BUFFERS: ClassVar[dict[str, Buffer]] = {
        "rotations": Buffer("f4", (None, 24, 4)),
        "translation": Buffer("f4", (None, 3)),
        "contacts": Buffer("f4", (None, 4)),
        "pin_frames": Buffer("i4", (None,)),
        "pin_rotations": Buffer("f4", (None, 24, 4)),
        "pin_translation": Buffer("f4", (None, 3)),
    }

    range_start: float = _number(0.0, 0.0, 36000.0)
    range_stop: float = _number(0.0, 0.0, 36000.0)
    half: str = "both"
    loop: bool = False
    changed_only: bool = False
    pin_halves: tuple[str, ...] = ()
    rotations: np.ndarray
    translation: np.ndarray
    contacts: np.ndarray
    pin_frames: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int32))
    pin_rotations: np.ndarray = field(default_factory=lambda: np.zeros((0, 24, 4), np.float32))
    pin_translation: np.ndarray = field(default_factory=lambda: np.zeros((0, 3), np.float32))


@dataclass(frozen=True, kw_only=True)
class Progress(Message):
    """How far a job is. ``stage`` is one of :data:`STAGES`; ``done`` of ``total`` seconds."""

    kind: ClassVar[str] = "progress"

    stage: str
    done: float = 0.0
    total: float = 0.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Frames(Message):
    """A piece of the take, in order and without gaps between the pieces.

    ``rotations`` (n, 24, 4) local quaternions wxyz, ``translation`` (n, 3) metres, ``contacts``
    (n, 4) 0-1: left heel, right heel, left toe, right toe. n = ``count`` <= :data:`MAX_FRAMES`;
    ``first_frame`` counts from 0 at the start of the take. The first piece begins there, except in the
    answer to an EditTake with ``changed_only``.
    """

    kind: ClassVar[str] = "frames"
    BUFFERS: ClassVar[dict[str, Buffer]] = {
        "rotations": Buffer("f4", (None, 24, 4)),
        "translation": Buffer("f4", (None, 3)),
        "contacts": Buffer("f4", (None, 4)),
    }

    first_frame: int
    count: int
    fps: float
    rotations: np.ndarray
    translation: np.ndarray
    contacts: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Done(Message):
    """The take is complete: all its frames were sent before this.

    ``frames``: length of the whole take. ``genre``: the one that was danced outside of ``sections``, for
    an EditTake in its range; never "" unless the model has no genres. ``beats`` and ``downbeats`` are
    (fractional) frames of the take, counted as was asked. ``beat_score`` is the beat
    alignment (music to motion), None where there are no beats. ``timings``: stage -> seconds.
    """

    kind: ClassVar[str] = "done"

    frames: int
    fps: float
    seed: int
    model: str
    genre: str
    beats: tuple[float, ...] = ()
    downbeats: tuple[float, ...] = ()
    beat_score: float | None = None
    timings: dict[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Failed(Message):
    """A job, or (with ``job`` "") a message, that went wrong: an error is data."""

    kind: ClassVar[str] = "failed"

    code: str
    sentence: str
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class Cancel(Message):
    """Stop the job named ``job``."""

    kind: ClassVar[str] = "cancel"


@dataclass(frozen=True, kw_only=True)
class Cancelled(Message):
    """The job stopped because it was asked to: no work goes on, and no frames follow."""

    kind: ClassVar[str] = "cancelled"


# --- staying in touch --------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Ping(Message):
    """A heartbeat; answered with a Pong of the same ``count``."""

    kind: ClassVar[str] = "ping"

    count: int = 0


@dataclass(frozen=True, kw_only=True)
class Pong(Message):
    """The answer to a Ping, or with ``count`` 0 the backend's own.

    ``state`` as in Welcome, or "unknown" to a client that said no hello: where it did, the
    connection broke in between and its jobs were lost.
    """

    kind: ClassVar[str] = "pong"

    count: int = 0
    state: str = "ready"


@dataclass(frozen=True, kw_only=True)
class Release(Message):
    """Let go of the accelerator's memory, e.g. before a render; ignored while a job runs."""

    kind: ClassVar[str] = "release"


@dataclass(frozen=True, kw_only=True)
class Shutdown(Message):
    """Ask the backend to end; it cancels its jobs, says Closing and goes."""

    kind: ClassVar[str] = "shutdown"


@dataclass(frozen=True, kw_only=True)
class Closing(Message):
    """The backend is about to end; ``reason`` is one sentence for the user."""

    kind: ClassVar[str] = "closing"

    reason: str = ""


FROM_CLIENT: tuple[type[Message], ...] = (
    Hello,
    AskSong,
    PutSong,
    Generate,
    EditTake,
    Cancel,
    Ping,
    Release,
    Shutdown,
)
FROM_BACKEND: tuple[type[Message], ...] = (
    Welcome,
    SongReady,
    Progress,
    Frames,
    Done,
    Failed,
    Cancelled,
    Pong,
    Closing,
)
KINDS: dict[str, type[Message]] = {cls.kind: cls for cls in FROM_CLIENT + FROM_BACKEND}
TERMINAL: tuple[type[Message], ...] = (Done, Failed, Cancelled, SongReady)
"""A job has ended when one of these arrives with its name."""
