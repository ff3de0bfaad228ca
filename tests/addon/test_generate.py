"""From the press to the take, with a backend in a second process."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from blender_addon import session
from blender_addon.rig import actions, armature, export, keyframes, sound, take, timing

DONE = {"FINISHED"}


def keys_arrive() -> bool:
    """True once the first keys of a take under way are written."""
    found = [a for a in bpy.data.actions if take.UNFINISHED in a]
    return bool(found) and keyframes.read_keys(found[0]) is not None


def press(**settings):
    """Generate as the panel's button does: it comes back at once."""
    return bpy.ops.eightcount.generate(wait=False, **settings)


def the_take() -> bpy.types.Action:
    """The only Action of the file."""
    (action,) = bpy.data.actions
    return action


@pytest.mark.usefixtures("audio")
def test_a_take_from_a_script(backend, scene, song):
    assert bpy.ops.eightcount.backend_start() == {"FINISHED"}
    assert session.current().state == "ready"
    assert bpy.ops.eightcount.generate(song=song, genre="quick", seed="7", seconds=6) == {
        "FINISHED"
    }
    action = the_take()
    assert action.name == "night train quick #1" and take.is_take(action) and action.use_fake_user
    settings = take.read_settings(action)
    assert (settings.genre, settings.seed, settings.seconds) == ("quick", 7, 6.0)
    assert settings.song == "night train.wav" and len(settings.digest) == 64
    motion = export.read_take(action)
    assert np.array_equal(motion.translation[:, 1], np.arange(180))  # the fake engine's count
    dancer = bpy.data.objects[armature.NAME]
    assert dancer.animation_data.action == action
    scene.frame_set(91)
    assert np.isclose(dancer.pose.bones["pelvis"].head.z, 90)
    assert (scene.frame_start, scene.frame_end) == (1, 180)
    (strip,) = sound.strips_of(scene)
    assert strip.frame_final_start == 1
    assert session.current().fault is None


@pytest.mark.parametrize(("fps", "last"), [(24, 48), (60, 119)])
def test_any_scene_rate_and_first_frame(backend, scene, song, fps, last):
    scene.render.fps = fps
    scene.frame_start = 101
    bpy.ops.eightcount.generate(song=song, genre="quick", seconds=2)
    assert (scene.frame_start, scene.frame_end) == (101, 100 + last)
    curve = next(iter(actions.channels(the_take()).fcurves))
    assert np.allclose(curve.range(), (101, 101 + 59 * fps / 30))


def test_from_the_panel_it_streams_in_while_blender_goes_on(backend, scene, song, wait_for):
    scene.eightcount.song_path = song
    scene.eightcount.whole_song = False
    scene.eightcount.seconds = 12
    bpy.ops.eightcount.backend_start(wait=False)
    now = session.current()
    assert now.state in ("starting", "warming") and now.running
    assert wait_for(lambda: now.state == "ready")
    scene.eightcount.genre = "slow"
    assert press() == {"FINISHED"}
    assert now.job is not None and not bpy.data.actions
    assert wait_for(
        lambda: bpy.data.actions and keyframes.read_keys(bpy.data.actions[0]) is not None
    )
    arriving = bpy.data.actions[0]
    assert not take.is_take(arriving)
    assert bpy.data.objects[armature.NAME].animation_data.action == arriving
    assert scene.frame_end == 250 and not sound.strips_of(scene)  # not before it is complete
    assert now.job.stage == "choreographing" and 0 < now.job.fraction <= 1
    assert wait_for(lambda: now.job is None)
    assert take.is_take(the_take()) and scene.frame_end == 360
    assert now.last_take == the_take().name


@pytest.mark.usefixtures("audio")
def test_a_second_take_is_a_second_action_and_leaves_no_orphans(backend, scene, song):
    for seed in ("1", "2"):
        bpy.ops.eightcount.generate(song=song, genre="quick", seed=seed, seconds=2)
    assert [a.name for a in bpy.data.actions] == ["night train quick #1", "night train quick #2"]
    assert len(sound.strips_of(scene)) == 1
    for kind in ("objects", "meshes", "armatures", "materials", "sounds", "actions"):
        assert not [thing.name for thing in getattr(bpy.data, kind) if ".00" in thing.name], kind
    dancer = bpy.data.objects[armature.NAME]
    assert dancer.animation_data.action.name == "night train quick #2"
    bpy.ops.eightcount.take_activate(name="night train quick #1")
    assert dancer.animation_data.action.name == "night train quick #1"
    assert scene.eightcount.played_take == 0
    scene.eightcount.played_take = 1
    assert dancer.animation_data.action.name == "night train quick #2"


def test_a_seed_beyond_blenders_integers(backend, scene, song):
    seed = 2**63 - 1
    bpy.ops.eightcount.generate(song=song, genre="quick", seed=str(seed), seconds=1)
    assert take.read_settings(the_take()).seed == seed
    scene.eightcount.seed = str(seed)
    assert scene.eightcount.seed == str(seed)
    scene.eightcount.seed = "many"
    assert scene.eightcount.seed == "0"


@pytest.mark.usefixtures("audio")
def test_a_sound_strip_gives_song_start_length_and_place(backend, scene, tmp_path, wait_for):
    import wave

    path = tmp_path / "long.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(100)
        file.writeframes(bytes([128, 200]) * 500)
    scene.sequence_editor_create()
    strip = sound.strips_of(scene).new_sound("tune", str(path), 1, 31)
    strip.frame_offset_start = 60
    strip.frame_final_duration = 90
    bpy.context.scene.sequence_editor.active_strip = strip
    assert bpy.ops.eightcount.use_selected_strip() == {"FINISHED"}
    bpy.ops.eightcount.generate(genre="quick")
    settings = take.read_settings(the_take())
    assert (settings.start, settings.seconds, settings.first_frame) == (2.0, 3.0, 91)
    assert len(sound.strips_of(scene)) == 1
    assert (scene.frame_start, scene.frame_end) == (1, 250)  # the user's own range stays


def test_the_users_armature_is_used_when_it_fits(backend, scene, song):
    dancer = armature.create_dancer(scene, "My Dancer")
    bpy.ops.eightcount.generate(song=song, genre="quick", seconds=1, armature="My Dancer")
    assert dancer.animation_data.action == the_take()
    assert len([o for o in bpy.data.objects if o.type == "ARMATURE"]) == 1


def test_beats_become_markers(backend, scene, song):
    bpy.ops.eightcount.generate(song=song, genre="quick", seconds=2)
    scene.timeline_markers.new("mine", frame=5)
    bpy.context.view_layer.objects.active = bpy.data.objects[armature.NAME]
    bpy.ops.eightcount.beats_to_markers(kind="BEATS")
    bpy.ops.eightcount.beats_to_markers(kind="BEATS")
    marks = sorted((m.frame, m.name) for m in scene.timeline_markers)
    assert marks == [(1, "1"), (5, "mine"), (16, "2")]
    bpy.ops.eightcount.beats_to_markers(kind="NONE")
    assert [m.name for m in scene.timeline_markers] == ["mine"]


@pytest.mark.usefixtures("audio")
def test_another_scene_may_be_active_when_the_take_is_done(backend, scene, song, wait_for):
    bpy.ops.eightcount.backend_start()
    press(song=song, genre="slow", seconds=2)
    other = bpy.data.scenes.new("Other")
    bpy.context.window.scene = other
    assert wait_for(lambda: session.current().job is None)
    assert scene.frame_end == 60 and other.frame_end == 250
    assert not sound.strips_of(other) and len(sound.strips_of(scene)) == 1


def test_deleting_the_dancer_meanwhile_keeps_the_take(backend, scene, song, wait_for):
    bpy.ops.eightcount.backend_start()
    press(song=song, genre="slow", seconds=3)
    assert wait_for(lambda: len(bpy.data.actions) == 1)
    armature.remove_dancer(bpy.data.objects[armature.NAME])
    now = session.current()
    assert wait_for(lambda: now.job is None)
    assert take.is_take(the_take()) and now.fault is None
    assert any("deleted" in note for note in now.notes)


def test_deleting_the_action_meanwhile_loses_nothing(backend, scene, song, wait_for):
    bpy.ops.eightcount.backend_start()
    press(song=song, genre="slow", seconds=8)
    assert wait_for(
        lambda: bpy.data.actions and keyframes.read_keys(bpy.data.actions[0]) is not None
    )
    bpy.data.actions.remove(bpy.data.actions[0])
    assert wait_for(lambda: session.current().job is None)
    motion = export.read_take(the_take())
    assert np.array_equal(motion.translation[:, 1], np.arange(240))


def test_markers_for_bars_and_eights():
    from blender_addon.operators.markers import marks

    settings = take.TakeSettings(
        **{
            **dict.fromkeys(("song", "digest", "song_path", "genre", "model", "program"), ""),
            "seed": 1,
            "start": 0.0,
            "seconds": 8.0,
            "steps": 8,
            "guidance": 2.0,
            "temperature": 1.0,
            "energy": -1.0,
            "protocol": 1,
        },
        first_frame=11,
        scene_fps=60.0,
        beats=tuple(15.0 * i + 3 for i in range(12)),
        downbeats=(18.0, 78.0, 138.0),
    )
    assert timing.Clock(11, 60).scene_frame(18) == 47
    assert marks(settings, "DOWNBEATS") == [(47, "bar 1"), (167, "bar 2"), (287, "bar 3")]
    assert marks(settings, "EIGHTS") == [(47, "eight 1"), (287, "eight 2")]
    counts = [name for _, name in marks(settings, "BEATS")]
    assert counts == ["8", "1", "2", "3", "4", "5", "6", "7", "8", "1", "2", "3"]
