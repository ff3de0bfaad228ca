"""What an installation lacks is named with the command that brings it."""

from __future__ import annotations

import importlib.util

import pytest

from eightcount import extras
from eightcount.cli import main
from eightcount.extras import need_extras
from eightcount.motion.errors import EightcountError


@pytest.fixture
def without(monkeypatch):
    """Hide packages from whoever looks for them."""
    real = importlib.util.find_spec

    def hide(*names):
        monkeypatch.setattr(extras, "find_spec", lambda m: None if m in names else real(m))

    return hide


def test_what_is_there_is_not_complained_of():
    need_extras("Training", "train", "report")


def test_missing_packages_and_their_extras_are_named(without):
    without("sklearn", "lightning_fabric")
    with pytest.raises(EightcountError) as fault:
        need_extras("Training", "train", "report")
    assert fault.value.code == "extra-missing"
    assert "lightning_fabric, sklearn" in fault.value.sentence
    assert ".[train,report]" in fault.value.hint


@pytest.mark.parametrize(
    ("command", "package"),
    [
        (["train", "data", "--preset", "small", "--work", "{work}"], "lightning_fabric"),
        (["evaluate", "--takes", "a", "--reference", "b", "--out", "{work}"], "matplotlib"),
    ],
)
def test_a_command_says_so_and_writes_nothing(command, package, without, tmp_path, capsys):
    without(package)
    work = tmp_path / "work"
    assert main([word.format(work=work) for word in command]) == 1
    assert package in capsys.readouterr().err
    assert not work.exists()
