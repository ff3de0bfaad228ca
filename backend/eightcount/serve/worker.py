"""The thread that does the work: warms up, hears songs, makes takes, one job after the other.

It never touches a socket. Every job it begins it ends with exactly one message, whatever happens:
a fault of the program becomes a Failed with one sentence, its trace goes to the log.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from eightcount.motion.errors import EightcountError
from eightcount.serve.engine import ChunkLike, Engine, JobCancelled
from eightcount.serve.jobs import Job
from eightcount.serve.outbox import Answer, News, Outbox
from eightcount.serve.songs import SongCache
from eightcount.wire.messages import (
    MAX_FRAMES,
    Cancelled,
    Done,
    EditTake,
    Failed,
    Frames,
    Generate,
    Message,
    Progress,
    PutSong,
    song_digest,
)

log = logging.getLogger(__name__)

PROGRESS_SECONDS = 0.1
"""Progress within one stage is said at most this often."""


class Worker(threading.Thread):
    """Takes jobs from ``submit`` and puts their messages into the outbox."""

    def __init__(self, engine: Engine, songs: SongCache, outbox: Outbox) -> None:
        super().__init__(name="worker", daemon=True)
        self._engine = engine
        self._songs = songs
        self._outbox = outbox
        self._tasks: queue.Queue[Job | str | None] = queue.Queue()
        self._state = "warming"
        self._models: tuple[str, ...] = ()

    def submit(self, job: Job) -> None:
        """Put a job in the line."""
        self._tasks.put(job)

    def release(self) -> None:
        """Ask the engine to let go of memory, after the jobs before this."""
        self._tasks.put("release")

    def stop(self) -> None:
        """End the thread after the jobs that are in line; cancel those first."""
        self._tasks.put(None)

    def run(self) -> None:
        self._warm_up()
        while (task := self._tasks.get()) is not None:
            if isinstance(task, Job):
                self._do(task)
            else:
                self._release()

    # --- warming up ----------------------------------------------------------------------------

    def _warm_up(self) -> None:
        began = time.monotonic()
        models: tuple[str, ...] = ()
        try:
            models = self._engine.models()
            info = self._engine.load("")
            self._outbox.put(News("warming", models, info))
            news = News("ready", models, info)
        except BaseException as error:
            failed = _as_failed(error)
            log.warning("The model cannot be used: %s", failed.sentence)
            news = News("failed", models, problem=f"{failed.sentence} {failed.hint}".strip())
        try:
            self._engine.warm_up()
        except BaseException as error:
            # Songs will say what is wrong when one comes; a model may still be asked about.
            log.warning("The audio code did not warm up: %s", _as_failed(error).sentence)
        self._state, self._models = news.state, models
        self._outbox.put(news)
        log.info("warm (%s) after %.1f s", news.state, time.monotonic() - began)

    def _release(self) -> None:
        try:
            self._engine.release()
        except BaseException as error:
            _as_failed(error)

    # --- jobs ----------------------------------------------------------------------------------

    def _do(self, job: Job) -> None:
        if not job.begin():
            return
        log.info("job %s (%s) begins", job.name, job.request.kind)
        try:
            work = self._hear if isinstance(job.request, PutSong) else self._dance
            last = Answer.of(job, work(job))
        except JobCancelled:
            last = Answer.of(job, Cancelled(job=job.name))
        except BaseException as error:
            last = Answer.of(job, _as_failed(error, job.name))
        took = time.monotonic() - job.arrived
        log.info("job %s ends: %s after %.2f s", job.name, last.message.kind, took)
        self._outbox.put(last)

    def _hear(self, job: Job) -> Message:
        request = job.request
        assert isinstance(request, PutSong)
        if (known := self._songs.get(request.digest)) is not None:
            return replace(known.ready, job=job.name)
        data, name, digest = bytes(request.data), request.name, request.digest
        # The message's own copy would keep a long song in memory twice.
        empty = np.zeros(0, np.uint8)
        request = job.request = PutSong(job=job.name, digest=digest, name=name, data=empty)
        if song_digest(data) != digest:
            raise EightcountError(
                "song-garbled", "The song's bytes do not fit its digest.", "Send the song again."
            )
        report = _Reporter(job, self._outbox)
        report("listening", 0.0, 0.0)
        song = self._engine.listen(data, name, digest, report)
        _stop_if_cancelled(job)
        self._songs.put(song)
        return replace(song.ready, job=job.name)

    def _dance(self, job: Job) -> Message:
        request = job.request
        assert isinstance(request, Generate)
        began = time.monotonic()
        song = self._songs.get(request.song)
        if song is None:
            raise EightcountError(
                "song-unknown", "The backend does not know this song.", "Send the song again."
            )
        if request.start >= song.ready.seconds:
            raise EightcountError(
                "range-outside-song",
                f"The song is {song.ready.seconds:.1f} s long: it has nothing "
                f"at {request.start:.1f} s.",
                "Choose a part of the song.",
            )
        info = self._engine.load(request.model)
        if self._state == "failed" and not request.model:
            # The user put right what was wrong with the model meanwhile.
            self._state = "ready"
            self._outbox.put(News("ready", self._models, info))
        _stop_if_cancelled(job)
        report = _Reporter(job, self._outbox)
        pieces = self._engine.choreograph(song, request, report, job.cancel.is_set)
        chunks, first = self._send_chunks(job, pieces)
        if not chunks:
            raise EightcountError(
                "take-empty",
                "No frames were made for this part of the song.",
                "Take a longer part.",
            )
        summary = self._engine.summarise(song, request, chunks)
        now = time.monotonic()
        timings = {
            "waiting": began - job.arrived,
            "first_frames": first - job.arrived,
            "choreographing": now - began,
            "total": now - job.arrived,
        }
        return Done(
            job=job.name,
            frames=_length(request, chunks),
            fps=float(chunks[0].motion.fps),
            seed=request.seed,
            model=summary.model,
            genre=summary.genre,
            beats=summary.beats,
            downbeats=summary.downbeats,
            beat_score=summary.beat_score,
            timings={stage: round(seconds, 4) for stage, seconds in timings.items()},
            warnings=summary.warnings,
        )

    def _send_chunks(self, job: Job, pieces: Iterator[ChunkLike]) -> tuple[list[ChunkLike], float]:
        """Send what the engine makes as it makes it; also the moment the first piece left."""
        chunks: list[ChunkLike] = []
        first = time.monotonic()
        expected = 0
        for chunk in pieces:
            if not chunks and isinstance(job.request, EditTake):
                expected = chunk.first_frame  # what lies before it stays as it was sent
            if chunk.first_frame != expected:
                raise RuntimeError(f"frame {chunk.first_frame} came where {expected} was due")
            for message in split_chunk(job.name, chunk):
                _stop_if_cancelled(job)
                self._outbox.put(Answer.of(job, message), give_up=job.cancel)
            if not chunks:
                first = time.monotonic()
            chunks.append(chunk)
            expected += len(chunk.motion.translation)
            _stop_if_cancelled(job)
        _stop_if_cancelled(job)
        return chunks, first


def _length(request: Generate, chunks: list[ChunkLike]) -> int:
    """Frames of the whole take."""
    end = chunks[-1].first_frame + len(chunks[-1].motion.translation)
    return max(end, len(request.rotations)) if isinstance(request, EditTake) else end


class _Reporter:
    """Turns an engine's reports into Progress messages, not too many of them."""

    def __init__(self, job: Job, outbox: Outbox) -> None:
        self._job = job
        self._outbox = outbox
        self._stage = ""
        self._said = 0.0

    def __call__(self, stage: str, done: float, total: float) -> None:
        now = time.monotonic()
        if stage == self._stage and now - self._said < PROGRESS_SECONDS:
            return
        self._stage, self._said = stage, now
        message = Progress(job=self._job.name, stage=stage, done=float(done), total=float(total))
        self._outbox.offer(Answer.of(self._job, message))


def split_chunk(job: str, chunk: ChunkLike) -> Iterator[Frames]:
    """A chunk as messages of at most MAX_FRAMES frames each.

    Raises EightcountError "take-broken" for numbers that are none: they would spoil the scene.
    """
    motion = chunk.motion
    if not all(np.isfinite(a).all() for a in (motion.rotations, motion.translation)):
        raise EightcountError(
            "take-broken",
            "The model made a movement that is not finite.",
            "Try another seed, less guidance or a lower temperature.",
        )
    for begin in range(0, len(motion.translation), MAX_FRAMES):
        piece = slice(begin, begin + MAX_FRAMES)
        yield Frames(
            job=job,
            first_frame=chunk.first_frame + begin,
            count=len(motion.translation[piece]),
            fps=float(motion.fps),
            rotations=motion.rotations[piece],
            translation=motion.translation[piece],
            contacts=motion.contacts[piece],
        )


def _stop_if_cancelled(job: Job) -> None:
    if job.cancel.is_set():
        raise JobCancelled


def _as_failed(error: BaseException, job: str = "") -> Failed:
    """One sentence for the user; the trace of a program fault goes to the log only."""
    if isinstance(error, EightcountError):
        log.info("%s: %s", error.code, error)
        return Failed(job=job, code=error.code, sentence=error.sentence, hint=error.hint)
    log.error("a fault in the backend", exc_info=error)
    if isinstance(error, ModuleNotFoundError):
        return Failed(
            job=job,
            code="backend-incomplete",
            sentence=f"The backend's installation lacks the package {error.name}.",
            hint="Run install.py again.",
        )
    if isinstance(error, MemoryError):
        return Failed(
            job=job,
            code="out-of-memory",
            sentence="The backend ran out of memory.",
            hint="Take a shorter part of the song, or close other programs.",
        )
    return Failed(
        job=job,
        code="internal",
        sentence=f"The backend met a fault of its own ({type(error).__name__}).",
        hint="The backend's log says more; please report it.",
    )
