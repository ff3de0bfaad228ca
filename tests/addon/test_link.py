"""The link without Blender: one answer to each order, whatever happens."""

from __future__ import annotations

import queue
import sys
import time
from pathlib import Path

import pytest

from blender_addon.link import BackendChanged, BackendPlan, Ended, Link, Order
from eightcount.wire.messages import Frames, Generate, SongReady, new_job

SONG = bytes(60)


@pytest.fixture
def link(backend):
    """A link that is ready."""
    link = Link(backend)
    link.start()
    events = wait_until(link, lambda e: isinstance(e, BackendChanged) and e.state == "ready")
    assert events
    yield link
    link.stop(wait=10)
    assert not link.alive


def wait_until(link: Link, found, seconds: float = 20.0) -> list:
    """Events up to the first that ``found`` accepts; [] where none comes."""
    events, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            events.append(link.events().get(timeout=0.1))
        except queue.Empty:
            continue
        if found(events[-1]):
            return events
    return []


def order(genre: str, seconds: float = 4, song: bytes | Path = SONG) -> Order:
    return Order(new_job(), song, "song", Generate(song="", genre=genre, seconds=seconds))


def ended(job: str):
    return lambda event: isinstance(event, Ended) and event.job == job


def test_a_song_goes_over_once_and_frames_come_in_order(link):
    first, second = order("quick"), order("quick")
    for wish in (first, second):
        link.order(wish)
        events = [e for e in wait_until(link, ended(wish.job)) if getattr(e, "job", "") == wish.job]
        frames = [e for e in events if isinstance(e, Frames)]
        assert [f.first_frame for f in frames] == [
            sum(g.count for g in frames[:i]) for i in range(len(frames))
        ]
        assert sum(f.count for f in frames) == events[-1].done.frames == 120
        assert sum(isinstance(e, SongReady) for e in events) == 1
        assert sum(isinstance(e, Ended) for e in events) == 1


def test_a_backend_that_loads_may_be_silent_longer_than_one_that_works(backend, monkeypatch):
    from dataclasses import replace

    from blender_addon import link as module

    clients = []

    class Noted(module.Client):
        def __init__(self, *words, **more) -> None:
            super().__init__(*words, **more)
            clients.append(self)

    monkeypatch.setattr(module, "Client", Noted)
    link = Link(replace(backend, environment=(*backend.environment, ("FAKE_WARM", "1"))))
    link.start()
    seen = {}
    for state in ("warming", "ready"):
        assert wait_until(link, lambda e, s=state: isinstance(e, BackendChanged) and e.state == s)
        seen[state] = clients[0].silence
    link.stop(wait=10)
    assert seen == {"warming": module.FIRST_SILENCE, "ready": module.SILENCE}
    assert module.FIRST_SILENCE >= 60 > module.SILENCE


def test_a_cancelled_order_is_answered_once_and_nothing_follows(link):
    wish = order("slow", 60)
    link.order(wish)
    wait_until(link, lambda e: isinstance(e, Frames))
    link.cancel(wish.job)
    link.cancel(wish.job)
    events = wait_until(link, ended(wish.job))
    assert events[-1].done is None and events[-1].error is None
    link.order(order("quick", 1))
    later = wait_until(link, lambda e: isinstance(e, Ended))
    assert all(e.job != wish.job for e in later if not isinstance(e, BackendChanged))


def test_cancel_before_anything_came_back(link):
    wish = order("slow", 60)
    link.order(wish)
    link.cancel(wish.job)
    assert wait_until(link, ended(wish.job))[-1].done is None


def test_a_dying_backend_answers_every_order_and_says_so(link):
    wish = order("die")
    link.order(wish)
    events = wait_until(link, lambda e: isinstance(e, BackendChanged) and e.state == "failed")
    answers = [e for e in events if isinstance(e, Ended)]
    assert [a.job for a in answers] == [wish.job] and answers[0].error.code == "backend-gone"
    assert events[-1].error is answers[0].error


def test_stop_answers_open_orders_and_ends_the_process(link):
    wish = order("slow", 60)
    link.order(wish)
    wait_until(link, lambda e: isinstance(e, Frames))
    link.stop(wait=10)
    events = []
    while not link.events().empty():
        events.append(link.events().get())
    assert [e.job for e in events if isinstance(e, Ended)] == [wish.job]
    assert events[-1] == BackendChanged("stopped")
    assert link._launched.process.poll() is not None


def test_a_song_that_went_away(link, tmp_path):
    wish = order("quick", song=tmp_path / "gone.ogg")
    link.order(wish)
    error = wait_until(link, ended(wish.job))[-1].error
    assert error.code == "song-missing" and "gone.ogg" in error.sentence


def test_a_file_is_read_again_only_where_it_has_changed(link, tmp_path, monkeypatch):
    path, reads = tmp_path / "song.ogg", []
    read_bytes = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda p: reads.append(p) or read_bytes(p))
    digests = []
    for content in (bytes(50), bytes(50), bytes(70)):
        if not path.exists() or path.stat().st_size != len(content):
            path.write_bytes(content)
        wish = order("quick", 1, song=path)
        link.order(wish)
        events = wait_until(link, ended(wish.job))
        digests += [e.digest for e in events if isinstance(e, SongReady)]
        assert events[-1].done is not None
        digests.append(reads.count(path))
    # read to name it and to send it; not at all; and both again
    assert digests == [digests[0], 2, digests[0], 2, digests[4], 4] and digests[4] != digests[0]


def test_stop_while_the_backend_still_starts(addon, tmp_path, monkeypatch):
    monkeypatch.setenv("EIGHTCOUNT_RUNTIME_DIR", str(tmp_path))
    link = Link(BackendPlan(python=sys.executable, program=("-c", "import time; time.sleep(60)")))
    link.start()
    wait_until(link, lambda e: isinstance(e, BackendChanged) and e.state == "starting")
    wish = order("quick")
    link.order(wish)
    link.stop(wait=15)
    assert not link.alive
    events = []
    while not link.events().empty():
        events.append(link.events().get())
    assert [e.job for e in events if isinstance(e, Ended)] == [wish.job]
    assert events[-1].state == "stopped"


def test_a_backend_elsewhere_needs_blenders_leave_to_use_the_network(addon, tmp_path):
    from dataclasses import replace

    from eightcount.wire.connection import Connection, write_connection

    key = "x" * 40
    remote = Connection("tcp://192.0.2.1:5555", key, key, key, 1, "elsewhere", "0.1.0")
    path = tmp_path / "remote.json"
    write_connection(path, remote)
    plan = BackendPlan(connection_file=str(path), network_allowed=False)
    link = Link(plan)
    link.start()
    events = wait_until(link, lambda e: isinstance(e, BackendChanged) and e.state == "failed")
    assert events[-1].error.code == "offline"
    link.stop(wait=5)
    assert replace(plan).connection_file == str(path)
