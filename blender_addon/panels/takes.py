# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of takes: every Action of this file that is one."""

from __future__ import annotations

import bpy

from ..rig import take
from . import parts
from .main import _Panel


class EIGHTCOUNT_UL_takes(bpy.types.UIList):
    """Takes by name, with length and beat score"""

    bl_idname = "EIGHTCOUNT_UL_takes"

    def draw_item(
        self, _context, layout, _data, item, _icon, _active_data, _active_property, *_rest
    ) -> None:
        """One take."""
        layout.prop(item, "name", text="", emboss=False, icon="ACTION")
        row = layout.row()
        row.alignment = "RIGHT"
        score = item.get(take.PREFIX + "beat_score", -1.0)
        if score >= 0:
            row.label(text=f"{score:.2f}")
        row.label(text=parts.minutes(item.get(take.PREFIX + "seconds", 0.0)))

    def filter_items(self, _context, data, name) -> tuple[list[int], list[int]]:
        """Show takes only, and those alone that fit the words in the search field."""
        actions = getattr(data, name)
        wanted = self.filter_name.lower()
        shown = [
            self.bitflag_filter_item if take.is_take(a) and wanted in a.name.lower() else 0
            for a in actions
        ]
        return shown, []


class EIGHTCOUNT_PT_takes(_Panel, bpy.types.Panel):
    """What was made so far"""

    bl_idname = "EIGHTCOUNT_PT_takes"
    bl_label = "Takes"

    def draw(self, context) -> None:
        """The list, and what made the take that is played."""
        layout, settings = self.layout, context.scene.eightcount
        layout.template_list(
            "EIGHTCOUNT_UL_takes", "", bpy.data, "actions", settings, "played_take", rows=3
        )
        place = settings.played_take
        action = bpy.data.actions[place] if place >= 0 else None
        if action is not None and take.is_take(action):
            column = layout.column(align=True)
            column.label(text=f"{action.get('eightcount_song', '')}", icon="FILE_SOUND")
            genre, seed = action.get("eightcount_genre", ""), action.get("eightcount_seed", "")
            column.label(text=f"{genre}, seed {seed}, model {action.get('eightcount_model', '')}")
            layout.operator_menu_enum("eightcount.beats_to_markers", "kind", icon="MARKER_HLT")
        parts.fault(context, layout, "takes")


CLASSES = (EIGHTCOUNT_UL_takes, EIGHTCOUNT_PT_takes)
