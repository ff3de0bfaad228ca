from __future__ import annotations

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from eightcount_setup import torch_install
from eightcount_setup.faults import SetupFault
from eightcount_setup.journal import Journal
from eightcount_setup.space import require_space
from eightcount_setup.torch_choice import Machine, choose_torch
from eightcount_setup.torch_install import install_torch

Usage = namedtuple("Usage", "total used free")
LINUX = Machine("Linux", "x86_64", nvidia=False)
NVIDIA = Machine("Linux", "x86_64", nvidia=True)


class Shelf:
    """Stands in for pip and what it finds: the installed torch, what was asked, what is refused."""

    def __init__(self) -> None:
        self.there: str | None = None
        self.asked: list[str] = []
        self.refused: dict[str, str] = {}

    def pip(self, python: Path, arguments: list[str], journal: Journal, *, cwd: Path) -> None:
        self.asked.append(" ".join(arguments))
        if arguments[-1] in self.refused:
            raise SetupFault(self.refused[arguments[-1]], "refused")


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    made = Shelf()
    monkeypatch.setattr(torch_install, "pip", made.pip)
    monkeypatch.setattr(torch_install, "installed_torch", lambda *_: made.there)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(100e9, 1e9, 99e9))
    return made


def test_the_cpu_build_is_asked_for_with_the_pins(
    shelf: Shelf, tmp_path: Path, journal: Journal
) -> None:
    install_torch(Path("python"), tmp_path, choose_torch(LINUX, "2.13.0"), ["-c", "pins"], journal)
    assert shelf.asked == ["install -c pins torch==2.13.0+cpu"]


@pytest.mark.parametrize("code", ["no-match", "conflict"])
def test_without_a_cpu_build_the_plain_one_is_taken_and_said(
    code: str,
    shelf: Shelf,
    tmp_path: Path,
    journal: Journal,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shelf.refused["torch==2.13.0+cpu"] = code
    install_torch(Path("python"), tmp_path, choose_torch(LINUX, "2.13.0"), [], journal)
    assert shelf.asked[-1] == "install torch==2.13.0"
    assert "--torch-index" in capsys.readouterr().out


def test_without_a_network_no_second_build_is_tried(
    shelf: Shelf, tmp_path: Path, journal: Journal
) -> None:
    shelf.refused["torch==2.13.0+cpu"] = "no-network"
    with pytest.raises(SetupFault) as caught:
        install_torch(Path("python"), tmp_path, choose_torch(LINUX, "2.13.0"), [], journal)
    assert caught.value.code == "no-network"
    assert len(shelf.asked) == 1


@pytest.mark.parametrize(
    ("machine", "there", "kept"),
    [
        (LINUX, "2.13.0+cpu", True),
        (LINUX, "2.13.0", True),
        (LINUX, "2.12.1", False),
        (NVIDIA, "2.13.0+cu130", True),
        (NVIDIA, "2.13.0", True),
        (NVIDIA, "2.13.0+cpu", False),
    ],
)
def test_an_installed_build_is_kept_if_it_will_do(
    machine: Machine, there: str, kept: bool, shelf: Shelf, tmp_path: Path, journal: Journal
) -> None:
    shelf.there = there
    install_torch(Path("python"), tmp_path, choose_torch(machine, "2.13.0"), [], journal)
    assert (shelf.asked == []) is kept
    assert kept or shelf.asked[0] == "uninstall -y torch"


def test_another_index_puts_the_installed_build_out_first(
    shelf: Shelf, tmp_path: Path, journal: Journal
) -> None:
    shelf.there = "2.13.0"
    choice = choose_torch(NVIDIA, "2.13.0", "file:///cuda")
    install_torch(Path("python"), tmp_path, choice, [], journal, anew=True)
    assert shelf.asked == [
        "uninstall -y torch",
        "install --extra-index-url file:///cuda torch==2.13.0",
    ]


def test_the_large_build_wants_its_room_before_it_is_fetched(
    shelf: Shelf, tmp_path: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(100e9, 91e9, 9e9))
    shelf.refused["torch==2.13.0+cpu"] = "no-match"
    with pytest.raises(SetupFault, match="needs about 14 GB"):
        install_torch(Path("python"), tmp_path, choose_torch(LINUX, "2.13.0"), [], journal)
    assert len(shelf.asked) == 1


def test_a_full_disk_is_one_sentence_with_the_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10e9, 8e9, 2e9))
    with pytest.raises(SetupFault, match=r"needs about 6 GB and this disk has 2\.0 GB free"):
        require_space(tmp_path, 6)
    require_space(tmp_path, 1)
