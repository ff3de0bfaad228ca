from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from eightcount_setup import pythons
from eightcount_setup.faults import SetupFault
from eightcount_setup.pythons import Python, choose, find_python, probe


def a_python(minor: int, *, bits: int = 64, has_venv: bool = True) -> Python:
    return Python((f"python3.{minor}",), (3, minor, 1), bits, has_venv)


def fake_interpreter(folder: Path, name: str, answer: str) -> None:
    script = folder / name
    script.write_text(f"#!/bin/sh\n{answer}\n")
    script.chmod(0o755)


@pytest.mark.parametrize("minor", [10, 11, 12, 13])
def test_every_supported_python_fits_alone(minor: int) -> None:
    assert choose([a_python(minor)]).version[:2] == (3, minor)


def test_3_11_is_taken_before_the_running_one() -> None:
    assert choose([a_python(13), a_python(12), a_python(11)]).version[:2] == (3, 11)


def test_without_3_11_the_first_that_fits_is_taken() -> None:
    assert choose([a_python(14), a_python(12), a_python(10)]).version[:2] == (3, 12)


@pytest.mark.parametrize(
    "found",
    [[], [a_python(9)], [a_python(14)], [a_python(11, bits=32)], [a_python(8), a_python(14)]],
)
def test_none_that_fits_is_a_fault_that_names_the_cure(found: list[Python]) -> None:
    with pytest.raises(SetupFault) as caught:
        choose(found)
    assert caught.value.code == "no-python"
    assert "Install Python 3.11" in str(caught.value)
    for python in found:
        assert str(python) in str(caught.value)


def test_a_python_without_venv_names_the_package() -> None:
    with pytest.raises(SetupFault, match=r"python3\.12-venv") as caught:
        choose([a_python(12, has_venv=False), a_python(9)])
    assert caught.value.code == "no-venv"


def test_a_python_without_venv_is_passed_over() -> None:
    assert choose([a_python(11, has_venv=False), a_python(12)]).version[:2] == (3, 12)


def test_the_running_interpreter_answers_for_itself() -> None:
    python = probe([sys.executable])
    assert python is not None
    assert python.version == tuple(sys.version_info[:3])


@pytest.mark.skipif(os.name == "nt", reason="the stand-ins are shell scripts")
def test_a_shim_that_leads_nowhere_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_interpreter(tmp_path, "python3.11", "echo 'python3.11: command not found' >&2; exit 127")
    fake_interpreter(tmp_path, "python3.12", "echo 3 12 4 64 1")
    fake_interpreter(tmp_path, "python3", "echo 3 9 2 64 1")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(pythons.sys, "executable", "")
    assert find_python().version == (3, 12, 4)


@pytest.mark.skipif(os.name == "nt", reason="the stand-ins are shell scripts")
def test_only_old_pythons_on_the_path_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_interpreter(tmp_path, "python3", "echo 3 9 2 64 1")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(pythons.sys, "executable", "")
    with pytest.raises(SetupFault, match=r"offers Python 3\.9\.2"):
        find_python()
