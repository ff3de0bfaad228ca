"""Floor work: the trunk leans towards the hands that stand on the floor until the arms reach them."""

from __future__ import annotations

import numpy as np

from eightcount.motion import rotations as rot
from eightcount.moves.arms import WRIST, anchor_shares
from eightcount.moves.body import ARM, SIGN, Frames, apply, set_spine, unit
from eightcount.moves.channels import blur
from eightcount.moves.groove import Clock
from eightcount.moves.language import SIDES
from eightcount.moves.score import Score

#: a shoulder in the frame of the chest: out, up, forward from spine3, metres
_SHOULDER = (0.165, 0.135, -0.02)
_REACH = 0.955  # share of the arm's length that a standing hand may be away
_PASSES = 5
_MOST = 70.0  # farthest lean, degrees
_CALM = 0.06  # seconds over which a lean is smooth
_UNDER = 0.14  # how near under the pelvis hands are that no lean brings nearer, metres
_HIPS = 0.35  # share of the lean that the pelvis takes
_LOWER = 0.2  # share of what is missing by which the pelvis sinks first
_HEAD = 0.10  # least height of the head's joint, metres
_SEAT = 0.17  # least height of the pelvis, metres


def standing_hands(score: Score, beats: np.ndarray, clock: Clock) -> dict[str, tuple]:
    """By side: share (N,) with which a hand stands on the floor and its spot (N, 2) on the stage."""
    hands = {}
    for side in SIDES:
        shares = anchor_shares(score, side, beats, clock)
        if "floor" in shares:
            hands[side] = (np.clip(shares["floor"], 0, 1), shares["spots"])
    return hands


def sunk(frames: Frames, chest, hands: dict[str, tuple]) -> np.ndarray:
    """Metres (N,) by which the pelvis sinks because the hands on the floor are too far."""
    missing = np.max([_missing(frames, chest, s, *h)[0] for s, h in hands.items()], axis=0)
    room = np.maximum(frames.place("pelvis")[:, 1] - _SEAT, 0)
    return blur(np.minimum(_LOWER * missing, room), 0.08)


def head_room(frames: Frames) -> np.ndarray:
    """Metres (N,) by which the body must rise so that its head rests on the floor, not in it."""
    return blur(1.3 * np.maximum(_HEAD - frames.place("head")[:, 1], 0), 0.06)


def lean_to_hands(
    frames: Frames, chest: np.ndarray, head: np.ndarray, slide: np.ndarray, hands: dict[str, tuple]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lean the trunk towards the hands on the floor.

    Args:
        frames: pelvis and spine stand. chest, head: (N, 3, 3) global turns; slide as in `set_spine`.
        hands: `standing_hands`.

    Returns:
        pelvis, chest and head turns (N, 3, 3).
    """
    first, lean = frames.turn("pelvis").copy(), np.zeros(len(chest))
    weight = sum(share for share, _ in hands.values())[:, None]
    middle = sum(share[:, None] * spots for share, spots in hands.values())
    middle = middle / np.maximum(weight, 1e-6)
    ahead = blur((middle - frames.place("pelvis")[:, [0, 2]]) * np.minimum(weight, 1), 0.1)
    axis = unit(np.stack([ahead[:, 1], 0 * lean, -ahead[:, 0]], axis=-1))
    # while the hands are right under the body, no lean would bring them nearer
    use = blur(np.clip(np.hypot(*ahead.T) / _UNDER - 0.5, 0, 1), 0.06)
    leant = chest
    for _ in range(_PASSES):
        wanted = np.zeros(len(lean))
        for side, (share, spots) in hands.items():
            missing, shoulder, way = _missing(frames, leant, side, share, spots)
            lever = np.cross(axis, shoulder - frames.place("pelvis"))
            gain = np.maximum((lever * way).sum(-1), 0.18)
            wanted = np.maximum(wanted, np.degrees(missing / gain) * use)
        lean = np.clip(lean + blur(wanted, 0.02), 0, _MOST)
        # smoothed as a vector: from one side to the other the trunk comes up in between
        turn = blur(np.radians(lean)[:, None] * axis, _CALM)
        leant = _turned(turn) @ chest
        frames.turns[:, 0] = _turned(_HIPS * turn) @ first
        set_spine(frames, leant, _turned(0.6 * turn) @ head, slide)
    return frames.turn("pelvis").copy(), leant, _turned(0.6 * turn) @ head


def _turned(vectors: np.ndarray) -> np.ndarray:
    return rot.to_matrix(rot.from_axis_angle(vectors))


def _missing(frames: Frames, chest: np.ndarray, side: str, share: np.ndarray, spots: np.ndarray):
    """Metres (N,) by which an arm is too short, its shoulder (N, 3), and the unit way to its spot."""
    own = np.array(_SHOULDER) * np.array([SIGN[side], 1, 1])
    shoulder = frames.place("spine3") + apply(chest, own)
    spot = np.stack([spots[:, 0], np.full(len(share), WRIST), spots[:, 1]], axis=-1)
    way = spot - shoulder
    distance = np.linalg.norm(way, axis=-1)
    return np.maximum(distance - _REACH * ARM, 0) * share, shoulder, unit(way)
