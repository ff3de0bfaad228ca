"""Running another program: its output into the journal, its failure as an exception that carries
the output.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from eightcount_setup.journal import Journal

# These would send a package past .venv, or the interpreter to another's library (Blender sets the
# latter).
_MISLEADING = (
    "PYTHONHOME",
    "PYTHONPATH",
    "PIP_USER",
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_REQUIRE_VIRTUALENV",
)
# Blender runs without a console; without this flag a black window flashes up for each child on
# Windows.
NO_WINDOW = getattr(subprocess, "CREATE_NO_WINDOW", 0)


class CommandFailed(Exception):
    """A program ended with an exit code other than 0."""

    def __init__(self, command: Sequence[str], code: int, output: str) -> None:
        super().__init__(f"{Path(command[0]).name} ended with exit code {code}")
        self.code = code
        self.output = output


def child_environment(**changes: str) -> dict[str, str]:
    """Return this process's environment less what misleads a child, with `changes`."""
    kept = {name: value for name, value in os.environ.items() if name not in _MISLEADING}
    return {
        **kept,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PYTHONUNBUFFERED": "1",
        **changes,
    }


def run(
    command: Sequence[str],
    journal: Journal,
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    on_line: Callable[[str], None] | None = None,
) -> str:
    """Run `command` to its end and return what it printed (both streams, in order).

    `on_line` sees each line as it comes. Raises CommandFailed.
    """
    journal.note("$ " + subprocess.list2cmdline(list(command)))
    process = subprocess.Popen(
        list(command),
        cwd=cwd,
        env=dict(environment or child_environment()),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        creationflags=NO_WINDOW,
    )
    lines: list[str] = []
    try:
        for line in process.stdout or ():
            journal.note(line)
            lines.append(line)
            if on_line is not None:
                on_line(line.rstrip())
        code = process.wait()
    except BaseException:
        process.kill()
        process.wait()
        raise
    output = "".join(lines)
    if code != 0:
        raise CommandFailed(command, code, output)
    return output
