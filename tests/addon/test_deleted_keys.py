"""Keys that an animator deleted inside a take: what is seen there is kept, and they stay away."""

from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np
import pytest

from blender_addon import session
from blender_addon.rig import actions, armature, export, keyframes, pins, take, versions
from eightcount.motion import rotations as rot
from eightcount.motion.skeleton import JOINTS, UPPER

HEAD = 'pose.bones["head"].rotation_quaternion'
GAP = range(40, 50)


def delete(action, frames, paths=None) -> None:
    """Delete the keys of these frames of the take, of some curves or of all."""
    for curve in actions.channels(action).fcurves:
        if paths is None or curve.data_path in paths:
            for frame in sorted(frames, reverse=True):
                curve.keyframe_points.remove(curve.keyframe_points[frame])


def played():
    return armature.find_dancer(bpy.context).animation_data.action


def times(action, path=HEAD, index=0) -> list[float]:
    curve = actions.channels(action).fcurves.find(path, index=index)
    return [p.co[0] for p in curve.keyframe_points]


def seen(action, path=HEAD) -> np.ndarray:
    """The head's quaternion on all frames of the take, as Blender shows it: (120, 4)."""
    bag = actions.channels(action)
    curves = [bag.fcurves.find(path, index=i) for i in range(4)]
    q = np.array([[c.evaluate(f) for c in curves] for f in range(1, 121)])
    return q / np.linalg.norm(q, axis=1, keepdims=True)


def apart(a: np.ndarray, b: np.ndarray) -> float:
    """Largest angle between unit quaternions (n, 4), degrees."""
    return float(np.degrees(2 * np.arccos(np.clip(np.abs((a * b).sum(-1)), 0, 1))).max())


def test_what_is_seen_in_a_gap_stays_and_the_keys_stay_away(made):
    delete(made, GAP, {HEAD})
    before = seen(made)
    bpy.ops.eightcount.reroll(start=31, stop=60)
    new = played()
    assert times(new) == times(made) and len(times(new)) == 110
    assert apart(seen(new)[39:51], before[39:51]) < 0.1
    found = pins.read_pins(new)
    assert [p.frame for p in found] == [39, *GAP, 50]  # the gap, and the two keys that span it
    assert {(p.half, p.by_hand) for p in found} == {("upper", True)}
    free = [f for f in range(30, 60) if f not in range(39, 51)]
    motion, old = export.read_take(new), export.read_take(made)
    assert np.abs(motion.rotations[free] - old.rotations[free]).max() > 1e-3  # the rest is new
    lower = [j for j in range(24) if j not in UPPER]
    assert np.abs(motion.rotations[45, lower] - old.rotations[45, lower]).max() > 1e-3


def test_the_gap_is_still_one_in_the_version_after_it_until_told_otherwise(made):
    delete(made, GAP, {HEAD})
    before = seen(made)
    for _ in range(2):
        bpy.ops.eightcount.reroll(start=31, stop=60)
    assert len(times(played())) == 110 and apart(seen(played())[39:51], before[39:51]) < 0.2
    bpy.ops.eightcount.reroll(start=31, stop=60, keep_hand_edits=False)
    assert times(played()) == [float(f) for f in range(1, 121)]
    assert not pins.read_pins(played())
    assert apart(seen(played())[39:51], before[39:51]) > 0.3


def test_keys_deleted_outside_of_the_range_are_no_business_of_the_edit(made):
    delete(made, range(90, 95))  # a column of the dope sheet: every channel
    bpy.ops.eightcount.reroll(start=31, stop=60)
    assert not pins.read_pins(played())
    assert times(played()) == times(made)
    before, after = (keyframes.read_keys(a) for a in (made, played()))
    rows = np.flatnonzero((before != after).any(1))
    assert rows.min() >= 30 and rows.max() <= 59


def test_a_gap_that_reaches_over_the_ranges_end(made):
    delete(made, range(55, 65), {HEAD})
    before = seen(made)
    bpy.ops.eightcount.reroll(start=31, stop=60)
    assert times(played()) == times(made)
    assert apart(seen(played())[54:66], before[54:66]) < 0.1
    assert [p.frame for p in pins.read_pins(played())] == list(range(54, 60))


def test_a_whole_channel_that_was_deleted(made, dance):
    bag = actions.channels(made)
    bag.fcurves.remove(bag.fcurves.find(HEAD, index=2))
    bpy.ops.eightcount.reroll(start=31, stop=60)
    assert actions.channels(played()).fcurves.find(HEAD, index=2) is None
    assert [p.frame for p in pins.read_pins(played())] == list(range(30, 60))
    with pytest.raises(RuntimeError, match="changed by hand"):
        bpy.ops.eightcount.reroll(start=1, stop=120)
    bpy.ops.eightcount.reroll(start=1, stop=120, keep_hand_edits=False)
    assert len(times(played(), index=2)) == 120
    assert session.current().fault is None


def test_a_pin_that_was_set_in_a_gap_gets_its_keys(made, scene):
    delete(made, GAP, {HEAD})
    scene.frame_set(46)
    armature.find_dancer(bpy.context).pose.bones["head"].rotation_quaternion = (0.9, 0, 0.435, 0)
    bpy.ops.eightcount.pin_pose(half="upper")
    bpy.ops.eightcount.reroll(start=31, stop=60)
    assert [f for f in range(41, 51) if float(f) in times(played())] == [46]
    turned = seen(played())[45]
    assert apart(turned, np.array((0.9, 0, 0.435, 0)) / np.hypot(0.9, 0.435)) < 0.1


def test_a_moved_take_with_a_gap_is_read_where_its_keys_are(made):
    before = export.read_take(made)
    delete(made, GAP, {HEAD})
    for curve in actions.channels(made).fcurves:
        for p in curve.keyframe_points:
            p.co.x += 7
        curve.update()
    read = export.read_action(made)
    assert read.clock.start == 8
    head = JOINTS.index("head")
    others = [j for j in range(24) if j != head]
    assert np.array_equal(read.motion.rotations[:, others], before.rotations[:, others])
    rows, columns = np.nonzero(read.absent)
    assert set(rows) == set(GAP) and set(columns) == {3 + 4 * head + i for i in range(4)}


def test_where_the_signs_change_the_line_never_runs_through_a_gap(made):
    """The head turns once round before a gap that reaches over the range's end: q becomes -q."""
    delete(made, range(55, 65), {HEAD})
    read = export.read_action(made)
    settings, head = take.read_settings(made), JOINTS.index("head")
    angle = np.concatenate([np.linspace(0, 2 * np.pi, 24), np.zeros(6)])
    turn = rot.from_axis_angle(np.stack([angle, 0 * angle, 0 * angle], -1))
    rotations = read.motion.rotations.copy()
    still = rotations[53, head].copy()
    rotations[30:54, head] = rot.multiply(turn[:24], np.repeat(still[None], 24, 0))
    motion = replace(read.motion, rotations=rotations)
    absent = read.absent[30:60]
    change = versions.Change(motion, 30, 60, "both", [], {}, settings, absent)
    new = versions.make_version(made, change, read.clock, np.array(made[take.REST_ROOT]))
    assert times(new) == times(made)
    bag = actions.channels(new)
    curves = [bag.fcurves.find(HEAD, index=i) for i in range(4)]
    between = np.array([[c.evaluate(f / 4) for c in curves] for f in range(200, 300)])
    assert np.linalg.norm(between, axis=1).min() > 0.9
