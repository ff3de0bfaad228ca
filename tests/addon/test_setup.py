"""The set-up from the panel: progress, log, failure with its cure, retry, stop."""

from __future__ import annotations

from pathlib import Path

import bpy
import pytest

from blender_addon import session, setup
from eightcount.motion.errors import EightcountError


@pytest.fixture
def project(tmp_path) -> Path:
    """A project folder whose install.py says two sentences and fails the first time."""
    (tmp_path / "install.py").write_text(
        "import pathlib, sys\n"
        "print('Making .venv.')\n"
        "again = pathlib.Path('tried')\n"
        "if not again.exists():\n"
        "    again.touch()\n"
        "    sys.exit('There is no room on the disk.')\n"
        "print('Ready.')\n"
    )
    return tmp_path


@pytest.fixture
def online(addon, monkeypatch):
    """Blender may use the network."""
    if not bpy.app.online_access:
        bpy.context.preferences.system.use_online_access = True
    if not bpy.app.online_access:
        pytest.skip("this Blender is offline")


def test_a_failure_is_explained_and_the_next_press_goes_on(online, scene, project, addon):
    with pytest.raises(RuntimeError, match="no room on the disk"):
        bpy.ops.eightcount.setup_backend(directory=str(project))
    fault = session.current().fault
    assert not session.current().just_set_up
    assert fault.place == "backend" and "Press Set Up again" in fault.error.hint
    assert bpy.ops.eightcount.setup_backend() == {"FINISHED"}  # the folder is remembered
    assert session.current().fault is None and Path(addon.backend_folder) == project
    assert session.current().setup_says == "Ready." and session.current().just_set_up


def test_the_panel_goes_on_and_stop_ends_it(online, scene, tmp_path, wait_for):
    (tmp_path / "install.py").write_text("import time; print('Fetching torch.'); time.sleep(60)")
    bpy.ops.eightcount.setup_backend(directory=str(tmp_path), wait=False)
    now = session.current()
    assert wait_for(lambda: now.setup_says == "Fetching torch.")
    process = now.setup
    assert not bpy.ops.eightcount.setup_backend.poll()
    bpy.ops.eightcount.setup_stop()
    assert now.setup is None and not process.running


def test_a_folder_without_installer(tmp_path):
    with pytest.raises(EightcountError, match=r"no install\.py"):
        setup.BackendSetup(tmp_path)


def test_a_python_that_cannot_start(project):
    with pytest.raises(EightcountError, match="could not be started"):
        setup.BackendSetup(project, python=str(project / "no-python"))
