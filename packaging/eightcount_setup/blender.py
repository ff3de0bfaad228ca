"""Which Blender the demo runs in: bpy from `.venv`, the given one, or one that is found."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eightcount_setup.commands import NO_WINDOW, child_environment
from eightcount_setup.faults import SetupFault

OLDEST = (4, 2)
# What Blender's module links against, and what it renders with where there is no screen.
DEBIAN_IMPORT = "libgl1 libice6 libsm6 libxfixes3 libxi6 libxkbcommon0 libxrender1 libxxf86vm1"
DEBIAN_RENDER = "libegl1 libgl1-mesa-dri"


@dataclass(frozen=True)
class Blender:
    """name: for people. command: runs a script when the script's path and arguments follow."""

    name: str
    command: tuple[str, ...]
    separator: tuple[str, ...]

    def script(self, path: Path, arguments: Sequence[str]) -> list[str]:
        return [*self.command, str(path), *self.separator, *arguments]


def find_blender(python: Path, given: Path | None) -> Blender:
    """Return the Blender to use: `given`, else bpy beside `python`, else one on this machine.

    Raises SetupFault.
    """
    if given is not None:
        return real_blender(given)
    embedded = _embedded(python)
    if embedded is not None:
        return embedded
    for path in _usual_places():
        try:
            return real_blender(path)
        except SetupFault:
            continue
    raise SetupFault(
        "no-blender",
        "There is no Blender: its module fits Python 3.11 alone, and none is installed where "
        "one looks for it.",
        "Install Blender 4.2 or newer and run install.py demo --blender with its path.",
    )


def _embedded(python: Path) -> Blender | None:
    """Return bpy as a Blender; None where it is not installed.

    Raises SetupFault where it cannot start.
    """
    code = (
        "import importlib.util as u, sys; u.find_spec('bpy') or sys.exit(3);"
        "import bpy; print('bpy', bpy.app.version_string)"
    )
    answer = _ask([str(python), "-c", code])
    if answer.returncode == 3:
        return None
    version = re.search(r"^bpy (.+)$", answer.stdout, re.MULTILINE)
    if version is None:
        library = re.search(r"ImportError: (\S+): cannot open shared object file", answer.stderr)
        reason = f"the library {library.group(1)} is missing" if library else "it ended on import"
        raise SetupFault(
            "bpy-broken",
            f"Blender's module cannot start: {reason}.",
            f"On Debian and Ubuntu: apt-get install {DEBIAN_IMPORT}",
        )
    return Blender(f"Blender {version.group(1)} (module)", (str(python),), ())


def real_blender(path: Path) -> Blender:
    """Return the Blender at `path`. Raises SetupFault where it is none, or too old."""
    found = shutil.which(str(path))
    if found is None:
        raise SetupFault(
            "no-blender",
            f"{path} is not a program.",
            "Give --blender the path of Blender's program itself.",
        )
    answer = _ask([found, "--version"])
    version = re.search(r"Blender (\d+)\.(\d+)\S*", answer.stdout)
    if version is None:
        raise SetupFault(
            "no-blender",
            f"{path} did not answer as Blender does.",
            "Give --blender the path of Blender's program.",
        )
    if (int(version.group(1)), int(version.group(2))) < OLDEST:
        raise SetupFault(
            "old-blender",
            f"{path} is {version.group(0)}.",
            "Eightcount needs Blender 4.2 or newer.",
        )
    flags = ("--background", "--factory-startup", "--python-exit-code", "1", "--python")
    return Blender(version.group(0), (found, *flags), ("--",))


def _ask(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            list(command),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=120,
            env=child_environment(),
            creationflags=NO_WINDOW,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return subprocess.CompletedProcess(list(command), 1, "", str(error))


def _usual_places() -> Iterator[Path]:
    on_path = shutil.which("blender")
    if on_path:
        yield Path(on_path)
    yield Path("/Applications/Blender.app/Contents/MacOS/Blender")
    programs = Path(os.environ.get("PROGRAMFILES", r"C:\Program Files"), "Blender Foundation")
    yield from sorted(programs.glob("Blender */blender.exe"), reverse=True)
