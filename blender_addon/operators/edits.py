# SPDX-License-Identifier: GPL-3.0-or-later
"""Edits that the backend makes: re-roll, continue, in-between, loop. Each is a new version."""

from __future__ import annotations

from dataclasses import replace

import bpy
from bpy.props import BoolProperty, FloatProperty, StringProperty

from eightcount.motion.errors import EightcountError

from .. import properties, sections, session
from ..edit_job import EditRequest
from ..preferences import backend_plan
from ..rig import ids, pins, span, take
from . import target
from .reporting import refuse
from .waiting import Waits, WhileIdle


class EditProperties(WhileIdle, Waits, target.RangeProperties):
    """Style of the new part, and how it is asked for."""

    genre: StringProperty(
        name="Genre",
        description="Style of the new part; SAME keeps the take's, AUTO lets the model choose",
        options={"SKIP_SAVE"},
    )
    energy: FloatProperty(
        name="Energy",
        description="0 calm to 1 everything; below 0 as the music has it",
        min=-1.0,
        max=1.0,
        default=-1.0,
        options={"SKIP_SAVE"},
    )
    recount: BoolProperty(
        name="Count Anew",
        description="Count the beats with the Song panel's tempo and first beat, instead of as the "
        "take was counted",
        options={"SKIP_SAVE"},
    )
    seed: StringProperty(
        name="Seed",
        description="A whole number as text; not given: a fresh one for each version of the take",
        options={"SKIP_SAVE"},
    )

    def invoke(self, context, event) -> set[str]:
        """From the panel: a seed of its own for each press."""
        if not self.seed:
            self.seed = properties.new_seed()
        return super().invoke(context, event)

    def execute(self, context) -> set[str]:
        """Send the edit off; from a script come back with the new version or a RuntimeError."""
        now = session.current()
        now.tick(0.005)
        try:
            request = self.request(context, target.read_target(context))
            if not now.running:
                now.start_backend(backend_plan(context))
            now.start_take(request)
        except EightcountError as error:
            place = "backend" if error.code.startswith("backend") else "edit"
            return refuse(self, place, error)
        return self.come_back("edit")

    def request(self, context, found: target.Target) -> EditRequest:
        """What to ask the backend for. Each operator has its own."""
        raise NotImplementedError

    def edit(self, context, found: target.Target, part: span.Span, **more) -> EditRequest:
        """The request for a range, with all that the operators share."""
        held = self.take_pins(context, found, part)
        genre, notes = self._genre(context, found.settings)
        energy = self.panel(context, "energy")
        notes += target.nla_notes(found.dancer)
        if part.clipped:
            notes += ("The range reached past the take: only the part inside it was changed.",)
        return EditRequest(
            scene=ids.uid(context.scene),
            armature=ids.uid(found.dancer),
            action=ids.uid(found.action),
            settings=found.settings,
            motion=found.motion,
            clock=found.clock,
            rest_root=tuple(float(v) for v in found.rest_root),
            song=target.find_song(context.scene, found.settings),
            genre=genre,
            energy=None if energy < 0 else energy,
            seed=self._seed(found),
            sections=self._sections(context, found.settings),
            notes=notes,
            absent=held.absent,
            added=held.added,
            **self._count(context, found.settings),
            **{
                "kind": type(self).__name__.partition("_OT_")[2],
                "first": part.first,
                "last": part.last,
                "half": self.panel(context, "half"),
                "obeyed": held.obeyed,
                "pins": held.carried,
                **more,
            },
        )

    def _sections(self, context, made: take.TakeSettings):
        """The take's parts with a style of their own, where the edit has no other."""
        welcome = session.current().welcome
        same = (self.panel(context, "genre") or properties.SAME) == properties.SAME
        known = welcome.genres if welcome is not None else ()
        parts = sections.from_text(made.sections)
        return sections.for_edit(parts, same, self.panel(context, "energy") < 0, known)

    def _count(self, context, made: take.TakeSettings) -> dict:
        """How the song is counted: as the take was, or as the panel now says."""
        if not self.panel(context, "recount"):
            return {"tempo_factor": made.tempo_factor, "first_count": made.first_count}
        chosen = context.scene.eightcount
        factor = properties.TEMPO_FACTORS[chosen.tempo_factor]
        return {"tempo_factor": factor, "first_count": chosen.first_count % 8}

    def _genre(self, context, made: take.TakeSettings) -> tuple[str | None, tuple[str, ...]]:
        """The genre to ask for, and a note where the take's own is not known to this model."""
        wanted = self.panel(context, "genre") or properties.SAME
        welcome = session.current().welcome
        known = welcome.genres if welcome is not None else ()
        notes: tuple[str, ...] = ()
        if welcome is not None and welcome.model and made.model not in ("", welcome.model):
            notes = (f"The take was made by the model {made.model}; {welcome.model} edits it.",)
        if wanted == properties.AUTO:
            return None, notes
        genre = made.genre if wanted == properties.SAME else wanted
        if known and genre not in known and wanted == properties.SAME:
            if genre:
                notes += (f"The model does not know the take's genre {genre!r}; it chose itself.",)
            return None, notes
        if known and genre not in known:
            raise EightcountError(
                "genre-unknown",
                f"The model {welcome.model} knows no genre {genre!r}.",
                f"It knows {', '.join(known)}.",
            )
        return genre or None, notes

    def _seed(self, found: target.Target) -> int:
        if self.seed:
            try:
                return properties.read_seed(self.seed)
            except ValueError:
                raise EightcountError(
                    "seed", f"{self.seed!r} is no seed.", "Give a whole number from 0 to 2^63 - 1."
                ) from None
        parent = take.PREFIX + "parent"
        versions = sum(a.get(parent) == found.action.name for a in bpy.data.actions)
        return (found.settings.seed + 1 + versions) % properties.MOST_SEED


class EIGHTCOUNT_OT_reroll(EditProperties, bpy.types.Operator):
    """Choose the range anew, for the whole body or one half; all other keys stay bit for bit"""

    bl_idname = "eightcount.reroll"
    bl_label = "Re-Roll"
    bl_options = {"REGISTER"}

    def request(self, context, found) -> EditRequest:
        """The range as it is chosen."""
        return self.edit(context, found, self.take_range(context, found))


class EIGHTCOUNT_OT_continue_take(EditProperties, bpy.types.Operator):
    """Dance on from the take's end, to the end of the song or for some seconds"""

    bl_idname = "eightcount.continue_take"
    bl_label = "Continue"
    bl_options = {"REGISTER"}

    seconds: FloatProperty(
        name="Seconds",
        description="How long to dance on; 0: to the song's end",
        min=0.0,
        soft_max=600.0,
        options={"SKIP_SAVE"},
    )

    def request(self, context, found) -> EditRequest:
        """Everything after the last frame."""
        end = len(found.motion)
        if self.panel(context, "keep_hand_edits") and found.read.added[-1].any():
            raise EightcountError(
                "edited-by-hand",
                "Keys were added by hand after the take's end, where the dance shall go on.",
                "Delete or move them, or switch Keep Hand Edits off to have them replaced.",
            )
        more = round(self.seconds * found.settings.fps)
        if 0 < more < span.LEAST:
            raise EightcountError(
                "range-too-short", f"{self.seconds:g} s is too short to dance in.", "Give more."
            )
        last = end + more if more else None
        asked = self.edit(context, found, span.Span(end, end), last=last, half="both")
        return replace(asked, obeyed=())


class EIGHTCOUNT_OT_inbetween(EditProperties, bpy.types.Operator):
    """Dance from the range's first pose to its last one; both poses are hit exactly"""

    bl_idname = "eightcount.inbetween"
    bl_label = "In-Between"
    bl_options = {"REGISTER"}

    def request(self, context, found) -> EditRequest:
        """The range, with its two ends pinned as they stand."""
        part, motion = self._chosen_range(context, found, False), found.motion
        half = self.panel(context, "half")
        ends = tuple(
            pins.PosePin(f, half, motion.rotations[f], motion.translation[f])
            for f in (part.first, part.last - 1)
        )
        asked = self.edit(context, found, part)
        others = [p for p in asked.obeyed if not any(p.meets(end) for end in ends)]
        return replace(asked, obeyed=(*others, *ends))


class EIGHTCOUNT_OT_loop(EditProperties, bpy.types.Operator):
    """Make the take's last seconds anew, so that its end flows into its start"""

    bl_idname = "eightcount.loop"
    bl_label = "Loop"
    bl_options = {"REGISTER"}

    seconds: FloatProperty(
        name="Seconds",
        description="How much of the take's end is made anew",
        default=2.0,
        min=0.2,
        soft_max=10.0,
        options={"SKIP_SAVE"},
    )

    def request(self, context, found) -> EditRequest:
        """The take's end, which must arrive at its start."""
        length = len(found.motion)
        count = round(self.seconds * found.settings.fps)
        if count > length // 2:
            raise EightcountError(
                "loop-too-long",
                f"{self.seconds:g} s is more than half of the take "
                f"({length / found.settings.fps:.1f} s).",
                "Give fewer seconds.",
            )
        part = span.Span(length - count, length)
        return self.edit(context, found, part, half="both", loop=True)


CLASSES = (
    EIGHTCOUNT_OT_reroll,
    EIGHTCOUNT_OT_continue_take,
    EIGHTCOUNT_OT_inbetween,
    EIGHTCOUNT_OT_loop,
)
