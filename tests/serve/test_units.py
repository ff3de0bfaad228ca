"""Parts of the backend on their own: jobs, song cache, outbox, owner watch, logs."""

from __future__ import annotations

import os
import socket
import threading

import pytest
import zmq

from eightcount.motion.errors import EightcountError
from eightcount.serve.jobs import MAX_WAITING, JobBook
from eightcount.serve.logs import sweep
from eightcount.serve.outbox import News, Outbox
from eightcount.serve.owner import OwnerWatch
from eightcount.serve.songs import HeardSong, SongCache
from eightcount.wire.connection import Connection, write_connection
from eightcount.wire.messages import Generate, PutSong, SongReady


def heard(digest: str, size: int) -> HeardSong:
    ready = SongReady(digest=digest, name="", seconds=1.0, tempo=0.0, beats=(), downbeats=())
    return HeardSong(digest, None, ready, size)


def take(job: str) -> Generate:
    return Generate(job=job, song="0" * 64)


def refusal(book: JobBook, client: bytes, request) -> str:
    with pytest.raises(EightcountError) as caught:
        book.admit(client, request)
    return caught.value.code


def test_a_job_ends_once():
    book = JobBook()
    job = book.admit(b"a", take("1"))
    assert book.end(job) and not book.end(job) and job.ended and not len(book)


def test_one_take_at_a_time_but_songs_wait():
    book = JobBook()
    running = book.admit(b"a", take("1"))
    assert refusal(book, b"b", take("2")) == "busy"
    book.admit(b"b", PutSong.of(b"x", "x", job="song"))
    running.withdraw()
    book.admit(b"b", take("2"))
    assert refusal(book, b"b", PutSong.of(b"x", "x", job="song")) == "job-name-taken"
    for number in range(MAX_WAITING - len(book)):
        book.admit(b"c", PutSong.of(b"x", "x", job=str(number)))
    assert refusal(book, b"d", PutSong.of(b"x", "x", job="more")) == "busy"


def test_a_withdrawn_job_is_ended_by_exactly_one_side():
    waiting, running = (JobBook().admit(b"a", take("1")) for _ in range(2))
    assert waiting.withdraw() and not waiting.begin()
    assert running.begin() and not running.withdraw() and running.cancel.is_set()


def test_the_cache_keeps_what_was_used_last_and_always_the_newest():
    cache = SongCache(limit=100)
    for digest in "abc":
        cache.put(heard(digest, 40))
        cache.get("a")
    assert cache.get("a") and cache.get("c") and not cache.get("b")
    cache.put(heard("huge", 1000))
    assert cache.get("huge") and len(cache) == 1


def test_a_full_outbox_holds_the_worker_until_there_is_room_or_it_is_told_to_give_up():
    with zmq.Context() as context:
        outbox = Outbox(context, size=1)
        news = News("ready", ())
        assert outbox.put(news)
        stop = threading.Event()
        stop.set()
        assert not outbox.put(news, give_up=stop)
        outbox.offer(news)
        assert outbox.take() is news and outbox.take() is None
        assert outbox.socket.poll(1000)
        outbox.silence_bell()
        assert not outbox.socket.poll(0)
        outbox.close()
        assert not outbox.put(news)
        context.destroy(linger=0)


def test_the_owner_watch_speaks_only_when_the_owner_is_gone(monkeypatch):
    monkeypatch.setattr("eightcount.serve.owner.LOOK_SECONDS", 0.0)
    assert OwnerWatch(os.getpid(), None).reason_to_end() == ""
    assert "ended" in OwnerWatch(2**22 + 7, None).reason_to_end()
    later = OwnerWatch(os.getpid(), None)
    monkeypatch.setattr("eightcount.serve.owner.birth", lambda pid: "another process")
    assert "ended" in later.reason_to_end(), "the id was given to a new process"


def test_what_older_runs_left_is_swept_and_nothing_else(tmp_path):
    runs = [f"backend-{number:012x}" for number in range(8)]
    for number, run in enumerate(runs):
        for ending in (".log", ".err"):
            path = tmp_path / f"{run}{ending}"
            path.write_text("x")
            os.utime(path, (number, number))
    mine = ["backend-server.log", "other.log", "backend.json"]
    for name in mine:
        (tmp_path / name).write_text("x")
    for run, pid in ((runs[0], 2**22 + 7), (runs[7], os.getpid())):
        connection = Connection(
            "tcp://127.0.0.1:1", "p", "c", "s", pid, socket.gethostname(), "0.1.0"
        )
        write_connection(tmp_path / f"{run}.json", connection)
    sweep(tmp_path, keep=2)
    kept = [f"{run}{ending}" for run in runs[6:] for ending in (".err", ".log")]
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {*kept, *mine, f"{runs[7]}.json"}
