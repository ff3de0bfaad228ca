"""Pins near the ends of an edited range: a warning that names the cure, or room for them."""

from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np
import pytest

from blender_addon import session
from blender_addon.rig import armature, export, joins, keyframes, pins, span, timing
from eightcount.blending import pin_poses
from eightcount.motion.motion import Motion

CLOCK = timing.Clock(1.0, 30.0)
PART = span.Span(30, 90)


def played():
    return armature.find_dancer(bpy.context).animation_data.action


def pin(motion: Motion, frame: int, other: int) -> pins.PosePin:
    """The pose of another frame of the take, pinned at this one."""
    return pins.PosePin(frame, "both", motion.rotations[other], motion.translation[frame])


def pulled(motion: Motion, held: pins.PosePin) -> Motion:
    """The take as an edit leaves it that changes nothing but obeys the pin."""
    made = pin_poses(motion.slice(PART.first, PART.last), (held,), PART.first, PART.last)
    return Motion.concatenate([motion.slice(0, PART.first), made, motion.slice(PART.last)])


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (31, "frame 32 is too near to the range's start"),
        (88, "frame 89 is too near to the range's end"),
    ],
)
def test_a_far_pose_beside_a_join_is_warned_of_with_the_cure(dance, frame, words):
    motion = dance(120)
    held = pin(motion, frame, 60)
    (note,) = joins.too_near(motion, pulled(motion, held), [held], PART, CLOCK)
    cure = "begin at frame 20" if frame == 31 else "end at frame 101"
    assert words in note and f"Move the pin, or let the range {cure}" in note


@pytest.mark.parametrize(("frame", "other"), [(60, 20), (31, 31), (31, 32)])
def test_a_pin_with_room_or_of_a_pose_that_is_near_is_not(dance, frame, other):
    motion = dance(120)
    held = pin(motion, frame, other)
    assert joins.too_near(motion, pulled(motion, held), [held], PART, CLOCK) == ()


def test_the_takes_own_ends_are_no_joins(dance):
    motion = dance(120)
    held = pin(motion, 1, 60)
    made = pin_poses(motion, (held,), 0, 120)
    assert joins.too_near(motion, made, [held], span.Span(0, 120), CLOCK) == ()


def test_room_is_made_within_the_take_for_set_pins_of_the_range_alone(dance):
    motion = dance(120)

    def roomy(*frames, **more):
        found = [replace(pin(motion, f, 60), **more) for f in frames]
        part = joins.with_room(PART, found, 120)
        return part.first, part.last

    assert roomy() == (30, 90) == roomy(60) == roomy(20) == roomy(90)
    assert roomy(31) == (19, 90) and roomy(85) == (30, 98) and roomy(31, 85) == (19, 98)
    assert roomy(31, by_hand=True) == (30, 90)
    assert joins.with_room(span.Span(4, 118), [pin(motion, f, 60) for f in (5, 117)], 120) == (
        span.Span(0, 120)
    )


def test_the_panel_says_it_after_a_reroll_and_room_mends_it(made, scene):
    """The fake backend goes straight to the pinned pose; a join there cannot be smooth."""
    motion = export.read_take(made)
    pins.add_pin(made, pin(motion, 31, 80))
    bpy.ops.eightcount.reroll(start=31, stop=60)
    rough = [note for note in session.current().notes if "too near" in note]
    assert len(rough) == 1 and "frame 32" in rough[0] and "begin at frame 20" in rough[0]
    before = keyframes.read_keys(played())
    bpy.ops.eightcount.mirror(start=31, stop=60, room_for_pins=True)
    changed = np.flatnonzero((keyframes.read_keys(played()) != before).any(1))
    assert changed.min() == 19 and changed.max() == 59
    scene.eightcount.edit_room_for_pins = True
    bpy.ops.eightcount.reroll(start=31, stop=60)
    assert played()["eightcount_edits"].count('"range": [0.6333, 2.0]') == 2


def test_an_in_between_keeps_its_own_ends(made, scene):
    pins.add_pin(made, pin(export.read_take(made), 32, 32))
    scene.eightcount.edit_room_for_pins = True
    bpy.ops.eightcount.inbetween(start=31, stop=60)
    assert '"range": [1.0, 2.0]' in played()["eightcount_edits"]
