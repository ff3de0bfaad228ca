"""Generate for the part of the song that lies under the scene's preview range."""

from __future__ import annotations

import wave

import bpy
import pytest

from blender_addon.rig import actions, sound, take

SECONDS = 20


@pytest.fixture
def tune(tmp_path) -> str:
    """Twenty seconds of sound that Blender can play; the fake engine hears many more."""
    path = tmp_path / "tune.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(100)
        file.writeframes(bytes([128, 200]) * (50 * SECONDS))
    return str(path)


def preview(scene, first: int, last: int) -> None:
    """Set the preview range, and have it used."""
    scene.use_preview_range = True
    scene.frame_preview_start, scene.frame_preview_end = first, last
    scene.eightcount.use_preview_range = True


def strips(scene) -> list[tuple[float, int]]:
    """Where each strip's sound begins, and where it is heard from."""
    return [(s.frame_start, s.frame_final_start) for s in sound.strips_of(scene)]


def first_and_last_key(action) -> tuple[float, float]:
    curve = next(iter(actions.channels(action).fcurves))
    return curve.keyframe_points[0].co[0], curve.keyframe_points[-1].co[0]


@pytest.mark.usefixtures("audio")
@pytest.mark.parametrize(
    ("fps", "base", "begins"),
    [(30, 1.0, 1), (24, 1.0, 1), (24, 1.001, 101), (60, 1.0, 0), (120, 1.0, 1001)],
)
def test_only_that_part_is_danced_where_it_lies(backend, scene, tune, sent, fps, base, begins):
    scene.render.fps, scene.render.fps_base = fps, base
    rate = fps / base
    scene.frame_start, scene.frame_end = begins, begins + 5 * fps
    preview(scene, begins + 2 * fps, begins + 4 * fps - 1)
    bpy.ops.eightcount.generate(song=tune, genre="quick")
    assert sent[-1].start == pytest.approx(2 * fps / rate)
    assert sent[-1].seconds == pytest.approx(2 * fps / rate)
    (action,) = bpy.data.actions
    assert take.read_settings(action).first_frame == begins + 2 * fps
    first, last = first_and_last_key(action)
    assert first == begins + 2 * fps and last <= scene.frame_preview_end + rate / 30
    # the song is laid whole, where it belongs; the scene's range is the user's
    assert strips(scene) == [(begins, begins)]
    assert (scene.frame_start, scene.frame_end) == (begins, begins + 5 * fps)


@pytest.mark.usefixtures("audio")
def test_the_song_may_lie_anywhere_on_the_timeline(backend, scene, tune, sent):
    scene.sequence_editor_create()
    sound.strips_of(scene).new_sound("mine", tune, 1, 301)
    preview(scene, 361, 390)
    bpy.ops.eightcount.generate(song=tune, genre="quick")
    assert (sent[-1].start, sent[-1].seconds) == (2.0, 1.0)
    assert strips(scene) == [(301, 301)]
    preview(scene, 200, 330)  # what lies before the song is left out
    bpy.ops.eightcount.generate(song=tune, genre="quick")
    assert (sent[-1].start, sent[-1].seconds) == (0.0, 1.0)
    assert take.read_settings(bpy.data.actions[-1]).first_frame == 301
    bpy.ops.eightcount.take_activate(name=bpy.data.actions[0].name)
    assert strips(scene) == [(301, 301)]  # it plays the right moment already


def test_a_second_part_and_again_lie_where_they_belong(backend, scene, tune, sent):
    for first in (61, 121):
        preview(scene, first, first + 29)
        bpy.ops.eightcount.generate(song=tune, genre="quick")
    assert [m.start for m in sent] == [2.0, 4.0]
    preview(scene, 181, 210)
    bpy.ops.eightcount.generate_again(name=bpy.data.actions[0].name)
    assert (sent[-1].start, sent[-1].seconds) == (2.0, 1.0)
    assert [take.read_settings(a).first_frame for a in bpy.data.actions] == [61, 121, 61]
    assert scene.frame_start == 1


@pytest.mark.usefixtures("audio")
def test_a_strip_as_it_is_trimmed(backend, scene, tune, sent):
    scene.sequence_editor_create()
    strip = sound.strips_of(scene).new_sound("tune", tune, 1, 31)
    strip.frame_offset_start = 60  # heard from frame 91, second 2
    strip.frame_final_duration = 90
    scene.eightcount.song_source, scene.eightcount.strip_name = "STRIP", strip.name
    preview(scene, 121, 400)
    bpy.ops.eightcount.generate(genre="quick")
    assert (sent[-1].start, sent[-1].seconds) == (3.0, 2.0)
    assert take.read_settings(bpy.data.actions[0]).first_frame == 121
    assert len(sound.strips_of(scene)) == 1


def test_what_cannot_be(backend, scene, tune, snapshot):
    bpy.ops.eightcount.backend_start()
    scene.eightcount.use_preview_range = True
    before = snapshot()
    with pytest.raises(RuntimeError, match="has no preview range"):
        bpy.ops.eightcount.generate(song=tune, genre="quick")
    scene.frame_start = 500
    before = snapshot()
    preview(scene, 100, 499)
    with pytest.raises(RuntimeError, match="begins at frame 500"):
        bpy.ops.eightcount.generate(song=tune, genre="quick")
    assert snapshot() == before


def test_a_script_that_names_a_stretch_gets_that_stretch(backend, scene, tune, sent):
    preview(scene, 61, 90)
    bpy.ops.eightcount.generate(song=tune, genre="quick", start=1.0, seconds=1.5)
    assert (sent[-1].start, sent[-1].seconds) == (1.0, 1.5)
    bpy.ops.eightcount.generate(song=tune, genre="quick", use_preview_range=False)
    assert sent[-1].seconds == 1.0  # not given otherwise: the panel's
