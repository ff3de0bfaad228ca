"""Blender as a module, the add-on registered in it for one test, a backend with a fake engine."""

from __future__ import annotations

import sys
import time
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

bpy = pytest.importorskip("bpy", reason="Blender as a Python module (bpy) is not installed")

import blender_addon  # noqa: E402
import eightcount  # noqa: E402
from blender_addon.edit_job import EditRequest  # noqa: E402
from blender_addon.job import TakeRequest  # noqa: E402
from blender_addon.link import BackendPlan  # noqa: E402
from blender_addon.rig import actions, armature, keyframes, take, timing  # noqa: E402
from blender_addon.rig.sound import strips_of  # noqa: E402
from eightcount.motion import rotations as rot  # noqa: E402
from eightcount.motion.motion import Motion  # noqa: E402
from eightcount.motion.skeleton import rest_height  # noqa: E402

FAKE_ENGINE = Path(__file__).parents[1] / "serve" / "fake_engine.py"
BACKEND = str(Path(eightcount.__file__).parents[1])


@pytest.fixture
def scene() -> bpy.types.Scene:
    """The only scene of an empty file, at 30 frames a second."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = 30, 1.0
    return scene


@pytest.fixture
def audio() -> None:
    """For tests of sound strips: Blender 4.2's wheel was built without sound."""
    if not bpy.app.build_options.audaspace:
        pytest.skip("this Blender was built without Audaspace: it has no sound strips")


@pytest.fixture
def addon(scene) -> Iterator[bpy.types.AddonPreferences]:
    """The add-on registered, then unregistered whatever happened. Gives its preferences.

    Leftovers at exit hang or crash Blender: the second half must always run.
    """
    entry = bpy.context.preferences.addons.new()
    entry.module = "blender_addon"
    blender_addon.register()
    try:
        yield entry.preferences
    finally:
        blender_addon.unregister()
        bpy.context.preferences.addons.remove(entry)


@pytest.fixture
def backend(addon, monkeypatch, tmp_path) -> BackendPlan:
    """A plan that starts a backend with the fake engine; it is not started yet."""
    plan = BackendPlan(
        python=sys.executable,
        program=(str(FAKE_ENGINE),),
        environment=(("PYTHONPATH", BACKEND), ("FAKE_STEPS", str(tmp_path / "steps"))),
    )
    monkeypatch.setenv("EIGHTCOUNT_RUNTIME_DIR", str(tmp_path / "runtime"))
    for module in ("backend", "generate", "edits"):
        monkeypatch.setattr(f"blender_addon.operators.{module}.backend_plan", lambda _context: plan)
    return plan


@pytest.fixture
def song(tmp_path) -> str:
    """A tiny sound file; the fake engine takes each of its bytes for a second of song."""
    path = tmp_path / "night train.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(bytes([128, 200]) * 40)
    return str(path)


@pytest.fixture
def wait_for() -> Callable[..., bool]:
    """Pumps by hand, as Blender's timer would, until a condition holds: ``wait_for(condition)``."""
    from blender_addon import pump

    def wait(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
        until = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > until:
                return False
            pump.tick()
            time.sleep(0.005)
        return True

    return wait


@pytest.fixture
def snapshot() -> Callable[[], dict[str, object]]:
    """Tells all of a scene that a take must not change unless it is complete."""
    return take_snapshot


def take_snapshot() -> dict[str, object]:
    scene = bpy.context.scene
    kinds = ("objects", "actions", "armatures", "meshes", "materials", "sounds", "scenes")
    seen: dict[str, object] = {
        kind: sorted(thing.name for thing in getattr(bpy.data, kind)) for kind in kinds
    }
    seen["range"] = (scene.frame_start, scene.frame_end, scene.frame_current)
    seen["strips"] = sorted(strip.name for strip in strips_of(scene))
    for thing in bpy.data.objects:
        if thing.type == "ARMATURE":
            data = thing.animation_data
            seen[thing.name] = (
                data and data.action and data.action.name,
                [
                    (b.rotation_mode, tuple(b.location), tuple(b.rotation_quaternion))
                    for b in thing.pose.bones
                ],
            )
    return seen


@pytest.fixture
def dance() -> Callable[..., Motion]:
    """Makes motions: ``dance(frames)``."""
    return make_dance


def make_dance(frames: int, seed: int = 0) -> Motion:
    """A motion with smooth, large turns of every joint."""
    rng = np.random.default_rng(seed)
    seconds = np.arange(frames) / 30
    speed = rng.uniform(0.3, 1.2, (24, 3))
    angles = 1.4 * np.sin(2 * np.pi * (speed * seconds[:, None, None] + rng.uniform(0, 1, (24, 3))))
    angles[:, 0, 1] += 2.5 * seconds  # turns round and round
    height = rest_height() - 0.3 + 0.2 * np.cos(3 * seconds)
    place = np.stack([np.sin(seconds), height, seconds], axis=1)
    contacts = (rng.random((frames, 4)) > 0.5).astype(np.float32)
    return Motion(rot.from_axis_angle(angles).astype(np.float32), place, contacts)


@pytest.fixture
def sent(monkeypatch) -> list:
    """The wire's messages of all takes and edits that are asked for, as they go out."""
    found = []
    for owner in (TakeRequest, EditRequest):

        def noted(request, order=owner.order):
            made = order(request)
            found.append(made.request)
            return made

        monkeypatch.setattr(owner, "order", noted)
    return found


@pytest.fixture
def make_take() -> Callable[..., bpy.types.Action]:
    """Makes a take that a dancer plays, as if the backend had sent it: ``make_take(song, motion)``."""
    return key_take


@pytest.fixture
def made(backend, scene, song, dance) -> bpy.types.Action:
    """A take of 120 frames, played."""
    action = key_take(song, dance(120))
    scene.frame_set(1)
    return action


def key_take(song: str, motion: Motion, genre: str = "quick") -> bpy.types.Action:
    """A take in the scene that is shown."""
    scene = bpy.context.scene
    dancer = armature.find_dancer(bpy.context) or armature.create_dancer(scene)
    action = actions.new_action(take.take_name("night train.wav", genre))
    root = armature.rest_root(dancer)
    clock = timing.Clock(scene.frame_start, timing.scene_fps(scene))
    keyframes.write_take(action, motion, clock, root)
    settings = take.TakeSettings(
        song="night train.wav", digest="", song_path=song, genre=genre, seed=5, model="fake",
        start=0.0, seconds=len(motion) / 30, steps=10, guidance=2.0, temperature=1.0, energy=-1.0,
        program="0", protocol=1, first_frame=clock.start, scene_fps=clock.scene_fps,
        beats=tuple(15.0 * i for i in range(len(motion) // 15)), downbeats=(0.0, 60.0),
    )  # fmt: skip
    take.write_settings(action, settings)
    take.store_motion(action, motion, root)
    actions.assign(dancer, action)
    return action
