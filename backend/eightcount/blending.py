"""Joins: a new stretch of motion into an old one, and poses that must be hit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from eightcount.motion import rotations as rot
from eightcount.motion.motion import Motion
from eightcount.motion.skeleton import LOWER, UPPER
from eightcount.motion.streams import heading_of

if TYPE_CHECKING:
    from eightcount.editing import Pin

#: frames over which old and new are blended, inside the range
BLEND = 10
#: frames over which a pin pulls, on each side
PULL = 12


def _smooth(t: np.ndarray) -> np.ndarray:
    """0..1 to 0..1 with level ends (quintic: no jump in acceleration either)."""
    return t**3 * (t * (6 * t - 15) + 10)


def blend_in(old: Motion, made: Motion, first: int, last: int, open_end: bool = False) -> Motion:
    """The new frames with the old ones shining through at both ends.

    Args:
        old: the take, at least ``last`` frames.
        made: frames ``first`` .. ``last`` anew.
        open_end: nothing follows the range: no blend at its end.
    """
    count = last - first
    size = max(1, min(BLEND, count // 2))
    share = np.ones(count)
    ramp = _smooth((np.arange(size) + 1) / (size + 1))
    if first > 0:
        share[:size] = np.minimum(share[:size], ramp)
    if not open_end and last < len(old):
        share[-size:] = np.minimum(share[-size:], ramp[::-1])
    before = old.slice(first, last)
    rotations = rot.slerp(before.rotations, made.rotations, share[:, None].astype(np.float32))
    place = before.translation + share[:, None] * (made.translation - before.translation)
    return replace(made, rotations=rotations, translation=place)


def arrive(made: Motion, goal: Motion) -> Motion:
    """The motion bent so that the frame after its last one stands where ``goal``'s first does.

    Heading and place are bent smoothly over the whole stretch, about the root.
    """
    if len(made) < 2:
        return made
    turns = rot.to_matrix(made.rotations[:, 0].astype(np.float64))
    headings = heading_of(turns)
    aim = float(heading_of(rot.to_matrix(goal.rotations[:1, 0].astype(np.float64)))[0])
    off = _wrapped(aim - (2 * headings[-1] - headings[-2]))
    t = _smooth((np.arange(len(made)) + 1) / (len(made) + 1))
    yaw = off * t
    half = np.stack([np.cos(yaw / 2), 0 * yaw, np.sin(yaw / 2), 0 * yaw], -1)
    rotations = made.rotations.astype(np.float64)
    rotations[:, 0] = rot.multiply(half, rotations[:, 0])
    # steps turn with the heading, then what is still missing is spread over the stretch
    steps = np.diff(made.translation.astype(np.float64), axis=0)
    steps = rot.rotate(half[:-1], steps)
    place = made.translation[0] + np.concatenate([np.zeros((1, 3)), np.cumsum(steps, axis=0)])
    missing = goal.translation[0] - (2 * place[-1] - place[-2])
    missing[1] = 0
    place = place + t[:, None] * missing
    return replace(made, rotations=rotations, translation=place)


def pin_poses(made: Motion, pins: tuple[Pin, ...], first: int, last: int) -> Motion:
    """Frames ``first`` .. ``last`` pulled onto each pinned pose, and back within 0.4 s.

    At the range's ends the pull is nothing, so that the joins hold, except where a pin stands there.
    """
    rotations, place = made.rotations.astype(np.float64), made.translation.astype(np.float64)
    for pin in pins:
        at = pin.frame - first
        weight = _pull(last - first, at, [p.frame - first for p in pins if p is not pin])
        joints = {"both": range(24), "upper": UPPER, "lower": LOWER}[pin.half]
        for j in joints:
            change = rot.multiply(pin.rotations[j], rot.conjugate(rotations[at, j]))
            if change[0] < 0:
                change = -change
            pull = rot.slerp(
                np.tile([1.0, 0, 0, 0], (len(weight), 1)), np.tile(change, (len(weight), 1)), weight
            )
            rotations[:, j] = rot.multiply(pull, rotations[:, j])
        if pin.half != "upper":
            place = place + weight[:, None] * (pin.translation - place[at])
    return replace(made, rotations=rotations, translation=place)


def _pull(count: int, at: int, others: list[int]) -> np.ndarray:
    """Weight (count,) of a pin: 1 at its frame, 0 at other pins and beyond reach."""
    t = np.arange(count)
    left = max([at - PULL] + [o for o in others if o < at])
    right = min([at + PULL] + [o for o in others if o > at])
    before = _smooth(np.clip((t - left) / max(at - left, 1), 0, 1))
    after = _smooth(np.clip((right - t) / max(right - at, 1), 0, 1))
    return np.where(t <= at, before, after)


def _wrapped(angle: float) -> float:
    """An angle in -pi .. pi."""
    return float((angle + np.pi) % (2 * np.pi) - np.pi)
