# SPDX-License-Identifier: GPL-3.0-or-later
"""A second dancer beside the first, to see two takes at once."""

from __future__ import annotations

import bpy
from mathutils import Vector

from . import armature

NAME = "Eightcount Second Dancer"
#: mark of the second dancer; he is never the one that a new take goes to.
MARK = "eightcount_second"
#: how far to the side he stands, metres.
ASIDE = 1.6
#: his colour, linear: told apart at a glance, also in black and white.
COLOUR = (0.85, 0.42, 0.16, 1.0)


def second_dancer(scene: bpy.types.Scene) -> bpy.types.Object | None:
    """The second dancer of a scene."""
    return next((o for o in scene.objects if o.type == "ARMATURE" and o.get(MARK)), None)


def place_second(scene: bpy.types.Scene, first: bpy.types.Object | None) -> bpy.types.Object:
    """A second dancer at the left hand of the first, of his size and facing as he does."""
    second = armature.create_dancer(scene, NAME)
    del second[armature.MARK]
    second[MARK] = True
    if first is not None:
        second.matrix_world = first.matrix_world
    side = second.matrix_world.to_3x3() @ Vector((ASIDE, 0.0, 0.0))
    second.location = second.location + side
    for body in second.children:
        body.data.materials[0] = _own_material(body.data.materials[0])
    return second


def _own_material(shared: bpy.types.Material) -> bpy.types.Material:
    """A material of his own: the first dancer's is shared by all others."""
    name = f"{NAME} Body"
    own = bpy.data.materials.get(name)
    if own is None:
        own = shared.copy()
        own.name = name
        own.diffuse_color = COLOUR
        shader = own.node_tree.nodes.get("Principled BSDF") if own.node_tree else None
        if shader is not None:
            shader.inputs["Base Color"].default_value = COLOUR
    return own
