# SPDX-License-Identifier: GPL-3.0-or-later
"""Pins: hold the pose that the dancer shows, so that every later edit hits it."""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty

from eightcount.motion.errors import EightcountError

from .. import session
from ..rig import pins, span
from . import target
from .reporting import refuse


class EIGHTCOUNT_OT_pin_pose(bpy.types.Operator):
    """Pin the pose that the dancer shows now: every later edit of the take hits it"""

    bl_idname = "eightcount.pin_pose"
    bl_label = "Pin Pose"
    bl_options = {"REGISTER", "UNDO"}

    half: EnumProperty(
        name="Body",
        description="Which half of the body is pinned",
        items=target.HALVES,
        options={"SKIP_SAVE"},
    )
    on_beat: BoolProperty(
        name="On the Beat",
        description="Pin the pose at the beat nearest to the current frame",
        options={"SKIP_SAVE"},
    )

    def execute(self, context) -> set[str]:
        """Store the pose with the take."""
        try:
            found = target.read_target(context)
            frame = self._frame(context.scene, found)
        except EightcountError as error:
            return refuse(self, "edit", error)
        rotations, place = pins.shown_pose(found.dancer)
        pins.add_pin(found.action, pins.PosePin(frame, self.half, rotations, place))
        session.current().clear_fault("edit")
        return {"FINISHED"}

    def _frame(self, scene: bpy.types.Scene, found: target.Target) -> int:
        at = found.clock.take_frame(scene.frame_current_final)
        if not -0.5 <= at <= len(found.motion) - 0.5:
            raise EightcountError(
                "pin-outside",
                f"Frame {scene.frame_current} lies outside the take.",
                "Go to a frame of the take, then pin.",
            )
        if self.on_beat:
            beats = found.settings.beats
            if not beats:
                raise EightcountError(
                    "beats-none", "No beats are known of this take.", "Pin at the frame instead."
                )
            at = min(beats, key=lambda beat: abs(beat - at))
        return min(max(round(at), 0), len(found.motion) - 1)


class EIGHTCOUNT_OT_pin_remove(bpy.types.Operator):
    """Remove one pin of the take, or all of them"""

    bl_idname = "eightcount.pin_remove"
    bl_label = "Remove Pin"
    bl_options = {"REGISTER", "UNDO"}

    index: IntProperty(
        name="Pin",
        description="Which pin, from 0 in the order of their frames; -1: all",
        default=-1,
        min=-1,
        options={"SKIP_SAVE"},
    )

    def execute(self, context) -> set[str]:
        """Forget it."""
        try:
            _, action = target.played_take(context)
            found = pins.read_pins(action)
            if self.index >= len(found):
                raise EightcountError(
                    "pin-none", f"The take has {len(found)} pins.", "Choose one of the list."
                )
        except EightcountError as error:
            return refuse(self, "edit", error)
        kept = [p for i, p in enumerate(found) if self.index not in (-1, i)]
        pins.write_pins(action, kept)
        return {"FINISHED"}


class EIGHTCOUNT_OT_pin_show(bpy.types.Operator):
    """Go to the frame of a pin"""

    bl_idname = "eightcount.pin_show"
    bl_label = "Show Pin"
    bl_options = {"REGISTER", "UNDO"}

    index: IntProperty(
        name="Pin",
        description="Which pin, from 0 in the order of their frames",
        min=0,
        options={"SKIP_SAVE"},
    )

    def execute(self, context) -> set[str]:
        """Set the scene's frame."""
        try:
            found = target.read_target(context)
            pin = pins.read_pins(found.action)[self.index]
        except EightcountError as error:
            return refuse(self, "edit", error)
        except IndexError:
            error = EightcountError("pin-none", "There is no such pin.", "Choose one of the list.")
            return refuse(self, "edit", error)
        frame = found.clock.scene_frame(pin.frame)
        context.scene.frame_set(int(frame), subframe=frame - int(frame))
        return {"FINISHED"}


class EIGHTCOUNT_OT_select_beats(bpy.types.Operator):
    """Set the preview range to some counts of the music from the beat at the current frame"""

    bl_idname = "eightcount.range_from_beats"
    bl_label = "Range from Counts"
    bl_options = {"REGISTER", "UNDO"}

    counts: IntProperty(
        name="Counts",
        description="How many beats the range lasts; a dancer's eight has 8",
        default=8,
        min=1,
        max=256,
        options={"SKIP_SAVE"},
    )

    def execute(self, context) -> set[str]:
        """Set it from the beat at or before the current frame."""
        scene = context.scene
        try:
            found = target.read_target(context)
            low, high = self._beats(found, scene.frame_current_final)
        except EightcountError as error:
            return refuse(self, "edit", error)
        scene.use_preview_range = True
        scene.frame_preview_start = round(found.clock.scene_frame(low))
        scene.frame_preview_end = max(
            round(found.clock.scene_frame(high)) - 1, scene.frame_preview_start + 1
        )
        return {"FINISHED"}

    def _beats(self, found: target.Target, now: float) -> tuple[float, float]:
        beats = sorted(found.settings.beats)
        if len(beats) < 2:
            raise EightcountError(
                "beats-none", "No beats are known of this take.", "Set the preview range by hand."
            )
        at = found.clock.take_frame(now) + span.NEAR
        first = max((i for i, b in enumerate(beats) if b <= at), default=0)
        last = first + self.counts
        end = beats[last] if last < len(beats) else float(len(found.motion))
        return beats[first], end


CLASSES = (
    EIGHTCOUNT_OT_pin_pose,
    EIGHTCOUNT_OT_pin_remove,
    EIGHTCOUNT_OT_pin_show,
    EIGHTCOUNT_OT_select_beats,
)
