"""Start a backend process and wait for its connection file. Used by the add-on and the CLI.

The child's output goes to a file, never to a pipe: a pipe that nobody reads fills up and freezes
the child. It gets its own session, so a Ctrl-C in Blender's terminal does not reach it; it ends by
itself when the owner's process is gone.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from eightcount.motion.errors import EightcountError
from eightcount.wire.connection import Connection, new_connection_path, read_connection

_CREATE_NO_WINDOW = 0x08000000
_CREATE_NEW_PROCESS_GROUP = 0x00000200
_BLENDERS_OWN = ("PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "VIRTUAL_ENV")


@dataclass(frozen=True)
class Launched:
    """A backend process that was started; ``output`` holds what it said on stderr."""

    process: subprocess.Popen[bytes]
    connection_file: Path
    output: Path


def launch_backend(
    python: Path | str,
    *,
    owner_pid: int | None = None,
    model: str = "",
    device: str = "",
    connection_file: Path | None = None,
    program: tuple[str, ...] = ("-m", "eightcount.serve"),
    arguments: tuple[str, ...] = (),
    environment: Mapping[str, str] | None = None,
) -> Launched:
    """Start ``python -m eightcount.serve`` and return at once.

    Args:
        python: the backend environment's own interpreter.
        owner_pid: the process with which the backend shall end; None: it runs until stopped.
        program: what the interpreter runs, if not the backend itself.
        arguments: further arguments of ``eightcount serve``.
        environment: variables to add; Blender's PYTHON* settings are always left out.

    Raises EightcountError "backend-missing" where the interpreter cannot be started.
    """
    path = connection_file or new_connection_path()
    command = [str(python), *program, "--connection-file", str(path)]
    command += ["--owner-pid", str(owner_pid)] if owner_pid is not None else []
    command += ["--model", model] if model else []
    command += ["--device", device] if device else []
    output = path.with_suffix(".err")
    try:
        with output.open("wb") as sink:
            process = subprocess.Popen(
                [*command, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                env=_child_environment(environment or {}),
                **_detached(),
            )
    except OSError as error:
        raise EightcountError(
            "backend-missing",
            f"The backend cannot be started with {python}: {error.strerror or error}.",
            "Set up the backend again: run install.py.",
        ) from error
    return Launched(process, path, output)


def wait_for_connection(launched: Launched, timeout: float = 30.0) -> Connection:
    """Wait until the backend listens.

    Raises EightcountError "backend-start" with the last line it said where it ended or did not
    come up within ``timeout`` seconds. A caller with a loop of its own calls :func:`is_up`.
    """
    deadline = time.monotonic() + timeout
    while not is_up(launched):
        if time.monotonic() > deadline:
            raise _not_started(launched, f"did not start within {timeout:.0f} s")
        time.sleep(0.02)
    return read_connection(launched.connection_file)


def is_up(launched: Launched) -> bool:
    """True once the connection file is there. Raises "backend-start" where the process ended."""
    if launched.connection_file.exists():
        return True
    if launched.process.poll() is not None:
        raise _not_started(launched, f"ended at once (exit code {launched.process.returncode})")
    return False


def _not_started(launched: Launched, what: str) -> EightcountError:
    try:
        text = launched.output.read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    said = [line.strip() for line in text.splitlines() if line.strip()]
    words = f": {said[-1]}" if said else ""
    return EightcountError(
        "backend-start",
        f"The backend {what}{words}",
        f"Run install.py again; all it said is in {launched.output}.",
    )


def _child_environment(extra: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _BLENDERS_OWN}
    return {**kept, "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1", **extra}


def _detached() -> dict[str, object]:
    if sys.platform == "win32":
        return {"creationflags": _CREATE_NO_WINDOW | _CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}
