"""Registering adds what it should, unregistering leaves nothing."""

from __future__ import annotations

import os
import re
import threading
from pathlib import Path

import bpy
import pytest

import blender_addon
from blender_addon import genres, preferences, properties, session
from blender_addon.link import BackendPlan

FOLDER = Path(blender_addon.__file__).parent
HANDLERS = ("load_pre", "load_post", "undo_post", "redo_post")


def counts() -> dict[str, int]:
    """How many handlers there are, and of our classes."""
    found = {name: len(getattr(bpy.app.handlers, name)) for name in HANDLERS}
    found["classes"] = sum(
        "eightcount" in cls.__name__.lower() or cls.__module__.startswith("blender_addon")
        for base in (bpy.types.Operator, bpy.types.Panel, bpy.types.UIList, bpy.types.PropertyGroup)
        for cls in base.__subclasses__()
        if getattr(cls, "is_registered", False)
    )
    return found


def test_unregister_leaves_nothing(scene):
    before = counts()
    for _ in range(2):
        blender_addon.register()
        assert counts()["classes"] > 10
        assert hasattr(bpy.types.Scene, "eightcount")
        blender_addon.unregister()
        assert counts() == before
    assert not hasattr(bpy.types.Scene, "eightcount")
    assert not [t for t in threading.enumerate() if t.name == "eightcount-link"]


def test_unregister_with_a_take_under_way_ends_backend_and_thread(backend, scene, song):
    bpy.ops.eightcount.backend_start()
    bpy.ops.eightcount.generate(wait=False, song=song, genre="slow", seconds=60)
    pid = session.current().welcome.pid
    blender_addon.unregister()
    try:
        assert not [t for t in threading.enumerate() if t.name == "eightcount-link"]
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
        assert not bpy.data.actions and not bpy.data.objects
    finally:
        blender_addon.register()


def test_every_operator_and_setting_has_a_tooltip(addon, scene):
    names = [name for name in dir(bpy.ops.eightcount) if not name.startswith("_")]
    wanted = {
        "backend_start", "backend_stop", "pick_song", "use_selected_strip", "new_seed", "generate",
        "cancel", "copy_details", "beats_to_markers", "take_activate",
    }  # fmt: skip
    assert wanted <= set(names)
    for name in names:
        rna = getattr(bpy.ops.eightcount, name).get_rna_type()
        assert rna.description and not rna.description.endswith("."), name
        for prop in rna.properties:
            hidden = prop.is_hidden or prop.identifier == "rna_type"
            assert hidden or prop.description, (name, prop.identifier)
    for owner in (scene.eightcount, addon):
        for prop in owner.bl_rna.properties:
            ours = prop.is_runtime
            assert not ours or prop.description, prop.identifier


def test_genres_come_from_the_backend_and_a_choice_survives(backend, scene):
    settings = scene.eightcount
    assert properties.genres() == tuple(genres.KNOWN)
    settings.genre = "salsa"
    bpy.ops.eightcount.backend_start()
    assert "quick" in properties.genres()
    settings.genre = "quick"
    number = settings.bl_rna.properties["genre"]
    assert number is not None and settings.genre == "quick"
    with pytest.raises(TypeError):
        settings.genre = "polka"


def test_the_dice_give_a_new_seed(addon, scene):
    seeds = set()
    for _ in range(5):
        bpy.ops.eightcount.new_seed()
        seeds.add(scene.eightcount.seed)
    assert len(seeds) > 1 and all(int(seed) > 0 for seed in seeds)


def test_new_files_start_with_the_preferences_defaults(addon, scene):
    addon.steps, addon.temperature = 4, 0.5
    bpy.ops.wm.read_homefile(use_empty=True)
    settings = bpy.context.scene.eightcount
    assert settings.steps == 4 and settings.temperature == 0.5


def test_preferences_say_how_to_reach_the_backend(addon, scene, monkeypatch, tmp_path):
    python = preferences.venv_python(tmp_path)
    python.parent.mkdir(parents=True)
    python.touch()
    addon.backend_folder = str(tmp_path)
    addon.device, addon.model, addon.log_level = "cpu", "debug", "warning"
    plan = preferences.backend_plan(bpy.context)
    assert isinstance(plan, BackendPlan)
    assert (plan.python, plan.device, plan.model) == (str(python), "cpu", "debug")
    assert plan.log_level == "warning" and plan.name.startswith("Blender ")
    addon.backend_folder, addon.device = "", "auto"
    monkeypatch.setenv(preferences.PYTHON_VARIABLE, str(python))
    plan = preferences.backend_plan(bpy.context)
    assert (plan.python, plan.device) == (str(python), "")
    addon.connection_file = str(tmp_path / "remote.json")
    assert preferences.backend_plan(bpy.context).connection_file == str(tmp_path / "remote.json")


def test_the_links_thread_knows_no_bpy():
    text = (FOLDER / "link.py").read_text(encoding="utf-8")
    assert not re.search(r"^\s*(import|from)\s+bpy", text, re.MULTILINE)


def test_only_what_blender_has_is_imported():
    allowed = {"bpy", "mathutils", "numpy", "eightcount"}
    import sys

    for file in FOLDER.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        for name in re.findall(r"^\s*(?:import|from)\s+([a-z_0-9]+)", text, re.MULTILINE):
            assert name in allowed or name in sys.stdlib_module_names, (file.name, name)
        assert "SPDX-License-Identifier: GPL-3.0-or-later" in text, file.name


def test_the_manifest_is_what_blender_asks_for(tmp_path):
    import subprocess
    import sys

    scripts = Path(bpy.utils.system_resource("SCRIPTS"))
    tool = scripts / "addons_core" / "bl_pkg" / "cli" / "blender_ext.py"
    if not tool.is_file():
        pytest.skip("this bpy comes without the extension tool")
    copy = tmp_path / "eightcount"
    copy.mkdir()
    for file in FOLDER.rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts:
            target = copy / file.relative_to(FOLDER)
            target.parent.mkdir(parents=True, exist_ok=True)
            text = file.read_bytes()
            if file.name == "blender_manifest.toml":  # the builder fills the wheels in
                text = text.replace(b"wheels = []\n", b"")
            target.write_bytes(text)
    ran = subprocess.run(
        [sys.executable, str(tool), "validate", str(copy)], capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
