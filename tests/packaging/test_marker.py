from __future__ import annotations

import json
from pathlib import Path

import pytest

from eightcount_setup import marker
from eightcount_setup.marker import Contents, State, find_state, wanted_contents


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text('version = "0.1.0"\n')
    (tmp_path / "constraints.txt").write_text("torch==2.13.0\n")
    return tmp_path


def a_whole_install(project: Path, extras: tuple[str, ...] = ("backend",), index: str = "") -> Path:
    venv = project / ".venv"
    marker.begin(venv)
    (venv / "pyvenv.cfg").write_text("home = /usr/bin\n")
    marker.finish(venv, wanted_contents(project, extras, index))
    return venv


def test_nothing_there_is_absent(project: Path) -> None:
    wanted = wanted_contents(project, ["backend"], None)
    assert find_state(project / ".venv", wanted) is State.ABSENT


def test_a_whole_install_is_ready_and_leaves_no_note(project: Path) -> None:
    venv = a_whole_install(project)
    assert find_state(venv, wanted_contents(project, ["backend"], None)) is State.READY
    assert not (venv / marker.BEGUN).exists()


def test_an_install_cut_off_anywhere_is_half(project: Path) -> None:
    venv = project / ".venv"
    wanted = wanted_contents(project, ["backend"], None)
    marker.begin(venv)
    assert find_state(venv, wanted) is State.HALF
    (venv / "pyvenv.cfg").write_text("home = /usr/bin\n")
    assert find_state(venv, wanted) is State.HALF


def test_a_whole_install_that_is_begun_again_counts_as_half(project: Path) -> None:
    venv = a_whole_install(project)
    marker.begin(venv)
    assert find_state(venv, wanted_contents(project, ["backend"], None)) is State.HALF
    assert marker.read_marker(venv) is None


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_other_requirements_make_it_stale(project: Path, name: str) -> None:
    venv = a_whole_install(project)
    with (project / name).open("a") as file:
        file.write("# another line\n")
    assert find_state(venv, wanted_contents(project, ["backend"], None)) is State.STALE


def test_fewer_extras_are_covered_and_more_are_not(project: Path) -> None:
    venv = a_whole_install(project, ("backend", "blender"))
    assert find_state(venv, wanted_contents(project, ["backend"], None)) is State.READY
    assert find_state(venv, wanted_contents(project, ["backend", "dev"], None)) is State.STALE


def test_an_index_is_remembered_and_a_new_one_asked_for_is_obeyed(project: Path) -> None:
    venv = a_whole_install(project, index="file:///cuda")
    assert find_state(venv, wanted_contents(project, ["backend"], None)) is State.READY
    assert find_state(venv, wanted_contents(project, ["backend"], "file:///cuda")) is State.READY
    assert find_state(venv, wanted_contents(project, ["backend"], "file:///cpu")) is State.STALE


def test_a_copy_of_the_project_does_not_trust_the_copied_venv(project: Path) -> None:
    venv = a_whole_install(project)
    stored = json.loads((venv / marker.MARKER).read_text())
    (venv / marker.MARKER).write_text(json.dumps({**stored, "root": str(project / "elsewhere")}))
    assert find_state(venv, wanted_contents(project, ["backend"], None)) is State.MOVED


def test_a_venv_made_by_hand_is_told_from_a_half_install(project: Path) -> None:
    venv = project / ".venv"
    venv.mkdir()
    (venv / "pyvenv.cfg").write_text("home = /usr/bin\n")
    assert find_state(venv, wanted_contents(project, ["backend"], None)) is State.FOREIGN


def test_anything_else_by_that_name_is_left_alone(project: Path) -> None:
    venv = project / ".venv"
    venv.write_text("VIRTUAL=1\n")
    assert find_state(venv, wanted_contents(project, ["backend"], None)) is State.OCCUPIED


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"root": 1}'])
def test_a_damaged_marker_is_no_marker(project: Path, text: str) -> None:
    venv = a_whole_install(project)
    (venv / marker.MARKER).write_text(text)
    assert marker.read_marker(venv) is None
    assert find_state(venv, wanted_contents(project, ["backend"], None)) is State.FOREIGN


def test_a_second_install_keeps_the_extras_and_the_index_of_the_first() -> None:
    first = Contents("/project", "0", "file:///cuda", ("backend", "blender"))
    both = Contents("/project", "1", "", ("backend", "dev")).over(first)
    assert both == Contents("/project", "1", "file:///cuda", ("backend", "blender", "dev"))
