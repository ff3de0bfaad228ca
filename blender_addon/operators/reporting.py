# SPDX-License-Identifier: GPL-3.0-or-later
"""How an operator tells what went wrong: in the panel, where the button is, and in Blender's report."""

from __future__ import annotations

import bpy

from eightcount.motion.errors import EightcountError

from .. import pump, session


def refuse(operator: bpy.types.Operator, place: str, error: EightcountError) -> set[str]:
    """Show an error at ``place`` and report it. For scripts the report becomes a RuntimeError."""
    session.current().show_fault(place, error)
    pump.redraw()  # no timer runs while nothing is to be done
    operator.report({"ERROR"}, str(error))
    return {"CANCELLED"}


def answer(operator: bpy.types.Operator, place: str) -> set[str]:
    """The end of an operator that waited: FINISHED, or the session's error at ``place`` reported."""
    fault = session.current().fault
    if fault is not None:
        operator.report({"ERROR"}, str(fault.error))
        return {"CANCELLED"}
    return {"FINISHED"}
