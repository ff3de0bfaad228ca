"""The real engine: the project's own music analysis, models and choreographer.

Everything heavy (torch, librosa) is imported inside the methods, which run in the worker thread:
the socket must answer long before these imports are through.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from eightcount.motion.errors import EightcountError
from eightcount.serve.engine import ChunkLike, EngineInfo, JobCancelled, Report, Summary
from eightcount.serve.songs import HeardSong
from eightcount.wire.messages import EditTake, Generate, Section, SongReady

if TYPE_CHECKING:
    from eightcount.choreographer import Request
    from eightcount.listening import Heard

log = logging.getLogger(__name__)

DEBUG_MODEL = "debug"


class ChoreographyEngine:
    """See ``engine.Engine``. ``model`` "": the first one installed; ``device`` "": the best."""

    def __init__(self, model: str = "", device: str = "") -> None:
        self._name = model
        self._device = device
        self._model: Any = None
        self._info: EngineInfo | None = None

    def describe(self) -> EngineInfo:
        return EngineInfo(model=self._name, device=self._device)

    def models(self) -> tuple[str, ...]:
        from eightcount.models import list_models

        return tuple(list_models())

    def load(self, model: str) -> EngineInfo:
        from eightcount.models import load_model

        wanted = model or self._name or _first_model(self.models())
        if self._info is None or self._info.model != wanted:
            leave_room()
            device = pick_device(self._device)
            loaded = load_model(wanted, device=device)
            self._model = loaded
            self._info = EngineInfo(
                model=wanted,
                device=device,
                genres=tuple(loaded.genres),
                capabilities=loaded.capabilities.names(),
                fps=float(loaded.fps),
                seconds_limit=loaded.seconds_limit,
                licence=loaded.licence,
            )
            log.info("model %s on %s", wanted, device)
        return self._info

    def warm_up(self) -> None:
        from eightcount.music.warmup import warm_up

        warm_up()

    def listen(self, data: bytes, name: str, digest: str, report: Report) -> HeardSong:
        from eightcount.listening import hear
        from eightcount.music.sections import find_sections
        from eightcount.music.song import decode_song

        song = decode_song(data, name=name)
        report("listening", 0.0, song.seconds)
        heard = hear(song)
        rhythm = heard.rhythm
        parts = find_sections(heard.features, rhythm)
        beats = np.asarray(rhythm.beats, dtype=np.float64)
        ready = SongReady(
            digest=digest,
            name=name,
            seconds=float(song.seconds),
            tempo=float(rhythm.tempo),
            beats=_frames(beats),
            downbeats=_frames(beats[np.asarray(rhythm.downbeats, dtype=int)]),
            beats_per_bar=int(rhythm.beats_per_bar),
            confidence=float(rhythm.confidence),
            sections=tuple(
                Section(
                    start=round(float(p.start_s), 3),
                    end=round(float(p.end_s), 3),
                    label=p.label,
                    energy=round(float(p.energy), 3),
                )
                for p in parts
            ),
            warnings=tuple(song.warnings),
        )
        # the samples are let go: no job looks at them again
        return HeardSong(digest, heard, ready, _bytes_of(heard) + _bytes_of(rhythm))

    def choreograph(
        self, song: HeardSong, request: Generate, report: Report, cancelled: Callable[[], bool]
    ) -> Iterator[ChunkLike]:
        from eightcount import choreographer

        heard: Heard = song.content
        wanted = request_of(request)
        hooks = {
            "progress": lambda said: report(said.stage, said.done, said.total),
            "cancelled": cancelled,
        }
        try:
            if isinstance(request, EditTake):
                from eightcount.serve.edits import edited

                yield edited(request, wanted, heard, self._model, hooks)
            else:
                yield from choreographer.choreograph(heard, wanted, self._model, **hooks)
        except choreographer.Cancelled as error:
            raise JobCancelled from error

    def summarise(self, song: HeardSong, request: Generate, chunks: Sequence[ChunkLike]) -> Summary:
        from eightcount.choreographer import danced_genre
        from eightcount.metrics.beats import bas_music_to_motion
        from eightcount.serve.edits import whole_take

        assert self._info is not None
        motion = whole_take(request, chunks)
        wanted = request_of(request)
        rhythm = wanted.counted(song.content.rhythm)
        fps = song.ready.fps
        beats = within_take(rhythm.beats, fps, request.start, motion)
        downbeats = within_take(rhythm.beats[rhythm.downbeats], fps, request.start, motion)
        score = None
        if len(beats) and len(motion) > 2:
            score = float(bas_music_to_motion(motion.joints(), np.asarray(beats), motion.fps))
        return Summary(
            model=self._info.model,
            genre=danced_genre(wanted, self._model) or "",
            beats=beats,
            downbeats=downbeats,
            beat_score=score if score is None or np.isfinite(score) else None,
            warnings=song.ready.warnings,
        )

    def release(self) -> None:
        import gc

        import torch

        self._model = self._info = None
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        elif torch.backends.mps.is_available():
            torch.mps.empty_cache()


def pick_device(wanted: str) -> str:
    """The torch device for ``wanted``: "" or "auto" is the best one there.

    Raises EightcountError "device-missing".
    """
    import torch

    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if wanted in ("", "auto"):
        return next(name for name, found in there.items() if found)
    if not there.get(wanted.partition(":")[0], False):
        found = ", ".join(name for name, is_there in there.items() if is_there)
        raise EightcountError(
            "device-missing",
            f"This computer has no device {wanted!r} that torch can use.",
            f"Choose one of: auto, {found}.",
        )
    return wanted


def leave_room() -> None:
    """Let torch use half of the processor's cores at most, and no more than four.

    Blender draws its view meanwhile. On two cores a second thread gains a tenth when the machine is
    calm, and waits for its turn at every step when it is not: a take of 30 s then took 23 s instead
    of 1.3. ``OMP_NUM_THREADS`` overrides it.
    """
    import torch

    if "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(max(1, min(4, (os.cpu_count() or 1) // 2)))


def request_of(message: Generate) -> Request:
    """A message's wishes as the choreographer takes them."""
    from eightcount.choreographer import Request
    from eightcount.styles import StyledPart

    return Request(
        genre=message.genre,
        seed=message.seed,
        start=message.start,
        seconds=message.seconds,
        steps=message.steps,
        guidance=message.guidance,
        temperature=message.temperature,
        energy=message.energy,
        tempo_factor=message.tempo_factor,
        first_count=message.first_count,
        sections=tuple(StyledPart(s.start, s.end, s.genre, s.energy) for s in message.sections),
    )


def within_take(
    frames: Sequence[float], fps: float, start: float, motion: Any
) -> tuple[float, ...]:
    """Song frames at ``fps`` as the take's own frames, those outside left out.

    Args:
        frames: beats of the song, frames at ``fps`` from its beginning.
        start: where in the song the take begins, seconds.
        motion: the take, for its length and frame rate.
    """
    # a take begins on a whole frame of its song
    moved = np.asarray(frames, dtype=np.float64) / fps * motion.fps - round(start * motion.fps)
    return _frames(moved[(moved >= 0) & (moved < len(motion))])


def _first_model(names: Sequence[str]) -> str:
    """The first trained model; the tiny random one only where there is no other."""
    return next((name for name in names if name != DEBUG_MODEL), DEBUG_MODEL)


def _frames(values: np.ndarray) -> tuple[float, ...]:
    return tuple(round(float(value), 3) for value in values)


def _bytes_of(thing: Any) -> int:
    """Memory of the arrays in a dataclass."""
    return sum(value.nbytes for value in vars(thing).values() if isinstance(value, np.ndarray))
