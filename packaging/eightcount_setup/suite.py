"""`python install.py test`: the whole test suite with `.venv`'s pytest."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from eightcount_setup.commands import child_environment


def run_suite(python: Path, root: Path, arguments: Sequence[str]) -> int:
    """Run pytest in the console that this process has, and return its exit code.

    In one process: workers that compile librosa's code at the same time have crashed in it, and
    pytest-xdist then waits for a dead worker for ever.
    """
    # One thread a process: tests start backends, whose threads would fight for the cores.
    changes = {"OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1")}
    command = [str(python), "-m", "pytest", *arguments]
    return subprocess.run(command, cwd=root, env=child_environment(**changes)).returncode
