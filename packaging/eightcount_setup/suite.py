"""`python install.py test`: the whole test suite with `.venv`'s pytest."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from eightcount_setup.commands import child_environment

#: tests inside Blender's module: what crashes there shall not take the other tests with it
BLENDER = "tests/addon"


def run_suite(python: Path, root: Path, arguments: Sequence[str]) -> int:
    """Run pytest in the console that this process has, and return its exit code.

    Without arguments the suite runs in two processes, one after the other: all tests but Blender's,
    then Blender's, so that a crash in Blender's module does not take the other results with it.

    No process has workers: workers that compile librosa's code at the same time have crashed in it,
    and pytest-xdist then waits for a dead worker for ever.
    """
    if arguments:
        return _pytest(python, root, arguments)
    first = _pytest(python, root, [f"--ignore={BLENDER}"])
    second = _pytest(python, root, [BLENDER])
    return first or second


def _pytest(python: Path, root: Path, arguments: Sequence[str]) -> int:
    # One thread a process: tests start backends, whose threads would fight for the cores.
    changes = {"OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1")}
    command = [str(python), "-m", "pytest", *arguments]
    return subprocess.run(command, cwd=root, env=child_environment(**changes)).returncode
