# SPDX-License-Identifier: GPL-3.0-or-later
"""The set-up of the backend as a process: install.py with Blender's own Python. No bpy in here.

Its output goes to a file, so that no pipe can fill up and stop it; the panel shows the last line.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from eightcount.motion.errors import EightcountError

INSTALLER = "install.py"
GOODBYE_SECONDS = 5.0
#: of Blender's, and wrong for the Python of another environment.
_NOT_THEIRS = ("PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "PYTHONNOUSERSITE")


class BackendSetup:
    """One run of install.py in the project's folder."""

    def __init__(self, folder: Path, python: str = sys.executable) -> None:
        """Start it; returns at once.

        Raises EightcountError "setup-folder" where there is no install.py, "setup-start".
        """
        installer = folder / INSTALLER
        if not installer.is_file():
            raise EightcountError(
                "setup-folder",
                f"There is no {INSTALLER} in {folder}.",
                "Choose the folder into which you unpacked Eightcount.",
            )
        self.folder = folder
        self._begun = time.monotonic()
        self.log = Path(tempfile.mkstemp(prefix="eightcount-setup-", suffix=".log")[1])
        environment = {k: v for k, v in os.environ.items() if k not in _NOT_THEIRS}
        try:
            with self.log.open("wb") as log:
                self._process = subprocess.Popen(
                    [python, "-u", str(installer)],
                    cwd=folder,
                    env=environment | {"PYTHONIOENCODING": "utf-8"},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    # a console window would flash on Windows
                    creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                )
        except OSError as error:
            raise EightcountError(
                "setup-start",
                f"Python could not be started: {error.strerror or error}.",
                f"Run {INSTALLER} from a terminal in {folder}.",
            ) from error

    @property
    def running(self) -> bool:
        """True until it has ended."""
        return self._process.poll() is None

    @property
    def worked(self) -> bool:
        """True when it ended well."""
        return self._process.poll() == 0

    @property
    def seconds(self) -> float:
        """How long it has been running."""
        return time.monotonic() - self._begun

    def said(self, lines: int = 1) -> str:
        """The last lines of what it said."""
        with contextlib.suppress(OSError), self.log.open("rb") as file:
            file.seek(max(self.log.stat().st_size - 4096, 0))
            found = file.read().decode("utf-8", errors="replace").split("\n")
            return "\n".join([line.strip() for line in found if line.strip()][-lines:])
        return ""

    def fault(self) -> EightcountError:
        """What went wrong, in its own words."""
        return EightcountError(
            "setup-failed",
            self.said() or f"{INSTALLER} ended with the code {self._process.poll()}.",
            f"Press Set Up again to go on from there; all it said is in {self.log}.",
        )

    def stop(self) -> None:
        """End it; what it has done so far is taken up by the next run."""
        if self.running:
            self._process.terminate()
            try:
                self._process.wait(GOODBYE_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
