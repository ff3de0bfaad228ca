"""The list of takes, several takes in one press, two takes side by side."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from blender_addon import session
from blender_addon.operators.markers import nudged
from blender_addon.rig import actions, armature, compare, export, keyframes, take


def names() -> list[str]:
    return [a.name for a in take.takes(bpy.data.actions)]


@pytest.fixture
def two(backend, scene, song) -> list[str]:
    """Two takes made in one press."""
    bpy.ops.eightcount.generate(song=song, genre="quick", seed="7", seconds=2, count=2)
    return names()


def test_several_takes_in_one_press(two):
    assert two == ["night train quick #1", "night train quick #2"]
    assert [take.read_settings(bpy.data.actions[n]).seed for n in two] == [7, 8]
    assert len([o for o in bpy.data.objects if o.type == "ARMATURE"]) == 1
    dancer = bpy.data.objects[armature.NAME]
    assert dancer.animation_data.action.name == two[1]


def test_cancel_ends_the_whole_series_and_keeps_what_is_made(backend, scene, song, wait_for):
    bpy.ops.eightcount.backend_start()
    bpy.ops.eightcount.generate(wait=False, song=song, genre="slow", seconds=2, count=8)
    now = session.current()
    assert wait_for(lambda: now.place_in_series == 2)
    assert now.series == 8
    bpy.ops.eightcount.cancel()
    assert wait_for(lambda: now.job is None)
    assert names() == ["night train slow #1"] and not now.waiting
    assert len(bpy.data.actions) == 1


def test_a_fault_ends_the_series(backend, scene, song):
    with pytest.raises(RuntimeError):
        bpy.ops.eightcount.generate(song=song, genre="fault", seconds=2, count=3)
    assert not names() and not session.current().waiting and not bpy.data.actions


def test_duplicate_rename_star_delete(two):
    dancer = bpy.data.objects[armature.NAME]
    bpy.ops.eightcount.take_duplicate(name=two[0])
    copy = dancer.animation_data.action
    assert copy.name == "night train quick #3" and copy.use_fake_user
    assert np.array_equal(keyframes.read_keys(copy), keyframes.read_keys(bpy.data.actions[two[0]]))
    bpy.ops.eightcount.take_star(name=copy.name)
    assert copy["eightcount_star"]
    bpy.ops.eightcount.take_star(name=copy.name)
    assert "eightcount_star" not in copy
    bpy.ops.eightcount.take_rename(name=copy.name, new_name="the good one")
    assert copy.name == "the good one"
    bpy.ops.eightcount.take_delete()
    assert names() == two and dancer.animation_data.action is None
    with pytest.raises(RuntimeError, match="plays no take"):
        bpy.ops.eightcount.take_delete()
    with pytest.raises(RuntimeError, match="needs a name"):
        bpy.ops.eightcount.take_rename(name=two[0], new_name=" ")


def test_a_version_deleted_gives_the_take_it_came_from(two):
    dancer = bpy.data.objects[armature.NAME]
    bpy.ops.eightcount.mirror()
    assert dancer.animation_data.action.name == f"{two[1]} v2"
    bpy.ops.eightcount.take_rename(name=two[1], new_name="first")
    bpy.ops.eightcount.take_delete(name=f"{two[1]} v2")
    assert dancer.animation_data.action.name == "first"


def test_generate_again_gives_the_same_take(two):
    bpy.ops.eightcount.generate_again(name=two[0])
    again = bpy.data.objects[armature.NAME].animation_data.action
    first = bpy.data.actions[two[0]]
    assert again.name == "night train quick #3"
    assert take.read_settings(again).seed == 7
    assert np.array_equal(export.read_take(again).translation, export.read_take(first).translation)


def test_two_takes_side_by_side(two, scene, song):
    first = bpy.data.objects[armature.NAME]
    bpy.ops.eightcount.compare_takes()
    second = compare.second_dancer(scene)
    assert second.animation_data.action.name == two[0]
    assert first.animation_data.action.name == two[1]
    scene.frame_set(20)
    apart = second.matrix_world.translation - first.matrix_world.translation
    assert np.isclose(apart.length, compare.ASIDE, atol=1e-4)
    assert armature.find_dancer(bpy.context) == first
    bpy.ops.eightcount.generate(song=song, genre="quick", seconds=1)  # goes to the first
    assert second.animation_data.action.name == two[0]
    bpy.ops.eightcount.compare_takes()
    assert compare.second_dancer(scene) is None and first.name in bpy.data.objects
    kinds = ("objects", "armatures", "meshes")
    assert [len(getattr(bpy.data, kind)) for kind in kinds] == [2, 1, 1]
    with pytest.raises(RuntimeError, match="no take 'x'"):
        bpy.ops.eightcount.compare_takes(with_take="x")


def test_takes_survive_save_open_and_append(two, scene, tmp_path):
    bpy.ops.eightcount.take_star(name=two[0])
    bpy.ops.eightcount.pin_pose()
    file = str(tmp_path / "takes.blend")
    bpy.ops.wm.save_as_mainfile(filepath=file)
    bpy.ops.wm.read_homefile(use_empty=True)
    with bpy.data.libraries.load(file) as (_, to):
        to.actions = list(two)
    assert names() == two and bpy.data.actions[two[0]]["eightcount_star"]
    assert bpy.data.actions[two[1]]["eightcount_pins"].startswith("[{")
    bpy.ops.wm.open_mainfile(filepath=file)
    assert names() == two and actions.has_slots(bpy.data.actions[0]) in (True, False)
    assert bpy.data.objects[armature.NAME].animation_data.action.name == two[1]


def test_tempo_nudge_and_first_beat(two):
    from dataclasses import replace

    settings = take.read_settings(bpy.data.actions[two[0]])
    settings = replace(
        settings, beats=tuple(15.0 * i for i in range(16)), downbeats=(0.0, 60.0, 120.0, 180.0)
    )
    assert nudged(settings, 1.0, 0) == settings
    half = nudged(settings, 0.5, 0)
    assert half.beats == tuple(30.0 * i for i in range(8)) and half.downbeats == (0.0, 120.0)
    double = nudged(settings, 2.0, 0)
    assert len(double.beats) == 31 and double.downbeats[:2] == (0.0, 30.0)
    assert nudged(settings, 1.0, 1).downbeats[0] == 15.0
    assert nudged(settings, 1.0, -1).downbeats[0] == 45.0


def test_a_range_of_counts(two, scene):
    bpy.data.actions[two[1]]["eightcount_beats"] = [15.0 * i for i in range(4)]
    scene.frame_set(20)
    bpy.ops.eightcount.range_from_beats(counts=2)
    assert scene.use_preview_range
    assert (scene.frame_preview_start, scene.frame_preview_end) == (16, 45)
    del bpy.data.actions[two[1]]["eightcount_beats"]
    with pytest.raises(RuntimeError, match="No beats"):
        bpy.ops.eightcount.range_from_beats(counts=2)
