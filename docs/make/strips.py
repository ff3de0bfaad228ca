"""Runs inside a Blender: stills of phrases, with the add-on's own dancer, floor and light.

Called with one word after ``--`` (or as the only word with the bpy module): a JSON file with ``addon``
(the folder above blender_addon), ``backend`` and ``shots``: take (npz), frames, out (stem of the PNGs),
size. Every strip has one camera distance, at which its widest pose fits.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

import bpy
import numpy as np
from mathutils import Vector

PLAN = json.loads(Path(sys.argv[-1]).read_text())
sys.path[:0] = [PLAN["addon"], PLAN["backend"]]

from blender_addon.rig import actions, armature, keyframes, preview, stage  # noqa: E402
from blender_addon.rig.timing import Clock  # noqa: E402
from eightcount.motion.formats.npz import load_take  # noqa: E402

#: the camera's height angle and its turn to the dancer's left, radians.
PITCH, YAW = 0.12, 0.2
#: metres that head, hands and toes reach beyond their joints.
MARGIN = 0.26


def main() -> None:
    """One strip after the other, each with a scene of its own."""
    for shot in PLAN["shots"]:
        for thing in list(bpy.data.objects):
            bpy.data.objects.remove(thing)
        strip(bpy.context.scene, shot)


def strip(scene: bpy.types.Scene, shot: dict) -> None:
    """The stills of one phrase."""
    scene.render.fps = 30
    dancer = armature.create_dancer(scene)
    motion = load_take(shot["take"]).motion
    action = actions.new_action("take")
    actions.assign(dancer, action)
    keyframes.write_take(action, motion, Clock(0.0, 30.0), armature.rest_root(dancer))
    path = stage.dancer_path(scene, dancer, shot["frames"])
    stage.add_floor(scene, path)
    stage.add_light(scene)
    camera, back = add_camera(scene)
    turn = np.array(camera.rotation_euler.to_matrix())
    middles = {f: (j.min(0) + j.max(0)) / 2 for f, j in path.items()}
    height = max(j[:, 2].max() for j in path.values()) / 2
    for middle in middles.values():
        middle[2] = height
    seen = np.stack([(path[f] - middles[f]) @ turn for f in path])
    away = distance(seen, camera.data, shot["size"])
    with preview._settings_kept(scene):
        preview._look(scene)
        render = scene.render
        render.engine = "BLENDER_WORKBENCH"
        render.resolution_x, render.resolution_y = shot["size"]
        render.image_settings.file_format = "PNG"
        for n, frame in enumerate(shot["frames"]):
            scene.frame_set(frame)
            camera.location = Vector(middles[frame]) + back * away
            render.filepath = f"{shot['out']}-{n}.png"
            bpy.ops.render.render(write_still=True)


def add_camera(scene: bpy.types.Scene) -> tuple[bpy.types.Object, Vector]:
    """A camera that looks at the dancer's front, and the way from the dancer to it."""
    data = bpy.data.cameras.new("Strip")
    data.lens, data.sensor_fit, data.sensor_height = 85.0, "VERTICAL", 24.0
    camera = bpy.data.objects.new("Strip", data)
    scene.collection.objects.link(camera)
    scene.camera = camera
    back = Vector(
        (math.sin(YAW) * math.cos(PITCH), -math.cos(YAW) * math.cos(PITCH), math.sin(PITCH))
    )
    camera.rotation_euler = (-back).to_track_quat("-Z", "Y").to_euler()
    return camera, back


def distance(seen: np.ndarray, data: bpy.types.Camera, size: tuple[int, int]) -> float:
    """Where all joints (M, 24, 3), in the camera's axes around what it looks at, fit the picture."""
    half = data.sensor_height / 2 / data.lens
    high = np.abs(seen[..., 1]).max() + MARGIN
    wide = (np.abs(seen[..., 0]).max() + MARGIN) * size[1] / size[0]
    return float(max(high, wide) / half + seen[..., 2].max())


main()
