# SPDX-License-Identifier: GPL-3.0-or-later
"""A new version of a take: a copy of its Action in which only the keys of a range are set anew.

All other keys are Blender's own copies, bit for bit, with their handles and interpolation. The old
version stays as it was.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import bpy
import numpy as np

from eightcount.motion.errors import EightcountError
from eightcount.motion.motion import Motion
from eightcount.motion.skeleton import LOWER, UPPER

from ..before import Before
from . import actions, ids, keyframes, pins, take
from .range_keys import set_keys
from .timing import Clock

_VERSION = re.compile(r" v\d+$")


@dataclass(frozen=True, eq=False)
class Change:
    """What differs between a take and its new version.

    Attributes:
        motion: the whole new take (T, ...), as its keys shall stand.
        first, last: the frames that change; ``last`` past the old take's end makes it longer.
        half: "both", "upper" or "lower": the curves that change.
        pins: what the edit obeyed and later ones shall obey.
        record: the edit in words, kept with the take.
        settings: of the new version.
        absent: (last - first, 99) keys that were deleted by hand and stay so; None: none.
        added: (last - first, 99) between which frame and the next one keys were added by hand that
            stay; None: there are none, or none stays.
    """

    motion: Motion
    first: int
    last: int
    half: str
    pins: list[pins.PosePin]
    record: dict
    settings: take.TakeSettings
    absent: np.ndarray | None = None
    added: np.ndarray | None = None

    @property
    def columns(self) -> list[int]:
        """Columns of the key table that change."""
        joints = {"upper": UPPER, "lower": LOWER}.get(self.half, LOWER + UPPER)
        turns = [3 + 4 * j + i for j in sorted(joints) for i in range(4)]
        return turns if self.half == "upper" else [0, 1, 2, *turns]


@dataclass
class VersionWriter:
    """Makes the new version, a few curves at a time. Holds no data of Blender's between steps.

    The copy is made at the first step and its keys are read at the next ones, also while nobody knows
    yet what will change: it is then the take as it was when the edit was asked for, and only the new
    keys are left to be written.

    Attributes:
        source_uid: session id of the take.
        clock, rest_root: as in `keyframes.TakeWriter`.
        change: what differs; None until it is known.
    """

    source_uid: int
    clock: Clock
    rest_root: np.ndarray
    change: Change | None = None
    action_uid: int = 0
    _left: list[int] = field(default_factory=list)
    _keys: dict[int, np.ndarray] = field(default_factory=dict)
    _table: np.ndarray | None = None
    _holds: list[int | None] = field(default_factory=list)
    _signs: np.ndarray | None = None

    @property
    def action(self) -> bpy.types.Action | None:
        """The new version, or None where it is not made yet, or was undone meanwhile."""
        return ids.find(bpy.data.actions, self.action_uid)

    def step(self, budget: float) -> bool:
        """Write for about ``budget`` seconds; True when every key is set.

        Raises EightcountError "take-gone" where the take was deleted meanwhile.
        """
        end = time.perf_counter() + budget
        action = self.action
        if action is None:
            self._copy()  # the one thing that cannot be divided: a step of its own
            return False
        bag = actions.channels(action)
        if self.change is None:
            unread = [c for c in range(len(keyframes.CHANNELS)) if c not in self._keys]
            _within(end, unread, lambda column: self._read(bag, column))
            return False
        if self._table is None:
            self._prepare(action)
        if not self._left:
            return True
        when = self._when()
        _within(end, self._left, lambda column: self._write(bag, column, when))
        return False  # what follows the last key, `finish`, has the next step to itself

    def finish(self) -> bpy.types.Action:
        """Name it, store what made it, take the mark off. Returns the new version.

        Raises EightcountError "take-gone" where the take was deleted meanwhile.
        """
        action, source, change = self.action, self._source(), self.change
        take.write_settings(action, change.settings)
        stored = take.stored_motion(action, change.settings.fps)
        take.store_motion(action, _stored(stored, change), self.rest_root)
        pins.write_pins(action, change.pins)
        record = [*edits_of(action), change.record]
        action[take.PREFIX + "edits"] = json.dumps(record)
        action[take.PREFIX + "parent"] = source.name
        action.name = version_name(source.name)
        action.pop(take.PREFIX + "star", None)
        del action[take.UNFINISHED]
        action.update_tag()
        return action

    def abandon(self) -> None:
        """Remove the unfinished version."""
        action = self.action
        if action is not None:
            bpy.data.actions.remove(action)
        self.action_uid = 0

    # --- inside ------------------------------------------------------------------------------

    def _source(self) -> bpy.types.Action:
        source = ids.find(bpy.data.actions, self.source_uid)
        if source is None:
            raise EightcountError(
                "take-gone", "The take was deleted while it was edited.", "Undo, then edit again."
            )
        return source

    def _copy(self) -> None:
        action = self._source().copy()
        action.use_fake_user = True
        action[take.UNFINISHED] = Before().as_text()
        self.action_uid = ids.uid(action)
        self._table, self._keys = None, {}

    def _prepare(self, action: bpy.types.Action) -> None:
        """The range's rows of the key table, with the signs of the keys before it; and, for joints
        whose signs do not meet those of the keys after it, the row at which they change."""
        change = self.change
        self._left = change.columns
        before = self._row(action, change.first - 1) if change.first else None
        piece = change.motion.slice(change.first, change.last)
        self._table = keyframes.key_table(piece, self.rest_root, before)
        self._holds = [None] * 24
        if change.last < len(change.motion):
            after = self._row(action, change.last)[3:].reshape(24, 4)
            meet = (self._table[-1, 3:].reshape(24, 4) * after).sum(-1)
            for joint in np.flatnonzero(meet < 0):
                hold = self._holds[joint] = self._last_pair(joint)
                self._table[hold + 1 :, 3 + 4 * joint : 7 + 4 * joint] *= -1
        self._signs = self._added_signs(action)

    def _added_signs(self, action: bpy.types.Action) -> np.ndarray | None:
        """Sign (n, 25) that keys added after each row need, now that the row's quaternions have theirs:
        24 joints, then the pelvis's place, whose sign never changes. None where no such key stays."""
        added = self.change.added
        if added is None:
            return None
        signs = np.ones((len(added), 25), np.float32)
        rows = np.flatnonzero(added.any(1))
        old = keyframes.sample_keys(action, self._when()[rows])[:, 3:].reshape(-1, 24, 4)
        new = self._table[rows, 3:].reshape(-1, 24, 4)
        signs[rows, :24] = np.where((old * new).sum(-1) < 0, -1, 1)
        return signs

    def _last_pair(self, joint: int) -> int:
        """The last row of the range after which a joint's sign may change: it and the next one have
        keys. Across a gap Blender would draw its line through no rotation at all."""
        count, absent, added = len(self._table), self.change.absent, self.change.added
        if absent is None:
            return count - 1
        turns = slice(3 + 4 * joint, 7 + 4 * joint)
        there = ~absent[:, turns].any(-1)
        if there[-1]:
            return count - 1
        free = there[:-1] & there[1:]
        if added is not None:
            free &= ~added[:-1, turns].any(-1)
        pairs = np.flatnonzero(free)
        return int(pairs[-1]) if len(pairs) else count - 1

    def _read(self, bag, column: int) -> None:
        curve = _curve(bag, column)
        self._keys[column] = (
            keyframes.keys_of(curve) if curve is not None else np.zeros(0, np.float32)
        )

    def _write(self, bag, column: int, when: np.ndarray) -> None:
        """Set one curve's keys of the range."""
        absent = self.change.absent
        there = np.ones(len(when), bool) if absent is None else ~absent[:, column]
        curve = _curve(bag, column)
        if curve is not None:
            hold = self._holds[(column - 3) // 4] if column >= 3 else None
            keys = self._keys.get(column)
            if keys is None or len(keys) != 2 * len(curve.keyframe_points):
                keys = keyframes.keys_of(curve)
            signs = None if self._signs is None else self._signs[:, (column - 3) // 4]
            set_keys(curve, keys, when, self._table[:, column], hold, there, signs)
        elif there.any():
            self._fill_whole(bag, column)

    def _row(self, action: bpy.types.Action, frame: int) -> np.ndarray:
        return keyframes.sample_keys(action, np.array([self.clock.scene_frame(frame)]))[0]

    def _when(self) -> np.ndarray:
        change = self.change
        count = change.last - change.first
        return self.clock.scene_frames(change.first, count).astype(np.float32)

    def _fill_whole(self, bag, column: int) -> None:
        """A channel that the animator has deleted comes back as a whole: with keys in the range
        alone it would hold their values outside it as well."""
        table = keyframes.key_table(self.change.motion, self.rest_root)
        when = self.clock.scene_frames(0, len(table)).astype(np.float32)
        keyframes.fill(bag, keyframes.CHANNELS[column], when, table[:, column])


def make_version(
    source: bpy.types.Action, change: Change, clock: Clock, rest_root: np.ndarray
) -> bpy.types.Action:
    """The new version at once."""
    writer = VersionWriter(ids.uid(source), clock, rest_root, change)
    try:
        while not writer.step(1e9):
            pass
        return writer.finish()
    except BaseException:
        writer.abandon()
        raise


def version_name(name: str) -> str:
    """``<name> v2``, or the next free number, short enough for Blender's names."""
    stem = _VERSION.sub("", name)
    number = 2
    while True:
        tail = f" v{number}"
        room = take.NAME_BYTES - len(tail.encode())
        found = stem.encode()[:room].decode(errors="ignore").rstrip() + tail
        if found not in bpy.data.actions:
            return found
        number += 1


def edits_of(action: bpy.types.Action) -> list[dict]:
    """The edits that led to this version, oldest first."""
    try:
        return list(json.loads(action.get(take.PREFIX + "edits", "[]")))
    except (ValueError, TypeError):
        return []


def _within(end: float, columns: list[int], work: Callable[[int], None]) -> None:
    """Do the work of columns, and take them off the list, while there is time for one more."""
    slowest = 0.0
    while columns:
        begun = time.perf_counter()
        work(columns[0])
        columns.pop(0)
        now = time.perf_counter()
        slowest = max(slowest, now - begun)
        if now + slowest > end:
            return


def _curve(bag, column: int):
    channel = keyframes.CHANNELS[column]
    return bag.fcurves.find(channel.path, index=channel.index)


def _stored(stored: Motion | None, change: Change) -> Motion:
    """What the new version was made as: the range anew, the rest as it was made before.

    So keys changed by hand outside the range are still known as such.
    """
    if stored is None:
        return change.motion
    new, span = change.motion, slice(change.first, change.last)
    kept = min(len(stored), len(new))
    rotations, place = new.rotations.copy(), new.translation.copy()
    contacts = new.contacts.copy()
    rotations[:kept], place[:kept] = stored.rotations[:kept], stored.translation[:kept]
    contacts[:kept] = stored.contacts[:kept]
    joints = list({"upper": UPPER, "lower": LOWER}.get(change.half, LOWER + UPPER))
    rotations[span, joints] = new.rotations[span, joints]
    if change.half != "upper":
        place[span], contacts[span] = new.translation[span], new.contacts[span]
    return replace(new, rotations=rotations, translation=place, contacts=contacts)
