# SPDX-License-Identifier: GPL-3.0-or-later
"""The key that opens the pie menu: Shift Alt E in the 3D view. Users may change it in Keymap."""

from __future__ import annotations

import bpy

_held: list[tuple[bpy.types.KeyMap, bpy.types.KeyMapItem]] = []


def register() -> None:
    """Add the key; a Blender without window has no keymaps to add to."""
    keyconfig = bpy.context.window_manager.keyconfigs.addon
    if keyconfig is None:
        return
    keymap = keyconfig.keymaps.new(name="3D View", space_type="VIEW_3D")
    item = keymap.keymap_items.new("wm.call_menu_pie", "E", "PRESS", shift=True, alt=True)
    item.properties.name = "EIGHTCOUNT_MT_pie"
    _held.append((keymap, item))


def unregister() -> None:
    """Take it away."""
    for keymap, item in _held:
        keymap.keymap_items.remove(item)
    _held.clear()
