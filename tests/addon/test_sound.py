"""The song lies under the take, once."""

from __future__ import annotations

import wave
from pathlib import Path

import bpy
import pytest

from blender_addon.rig import sound

pytestmark = pytest.mark.usefixtures("audio")


@pytest.fixture
def long_song(tmp_path) -> str:
    """Four seconds of sound."""
    path = tmp_path / "long.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\x10\x10" * 32000)
    return str(path)


@pytest.mark.parametrize("fps", [24, 30, 60])
def test_the_strip_begins_at_the_takes_first_frame(scene, long_song, fps):
    scene.render.fps = fps
    strip = sound.place_song(scene, long_song, 11, 0.0)
    assert (strip.frame_final_start, strip.frame_final_end) == (11, 11 + 4 * fps)


def test_the_start_is_cut_off_not_shifted(scene, long_song):
    start = sound.snap_start(scene, 1.51)
    strip = sound.place_song(scene, long_song, 11, start)
    assert strip.frame_final_start == 11
    assert strip.frame_final_end == 11 + 120 - 45
    read = sound.read_strip(scene, strip)
    assert (read.first_frame, read.start) == (11, 1.5)
    assert read.seconds == pytest.approx(2.5)


def test_the_same_song_again_changes_nothing(scene, long_song):
    first = sound.place_song(scene, long_song, 1, 0.0).name
    assert sound.place_song(scene, long_song, 1, 0.0).name == first
    assert len(sound.strips_of(scene)) == 1 and len(bpy.data.sounds) == 1


def test_another_place_moves_our_strip_and_leaves_no_orphans(scene, long_song):
    sound.place_song(scene, long_song, 1, 0.0)
    sound.place_song(scene, long_song, 50, 0.0)
    assert [s.frame_final_start for s in sound.strips_of(scene)] == [50]
    assert [s.name for s in bpy.data.sounds] == ["long.wav"]


def test_the_users_own_strips_stay(scene, long_song, song):
    scene.sequence_editor_create()
    strips = sound.strips_of(scene)
    mine = strips.new_sound("mine", song, 1, 1)
    placed = sound.place_song(scene, long_song, 1, 0.0)
    assert placed.channel != mine.channel
    sound.place_song(scene, song, 40, 0.0)
    assert len(strips) == 2 and "mine" in strips
    assert len(bpy.data.sounds) == 1  # the second strip shares the first one's sound


def test_a_strip_of_the_user_that_lies_right_is_enough(scene, long_song):
    scene.sequence_editor_create()
    sound.strips_of(scene).new_sound("mine", long_song, 3, 1)
    assert sound.place_song(scene, long_song, 1, 0.0).name == "mine"
    assert len(sound.strips_of(scene)) == 1


def test_a_packed_sound_gives_its_bytes(scene, long_song):
    strip = sound.place_song(scene, long_song, 1, 0.0)
    strip.sound.pack()
    assert sound.read_strip(scene, strip).data == Path(long_song).read_bytes()
