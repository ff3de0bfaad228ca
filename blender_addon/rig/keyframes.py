# SPDX-License-Identifier: GPL-3.0-or-later
"""Motion to F-curves in bulk, a few curves at a time so that Blender's window never waits.

99 curves hold a take: four for each joint's quaternion, three for the pelvis's place. Each curve is
filled by ``foreach_set`` over all its keys, which costs well under a millisecond; key by key the same
take would take half a minute. Frames that arrive are collected; a curve is extended when at least
`BLOCK` new frames wait for it, or at the end.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import bpy
import numpy as np

from eightcount.motion import rotations as rot
from eightcount.motion.motion import Motion
from eightcount.motion.skeleton import JOINTS

from . import actions, axes, ids
from .timing import Clock

#: fewest new frames for which a curve is extended before the end of the take.
BLOCK = 150
#: Blender's number for linear interpolation; a take is dense, so straight lines are right.
LINEAR = 1
ROOT = JOINTS[0]


@dataclass(frozen=True)
class Channel:
    """One F-curve: what it drives, and which column of the key table it shows."""

    bone: str
    path: str
    index: int
    column: int


def _channels() -> tuple[Channel, ...]:
    root = f'pose.bones["{ROOT}"].location'
    found = [Channel(ROOT, root, i, i) for i in range(3)]
    for j, bone in enumerate(JOINTS):
        path = f'pose.bones["{bone}"].rotation_quaternion'
        found += [Channel(bone, path, i, 3 + 4 * j + i) for i in range(4)]
    return tuple(found)


#: the 99 channels of a take, in the order of the key table's columns.
CHANNELS = _channels()


def key_table(
    motion: Motion, rest_root: np.ndarray, before: np.ndarray | None = None
) -> np.ndarray:
    """What the F-curves hold: (T, 99) float32; 3 of the pelvis's place, then 24 quaternions.

    Args:
        motion: the take or its next piece.
        rest_root: place of the pelvis in the armature's rest pose, (3,) z up.
        before: the row of the frame before (99,), whose quaternion signs are carried on so that
            Blender never turns the long way round between two keys.
    """
    place = axes.vectors_to_blender(motion.translation) - np.asarray(rest_root, np.float32)
    turns = axes.quaternions_to_blender(motion.rotations)
    if before is not None:
        turns = np.concatenate([before[None, 3:].reshape(1, -1, 4), turns])
    turns = rot.unroll(turns)[0 if before is None else 1 :]
    table = np.concatenate([place, turns.reshape(len(motion), -1)], axis=1)
    return np.ascontiguousarray(table, np.float32)


@dataclass
class TakeWriter:
    """Fills one Action with a take that may still be growing.

    The Action is looked up at every step and never held: an undo or a deletion between two steps
    must not leave us with a dead pointer.

    Attributes:
        action_uid: session id of the Action.
        clock: where the take's frames fall on the timeline.
        rest_root: place of the pelvis in the armature's rest pose, (3,) z up.
    """

    action_uid: int
    clock: Clock
    rest_root: np.ndarray
    _tables: list[np.ndarray] = field(default_factory=list)
    _frames: int = 0
    _written: list[int] = field(default_factory=lambda: [0] * len(CHANNELS))
    _closed: bool = False

    @property
    def frames(self) -> int:
        """Frames handed in so far."""
        return self._frames

    @property
    def action(self) -> bpy.types.Action | None:
        """The Action, or None where it was deleted or undone."""
        return ids.find(bpy.data.actions, self.action_uid)

    @property
    def finished(self) -> bool:
        """True when the take is closed and every curve holds all of it."""
        return self._closed and all(n == self._frames for n in self._written)

    def add(self, motion: Motion) -> None:
        """Hand in the next frames; nothing is written yet."""
        before = self._tables[-1][-1] if self._tables else None
        if len(motion):
            self._tables.append(key_table(motion, self.rest_root, before))
            self._frames += len(motion)

    def close(self) -> None:
        """No more frames will come: from now on every step writes what is left."""
        self._closed = True

    def step(self, budget: float) -> bool:
        """Write curves until ``budget`` seconds are spent; True when nothing is left to write."""
        action = self.action
        bag = actions.channels(action) if action is not None else None
        if bag is None:
            return True
        waiting = self.waiting()
        if not waiting:
            return True
        end = time.perf_counter() + budget
        table = self.table()
        when = self.clock.scene_frames(0, self._frames).astype(np.float32)
        slowest = 0.0
        for done, c in enumerate(waiting):
            begun = time.perf_counter()
            # one curve more must still fit: the longest so far tells how long one takes
            if done and begun + slowest > end:
                return False
            fill(bag, CHANNELS[c], when, table[:, c])
            self._written[c] = self._frames
            slowest = max(slowest, time.perf_counter() - begun)
        return True

    def waiting(self) -> list[int]:
        """The channels that have a block to write now, the shortest first: where frames arrive
        faster than they are written, none must starve."""
        found = [c for c in range(len(CHANNELS)) if self._waits(c)]
        return sorted(found, key=lambda c: self._written[c])

    def table(self) -> np.ndarray:
        """The key table (T, 99) of all frames handed in."""
        if len(self._tables) > 1:
            self._tables = [np.concatenate(self._tables)]
        return self._tables[0] if self._tables else np.zeros((0, len(CHANNELS)), np.float32)

    def start_again(self, action_uid: int) -> None:
        """Forget what was written (the Action was lost) and write all of it to another Action."""
        self.action_uid = action_uid
        self._written = [0] * len(CHANNELS)

    def _waits(self, channel: int) -> bool:
        new = self._frames - self._written[channel]
        return new >= BLOCK or (self._closed and new > 0)


def write_take(
    action: bpy.types.Action, motion: Motion, clock: Clock, rest_root: np.ndarray
) -> None:
    """Write a whole take to an empty Action at once."""
    writer = TakeWriter(ids.uid(action), clock, rest_root)
    writer.add(motion)
    writer.close()
    writer.step(float("inf"))


def read_keys(action: bpy.types.Action) -> np.ndarray | None:
    """The key table (T, 99) as it now stands in an Action.

    None where curves are missing or have different numbers of keys: keys were added or removed.
    """
    bag = actions.channels(action)
    columns = []
    for channel in CHANNELS:
        curve = bag.fcurves.find(channel.path, index=channel.index) if bag is not None else None
        if curve is None:
            return None
        co = np.empty(2 * len(curve.keyframe_points), np.float32)
        curve.keyframe_points.foreach_get("co", co)
        columns.append(co[1::2])
    if len({len(column) for column in columns}) != 1:
        return None
    return np.stack(columns, axis=1)


def sample_keys(action: bpy.types.Action, frames: np.ndarray) -> np.ndarray:
    """The curves' values (T, 99) at scene frames (T,); missing curves give the rest pose."""
    bag = actions.channels(action)
    table = np.zeros((len(frames), len(CHANNELS)), np.float32)
    table[:, 3::4] = 1.0
    for channel in CHANNELS:
        curve = bag.fcurves.find(channel.path, index=channel.index) if bag is not None else None
        if curve is not None and not curve.is_empty:
            table[:, channel.column] = [curve.evaluate(float(f)) for f in frames]
    return table


def frame_keys(times: np.ndarray, when: np.ndarray) -> np.ndarray:
    """Which of a curve's keys at ``times`` (n,) belongs to each of a take's frames ``when`` (T,).

    Returns:
        indices (T,), -1 where a frame has none. A key farther than a quarter of a frame from each of
        them belongs to none: it was added between them.
    """
    near = 0.25 * float(when[1] - when[0]) if len(when) > 1 else 0.25
    if not len(times):
        return np.full(len(when), -1)
    if len(times) == len(when) and bool((np.abs(times - when) < near).all()):
        return np.arange(len(when))
    after = np.searchsorted(times, when).clip(1, max(len(times) - 1, 1))
    pair = np.stack([after - 1, np.minimum(after, len(times) - 1)])
    apart = np.abs(times[pair] - when)
    nearest = np.where(apart[0] <= apart[1], pair[0], pair[1])
    return np.where(apart.min(0) < near, nearest, -1)


def read_at(
    action: bpy.types.Action, when: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What the curves show at a take's scene frames ``when`` (T,), and where they have keys.

    Returns:
        values (T, 99) float32, those without a key as Blender interpolates them (the rest pose where
        the whole curve is missing), keyed (T, 99) bool, and added (T, 99) bool: keys lie between this
        frame and the next one, or after the last.
    """
    table = np.zeros((len(when), len(CHANNELS)), np.float32)
    table[:, 3::4] = 1.0
    keyed, added = np.zeros(table.shape, bool), np.zeros(table.shape, bool)
    for c, curve in _curves_with_keys(action):
        co = keys_of(curve)
        times, values = co[::2], co[1::2]
        at = frame_keys(times, when)
        keyed[:, c] = at >= 0
        table[:, c] = values[at]
        missing = np.flatnonzero(at < 0)
        table[missing, c] = [curve.evaluate(float(when[i])) for i in missing]
        after = np.searchsorted(when, np.delete(times, at[at >= 0])) - 1
        added[after[after >= 0], c] = True
    return table, keyed, added


def added_keys(action: bpy.types.Action, when: np.ndarray) -> list[tuple[float, int]]:
    """Scene frame and column of each key that lies between a take's scene frames ``when`` (T,)."""
    found = []
    for c, curve in _curves_with_keys(action):
        times = keys_of(curve)[::2]
        at = frame_keys(times, when)
        others = np.delete(times, at[at >= 0])
        found += [(float(t), c) for t in others if when[0] < t < when[-1]]
    return sorted(found)


def keys_of(curve) -> np.ndarray:
    """A curve's keys (2 n,) float32: frame and value by turns."""
    co = np.empty(2 * len(curve.keyframe_points), np.float32)
    curve.keyframe_points.foreach_get("co", co)
    return co


def _curves_with_keys(action: bpy.types.Action) -> Iterator[tuple[int, bpy.types.FCurve]]:
    """Column and curve of each channel that has keys."""
    bag = actions.channels(action)
    for c, channel in enumerate(CHANNELS):
        curve = bag.fcurves.find(channel.path, index=channel.index) if bag is not None else None
        if curve is not None and not curve.is_empty:
            yield c, curve


def fill(bag, channel: Channel, when: np.ndarray, values: np.ndarray) -> None:
    """One curve gets its keys up to the last of ``when``; those that it has are written anew."""
    curve = bag.fcurves.find(channel.path, index=channel.index)
    if curve is None:
        curve = bag.fcurves.new(channel.path, index=channel.index)
        # the argument for the group has another name in each version: set it afterwards
        curve.group = actions.group_of(bag, channel.bone)
    points = curve.keyframe_points
    points.add(len(when) - len(points))
    points.foreach_set("co", np.stack([when, values], axis=1).ravel())
    points.foreach_set("interpolation", np.full(len(when), LINEAR, np.int32))
    curve.update()
