"""The backend's log: a file that rolls over, and stderr."""

from __future__ import annotations

import contextlib
import logging
import re
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

from eightcount.motion.errors import EightcountError
from eightcount.wire.connection import read_connection

LEVELS = ("debug", "info", "warning", "error")
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_BYTES = 1 << 20
_KEPT_RUNS = 10
_RUN_FILE = re.compile(r"backend-[0-9a-f]{12}\.(json|log|log\.1|err)")


def start_logging(path: Path, level: str, *, quiet: bool) -> None:
    """Log to ``path`` (1 MiB, one older file kept) and to stderr.

    ``quiet``: only warnings go to stderr. An add-on that holds the other end of a pipe and never
    reads it would freeze the backend once the pipe is full.
    """
    logging.captureWarnings(True)
    root = logging.getLogger()
    root.setLevel(level.upper())
    path.parent.mkdir(parents=True, exist_ok=True)
    file = RotatingFileHandler(path, maxBytes=_BYTES, backupCount=1, encoding="utf-8", delay=True)
    console = logging.StreamHandler(sys.stderr)
    console.setLevel(logging.WARNING if quiet else level.upper())
    for handler in (file, console):
        handler.setFormatter(logging.Formatter(_FORMAT))
        root.addHandler(handler)
    for chatty in ("numba", "matplotlib", "asyncio", "PIL"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def sweep(folder: Path, keep: int = _KEPT_RUNS) -> None:
    """Delete what older runs left: all but the newest logs, and the files of killed backends.

    Only files with the names that ``wire.connection.new_connection_path`` makes up are touched.
    """
    dated = []
    for path in folder.iterdir() if folder.is_dir() else ():
        if not _RUN_FILE.fullmatch(path.name):
            continue
        with contextlib.suppress(OSError):
            if path.suffix != ".json":
                dated.append((path.stat().st_mtime, path))
            elif _is_left_over(path):
                path.unlink()
    for _, path in sorted(dated, reverse=True)[2 * keep :]:
        with contextlib.suppress(OSError):
            path.unlink()


def _is_left_over(path: Path) -> bool:
    try:
        read_connection(path)
    except EightcountError as error:
        return error.code == "no-backend"
    return False
