"""Runs inside a real Blender with its window: the walk-through of the README, photographed as it goes.

Called with one word after ``--``: a JSON file with zip, connection (of a running backend), song, genre,
arms (the genre of the edit), size (of the screen) and out. Some pictures a second of the whole screen
go to ``out``; ``captions.json`` says from which picture on which caption stands under them. Needs
ImageMagick's ``import`` and xdotool.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import traceback
from pathlib import Path

import bpy
from mathutils import Euler

PLAN = json.loads(Path(sys.argv[sys.argv.index("--") + 1]).read_text())
OUT = Path(PLAN["out"])
ADDON = "bl_ext.user_default.eightcount"
CAPTIONS: list[tuple[int, str]] = []
taken = [0]


def module(name: str):
    return sys.modules[f"{ADDON}.{name}"]


def view():
    """Window and area of the 3D view, its side region and its main one."""
    window = bpy.context.window_manager.windows[0]
    area = next(a for a in window.screen.areas if a.type == "VIEW_3D")
    regions = {r.type: r for r in area.regions}
    return window, area, regions["UI"], regions["WINDOW"]


def press(operator: str, **settings) -> None:
    """An operator as its button would call it."""
    window, area, _, region = view()
    with bpy.context.temp_override(window=window, area=area, region=region):
        getattr(bpy.ops.eightcount, operator)("INVOKE_DEFAULT", **settings)


def xdo(*words: object) -> None:
    subprocess.run(["xdotool", *map(str, words)], check=True)


def say(text: str) -> None:
    CAPTIONS.append((taken[0], text))


def shot(name: str = "") -> None:
    """A picture of the screen; numbered unless it has a name."""
    if not name:
        name, taken[0] = f"f{taken[0]:04d}", taken[0] + 1
    subprocess.run(["import", "-window", "root", str(OUT / f"{name}.png")], check=True)


def pause(seconds: float):
    until = time.monotonic() + seconds
    return lambda: time.monotonic() > until


def idle() -> bool:
    return module("session").current().job is None


def hold(pictures: int):
    """The same for some pictures."""
    for _ in range(pictures):
        shot()
        yield pause(0.05)


def dance(first: int, last: int, step: int = 4):
    """Scene frames first to last, a picture each ``step``: 30 / step pictures are one second."""
    for frame in range(first, last + 1, step):
        bpy.context.scene.frame_set(frame)
        yield pause(0.06)
        shot()


def wheel(clicks: int, pictures: int = 3):
    """The wheel over the side bar; negative: upwards."""
    xdo("mousemove", PLAN["size"][0] - 110, 420)
    for _ in range(abs(clicks)):
        xdo("click", 5 if clicks > 0 else 4)
    yield pause(0.5)
    yield from hold(pictures)


def look(place: tuple[float, float, float], away: float, turn: float) -> None:
    """View from the front left, solid shading."""
    space = view()[1].spaces.active
    space.shading.type, space.shading.color_type = "SOLID", "MATERIAL"
    space.overlay.show_bones = space.overlay.show_text = space.overlay.show_cursor = False
    space.show_region_toolbar = False
    region = space.region_3d
    region.view_perspective = "PERSP"
    region.view_location, region.view_distance = place, away
    region.view_rotation = Euler((1.38, 0.0, turn)).to_quaternion()


def open_panel():
    """Install the zip, show the tab on the whole screen."""
    bpy.context.preferences.view.show_splash = False
    bpy.ops.extensions.package_install_files(
        filepath=PLAN["zip"], repo="user_default", enable_on_install=True
    )
    bpy.context.preferences.addons[ADDON].preferences.connection_file = PLAN["connection"]
    bpy.context.preferences.view.ui_scale = 1.0
    yield pause(0.5)
    xdo("mousemove", 250, 400, "key", "Escape", "click", 1)
    yield pause(0.5)
    window, area, *_ = view()
    with bpy.context.temp_override(window=window, area=area):
        bpy.ops.screen.screen_full_area()
    yield pause(0.7)
    view()[1].spaces.active.show_region_ui = True
    yield pause(0.7)
    view()[2].active_panel_category = "Eightcount"
    for thing in list(bpy.data.objects):
        bpy.data.objects.remove(thing)
    bpy.context.scene.render.fps = 30
    bpy.ops.wm.save_as_mainfile(filepath=str(OUT / "takes.blend"))
    look((0.1, 0.0, 0.88), 4.6, 0.4)
    yield pause(0.7)


def choose():
    """Backend, song, genre."""
    say("Start the backend")
    yield from hold(5)
    press("backend_start")
    while module("session").current().state not in ("ready", "failed"):
        yield pause(0.1)
    yield pause(0.3)
    yield from hold(4)
    settings = bpy.context.scene.eightcount
    say("Pick a song")
    settings.song_path = bpy.path.relpath(PLAN["song"])
    yield pause(0.4)
    yield from hold(8)
    say("Pick a genre")
    settings.whole_song = True
    settings.seed = "1"
    settings.genre = PLAN["genre"]
    yield pause(0.4)
    yield from hold(8)


def generate():
    """Pictures while frames arrive, then the dance."""
    say("Generate: frames arrive while the dancer already dances")
    press("generate")
    frame = 1
    while not idle():
        shot()
        frame += 4
        bpy.context.scene.frame_set(frame)
        yield pause(0.02)
    yield pause(0.4)
    say("The take: keys on an armature, the song under it")
    yield from dance(1, 150)
    shot("panel")


def edit():
    """Upper body only, over eight counts; a pin; the two versions side by side."""
    scene, settings = bpy.context.scene, bpy.context.scene.eightcount
    yield from wheel(9)
    say("Edit: eight counts, upper body only, another genre")
    scene.frame_set(61)
    press("range_from_beats", counts=8)
    settings.edit_half = "upper"
    settings.edit_genre = PLAN["arms"]
    yield pause(0.4)
    yield from hold(8)
    first, last = scene.frame_preview_start, scene.frame_preview_end
    say("Pin a pose that every edit must hit")
    scene.frame_set((first + last) // 2)
    press("pin_pose", half="upper")
    yield pause(0.4)
    yield from hold(8)
    say(f"Re-roll the range: {PLAN['arms']} arms over the same legs")
    press("reroll", seed="3", half="upper")
    while not idle():
        shot()
        yield pause(0.03)
    yield pause(0.4)
    yield from dance(first, last)
    say("Compare: the new version (white), the one before (orange)")
    press("compare_takes")
    look((0.9, 0.0, 0.85), 5.8, 0.25)
    yield pause(0.6)
    yield from dance(first, last)
    scene.frame_set(first + 36)
    yield pause(0.2)
    shot("edit")
    say("Every edit is a version; outside the range nothing has changed")
    yield from dance(last, last + 44)


def all_steps():
    """The walk-through from an empty scene to a compared edit."""
    yield from open_panel()
    yield from choose()
    yield from generate()
    yield from edit()


def drive(steps):
    """A timer that goes on once what was waited for is there."""
    wait = {"for": pause(1.0)}

    def tick():
        try:
            if wait["for"]():
                wait["for"] = next(steps)
            return 0.01
        except StopIteration:
            pass
        except BaseException:
            (OUT / "error.txt").write_text(traceback.format_exc())
        fault = module("session").current().fault
        seen = {
            "captions": CAPTIONS,
            "pictures": taken[0],
            "fault": str(fault.error) if fault else "",
        }
        (OUT / "captions.json").write_text(json.dumps(seen))
        bpy.ops.wm.quit_blender()
        return None

    return tick


bpy.app.timers.register(drive(all_steps()), first_interval=1.0, persistent=True)
