# SPDX-License-Identifier: GPL-3.0-or-later
"""Edits that need no backend: mirror, calmer, bigger, shift to the beat. Each is a new version."""

from __future__ import annotations

from dataclasses import replace

import bpy
from bpy.props import FloatProperty

from eightcount.motion.errors import EightcountError
from eightcount.motion.motion import Motion

from .. import session, shaping
from ..rig import actions, export, joins, span, versions
from . import target
from .reporting import refuse
from .waiting import WhileIdle


class _Shape(WhileIdle, target.RangeProperties):
    """An edit of the chosen range, or of the whole take where none is chosen."""

    def execute(self, context) -> set[str]:
        """Make the new version and let the dancer play it."""
        now = session.current()
        try:
            found = target.read_target(context)
            part = self.take_range(context, found, whole=True)
            found, notes = self._with_added(found, part)
            half = self.panel(context, "half")
            motion = self.shaped(found, part, half)
            obeyed, carried = self._pins(found, part)
            motion = shaping.obeying(motion, obeyed, part.first, part.last, half)
            change = versions.Change(
                motion,
                part.first,
                part.last,
                half,
                carried,
                self._record(found, part, half),
                replace(
                    found.settings,
                    beat_score=-1.0,
                    first_frame=found.clock.start,
                    scene_fps=found.clock.scene_fps,
                ),
            )
            action = versions.make_version(found.action, change, found.clock, found.rest_root)
        except EightcountError as error:
            return refuse(self, "edit", error)
        actions.assign(found.dancer, action)
        now.clear_fault("edit")
        now.last_take = action.name
        near = joins.too_near(found.motion, motion, obeyed, part, found.clock)
        now.notes = target.nla_notes(found.dancer) + notes + near
        return {"FINISHED"}

    def shaped(self, found: target.Target, part: span.Span, half: str) -> Motion:
        """The take with the edit made. Each operator has its own."""
        raise NotImplementedError

    def detail(self) -> dict:
        """What else the take's record shall say."""
        return {}

    def _with_added(self, found: target.Target, part: span.Span):
        """The take with keys added between its frames moved to the nearest one, and a note of that."""
        motion, count = export.with_added(found.action, found.read, part.first, part.last)
        if not count:
            return found, ()
        places = "one place" if count == 1 else f"{count} places"
        note = f"Keys at {places} between the take's frames went to the nearest frame."
        return replace(found, read=replace(found.read, motion=motion)), (note,)

    def _pins(self, found: target.Target, part: span.Span):
        """Set pins are obeyed; keys changed by hand take part in the edit like all others."""
        stored = target.pins.read_pins(found.action)
        inside = [p for p in stored if part.first <= p.frame < part.last and not p.by_hand]
        gone = [p for p in stored if part.first <= p.frame < part.last and p.by_hand]
        return target.pins.gather(inside, [], part.first, part.last), [
            p for p in stored if p not in gone
        ]

    def _record(self, found: target.Target, part: span.Span, half: str) -> dict:
        fps = found.settings.fps
        return {
            "kind": type(self).__name__.partition("_OT_")[2],
            "range": [round(part.first / fps, 4), round(part.last / fps, 4)],
            "half": half,
            **self.detail(),
        }


class EIGHTCOUNT_OT_mirror(_Shape, bpy.types.Operator):
    """Exchange left and right in the range, or in the whole take where no range is chosen"""

    bl_idname = "eightcount.mirror"
    bl_label = "Mirror"
    bl_options = {"REGISTER", "UNDO"}

    def shaped(self, found, part, half) -> Motion:
        """The mirrored take."""
        return shaping.mirrored(found.motion, part.first, part.last, half)


class _Amount(_Shape):
    """Calmer and bigger differ by their amount alone."""

    def shaped(self, found, part, half) -> Motion:
        """Every move ``amount`` times as large about its own slow course."""
        return shaping.scaled(found.motion, part.first, part.last, self.amount, half)

    def detail(self) -> dict:
        """The amount."""
        return {"amount": round(self.amount, 4)}


class EIGHTCOUNT_OT_calmer(_Amount, bpy.types.Operator):
    """Make the moves of the range smaller about their own slow course; feet stay on the floor"""

    bl_idname = "eightcount.calmer"
    bl_label = "Calmer"
    bl_options = {"REGISTER", "UNDO"}

    amount: FloatProperty(
        name="Amount",
        description="1 leaves the moves as they are, 0 leaves only their slow course",
        default=0.7,
        min=0.0,
        max=1.0,
        subtype="FACTOR",
        options={"SKIP_SAVE"},
    )


class EIGHTCOUNT_OT_bigger(_Amount, bpy.types.Operator):
    """Make the moves of the range larger about their own slow course; feet stay on the floor"""

    bl_idname = "eightcount.bigger"
    bl_label = "Bigger"
    bl_options = {"REGISTER", "UNDO"}

    amount: FloatProperty(
        name="Amount",
        description="1 leaves the moves as they are, 1.5 makes every turn half as large again",
        default=1.3,
        min=1.0,
        max=2.0,
        options={"SKIP_SAVE"},
    )


class EIGHTCOUNT_OT_shift_to_beat(_Shape, bpy.types.Operator):
    """Move the range in time by up to half a beat, to where its accents meet the beats best"""

    bl_idname = "eightcount.shift_to_beat"
    bl_label = "Shift to Beat"
    bl_options = {"REGISTER", "UNDO"}

    offset: FloatProperty(
        name="Offset",
        description="Seconds to move the range later; not given: to where it meets the beats best",
        min=-2.0,
        max=2.0,
        options={"SKIP_SAVE"},
    )

    def shaped(self, found, part, half) -> Motion:
        """The shifted take."""
        fps = found.settings.fps
        if self.properties.is_property_set("offset"):
            frames = self.offset * fps
        elif not any(part.first <= b < part.last for b in found.settings.beats):
            raise EightcountError(
                "beats-none",
                "No beats are known in this range.",
                "Choose a range with beats, or give an offset.",
            )
        else:
            frames = shaping.best_offset(found.motion, found.settings.beats, part.first, part.last)
            self.offset = frames / fps
        if abs(frames) * 2 > len(part) / 2:
            raise EightcountError(
                "shift-too-far",
                f"{frames / fps:.2f} s is too far for a range of {len(part) / fps:.2f} s.",
                "Choose a longer range or a smaller offset.",
            )
        return shaping.shifted(found.motion, part.first, part.last, frames, half)

    def detail(self) -> dict:
        """The offset."""
        return {"offset": round(self.offset, 4)}


CLASSES = (
    EIGHTCOUNT_OT_mirror,
    EIGHTCOUNT_OT_calmer,
    EIGHTCOUNT_OT_bigger,
    EIGHTCOUNT_OT_shift_to_beat,
)
