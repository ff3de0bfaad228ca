"""The project itself in `.venv`: its command and what it depends on, with the source left where it is.

That is what `pip install -e` is for, but its .pth file holds the folder's name in the encoding of the
system: a Japanese folder on a Western Windows ends it, or every later start of Python. So pip gets a
wheel without modules, and a .pth file of our own, in ASCII, leads to them.
"""

from __future__ import annotations

import ast
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from eightcount_setup.commands import run
from eightcount_setup.journal import Journal
from eightcount_setup.pip import pip

_SOURCES = ("pyproject.toml", "README.md", "LICENSE", "NOTICE")
_PTH = "eightcount-source.pth"


def install_project(
    python: Path, root: Path, extras: Sequence[str], pins: Sequence[str], journal: Journal
) -> None:
    """Install the project's command and dependencies, and lead Python to its source.

    `pins` are pip's words for the constraints. Raises SetupFault.
    """
    with tempfile.TemporaryDirectory(prefix="eightcount-install-") as scratch:
        hollow = Path(scratch)
        (hollow / "backend").mkdir()
        for name in _SOURCES:
            shutil.copy2(root / name, hollow / name)
        project = f"{hollow}[{','.join(extras)}]"
        pip(python, ["install", *pins, "--no-build-isolation", project], journal, cwd=root)
    code = "import sysconfig; print(ascii(sysconfig.get_paths()['purelib']))"
    site_packages = Path(_read_ascii(run([str(python), "-c", code], journal)))
    (site_packages / _PTH).write_text(pth_line(root / "backend"), encoding="ascii")


def pth_line(folder: Path) -> str:
    """Return the line of a .pth file that puts `folder` first, in ASCII whatever its name is."""
    return f"import sys; sys.path.insert(0, {str(folder)!a})\n"


def _read_ascii(printed: str) -> str:
    """Return the text that ascii() wrote: a path may have letters that a pipe's encoding lacks."""
    return ast.literal_eval(printed.strip().splitlines()[-1])
