"""What tests share: one thread a process, a project in miniature to set up."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from eightcount_setup.journal import Journal

# Before torch or numpy are imported: tests start further processes, and threads of all would fight.
os.environ.setdefault("OMP_NUM_THREADS", "1")

ROOT = Path(__file__).resolve().parent.parent
_MANIFEST = """schema_version = "1.0.0"
id = "eightcount"
version = "0.1.0"
name = "Eightcount"
tagline = "Dance takes from songs"
maintainer = "Eightcount"
type = "add-on"
blender_version_min = "4.2.0"
license = ["SPDX:GPL-3.0-or-later"]

[permissions]
network = "Talk to the backend"
"""


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """A journal of the set-up, whose log nobody reads."""
    journal = Journal(tmp_path / "out" / "install.log")
    yield journal
    journal.close()


@pytest.fixture
def small_project(tmp_path: Path, root: Path) -> Path:
    """A folder with the real installer and settings, a little backend and the smallest add-on."""
    project = tmp_path / "die Tänzer 踊り"
    for name in ("packaging", "backend/eightcount/motion"):
        shutil.copytree(root / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("install.py", "pyproject.toml", "constraints.txt", "LICENSE", "NOTICE"):
        shutil.copy2(root / name, project / name)
    (project / "README.md").write_text("# Eightcount\n", encoding="utf-8")
    shutil.copy2(root / "backend/eightcount/__init__.py", project / "backend/eightcount")
    addon = project / "blender_addon"
    (addon / "rig").mkdir(parents=True)
    (addon / "blender_manifest.toml").write_text(_MANIFEST, encoding="utf-8")
    (addon / "__init__.py").write_text("def register():\n    pass\n", encoding="utf-8")
    (addon / "rig" / "__init__.py").write_text("", encoding="utf-8")
    return project
