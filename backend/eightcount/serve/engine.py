"""What the worker asks of the part that hears songs and makes takes.

The one real engine is ``choreography.ChoreographyEngine``; tests bring their own. An engine is
used by one thread at a time. It says what went wrong with EightcountError; anything else it raises
is taken for a fault of the program.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from eightcount.serve.songs import HeardSong
from eightcount.wire.messages import Generate


class JobCancelled(Exception):
    """Raised inside a job to leave it after ``cancelled()`` said True."""


@dataclass(frozen=True)
class EngineInfo:
    """A loaded model and what it can do; fields as in ``Welcome``."""

    model: str
    device: str
    genres: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    fps: float = 0.0
    seconds_limit: float | None = None
    licence: str = ""


@dataclass(frozen=True)
class Summary:
    """What is said of a finished take; fields as in ``Done``."""

    model: str
    genre: str
    beats: tuple[float, ...] = ()
    downbeats: tuple[float, ...] = ()
    beat_score: float | None = None
    warnings: tuple[str, ...] = ()


class MotionLike(Protocol):
    """``eightcount.motion.motion.Motion``, as far as the wire needs it."""

    rotations: np.ndarray  # (n, 24, 4) float32 wxyz
    translation: np.ndarray  # (n, 3) float32 metres, y up
    contacts: np.ndarray  # (n, 4) float32
    fps: float


class ChunkLike(Protocol):
    """``eightcount.choreographer.Chunk``: a piece of the take, in order and gapless."""

    first_frame: int
    motion: MotionLike


Report = Callable[[str, float, float], None]
"""Called with (stage, seconds done, seconds in all)."""


class Engine(Protocol):
    """Hears songs and makes takes."""

    def describe(self) -> EngineInfo:
        """What is known before anything is loaded. Fast, and never raises."""
        ...

    def models(self) -> tuple[str, ...]:
        """The names of the models that are installed. Never raises."""
        ...

    def load(self, model: str) -> EngineInfo:
        """Make the named model ready ("" = the engine's own); at once where it is already.

        Raises EightcountError "model-missing", "model-damaged".
        """
        ...

    def warm_up(self) -> None:
        """Run what is slow only the first time, so that nobody waits at the first song."""
        ...

    def listen(self, data: bytes, name: str, digest: str, report: Report) -> HeardSong:
        """Decode a song's file and find its beats. Raises EightcountError."""
        ...

    def choreograph(
        self, song: HeardSong, request: Generate, report: Report, cancelled: Callable[[], bool]
    ) -> Iterator[ChunkLike]:
        """Make a take piece by piece; of an edit only the frames that changed, where that is asked
        for. Raises EightcountError, or JobCancelled when asked to."""
        ...

    def summarise(self, song: HeardSong, request: Generate, chunks: Sequence[ChunkLike]) -> Summary:
        """Judge the whole take that ``choreograph`` gave."""
        ...

    def release(self) -> None:
        """Let go of the models and of the accelerator's memory."""
        ...
