"""A take carries all it takes to make it again, and reads back as what it was."""

from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np
import pytest

from blender_addon.rig import actions, armature, axes, export, keyframes, take, timing
from eightcount.motion import rotations as rot
from eightcount.motion.errors import EightcountError
from eightcount.motion.formats import npz

SETTINGS = take.TakeSettings(
    song="night train.wav",
    digest="ab" * 32,
    song_path="/songs/night train.wav",
    genre="salsa",
    seed=2**63 - 1,
    model="tokendance-small",
    start=1.5,
    seconds=2.0,
    steps=8,
    guidance=2.5,
    temperature=0.9,
    energy=-1.0,
    program="0.1.0",
    protocol=1,
    first_frame=11,
    scene_fps=24.0,
    beat_score=0.25,
    beats=(0.0, 14.25, 29.5),
    downbeats=(0.0,),
)


def made(scene, motion, settings=SETTINGS):
    """A take of the motion."""
    dancer = armature.create_dancer(scene)
    action = actions.new_action(take.take_name(settings.song, settings.genre))
    root = armature.rest_root(dancer)
    clock = timing.Clock(settings.first_frame, settings.scene_fps)
    keyframes.write_take(action, motion, clock, root)
    take.write_settings(action, settings)
    take.store_motion(action, motion, root)
    return action


def test_settings_survive_the_file(scene, dance, tmp_path):
    action = made(scene, dance(60))
    assert take.read_settings(action) == SETTINGS
    name = action.name
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "take.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "take.blend"))
    action = bpy.data.actions[name]
    assert take.read_settings(action) == SETTINGS
    assert take.is_take(action) and action.use_fake_user
    assert np.array_equal(export.read_take(action).rotations, dance(60).rotations)


def test_a_take_without_beats_has_none_when_read(scene):
    action = actions.new_action("x")
    bare = replace(SETTINGS, beats=(), downbeats=(), seed=0)
    take.write_settings(action, bare)
    assert take.read_settings(action) == bare


@pytest.mark.parametrize(
    "name, genre, parts",
    [
        ("night train house #2", "house", ("night train", "house #2")),
        ("night train house #2 v13", "house", ("night train", "house #2 v13")),
        ("night train house #2 v3.001", "house", ("night train", "house #2 v3.001")),
        ("night train #2 v3", "", ("night train", "#2 v3")),
        ("night train house #2 v3", "lock", ("night train house", "#2 v3")),
        ("the good one v2", "house", ("the good one", "v2")),
        ("the good one", "house", ("the good one", "")),
        ("in c++ (live #4)", "c++ (live", ("in c++ (live #4)", "")),
        ("in c++ (live #4", "c++ (live", ("in", "c++ (live #4")),
    ],
)
def test_what_tells_a_take_apart_stands_at_the_end_of_its_name(name, genre, parts):
    assert take.name_and_mark(name, genre) == parts


def test_other_actions_are_no_takes(scene):
    action = bpy.data.actions.new("walk")
    assert not take.is_take(action) and take.read_settings(action) is None
    with pytest.raises(EightcountError):
        export.read_take(action)


def test_reading_back_is_exact_to_the_bit(scene, dance):
    motion = dance(120)
    found = export.read_take(made(scene, motion))
    for name in ("rotations", "translation", "contacts"):
        assert np.array_equal(getattr(found, name), getattr(motion, name)), name
    assert found.fps == motion.fps


def test_a_key_moved_by_hand_is_read_as_it_stands_and_the_rest_is_exact(scene, dance):
    motion = dance(60)
    action = made(scene, motion)
    bag = actions.channels(action)
    turn = rot.about_axis("x", 0.3)
    q = axes.quaternions_to_blender(rot.from_matrix(turn))
    for i in range(4):
        curve = bag.fcurves.find('pose.bones["left_knee"].rotation_quaternion', index=i)
        curve.keyframe_points[20].co.y = q[i]
    found = export.read_take(action)
    assert np.allclose(np.abs((found.rotations[20, 4] * rot.from_matrix(turn)).sum()), 1, atol=1e-6)
    same = (found.rotations == motion.rotations).all(-1)
    assert not same[20, 4] and same.sum() == 60 * 24 - 1


def test_a_take_with_a_key_removed_is_sampled(scene, dance):
    motion = dance(60)
    action = made(scene, motion)
    curve = actions.channels(action).fcurves.find('pose.bones["head"].rotation_quaternion', index=0)
    curve.keyframe_points.remove(curve.keyframe_points[30])
    found = export.read_take(action)
    assert len(found) == 60
    assert np.abs(found.joints() - motion.joints()).max() < 0.01


def test_names_count_up_and_fit(scene):
    first = actions.new_action(take.take_name("night train.wav", "salsa"))
    second = actions.new_action(take.take_name("night train.wav", "salsa"))
    assert (first.name, second.name) == ("night train salsa #1", "night train salsa #2")
    long = actions.new_action(take.take_name("夜行列車" * 20 + ".mp3", "modern"))
    assert long.name.endswith(" modern #1") and long.name.startswith("夜行列車")


def test_export_writes_the_backends_files(scene, dance, tmp_path):
    motion = dance(30)
    action = made(scene, motion)
    export.export_npz(action, tmp_path / "take.npz")
    export.export_bvh(action, tmp_path / "take.bvh")
    loaded = npz.load_take(tmp_path / "take.npz")
    assert loaded.seed == 2**63 - 1 and loaded.genre == "salsa"
    assert np.abs(loaded.motion.joints() - motion.joints()).max() < 1e-4
    assert (tmp_path / "take.bvh").read_text().startswith("HIERARCHY")
