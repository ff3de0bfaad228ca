# SPDX-License-Identifier: GPL-3.0-or-later
"""The song's beats as timeline markers."""

from __future__ import annotations

from dataclasses import replace

import bpy
from bpy.props import EnumProperty

from eightcount.motion.errors import EightcountError

from .. import properties, session
from ..rig import take, timing
from .reporting import refuse

#: the scene's note of the markers that we set: Blender 5.0's markers carry no properties of their own
NOTE = "eightcount_markers"


class EIGHTCOUNT_OT_beats_to_markers(bpy.types.Operator):
    """Set timeline markers on the beats of the take that the dancer plays; earlier ones of ours go"""

    bl_idname = "eightcount.beats_to_markers"
    bl_label = "Beats to Markers"
    bl_options = {"REGISTER", "UNDO"}

    kind: EnumProperty(
        name="Markers",
        description="Which beats get a marker",
        items=[
            ("BEATS", "Beats", "Every beat, counted from 1 to 8"),
            ("DOWNBEATS", "Downbeats", "The first beat of every bar"),
            ("EIGHTS", "Eights", "Every second downbeat: where a dancer counts 1"),
            ("NONE", "None", "Only take our markers away"),
        ],
    )

    def execute(self, context) -> set[str]:
        """Replace our markers."""
        action = session.dancer_action(context)
        settings = take.read_settings(action) if action is not None else None
        if settings is None and self.kind != "NONE":
            error = EightcountError(
                "take-none", "The dancer plays no take.", "Choose a take in the list."
            )
            return refuse(self, "takes", error)
        _remove_ours(context.scene)
        chosen = context.scene.eightcount
        if settings is not None:
            factor = properties.TEMPO_FACTORS[chosen.tempo_factor]
            settings = nudged(settings, factor, chosen.first_count)
        made = list(marks(settings, self.kind)) if settings is not None else []
        for frame, name in made:
            context.scene.timeline_markers.new(name, frame=frame)
        context.scene[NOTE] = "\n".join(_noted(frame, name) for frame, name in made)
        return {"FINISHED"}


def _remove_ours(scene) -> None:
    """Take our markers away; one that was moved or renamed since is the user's own."""
    ours = set(str(scene.get(NOTE, "")).splitlines())
    for marker in [m for m in scene.timeline_markers if _noted(m.frame, m.name) in ours]:
        scene.timeline_markers.remove(marker)


def _noted(frame: int, name: str) -> str:
    return f"{frame} {name}"


def nudged(settings: take.TakeSettings, factor: float, later: int) -> take.TakeSettings:
    """The settings with beats and downbeats counted otherwise than the take was made.

    Args:
        factor: 0.5, 1 or 2 times the tempo that was heard; half of the beats are those from the first
            downbeat on, twice as many are also those halfway between two.
        later: beats of that count by which every downbeat lies later than it was heard.
    """
    beats, downs = sorted(settings.beats), sorted(settings.downbeats)
    bar = _beats_per_bar(beats, downs)
    if factor == settings.tempo_factor and (later - settings.first_count) % bar == 0:
        return settings
    first = min(range(len(beats)), key=lambda i: abs(beats[i] - downs[0])) if downs else 0
    first = (first - settings.first_count) % bar  # where it was heard
    ratio = factor / settings.tempo_factor
    while ratio < 1:
        first, beats, ratio = first // 2, beats[first % 2 :: 2], ratio * 2
    while ratio > 1:
        between = [(a + b) / 2 for a, b in zip(beats, beats[1:], strict=False)]
        first, beats, ratio = 2 * first, sorted(beats + between), ratio / 2
    first = (first + later) % bar
    return replace(settings, beats=tuple(beats), downbeats=tuple(beats[first::bar]))


def _beats_per_bar(beats: list[float], downs: list[float]) -> int:
    if len(downs) < 2 or len(beats) < 2:
        return 4
    step = (beats[-1] - beats[0]) / (len(beats) - 1)
    return max(round((downs[-1] - downs[0]) / (len(downs) - 1) / step), 1)


def marks(settings: take.TakeSettings, kind: str) -> list[tuple[int, str]]:
    """Scene frames and names of the markers for a take's beats."""
    clock = timing.Clock(settings.first_frame, settings.scene_fps, settings.fps)
    downs = sorted(settings.downbeats)
    if kind == "BEATS":
        chosen = [(beat, str(count)) for beat, count in _counts(sorted(settings.beats), downs)]
    elif kind == "DOWNBEATS":
        chosen = [(beat, f"bar {i + 1}") for i, beat in enumerate(downs)]
    elif kind == "EIGHTS":
        chosen = [(beat, f"eight {i + 1}") for i, beat in enumerate(downs[::2])]
    else:
        chosen = []
    return [(round(clock.scene_frame(beat)), name) for beat, name in chosen]


def _counts(beats: list[float], downs: list[float]) -> list[tuple[float, int]]:
    """Each beat's count, 1 to 8, such that the first downbeat is a 1."""
    first = next((i for i, b in enumerate(beats) if downs and b > downs[0] - 0.5), 0)
    return [(beat, (i - first) % 8 + 1) for i, beat in enumerate(beats)]


CLASSES = (EIGHTCOUNT_OT_beats_to_markers,)
