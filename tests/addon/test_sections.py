"""Timeline markers that change genre and energy."""

from __future__ import annotations

import json
from dataclasses import replace

import bpy
import pytest

from blender_addon import genres, sections
from blender_addon.rig import take
from blender_addon.rig.timing import Clock
from blender_addon.sections import Style, read_sections
from eightcount.motion.errors import EightcountError
from eightcount.wire.messages import StyleSection

MARKERS = ((31, "8C:Slow"), (61, "8C:energy=0.9"), (900, "8C:quick"))


def test_markers_are_read_in_order_and_add_up():
    markers = [(61, "8C:energy=0.9"), (1, "8C:salsa"), (31, "drop"), (31, "8C:Pop"), (61, "8C:pop")]
    style, parts = read_sections(markers, Clock(1, 30.0))
    assert style == Style("salsa")
    assert parts == (
        StyleSection(start=1.0, end=2.0, genre="pop"),
        StyleSection(start=2.0, genre="pop", energy=0.9),
    )
    assert read_sections([(5, "8C:salsa")], Clock(10, 30.0)) == (Style("salsa"), ())
    assert read_sections([(5, "verse")], Clock(1, 30.0)) == (Style(), ())


def test_markers_lie_in_seconds_of_the_take_at_any_scene_rate():
    rate = 24 / 1.001
    _, parts = read_sections([(101 + 48, "8C:pop"), (101 + 96, "8C:salsa")], Clock(101, rate))
    assert parts[0].start == pytest.approx(2.002) and parts[0].end == pytest.approx(4.004)
    assert parts[1].start == parts[0].end and parts[1].end is None


@pytest.mark.parametrize("name", ["8C:energy=loud", "8C:energy=2", "8C:", "8C:mood=blue"])
def test_markers_that_cannot_be_read(name):
    with pytest.raises(EightcountError, match="cannot be read"):
        read_sections([(5, name)], Clock(1, 30.0))


def test_parts_go_out_with_the_request_and_are_kept_with_the_take(backend, scene, song, sent):
    for frame, name in MARKERS:
        scene.timeline_markers.new(name, frame=frame)
    bpy.ops.eightcount.backend_start()
    bpy.ops.eightcount.generate(song=song, genre="quick", seconds=3)
    (action,) = bpy.data.actions
    parts = (
        StyleSection(start=1.0, end=2.0, genre="slow"),
        StyleSection(start=2.0, end=899 / 30, genre="slow", energy=0.9),
    )
    assert sent[-1].sections == parts and sent[-1].genre == "quick"
    assert sections.from_text(take.read_settings(action).sections) == parts
    scene.timeline_markers.clear()  # generated again it has the same parts, markers or not
    bpy.ops.eightcount.generate_again(name=action.name)
    assert sent[-1].sections == parts


def test_an_edit_follows_the_takes_parts_unless_it_has_a_style_of_its_own(
    backend, scene, song, sent
):
    for frame, name in MARKERS:
        scene.timeline_markers.new(name, frame=frame)
    bpy.ops.eightcount.backend_start()
    bpy.ops.eightcount.generate(song=song, genre="quick", seconds=3)
    name = bpy.data.actions[0].name
    for settings, genre, energy in (
        ({}, "slow", 0.9),
        ({"genre": "deaf"}, None, 0.9),
        ({"energy": 0.2}, "slow", None),
    ):
        bpy.ops.eightcount.take_activate(name=name)
        bpy.ops.eightcount.reroll(start=31, stop=90, **settings)
        assert (sent[-1].sections[-1].genre, sent[-1].sections[-1].energy) == (genre, energy)
    bpy.ops.eightcount.reroll(start=31, stop=90, genre="deaf", energy=0.2)
    assert sent[-1].sections == ()


def test_parts_of_genres_that_the_model_does_not_know_are_the_takes():
    parts = (StyleSection(start=0.0, end=1.0, genre="polka"), StyleSection(start=1.0, genre="pop"))
    assert sections.for_edit(parts, True, True, ("pop",)) == parts[1:]
    assert sections.for_edit(parts, True, True, ()) == parts
    louder = (replace(parts[0], energy=0.5),)
    assert sections.for_edit(louder, True, True, ("pop",))[0].genre is None


def test_sections_from_a_script(backend, scene, song, sent):
    scene.timeline_markers.new("8C:slow", frame=10)
    bpy.ops.eightcount.backend_start()
    asked = json.dumps([{"start": 0.5, "genre": "slow"}, {"start": 9.0, "genre": "slow"}])
    bpy.ops.eightcount.generate(song=song, genre="quick", seconds=2, sections=asked)
    assert sent[-1].sections == (
        StyleSection(start=0.5, genre="slow"),
    )  # the other is past the end
    with pytest.raises(RuntimeError, match="names no sections"):
        bpy.ops.eightcount.generate(song=song, genre="quick", seconds=2, sections="house")
    with pytest.raises(RuntimeError, match="polka"):
        asked = '[{"start": 0.5, "genre": "polka"}]'
        bpy.ops.eightcount.generate(song=song, genre="quick", seconds=2, sections=asked)


def test_markers_can_be_switched_off_and_unknown_genres_are_refused(backend, scene, song):
    scene.timeline_markers.new("8C:polka", frame=31)
    bpy.ops.eightcount.backend_start()
    with pytest.raises(RuntimeError, match="polka"):
        bpy.ops.eightcount.generate(song=song, genre="quick", seconds=2)
    assert not bpy.data.actions
    scene.eightcount.use_section_markers = False
    bpy.ops.eightcount.generate(song=song, genre="quick", seconds=2)
    assert len(bpy.data.actions) == 1


def test_genres_have_readable_names_and_are_found_by_what_dancers_call_them():
    for genre, (label, sentence) in genres.KNOWN.items():
        assert genres.label(genre) == label and "_" not in label and label[0].isupper()
        assert sentence == genres.sentence(genre) and not sentence.endswith(".")
    assert genres.label("middle-hip-hop") == "Middle hip-hop"
    assert (genres.label("slow_polka"), genres.label("")) == ("Slow polka", "Automatic")
    assert genres.sentence("polka") == "Dance in the style of Polka"
    known = ("break", "pop", "lock", "middle-hip-hop", "la-hip-hop", "house")
    for word, genre in (
        ("Locking", "lock"),
        ("popping", "pop"),
        ("Middle Hip-Hop", "middle-hip-hop"),
        ("LA", "la-hip-hop"),
        ("house", "house"),
        ("hip-hop", None),
        ("polka", None),
    ):
        assert genres.find(word, known) == genre
