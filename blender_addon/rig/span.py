# SPDX-License-Identifier: GPL-3.0-or-later
"""Which frames of a take an edit is about."""

from __future__ import annotations

import math
from dataclasses import dataclass

import bpy
import numpy as np

from eightcount.motion.errors import EightcountError

from . import actions, keyframes
from .take import TakeSettings
from .timing import Clock

#: fewest frames that can be danced anew: one token.
LEAST = 4
#: a scene frame this near to a key counts as being on it.
NEAR = 1e-3
#: share of a curve's keys that must lie on the take's frames: the rest may have been added by hand.
MOST = 0.9


@dataclass(frozen=True)
class Span:
    """Frames ``first`` up to ``last`` (exclusive) of a take; ``clipped``: it was chosen longer."""

    first: int
    last: int
    clipped: bool = False

    def __len__(self) -> int:
        return self.last - self.first


def clock_of(action: bpy.types.Action, settings: TakeSettings, length: int) -> Clock:
    """Where the take's ``length`` frames lie now: as it was made, or where its keys were moved to."""
    clock = Clock(settings.first_frame, settings.scene_fps, settings.fps)
    when = _times(action).astype(np.float64)
    if len(when) < 2 or length < 2 or _fit(clock, when, length) == 1:
        return clock
    # moved or stretched: two of its keys tell, whatever was deleted or added between them
    whole = float(when[-1] - when[0]) / (length - 1)
    apart = float(np.median(np.diff(when)))
    ends = ((when[0], whole), (when[0], apart), (when[-1] - apart * (length - 1), apart))
    moved = [_near(settings, float(start), step) for start, step in ends]
    found = max((clock, *moved), key=lambda c: _fit(c, when, length))
    return found if _fit(found, when, length) >= MOST else clock


def _near(settings: TakeSettings, start: float, apart: float) -> Clock:
    """The clock of keys ``apart`` from ``start`` on; the take's own but for rounding is its own."""
    rate = apart * settings.fps
    if math.isclose(rate, settings.scene_fps, rel_tol=1e-4):
        rate = settings.scene_fps
    if math.isclose(start, settings.first_frame, abs_tol=NEAR):
        start = settings.first_frame
    return Clock(start, rate, settings.fps)


def chosen_frames(scene: bpy.types.Scene, action: bpy.types.Action) -> tuple[float, float] | None:
    """First and last scene frame chosen: the preview range, else the selected keys, else None.

    A take whose keys are all selected, as Blender makes them, counts as having none selected.
    """
    if scene.use_preview_range:
        return scene.frame_preview_start, scene.frame_preview_end
    return _selected(action)


def take_span(clock: Clock, length: int, start: float, stop: float, least: int = LEAST) -> Span:
    """The take's frames from scene frame ``start`` to ``stop``, both included.

    Raises EightcountError "range-empty", "range-outside", "range-too-short".
    """
    if stop <= start:
        raise EightcountError(
            "range-empty",
            f"The range from frame {start:g} to {stop:g} is empty.",
            "Set a preview range (P in the timeline) over the part to change.",
        )
    first = math.ceil(clock.take_frame(start) - NEAR)
    last = math.floor(clock.take_frame(stop) + NEAR) + 1
    inside = Span(max(first, 0), min(last, length), first < 0 or last > length)
    if inside.last <= inside.first:
        begin, end = clock.scene_frame(0), clock.scene_frame(length - 1)
        raise EightcountError(
            "range-outside",
            f"The range from frame {start:g} to {stop:g} lies outside the take "
            f"(frames {begin:g} to {end:g}).",
            "Move the preview range over the take.",
        )
    if len(inside) < least:
        raise EightcountError(
            "range-too-short",
            f"The range holds {len(inside)} frames of the take; {least} are the fewest.",
            "Make the preview range longer.",
        )
    return inside


def _fit(clock: Clock, when: np.ndarray, length: int) -> float:
    """Share of the keys that lie on frames that the take has by this clock; the others would have
    been added between them or outside."""
    frames = (when - clock.start) * clock.take_fps / clock.scene_fps
    on_frame = np.abs(frames - np.round(frames)) < 100 * NEAR
    within = (frames > -0.5) & (frames < length - 0.5)
    return float((on_frame & within).mean())


def _times(action: bpy.types.Action) -> np.ndarray:
    """Scene frames of the pelvis's first channel's keys; none where it has none."""
    bag = actions.channels(action)
    channel = keyframes.CHANNELS[0]
    curve = bag.fcurves.find(channel.path, index=channel.index) if bag is not None else None
    if curve is None:
        return np.zeros(0, np.float32)
    co = np.empty(2 * len(curve.keyframe_points), np.float32)
    curve.keyframe_points.foreach_get("co", co)
    return co[::2]


def _selected(action: bpy.types.Action) -> tuple[float, float] | None:
    bag = actions.channels(action)
    low, high, every = math.inf, -math.inf, True
    for curve in bag.fcurves if bag is not None else ():
        points = curve.keyframe_points
        chosen = np.empty(len(points), bool)
        points.foreach_get("select_control_point", chosen)
        every = every and bool(chosen.all())
        if chosen.any():
            where = np.flatnonzero(chosen)
            low = min(low, points[int(where[0])].co[0])
            high = max(high, points[int(where[-1])].co[0])
    return None if every or not math.isfinite(low) else (low, high)
