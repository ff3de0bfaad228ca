"""Motion to F-curves: right in space, right in time, the same in one piece and in many."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from blender_addon.rig import actions, armature, axes, ids, keyframes, timing
from eightcount.motion import rotations as rot
from eightcount.motion.kinematics import forward_kinematics
from eightcount.motion.skeleton import JOINTS


def keyed(scene, motion, first=1):
    """A dancer that plays the motion; returns dancer, Action and clock."""
    dancer = armature.create_dancer(scene)
    action = actions.new_action("take")
    actions.assign(dancer, action)
    clock = timing.Clock(first, timing.scene_fps(scene), motion.fps)
    keyframes.write_take(action, motion, clock, armature.rest_root(dancer))
    return dancer, action, clock


def joints_at(scene, dancer, frame: float) -> np.ndarray:
    """World positions of the joints (24, 3) at a scene frame, y up."""
    scene.frame_set(int(np.floor(frame)), subframe=float(frame - np.floor(frame)))
    places = [dancer.matrix_world @ dancer.pose.bones[name].head for name in JOINTS]
    return axes.vectors_from_blender(np.array(places))


@pytest.mark.parametrize(
    ("fps", "base"), [(24, 1.0), (24, 1.001), (30, 1.0), (60, 1.0), (120, 1.0)]
)
def test_bones_are_where_forward_kinematics_puts_them(scene, dance, fps, base):
    scene.render.fps, scene.render.fps_base = fps, base
    motion = dance(40)
    dancer, _, clock = keyed(scene, motion, first=11)
    joints = motion.joints()
    for frame in (0, 1, 17, 39):
        place = joints_at(scene, dancer, clock.scene_frame(frame))
        assert np.abs(place - joints[frame]).max() < 1e-4, frame
    assert np.isclose(clock.scene_frame(30), 11 + fps / base)


def test_dancer_faces_the_front_view_and_left_is_left(scene, dance):
    dancer, _, _ = keyed(scene, dance(2))
    bone = dancer.data.bones
    toe, ankle = bone["left_foot"].head_local, bone["left_ankle"].head_local
    assert toe.y < ankle.y and bone["left_hand"].head_local.x > 0


def test_between_two_keys_the_dancer_never_turns_the_long_way(scene, dance):
    scene.render.fps = 60
    motion = dance(90)
    dancer, _, clock = keyed(scene, motion)
    half = rot.slerp(motion.rotations[:-1], motion.rotations[1:], 0.5)
    place = (motion.translation[:-1] + motion.translation[1:]) / 2
    joints = forward_kinematics(half, place)[0]
    for frame in range(0, 89, 4):
        middle = joints_at(scene, dancer, clock.scene_frame(frame + 0.5))
        assert np.abs(middle - joints[frame]).max() < 2e-3


def test_pieces_give_the_same_keys_as_the_whole(scene, dance):
    motion = dance(460)
    dancer, whole, clock = keyed(scene, motion)
    action = actions.new_action("pieces")
    writer = keyframes.TakeWriter(ids.uid(action), clock, armature.rest_root(dancer))
    for first in range(0, 460, 15):
        writer.add(motion.slice(first, first + 15))
        writer.step(1e-9)  # one curve a tick
    writer.close()
    while not writer.finished:
        writer.step(1e-9)
    assert np.array_equal(keyframes.read_keys(action), keyframes.read_keys(whole))


def test_nothing_is_written_before_a_block_is_full(scene, dance):
    dancer = armature.create_dancer(scene)
    action = actions.new_action("take")
    writer = keyframes.TakeWriter(ids.uid(action), timing.Clock(1, 30), armature.rest_root(dancer))
    writer.add(dance(keyframes.BLOCK - 1))
    assert writer.step(10) and keyframes.read_keys(action) is None
    writer.add(dance(1))
    assert writer.step(10) and len(keyframes.read_keys(action)) == keyframes.BLOCK
    assert not writer.finished


def test_a_small_budget_leaves_work_for_the_next_tick(scene, dance):
    dancer = armature.create_dancer(scene)
    action = actions.new_action("take")
    writer = keyframes.TakeWriter(ids.uid(action), timing.Clock(1, 30), armature.rest_root(dancer))
    writer.add(dance(300))
    writer.close()
    assert not writer.step(1e-9)
    curves = actions.channels(action).fcurves
    assert len(curves) == 1
    while not writer.step(1e-9):
        pass
    assert len(curves) == 99 and writer.finished


def test_curves_are_grouped_by_bone_linear_and_on_one_slot(scene, dance):
    _, action, _ = keyed(scene, dance(5))
    bag = actions.channels(action)
    assert {g.name for g in bag.groups} == set(JOINTS)
    for curve in bag.fcurves:
        assert f'"{curve.group.name}"' in curve.data_path
        assert {p.interpolation for p in curve.keyframe_points} == {"LINEAR"}
    if actions.has_slots(action):
        assert [slot.name_display for slot in action.slots] == [actions.SLOT]


def test_a_lost_action_is_written_anew_elsewhere(scene, dance):
    dancer = armature.create_dancer(scene)
    action = actions.new_action("first")
    motion = dance(200)
    writer = keyframes.TakeWriter(ids.uid(action), timing.Clock(1, 30), armature.rest_root(dancer))
    writer.add(motion)
    writer.step(10)
    bpy.data.actions.remove(action)
    assert writer.action is None and writer.step(10)
    second = actions.new_action("second")
    writer.start_again(ids.uid(second))
    writer.close()
    writer.step(10)
    assert len(keyframes.read_keys(second)) == 200


def test_clock_at_film_rates():
    clock = timing.Clock(101, 24 / 1.001)
    assert clock.scene_frame(0) == 101
    assert np.isclose(clock.take_frame(clock.scene_frame(12.5)), 12.5)
    assert timing.Clock(1, 30).last_frame(600) == 600
    assert timing.Clock(1, 60).last_frame(600) == 1199
    assert timing.Clock(1, 24).last_frame(600) == 480


def test_no_curve_starves_where_frames_arrive_faster_than_they_are_written(scene, dance):
    dancer = armature.create_dancer(scene)
    action = actions.new_action("take")
    writer = keyframes.TakeWriter(ids.uid(action), timing.Clock(1, 30), armature.rest_root(dancer))
    piece = dance(keyframes.BLOCK)
    for _ in range(110):  # a block of frames comes with every curve that is written
        writer.add(piece)
        writer.step(1e-9)
    assert len(actions.channels(action).fcurves) == 99
