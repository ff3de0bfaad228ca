# SPDX-License-Identifier: GPL-3.0-or-later
"""Pins too near to the end of an edited range: what they do to the join there, in words."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from eightcount.blending import PULL, join_jump, velocity_jumps
from eightcount.motion.motion import Motion

from .pins import PosePin
from .span import Span
from .timing import Clock

#: a join is smooth where the velocity jumps by at most so many times the take's 99th percentile.
SMOOTH = 1.5
#: frames around the range whose velocities say what is usual: of a long take, all would take too long.
AROUND = 450


def with_room(part: Span, pins: Iterable[PosePin], length: int) -> Span:
    """The range made longer, within a take of ``length`` frames, so that the dance has the time to come
    to each pin inside it and to go on from there."""
    frames = [p.frame for p in pins if part.first <= p.frame < part.last and not p.by_hand]
    if not frames:
        return part
    first = min(part.first, max(min(frames) - PULL, 0))
    last = max(part.last, min(max(frames) + PULL + 1, length))
    return Span(first, last, part.clipped)


def too_near(
    old: Motion, new: Motion, pins: Iterable[PosePin], part: Span, clock: Clock
) -> tuple[str, ...]:
    """A sentence and its cure for each end of the range at which a pin makes the dance jump.

    Args:
        old, new: the take before and after the edit; ``pins``: that it obeyed.
        clock: the sentences speak of scene frames.
    """
    ends = []
    frames = [p.frame for p in pins if part.first <= p.frame < part.last]
    if part.first > 0:
        ends.append((part.first, [f for f in frames if f < part.first + PULL], -1))
    if part.last < len(old):
        ends.append((part.last, [f for f in frames if f >= part.last - PULL], 1))
    ends = [end for end in ends if end[1]]
    if not ends:
        return ()
    begin, stop = max(part.first - AROUND, 0), part.last + AROUND
    usual = float(np.percentile(velocity_jumps(old.slice(begin, stop)), 99))
    found = []
    for join, near, side in ends:
        jump = join_jump(new, join)
        if jump <= max(SMOOTH * usual, join_jump(old, join)):
            continue
        pin = min(near, key=lambda f: abs(f - join))
        far = clock.scene_frame(max(pin - PULL, 0) if side < 0 else min(pin + PULL, len(old) - 1))
        found.append(
            f"The pin at frame {clock.scene_frame(pin):.0f} is too near to the range's "
            f"{'start' if side < 0 else 'end'}: the dance jumps there ({jump / usual:.1f} times its "
            f"usual accents). Move the pin, or let the range "
            f"{'begin at' if side < 0 else 'end at'} frame {far:.0f}, as Room for Pins does."
        )
    return tuple(found)
