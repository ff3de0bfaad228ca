"""The built zip in the windows of real Blenders: install, generate, cancel, edit, undo, save, reopen.

A real Blender is not to be had from a package registry. The environment variable
EIGHTCOUNT_REAL_BLENDER names a program that opens one: called as ``PROGRAM run VERSION SCRIPT --
WORDS`` it runs SCRIPT in the window of that Blender on a virtual display, with this folder and the
temporary one visible under their own paths. EIGHTCOUNT_REAL_BLENDER_VERSIONS (default "4.3 5.2") says
which to try. The pictures stay in pytest's temporary folder.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.e2e.real_blender import PROGRAM, ROOT, build_extension, run_plan

VERSIONS = os.environ.get("EIGHTCOUNT_REAL_BLENDER_VERSIONS", "4.3 5.2").split()
LIMIT = 400

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.heavy,
    pytest.mark.timeout(2 * LIMIT),
    pytest.mark.skipif(
        not Path(PROGRAM).is_file(),
        reason="EIGHTCOUNT_REAL_BLENDER names no program that opens a real Blender",
    ),
]


@pytest.fixture(scope="module")
def extension(tmp_path_factory) -> Path:
    """The zip as install.py builds it."""
    return build_extension(tmp_path_factory.mktemp("journal") / "install.log")


@pytest.fixture
def connection(tmp_path):
    """The connection file of a backend with the tiny random model, outside of Blender's own world."""
    path = tmp_path / "connection.json"
    process = subprocess.Popen(
        [sys.executable, "-m", "eightcount.serve", "--connection-file", str(path),
         "--model", "debug", "--device", "cpu"],
        env=os.environ | {"PYTHONPATH": str(ROOT / "backend")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    until = time.monotonic() + 60
    while not path.exists() and time.monotonic() < until:
        time.sleep(0.1)
    yield path
    process.terminate()
    process.wait(20)


@pytest.fixture
def song(tmp_path) -> Path:
    """Eight seconds of a synthetic song."""
    import soundfile

    from eightcount.music.synth import synthesise

    made = synthesise("house", 8.0, 120.0, 1)
    path = tmp_path / "seen" / "song.wav"
    path.parent.mkdir()
    soundfile.write(path, made.samples, made.sample_rate)
    return path


@pytest.mark.parametrize("version", VERSIONS)
def test_from_the_zip_to_an_edited_take_and_back(version, extension, connection, song, tmp_path):
    plan = {
        "zip": str(extension),
        "connection": str(connection),
        "song": str(song),
        "seconds": 6.0,
        "genre": "pop",
        "steps": ["take", "edit", "file"],
    }
    seen, steps, pictures = run_plan(plan, version, tmp_path / "seen", LIMIT)
    assert steps["installed"]["category"] == "Eightcount"
    assert steps["backend"]["state"] == "ready"
    first = "song pop #1"
    assert steps["generated"]["takes"] == [first] and not steps["generated"]["fault"]
    assert steps["cancelled"]["takes"] == [first] and steps["cancelled"]["playing"] == first
    assert steps["rerolled"]["playing"] == f"{first} v2"
    assert steps["rerolled"]["rows"][0] >= 60 and steps["rerolled"]["rows"][1] <= 119
    assert steps["undone"]["takes"] == [first] and steps["undone"]["playing"] == first
    assert steps["redone"]["playing"] == f"{first} v2"
    assert steps["shaped"]["playing"] == f"{first} v3" and not steps["shaped"]["fault"]
    assert steps["compared"]["dancers"] == 2
    assert steps["reopened"]["same"]
    drawn = {"backend", "song", "style", "generate", "takes", "edit", "pins"}
    assert {f"EIGHTCOUNT_PT_{name}" for name in drawn} <= set(seen["draws"])
    assert pictures[:3] == ["1-first-use", "2-arriving", "3-take"] and len(pictures) == 7
