# SPDX-License-Identifier: GPL-3.0-or-later
"""What an edit is about: the dancer, the take that he plays, its song, the chosen range."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np
from bpy.props import BoolProperty, EnumProperty, FloatProperty

from eightcount.motion.errors import EightcountError
from eightcount.motion.motion import Motion
from eightcount.wire.messages import song_digest

from ..properties import HALVES
from ..rig import armature, export, joins, pins, span, take
from ..rig.timing import Clock


@dataclass(frozen=True, eq=False)
class Target:
    """A take to be edited, read from its keys.

    Attributes:
        dancer: who plays it.
        read: what its keys say.
        rest_root: the pelvis's place in the dancer's rest pose (3,), z up.
    """

    dancer: bpy.types.Object
    action: bpy.types.Action
    settings: take.TakeSettings
    read: export.Reading
    rest_root: np.ndarray

    @property
    def motion(self) -> Motion:
        """The take as its keys now stand."""
        return self.read.motion

    @property
    def clock(self) -> Clock:
        """Where the take's frames lie on the timeline."""
        return self.read.clock


@dataclass(frozen=True, eq=False)
class Held:
    """What an edit must leave as it is.

    Attributes:
        obeyed: pins inside its range; ``carried``: all that the new version has.
        absent: as `pins.keys_left_away` says; ``added``: as in `versions.Change`.
    """

    obeyed: tuple[pins.PosePin, ...]
    carried: tuple[pins.PosePin, ...]
    absent: np.ndarray | None
    added: np.ndarray | None = None


def played_take(context: bpy.types.Context) -> tuple[bpy.types.Object, bpy.types.Action]:
    """The dancer and the take that he plays.

    Raises EightcountError: "take-none", and what `armature.check_armature` raises.
    """
    dancer = armature.find_dancer(context)
    action = None
    if dancer is not None:
        armature.check_armature(dancer)
        data = dancer.animation_data
        action = data.action if data is not None else None
    if action is None or not take.is_take(action):
        pushed = dancer is not None and _in_nla(dancer)
        raise EightcountError(
            "take-none",
            "The dancer plays no take."
            if not pushed
            else "The take was pushed down into an NLA track.",
            "Choose a take in the list." if not pushed else "Choose it in the list to edit it.",
        )
    return dancer, action


def read_target(context: bpy.types.Context) -> Target:
    """The played take with its motion. Raises as `played_take`."""
    dancer, action = played_take(context)
    read = export.read_action(action)
    return Target(
        dancer,
        action,
        take.read_settings(action),
        read,
        np.array(action.get(take.REST_ROOT, armature.rest_root(dancer)), np.float64),
    )


def nla_notes(dancer: bpy.types.Object) -> tuple[str, ...]:
    """Words of warning where NLA tracks mix with the take."""
    data = dancer.animation_data
    mixed = data.action_blend_type != "REPLACE" or data.action_influence < 1
    if mixed and any(not track.mute and track.strips for track in data.nla_tracks):
        return (
            "NLA tracks of the dancer are mixed with the take: what is seen is not the take alone.",
        )
    return ()


def _in_nla(dancer: bpy.types.Object) -> bool:
    data = dancer.animation_data
    tracks = data.nla_tracks if data is not None else ()
    return any(
        strip.action is not None and take.is_take(strip.action)
        for track in tracks
        for strip in track.strips
    )


def find_song(scene: bpy.types.Scene, settings: take.TakeSettings) -> bytes | Path:
    """The take's song: where it lay, or the same file at the panel's path, or among the sounds.

    Raises EightcountError "song-moved".
    """
    path = Path(bpy.path.abspath(settings.song_path)) if settings.song_path else None
    if path is not None and path.is_file():
        return path
    chosen = bpy.path.abspath(scene.eightcount.song_path)
    for candidate in (chosen, *(bpy.path.abspath(s.filepath) for s in bpy.data.sounds)):
        there = bool(settings.digest and candidate) and Path(candidate).is_file()
        if there and song_digest(Path(candidate).read_bytes()) == settings.digest:
            return Path(candidate)
    for sound in bpy.data.sounds:
        if sound.packed_file is not None:
            data = bytes(sound.packed_file.data)
            if song_digest(data) == settings.digest:
                return data
    raise EightcountError(
        "song-moved",
        f"The song of this take is not at {settings.song_path} any more.",
        "Pick the same song's file at its new place in the Song panel, then press again.",
    )


class RangeProperties:
    """What every edit of a range can be told; from the panel the preview range or the selection."""

    start: FloatProperty(
        name="Start",
        description="First scene frame to change; not given: the preview range, "
        "else the selected keys",
        options={"SKIP_SAVE"},
    )
    stop: FloatProperty(
        name="Stop",
        description="Last scene frame to change; not given: as for Start",
        options={"SKIP_SAVE"},
    )
    half: EnumProperty(
        name="Body",
        description="Which half of the body changes",
        items=HALVES,
        options={"SKIP_SAVE"},
    )
    keep_hand_edits: BoolProperty(
        name="Keep Hand Edits",
        description="Keys that were changed, deleted or added by hand since the take was made stay as "
        "they are: what they show is pinned. For a key between two frames of the take, both are pinned",
        default=True,
        options={"SKIP_SAVE"},
    )

    room_for_pins: BoolProperty(
        name="Room for Pins",
        description="Where a pin lies too near to an end of the range to be reached smoothly, up to 12 "
        "frames of the take beyond that end change as well",
        options={"SKIP_SAVE"},
    )

    def take_range(self, context, found: Target, whole: bool = False) -> span.Span:
        """The frames to change. ``whole``: without a choice it is the whole take."""
        part = self._chosen_range(context, found, whole)
        if self.panel(context, "room_for_pins"):
            return joins.with_room(part, pins.read_pins(found.action), len(found.motion))
        return part

    def _chosen_range(self, context, found: Target, whole: bool) -> span.Span:
        given = self.properties.is_property_set
        if given("start") or given("stop"):
            last = found.clock.scene_frame(len(found.motion) - 1)
            begin = self.start if given("start") else found.clock.start
            chosen = (begin, self.stop if given("stop") else last)
        else:
            chosen = span.chosen_frames(context.scene, found.action)
        if chosen is None and whole:
            return span.Span(0, len(found.motion))
        if chosen is None:
            raise EightcountError(
                "range-unset",
                "No range is chosen.",
                "Set a preview range (P in the timeline) over the part to change, "
                "or select its keys.",
            )
        return span.take_span(found.clock, len(found.motion), *chosen)

    def panel(self, context, name: str):
        """The operator's own value where it was given, else the panel's for edits."""
        if self.properties.is_property_set(name):
            return getattr(self, name)
        return getattr(context.scene.eightcount, f"edit_{name}")

    def take_pins(self, context, found: Target, part: span.Span) -> Held:
        """What the edit must leave as it is."""
        stored, read = pins.read_pins(found.action), found.read
        noticed, absent, added = [], None, None
        if self.panel(context, "keep_hand_edits"):
            span_of = (part.first, part.last)
            noticed = pins.pins_by_hand(read.motion, read.made, read.absent, read.added, *span_of)
            absent = pins.keys_left_away(read.absent, stored, *span_of)
            inside = read.added[part.first : part.last]
            added = inside if inside.any() else None
        else:
            stored = [p for p in stored if not (p.by_hand and part.first <= p.frame < part.last)]
        obeyed = pins.gather(stored, noticed, part.first, part.last)
        carried = stored + [p for p in obeyed if p not in stored]
        return Held(tuple(obeyed), tuple(carried), absent, added)
