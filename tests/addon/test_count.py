"""How a song is counted: tempo and first beat go to the backend, and stay with the take."""

from __future__ import annotations

from dataclasses import replace

import bpy
import pytest

from blender_addon.operators.markers import nudged
from blender_addon.rig import take


def count_of(settings) -> tuple[float, int]:
    """Tempo factor and first count of a message or of a take's settings."""
    return settings.tempo_factor, settings.first_count


def test_the_panels_count_goes_out_and_again_with_the_take(backend, scene, song, sent):
    scene.eightcount.tempo_factor, scene.eightcount.first_count = "DOUBLE", -1
    bpy.ops.eightcount.generate(song=song, genre="quick", seconds=2)
    assert count_of(sent[-1]) == (2.0, 7)  # a beat earlier is seven later
    action = bpy.data.actions[0]
    assert count_of(take.read_settings(action)) == (2.0, 7)
    scene.eightcount.tempo_factor, scene.eightcount.first_count = "HEARD", 0
    bpy.ops.eightcount.reroll(start=11, stop=40)
    assert count_of(sent[-1]) == (2.0, 7)  # an edit counts as its take does
    bpy.ops.eightcount.generate_again(name=action.name)
    assert count_of(sent[-1]) == (2.0, 7)
    assert [a.name for a in bpy.data.actions if count_of(take.read_settings(a)) != (2.0, 7)] == []


def test_an_edit_counts_anew_when_told_to(made, scene, sent):
    scene.eightcount.tempo_factor, scene.eightcount.first_count = "HALF", 2
    bpy.ops.eightcount.reroll(start=11, stop=40)
    assert count_of(sent[-1]) == (1.0, 0)
    bpy.ops.eightcount.loop(seconds=1, recount=True)
    assert count_of(sent[-1]) == (0.5, 2)
    played = bpy.data.objects["Eightcount Dancer"].animation_data.action
    assert count_of(take.read_settings(played)) == (0.5, 2)
    scene.eightcount.edit_recount, scene.eightcount.first_count = True, 0
    bpy.ops.eightcount.continue_take(seconds=1)
    assert count_of(sent[-1]) == (0.5, 0)


def test_a_script_counts_as_it_likes(backend, scene, song, sent):
    bpy.ops.eightcount.generate(
        song=song, genre="quick", seconds=1, tempo_factor="HALF", first_count=3
    )
    assert count_of(sent[-1]) == (0.5, 3)


@pytest.mark.parametrize(("factor", "later"), [(0.5, 0), (2.0, 0), (1.0, 3), (2.0, 2)])
def test_markers_of_a_take_that_was_counted_otherwise(made, factor, later):
    heard = replace(
        take.read_settings(made),
        beats=tuple(15.0 * i for i in range(17)),
        downbeats=(0.0, 60.0, 120.0, 180.0, 240.0),
    )
    counted = replace(nudged(heard, factor, later), tempo_factor=factor, first_count=later)
    assert nudged(counted, factor, later) == counted  # its own count: as it is
    back = nudged(counted, 1.0, 0)
    assert set(back.downbeats) <= set(heard.downbeats) and back.downbeats[0] == 0.0
    assert set(back.beats) <= set(heard.beats) and len(back.beats) >= len(heard.beats) - 1
