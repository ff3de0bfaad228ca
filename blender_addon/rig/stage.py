# SPDX-License-Identifier: GPL-3.0-or-later
"""A plain stage for a scene without a camera: floor, light, a camera that follows the dancer."""

from __future__ import annotations

import math
from collections.abc import Iterable

import bpy
import numpy as np
from mathutils import Vector

from eightcount.motion.skeleton import JOINTS

FLOOR = "Eightcount Floor"
CAMERA = "Eightcount Camera"
#: colours, linear: a floor of two quiet greys that differ just enough to show the steps.
LIGHT_TILE = (0.78, 0.82, 0.88, 1.0)
DARK_TILE = (0.66, 0.70, 0.76, 1.0)
PLAIN = (0.72, 0.76, 0.82, 1.0)
TILE = 0.5
#: width of the plain apron around the tiles, metres: the horizon.
APRON = 150.0
LENS = 50.0
#: the camera looks down a little, radians, and from the dancer's front left.
PITCH = 0.16
YAW = 0.35


def set_stage(scene: bpy.types.Scene, dancer: bpy.types.Object, frames: Iterable[int]) -> None:
    """Give a scene without a camera a floor, a light and a camera that follows the dancer."""
    if scene.camera is not None:
        return
    path = dancer_path(scene, dancer, frames)
    add_floor(scene, path)
    add_light(scene)
    add_camera(scene, path)


def dancer_path(
    scene: bpy.types.Scene, dancer: bpy.types.Object, frames: Iterable[int]
) -> dict[int, np.ndarray]:
    """World positions (24, 3) of the joints, per scene frame. Steps through the frames, then back."""
    before = scene.frame_current
    found = {}
    for frame in frames:
        scene.frame_set(frame)
        found[frame] = np.array(
            [dancer.matrix_world @ dancer.pose.bones[name].head for name in JOINTS]
        )
    scene.frame_set(before)
    return found


def add_floor(scene: bpy.types.Scene, path: dict[int, np.ndarray]) -> bpy.types.Object:
    """A floor at z = 0: tiles of half a metre where the dance is, plain out to the horizon."""
    joints = np.concatenate(list(path.values()))
    centre = (joints.min(0) + joints.max(0))[:2] / 2
    reach = float(np.abs(joints[:, :2] - centre).max()) + 9.0
    points, faces, colours = _tiles(centre, 2 * math.ceil(reach / TILE))
    mesh = bpy.data.meshes.new(FLOOR)
    mesh.from_pydata(points, [], faces)
    for name, colour in (("Light", LIGHT_TILE), ("Dark", DARK_TILE), ("Plain", PLAIN)):
        name = f"{FLOOR} {name}"
        material = bpy.data.materials.get(name) or bpy.data.materials.new(name)
        material.diffuse_color = colour
        material.roughness = 1.0
        mesh.materials.append(material)
    mesh.polygons.foreach_set("material_index", np.array(colours, np.int32))
    floor = bpy.data.objects.new(FLOOR, mesh)
    floor.hide_select = True
    # it receives shadows but must cast none: workbench would darken all of it
    floor.display.show_shadows = False
    scene.collection.objects.link(floor)
    return floor


def _tiles(centre: np.ndarray, count: int) -> tuple[list, list, list[int]]:
    """Points, faces and materials (0, 1 tiles, 2 plain) of ``count`` x ``count`` tiles with apron."""
    low = np.round((centre - count * TILE / 2) / TILE) * TILE
    columns, rows = np.meshgrid(np.arange(count + 1), np.arange(count + 1))
    grid = np.stack([low[0] + columns * TILE, low[1] + rows * TILE, 0 * rows], axis=-1)
    corner = np.arange(count)[:, None] * (count + 1) + np.arange(count)
    faces = np.stack([corner, corner + 1, corner + count + 2, corner + count + 1], -1)
    high = low + count * TILE
    points = grid.reshape(-1, 3).tolist()
    n, last = len(points), (count + 1) * count
    inner = [0, count, last + count, last]  # corners of the tiles, counter-clockwise
    for x, y in ((low[0], low[1]), (high[0], low[1]), (high[0], high[1]), (low[0], high[1])):
        away = np.sign([x - centre[0], y - centre[1]]) * APRON
        points.append([x + away[0], y + away[1], 0.0])
    apron = [(n + k, n + (k + 1) % 4, inner[(k + 1) % 4], inner[k]) for k in range(4)]
    parity = np.add.outer(np.arange(count), np.arange(count)) % 2
    return points, faces.reshape(-1, 4).tolist() + apron, [*parity.ravel().tolist(), 2, 2, 2, 2]


def add_light(scene: bpy.types.Scene) -> bpy.types.Object:
    """A sun from the front left; the workbench preview has lights of its own."""
    data = bpy.data.lights.new("Eightcount Sun", "SUN")
    data.energy = 3.0
    sun = bpy.data.objects.new("Eightcount Sun", data)
    sun.rotation_euler = (0.7, 0.15, 0.6)
    scene.collection.objects.link(sun)
    return sun


def add_camera(
    scene: bpy.types.Scene, path: dict[int, np.ndarray], aspect: float = 16 / 9
) -> bpy.types.Object:
    """A camera that keeps its direction and glides after the dancer.

    The distance is that at which the dancer's largest reach fits; the camera follows the pelvis on a
    path smoothed over about a second, so that steps are seen as steps.
    """
    data = bpy.data.cameras.new(CAMERA)
    data.lens = LENS
    camera = bpy.data.objects.new(CAMERA, data)
    scene.collection.objects.link(camera)
    scene.camera = camera
    back = Vector(
        (math.sin(YAW) * math.cos(PITCH), -math.cos(YAW) * math.cos(PITCH), math.sin(PITCH))
    )
    camera.rotation_euler = (-back).to_track_quat("-Z", "Y").to_euler()
    frames = sorted(path)
    joints = np.stack([path[f] for f in frames])
    middle = _glide(joints, scene.render.fps / scene.render.fps_base)
    turn = np.array(camera.rotation_euler.to_matrix())
    distance = _distance((joints - middle[:, None]) @ turn, data, aspect)
    for frame, centre in zip(frames, middle, strict=True):
        camera.location = Vector(centre) + back * distance
        camera.keyframe_insert("location", frame=frame)
    return camera


def _glide(joints: np.ndarray, fps: float) -> np.ndarray:
    """Where to look (T, 3): over the floor after the pelvis, smoothed by a gaussian; the height is
    half of the highest reach."""
    sigma = max(fps * 0.5, 1.0)
    reach = int(3 * sigma)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    padded = np.pad(joints[:, 0], ((reach, reach), (0, 0)), mode="edge")
    way = np.stack(
        [np.convolve(padded[:, i], kernel / kernel.sum(), mode="valid") for i in range(3)], axis=1
    )
    way[:, 2] = joints[..., 2].max() / 2 + 0.05
    return way


def _distance(seen: np.ndarray, data: bpy.types.Camera, aspect: float) -> float:
    """How far away the camera must be for all joints, and head and hands beyond them, to be seen.

    ``seen`` are the joints (T, 24, 3) in the camera's axes around the point that it looks at.
    """
    half_width = data.sensor_width / 2 / data.lens
    margin = 0.22
    wide = np.abs(seen[..., 0]).max() + margin
    high = np.abs(seen[..., 1]).max() + margin
    return float(max(high * aspect, wide) / half_width + seen[..., 2].max())
