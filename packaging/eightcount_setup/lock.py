"""One set-up at a time in a folder; the lock goes with its process, and so with a crash."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from eightcount_setup.faults import SetupFault


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Hold the lock file at `path`. Raises SetupFault("busy") where another process holds it."""
    with path.open("a+b") as file:
        try:
            _lock(file.fileno())
        except OSError as error:
            raise SetupFault(
                "busy",
                "Another install.py is at work in this folder.",
                "Wait for it to end and run this one again.",
            ) from error
        yield


def _lock(descriptor: int) -> None:
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
