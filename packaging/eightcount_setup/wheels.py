"""The wheels that the add-on's zip carries: the project's own, and pyzmq's for every Blender there
is.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from eightcount_setup.journal import Journal
from eightcount_setup.pip import pip
from eightcount_setup.requirements import pinned

# What the project's own wheel is built from; assets and the add-on stay out of it.
_SOURCES = ("pyproject.toml", "README.md", "LICENSE", "NOTICE", "backend")
# Blender takes the Pythons that an extension fits from its wheels' names, and lets a plain "3" (a
# stable ABI, py3) count for nothing beside a "3.11". pyzmq's cp311 wheels would so shut out every
# later Python, though the abi3 wheels beside them fit: our own wheel has to name each one.
_TAGS = "py311.py312.py313.py314.py315"
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.egg-info", "build")


@dataclass(frozen=True)
class Target:
    """One kind of Blender. platforms: wheel tags that it can load. python: its Python."""

    platforms: tuple[str, ...]
    python: str


# Blender 4.2 to 5.0 has Python 3.11, later ones 3.13 and up: pyzmq's cp312-abi3 wheels serve 3.12
# and all after.
TARGETS = tuple(
    Target(platforms, python)
    for platforms in (
        ("win_amd64",),
        ("macosx_11_0_universal2", "macosx_10_15_universal2"),
        ("manylinux_2_28_x86_64", "manylinux_2_26_x86_64"),
        ("manylinux_2_28_aarch64", "manylinux_2_26_aarch64"),
    )
    for python in ("3.11", "3.13")
)


def pyzmq_wheels(python: Path, root: Path, journal: Journal) -> list[Path]:
    """Return pyzmq's wheels for TARGETS, downloaded into build/wheels the first time.

    Raises SetupFault.
    """
    version = pinned(root / "constraints.txt", "pyzmq")
    folder = root / "build" / "wheels" / version
    whole = folder / "complete"
    if not whole.is_file():
        journal.say("Fetching pyzmq for Windows, macOS and Linux.")
        for target in TARGETS:
            _download(python, f"pyzmq=={version}", target, folder, journal, root)
        whole.touch()
    return sorted(folder.glob("*.whl"))


def own_wheel(python: Path, root: Path, folder: Path, journal: Journal) -> Path:
    """Build the project's wheel into `folder`, replacing an older one, and return its path.

    Raises SetupFault.
    """
    with tempfile.TemporaryDirectory(prefix="eightcount-wheel-") as scratch:
        # setuptools builds in its source tree and packs what an earlier build left there: give it a
        # clean one.
        source, built = Path(scratch, "source"), Path(scratch, "built")
        source.mkdir()
        for name in _SOURCES:
            if (root / name).is_dir():
                shutil.copytree(root / name, source / name, ignore=_LEFT_OUT)
            else:
                shutil.copy2(root / name, source / name)
        (source / "setup.cfg").write_text(f"[bdist_wheel]\npython_tag = {_TAGS}\n")
        options = ["--no-deps", "--no-build-isolation", "--no-cache-dir", "-w", str(built)]
        pip(python, ["wheel", *options, str(source)], journal, cwd=source)
        (wheel,) = built.glob("eightcount-*.whl")
        folder.mkdir(parents=True, exist_ok=True)
        for older in folder.glob("eightcount-*.whl"):
            older.unlink()
        return Path(shutil.copy2(wheel, folder / wheel.name))


def _download(
    python: Path, requirement: str, target: Target, folder: Path, journal: Journal, root: Path
) -> None:
    platforms = [word for tag in target.platforms for word in ("--platform", tag)]
    options = [
        "--only-binary=:all:",
        "--no-deps",
        "--python-version",
        target.python,
        "-d",
        str(folder),
    ]
    pip(python, ["download", *options, *platforms, requirement], journal, cwd=root)
