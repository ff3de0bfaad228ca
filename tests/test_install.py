"""install.py as a person runs it: a process of its own, in a folder with a space and Japanese in
its name.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from eightcount_setup.marker import BEGUN, MARKER
from eightcount_setup.requirements import pinned

NOWHERE = {
    # A port that nothing listens on stands for a network that is down.
    "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_RETRIES": "1",
    "PIP_FIND_LINKS": "",
}


def run_install(project: Path, *words: str, **changes: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(project / "install.py"), *words],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, **changes},
        cwd=project.parent,
        timeout=120,
    )


def installer_files(root: Path) -> list[Path]:
    return [root / "install.py", *sorted((root / "packaging" / "eightcount_setup").glob("*.py"))]


def test_without_a_network_it_says_so_and_the_next_run_repairs_what_was_begun(
    small_project: Path,
) -> None:
    first = run_install(small_project, **NOWHERE)
    assert first.returncode == 1
    assert first.stderr.strip().splitlines() == [
        "The package index cannot be reached. Check the network (or pip's proxy and index "
        "settings) and run "
        "install.py again."
    ]
    assert (small_project / ".venv" / BEGUN).exists()
    assert not (small_project / ".venv" / MARKER).exists()
    assert "Connection refused" in (small_project / "out" / "install.log").read_text("utf-8")
    second = run_install(small_project, **NOWHERE)
    assert "cut off half-way: starting again" in second.stdout
    assert "Traceback" not in first.stderr + second.stderr


def test_a_console_that_is_not_utf8_gets_the_sentence_too(small_project: Path) -> None:
    (small_project / ".venv").write_text("")
    answer = run_install(small_project, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert answer.returncode == 1
    assert "is no virtual environment" in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.skipif(
    os.name == "nt" or os.geteuid() == 0, reason="no folder is read-only for this user"
)
def test_a_read_only_folder_is_one_sentence(small_project: Path) -> None:
    small_project.chmod(0o555)
    answer = run_install(small_project)
    small_project.chmod(0o755)
    assert answer.returncode == 1
    assert "cannot be written to" in answer.stderr


def test_an_unknown_word_is_refused_before_anything_is_made(small_project: Path) -> None:
    answer = run_install(small_project, "dmeo")
    assert answer.returncode == 2
    assert "dmeo" in answer.stderr
    assert not (small_project / "out").exists()


def test_an_old_python_can_read_the_file_that_turns_it_away(root: Path) -> None:
    ast.parse((root / "install.py").read_text("utf-8"), feature_version=(3, 4))
    for file in installer_files(root):
        ast.parse(file.read_text("utf-8"), feature_version=(3, 8))


def test_the_installer_needs_nothing_but_the_standard_library(root: Path) -> None:
    for file in installer_files(root):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            else:
                continue
            outside = {n.split(".")[0] for n in names} - sys.stdlib_module_names
            assert outside <= {"eightcount_setup"}, file


def test_no_file_of_the_set_up_names_a_host(root: Path) -> None:
    others = [root / "pyproject.toml", root / "constraints.txt", root / ".ci" / "run"]
    for file in [*installer_files(root), *others]:
        assert "://" not in file.read_text("utf-8"), file


def test_every_direct_dependency_is_pinned(root: Path) -> None:
    tomllib = pytest.importorskip("tomllib", reason="Python 3.10 reads no TOML")
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    for requirement in (requirement for group in groups for requirement in group):
        name = requirement.split(";")[0].split(">")[0].split("=")[0].split("[")[0].strip()
        if name not in ("eightcount", "tomli"):
            assert pinned(root / "constraints.txt", name)
