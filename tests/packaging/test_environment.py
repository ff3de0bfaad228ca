from __future__ import annotations

from pathlib import Path

import pytest

from eightcount_setup import environment, marker
from eightcount_setup.environment import ready_environment
from eightcount_setup.faults import SetupFault
from eightcount_setup.journal import Journal
from eightcount_setup.pythons import Python
from eightcount_setup.torch_choice import Machine, TorchChoice


class Machinery:
    """Stand-ins for the slow parts: what was asked of pip, and which requirements it refuses."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.refused: dict[str, SetupFault] = {}
        self.stands = True
        self.torch: list[tuple[str | None, bool]] = []

    def pip(self, python: Path, arguments: list[str], journal: Journal, *, cwd: Path) -> str:
        self.asked.append(" ".join(arguments))
        for requirement, fault in self.refused.items():
            if arguments[-1] == requirement:
                raise fault
        return ""

    def install_project(
        self, python: Path, root: Path, extras: list[str], pins: list[str], journal: Journal
    ) -> None:
        self.pip(python, ["install", *pins, f"project[{','.join(extras)}]"], journal, cwd=root)

    def install_torch(
        self,
        python: Path,
        root: Path,
        choice: TorchChoice,
        pins: list[str],
        journal: Journal,
        *,
        anew: bool,
    ) -> None:
        self.torch.append((choice.index, anew))
        self.pip(python, ["install", *pins, choice.attempts[0].requirement], journal, cwd=root)

    def make(self, python: tuple[str, ...], venv: Path, journal: Journal) -> None:
        (venv / "pyvenv.cfg").write_text("home = /usr/bin\n")


@pytest.fixture
def machinery(monkeypatch: pytest.MonkeyPatch) -> Machinery:
    made = Machinery()
    monkeypatch.setattr(environment, "pip", made.pip)
    monkeypatch.setattr(environment, "install_torch", made.install_torch)
    monkeypatch.setattr(environment, "install_project", made.install_project)
    monkeypatch.setattr(environment, "_make", made.make)
    monkeypatch.setattr(environment, "_stands", lambda venv: made.stands)
    monkeypatch.setattr(environment, "_import_all", lambda *_: None)
    monkeypatch.setattr(environment, "_warm_up", lambda *_: None)
    monkeypatch.setattr(environment, "find_python", lambda: Python(("python3.11",), (3, 11, 7)))
    monkeypatch.setattr(environment, "read_machine", lambda: Machine("Linux", "x86_64", False))
    monkeypatch.setattr(environment, "require_space", lambda *_: None)
    return made


def test_a_fresh_folder_gets_everything_and_the_next_run_nothing(
    small_project: Path, journal: Journal, machinery: Machinery
) -> None:
    first = ready_environment(small_project, ["backend"], journal)
    assert first.changed
    assert any("torch==2.13.0+cpu" in words for words in machinery.asked)
    assert any("project[backend]" in words for words in machinery.asked)
    machinery.asked.clear()
    assert not ready_environment(small_project, ["backend"], journal).changed
    assert machinery.asked == []


def test_pins_bind_every_install(
    small_project: Path, journal: Journal, machinery: Machinery
) -> None:
    ready_environment(small_project, ["backend"], journal)
    setuptools, *others = machinery.asked
    pins = f"-c {small_project / 'constraints.txt'}"
    assert "==" in setuptools
    assert all(pins in words for words in others)


def test_an_install_that_was_cut_off_starts_again_from_nothing(
    small_project: Path, journal: Journal, machinery: Machinery, capsys: pytest.CaptureFixture[str]
) -> None:
    machinery.refused["project[backend]"] = SetupFault("no-network", "no network")
    with pytest.raises(SetupFault):
        ready_environment(small_project, ["backend"], journal)
    leftover = small_project / ".venv" / "half-a-package"
    leftover.write_text("")
    machinery.refused.clear()
    assert ready_environment(small_project, ["backend"], journal).changed
    assert not leftover.exists()
    assert "cut off half-way" in capsys.readouterr().out
    assert not ready_environment(small_project, ["backend"], journal).changed


def test_a_whole_install_with_something_deleted_is_made_anew(
    small_project: Path, journal: Journal, machinery: Machinery, capsys: pytest.CaptureFixture[str]
) -> None:
    ready_environment(small_project, ["backend"], journal)
    machinery.stands = False
    assert ready_environment(small_project, ["backend"], journal).changed
    assert "Something is missing" in capsys.readouterr().out


def test_more_extras_are_added_and_the_earlier_ones_kept(
    small_project: Path, journal: Journal, machinery: Machinery
) -> None:
    ready_environment(small_project, ["backend", "blender"], journal)
    (small_project / ".venv" / "kept").write_text("")
    ready_environment(small_project, ["backend", "dev"], journal)
    assert machinery.asked[-1].endswith("project[backend,blender,dev]")
    assert (small_project / ".venv" / "kept").exists()
    assert not ready_environment(small_project, ["blender"], journal).changed


def test_another_index_is_told_to_the_install_of_torch_and_remembered(
    small_project: Path, journal: Journal, machinery: Machinery
) -> None:
    ready_environment(small_project, ["backend"], journal)
    ready_environment(small_project, ["backend"], journal, torch_index="file:///cuda")
    assert machinery.torch[-1] == ("file:///cuda", True)
    ready_environment(small_project, ["backend", "dev"], journal)
    assert machinery.torch[-1] == ("file:///cuda", False)


def test_a_venv_made_by_hand_is_filled_and_never_deleted(
    small_project: Path, journal: Journal, machinery: Machinery, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv = small_project / ".venv"
    venv.mkdir()
    (venv / "pyvenv.cfg").write_text("home = /usr/bin\n")
    (venv / "mine").write_text("")
    monkeypatch.setattr(environment, "probe", lambda _: Python(("python",), (3, 9, 1)))
    with pytest.raises(SetupFault, match=r"by hand with Python 3\.9\.1"):
        ready_environment(small_project, ["backend"], journal)
    monkeypatch.setattr(environment, "probe", lambda _: Python(("python",), (3, 12, 1)))
    assert ready_environment(small_project, ["backend"], journal).changed
    assert (venv / "mine").exists()
    assert marker.read_marker(venv) is not None


def test_a_file_by_the_name_of_the_venv_is_left_alone(
    small_project: Path, journal: Journal, machinery: Machinery
) -> None:
    (small_project / ".venv").write_text("VIRTUAL=1\n")
    with pytest.raises(SetupFault, match="Move it away"):
        ready_environment(small_project, ["backend"], journal)
    assert (small_project / ".venv").read_text() == "VIRTUAL=1\n"


def test_the_warm_up_calls_the_projects_own(monkeypatch: pytest.MonkeyPatch) -> None:
    from eightcount.music import warmup

    calls = []
    monkeypatch.setattr(warmup, "warm_up", lambda: calls.append(1))
    exec(environment._WARM_UP, {})
    assert calls == [1]
