"""The add-on's tests inside several Blenders: `python tests/addon/matrix.py`.

Makes a virtual environment for each Blender series, with Blender as a Python module (bpy) and the few
packages that the tests need from pip's index, runs `pytest tests/addon` in it and prints one table. A
series for which there is no Python or no wheel is skipped with the reason. `--envs DIR` keeps the
environments as DIR/bpy-4.2 and so on, and takes those that are there.

The verdict comes from pytest's own report, not from the exit code: bpy 4.2 crashes when its interpreter
ends, after every test has passed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "packaging"))

from eightcount_setup.commands import child_environment  # noqa: E402
from eightcount_setup.environment import python_of  # noqa: E402
from eightcount_setup.pythons import Python, candidates, probe  # noqa: E402

SERIES = ("4.2", "4.5", "5.0")
PACKAGES = ("numpy>=1.26", "pyzmq>=26", "msgspec>=0.19", "pytest>=8", "pytest-timeout>=2.3")
#: seconds for a whole suite; a Blender that hangs when its interpreter ends has written its report.
LIMIT = 1800


@dataclass(frozen=True)
class Tally:
    """What a report of pytest says: how many tests, and the reasons of those skipped."""

    passed: int
    failed: int
    skipped: int
    seconds: float
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """One line of the table; ``tally`` None where no test was run to its end."""

    series: str
    verdict: str
    good: bool
    bpy: str = ""
    python: str = ""
    tally: Tally | None = None


class Skipped(Exception):
    """A series cannot be tested here; the words say why."""


def wanted_python(series: str) -> tuple[int, int]:
    """The Python that a Blender series carries: its wheel fits no other."""
    major, minor = (int(part) for part in series.split("."))
    return (3, 11) if (major, minor) <= (5, 0) else (3, 13)


def find_python(version: tuple[int, int]) -> Python:
    """An interpreter of that version that can make environments. Raises Skipped."""
    seen = dict.fromkeys([*candidates(), ("python{}.{}".format(*version),)])
    for python in filter(None, map(probe, seen)):
        if python.version[:2] == version and python.bits == 64 and python.has_venv:
            return python
    raise Skipped("there is no Python {}.{} with its venv module here".format(*version))


def ready_environment(folder: Path, series: str) -> Path:
    """The interpreter of a whole environment in ``folder``, made or taken. Raises Skipped."""
    python = python_of(folder)
    if python.is_file() and bpy_version(python).startswith(series + "."):
        return python
    maker = find_python(wanted_python(series))
    print(f"Making {folder} with {maker} and bpy {series}.", flush=True)
    _run([*maker.command, "-m", "venv", "--clear", str(folder)], "no environment could be made")
    # a wheel only: nobody builds Blender here
    words = ["--only-binary", "bpy", f"bpy=={series}.*", *PACKAGES]
    _run([str(python), "-m", "pip", "install", "-q", *words], f"pip found no bpy {series}")
    if not bpy_version(python):
        raise Skipped("bpy was installed and does not start (a system library is missing?)")
    return python


def bpy_version(python: Path) -> str:
    """Version of bpy in an environment; nothing where there is none."""
    asked = "from importlib.metadata import version; import bpy, sys; print(version('bpy'))"
    told = subprocess.run(
        [str(python), "-c", asked], capture_output=True, text=True, env=child_environment()
    )
    words = told.stdout.split()  # the exit code says nothing: see above
    return words[-1] if words else ""


def run_series(series: str, folder: Path, words: Sequence[str]) -> Row:
    """Test one series, with ``words`` for pytest."""
    try:
        python = ready_environment(folder, series)
    except Skipped as reason:
        return Row(series, f"skipped: {reason}", True)
    with tempfile.TemporaryDirectory(prefix="eightcount-matrix-") as place:
        report = Path(place) / "report.xml"
        command = [str(python), "-m", "pytest", "tests/addon", "-q", "-p", "no:cacheprovider"]
        code = _suite([*command, f"--junitxml={report}", *words])
        tally = read_report(report)
    verdict, good = judge(tally, code)
    version = ".".join(map(str, probe([str(python)]).version))
    return Row(series, verdict, good, bpy_version(python), version, tally)


def read_report(report: Path) -> Tally | None:
    """What pytest wrote; None where it did not come to that."""
    if not report.is_file():
        return None
    suite = ElementTree.parse(report).getroot().find("testsuite")
    count = {key: int(suite.get(key)) for key in ("tests", "failures", "errors", "skipped")}
    failed = count["failures"] + count["errors"]
    reasons = dict.fromkeys(s.get("message", "") for s in suite.iter("skipped"))
    passed = count["tests"] - failed - count["skipped"]
    return Tally(passed, failed, count["skipped"], float(suite.get("time")), tuple(reasons))


def judge(tally: Tally | None, code: int | None) -> tuple[str, bool]:
    """The verdict in words, and whether it is good.

    Args:
        tally: None where there is no report.
        code: pytest's exit code, None where it had to be ended.
    """
    ended = "hung" if code is None else f"ended with the code {code}"
    if tally is None:
        return f"crashed: {ended} before pytest had written its report", False
    if tally.failed:
        return "failed", False
    if not tally.passed:
        return "no test was run", False
    return ("passed" if code == 0 else f"passed, then {ended}"), True


def table(rows: Sequence[Row]) -> str:
    """The rows as text, with the reasons of skipped tests below."""
    lines = ["Blender  bpy      Python   passed  failed  skipped  seconds  verdict"]
    for row in rows:
        t = row.tally
        counts = (
            f"{t.passed:6d}  {t.failed:6d}  {t.skipped:7d}  {t.seconds:7.0f}" if t else " " * 32
        )
        lines.append(f"{row.series:<7}  {row.bpy:<7}  {row.python:<7}  {counts}  {row.verdict}")
    for row in rows:
        lines += [
            f"{row.series} skipped: {reason}" for reason in (row.tally or Tally(0, 0, 0, 0)).reasons
        ]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; 0 where nothing failed and at least one series was tested."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bpy", nargs="+", default=SERIES, metavar="SERIES", help="4.2 4.5 5.0")
    parser.add_argument("--envs", type=Path, help="keep the environments here, and use them again")
    parser.add_argument("words", nargs="*", help="after --: for pytest")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="eightcount-envs-") as place:
        home = (chosen.envs or Path(place)).resolve()
        rows = [run_series(s, home / f"bpy-{s}", chosen.words) for s in chosen.bpy]
    print(f"\n{table(rows)}")
    tested = any(row.tally for row in rows)
    return 0 if tested and all(row.good for row in rows) else 1


def _suite(command: list[str]) -> int | None:
    environment = child_environment(OMP_NUM_THREADS="1")
    begun = time.monotonic()
    try:
        code = subprocess.run(command, cwd=ROOT, env=environment, timeout=LIMIT).returncode
    except subprocess.TimeoutExpired:
        return None
    print(f"{time.monotonic() - begun:.0f} s, exit code {code}", flush=True)
    return code


def _run(command: list[str], trouble: str) -> None:
    """Run quietly. Raises Skipped with the last line that it said."""
    ran = subprocess.run(command, capture_output=True, text=True, env=child_environment())
    if ran.returncode:
        last = (ran.stderr.strip() or ran.stdout.strip() or "no word").splitlines()[-1]
        raise Skipped(f"{trouble} ({last})")


if __name__ == "__main__":
    sys.exit(main())
