"""Which Python `.venv` is made from: 3.11 for choice (Blender's own module, bpy, fits no other),
else 3.10 to 3.13.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eightcount_setup.commands import NO_WINDOW, child_environment
from eightcount_setup.faults import SetupFault

OLDEST, NEWEST, PREFERRED = (3, 10), (3, 13), (3, 11)
_QUESTION = (
    "import struct, sys, importlib.util as u;"
    "print(*sys.version_info[:3], struct.calcsize('P') * 8, int(bool(u.find_spec('venv') and "
    "u.find_spec('ensurepip'))))"
)


@dataclass(frozen=True)
class Python:
    """An interpreter that answered: its command, version, pointer width and whether it can make a
    venv.
    """

    command: tuple[str, ...]
    version: tuple[int, int, int]
    bits: int = 64
    has_venv: bool = True

    @property
    def fits(self) -> bool:
        return OLDEST <= self.version[:2] <= NEWEST and self.bits == 64 and self.has_venv

    def __str__(self) -> str:
        return "Python " + ".".join(str(part) for part in self.version)


def probe(command: Sequence[str]) -> Python | None:
    """Ask the interpreter behind `command` what it is; None where it does not answer (a dangling
    shim, say).
    """
    try:
        answer = subprocess.run(
            [*command, "-c", _QUESTION],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=30,
            env=child_environment(),
            creationflags=NO_WINDOW,
        )
        major, minor, patch, bits, has_venv = (int(word) for word in answer.stdout.split())
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return Python(tuple(command), (major, minor, patch), bits, bool(has_venv))


def candidates() -> Iterator[tuple[str, ...]]:
    """Yield the commands worth asking: the running interpreter, then what the PATH and Windows'
    launcher have.
    """
    if sys.executable:
        yield (sys.executable,)
    for minor in (11, 12, 13, 10):
        yield (f"python3.{minor}",)
        if os.name == "nt" and shutil.which("py"):
            yield ("py", f"-3.{minor}")
    yield ("python3",)
    yield ("python",)


def choose(found: Sequence[Python]) -> Python:
    """Return the one to use: the first 3.11, else the first that fits.

    Raises SetupFault("no-python").
    """
    fitting = [python for python in found if python.fits]
    for python in fitting:
        if python.version[:2] == PREFERRED:
            return python
    if fitting:
        return fitting[0]
    in_range = [python for python in found if OLDEST <= python.version[:2] <= NEWEST]
    if any(not python.has_venv for python in in_range):
        minor = in_range[0].version[1]
        raise SetupFault(
            "no-venv",
            f"{in_range[0]} is here, but without its venv module.",
            f"Install it (Debian and Ubuntu: the package python3.{minor}-venv) and run "
            "install.py again.",
        )
    seen = ", ".join(sorted({str(python) for python in found})) or "none at all"
    raise SetupFault(
        "no-python",
        f"Eightcount needs a 64-bit Python 3.10 to 3.13, and this machine offers {seen}.",
        "Install Python 3.11 and run install.py with it.",
    )


def find_python() -> Python:
    """Look for a Python to make `.venv` from, and stop looking at the first 3.11.

    Raises SetupFault.
    """
    found = []
    for command in candidates():
        if shutil.which(command[0]) is None:
            continue
        python = probe(command)
        if python is None:
            continue
        found.append(python)
        if python.fits and python.version[:2] == PREFERRED:
            break
    return choose(found)
