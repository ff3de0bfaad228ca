"""The dancer: rest pose, skin, and that the user's scene is left alone."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from blender_addon.rig import armature, axes
from blender_addon.rig.body import build_parts
from blender_addon.rig.loft import Tube, loft
from eightcount.motion.errors import EightcountError
from eightcount.motion.skeleton import JOINTS, OFFSETS, PARENTS, rest_height


def test_rest_pose_is_the_skeletons(scene):
    dancer = armature.create_dancer(scene)
    for j, name in enumerate(JOINTS):
        bone = dancer.data.bones[name]
        assert np.allclose(np.array(bone.matrix_local.to_3x3()), np.eye(3), atol=1e-6)
        assert (bone.parent.name if bone.parent else None) == (JOINTS[PARENTS[j]] if j else None)
        if j:
            offset = np.array(bone.head_local - bone.parent.head_local)
            assert np.allclose(axes.vectors_from_blender(offset), OFFSETS[j], atol=1e-6)
    assert np.isclose(armature.rest_root(dancer)[2], rest_height())


def test_soles_stand_exactly_on_the_floor_and_toes_point_forward(scene):
    body = armature.create_dancer(scene).children[0]
    points = np.array([v.co for v in body.data.vertices])
    assert points[:, 2].min() == 0.0
    for side in (1, -1):
        sole = points[(points[:, 2] == 0) & (np.sign(points[:, 0]) == side)]
        assert len(sole) > 50
        assert sole[:, 1].min() < -0.12 < 0.05 < sole[:, 1].max()  # forward is -y
    assert 1.68 < points[:, 2].max() < 1.78


def test_mannequin_is_symmetric_and_every_point_is_bound():
    joints = armature.rest_joints()
    parts = build_parts(joints)
    points = np.concatenate([p.solid.points for p in parts])
    weights = np.concatenate([p.weights for p in parts])
    assert np.allclose(weights.sum(1), 1)
    assert (weights >= 0).all()
    assert {JOINTS[j] for j in np.flatnonzero(weights.any(0))} == set(JOINTS)
    mirrored = points * [-1, 1, 1]
    nearest = [np.abs(points - p).sum(1).min() for p in mirrored[::17]]
    assert max(nearest) < 1e-6


def _volume(points, faces) -> float:
    corners = [(f[0], f[i], f[i + 1]) for f in faces for i in range(1, len(f) - 1)]
    a, b, c = np.moveaxis(points[np.array(corners)], 1, 0)
    return float((a * np.cross(b, c)).sum() / 6)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_tubes_are_closed_with_normals_outwards(axis):
    solid = loft(Tube(axis, np.array([[0, 0.5, 0.1, 0.3, 0.2], [1, 0.4, 0, 0.3, 0.2]])))
    edges: dict[tuple[int, int], int] = {}
    for face in solid.faces:
        for a, b in zip(face, face[1:] + face[:1], strict=True):
            edges[a, b] = edges.get((a, b), 0) + 1
    assert all(edges.get((b, a)) == 1 and n == 1 for (a, b), n in edges.items())
    assert _volume(solid.points, solid.faces) > np.pi * 0.3 * 0.2 * 0.95


@pytest.mark.parametrize(
    ("bone", "axis", "angle"), [("left_knee", 0, 2.2), ("left_elbow", 2, -2.2)]
)
def test_a_deep_bend_keeps_the_limbs_volume(scene, bone, axis, angle):
    dancer = armature.create_dancer(scene)
    body = dancer.children[0]
    name = "leg" if "knee" in bone else "arm"
    whole = _limb_volume(body, name)
    turn = dancer.pose.bones[bone]
    turn.rotation_quaternion = [np.cos(angle / 2), *(np.sin(angle / 2) * np.eye(3)[axis])]
    bpy.context.view_layer.update()
    assert _limb_volume(body, name) > 0.85 * whole


def _limb_volume(body, limb: str) -> float:
    """Volume of the left leg's or arm's tube as it is now deformed."""
    parts = build_parts(armature.rest_joints())
    place = 3 if limb == "arm" else 4  # after torso, neck and head
    first = sum(len(p.solid.points) for p in parts[:place])
    points = np.array(
        [v.co for v in body.evaluated_get(bpy.context.evaluated_depsgraph_get()).data.vertices]
    )
    return _volume(points[first : first + len(parts[place].solid.points)], parts[place].solid.faces)


def test_making_a_dancer_leaves_mode_selection_and_active_object_alone(scene):
    bpy.ops.mesh.primitive_cube_add()
    cube = bpy.context.object
    bpy.ops.object.mode_set(mode="EDIT")
    dancer = armature.create_dancer(scene)
    assert cube.mode == "EDIT" and bpy.context.view_layer.objects.active == cube
    assert cube.select_get() and not dancer.select_get()
    assert [s.name for s in bpy.data.scenes] == [scene.name]
    bpy.ops.object.mode_set(mode="OBJECT")


def test_a_dancer_is_removed_without_a_trace(scene):
    before = {
        kind: len(getattr(bpy.data, kind))
        for kind in ("objects", "meshes", "armatures", "materials")
    }
    armature.remove_dancer(armature.create_dancer(scene))
    assert before == {kind: len(getattr(bpy.data, kind)) for kind in before}


def test_two_dancers_share_their_materials(scene):
    for _ in range(2):
        armature.create_dancer(scene)
    assert len(bpy.data.materials) == 2


def test_scene_in_centimetres_gets_a_dancer_of_human_size(scene):
    scene.unit_settings.scale_length = 0.01
    dancer = armature.create_dancer(scene)
    bpy.context.view_layer.update()
    assert np.isclose((dancer.matrix_world @ dancer.pose.bones["head"].head).z, 154.5, atol=0.1)


def test_other_armatures_are_refused_with_a_cure(scene):
    bpy.ops.object.armature_add()
    with pytest.raises(EightcountError) as refused:
        armature.check_armature(bpy.context.object)
    assert refused.value.code == "armature-bones" and refused.value.hint
    bpy.ops.mesh.primitive_cube_add()
    with pytest.raises(EightcountError) as refused:
        armature.check_armature(bpy.context.object)
    assert refused.value.code == "armature-kind"


def test_an_armature_with_turned_rest_bones_is_refused(scene):
    dancer = armature.create_dancer(scene)
    bpy.context.view_layer.objects.active = dancer
    bpy.ops.object.mode_set(mode="EDIT")
    dancer.data.edit_bones["left_elbow"].roll = 1.0
    bpy.ops.object.mode_set(mode="OBJECT")
    with pytest.raises(EightcountError) as refused:
        armature.check_armature(dancer)
    assert refused.value.code == "armature-rest" and "left_elbow" in str(refused.value)
