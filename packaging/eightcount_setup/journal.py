"""What the console says and what out/install.log keeps."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TextIO

from eightcount_setup.faults import SetupFault


def make_console_safe() -> None:
    """Let a console that is not UTF-8 show a replacement character instead of failing on a
    folder's name.
    """
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace", line_buffering=True)


class Journal:
    """Sentences go to the console and the log, the tools' own output to the log alone."""

    def __init__(self, path: Path) -> None:
        """Start the log at `path` anew.

        Raises SetupFault("read-only") where it cannot be written.
        """
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._log: TextIO = path.open("w", encoding="utf-8", errors="replace")
        except OSError as error:
            raise SetupFault(
                "read-only",
                f"This folder cannot be written to ({path.parent}: {error.strerror or error}).",
                "Move the project to a folder of your own and run install.py there.",
            ) from error

    def say(self, sentence: str) -> None:
        print(sentence, flush=True)
        self.note(f"[{time.strftime('%H:%M:%S')}] {sentence}")

    def note(self, text: str) -> None:
        self._log.write(text if text.endswith("\n") else text + "\n")
        self._log.flush()

    def close(self) -> None:
        self._log.close()
