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
#: how fast a pin that has little room on one side is passed, see :func:`_pull`; and the most of it, so
#: that the pull never goes more than a sixth beyond the pin's pose
_PASSING, _FASTEST = 0.75, 2.0
#: share of its speed that a glide keeps from frame to frame: it comes to rest after 0.2 s
_GLIDE = 0.85


def _smooth(t: np.ndarray) -> np.ndarray:
    """0..1 to 0..1 with level ends (quintic: no jump in acceleration either)."""
    return t**3 * (t * (6 * t - 15) + 10)


def blend_in(
    old: Motion,
    made: Motion,
    first: int,
    last: int,
    open_end: bool = False,
    size: int | None = None,
) -> Motion:
    """The new frames with the old ones shining through at both ends.

    Args:
        old: the take, at least ``last`` frames.
        made: frames ``first`` .. ``last`` anew.
        open_end: nothing follows the range: no blend at its end.
        size: frames of each blend; more than half of the range, and the new frames never come out
            whole. None: as many as there is room for, at most ``BLEND``.
    """
    count = last - first
    size = size or max(1, min(BLEND, count // 2))
    ramp = np.ones(count)
    ramp[:size] = _smooth((np.arange(size) + 1) / (size + 1))[:count]
    share = np.ones(count)
    if first > 0:
        share = share * ramp
    if not open_end and last < len(old):
        share = share * ramp[::-1]  # a product has no kink where long ramps meet
    before = old.slice(first, last)
    rotations = rot.slerp(before.rotations, made.rotations, share[:, None].astype(np.float32))
    place = before.translation + share[:, None] * (made.translation - before.translation)
    return replace(made, rotations=rotations, translation=place)


def velocity_jumps(motion: Motion) -> np.ndarray:
    """How much the velocity of the joint that changes most jumps at each inner frame, (T - 2,) m/s."""
    steps = np.diff(motion.joints().astype(np.float64), n=2, axis=0) * motion.fps
    return np.linalg.norm(steps, axis=-1).max(1)


def join_jump(motion: Motion, frame: int) -> float:
    """The worst velocity jump (m/s) within two frames of a join; 0 at a motion's very ends."""
    part = motion.slice(max(frame - 3, 0), frame + 4)
    return float(velocity_jumps(part).max()) if len(part) > 2 else 0.0


def glide(motion: Motion, frames: int) -> Motion:
    """``frames`` more after a motion's end, in which it comes to rest instead of freezing.

    What a new stretch is blended out of where nothing was before: a held pose would stop the dancer
    dead at the join.
    """
    last = motion.slice(max(len(motion) - 2, 0))
    q, place = last.rotations.astype(np.float64), last.translation.astype(np.float64)
    way = _GLIDE * (1 - _GLIDE ** (np.arange(frames) + 1)) / (1 - _GLIDE)  # in last frame's steps
    turn = rot.to_axis_angle(rot.multiply(q[-1], rot.conjugate(q[0])))
    rotations = rot.multiply(
        rot.from_axis_angle(way[:, None, None] * turn),
        np.broadcast_to(q[-1], (frames, *q[-1].shape)),
    )
    contacts = np.broadcast_to(last.contacts[-1], (frames, 4))
    place = place[-1] + way[:, None] * (place[-1] - place[0])
    return Motion(rotations, place, contacts, motion.fps)


def run_up(motion: Motion, frames: int) -> Motion:
    """``frames`` that lead into a motion's first two, from rest; the last of them is its first."""
    start = motion.slice(0, 2)
    before = glide(backwards(start), frames - 1)
    return Motion.concatenate([backwards(before), start.slice(0, 1)])


def backwards(motion: Motion) -> Motion:
    """The frames in the opposite order."""
    return replace(
        motion,
        rotations=motion.rotations[::-1],
        translation=motion.translation[::-1],
        contacts=motion.contacts[::-1],
    )


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
    """Weight (count,) of a pin: 1 at its frame, 0 at other pins and beyond reach.

    Where a join or another pin leaves less room on one side, the pin is passed at some speed instead of
    being stopped at: the way there begins more softly, and the room on the other side is used to come
    back. A pin with room on both sides is an accent, with level ends.
    """
    t = np.arange(count)
    left = max([at - PULL, -1] + [o for o in others if o < at])
    right = min([at + PULL, count] + [o for o in others if o > at])
    way, back = max(at - left, 1), max(right - at, 1)
    u, v = np.clip((t - left) / way, 0, 1), np.clip((right - t) / back, 0, 1)
    if way == back == PULL:
        return np.where(t <= at, _smooth(u), _smooth(v))
    speed = np.clip(_PASSING * (1 / way - 1 / back), -_FASTEST / way, _FASTEST / back)
    return np.where(t <= at, _level_at_0(u, speed * way), _level_at_0(v, -speed * back))


def _level_at_0(t: np.ndarray, slope: float) -> np.ndarray:
    """0..1 to 0..1 by the cubic that is level at 0 and has this slope at 1."""
    return (3 - slope) * t**2 + (slope - 2) * t**3


def _wrapped(angle: float) -> float:
    """An angle in -pi .. pi."""
    return float((angle + np.pi) % (2 * np.pi) - np.pi)
