"""Scenes, files and dancers that are not as one would wish: each has one defined result."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import bpy
import numpy as np
import pytest

from blender_addon import properties, session
from blender_addon.rig import actions, armature, keyframes, sound, take
from eightcount.wire.messages import Welcome


def fails(operator, **settings) -> str:
    """The sentence with which the operator must fail."""
    with pytest.raises(RuntimeError) as raised:
        operator(**settings)
    assert session.current().fault.error.hint
    return str(raised.value)


@pytest.mark.parametrize(("fps", "base"), [(24, 1.001), (120, 1.0), (25, 1.0)])
def test_generate_at_other_scene_rates(backend, scene, song, fps, base):
    scene.render.fps, scene.render.fps_base = fps, base
    scene.frame_start = 11
    bpy.ops.eightcount.generate(song=song, genre="quick", seconds=2)
    (action,) = bpy.data.actions
    rate = fps / base
    curve = next(iter(actions.channels(action).fcurves))
    when = [p.co[0] for p in curve.keyframe_points]
    assert np.allclose(when, 11 + np.arange(60) * rate / 30, atol=1e-3)
    assert scene.frame_end == int(11 + 59 * rate / 30 + 1e-4)
    assert take.read_settings(action).scene_fps == pytest.approx(rate)


def test_in_the_tweak_mode_of_the_nla_editor(made, scene, snapshot):
    data = armature.find_dancer(bpy.context).animation_data
    strip = data.nla_tracks.new().strips.new("pushed", 1, made)
    data.action = None
    strip.select = True
    data.use_tweak_mode = True
    assert data.use_tweak_mode
    before = snapshot()
    for operator in (bpy.ops.eightcount.reroll, bpy.ops.eightcount.mirror):
        assert "tweak mode" in fails(operator, start=31, stop=60)
        assert session.current().fault.error.code == "nla-tweak"
    assert "tweak mode" in fails(
        bpy.ops.eightcount.generate, song=made["eightcount_song_path"], genre="quick", seconds=1
    )
    assert "tweak mode" in fails(bpy.ops.eightcount.take_activate, name=made.name)
    assert snapshot() == before
    data.use_tweak_mode = False
    bpy.ops.eightcount.take_activate(name=made.name)
    bpy.ops.eightcount.reroll(start=31, stop=60)


def test_a_file_in_a_folder_that_cannot_be_written(backend, scene, song, tmp_path):
    folder = tmp_path / "locked"
    folder.mkdir()
    shutil.copy(song, folder / "song.wav")
    file = str(folder / "scene.blend")
    bpy.ops.wm.save_as_mainfile(filepath=file)
    before = {p.name: p.stat().st_mtime_ns for p in folder.iterdir()}
    folder.chmod(0o555)
    try:
        scene.eightcount.song_path = "//song.wav"
        bpy.ops.eightcount.generate(genre="quick", seconds=3)
        bpy.ops.eightcount.reroll(start=31, stop=60)
        bpy.ops.eightcount.pin_pose()
        bpy.ops.eightcount.mirror(start=31, stop=60)
        # nothing of ours is written beside the file, so nothing can fail
        assert {p.name: p.stat().st_mtime_ns for p in folder.iterdir()} == before
        if os.geteuid():  # root may write everywhere
            with pytest.raises(RuntimeError):
                bpy.ops.wm.save_mainfile()
    finally:
        folder.chmod(0o755)
    assert len(take.takes(bpy.data.actions)) == 3  # all there, to be saved elsewhere
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "elsewhere.blend"))
    assert Path(tmp_path / "elsewhere.blend").is_file()


def test_a_linked_dancer_is_refused_and_an_override_dances(
    backend, scene, song, tmp_path, snapshot
):
    dancer = armature.create_dancer(scene)
    file = str(tmp_path / "library.blend")
    bpy.ops.wm.save_as_mainfile(filepath=file, copy=True)
    armature.remove_dancer(dancer)
    with bpy.data.libraries.load(file, link=True) as (_, to):
        to.objects = [armature.NAME]
    linked = bpy.data.objects[armature.NAME]
    scene.collection.objects.link(linked)
    bpy.ops.eightcount.backend_start()
    before = snapshot()
    said = fails(bpy.ops.eightcount.generate, song=song, genre="quick", seconds=1)
    assert "linked from another file" in said and "override" in said
    assert snapshot() == before
    own = linked.override_create(remap_local_usages=True)
    bpy.context.view_layer.objects.active = own
    bpy.ops.eightcount.generate(song=song, genre="quick", seconds=1)
    assert own.animation_data.action.name == "night train quick #1"
    assert len(keyframes.read_keys(own.animation_data.action)) == 30


def test_an_armature_without_our_bones_is_left_alone(backend, scene, song):
    bpy.ops.object.armature_add()
    other = bpy.context.object
    assert "lacks 24" in fails(
        bpy.ops.eightcount.generate, song=song, genre="quick", seconds=1, armature=other.name
    )
    bpy.ops.eightcount.generate(song=song, genre="quick", seconds=1)
    assert other.animation_data is None and armature.NAME in bpy.data.objects


@pytest.mark.usefixtures("audio")
def test_two_scenes_have_their_songs_ranges_and_dancers(backend, scene, song):
    bpy.ops.eightcount.generate(song=song, genre="quick", seconds=2)
    other = bpy.data.scenes.new("Other")
    bpy.context.window.scene = other
    other.render.fps, other.frame_start = 60, 201
    bpy.ops.eightcount.generate(song=song, genre="slow", seconds=1)
    assert (scene.frame_start, scene.frame_end) == (1, 60)
    assert (other.frame_start, other.frame_end) == (201, 259)
    assert len(sound.strips_of(scene)) == len(sound.strips_of(other)) == 1
    dancers = [o for s in (scene, other) for o in s.objects if o.type == "ARMATURE"]
    assert [d.animation_data.action.name for d in dancers] == [
        "night train quick #1",
        "night train slow #1",
    ]


def test_twelve_genres_have_names_and_sentences_in_the_panel(addon, scene):
    names = ("break", "middle-hip-hop", "la-hip-hop", "street-jazz", "salsa", "boogaloo")
    now = session.current()
    now.welcome = Welcome(
        program_version="0", protocol=1, model="m", device="cpu", state="ready", genres=names
    )
    shown = properties._genre_items(None, None)
    assert [item[1] for item in shown] == [
        "Automatic", "Break", "Middle hip-hop", "LA hip-hop", "Street jazz", "Salsa", "Boogaloo",
    ]  # fmt: skip
    assert all(item[2] and item[0] not in item[1] for item in shown if "-" in item[0])
    scene.eightcount.genre = "middle-hip-hop"
    now.welcome = None  # before a backend has spoken, the genres that we know
    assert len(properties._genre_items(None, None)) == 13
    assert scene.eightcount.genre == "middle-hip-hop"
