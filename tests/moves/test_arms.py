"""Arms pass beside trunk, thighs and one another."""

from __future__ import annotations

import numpy as np
import pytest

from eightcount.motion.skeleton import JOINTS
from eightcount.moves import body
from eightcount.moves.arms import _bend
from eightcount.moves.checks import to_segment
from eightcount.moves.language import PLACES
from eightcount.moves.library import move_named
from eightcount.moves.solo import dance_move

#: thickness of an arm, and of the trunk and the thighs round their bones, metres
_ARM, _TRUNK, _THIGH = 0.035, 0.10, 0.07
_MOST = 0.02  # overlap that flesh gives way to, metres


def at(joints: np.ndarray, name: str) -> np.ndarray:
    return joints[:, JOINTS.index(name)].astype(np.float64)


def overlap(joints: np.ndarray, arm: list[str], from_: float, bone: list[str], room: float):
    """Deepest overlap (metres) of arm bones, each from a share of its length, with another bone."""
    deepest = -np.inf
    for first, second in zip(arm, arm[1:], strict=False):
        for share in np.linspace(from_ if first.endswith("shoulder") else 0, 1, 9):
            point = at(joints, first) * (1 - share) + at(joints, second) * share
            near = to_segment(point, at(joints, bone[0]), at(joints, bone[1]))
            deepest = max(deepest, room - near.min())
    return deepest


@pytest.mark.parametrize("side", ["L", "R"])
@pytest.mark.parametrize("place", ["low", "front", "guard", "cross", "first"])
def test_swivel_turns_an_elbow_outwards(side: str, place: str) -> None:
    frames = body.Frames.of(1)
    frames.turns[:] = np.eye(3)
    # a trunk far away: nothing but the swivel decides
    frames.places[:, JOINTS.index("spine2")] = 10.0
    mirror = np.array([body.SIGN[side], 1, 1])
    shoulder, target = np.zeros((1, 3)), np.array([PLACES[place]]) * mirror * body.ARM * 0.8
    out = [
        (_bend(frames, side, shoulder, target, np.array([s]))[0] * mirror)[0, 0]
        for s in (0.0, 30.0, 60.0)
    ]
    assert out[0] < out[1] < out[2]


@pytest.mark.parametrize(
    ("genre", "name"),
    [
        ("lock", "uncle-sam"),
        ("lock", "leo-walk"),
        ("waack", "figure-eight"),
        ("middle-hip-hop", "steve-martin"),
        ("street-jazz", "kick-ball-change"),
        ("break", "side-step"),
    ],
)
def test_elbows_stay_out_of_the_trunk(genre: str, name: str) -> None:
    joints = dance_move(move_named(genre, name)).joints()
    for side in ("left_", "right_"):
        arm = [side + "shoulder", side + "elbow", side + "wrist"]
        for bone in (["pelvis", "spine2"], ["spine2", "spine3"], ["spine3", "neck"]):
            assert overlap(joints, arm, 0.45, bone, _TRUNK + _ARM) < _MOST


@pytest.mark.parametrize(
    ("genre", "name"),
    [("lock", "wrist-roll-clap"), ("middle-hip-hop", "fila"), ("ballet-jazz", "chaine-turns")],
)
def test_forearms_do_not_pass_through_one_another(genre: str, name: str) -> None:
    joints = dance_move(move_named(genre, name)).joints()
    other = ["right_elbow", "right_wrist"]
    # hands may touch in a clap
    assert overlap(joints, ["left_elbow", "left_wrist"], 0, other, 2 * _ARM) < 0.03


@pytest.mark.parametrize("name", ["three-step", "knee-drop", "hook-swipe"])
def test_forearms_of_floor_moves_stay_out_of_the_thighs(name: str) -> None:
    joints = dance_move(move_named("break", name)).joints()
    for side in ("left_", "right_"):
        for leg in ("left_", "right_"):
            thigh = [leg + "hip", leg + "knee"]
            assert (
                overlap(joints, [side + "elbow", side + "wrist"], 0, thigh, _THIGH + _ARM) < _MOST
            )
