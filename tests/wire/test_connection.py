"""The connection file: written whole, for the owner's eyes, read with clear errors."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import replace

import pytest

from eightcount.motion.errors import EightcountError
from eightcount.wire.connection import (
    FOLDER_VARIABLE,
    Connection,
    new_connection_path,
    read_connection,
    runtime_folder,
    write_connection,
)

POSIX = pytest.mark.skipif(os.name != "posix", reason="POSIX modes")


@pytest.fixture
def connection() -> Connection:
    import socket

    return Connection(
        endpoint="tcp://127.0.0.1:5555",
        server_public_key="p" * 40,
        client_public_key="c" * 40,
        client_secret_key="s" * 40,
        pid=os.getpid(),
        host=socket.gethostname(),
        version="0.1.0",
    )


def code_of(path) -> str:
    with pytest.raises(EightcountError) as caught:
        read_connection(path)
    assert caught.value.sentence.endswith(".") and caught.value.hint
    return caught.value.code


def test_it_comes_back_and_leaves_nothing_else(tmp_path, connection):
    path = tmp_path / "日本" / "c.json"
    write_connection(path, connection)
    assert read_connection(path) == connection
    assert [entry.name for entry in path.parent.iterdir()] == ["c.json"]


@POSIX
def test_only_the_owner_may_read_it_even_over_an_open_one(tmp_path, connection):
    path = tmp_path / "c.json"
    path.write_text("{}")
    path.chmod(0o644)
    old = os.umask(0)
    try:
        write_connection(path, connection)
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@POSIX
def test_a_file_that_others_may_read_is_refused(tmp_path, connection):
    path = tmp_path / "c.json"
    write_connection(path, connection)
    path.chmod(0o644)
    assert code_of(path) == "connection-file"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"endpoint": "tcp://x"}', "\x00\xff", '{"pid": "1"}']
)
def test_damaged_files_are_refused(tmp_path, text):
    path = tmp_path / "c.json"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    assert code_of(path) == "connection-file"


def test_wrong_types_are_refused(tmp_path, connection):
    path = tmp_path / "c.json"
    for change in ({"pid": "1"}, {"endpoint": "ipc:///x"}, {"protocol": True}):
        write_connection(path, connection)
        path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
        assert code_of(path) == "connection-file"


def test_a_missing_file_and_a_dead_backend_mean_no_backend(tmp_path, connection):
    path = tmp_path / "c.json"
    assert code_of(path) == "no-backend"
    gone = replace(connection, pid=2**22 + 12345)
    write_connection(path, gone)
    assert code_of(path) == "no-backend"
    write_connection(path, replace(gone, host="somewhere-else"))
    assert read_connection(path).pid == gone.pid, "a remote backend's pid says nothing here"


def test_keys_stay_out_of_words(connection):
    assert "sss" not in repr(connection)


@POSIX
def test_the_runtime_folder_is_the_users_own(tmp_path, monkeypatch):
    folder = tmp_path / "実行"
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder))
    assert runtime_folder() == folder
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.chmod(0o777)
    assert stat.S_IMODE(runtime_folder().stat().st_mode) == 0o700
    assert new_connection_path() != new_connection_path()


def test_a_runtime_folder_that_is_a_file_is_explained(tmp_path, monkeypatch):
    file = tmp_path / "file"
    file.write_text("")
    monkeypatch.setenv(FOLDER_VARIABLE, str(file))
    with pytest.raises(EightcountError) as caught:
        runtime_folder()
    assert caught.value.code == "runtime-folder" and FOLDER_VARIABLE in caught.value.hint
