"""Runs inside a real Blender with its window: installs the zip, presses the buttons, looks.

Called with one word after ``--``: a JSON file that says where the zip, the backend's connection file,
the song and the folder for pictures are. What was seen is written to ``seen.json`` in that folder;
the test outside judges it. Steps are a generator that yields conditions to wait for, driven by a
timer, so that Blender's own event loop runs between them.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
import traceback
from pathlib import Path

import bpy

PLAN = json.loads(Path(sys.argv[sys.argv.index("--") + 1]).read_text())
OUT = Path(PLAN["out"])
SEEN: dict = {"steps": [], "ticks": [], "ticks_cpu": [], "draws": {}}
ADDON = "bl_ext.user_default.eightcount"
PATIENCE = PLAN.get("patience", 150.0)


def module(name: str):
    return sys.modules[f"{ADDON}.{name}"]


def view():
    """Window, area and side region of the 3D view."""
    window = bpy.context.window_manager.windows[0]
    area = next(a for a in window.screen.areas if a.type == "VIEW_3D")
    return window, area, next(r for r in area.regions if r.type == "UI")


def press(operator: str, **settings) -> None:
    """An operator as its button would call it."""
    window, area, _ = view()
    region = next(r for r in area.regions if r.type == "WINDOW")
    with bpy.context.temp_override(window=window, area=area, region=region):
        getattr(bpy.ops.eightcount, operator)("INVOKE_DEFAULT", **settings)


def said(step: str, **found) -> None:
    SEEN["steps"].append({"step": step, "at": time.time(), **found})


def shot(name: str) -> None:
    """A picture of the whole screen; Blender's own screenshot is black on a software display."""
    subprocess.run(["import", "-window", "root", str(OUT / f"{name}.png")], check=True)


def pause(seconds: float):
    until = time.monotonic() + seconds
    return lambda: time.monotonic() > until


def idle() -> bool:
    return module("session").current().job is None


def measure() -> None:
    """Time every tick of the pump and every drawing of a panel of ours."""
    pump = module("pump")
    tick = pump.tick

    def timed_tick():
        begun, worked = time.perf_counter(), time.thread_time()
        pause_seconds = tick()
        SEEN["ticks"].append(1000 * (time.perf_counter() - begun))
        SEEN["ticks_cpu"].append(1000 * (time.thread_time() - worked))
        return pause_seconds

    pump.tick = timed_tick
    for cls in module("panels").CLASSES:
        if issubclass(cls, bpy.types.Panel):
            cls.draw = timed_draw(cls.__name__, cls.draw)


def timed_draw(name: str, draw):
    def timed(self, context):
        begun = time.perf_counter()
        draw(self, context)
        SEEN["draws"].setdefault(name, []).append(1000 * (time.perf_counter() - begun))

    return timed


def dancer_state() -> dict:
    """Which take is played, and all takes."""
    found = [o for o in bpy.data.objects if o.type == "ARMATURE"]
    data = found[0].animation_data if found else None
    playing = data.action.name if data and data.action else ""
    takes = [a.name for a in bpy.data.actions if "eightcount_seed" in a]
    return {"playing": playing, "takes": takes, "dancers": len(found)}


def keys(name: str) -> list[list[float]]:
    table = module("rig.keyframes").read_keys(bpy.data.actions[name])
    return table.astype(float).round(6).tolist()


def open_steps():
    """Install the zip and show the panel alone."""
    bpy.context.preferences.view.show_splash = False
    bpy.ops.extensions.package_install_files(
        filepath=PLAN["zip"], repo="user_default", enable_on_install=True
    )
    measure()
    chosen = bpy.context.preferences.addons[ADDON].preferences
    chosen.connection_file = PLAN.get("connection", "")
    yield pause(0.5)
    close_splash()
    yield pause(0.5)
    window, area, side = view()
    with bpy.context.temp_override(window=window, area=area):
        bpy.ops.screen.screen_full_area()
    yield pause(0.7)
    window, area, side = view()
    area.spaces.active.show_region_ui = True
    yield pause(0.7)
    window, area, side = view()
    side.active_panel_category = "Eightcount"
    for thing in list(bpy.data.objects):
        bpy.data.objects.remove(thing)
    yield pause(0.7)
    shot("1-first-use")
    said("installed", category=side.active_panel_category)


def setup_steps():
    """First use: Set Up without the network, then with it, until the backend runs."""
    system = bpy.context.preferences.system
    system.use_online_access = False
    os.environ.update(PLAN["environment"])
    folder = PLAN["project"]
    with contextlib.suppress(RuntimeError):  # the panel says it
        press("setup_backend", directory=folder)
    yield pause(3.0)  # Blender moves its panels softly to their new places
    shot("2-offline")
    said("offline", fault=fault(), code=fault_code())
    system.use_online_access = True
    press("setup_backend", directory=folder)
    now = module("session").current()
    yield pause(PLAN["look_after"])
    shot("3-setting-up")
    said("setting up", words=now.setup_says, running=now.setup is not None)
    begun = time.perf_counter()
    yield lambda: now.setup is None
    yield pause(0.7)
    shot("4-set-up")
    chosen = bpy.context.preferences.addons[ADDON].preferences
    said(
        "set up",
        seconds=time.perf_counter() - begun,
        words=now.setup_says,
        fault=fault(),
        folder=chosen.backend_folder,
    )
    if fault():
        return
    press("backend_start")
    yield lambda: now.state in ("ready", "failed")
    yield pause(0.7)
    shot("5-ready")
    said("backend", state=now.state, fault=fault())


def fault_code() -> str:
    found = module("session").current().fault
    return found.error.code if found is not None else ""


def take_steps():
    """Start, generate."""
    press("backend_start")
    yield lambda: module("session").current().state in ("ready", "failed")
    now = module("session").current()
    said("backend", state=now.state, fault=str(now.fault))
    bpy.ops.wm.save_as_mainfile(filepath=str(OUT / "takes.blend"))
    settings = bpy.context.scene.eightcount
    settings.song_path = bpy.path.relpath(PLAN["song"])
    settings.whole_song = False
    settings.seconds = PLAN["seconds"]
    settings.seed = "7"
    if PLAN.get("genre"):
        settings.genre = PLAN["genre"]
    bpy.context.scene.render.fps = 30
    begun = time.perf_counter()
    press("generate")
    yield lambda: idle() or module("session").current().job.fraction > 0.3
    shot("2-arriving")
    yield idle
    said("generated", seconds=time.perf_counter() - begun, **dancer_state(), fault=fault())
    frame_dancer()
    yield pause(1.0)
    shot("3-take")


def xdo(*words: object) -> None:
    """Real keys and mouse."""
    subprocess.run(["xdotool", *map(str, words)], check=True)


def close_splash() -> None:
    """A Blender without preferences of its own shows its set-up whatever it was told before."""
    xdo("mousemove", 250, 600)
    xdo("key", "Escape")
    xdo("click", 1)


def scroll(clicks: int) -> None:
    """The wheel over the side bar."""
    xdo("mousemove", 1480, 500)
    for _ in range(clicks):
        xdo("click", 5)


def fault() -> str:
    found = module("session").current().fault
    return str(found.error) if found is not None else ""


def frame_dancer() -> None:
    """Look at the dancer from the front left, solid shading."""
    window, area, _ = view()
    space = area.spaces.active
    space.shading.type, space.shading.color_type = "SOLID", "MATERIAL"
    space.overlay.show_bones = False
    region = space.region_3d
    region.view_distance = 4.2
    region.view_location = (0.2, 0.0, 0.9)
    from mathutils import Euler

    region.view_rotation = Euler((1.35, 0.0, 0.45)).to_quaternion()
    bpy.context.scene.frame_set(40)


def edit_steps():
    """Cancel, re-roll a range, undo, redo."""
    scene = bpy.context.scene
    first = dancer_state()["playing"]
    press("generate", seed="8")
    yield pause(0.15)
    begun = time.perf_counter()
    press("cancel")
    said("cancelled", press_ms=1000 * (time.perf_counter() - begun), **dancer_state())
    yield idle
    scene.use_preview_range = True
    scene.frame_preview_start, scene.frame_preview_end = 61, 120
    before = keys(first)
    begun = time.perf_counter()
    press("reroll", half="upper", seed="3")
    yield idle
    took = time.perf_counter() - begun
    state = dancer_state()
    after = keys(state["playing"])
    rows = [i for i, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
    said("rerolled", seconds=took, rows=[rows[0], rows[-1]] if rows else [], fault=fault(), **state)
    yield pause(0.5)
    window, area, _ = view()
    with bpy.context.temp_override(window=window, area=area):
        begun = time.perf_counter()
        bpy.ops.ed.undo()
        took = time.perf_counter() - begun
    said("undone", seconds=took, **dancer_state())
    yield pause(0.3)
    window, area, _ = view()
    with bpy.context.temp_override(window=window, area=area):
        bpy.ops.ed.redo()
    said("redone", **dancer_state())
    yield pause(0.3)
    press("pin_pose", half="upper")
    press("bigger")
    said("shaped", fault=fault(), **dancer_state())
    yield pause(1.0)
    shot("4-edit")
    scroll(30)
    yield pause(1.0)
    shot("5-edit-panel")
    press("compare_takes")
    yield pause(0.7)
    bpy.context.scene.frame_set(75)
    region = view()[1].spaces.active.region_3d
    region.view_location, region.view_distance = (0.9, 0.0, 0.8), 6.0
    yield pause(0.7)
    shot("6-compare")
    said("compared", **dancer_state())
    press("compare_takes")
    xdo("mousemove", 700, 500)
    xdo("key", "shift+alt+e")
    yield pause(3.0)
    shot("7-pie")
    xdo("key", "Escape")
    yield pause(0.3)


def file_steps():
    """Save and open again."""
    state = dancer_state()
    file = str(OUT / "takes.blend")
    bpy.ops.wm.save_as_mainfile(filepath=file)
    bpy.ops.wm.open_mainfile(filepath=file)
    yield pause(1.0)
    said("reopened", same=dancer_state() == state, **dancer_state())


def long_steps():
    """Three minutes: how long an edit of 4 s takes from the press to the keys, and an undo."""
    scene = bpy.context.scene
    scene.use_preview_range = False
    scene.eightcount.song_path = PLAN["long_song"]
    scene.eightcount.whole_song = True
    begun = time.perf_counter()
    press("generate")
    yield idle
    said("long take", seconds=time.perf_counter() - begun, fault=fault(), **dancer_state())
    yield pause(1.0)
    for _ in range(2):
        begun = time.perf_counter()
        press("reroll", start=1801.0, stop=1920.0, half="both")
        yield idle
        said("long reroll", seconds=time.perf_counter() - begun, fault=fault())
        yield pause(1.0)
    window, area, _ = view()
    with bpy.context.temp_override(window=window, area=area):
        begun = time.perf_counter()
        bpy.ops.ed.undo()
        said("long undo", seconds=time.perf_counter() - begun)
    yield pause(0.5)


def all_steps():
    """The plan's steps one after the other; each begins where the one before it ended."""
    known = {
        "setup": setup_steps,
        "take": take_steps,
        "edit": edit_steps,
        "file": file_steps,
        "long": long_steps,
    }
    yield from open_steps()
    for name in PLAN["steps"]:
        yield from known[name]()


def drive(steps):
    """A timer that goes to the next step once the last one's condition holds."""
    wait = {"for": pause(1.0), "since": time.monotonic()}

    def tick():
        try:
            if time.monotonic() - wait["since"] > PATIENCE:
                raise TimeoutError(f"after {SEEN['steps'][-1:]}; {fault()}")
            if wait["for"]():
                wait["for"], wait["since"] = next(steps), time.monotonic()
        except StopIteration:
            return end()
        except BaseException:
            SEEN["error"] = traceback.format_exc()
            shot("0-error")
            return end()
        return 0.02

    return tick


def end() -> None:
    (OUT / "seen.json").write_text(json.dumps(SEEN))
    bpy.ops.wm.quit_blender()


bpy.app.timers.register(drive(all_steps()), first_interval=1.0, persistent=True)
