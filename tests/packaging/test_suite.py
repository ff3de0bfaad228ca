"""The suite's runs: Blender's tests apart, a crash repeated once, a failure never."""

from __future__ import annotations

from pathlib import Path

import pytest

from eightcount_setup import suite


@pytest.fixture
def runs(monkeypatch):
    """The runs asked for; their exit codes are taken from ``codes``."""
    asked: list[list[str]] = []
    codes: list[int] = []

    def fake(python, root, arguments):
        asked.append(list(arguments))
        return codes.pop(0)

    monkeypatch.setattr(suite, "_pytest", fake)
    return asked, codes


def test_blender_has_a_process_of_its_own(runs):
    asked, codes = runs
    codes += [0, 0]
    assert suite.run_suite(Path("python"), Path("."), []) == 0
    assert asked == [["--ignore=tests/addon"], ["tests/addon"]]


@pytest.mark.parametrize(("codes_", "times", "end"), [([0, -11, 0], 3, 0), ([0, -11, -6], 3, -6)])
def test_a_crash_is_repeated_once(runs, capsys, codes_, times, end):
    asked, codes = runs
    codes += codes_
    assert suite.run_suite(Path("python"), Path("."), []) == end
    assert len(asked) == times and "crashed" in capsys.readouterr().out


@pytest.mark.parametrize("codes_", [[0, 1], [1, 0]])
def test_a_failure_is_a_failure(runs, codes_):
    asked, codes = runs
    codes += codes_
    assert suite.run_suite(Path("python"), Path("."), []) == 1 and len(asked) == 2


def test_further_words_go_to_one_pytest(runs):
    asked, codes = runs
    codes += [5]
    assert suite.run_suite(Path("python"), Path("."), ["-k", "x"]) == 5 and asked == [["-k", "x"]]
