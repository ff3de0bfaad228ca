"""Whatever goes wrong ends in one sentence, and the scene is as it was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import bpy
import pytest

from blender_addon import job as jobs
from blender_addon import pump, session
from blender_addon.link import BackendPlan
from blender_addon.operators.backend import details
from blender_addon.rig import actions, armature, keyframes, take


def keys_arrive() -> bool:
    """True once the first keys of a take under way are written."""
    found = [a for a in bpy.data.actions if take.UNFINISHED in a]
    return bool(found) and keyframes.read_keys(found[0]) is not None


def fails(**settings) -> str:
    """Generate from a script must raise; gives the sentence."""
    with pytest.raises(RuntimeError) as raised:
        bpy.ops.eightcount.generate(**settings)
    return str(raised.value)


@pytest.fixture
def dancer(scene) -> bpy.types.Object:
    """A dancer that the user has posed, with an Action of his own."""
    dancer = armature.create_dancer(scene)
    bone = dancer.pose.bones["left_elbow"]
    bone.rotation_mode = "XYZ"
    bone.rotation_euler = (0, 0, 1)
    walk = bpy.data.actions.new("walk")
    walk.use_fake_user = True
    actions.assign(dancer, walk)
    dancer.pose.bones["head"].keyframe_insert("location", frame=1)
    dancer.pose.bones["left_knee"].rotation_quaternion = (0.8, 0.6, 0, 0)
    return dancer


@pytest.mark.parametrize(
    ("genre", "words"),
    [
        ("fault", "fault of its own"),
        ("refused", "no such genre"),
        ("die", "ended without a word"),
        ("nan", "."),
        ("gap", "."),
    ],
)
@pytest.mark.parametrize("with_dancer", [False, True])
def test_a_fault_mid_stream_leaves_the_scene_as_it_was(
    backend, scene, song, snapshot, request, genre, words, with_dancer
):
    if with_dancer:
        request.getfixturevalue("dancer")
    bpy.ops.eightcount.backend_start()
    before = snapshot()
    said = fails(song=song, genre=genre, seconds=20)
    assert words in said
    assert snapshot() == before
    fault = session.current().fault
    assert fault.place == "generate" and fault.error.sentence in said
    assert fault.error.code in details()


def test_after_a_dead_backend_the_next_press_starts_another(backend, scene, song):
    fails(song=song, genre="die", seconds=5)
    assert bpy.ops.eightcount.generate(song=song, genre="quick", seconds=1) == {"FINISHED"}
    assert session.current().fault is None and session.current().state == "ready"


def test_cancel_puts_the_scene_back_at_once_and_stops_the_work(
    backend, dancer, scene, song, snapshot, wait_for, tmp_path
):
    bpy.ops.eightcount.backend_start()
    before = snapshot()
    bpy.ops.eightcount.generate(wait=False, song=song, genre="slow", seconds=100)
    assert wait_for(keys_arrive)
    assert bpy.ops.eightcount.cancel() == {"FINISHED"}
    assert snapshot() == before
    assert wait_for(lambda: session.current().job is None)
    steps = (tmp_path / "steps").stat().st_size
    assert bpy.ops.eightcount.generate(song=song, genre="quick", seconds=1) == {"FINISHED"}
    # a second of the slow job would be 2 steps more for each tenth of a second that passed
    assert (tmp_path / "steps").stat().st_size <= steps + 3
    assert take.read_settings(dancer.animation_data.action).genre == "quick"


def test_a_cancelled_answer_never_reaches_the_next_job(backend, scene, song, wait_for):
    bpy.ops.eightcount.backend_start()
    bpy.ops.eightcount.generate(wait=False, song=song, genre="long-chunk", seconds=60)
    bpy.ops.eightcount.cancel()
    now = session.current()
    assert wait_for(lambda: now.job is None)
    bpy.ops.eightcount.generate(song=song, genre="quick", seconds=2)
    assert len(bpy.data.actions) == 1
    assert take.read_settings(bpy.data.actions[0]).seconds == 2


def test_a_second_generate_while_one_runs_is_refused(backend, scene, song, wait_for):
    bpy.ops.eightcount.backend_start()
    bpy.ops.eightcount.generate(wait=False, song=song, genre="slow", seconds=2)
    assert "under way" in fails(song=song, genre="quick", seconds=1)
    assert wait_for(lambda: session.current().job is None)
    assert [take.read_settings(a).genre for a in bpy.data.actions] == ["slow"]


def test_stopping_the_backend_mid_stream_cancels(backend, scene, song, snapshot, wait_for):
    bpy.ops.eightcount.backend_start()
    before = snapshot()
    bpy.ops.eightcount.generate(wait=False, song=song, genre="slow", seconds=60)
    assert wait_for(lambda: len(bpy.data.actions) == 1)
    assert bpy.ops.eightcount.backend_stop() == {"FINISHED"}
    now = session.current()
    assert snapshot() == before
    assert wait_for(lambda: now.state == "stopped")
    assert now.job is None and not now.running and now.fault is None


def test_loading_another_file_cancels(backend, scene, song, wait_for):
    bpy.ops.eightcount.backend_start()
    bpy.ops.eightcount.generate(wait=False, song=song, genre="slow", seconds=60)
    assert wait_for(lambda: len(bpy.data.actions) == 1)
    bpy.ops.wm.read_homefile(use_empty=True)
    now = session.current()
    assert wait_for(lambda: now.job is None)
    assert not bpy.data.actions and not bpy.data.armatures
    assert now.state == "ready"


@pytest.mark.parametrize("with_dancer", [False, True])
def test_a_file_saved_mid_stream_opens_without_the_half_take(
    backend, scene, song, wait_for, snapshot, tmp_path, request, with_dancer
):
    if with_dancer:
        request.getfixturevalue("dancer")
    bpy.ops.eightcount.backend_start()
    before = snapshot()
    bpy.ops.eightcount.generate(wait=False, song=song, genre="slow", seconds=60)
    assert wait_for(keys_arrive)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "half.blend"))
    bpy.ops.eightcount.cancel()
    assert wait_for(lambda: session.current().job is None)
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "half.blend"))
    assert snapshot() == before


def test_an_undo_leaves_no_strays_and_spares_the_running_take(backend, scene, song, wait_for):
    bpy.ops.eightcount.backend_start()
    bpy.ops.eightcount.generate(wait=False, song=song, genre="slow", seconds=4)
    now = session.current()
    assert wait_for(lambda: now.job is not None and now.job.action_uid)
    stray = actions.new_action("stray")
    stray[take.UNFINISHED] = "{}"
    jobs.remove_strays(alive=now.job.action_uid)  # what the undo handler does
    now.job.after_undo()
    assert [a.session_uid for a in bpy.data.actions] == [now.job.action_uid]
    armature.remove_dancer(bpy.data.objects[armature.NAME])  # the undo took him
    now.job.after_undo()
    assert wait_for(lambda: now.job is None)
    assert take.is_take(bpy.data.actions[0])
    assert armature.NAME in bpy.data.objects


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"genre": "polka"}, "polka"),
        ({"seed": "x"}, "no seed"),
        ({"seed": str(2**63)}, "no seed"),
        ({"armature": "Nobody"}, "Nobody"),
        ({"song": "/nowhere/song.ogg"}, "/nowhere/song.ogg"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_before_anything_happens(
    backend, scene, song, snapshot, settings, words
):
    bpy.ops.eightcount.backend_start()
    before = snapshot()
    assert words in fails(**{"song": song, "genre": "quick", "seconds": 1, **settings})
    assert snapshot() == before
    assert session.current().fault.error.hint


def test_no_song_at_all(backend, scene):
    assert "No song is chosen" in fails()
    with pytest.raises(RuntimeError):
        bpy.ops.eightcount.pick_song(filepath="/nowhere/a.ogg")
    with pytest.raises(RuntimeError):
        bpy.ops.eightcount.use_selected_strip()
    assert session.current().fault.place == "song"


def test_a_file_that_is_no_song(backend, scene, tmp_path, snapshot):
    path = tmp_path / "readme.txt"
    path.write_bytes(b"no song at all")
    before = snapshot()
    assert "no audio" in fails(song=str(path), genre="quick", seconds=1)
    assert snapshot() == before


def test_a_song_in_japanese_with_no_sound_for_blender_still_gives_a_take(backend, scene, tmp_path):
    path = tmp_path / "夜行列車.xyz"
    path.write_bytes(b"\x01" * 50)
    assert bpy.ops.eightcount.generate(song=str(path), genre="quick", seconds=1) == {"FINISHED"}
    assert bpy.data.actions[0].name == "夜行列車 quick #1"


@pytest.fixture
def use_plan(monkeypatch):
    """Lets the operators start another backend: ``use_plan(plan)``."""

    def use(plan: BackendPlan) -> None:
        for module in ("backend", "generate", "edits"):
            name = f"blender_addon.operators.{module}.backend_plan"
            monkeypatch.setattr(name, lambda _context: plan)

    return use


def test_a_model_that_is_missing(backend, scene, song, use_plan, snapshot):
    use_plan(replace(backend, environment=(*backend.environment, ("FAKE_MODELS", "other"))))
    before = snapshot()
    with pytest.raises(RuntimeError, match="There is no model"):
        bpy.ops.eightcount.backend_start()
    fails(song=song, genre="quick", seconds=1)
    assert snapshot() == before


@pytest.mark.parametrize("program", ["import sys; sys.exit('a word of parting')", "1/0"])
def test_a_backend_that_does_not_start(backend, scene, song, use_plan, program, snapshot):
    use_plan(BackendPlan(python=backend.python, program=("-c", program)))
    with pytest.raises(RuntimeError) as raised:
        bpy.ops.eightcount.backend_start()
    assert "parting" in str(raised.value) or "ZeroDivisionError" in str(raised.value)
    assert session.current().state == "failed" and not session.current().running
    before = snapshot()
    fails(song=song, genre="quick", seconds=1)
    assert snapshot() == before


def test_where_the_backend_is_unknown_or_gone(addon, scene, monkeypatch, tmp_path):
    monkeypatch.delenv("EIGHTCOUNT_PYTHON", raising=False)
    with pytest.raises(RuntimeError, match=r"install\.py"):
        bpy.ops.eightcount.backend_start()
    assert session.current().fault.error.code == "backend-unset"
    addon.backend_folder = str(tmp_path)
    with pytest.raises(RuntimeError, match="There is no Python"):
        bpy.ops.eightcount.backend_start()
    addon.connection_file = str(tmp_path / "none.json")
    with pytest.raises(RuntimeError, match="There is no backend"):
        bpy.ops.eightcount.backend_start()
    assert not Path(addon.connection_file).exists()


def test_a_fault_of_our_own_ends_the_job_and_says_so(backend, scene, song, snapshot, monkeypatch):
    """Blender may refuse anything between two ticks; the timer must go on all the same."""
    bpy.ops.eightcount.backend_start()
    before = snapshot()

    def refuse(_job, _frames):
        raise AttributeError("it is read-only now")

    with monkeypatch.context() as patch:
        patch.setattr(jobs.TakeJob, "take_frames", refuse)
        assert "read-only now" in fails(song=song, genre="slow", seconds=5)
    assert snapshot() == before and session.current().job is None
    assert bpy.ops.eightcount.generate(song=song, genre="quick", seconds=1) == {"FINISHED"}


def test_a_tick_takes_longer_only_where_drawing_takes_much_longer():
    assert pump.budget(0.0) == pump.budget(pump.KEYING) == pump.budget(0.016) == pump.BUDGET
    assert pump.BUDGET < pump.budget(0.06) <= 0.06 * pump.SHARE
    assert pump.budget(3.0) == pump.MOST
