# SPDX-License-Identifier: GPL-3.0-or-later
"""Pins: poses of a take that every later edit must hit. They are stored on the take itself.

A pin is set by hand (the pose that the dancer shows), or noticed: a key that the animator has moved
since the take was made becomes a pin of the half of the body to which it belongs. So does a key that he
has deleted: the pose that is seen there is pinned, and that of the keys on both sides of the gap, since
it comes from them; the key itself stays away. And so does a key that he has added between two frames of
the take: those two are pinned, and the key itself stays where it is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import bpy
import numpy as np

from eightcount.motion.errors import EightcountError
from eightcount.motion.motion import Motion
from eightcount.motion.skeleton import JOINTS, LOWER, UPPER

from . import armature, axes, export
from .take import PREFIX

PINS = PREFIX + "pins"
#: the pins in words, for the panel: it must not read all of them at each redraw.
SHOWN = PREFIX + "pins_shown"
HALVES = ("both", "upper", "lower")
#: a key that was changed by less than this is not a key changed by hand.
CHANGED = 1e-5
#: most frames with keys changed by hand in one edit; more than that is a dance of the animator's own.
MOST_BY_HAND = 90


@dataclass(frozen=True, eq=False)
class PosePin:
    """A pose to be hit.

    Attributes:
        frame: of the take.
        half: "both", "upper" or "lower"; the pelvis's place belongs to the lower one.
        rotations, translation: (24, 4) wxyz and (3,) metres, y up.
        by_hand: noticed as keys changed by hand, not set as a pin.
    """

    frame: int
    half: str
    rotations: np.ndarray
    translation: np.ndarray
    by_hand: bool = False

    @property
    def joints(self) -> tuple[int, ...]:
        """Indices of the joints that it holds."""
        return {"upper": UPPER, "lower": LOWER}.get(self.half, tuple(range(len(JOINTS))))

    def meets(self, other: PosePin) -> bool:
        """True where both hold the same joint at the same frame."""
        return self.frame == other.frame and bool(set(self.joints) & set(other.joints))

    def agrees(self, other: PosePin) -> bool:
        """True where both ask for the same pose of the joints that they share."""
        shared = sorted(set(self.joints) & set(other.joints))
        turned = 1 - np.abs((self.rotations[shared] * other.rotations[shared]).sum(-1))
        moved = np.abs(self.translation - other.translation).max() if 0 in shared else 0.0
        return bool(turned.max() < 1e-4 and moved < 0.005)


def read_pins(action: bpy.types.Action) -> list[PosePin]:
    """The pins of a take by frame; none where what is stored is damaged."""
    try:
        stored = json.loads(action.get(PINS, "[]"))
        return [
            PosePin(
                int(p["frame"]),
                p["half"],
                np.array(p["rotations"], np.float32).reshape(24, 4),
                np.array(p["translation"], np.float32).reshape(3),
                bool(p.get("by_hand")),
            )
            for p in stored
        ]
    except (ValueError, TypeError, KeyError):
        return []


def write_pins(action: bpy.types.Action, pins: list[PosePin]) -> None:
    """Store pins on a take, by frame."""
    pins = sorted(pins, key=lambda p: (p.frame, p.half))
    action[SHOWN] = ";".join(f"{p.frame},{p.half},{'hand' if p.by_hand else 'set'}" for p in pins)
    action[PINS] = json.dumps(
        [
            {
                "frame": p.frame,
                "half": p.half,
                "rotations": [round(float(v), 8) for v in p.rotations.ravel()],
                "translation": [round(float(v), 7) for v in p.translation],
                "by_hand": p.by_hand,
            }
            for p in pins
        ]
    )


def add_pin(action: bpy.types.Action, pin: PosePin) -> None:
    """Set a pin; it takes the place of one of the same half at the same frame."""
    kept = [p for p in read_pins(action) if (p.frame, p.half) != (pin.frame, pin.half)]
    write_pins(action, [*kept, pin])


def shown_pose(dancer: bpy.types.Object) -> tuple[np.ndarray, np.ndarray]:
    """The pose that the dancer shows now, keyed or not: rotations (24, 4), place (3,), y up."""
    turns = np.array([tuple(dancer.pose.bones[n].matrix_basis.to_quaternion()) for n in JOINTS])
    place = np.array(dancer.pose.bones[JOINTS[0]].location) + armature.rest_root(dancer)
    rotations = axes.quaternions_from_blender(turns).astype(np.float32)
    return rotations, axes.vectors_from_blender(place).astype(np.float32)


def pins_by_hand(
    motion: Motion,
    made: Motion | None,
    absent: np.ndarray,
    added: np.ndarray,
    first: int,
    last: int,
) -> list[PosePin]:
    """Pins for the keys of frames ``first`` .. ``last`` that were changed, deleted or added by hand.

    Args:
        motion: the take as its keys now stand; ``made``: as it was made.
        absent: (T, 99) keys that were deleted; ``added``: frames after which some were added.

    Raises EightcountError "edited-by-hand" where there are more than `MOST_BY_HAND` such frames.
    """
    if made is None:
        return []
    stop = min(last, len(motion), len(made))
    turned = export.apart(motion.rotations[first:stop], made.rotations[first:stop]) > CHANGED
    moved = np.abs(motion.translation[first:stop] - made.translation[first:stop]).max(-1) > CHANGED
    lower = turned[:, list(LOWER)].any(-1) | moved
    upper = turned[:, list(UPPER)].any(-1)
    inside = slice(first, stop)
    low, up = _halves(absent)
    low_added, up_added = _halves(added)
    lower |= (_with_edges(low) | _with_next(low_added))[inside]
    upper |= (_with_edges(up) | _with_next(up_added))[inside]
    frames = np.flatnonzero(lower | upper)
    if len(frames) > MOST_BY_HAND:
        raise EightcountError(
            "edited-by-hand",
            f"{len(frames)} frames of the range hold keys changed by hand; "
            f"{MOST_BY_HAND} can be kept.",
            "Choose a smaller range, or switch Keep Hand Edits off.",
        )
    found = []
    for f in frames:
        half = "both" if lower[f] and upper[f] else "lower" if lower[f] else "upper"
        at = first + int(f)
        found.append(PosePin(at, half, motion.rotations[at], motion.translation[at], True))
    return found


def keys_left_away(
    absent: np.ndarray, set_pins: list[PosePin], first: int, last: int
) -> np.ndarray | None:
    """Which keys of frames ``first`` .. ``last`` (n, 99) stay deleted; None where none does.

    Where a pin was set, its pose gets keys.
    """
    found = absent[first:last].copy()
    for pin in set_pins:
        if first <= pin.frame < last and not pin.by_hand:
            turns = found[pin.frame - first, 3:].reshape(len(JOINTS), 4)
            turns[list(pin.joints)] = False
            if pin.half != "upper":
                found[pin.frame - first, :3] = False
    return found if found.any() else None


def _with_edges(frames: np.ndarray) -> np.ndarray:
    """Frames (T,) bool, with those next to them."""
    wide = frames.copy()
    wide[1:] |= frames[:-1]
    wide[:-1] |= frames[1:]
    return wide


def _halves(columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Frames (T,) at which any column (T, 99) of the lower and of the upper half is True."""
    joints = columns[:, 3:].reshape(len(columns), len(JOINTS), 4).any(-1)
    return joints[:, list(LOWER)].any(-1) | columns[:, :3].any(-1), joints[:, list(UPPER)].any(-1)


def _with_next(frames: np.ndarray) -> np.ndarray:
    """Frames (T,) bool, with those after them."""
    wide = frames.copy()
    wide[1:] |= frames[:-1]
    return wide


def gather(set_pins: list[PosePin], noticed: list[PosePin], first: int, last: int):
    """The pins that an edit of frames ``first`` .. ``last`` obeys: a set pin before a noticed one.

    Raises EightcountError "pins-contradict".
    """
    inside = [p for p in set_pins if first <= p.frame < last]
    for i, pin in enumerate(inside):
        for other in inside[i + 1 :]:
            if pin.meets(other) and not pin.agrees(other):
                raise EightcountError(
                    "pins-contradict",
                    f"Two pins at frame {pin.frame} of the take ask for different poses.",
                    "Remove one of them from the take's pins.",
                )
    return inside + [n for n in noticed if not any(n.meets(p) for p in inside)]
