"""Edits: only the keys of the range change, pins are hit, the old version stays."""

from __future__ import annotations

import json
from pathlib import Path

import bpy
import numpy as np
import pytest

from blender_addon import session
from blender_addon.rig import actions, armature, axes, export, keyframes, pins, take
from eightcount.motion import rotations as rot
from eightcount.motion.skeleton import JOINTS, LOWER, UPPER
from eightcount.wire.messages import song_digest

LOWER_COLUMNS = [0, 1, 2, *(3 + 4 * j + i for j in LOWER for i in range(4))]
UPPER_COLUMNS = [3 + 4 * j + i for j in UPPER for i in range(4)]


def fails(operator, **settings) -> str:
    """The sentence with which the operator must fail."""
    with pytest.raises(RuntimeError) as raised:
        operator(**settings)
    assert session.current().fault.error.hint
    return str(raised.value)


def played():
    return armature.find_dancer(bpy.context).animation_data.action


def keys(action) -> np.ndarray:
    table = keyframes.read_keys(action)
    assert table is not None
    return table


def everything(action) -> list:
    found = []
    for curve in actions.channels(action).fcurves:
        for p in curve.keyframe_points:
            found.append(
                (curve.data_path, curve.array_index, *p.co, p.interpolation, p.handle_left_type)
            )
    return found


@pytest.mark.parametrize("half", ["both", "upper", "lower"])
def test_a_reroll_changes_the_keys_of_range_and_half_alone(made, scene, half):
    before, whole = keys(made), everything(made)
    bpy.ops.eightcount.reroll(start=31, stop=60, half=half, seed="3")
    new = played()
    assert new != made and new.name == f"{made.name} v2" and new.use_fake_user
    assert everything(made) == whole
    after = keys(new)
    assert np.array_equal(after[:30], before[:30]) and np.array_equal(after[60:], before[60:])
    changed = {
        "both": LOWER_COLUMNS + UPPER_COLUMNS,
        "upper": UPPER_COLUMNS,
        "lower": LOWER_COLUMNS,
    }[half]
    kept = [c for c in range(99) if c not in changed]
    assert np.array_equal(after[:, kept], before[:, kept])
    moved = np.abs(after[30:60] - before[30:60]).max(0)
    assert moved[[c for c in changed if c > 3]].max() > 1e-3
    assert np.array_equal(
        export.read_take(made).rotations[:30], export.read_take(new).rotations[:30]
    )


def test_the_new_version_knows_what_made_it(made, scene):
    bpy.ops.eightcount.reroll(start=31, stop=60, half="upper", seed="3", genre="slow", energy=0.5)
    new = played()
    assert new["eightcount_parent"] == made.name
    (record,) = json.loads(new["eightcount_edits"])
    assert record["kind"] == "reroll" and record["range"] == [1.0, 2.0] and record["seed"] == "3"
    assert (record["half"], record["genre"], record["energy"]) == ("upper", "slow", 0.5)
    assert take.read_settings(new).seed == 5  # the take's own
    bpy.ops.eightcount.reroll(start=31, stop=60)
    assert played().name == f"{made.name} v3" and len(json.loads(played()["eightcount_edits"])) == 2


def test_the_same_press_again_gives_another_version(made, scene):
    found = []
    for _ in range(2):
        actions.assign(armature.find_dancer(bpy.context), made)
        bpy.ops.eightcount.reroll(start=31, stop=60)
        found.append(keys(played()))
    assert not np.array_equal(*found)


def test_the_range_comes_from_the_preview_range_or_the_selected_keys(made, scene):
    assert "No range is chosen" in fails(bpy.ops.eightcount.reroll)
    for curve in actions.channels(made).fcurves:
        chosen = np.zeros(120, bool)
        chosen[20:40] = True
        curve.keyframe_points.foreach_set("select_control_point", chosen)
    bpy.ops.eightcount.reroll()
    assert json.loads(played()["eightcount_edits"])[0]["range"] == [0.6667, 1.3333]
    actions.assign(armature.find_dancer(bpy.context), made)
    scene.use_preview_range = True
    scene.frame_preview_start, scene.frame_preview_end = 61, 90
    bpy.ops.eightcount.reroll()
    assert json.loads(played()["eightcount_edits"])[0]["range"] == [2.0, 3.0]


@pytest.mark.parametrize(("fps", "base"), [(24, 1.001), (60, 1.0), (120, 1.0)])
def test_edits_at_other_scene_rates(backend, scene, song, dance, make_take, fps, base):
    scene.render.fps, scene.render.fps_base = fps, base
    scene.frame_start = 101
    made = make_take(song, dance(120))
    before = keys(made)
    start, stop = 101 + fps / base, 101 + 2 * fps / base
    bpy.ops.eightcount.reroll(start=start, stop=stop)
    after = keys(played())
    rows = np.flatnonzero((after != before).any(1))
    assert (rows[0], rows[-1]) == (30, 60)
    curve = next(iter(actions.channels(played()).fcurves))
    assert [p.co[0] for p in curve.keyframe_points] == [
        p.co[0] for p in next(iter(actions.channels(made).fcurves)).keyframe_points
    ]


@pytest.mark.parametrize(
    ("start", "stop", "words"),
    [
        (50, 50, "is empty"),
        (60, 40, "is empty"),
        (500, 600, "outside the take"),
        (-90, -10, "outside the take"),
        (10, 12, "fewest"),
    ],
)
def test_ranges_that_cannot_be(made, scene, snapshot, start, stop, words):
    before = snapshot()
    assert words in fails(bpy.ops.eightcount.reroll, start=start, stop=stop)
    assert snapshot() == before and session.current().fault.place == "edit"


def test_a_range_that_reaches_past_the_take_is_clipped_and_said_so(made, scene):
    before = keys(made)
    bpy.ops.eightcount.reroll(start=91, stop=400)
    after = keys(played())
    assert len(after) == 120 and np.array_equal(after[:90], before[:90])
    assert any("past the take" in note for note in session.current().notes)


def test_a_key_changed_by_hand_is_kept_unless_told_otherwise(made, scene):
    turn = axes.quaternions_to_blender(rot.from_matrix(rot.about_axis("x", 0.5)))
    bag = actions.channels(made)
    for i in range(4):
        path = 'pose.bones["left_elbow"].rotation_quaternion'
        bag.fcurves.find(path, index=i).keyframe_points[45].co.y = turn[i]
    elbow = slice(3 + 4 * JOINTS.index("left_elbow"), 7 + 4 * JOINTS.index("left_elbow"))
    bpy.ops.eightcount.reroll(start=31, stop=60)
    kept = keys(played())[45, elbow]
    assert 1 - abs(float(kept @ np.array(turn))) < 1e-6
    (pin,) = pins.read_pins(played())
    assert (pin.frame, pin.half, pin.by_hand) == (45, "upper", True)
    bpy.ops.eightcount.reroll(start=31, stop=60)  # and in the version after it
    assert 1 - abs(float(keys(played())[45, elbow] @ np.array(turn))) < 1e-6
    bpy.ops.eightcount.reroll(start=31, stop=60, keep_hand_edits=False)
    assert 1 - abs(float(keys(played())[45, elbow] @ np.array(turn))) > 1e-6
    assert not pins.read_pins(played())


def test_a_hand_edit_outside_the_range_is_still_known_as_one_afterwards(made, scene):
    curve = actions.channels(made).fcurves.find('pose.bones["head"].rotation_quaternion', index=1)
    curve.keyframe_points[100].co.y += 0.2
    bpy.ops.eightcount.reroll(start=31, stop=60)
    bpy.ops.eightcount.reroll(start=91, stop=110)
    (pin,) = pins.read_pins(played())
    assert pin.frame == 100 and pin.by_hand


def test_too_many_hand_edits_are_refused_with_the_cure(made, scene):
    for curve in actions.channels(made).fcurves:
        for p in curve.keyframe_points:
            p.co.y += 0.01
    assert "changed by hand" in fails(bpy.ops.eightcount.reroll, start=1, stop=120)
    bpy.ops.eightcount.reroll(start=1, stop=120, keep_hand_edits=False)


def test_a_pinned_pose_is_hit(made, scene):
    dancer = armature.find_dancer(bpy.context)
    scene.frame_set(46)
    dancer.pose.bones["left_shoulder"].rotation_quaternion = (0.8, 0.6, 0, 0)
    dancer.pose.bones["pelvis"].location.z += 0.07
    wanted = pins.shown_pose(dancer)
    assert bpy.ops.eightcount.pin_pose(half="both") == {"FINISHED"}
    bpy.ops.eightcount.reroll(start=31, stop=60)
    motion = export.read_take(played())
    near = 1 - np.abs((motion.rotations[45] * wanted[0]).sum(-1))
    assert near.max() < 1e-6 and np.abs(motion.translation[45] - wanted[1]).max() < 1e-4
    assert [p.frame for p in pins.read_pins(played())] == [45]


def test_pins_that_contradict_are_refused(made, scene, snapshot):
    dancer = armature.find_dancer(bpy.context)
    scene.frame_set(46)
    bpy.ops.eightcount.pin_pose(half="both")
    dancer.pose.bones["left_shoulder"].rotation_quaternion = (0.8, 0.6, 0, 0)
    bpy.ops.eightcount.pin_pose(half="upper")
    before = snapshot()
    assert "different poses" in fails(bpy.ops.eightcount.reroll, start=31, stop=60)
    assert snapshot() == before
    bpy.ops.eightcount.pin_remove(index=0)
    bpy.ops.eightcount.reroll(start=31, stop=60)
    bpy.ops.eightcount.pin_remove()
    assert not pins.read_pins(played())


def test_pins_on_the_beat_and_outside_the_take(made, scene):
    scene.frame_set(43)
    bpy.ops.eightcount.pin_pose(half="upper", on_beat=True)
    assert [(p.frame, p.half) for p in pins.read_pins(made)] == [(45, "upper")]
    scene.frame_set(300)
    assert "outside the take" in fails(bpy.ops.eightcount.pin_pose)
    assert "has 1 pins" in fails(bpy.ops.eightcount.pin_remove, index=4)
    bpy.ops.eightcount.pin_show(index=0)
    assert scene.frame_current == 46


def test_continue_goes_on_to_the_songs_end_and_keeps_all_keys(backend, made, scene, song):
    before = keys(made)
    bpy.ops.eightcount.continue_take(seconds=2)
    after = keys(played())
    assert len(after) == 180 and np.array_equal(after[:120], before)
    assert scene.frame_end >= 180 and take.read_settings(played()).seconds == 6.0
    curve = next(iter(actions.channels(played()).fcurves))
    assert {p.interpolation for p in curve.keyframe_points} == {"LINEAR"}
    actions.assign(armature.find_dancer(bpy.context), made)
    bpy.ops.eightcount.continue_take()
    assert len(keys(played())) == len(Path(song).read_bytes()) * 30  # the fake engine's length


def test_inbetween_keeps_both_poses(made, scene):
    before = keys(made)
    bpy.ops.eightcount.inbetween(start=31, stop=60)
    after = keys(played())
    for frame in (30, 59):
        turns = (after[frame, 3:] * before[frame, 3:]).reshape(24, 4).sum(-1)
        assert np.abs(np.abs(turns) - 1).max() < 1e-5
        assert np.abs(after[frame, :3] - before[frame, :3]).max() < 1e-5
    assert np.abs(after[31:59] - before[31:59]).max() > 1e-3


def test_loop_changes_the_end_only(made, scene):
    before = keys(made)
    bpy.ops.eightcount.loop(seconds=1)
    after = keys(played())
    assert np.array_equal(after[:90], before[:90]) and not np.array_equal(after, before)
    assert "more than half" in fails(bpy.ops.eightcount.loop, seconds=10)


def test_keys_added_or_deleted_in_the_range_come_out_one_a_frame(made, scene):
    bag = actions.channels(made)
    curve = bag.fcurves.find('pose.bones["head"].rotation_quaternion', index=0)
    curve.keyframe_points.remove(curve.keyframe_points[40])
    curve.keyframe_points.insert(50.5, 0.9)
    bag.fcurves.remove(bag.fcurves.find('pose.bones["neck"].rotation_quaternion', index=2))
    bpy.ops.eightcount.reroll(start=31, stop=60, keep_hand_edits=False)
    assert len(keys(played())) == 120


def test_a_moved_take_is_edited_where_its_keys_are(made, scene):
    for curve in actions.channels(made).fcurves:
        for p in curve.keyframe_points:
            p.co.x += 100
        curve.update()
    before = keys(made)
    bpy.ops.eightcount.reroll(start=131, stop=160)
    rows = np.flatnonzero((keys(played()) != before).any(1)).tolist()
    assert rows == list(range(30, 60))
    assert take.read_settings(played()).first_frame == 101


def test_a_fault_or_cancel_leaves_everything_as_it_was(made, scene, snapshot, wait_for):
    bpy.ops.eightcount.backend_start()
    before = snapshot()
    assert "fault of its own" in fails(bpy.ops.eightcount.reroll, start=31, stop=60, genre="fault")
    assert snapshot() == before and session.current().fault.place == "edit"
    bpy.ops.eightcount.reroll(wait=False, start=31, stop=60, genre="slow")
    bpy.ops.eightcount.cancel()
    assert wait_for(lambda: session.current().job is None)
    assert snapshot() == before


def test_a_take_deleted_meanwhile_is_explained(made, scene, wait_for):
    bpy.ops.eightcount.backend_start()
    bpy.ops.eightcount.reroll(wait=False, start=31, stop=60, genre="slow")
    bpy.data.actions.remove(made)
    assert wait_for(lambda: session.current().job is None)
    assert session.current().fault.error.code == "take-gone" and not bpy.data.actions


def test_a_song_file_that_moved(made, scene, song, tmp_path):
    made["eightcount_song_path"] = "/nowhere/night train.wav"
    assert "not at /nowhere" in fails(bpy.ops.eightcount.reroll, start=31, stop=60)
    made["eightcount_digest"] = song_digest(Path(song).read_bytes())
    scene.eightcount.song_path = song  # picked again at its new place
    bpy.ops.eightcount.reroll(start=31, stop=60)
    made["eightcount_song_path"] = song
    Path(song).write_bytes(Path(song).read_bytes() + b"x")  # the file is another one now
    actions.assign(armature.find_dancer(bpy.context), made)
    bpy.ops.eightcount.reroll(start=31, stop=60)
    assert any("not the file any more" in note for note in session.current().notes)


def test_a_take_of_another_model_is_edited_and_said_so(made, scene):
    bpy.ops.eightcount.backend_start()
    made["eightcount_model"], made["eightcount_genre"] = "older", "polka"
    bpy.ops.eightcount.reroll(start=31, stop=60)
    notes = " ".join(session.current().notes)
    assert "made by the model older" in notes and "polka" in notes
    assert "knows no genre" in fails(bpy.ops.eightcount.reroll, start=31, stop=60, genre="jive")


def test_without_a_take_or_with_another_armature(backend, scene, song):
    bpy.ops.object.armature_add()
    assert "plays no take" in fails(bpy.ops.eightcount.mirror)


def test_nla_tracks(made, scene):
    dancer = armature.find_dancer(bpy.context)
    data = dancer.animation_data
    track = data.nla_tracks.new()
    track.strips.new("under", 1, made.copy())
    data.action_influence = 0.5
    bpy.ops.eightcount.reroll(start=31, stop=60)
    assert any("NLA" in note for note in session.current().notes)
    data.action = None
    assert "pushed down" in fails(bpy.ops.eightcount.reroll, start=31, stop=60)


def test_two_scenes_each_with_its_dancer(made, scene, dance, song, make_take):
    other = bpy.data.scenes.new("Other")
    bpy.context.window.scene = other
    assert "plays no take" in fails(bpy.ops.eightcount.reroll, start=31, stop=60)
    make_take(song, dance(90, seed=1), "slow")
    bpy.ops.eightcount.reroll(start=31, stop=60, genre="quick")
    assert played().name == "night train slow #1 v2"
    bpy.context.window.scene = scene
    assert played() == made


def test_linked_takes_get_a_local_version_and_linked_dancers_are_refused(
    made, scene, tmp_path, snapshot
):
    name, file = made.name, str(tmp_path / "library.blend")
    before = keys(made)
    bpy.ops.wm.save_as_mainfile(filepath=file, copy=True)
    bpy.data.actions.remove(made)
    with bpy.data.libraries.load(file, link=True) as (_, to):
        to.actions = [name]
    linked = bpy.data.actions[name]
    assert linked.library is not None
    dancer = armature.find_dancer(bpy.context)
    actions.assign(dancer, linked)
    bpy.ops.eightcount.reroll(start=31, stop=60)
    assert played().library is None and np.array_equal(keys(linked), before)
    armature.remove_dancer(dancer)
    with bpy.data.libraries.load(file, link=True) as (_, to):
        to.objects = [armature.NAME]
    scene.collection.objects.link(bpy.data.objects[armature.NAME])
    bpy.context.view_layer.objects.active = bpy.data.objects[armature.NAME]
    assert "linked from another file" in fails(bpy.ops.eightcount.mirror)
    own = bpy.data.objects[armature.NAME].override_create(remap_local_usages=True)
    bpy.context.view_layer.objects.active = own  # an override, as the error advises
    bpy.ops.eightcount.reroll(start=31, stop=60)
    assert own.animation_data.action.name.endswith(" v3")
