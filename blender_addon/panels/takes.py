# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of takes: every Action of this file that is one."""

from __future__ import annotations

import bpy

from .. import genres
from ..rig import take
from . import parts
from .main import _Panel

#: a side bar narrower than this (pixels at a scale of 1) has no room for the score of each take.
ROOMY = 340
#: pixels that all but the names take in the list.
OTHERS = 165


class EIGHTCOUNT_UL_takes(bpy.types.UIList):
    """Takes: what tells them apart, the whole name, star, beat score and length"""

    bl_idname = "EIGHTCOUNT_UL_takes"

    def draw_item(
        self, context, layout, _data, item, _icon, _active_data, _active_property, *_rest
    ) -> None:
        """One take. A name is cut at its end, where the version stands: so that comes first, in a
        column that Blender does not cut."""
        starred = bool(item.get(take.PREFIX + "star"))
        width = context.region.width / context.preferences.system.ui_scale
        row = layout.row(align=True)
        star = row.operator("eightcount.take_star", text="", icon=parts.star(starred), emboss=False)
        star.name = item.name
        _, mark = take.name_and_mark(item.name, item.get(take.PREFIX + "genre", ""))
        if mark:
            row = row.split(factor=min(parts.letters_width(mark) / (width - OTHERS), 1.0))
            row.label(text=mark)
        row.prop(item, "name", text="", emboss=False)
        right = layout.row()
        right.alignment = "RIGHT"
        right.active = False
        score = parts.score(item.get(take.PREFIX + "beat_score", -1.0)) if width >= ROOMY else ""
        length = parts.minutes(item.get(take.PREFIX + "seconds", 0.0))
        right.label(text=f"{score}  {length}".strip())

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
        score = parts.score(action.get(take.PREFIX + "beat_score", -1.0))
        made = (genres.label(of("genre")), f"seed {of('seed')}", score and f"beats {score}")
        column.label(text=" · ".join(filter(None, made)), icon="PREFERENCES")
        row = layout.row(align=True)
        row.operator("eightcount.generate_again", text="Again", icon="FILE_REFRESH")
        row.operator("eightcount.compare_takes", text="Compare", icon="COMMUNITY")


CLASSES = (EIGHTCOUNT_UL_takes, EIGHTCOUNT_PT_takes)
