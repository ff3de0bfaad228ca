"""A backend process with an engine of no music and no model; run as a script.

The genre of a Generate chooses what happens, so tests can bring about every fault. Each step of
work adds a byte to the file named by FAKE_STEPS: that is how a test sees whether work goes on.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eightcount.motion.errors import EightcountError
from eightcount.motion.skeleton import LOWER, UPPER
from eightcount.serve.command import main
from eightcount.serve.engine import EngineInfo, JobCancelled, Summary
from eightcount.serve.songs import HeardSong
from eightcount.wire.messages import EditTake, SongReady

FPS = 30.0
STEP = 15  # frames a step
GENRES = ("quick", "slow", "long-chunk", "fault", "refused", "die", "nan", "gap", "deaf")


@dataclass(frozen=True)
class FakeMotion:
    rotations: np.ndarray
    translation: np.ndarray
    contacts: np.ndarray
    fps: float = FPS


@dataclass(frozen=True)
class FakeChunk:
    first_frame: int
    motion: FakeMotion


def still(first: int, count: int) -> FakeChunk:
    """Frames whose root height counts the frames, so gaps and mix-ups show."""
    rotations = np.zeros((count, 24, 4), np.float32)
    rotations[..., 0] = 1
    translation = np.zeros((count, 3), np.float32)
    translation[:, 1] = np.arange(first, first + count)
    return FakeChunk(first, FakeMotion(rotations, translation, np.ones((count, 4), np.float32)))


def edited(request: EditTake) -> FakeChunk:
    """The take sent, in its range turned and lifted by an amount that tells the seed."""
    first, last = (round(s * FPS) for s in (request.range_start, request.range_stop))
    longer = max(last - len(request.rotations), 0)
    rotations, place, contacts = (
        np.concatenate([a, np.repeat(a[-1:], longer, axis=0)])
        for a in (request.rotations, request.translation, request.contacts)
    )
    angle = 0.01 * (1 + request.seed % 7)
    turn = np.array([np.cos(angle), np.sin(angle), 0, 0], np.float32)
    w, x, y, z = np.moveaxis(rotations[first:last], -1, 0)
    turned = np.stack([turn[0] * w - turn[1] * x, turn[0] * x + turn[1] * w,
                       turn[0] * y - turn[1] * z, turn[0] * z + turn[1] * y], -1)  # fmt: skip
    for half, joints in (("lower", LOWER), ("upper", UPPER)):
        if request.half in ("both", half):
            rotations[first:last, joints] = turned[:, joints]
    if request.half != "upper":
        place[first:last, 1] += angle
    for i, frame in enumerate(request.pin_frames):
        held = {"upper": UPPER, "lower": LOWER}.get(request.pin_halves[i], UPPER + LOWER)
        rotations[frame, held] = request.pin_rotations[i][list(held)]
        if request.pin_halves[i] != "upper":
            place[frame] = request.pin_translation[i]
    begin, end = (first, last) if request.changed_only else (0, len(rotations))
    part = slice(begin, end)
    return FakeChunk(begin, FakeMotion(rotations[part], place[part], contacts[part]))


class FakeEngine:
    def __init__(self) -> None:
        self.warm_seconds = float(os.environ.get("FAKE_WARM", "0"))
        self.size = int(os.environ.get("FAKE_SONG_BYTES", "1000"))

    def describe(self) -> EngineInfo:
        return EngineInfo(model="fake", device="cpu")

    def models(self) -> tuple[str, ...]:
        listed = os.environ.get("FAKE_MODELS", "fake")
        return tuple(Path(listed[1:]).read_text().split() if listed[0] == "@" else listed.split())

    def load(self, model: str) -> EngineInfo:
        if (model or "fake") not in self.models():
            raise EightcountError(
                "model-missing", f"There is no model {model or 'fake'}.", "Choose another model."
            )
        return EngineInfo(model="fake", device="cpu", genres=GENRES, fps=FPS, licence="none")

    def warm_up(self) -> None:
        time.sleep(self.warm_seconds)

    def listen(self, data, name, digest, report) -> HeardSong:
        if data.startswith(b"no song"):
            raise EightcountError("song-unreadable", "This is no audio.", "Choose a song.")
        count_step()
        ready = SongReady(
            digest=digest,
            name=name,
            seconds=float(len(data)),
            tempo=120.0,
            beats=tuple(15.0 * beat for beat in range(2 * len(data))),
            downbeats=tuple(60.0 * bar for bar in range(len(data) // 2)),
        )
        return HeardSong(digest, data, ready, self.size)

    def choreograph(self, song, request, report, cancelled):
        seconds = request.seconds or song.ready.seconds - request.start
        frames = int(seconds * FPS)
        genre = request.genre or "quick"
        if genre == "refused":
            raise EightcountError("genre-unknown", "There is no such genre.", "Choose another.")
        if isinstance(request, EditTake):
            work(genre, 0, cancelled)
            work(genre, STEP, cancelled)
            yield edited(request)
            return
        if genre == "long-chunk":
            yield still(0, frames)
            return
        for first in range(0, frames, STEP):
            report("choreographing", first / FPS, seconds)
            work(genre, first, cancelled)
            shift = 1 if genre == "gap" and first else 0
            chunk = still(first + shift, min(STEP, frames - first))
            if genre == "nan" and first:
                chunk.motion.translation[0, 0] = np.nan
            yield chunk

    def summarise(self, song, request, chunks) -> Summary:
        return Summary(model="fake", genre=request.genre or "quick", beats=(0.0, 15.0))

    def release(self) -> None:
        count_step()


def work(genre: str, first: int, cancelled) -> None:
    """One step; ``deaf`` never asks whether it was cancelled."""
    count_step()
    if genre == "fault" and first:
        raise ZeroDivisionError("a secret detail")
    if genre == "die" and first:
        os._exit(7)
    if genre in ("slow", "deaf"):
        time.sleep(0.05)
    if genre != "deaf" and cancelled():
        raise JobCancelled


def count_step() -> None:
    path = os.environ.get("FAKE_STEPS")
    if path:
        with Path(path).open("ab") as file:
            file.write(b".")


if __name__ == "__main__":
    sys.exit(main(engine=FakeEngine()))
