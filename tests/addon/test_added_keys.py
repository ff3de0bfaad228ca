"""Keys that an animator added between a take's frames: they stay, and what is seen about them."""

from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np
import pytest

from blender_addon import session
from blender_addon.rig import (
    actions,
    armature,
    export,
    keyframes,
    pins,
    span,
    take,
    timing,
    versions,
)
from eightcount.motion import rotations as rot
from eightcount.motion.skeleton import JOINTS, LOWER

HEAD = 'pose.bones["head"].rotation_quaternion'
PLACE = 'pose.bones["pelvis"].location'
NOD = (0.8, 0.6, 0.0, 0.0)


def curves(action, path=HEAD) -> list:
    bag = actions.channels(action)
    found = [bag.fcurves.find(path, index=i) for i in range(4)]
    return [c for c in found if c is not None]


def add(action, when: float, values=NOD, path=HEAD) -> None:
    """Key one bone by hand at a scene frame, with the sign that lies nearest."""
    channels = curves(action, path)
    shown = [curve.evaluate(when) for curve in channels]
    if path == HEAD and np.dot(values, shown) < 0:
        values = tuple(-v for v in values)
    for value, curve in zip(values, channels, strict=True):
        curve.keyframe_points.insert(when, value)


def played():
    return armature.find_dancer(bpy.context).animation_data.action


def points(action, path=HEAD) -> list:
    """Every key of a bone's curves, with its handles."""
    return [
        (i, *p.co, p.interpolation, *p.handle_left, *p.handle_right)
        for i, c in enumerate(curves(action, path))
        for p in c.keyframe_points
    ]


def seen(action, low: float, high: float, path=HEAD) -> np.ndarray:
    """What Blender shows from one scene frame to another, ten times a frame."""
    when = np.arange(low, high + 1e-6, 0.1)
    table = np.array([[c.evaluate(float(t)) for c in curves(action, path)] for t in when])
    return table / np.linalg.norm(table, axis=1, keepdims=True) if path == HEAD else table


def apart(a: np.ndarray, b: np.ndarray) -> float:
    """Largest angle between unit quaternions (n, 4), degrees."""
    return float(np.degrees(2 * np.arccos(np.clip(np.abs((a * b).sum(-1)), 0, 1))).max())


def test_a_key_between_two_frames_stays_with_what_is_seen_about_it(made):
    add(made, 45.4)
    before = seen(made, 45, 46)
    bpy.ops.eightcount.reroll(start=31, stop=60)
    new = played()
    assert len(curves(new)[0].keyframe_points) == 121
    assert apart(seen(new, 45, 46), before) < 0.1
    found = pins.read_pins(new)
    assert [(p.frame, p.half, p.by_hand) for p in found] == [
        (44, "upper", True),
        (45, "upper", True),
    ]
    motion, old = export.read_take(new), export.read_take(made)
    free = [*range(30, 44), *range(46, 60)]
    assert (np.abs(motion.rotations[free] - old.rotations[free]).max((1, 2)) > 1e-3).all()
    assert np.abs(motion.rotations[44, LOWER] - old.rotations[44, LOWER]).max() > 1e-3


def test_it_is_still_there_after_the_next_edit_and_gone_when_told_so(made):
    add(made, 45.4)
    before = seen(made, 45, 46)
    for _ in range(2):
        bpy.ops.eightcount.reroll(start=31, stop=60)
    assert apart(seen(played(), 45, 46), before) < 0.2
    bpy.ops.eightcount.reroll(start=31, stop=60, keep_hand_edits=False)
    assert [p.co[0] for p in curves(played())[0].keyframe_points] == [*map(float, range(1, 121))]
    assert not pins.read_pins(played())


def test_keys_of_the_pelviss_place_are_the_lower_halfs(made):
    add(made, 40.5, (0.3, 0.2, 0.1), PLACE)
    before = seen(made, 40, 41, PLACE)
    bpy.ops.eightcount.reroll(start=31, stop=60)
    assert np.abs(seen(played(), 40, 41, PLACE) - before).max() < 1e-4
    assert {(p.frame, p.half) for p in pins.read_pins(played())} == {(39, "lower"), (40, "lower")}


@pytest.mark.parametrize("when", [20.5, 30.5, 60.5, 90.4])
def test_what_lies_outside_of_the_range_stays_bit_for_bit(made, when):
    add(made, when)
    before = points(made)
    bpy.ops.eightcount.reroll(start=31, stop=60)
    outside = [p for p in before if not 31 <= p[1] <= 60]
    # a handle beside the range follows its neighbour, as Blender has it
    assert [p[:4] for p in points(played()) if not 31 <= p[1] <= 60] == [p[:4] for p in outside]
    assert any(abs(p[1] - when) < 1e-4 for p in outside)


def test_a_scene_at_24_frames_where_every_hand_key_is_between_two_frames(
    backend, scene, song, dance
):
    from tests.addon.conftest import key_take

    scene.render.fps = 24
    action = key_take(song, dance(120))
    scene.frame_set(40)
    dancer = armature.find_dancer(bpy.context)
    dancer.pose.bones["head"].rotation_quaternion = NOD
    dancer.pose.bones["head"].keyframe_insert("rotation_quaternion")
    before = seen(action, 40, 40)
    bpy.ops.eightcount.reroll(start=25, stop=60)
    assert played() != action
    assert apart(seen(played(), 40, 40), before) < 0.1
    assert apart(before, np.array([NOD])) < 0.1


def test_where_the_signs_are_others_the_added_key_has_the_new_one(made):
    """The head turns once round before the key, or not: one of the two makes -q of q there."""
    add(made, 50.5)
    before = seen(made, 50, 51)
    read, head = export.read_action(made), JOINTS.index("head")
    signs = []
    for whole_turns in (0, 1):
        angle = np.linspace(0, 2 * np.pi * whole_turns, 15)
        turn = rot.from_axis_angle(np.stack([angle, 0 * angle, 0 * angle], -1))
        rotations = read.motion.rotations.copy()
        still = np.repeat(rotations[45, head][None], 15, 0)
        rotations[30:45, head] = rot.multiply(turn, still)
        change = versions.Change(
            replace(read.motion, rotations=rotations), 30, 60, "both", [], {},
            take.read_settings(made), None, read.added[30:60],
        )  # fmt: skip
        new = versions.make_version(made, change, read.clock, np.array(made[take.REST_ROOT]))
        was, now = (np.array([p.co[1] for p in curves(a)[0].keyframe_points]) for a in (made, new))
        signs.append(np.sign(now[50] * was[50]))
        assert now[49] * was[49] * signs[-1] > 0 and now[51] * was[51] * signs[-1] > 0
        assert apart(seen(new, 50, 51), before) < 0.1
        raw = np.array([[c.evaluate(t) for c in curves(new)] for t in np.arange(45, 60, 0.25)])
        assert np.linalg.norm(raw, axis=1).min() > 0.7
    assert sorted(signs) == [-1, 1]


def test_a_gap_with_a_key_of_ones_own_in_it(made):
    for curve in curves(made):
        for i in reversed(range(40, 50)):
            curve.keyframe_points.remove(curve.keyframe_points[i])
    add(made, 45.5)
    before = seen(made, 40, 51)
    bpy.ops.eightcount.reroll(start=31, stop=60)
    assert len(curves(played())[0].keyframe_points) == 111
    assert apart(seen(played(), 40, 51), before) < 0.2


def test_a_key_after_the_end_stops_continue_until_told_otherwise(made):
    add(made, 130.0)
    with pytest.raises(RuntimeError, match="after the take's end"):
        bpy.ops.eightcount.continue_take(seconds=2)
    assert "Keep Hand Edits" in session.current().fault.error.hint
    bpy.ops.eightcount.continue_take(seconds=2, keep_hand_edits=False)
    assert [p.co[0] for p in curves(played())[0].keyframe_points] == [*map(float, range(1, 181))]


def test_an_edit_of_every_pose_moves_it_to_the_nearest_frame_and_says_so(made):
    add(made, 45.4)
    bpy.ops.eightcount.mirror(start=31, stop=60)
    assert len(curves(played())[0].keyframe_points) == 120
    head = export.read_take(played()).rotations[44, JOINTS.index("head")]
    shown = seen(made, 45.4, 45.4)[0]
    mirrored = np.array([head[0], head[1], -head[2], -head[3]])
    as_z_up = np.array([mirrored[0], mirrored[1], -mirrored[3], mirrored[2]])
    assert apart(as_z_up[None], shown[None]) < 0.1
    assert any("nearest frame" in note for note in session.current().notes)
    bpy.ops.eightcount.mirror(start=1, stop=20)
    assert not session.current().notes


def test_where_the_take_lies_is_known_in_spite_of_keys_added_to_the_pelvis(made):
    settings = take.read_settings(made)
    for frame in (30.5, 60.3, 140.0):
        add(made, frame, (0.1, 0.1, 0.1), PLACE)
    assert span.clock_of(made, settings, 120) == timing.Clock(1, 30.0)
    for curve in actions.channels(made).fcurves:
        for p in curve.keyframe_points:
            p.co.x += 7
        curve.update()
    assert span.clock_of(made, settings, 120) == timing.Clock(8, 30.0)


def test_which_key_belongs_to_which_frame():
    when = np.arange(1.0, 6.0)
    times = np.array([0.9, 1.0, 2.2, 2.5, 2.9, 4.0, 6.0])
    assert keyframes.frame_keys(times, when).tolist() == [1, 2, 4, 5, -1]
    assert keyframes.frame_keys(times[:0], when).tolist() == [-1] * 5
    assert keyframes.frame_keys(times[1:2], when).tolist() == [0, -1, -1, -1, -1]
