"""Songs and takes across two real processes: order, ends, cancelling, being busy."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from eightcount.motion.errors import EightcountError
from eightcount.wire.client import finish
from eightcount.wire.messages import (
    MAX_FRAMES,
    TERMINAL,
    Cancelled,
    Done,
    EditTake,
    Failed,
    Frames,
    Generate,
    Progress,
    PutSong,
    SongReady,
    new_job,
)
from eightcount.wire.pieces import lay_over

SONG = b"12 seconds!!"  # the fake engine hears a second in every byte


def frames_of(messages) -> list[Frames]:
    return [message for message in messages if isinstance(message, Frames)]


def listen_to_all(client, seconds: float) -> list:
    """Everything that arrives within a time."""
    until = time.monotonic() + seconds
    found = []
    while (left := until - time.monotonic()) > 0:
        message = client.receive(left)
        if message is not None:
            found.append(message)
    return found


def test_a_take_arrives_whole_and_in_order(backend):
    client = backend.ready_client()
    song = client.put_song(SONG, "北国の春.mp3")
    assert song.name == "北国の春.mp3" and song.seconds == 12 and len(song.beats) == 24
    seed = 2**62 + 12345678901
    messages = list(client.generate(Generate(song=song.digest, genre="quick", seed=seed)))
    done = messages[-1]
    assert isinstance(done, Done) and done.seed == seed and done.frames == 360
    assert [m for m in messages if isinstance(m, TERMINAL)] == [done]
    frames = frames_of(messages)
    heights = np.concatenate([piece.translation[:, 1] for piece in frames])
    np.testing.assert_array_equal(heights, np.arange(360))
    assert all(piece.rotations.dtype == np.dtype("<f4") for piece in frames)
    assert {"first_frames", "total"} <= set(done.timings)


def test_a_long_chunk_is_cut_into_bounded_messages(backend):
    client = backend.ready_client()
    song = client.put_song(b"x" * 40)
    messages = list(client.generate(Generate(song=song.digest, genre="long-chunk")))
    frames = frames_of(messages)
    assert [piece.count for piece in frames] == [MAX_FRAMES] * 4
    assert [piece.first_frame for piece in frames] == [0, 300, 600, 900]


def test_a_song_travels_once(backend):
    client = backend.ready_client()
    first = client.put_song(SONG, "a.wav")
    steps = backend.steps
    again = backend.ready_client().put_song(SONG, "copy of a.wav")
    assert backend.steps == steps, "the song was decoded twice"
    assert again.digest == first.digest and again.name == "copy of a.wav"


def test_the_song_cache_forgets_the_oldest(start):
    backend = start(FAKE_SONG_BYTES=str(200 << 20))
    client = backend.ready_client()
    first, second = client.put_song(b"aa"), client.put_song(b"bb")
    with pytest.raises(EightcountError) as caught:
        finish(client.generate(Generate(song=first.digest)))
    assert caught.value.code == "song-unknown"
    assert isinstance(finish(client.generate(Generate(song=second.digest))), Done)


def test_a_false_digest_is_refused(backend):
    client = backend.ready_client()
    put = replace(PutSong.of(SONG, "a.wav"), digest="0" * 64)
    client.send(put)
    last = next(m for m in iter(lambda: client.receive(5), None) if isinstance(m, TERMINAL))
    assert isinstance(last, Failed) and last.code == "song-garbled"


def test_no_audio_and_a_missing_file_are_one_sentence_each(backend, tmp_path):
    client = backend.ready_client()
    with pytest.raises(EightcountError, match="This is no audio. Choose a song."):
        client.put_song(b"no song")
    with pytest.raises(EightcountError) as caught:
        client.put_song(tmp_path / "音楽" / "ない.mp3")
    assert caught.value.code == "song-missing" and "ない.mp3" in caught.value.sentence


def test_cancel_stops_the_work_and_the_next_job_gets_only_its_own(backend):
    client = backend.ready_client()
    song = client.put_song(SONG)
    began: list[float] = []

    def cancelled() -> bool:
        return bool(began)

    messages = []
    for message in client.generate(Generate(song=song.digest, genre="slow"), cancelled=cancelled):
        messages.append(message)
        if isinstance(message, Frames) and not began:
            began.append(time.monotonic())
    assert isinstance(messages[-1], Cancelled)
    assert sum(piece.count for piece in frames_of(messages)) < 360
    steps = backend.steps
    time.sleep(0.5)
    assert backend.steps == steps, "the work went on after Cancelled"

    job = new_job()
    after = list(client.generate(Generate(job=job, song=song.digest, genre="quick", seconds=2)))
    assert {message.job for message in after} == {job}
    assert isinstance(after[-1], Done) and after[-1].frames == 60


def test_a_take_asked_for_right_after_cancel_waits_instead_of_being_busy(backend):
    client = backend.ready_client()
    song = client.put_song(SONG)
    first = Generate(job=new_job(), song=song.digest, genre="slow")
    second = Generate(job=new_job(), song=song.digest, genre="quick", seconds=1)
    client.send(first)
    assert isinstance(client.receive(5), (Progress, Frames))
    client.cancel(first.job)
    client.send(second)
    ends = {}
    while len(ends) < 2:
        message = client.receive(5)
        if isinstance(message, TERMINAL):
            ends[message.job] = type(message)
    assert ends == {first.job: Cancelled, second.job: Done}


def test_cancel_takes_effect_at_the_next_piece_though_the_engine_never_asks(backend):
    client = backend.ready_client()
    song = client.put_song(SONG)
    messages = client.generate(
        Generate(song=song.digest, genre="deaf"), cancelled=lambda: backend.steps > 3
    )
    assert isinstance(list(messages)[-1], Cancelled)
    steps = backend.steps
    time.sleep(0.3)
    assert backend.steps == steps < 24


def test_an_iterator_closed_early_cancels_its_job(backend):
    client = backend.ready_client()
    song = client.put_song(SONG)
    messages = client.generate(Generate(song=song.digest, genre="slow"))
    next(messages)
    messages.close()
    found = listen_to_all(client, 0.5)
    assert any(isinstance(message, Cancelled) for message in found)


def test_a_second_take_is_refused_while_one_runs(backend):
    client, other = backend.ready_client(), backend.ready_client()
    song = client.put_song(SONG)
    running = client.generate(Generate(song=song.digest, genre="slow"))
    next(running)
    for asker in (client, other):
        job = new_job()
        asker.send(Generate(job=job, song=song.digest, genre="quick"))
        answer = next(m for m in iter(lambda c=asker: c.receive(5), None) if m.job == job)
        assert isinstance(answer, Failed) and answer.code == "busy" and answer.hint
    running.close()


def test_every_fault_ends_in_one_failed(backend):
    client = backend.ready_client()
    song = client.put_song(SONG)
    expected = {
        "fault": "internal",
        "gap": "internal",
        "refused": "genre-unknown",
        "nan": "take-broken",
    }
    for genre, code in expected.items():
        messages = list(client.generate(Generate(song=song.digest, genre=genre)))
        ends = [message for message in messages if isinstance(message, TERMINAL)]
        assert [end.code for end in ends] == [code]
        assert "secret" not in ends[0].sentence + ends[0].hint
    assert "ZeroDivisionError: a secret detail" in backend.log
    outside = list(client.generate(Generate(song=song.digest, start=99.0)))
    assert [message.code for message in outside] == ["range-outside-song"]
    strange = list(client.generate(Generate(song=song.digest, model="other")))
    assert [message.code for message in strange] == ["model-missing"]
    assert isinstance(finish(client.generate(Generate(song=song.digest))), Done)


def test_a_job_during_warm_up_waits_and_says_so(start):
    backend = start(FAKE_WARM="1")
    client = backend.client()
    assert client.hello().state == "warming"
    said: list[Progress] = []
    song = client.put_song(SONG, progress=said.append)
    assert said[0].stage == "warming up" and isinstance(song, SongReady)
    assert client.welcome.state == "ready" and client.welcome.genres


def test_cancel_during_warm_up_is_answered_at_once(start):
    backend = start(FAKE_WARM="3")
    client = backend.client()
    client.hello()
    with pytest.raises(EightcountError) as caught:
        client.put_song(SONG, cancelled=lambda: True)
        client.wait_until_ready(0)
    assert caught.value.code == "cancelled"
    assert client.welcome.state == "warming"


def test_a_model_put_right_meanwhile_is_used_without_a_restart(start, tmp_path):
    listed = tmp_path / "models"
    listed.write_text("another")
    backend = start(FAKE_MODELS=f"@{listed}")
    client = backend.client()
    with pytest.raises(EightcountError):
        client.wait_until_ready()
    song = client.put_song(SONG)
    listed.write_text("another fake")
    assert isinstance(finish(client.generate(Generate(song=song.digest))), Done)
    assert client.welcome.state == "ready" and client.welcome.genres and not client.welcome.problem


def test_without_a_model_hello_answers_and_takes_fail_with_the_cure(start):
    backend = start(FAKE_MODELS="another")
    client = backend.client()
    with pytest.raises(EightcountError, match="There is no model fake"):
        client.wait_until_ready()
    assert client.welcome.models == ("another",)
    song = client.put_song(SONG)
    with pytest.raises(EightcountError) as caught:
        finish(client.generate(Generate(song=song.digest)))
    assert caught.value.code == "model-missing" and caught.value.hint
    assert isinstance(finish(client.generate(Generate(song=song.digest, model="another"))), Done)


def test_an_edit_sends_the_changed_frames_alone_where_that_is_asked_for(backend):
    client = backend.ready_client()
    song = client.put_song(SONG)
    rotations = np.zeros((360, 24, 4), np.float32)
    rotations[..., 0] = 1
    arrays = {
        "rotations": rotations,
        "translation": np.zeros((360, 3), np.float32),
        "contacts": np.zeros((360, 4), np.float32),
    }
    request = EditTake(song=song.digest, range_start=2.0, range_stop=2.5, seed=3, **arrays)
    answers = [
        list(client.generate(replace(request, changed_only=only, range_stop=stop)))
        for only, stop in ((False, 2.5), (True, 2.5), (True, 13.0))
    ]
    whole, part, longer = (frames_of(messages) for messages in answers)
    assert [m[-1].frames for m in answers] == [360, 360, 390]
    assert [(piece.first_frame, piece.count) for piece in whole] == [(0, 300), (300, 60)]
    assert [(piece.first_frame, piece.count) for piece in part] == [(60, 15)]
    assert [(piece.first_frame, piece.count) for piece in longer] == [(60, 300), (360, 30)]
    laid = [lay_over(request, [(p.first_frame, p) for p in pieces]) for pieces in (whole, part)]
    for a, b in zip(*laid, strict=True):
        np.testing.assert_array_equal(a, b)
