"""A plan of steps carried out in the window of a real Blender (`in_window.py`), and what was seen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
#: the program that opens a real Blender, see `test_window.py`
PROGRAM = os.environ.get("EIGHTCOUNT_REAL_BLENDER", "")


def build_extension(log: Path) -> Path:
    """The zip as install.py builds it."""
    from eightcount_setup.extension import ready_extension
    from eightcount_setup.journal import Journal

    return ready_extension(Path(sys.executable), ROOT, Journal(log))


def run_plan(
    plan: dict[str, Any], version: str, out: Path, limit: int
) -> tuple[dict[str, Any], dict[str, dict[str, Any]], list[str]]:
    """Carry out a plan.

    Args:
        plan: what `in_window.py` reads, without ``out``.
        version: of Blender.
        out: where pictures and the report go.
        limit: seconds after which the window is closed.

    Returns:
        the report, its steps by name, and the names of the pictures.
    """
    (out / "user").mkdir(parents=True)
    file = out / "plan.json"
    file.write_text(json.dumps(plan | {"out": str(out)}))
    script = Path(__file__).with_name("in_window.py")
    ran = subprocess.run(
        ["bash", PROGRAM, "run", version, str(script), "--", str(file)],
        cwd=ROOT,
        env=os.environ | {"BLENDER_USER_RESOURCES": str(out / "user"), "LIMIT": str(limit)},
        capture_output=True,
        text=True,
        check=False,
    )
    report = out / "seen.json"
    assert report.is_file(), (ran.stdout + ran.stderr)[-3000:]
    seen = json.loads(report.read_text())
    assert "error" not in seen, seen["error"]
    steps = {step["step"]: step for step in seen["steps"]}
    return seen, steps, sorted(p.stem for p in out.glob("*.png"))
