"""The suite's runs: Blender's tests apart, and nothing is run twice."""

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


@pytest.mark.parametrize("codes_", [[0, 1], [1, 0], [0, -11]])
def test_a_failure_or_a_crash_is_the_end(runs, codes_):
    asked, codes = runs
    codes += list(codes_)
    assert suite.run_suite(Path("python"), Path("."), []) == sum(codes_)
    assert len(asked) == 2


def test_further_words_go_to_one_pytest(runs):
    asked, codes = runs
    codes += [5]
    assert suite.run_suite(Path("python"), Path("."), ["-k", "x"]) == 5 and asked == [["-k", "x"]]
