# SPDX-License-Identifier: GPL-3.0-or-later
"""Change a part of the played take, pin poses, beats; and the pie menu with the same edits."""

from __future__ import annotations

import bpy

from .. import session
from ..rig import actions, pins, take
from ..rig.armature import find_dancer
from . import parts
from .main import _Panel


def _played(context: bpy.types.Context) -> bpy.types.Action | None:
    """The take that the dancer plays."""
    dancer = find_dancer(context)
    name = actions.assigned(dancer)[0] if dancer is not None else ""
    action = bpy.data.actions.get(name) if name else None
    return action if action is not None and take.is_take(action) else None


class _OfTake(_Panel):
    @classmethod
    def poll(cls, context) -> bool:
        """Only where a take is played."""
        return _played(context) is not None


class EIGHTCOUNT_PT_edit(_OfTake, bpy.types.Panel):
    """Change a part of the take; the rest stays bit for bit"""

    bl_idname = "EIGHTCOUNT_PT_edit"
    bl_label = "Edit Take"

    def draw(self, context) -> None:
        """The range, what to change, the buttons."""
        layout, scene = self.layout, context.scene
        settings = scene.eightcount
        self._range(layout, scene)
        layout.row().prop(settings, "edit_half", expand=True)
        column = layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        column.prop(settings, "edit_genre")
        column.prop(settings, "edit_follow_music")
        if not settings.edit_follow_music:
            column.prop(settings, "edit_strength", slider=True)
        column.prop(settings, "edit_keep_hand_edits")
        column.prop(settings, "edit_room_for_pins")
        column.prop(settings, "edit_recount")
        row = layout.row()
        row.scale_y = 1.3
        row.operator("eightcount.reroll", text="Re-Roll Range", icon="FILE_REFRESH")
        grid = layout.grid_flow(columns=2, even_columns=True, align=True)
        grid.operator("eightcount.inbetween", icon="IPO_EASE_IN_OUT")
        grid.operator("eightcount.continue_take", icon="FORWARD")
        grid.operator("eightcount.mirror", icon="MOD_MIRROR")
        grid.operator("eightcount.loop", icon="LOOP_BACK")
        grid.operator("eightcount.calmer", icon="REMOVE")
        grid.operator("eightcount.bigger", icon="ADD")
        layout.operator("eightcount.shift_to_beat", icon="SNAP_ON")
        parts.fault(context, layout, "edit")

    def _range(self, layout: bpy.types.UILayout, scene: bpy.types.Scene) -> None:
        row = layout.row(align=True)
        row.prop(scene, "use_preview_range", text="", icon="PREVIEW_RANGE", toggle=True)
        if scene.use_preview_range:
            row.prop(scene, "frame_preview_start", text="From")
            row.prop(scene, "frame_preview_end", text="To")
        else:
            row.label(text="Selected keys, or a preview range")
        eight = layout.row(align=True)
        eight.operator("eightcount.range_from_beats", text="8 Counts", icon="TIME").counts = 8
        eight.operator("eightcount.range_from_beats", text="16").counts = 16
        eight.operator("eightcount.range_from_beats", text="32").counts = 32


class EIGHTCOUNT_PT_pins(_OfTake, bpy.types.Panel):
    """Poses that every edit must hit"""

    bl_idname = "EIGHTCOUNT_PT_pins"
    bl_label = "Pins"
    bl_parent_id = "EIGHTCOUNT_PT_edit"

    def draw(self, context) -> None:
        """Pin the pose that is seen; the list of pins."""
        layout, action = self.layout, _played(context)
        row = layout.row(align=True)
        for half, text in (("both", "Pin Pose"), ("upper", "Upper"), ("lower", "Lower")):
            icon = "PINNED" if half == "both" else "NONE"
            row.operator("eightcount.pin_pose", text=text, icon=icon).half = half
        shown = action.get(pins.SHOWN, "")
        if not shown:
            layout.label(text="No pins yet", icon="UNPINNED")
            return
        column = layout.column(align=True)
        first, per_frame = action.get(take.PREFIX + "first_frame", 1.0), self._frames(action)
        for i, text in enumerate(shown.split(";")[:12]):
            frame, half, kind = text.split(",")
            row = column.row(align=True)
            at = round(first + int(frame) * per_frame)
            words = f"{at}  {'' if half == 'both' else half}{' by hand' if kind == 'hand' else ''}"
            row.operator("eightcount.pin_show", text=words, icon="PINNED", emboss=False).index = i
            row.operator("eightcount.pin_remove", text="", icon="X", emboss=False).index = i
        column.operator("eightcount.pin_remove", text="Remove All", icon="X").index = -1

    def _frames(self, action: bpy.types.Action) -> float:
        """Scene frames to a frame of the take."""
        return action.get(take.PREFIX + "scene_fps", 30.0) / action.get(take.PREFIX + "fps", 30.0)


class EIGHTCOUNT_PT_beats(_OfTake, bpy.types.Panel):
    """The music's beats on the timeline"""

    bl_idname = "EIGHTCOUNT_PT_beats"
    bl_label = "Beats"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, _context) -> None:
        """Tempo, sections, markers."""
        layout = self.layout
        heard = session.current().heard
        if heard is not None and heard.beats:
            layout.label(text=f"{heard.tempo:.0f} BPM · {len(heard.downbeats)} bars", icon="TIME")
            for part in heard.sections[:12]:
                text = f"{parts.minutes(part.start)} {part.label}"
                layout.label(text=text, icon="BLANK1")
        layout.operator_menu_enum("eightcount.beats_to_markers", "kind", icon="MARKER_HLT")


class EIGHTCOUNT_MT_pie(bpy.types.Menu):
    """The edits around the cursor"""

    bl_idname = "EIGHTCOUNT_MT_pie"
    bl_label = "Eightcount"

    def draw(self, _context) -> None:
        """West, east, south, north, then the corners."""
        pie = self.layout.menu_pie()
        pie.operator("eightcount.mirror", icon="MOD_MIRROR")
        pie.operator("eightcount.continue_take", icon="FORWARD")
        pie.operator("eightcount.generate", icon="PLAY")
        pie.operator("eightcount.reroll", text="Re-Roll Range", icon="FILE_REFRESH")
        pie.operator("eightcount.calmer", icon="REMOVE")
        pie.operator("eightcount.bigger", icon="ADD")
        pie.operator("eightcount.pin_pose", icon="PINNED")
        pie.operator("eightcount.inbetween", icon="IPO_EASE_IN_OUT")


CLASSES = (EIGHTCOUNT_PT_edit, EIGHTCOUNT_PT_pins, EIGHTCOUNT_PT_beats, EIGHTCOUNT_MT_pie)
