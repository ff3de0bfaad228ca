"""The stage: whoever watches the preview sees all of the dancer, and the scene's settings stay."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from bpy_extras.object_utils import world_to_camera_view
from mathutils import Vector

from blender_addon.rig import actions, armature, keyframes, preview, stage, timing
from eightcount.motion.errors import EightcountError


@pytest.fixture
def dancer(scene, dance) -> bpy.types.Object:
    """A dancer who travels across the floor for two seconds."""
    motion = dance(60)
    dancer = armature.create_dancer(scene)
    action = actions.new_action("take")
    actions.assign(dancer, action)
    keyframes.write_take(action, motion, timing.Clock(1, 30), armature.rest_root(dancer))
    scene.frame_end = 60
    return dancer


def test_every_joint_is_in_the_picture_at_every_frame(scene, dancer):
    scene.render.resolution_x, scene.render.resolution_y = 640, 360
    stage.set_stage(scene, dancer, range(1, 61))
    sizes = []
    for frame in range(1, 61, 6):
        scene.frame_set(frame)
        seen = [
            world_to_camera_view(scene, scene.camera, dancer.matrix_world @ bone.head)
            for bone in dancer.pose.bones
        ]
        x, y, depth = np.array([tuple(p) for p in seen]).T
        assert (depth > 0).all()
        assert min(x.min(), y.min()) > 0 and max(x.max(), y.max()) < 1
        sizes.append(y.max() - y.min())
    assert max(sizes) > 0.35  # and he is not lost in it


def test_camera_looks_at_the_dancers_front(scene, dancer):
    stage.set_stage(scene, dancer, range(1, 61))
    scene.frame_set(1)
    assert (scene.camera.matrix_world @ Vector((0, 0, 0))).y < dancer.location.y - 2


def test_a_scene_with_a_camera_is_left_alone(scene, dancer):
    bpy.ops.object.camera_add()
    scene.camera = bpy.context.object
    before = len(bpy.data.objects)
    stage.set_stage(scene, dancer, range(1, 61))
    assert len(bpy.data.objects) == before


def test_the_floor_is_flat_faces_up_and_lies_under_the_soles(scene, dancer):
    path = stage.dancer_path(scene, dancer, range(1, 61))
    mesh = stage.add_floor(scene, path).data
    mesh.update()
    assert all(p.normal.z > 0.99 for p in mesh.polygons)
    assert {v.co.z for v in mesh.vertices} == {0.0}
    assert scene.frame_current == 1


def test_render_settings_are_put_back(scene, dancer, tmp_path):
    before = (scene.render.engine, scene.render.filepath, scene.frame_end, scene.world)
    worlds = len(bpy.data.worlds)
    with preview._settings_kept(scene):
        preview._film(scene, tmp_path / "p.mp4", 3, 9, (320, 180))
        assert scene.render.engine == "BLENDER_WORKBENCH" and scene.frame_end == 9
        assert scene.render.image_settings.file_format == "FFMPEG"
    after = (scene.render.engine, scene.render.filepath, scene.frame_end, scene.world)
    assert after == before and len(bpy.data.worlds) == worlds


def test_no_dancer_no_film(scene, tmp_path):
    with pytest.raises(EightcountError, match="no dancer"):
        preview.render_preview(scene, tmp_path / "p.mp4")
