# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding data again after time has passed.

A Python reference to Blender's data is dead after an undo, a deletion or a loaded file, and touching
it may crash. What lasts over several ticks is therefore remembered by its session id, which outlives
renaming and undo, and looked up each time.
"""

from __future__ import annotations

import bpy


def uid(thing: bpy.types.ID | None) -> int:
    """The id of a datablock for this session of Blender; 0 for None."""
    return thing.session_uid if thing is not None else 0


def find(collection, number: int):
    """The datablock of that id in ``bpy.data.objects`` or the like; None where it is gone."""
    if not number:
        return None
    return next((thing for thing in collection if thing.session_uid == number), None)
