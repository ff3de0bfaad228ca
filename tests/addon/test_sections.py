"""Timeline markers that change genre and energy."""

from __future__ import annotations

import json

import bpy
import numpy as np
import pytest

from blender_addon import session
from blender_addon.job import Section
from blender_addon.rig import export, take
from blender_addon.sections import Style, read_sections
from eightcount.motion.errors import EightcountError


def test_markers_are_read_in_order_and_add_up():
    markers = [(60, "8C:energy=0.9"), (1, "8C:salsa"), (31, "drop"), (30, "8C:Pop"), (60, "8C:pop")]
    style, parts = read_sections(markers, first=1)
    assert style == Style("salsa")
    assert parts == [Section(30, 59, "pop"), Section(60, None, "pop", 0.9)]
    assert read_sections([(5, "8C:salsa")], first=10) == (Style("salsa"), [])
    assert read_sections([(5, "verse")], first=1) == (Style(), [])


@pytest.mark.parametrize("name", ["8C:energy=loud", "8C:energy=2", "8C:", "8C:mood=blue"])
def test_markers_that_cannot_be_read(name):
    with pytest.raises(EightcountError, match="cannot be read"):
        read_sections([(5, name)], first=1)


def test_each_part_is_made_anew_in_one_take(backend, scene, song):
    for frame, name in ((31, "8C:slow"), (61, "8C:energy=0.9"), (900, "8C:quick")):
        scene.timeline_markers.new(name, frame=frame)
    bpy.ops.eightcount.backend_start()
    bpy.ops.eightcount.generate(song=song, genre="quick", seconds=3)
    (action,) = bpy.data.actions
    assert action.name == "night train quick #1" and take.is_take(action)
    records = json.loads(action["eightcount_edits"])
    assert [(r["range"], r["genre"], r["energy"]) for r in records] == [
        ([1.0, 2.0], "slow", -1.0),
        ([2.0, 3.0], "slow", 0.9),
    ]
    motion = export.read_take(action)
    assert np.array_equal(motion.translation[:30, 1], np.arange(30))  # the first part as it came
    assert (motion.translation[30:, 1] > np.arange(30, 90)).all()
    assert bpy.data.objects["Eightcount Dancer"].animation_data.action == action
    assert not session.current().waiting


def test_markers_can_be_switched_off_and_unknown_genres_are_refused(backend, scene, song):
    scene.timeline_markers.new("8C:polka", frame=31)
    bpy.ops.eightcount.backend_start()
    with pytest.raises(RuntimeError, match="polka"):
        bpy.ops.eightcount.generate(song=song, genre="quick", seconds=2)
    assert not bpy.data.actions
    scene.eightcount.use_section_markers = False
    bpy.ops.eightcount.generate(song=song, genre="quick", seconds=2)
    assert len(bpy.data.actions) == 1
