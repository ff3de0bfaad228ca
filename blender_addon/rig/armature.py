# SPDX-License-Identifier: GPL-3.0-or-later
"""The default dancer: an armature with the project's 24 joints, standing on the floor in a T-pose.

Every bone points 8 cm along +y with roll 0, so every rest matrix is the identity and a local SMPL
rotation is the bone's own rotation (after the change of axes). That makes the bones parallel sticks,
which is why they are drawn as small shapes inside the mannequin.
"""

from __future__ import annotations

import bpy
import numpy as np

from eightcount.motion.errors import EightcountError
from eightcount.motion.skeleton import JOINTS, OFFSETS, PARENTS, rest_height

from . import axes
from .mannequin import add_mannequin

NAME = "Eightcount Dancer"
#: length of every bone, metres; short so that the sticks stay inside the body.
BONE_LENGTH = 0.08
#: mark on the objects that we made, so that they are found again and may be removed after a fault.
MARK = "eightcount_dancer"


def rest_joints() -> np.ndarray:
    """Joint positions of the rest pose in the armature's space, (24, 3) metres, z up."""
    places = np.zeros((len(JOINTS), 3))
    places[0] = (0.0, rest_height(), 0.0)
    for j in range(1, len(JOINTS)):
        places[j] = places[PARENTS[j]] + OFFSETS[j]
    return axes.vectors_to_blender(places)


def missing_bones(armature: bpy.types.Object) -> list[str]:
    """Names of our joints that the armature has no bone for, in skeleton order."""
    return [name for name in JOINTS if name not in armature.data.bones]


def check_armature(armature: bpy.types.Object) -> None:
    """Raise EightcountError when takes cannot be keyed on this object.

    Codes: "armature-kind", "armature-bones", "armature-rest", "armature-linked", "nla-tweak".
    """
    cure = "Pick the Eightcount Dancer, or leave the armature empty to get one."
    if armature.type != "ARMATURE":
        raise EightcountError("armature-kind", f"{armature.name!r} is not an armature.", cure)
    missing = missing_bones(armature)
    if missing:
        some = ", ".join(missing[:3]) + (", ..." if len(missing) > 3 else "")
        raise EightcountError(
            "armature-bones",
            f"{armature.name!r} lacks {len(missing)} of the dancer's 24 bones ({some}).",
            cure,
        )
    turned = [name for name in JOINTS if not _points_along_y(armature.data.bones[name])]
    if turned:
        raise EightcountError(
            "armature-rest",
            f"{armature.name!r} has another rest pose than the dancer ({turned[0]} is turned).",
            cure,
        )
    if armature.library is not None:
        raise EightcountError(
            "armature-linked",
            f"{armature.name!r} is linked from another file and cannot be keyed.",
            "Make a library override of it first.",
        )
    if armature.animation_data is not None and armature.animation_data.use_tweak_mode:
        raise EightcountError(
            "nla-tweak",
            f"{armature.name!r} is in the tweak mode of the nonlinear animation editor.",
            "Leave it (Tab in that editor), then try again.",
        )


def find_dancer(context: bpy.types.Context) -> bpy.types.Object | None:
    """The armature a take goes to: the active one if it fits, else our dancer in this scene."""
    active = context.view_layer.objects.active
    for candidate in (active, *_dancers(context.scene)):
        if candidate is not None and candidate.type == "ARMATURE" and not missing_bones(candidate):
            return candidate
    return None


def create_dancer(scene: bpy.types.Scene, name: str = NAME) -> bpy.types.Object:
    """A new dancer at the scene's origin, 1.7 m tall whatever the scene's unit scale.

    Returns the armature object; the mannequin is its child.
    """
    data = bpy.data.armatures.new(name)
    armature = bpy.data.objects.new(name, data)
    armature[MARK] = True
    _build_bones(armature)
    scene.collection.objects.link(armature)
    for bone in armature.pose.bones:
        bone.rotation_mode = "QUATERNION"
        if bone.name != JOINTS[0]:
            bone.lock_location = (True, True, True)
    data.display_type = "STICK"
    # metres in a scene where one Blender unit is not one metre
    armature.scale = (1.0 / scene.unit_settings.scale_length,) * 3
    body = add_mannequin(scene, armature, rest_joints())
    body[MARK] = True
    return armature


def remove_dancer(armature: bpy.types.Object) -> None:
    """Take back what `create_dancer` made: armature, mannequin, their data and materials."""
    for thing in (*armature.children, armature):
        data = thing.data
        materials = list(getattr(data, "materials", []))
        bpy.data.objects.remove(thing)
        if data.users == 0:
            bpy.data.batch_remove([data])
        bpy.data.batch_remove([m for m in materials if m is not None and m.users == 0])


def rest_root(armature: bpy.types.Object) -> np.ndarray:
    """Place of the pelvis in the armature's rest pose, (3,) z up."""
    return np.array(armature.data.bones[JOINTS[0]].head_local, np.float64)


def _dancers(scene: bpy.types.Scene) -> list[bpy.types.Object]:
    return [o for o in scene.objects if o.type == "ARMATURE" and o.get(MARK)]


def _build_bones(armature: bpy.types.Object) -> None:
    """Bones can only be made in edit mode: the armature is the active object for that moment, then
    the user's active object, its mode and the selection are as they were.

    Not through ``temp_override``: an operator under it reads Python objects while other threads of
    Python run, and the link's thread does. That crashed Blender's module within seconds in a test
    with a busy thread; without the override the same test never did.
    """
    context = bpy.context
    layer = context.view_layer
    before, collection = layer.objects.active, context.scene.collection
    mode = before.mode if before is not None else "OBJECT"
    if mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    collection.objects.link(armature)
    try:
        layer.objects.active = armature
        bpy.ops.object.mode_set(mode="EDIT")
        try:
            _make_edit_bones(armature.data)
        finally:
            bpy.ops.object.mode_set(mode="OBJECT")
    finally:
        collection.objects.unlink(armature)
        layer.objects.active = before
        if mode != "OBJECT":
            bpy.ops.object.mode_set(mode=mode)


def _make_edit_bones(data: bpy.types.Armature) -> None:
    places = rest_joints()
    bones = []
    for j, name in enumerate(JOINTS):
        bone = data.edit_bones.new(name)
        bone.head = places[j]
        bone.tail = places[j] + (0.0, BONE_LENGTH, 0.0)
        bone.roll = 0.0
        if j:
            bone.parent = bones[PARENTS[j]]
        bones.append(bone)


def _points_along_y(bone: bpy.types.Bone) -> bool:
    """True for a bone whose rest matrix is the identity, so that it takes our rotations as they are."""
    return np.allclose(np.array(bone.matrix_local.to_3x3()), np.eye(3), atol=1e-3)
