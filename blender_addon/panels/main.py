# SPDX-License-Identifier: GPL-3.0-or-later
"""Backend, song, style and Generate, from top to bottom in the order in which they are needed."""

from __future__ import annotations

import bpy

from .. import session
from ..preferences import known_backend
from . import parts


class _Panel:
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Eightcount"


STATE_ICONS = {
    "stopped": "RADIOBUT_OFF",
    "starting": "SORTTIME",
    "warming": "SORTTIME",
    "ready": "CHECKMARK",
    "failed": "ERROR",
}


class EIGHTCOUNT_PT_backend(_Panel, bpy.types.Panel):
    """The process that makes the dances"""

    bl_idname = "EIGHTCOUNT_PT_backend"
    bl_label = "Backend"

    def draw(self, context) -> None:
        """State in words, Start or Stop, the model."""
        layout, now = self.layout, session.current()
        if now.setup is not None:
            row = layout.row(align=True)
            row.label(text=f"Setting up  {parts.minutes(now.setup_seconds)}", icon="SORTTIME")
            row.operator("eightcount.setup_stop", text="Stop", icon="X")
            parts.paragraph(context, layout, now.setup_says, "INFO")
            log = layout.operator("wm.path_open", text="Show Log", icon="TEXT")
            log.filepath = str(now.setup.log)
            return
        row = layout.row(align=True)
        welcome = now.welcome
        words = session.WORDS[now.state]
        if now.state == "ready" and welcome is not None and welcome.model:
            words = f"{welcome.model} on {welcome.device}"
        row.label(text=words, icon=STATE_ICONS[now.state])
        if now.running:
            row.operator("eightcount.backend_stop", text="Stop", icon="X")
        elif known_backend(context):
            row.operator("eightcount.backend_start", text="Start", icon="PLAY")
        else:
            row.operator("eightcount.setup_backend", text="Set Up", icon="IMPORT")
        if now.just_set_up and now.state == "stopped":
            parts.paragraph(context, layout, "Everything is set up: press Start.", "CHECKMARK")
        parts.fault(context, layout, "backend")
        code = now.fault.error.code if now.fault is not None else ""
        if code in ("backend-unset", "backend-missing") or code.startswith("setup"):
            layout.operator("eightcount.setup_backend", icon="IMPORT")
            show = layout.operator(
                "preferences.addon_show", text="Open Preferences", icon="PREFERENCES"
            )
            show.module = __package__.rpartition(".")[0]


class EIGHTCOUNT_PT_song(_Panel, bpy.types.Panel):
    """What to dance to"""

    bl_idname = "EIGHTCOUNT_PT_song"
    bl_label = "Song"

    def draw(self, context) -> None:
        """File or strip, its stretch, and what was heard in it."""
        layout, settings = self.layout, context.scene.eightcount
        layout.row().prop(settings, "song_source", expand=True)
        if settings.song_source == "FILE":
            row = layout.row(align=True)
            if settings.song_path:
                row.prop(settings, "song_path", text="")
            row.operator(
                "eightcount.pick_song",
                text="" if settings.song_path else "Pick a Song",
                icon="FILE_SOUND",
            )
        else:
            row = layout.row(align=True)
            row.label(text=settings.strip_name or "No strip yet", icon="SOUND")
            row.operator("eightcount.use_selected_strip", text="Use Selected")
        column = layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        if settings.song_source == "FILE":
            column.prop(settings, "song_start")
        column.prop(settings, "whole_song")
        if not settings.whole_song:
            column.prop(settings, "seconds")
        column.prop(settings, "use_preview_range")
        _heard(layout)
        column = layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        column.row().prop(settings, "tempo_factor", expand=True)
        column.prop(settings, "first_count")
        parts.fault(context, layout, "song")


def _heard(layout: bpy.types.UILayout) -> None:
    song = session.current().heard
    if song is None:
        return
    column = layout.column(align=True)
    column.label(text=f"{song.name} · {parts.minutes(song.seconds)}", icon="FILE_SOUND")
    tempo = f"{song.tempo:.0f} BPM, {len(song.beats)} beats" if song.beats else "no beats found"
    column.label(text=tempo, icon="TIME")


class EIGHTCOUNT_PT_style(_Panel, bpy.types.Panel):
    """How to dance to it"""

    bl_idname = "EIGHTCOUNT_PT_style"
    bl_label = "Style"

    def draw(self, context) -> None:
        """Genre, seed, energy; then what one seldom needs."""
        layout, settings = self.layout, context.scene.eightcount
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(settings, "genre")
        row = layout.row(align=True)
        row.prop(settings, "seed")
        row.operator("eightcount.new_seed", text="", icon="FILE_REFRESH")
        layout.prop(settings, "follow_music")
        if not settings.follow_music:
            layout.prop(settings, "energy", slider=True)
        layout.prop(settings, "temperature", slider=True)
        layout.prop(settings, "use_section_markers")


class EIGHTCOUNT_PT_style_more(_Panel, bpy.types.Panel):
    """Seldom needed"""

    bl_idname = "EIGHTCOUNT_PT_style_more"
    bl_label = "Decoding"
    bl_parent_id = "EIGHTCOUNT_PT_style"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context) -> None:
        """Steps and guidance."""
        layout, settings = self.layout, context.scene.eightcount
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(settings, "steps")
        layout.prop(settings, "guidance")
        layout.operator("eightcount.style_defaults", icon="LOOP_BACK")


class EIGHTCOUNT_PT_generate(_Panel, bpy.types.Panel):
    """Make a take"""

    bl_idname = "EIGHTCOUNT_PT_generate"
    bl_label = "Generate"

    def draw(self, context) -> None:
        """The button, or how far the take is; what went wrong; what came of it."""
        layout, now = self.layout, session.current()
        if now.job is not None:
            _under_way(layout, now)
        else:
            row = layout.row(align=True)
            row.scale_y = 1.5
            count = context.scene.eightcount.count
            text = "Generate" if count == 1 else f"Generate {count} Takes"
            row.operator("eightcount.generate", text=text, icon="PLAY")
            column = row.row(align=True)
            column.ui_units_x = 3.2
            column.prop(context.scene.eightcount, "count", text="")
        parts.fault(context, layout, "generate")
        if now.job is None and now.last_take:
            layout.label(text=now.last_take, icon="CHECKMARK")
        for note in now.notes:
            parts.paragraph(context, layout, note, "INFO")


def _under_way(layout: bpy.types.UILayout, now: session.Session) -> None:
    job = now.job
    if job.cancelling:
        layout.label(text="Cancelling ...", icon="SORTTIME")
        return
    text = job.stage[:1].upper() + job.stage[1:]
    if job.total_seconds:
        text += f" {job.done_seconds:.0f} of {job.total_seconds:.0f} s"
    if now.series > 1:
        text = f"{now.place_in_series} of {now.series}: {text}"
    row = layout.row(align=True)
    row.progress(factor=job.fraction, text=text)
    row.operator("eightcount.cancel", text="", icon="X")
    left = now.seconds_left
    if left is not None:
        layout.label(text=f"About {max(left, 1):.0f} s left", icon="TIME")


CLASSES = (
    EIGHTCOUNT_PT_backend,
    EIGHTCOUNT_PT_song,
    EIGHTCOUNT_PT_style,
    EIGHTCOUNT_PT_style_more,
    EIGHTCOUNT_PT_generate,
)
