# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of takes: every Action of this file that is one."""

from __future__ import annotations

import bpy

from .. import genres
from ..rig import take
from . import parts
from .main import _Panel


class EIGHTCOUNT_UL_takes(bpy.types.UIList):
    """Takes by name, with star, beat score and length"""

    bl_idname = "EIGHTCOUNT_UL_takes"

    def draw_item(
        self, _context, layout, _data, item, _icon, _active_data, _active_property, *_rest
    ) -> None:
        """One take."""
        starred = bool(item.get(take.PREFIX + "star"))
        row = layout.row(align=True)
        star = row.operator("eightcount.take_star", text="", icon=parts.star(starred), emboss=False)
        star.name = item.name
        row.prop(item, "name", text="", emboss=False)
        right = layout.row()
        right.alignment = "RIGHT"
        right.active = False
        score = item.get(take.PREFIX + "beat_score", -1.0)
        score = f"{score:.2f}  " if score >= 0 else ""
        right.label(text=score + parts.minutes(item.get(take.PREFIX + "seconds", 0.0)))

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
        """The list, what can be done with a take, and what made the one that is played."""
        layout, settings = self.layout, context.scene.eightcount
        place = settings.played_take
        action = bpy.data.actions[place] if place >= 0 else None
        played = action is not None and take.is_take(action)
        if not bpy.data.actions:
            layout.label(text="None yet: press Generate", icon="ACTION")
            parts.fault(context, layout, "takes")
            return
        row = layout.row()
        row.template_list(
            "EIGHTCOUNT_UL_takes", "", bpy.data, "actions", settings, "played_take", rows=4
        )
        side = row.column(align=True)
        side.enabled = played
        side.operator("eightcount.take_duplicate", text="", icon="DUPLICATE")
        side.operator("eightcount.take_rename", text="", icon="GREASEPENCIL")
        side.operator("eightcount.take_delete", text="", icon="TRASH")
        if played:
            self._about(layout, action)
        parts.fault(context, layout, "takes")

    def _about(self, layout: bpy.types.UILayout, action: bpy.types.Action) -> None:
        def of(name: str):
            return action.get(take.PREFIX + name, "")

        column = layout.column(align=True)
        column.label(text=f"{of('song')}", icon="FILE_SOUND")
        column.label(text=f"{genres.label(of('genre'))} · seed {of('seed')}", icon="PREFERENCES")
        row = layout.row(align=True)
        row.operator("eightcount.generate_again", text="Again", icon="FILE_REFRESH")
        row.operator("eightcount.compare_takes", text="Compare", icon="COMMUNITY")


CLASSES = (EIGHTCOUNT_UL_takes, EIGHTCOUNT_PT_takes)
