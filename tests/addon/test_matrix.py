"""The script that runs these tests in several Blenders: its verdicts."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

REPORT = """<?xml version="1.0" encoding="utf-8"?>
<testsuites><testsuite name="pytest" errors="{errors}" failures="1" skipped="2" tests="9" time="3.5">
<testcase name="a"><skipped message="no sound" /></testcase>
<testcase name="b"><skipped message="no sound" /></testcase>
</testsuite></testsuites>"""


@pytest.fixture(scope="module")
def matrix():
    spec = importlib.util.spec_from_file_location("matrix", Path(__file__).with_name("matrix.py"))
    module = sys.modules["matrix"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    del sys.modules["matrix"]


def test_a_report_is_counted(matrix, tmp_path):
    report = tmp_path / "report.xml"
    assert matrix.read_report(report) is None
    report.write_text(REPORT.format(errors=2))
    assert matrix.read_report(report) == matrix.Tally(4, 3, 2, 3.5, ("no sound",))


@pytest.mark.parametrize(
    ("counts", "code", "words", "good"),
    [
        ((9, 0, 0), 0, "passed", True),
        ((9, 0, 0), -11, "passed, then ended with the code -11", True),
        ((9, 0, 0), None, "passed, then hung", True),
        ((9, 1, 0), 0, "failed", False),
        ((0, 0, 9), 0, "no test was run", False),
        (None, -11, "crashed: ended with the code -11", False),
        (None, None, "crashed: hung", False),
    ],
)
def test_the_verdict_is_the_reports_not_the_exit_codes(matrix, counts, code, words, good):
    verdict, found = matrix.judge(matrix.Tally(*counts, 1.0) if counts else None, code)
    assert verdict.startswith(words) and found is good


def test_without_a_python_or_a_wheel_a_series_is_skipped_with_the_reason(
    matrix, tmp_path, monkeypatch
):
    monkeypatch.setattr(matrix, "candidates", lambda: iter(()))
    monkeypatch.setattr(matrix, "wanted_python", lambda _series: (3, 99))
    row = matrix.run_series("9.9", tmp_path / "env", ())
    assert row.good and row.tally is None
    assert row.verdict == "skipped: there is no Python 3.99 with its venv module here"
    assert "9.9" in matrix.table([row]) and row.verdict in matrix.table([row])


def test_each_blender_has_its_python(matrix):
    assert [matrix.wanted_python(s) for s in ("4.2", "5.0", "5.2")] == [(3, 11), (3, 11), (3, 13)]
