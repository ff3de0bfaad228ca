# SPDX-License-Identifier: GPL-3.0-or-later
"""Timeline markers that change the style: ``8C:salsa``, ``8C:energy=0.9``.

A take is generated in the style of its first frame; then each part with another style is chosen anew,
part after part, as an edit of the same take.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import bpy

from eightcount.motion.errors import EightcountError

from .edit_job import EditRequest
from .job import Section, TakeRequest
from .rig import export, ids, span, take

PREFIX = "8C:"


@dataclass(frozen=True)
class Style:
    """Genre and energy from a frame on; None: as the panel has it."""

    genre: str | None = None
    energy: float | None = None


def read_sections(markers: Iterable[tuple[int, str]], first: float) -> tuple[Style, list[Section]]:
    """The style of frame ``first``, and the parts after it that have another one.

    Args:
        markers: frame and name of every marker of the scene.

    Raises EightcountError "marker" for one of ours that cannot be read.
    """
    style, before, changes = Style(), Style(), []
    for frame, name in sorted(markers):
        if not name.startswith(PREFIX):
            continue
        style = _changed(style, name, frame)
        if frame <= first:
            before = style
        elif changes and changes[-1][0] == frame:
            changes[-1] = (frame, style)
        else:
            changes.append((frame, style))
    ends = [*(frame - 1 for frame, _ in changes[1:]), None][: len(changes)]
    return before, [
        Section(frame, end, style.genre, style.energy)
        for (frame, style), end in zip(changes, ends, strict=True)
        if style != before
    ]


def _changed(style: Style, name: str, frame: int) -> Style:
    key, equals, value = name[len(PREFIX) :].strip().partition("=")
    if not equals and key:
        return Style(key.strip().lower(), style.energy)
    try:
        energy = float(value)
        if key.strip() != "energy" or not 0 <= energy <= 1:
            raise ValueError
    except ValueError:
        raise EightcountError(
            "marker",
            f"The marker {name!r} at frame {frame} cannot be read.",
            "Name it like 8C:salsa or 8C:energy=0.9 (from 0 to 1).",
        ) from None
    return Style(style.genre, energy)


@dataclass(frozen=True)
class SectionWish:
    """A part of the take just made, to be chosen anew in its own style."""

    made: TakeRequest
    section: Section

    def edit_of(self, action: bpy.types.Action, armature: int) -> EditRequest | None:
        """The edit; None where the part lies outside the take."""
        settings = take.read_settings(action)
        motion = export.read_take(action)
        clock = span.clock_of(action, settings)
        last = clock.scene_frame(len(motion) - 1)
        stop = last if self.section.last is None else min(self.section.last, last)
        try:
            part = span.take_span(clock, len(motion), self.section.first, stop)
        except EightcountError:
            return None
        wanted = self.section
        return EditRequest(
            scene=self.made.scene,
            armature=armature,
            action=ids.uid(action),
            kind="section",
            settings=settings,
            motion=motion,
            clock=clock,
            rest_root=tuple(action[take.REST_ROOT]),
            song=self.made.song,
            first=part.first,
            last=part.last,
            genre=wanted.genre or self.made.genre,
            energy=self.made.energy if wanted.energy is None else wanted.energy,
            seed=self.made.seed,
            in_place=True,
        )
