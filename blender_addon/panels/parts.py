# SPDX-License-Identifier: GPL-3.0-or-later
"""Pieces that several panels draw."""

from __future__ import annotations

import textwrap

import bpy

from .. import session

#: rough width of a letter of the interface's font in pixels, at a scale of 1.
LETTER = 6.6
MARGIN = 60


def paragraph(
    context: bpy.types.Context, layout: bpy.types.UILayout, text: str, icon: str = "NONE"
) -> None:
    """Text over as many lines as the region's width asks for: labels do not wrap by themselves."""
    scale = context.preferences.system.ui_scale
    letters = max(int((context.region.width / scale - MARGIN) / LETTER), 16)
    column = layout.column(align=True)
    column.scale_y = 0.8
    for i, line in enumerate(textwrap.wrap(text, letters)):
        column.label(text=line, icon=icon if i == 0 else ("BLANK1" if icon != "NONE" else "NONE"))


def fault(context: bpy.types.Context, layout: bpy.types.UILayout, place: str) -> None:
    """The last error, if it belongs to this place: what happened, the cure, and a button to copy it."""
    shown = session.current().fault
    if shown is None or shown.place != place:
        return
    box = layout.box()
    box.alert = True
    paragraph(context, box, shown.error.sentence, "ERROR")
    box.alert = False
    if shown.error.hint:
        paragraph(context, box, shown.error.hint, "INFO")
    box.operator("eightcount.copy_details", icon="COPYDOWN")


def minutes(seconds: float) -> str:
    """Seconds as m:ss."""
    whole = int(round(seconds))
    return f"{whole // 60}:{whole % 60:02d}"


def score(value: float) -> str:
    """A take's beat score; nothing where it has none."""
    return f"{value:.2f}" if value >= 0 else ""


def letters_width(text: str) -> float:
    """Pixels, at a scale of 1, of a label that shows a text whole."""
    return len(text) * LETTER + 12


def star(filled: bool) -> str:
    """The icon of a take's mark, which has another name in Blender 4."""
    names = bpy.types.UILayout.bl_rna.functions["label"].parameters["icon"].enum_items
    for icon in ("SOLO_ON", "FUND") if filled else ("SOLO_OFF", "HEART"):
        if icon in names:
            return icon
    return "NONE"
