# SPDX-License-Identifier: GPL-3.0-or-later
"""Actions across Blender versions: one stable slot and its F-curves from 4.4 on, plain ones before."""

from __future__ import annotations

import bpy

#: the slot's name in every take, so that a take fits any dancer without a choice to make.
SLOT = "Dancer"


def has_slots(action: bpy.types.Action) -> bool:
    """True from Blender 4.4 on, where an Action's F-curves belong to a slot."""
    return hasattr(action, "slots")


def new_action(name: str) -> bpy.types.Action:
    """An Action kept by a fake user, with its slot, layer and strip where there are such."""
    action = bpy.data.actions.new(name)
    action.use_fake_user = True
    if has_slots(action):
        action.slots.new("OBJECT", SLOT)
        action.layers.new("Take").strips.new(type="KEYFRAME")
    return action


def channels(action: bpy.types.Action):
    """What holds ``fcurves`` and ``groups``: the slot's channelbag, or the Action before 4.4.

    None for an Action without a slot of its own (an empty Action of another add-on).
    """
    if not has_slots(action):
        return action
    if not action.slots or not action.layers or not action.layers[0].strips:
        return None
    return action.layers[0].strips[0].channelbag(action.slots[0], ensure=True)


def group_of(bag, name: str):
    """The bone's channel group, made where it is missing."""
    return bag.groups.get(name) or bag.groups.new(name)


def assign(thing: bpy.types.Object, action: bpy.types.Action | None, slot: str = "") -> None:
    """Let an object play an Action, by the slot of that identifier or else its first one."""
    data = thing.animation_data or thing.animation_data_create()
    data.action = action
    if action is not None and has_slots(action) and action.slots:
        chosen = next((s for s in action.slots if s.identifier == slot), action.slots[0])
        data.action_slot = chosen


def assigned(thing: bpy.types.Object) -> tuple[str, str]:
    """Name of the Action that an object plays and identifier of its slot; "" where there is none."""
    data = thing.animation_data
    if data is None or data.action is None:
        return "", ""
    slot = getattr(data, "action_slot", None)
    return data.action.name, slot.identifier if slot is not None else ""
