"""First use in the window of a real Blender: Set Up runs the real install.py, then Start.

Takes many minutes and about 6 GB, so it runs only where EIGHTCOUNT_E2E_SETUP is set, beside what
`test_window.py` asks for. Its value is a JSON object of environment variables for the Blender
("{}" for none): pip's settings, or a PATH on which a Python with its venv module lies.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.e2e.real_blender import PROGRAM, ROOT, build_extension, run_plan

SETTINGS = os.environ.get("EIGHTCOUNT_E2E_SETUP", "")
VERSION = os.environ.get("EIGHTCOUNT_REAL_BLENDER_VERSIONS", "4.3").split()[0]
LIMIT = 2400
#: what no set-up needs, or must make itself
LEFT_OUT = (".*", "build", "dist", "out", "runs", "tests", "__pycache__", "docs")

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.heavy,
    pytest.mark.registry,
    pytest.mark.timeout(LIMIT + 300),
    pytest.mark.skipif(
        not Path(PROGRAM).is_file(),
        reason="EIGHTCOUNT_REAL_BLENDER names no program that opens a real Blender",
    ),
    pytest.mark.skipif(
        not SETTINGS, reason="EIGHTCOUNT_E2E_SETUP is not set: a whole set-up takes many minutes"
    ),
]


@pytest.fixture
def extension(tmp_path) -> Path:
    """The zip as install.py builds it."""
    return build_extension(tmp_path / "install.log")


def test_set_up_leads_from_a_bare_folder_to_a_backend_that_runs(extension, tmp_path):
    project = tmp_path / "project"
    shutil.copytree(ROOT, project, ignore=shutil.ignore_patterns(*LEFT_OUT))
    plan = {
        "zip": str(extension),
        "project": str(project),
        "environment": json.loads(SETTINGS),
        "look_after": 20.0,
        "patience": LIMIT - 100.0,
        "steps": ["setup"],
    }
    _, steps, pictures = run_plan(plan, VERSION, tmp_path / "seen", LIMIT)
    assert steps["offline"]["code"] == "offline"
    assert steps["setting up"]["running"] and steps["setting up"]["words"]
    assert not steps["set up"]["fault"], steps["set up"]["fault"]
    assert steps["set up"]["words"].startswith("Ready")
    assert Path(steps["set up"]["folder"]) == project
    assert steps["backend"] == steps["backend"] | {"state": "ready", "fault": ""}
    assert pictures == ["1-first-use", "2-offline", "3-setting-up", "4-set-up", "5-ready"]
