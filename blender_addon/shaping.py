# SPDX-License-Identifier: GPL-3.0-or-later
"""Edits that need no model: mirror, calmer and bigger, shift to the beat. numpy only, no bpy.

They obey to the letter and at once. Each takes a whole take and a range of its frames, and gives the
whole take back: equal bit for bit outside the range and in the half that was not asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from eightcount.blending import BLEND, arrive, blend_in, pin_poses
from eightcount.motion import rotations as rot
from eightcount.motion.motion import Motion
from eightcount.motion.skeleton import LOWER, MIRROR, UPPER
from eightcount.motion.streams import heading_of
from eightcount.refine.foot_lock import FootLockStream

#: what changes more slowly than this is the dance's course, what is faster its moves (seconds).
COURSE = 0.5
#: how near a still moment must be to a beat to count as on it, frames at 30 a second.
CLOSE = 3.0


def mirrored(motion: Motion, first: int, last: int, half: str = "both") -> Motion:
    """The range with left and right exchanged.

    A whole take is seen as in a mirror through its starting place. A part of one is mirrored about
    the dancer as he stands when it begins, and led back to where the take goes on.
    """
    piece = motion.slice(first, last)
    if half == "upper":
        made = replace(piece, rotations=_mirrored_upper(piece.rotations))
    elif len(piece) == len(motion) and half == "both":
        shift = np.array([2 * piece.translation[0, 0], 0, 0], np.float32)
        made = piece.mirrored()
        return replace(made, translation=made.translation + shift)
    else:
        made = piece.mirrored()
        made = made.turned(_heading(piece, 0) - _heading(made, 0))
        shift = piece.translation[0] - made.translation[0]
        made = replace(made, translation=made.translation + shift * np.array([1, 0, 1]))
    return _laid_in(motion, made, first, last, half)


def scaled(motion: Motion, first: int, last: int, factor: float, half: str = "both") -> Motion:
    """The range with its moves ``factor`` times as large about their own slow course.

    Each joint's turn away from its low-passed turn (a gaussian of `COURSE` seconds) has its angle
    multiplied, the pelvis's place likewise; feet on the floor are then put back onto it.
    """
    sigma = COURSE * motion.fps
    turns = rot.unroll(motion.rotations).astype(np.float64)
    course = rot.normalise(_smoothed(turns, sigma))
    away = rot.multiply(rot.conjugate(course), turns)
    course_place = _smoothed(motion.translation.astype(np.float64), sigma)
    inside = slice(first, last)
    grown = 1 + (factor - 1) * _share(len(motion), first, last)
    made = Motion(
        rot.multiply(course[inside], _powers(away[inside], grown[:, None])),
        course_place[inside] + grown[:, None] * (motion.translation[inside] - course_place[inside]),
        motion.contacts[inside],
        motion.fps,
    )
    return _laid_in(motion, made, first, last, half)


def shifted(motion: Motion, first: int, last: int, offset: float, half: str = "both") -> Motion:
    """The range moved ``offset`` frames later (earlier below 0); its ends are stretched to fit."""
    count = last - first
    t = np.arange(count)
    ramp = max(min(4 * abs(offset), count / 2), 1.0)
    share = np.minimum(_smooth(t / ramp), _smooth((count - 1 - t) / ramp))
    source = np.clip(first + t - offset * share, 0, len(motion) - 1)
    low = np.minimum(source.astype(int), len(motion) - 2)
    part = (source - low).astype(np.float64)
    made = Motion(
        rot.slerp(motion.rotations[low], motion.rotations[low + 1], part[:, None]),
        _between(motion.translation, low, part),
        _between(motion.contacts, low, part),
        motion.fps,
    )
    return _only_asked(motion, made, first, last, half)


def best_offset(motion: Motion, beats: Sequence[float], first: int, last: int) -> float:
    """How many frames later the range's still moments would meet the beats best.

    Still moments are minima of the joints' mean speed; tried are shifts of up to half a beat.
    """
    inside = np.array([b for b in beats if first <= b < last])
    if len(inside) == 0 or last - first < 5:
        return 0.0
    still = first + still_moments(motion.slice(first, last))
    if len(still) == 0:
        return 0.0
    reach = float(np.median(np.diff(beats))) / 2 if len(beats) > 1 else motion.fps / 4
    tried = np.arange(-int(reach), int(reach) + 0.5, 0.5)
    away = np.abs(inside[None, :, None] - still[None, None, :] - tried[:, None, None]).min(-1)
    worth = np.exp(-(away**2) / (2 * CLOSE**2)).mean(-1) - 1e-6 * np.abs(tried)
    return float(tried[int(worth.argmax())])


def still_moments(motion: Motion) -> np.ndarray:
    """Frames at which the dancer is slowest: minima of the joints' smoothed mean speed."""
    steps = np.linalg.norm(np.diff(motion.joints().astype(np.float64), axis=0), axis=-1).mean(-1)
    speed = _smoothed(steps[:, None], 2.0)[:, 0]
    return np.flatnonzero((speed[1:-1] < speed[:-2]) & (speed[1:-1] <= speed[2:])) + 1.5


def obeying(motion: Motion, pins: Sequence, first: int, last: int, half: str) -> Motion:
    """The take with its range pulled onto pins (``frame``, ``half``, ``rotations``, ``translation``)."""
    if not pins:
        return motion
    made = pin_poses(motion.slice(first, last), tuple(pins), first, last)
    return _only_asked(motion, made, first, last, half)


def _laid_in(motion: Motion, made: Motion, first: int, last: int, half: str) -> Motion:
    """New frames of a range led to where the take goes on, feet held, ends blended."""
    if half != "upper":
        if last < len(motion):
            made = arrive(made, motion.slice(last, last + 1))
        made = FootLockStream().push(made)
    made = blend_in(motion, made, first, last, open_end=last >= len(motion))
    return _only_asked(motion, made, first, last, half)


def _only_asked(motion: Motion, made: Motion, first: int, last: int, half: str) -> Motion:
    """The take, and of the new frames only what was asked for."""
    rotations, place = motion.rotations.copy(), motion.translation.copy()
    contacts, inside = motion.contacts.copy(), slice(first, last)
    joints = list({"upper": UPPER, "lower": LOWER}.get(half, LOWER + UPPER))
    rotations[inside, joints] = made.rotations[:, joints]
    if half != "upper":
        place[inside], contacts[inside] = made.translation, made.contacts
    return replace(motion, rotations=rotations, translation=place, contacts=contacts)


def _mirrored_upper(rotations: np.ndarray) -> np.ndarray:
    q = rotations.copy()
    sources = [MIRROR[j] for j in UPPER]
    q[:, list(UPPER)] = rotations[:, sources] * np.array([1, 1, -1, -1], np.float32)
    return q


def _powers(q: np.ndarray, exponents: np.ndarray) -> np.ndarray:
    """Rotations (T, 24, 4) with their angles (up to a half turn) multiplied by (T, 1)."""
    q = np.where(q[..., :1] < 0, -q, q)
    size = np.linalg.norm(q[..., 1:], axis=-1)
    half = np.minimum(np.arctan2(size, q[..., 0]) * exponents, np.pi / 2)
    axis = q[..., 1:] / np.maximum(size, 1e-12)[..., None]
    return np.concatenate([np.cos(half)[..., None], axis * np.sin(half)[..., None]], axis=-1)


def _share(length: int, first: int, last: int) -> np.ndarray:
    """How much of a change each frame of the range takes: all inside, little at its joins."""
    t = np.arange(last - first)
    share = np.ones(last - first)
    if first > 0:
        share = np.minimum(share, _smooth((t + 1) / (BLEND + 1)))
    if last < length:
        share = np.minimum(share, _smooth((last - first - t) / (BLEND + 1)))
    return share


def _smooth(t: np.ndarray) -> np.ndarray:
    t = np.clip(t, 0, 1)
    return t * t * (3 - 2 * t)


def _smoothed(values: np.ndarray, sigma: float) -> np.ndarray:
    """Values (T, ...) under a gaussian of ``sigma`` frames, the ends held."""
    reach = int(3 * sigma)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    flat = values.reshape(len(values), -1)
    padded = np.pad(flat, ((reach, reach), (0, 0)), mode="edge")
    columns = [np.convolve(c, kernel / kernel.sum(), mode="valid") for c in padded.T]
    return np.stack(columns, axis=1).reshape(values.shape)


def _between(values: np.ndarray, low: np.ndarray, part: np.ndarray) -> np.ndarray:
    return values[low] + part[:, None] * (values[low + 1] - values[low])


def _heading(motion: Motion, frame: int) -> float:
    return float(heading_of(rot.to_matrix(motion.rotations[frame : frame + 1, 0]))[0])
