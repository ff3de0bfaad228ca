"""Processes that run, ended, and wait to be reaped."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from eightcount.wire.process import birth, is_alive


def test_this_process_is_alive_and_impossible_ids_are_not():
    assert is_alive(os.getpid())
    assert not is_alive(0) and not is_alive(-1) and not is_alive(2**22 + 99)


def test_asking_does_not_end_the_process_and_a_zombie_counts_as_gone():
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert is_alive(child.pid) and is_alive(child.pid)
    child.stdin.close()
    until = time.monotonic() + 10
    while is_alive(child.pid) and time.monotonic() < until:  # not waited for: a zombie on POSIX
        time.sleep(0.01)
    assert not is_alive(child.pid)
    child.wait()
    assert not is_alive(child.pid)


@pytest.mark.skipif(sys.platform != "linux", reason="births are read from /proc")
def test_births_tell_processes_apart():
    mine = birth(os.getpid())
    assert mine and mine == birth(os.getpid()) and mine != birth(1)
