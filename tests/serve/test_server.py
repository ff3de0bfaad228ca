"""The loop's decisions about a job's messages, taken one by one without a second process."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from eightcount.serve.engine import EngineInfo
from eightcount.serve.outbox import Answer
from eightcount.serve.server import Options, Server
from eightcount.wire.messages import Cancel, Done, Frames, Generate, Message, Progress


class NoEngine:
    def describe(self) -> EngineInfo:
        return EngineInfo(model="", device="")


@pytest.fixture
def server(tmp_path) -> Iterator[Server]:
    found = Server(NoEngine(), Options(tmp_path / "c.json"))
    yield found
    found._context.destroy(linger=0)


def frames(job: str) -> Frames:
    return Frames(
        job=job,
        first_frame=0,
        count=1,
        fps=30.0,
        rotations=np.zeros((1, 24, 4)),
        translation=np.zeros((1, 3)),
        contacts=np.zeros((1, 4)),
    )


def done(job: str) -> Done:
    return Done(job=job, frames=1, fps=30.0, seed=0, model="", genre="")


def test_after_cancel_no_frame_goes_out_and_done_becomes_cancelled(server):
    guest = server._guests.meet(b"guest")
    job = server._jobs.admit(b"guest", Generate(job="j", song="0" * 64))
    assert job.begin()

    def answer(message: Message) -> None:
        server._answer(Answer.of(job, message))

    def waiting() -> list[str]:
        return [message.kind for message, _ in guest.line]

    answer(Progress(job="j", stage="choreographing"))
    answer(frames("j"))
    assert waiting() == ["progress", "frames"]
    server._handle(guest, Cancel(job="j"))
    assert waiting() == [], "what was made before the cancel is still on its way"
    answer(frames("j"))
    answer(done("j"))
    assert waiting() == ["cancelled"], "some frames were dropped, so this take is not done"
    answer(done("j"))
    assert waiting() == ["cancelled"], "a job has one end"


def test_a_lost_client_frees_the_backend_for_others(server):
    guest = server._guests.meet(b"guest")
    job = server._jobs.admit(b"guest", Generate(job="j", song="0" * 64))
    assert job.begin()
    server._lose(guest)
    assert job.cancel.is_set() and not len(server._jobs)
    server._answer(Answer.of(job, done("j")))
    assert not guest.line
