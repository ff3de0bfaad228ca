# SPDX-License-Identifier: GPL-3.0-or-later
"""The mannequin as a Blender object: mesh, materials, vertex groups, armature modifier."""

from __future__ import annotations

import bpy
import numpy as np

from eightcount.motion.skeleton import JOINTS

from .body import build_parts
from .loft import join

NAME = "Eightcount Mannequin"
#: linear colours of the two materials: warm chalk and deep petrol.
BODY_COLOUR = (0.94, 0.87, 0.77, 1.0)
ACCENT_COLOUR = (0.03, 0.12, 0.16, 1.0)
#: weights below this are left out: they cost time and move nothing.
LEAST_WEIGHT = 1e-3
#: edges sharper than this stay sharp (the rim of the soles), radians.
SHARP_ANGLE = 0.9


def add_mannequin(
    scene: bpy.types.Scene, armature: bpy.types.Object, joints: np.ndarray
) -> bpy.types.Object:
    """A skinned mannequin, child of ``armature``, for rest joints (24, 3) metres, z up."""
    parts = build_parts(joints)
    solid = join([part.solid for part in parts])
    weights = np.concatenate([part.weights for part in parts])
    mesh = bpy.data.meshes.new(NAME)
    mesh.from_pydata(solid.points.tolist(), [], solid.faces)
    for name, colour, rough in (
        ("Eightcount Body", BODY_COLOUR, 0.55),
        ("Eightcount Accent", ACCENT_COLOUR, 0.4),
    ):
        mesh.materials.append(_material(name, colour, rough))
    mesh.polygons.foreach_set("material_index", solid.accent.astype(np.int32))
    mesh.polygons.foreach_set("use_smooth", np.ones(len(solid.faces), bool))
    mesh.set_sharp_from_angle(angle=SHARP_ANGLE)
    mesh.update()
    body = bpy.data.objects.new(NAME, mesh)
    scene.collection.objects.link(body)
    body.parent = armature
    _set_weights(body, weights)
    modifier = body.modifiers.new("Armature", "ARMATURE")
    modifier.object = armature
    # dual quaternions: forearms and waist keep their girth when they twist
    modifier.use_deform_preserve_volume = True
    return body


def _material(name: str, colour: tuple[float, ...], roughness: float) -> bpy.types.Material:
    """Our material of that name, shared by every dancer in the file."""
    material = bpy.data.materials.get(name)
    if material is None:
        material = bpy.data.materials.new(name)
        material.diffuse_color = colour
        material.roughness = roughness
        material.use_nodes = True
        shader = material.node_tree.nodes.get("Principled BSDF")
        if shader is not None:
            shader.inputs["Base Color"].default_value = colour
            shader.inputs["Roughness"].default_value = roughness
    return material


def _set_weights(body: bpy.types.Object, weights: np.ndarray) -> None:
    """Vertex groups from weights (N, 24); equal weights go in one call."""
    weights = np.where(weights < LEAST_WEIGHT, 0.0, weights)
    weights = np.round(weights / weights.sum(1, keepdims=True), 3)
    for j, name in enumerate(JOINTS):
        column = weights[:, j]
        used = np.flatnonzero(column)
        if not len(used):
            continue
        group = body.vertex_groups.new(name=name)
        for value in np.unique(column[used]):
            group.add(np.flatnonzero(column == value).tolist(), float(value), "REPLACE")
