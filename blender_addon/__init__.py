# SPDX-License-Identifier: GPL-3.0-or-later
"""Eightcount for Blender: registers and unregisters, and nothing else."""

from __future__ import annotations


def register() -> None:
    """Add classes, the scene's settings and the handlers."""
    import bpy

    from . import keymap, operators, panels, preferences, properties, pump

    for cls in _classes(preferences, properties, operators, panels):
        bpy.utils.register_class(cls)
    properties.register()
    pump.register()
    keymap.register()


def unregister() -> None:
    """Stop everything that runs and take away all that `register` added."""
    import bpy

    from . import keymap, operators, panels, preferences, properties, pump

    keymap.unregister()
    pump.unregister()
    properties.unregister()
    for cls in reversed(_classes(preferences, properties, operators, panels)):
        bpy.utils.unregister_class(cls)


def _classes(preferences, properties, operators, panels) -> tuple[type, ...]:
    return (
        preferences.EightcountPreferences,
        *properties.CLASSES,
        *operators.CLASSES,
        *panels.CLASSES,
    )
