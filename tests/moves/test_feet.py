from __future__ import annotations

import numpy as np

from eightcount.motion.contacts import foot_clearance
from eightcount.moves.compose import compose
from eightcount.moves.language import parse_moves
from eightcount.moves.library import move_named
from eightcount.moves.solo import dance_move
from tests.moves.conftest import steady

STEP = "[step]\nOne step to the side.\ncounts 4\nfoot L: 3 step .40 .06\nbounce: 1 0\n"
HOP = "[hop]\nA jump in place.\ncounts 4\njump: 3 .20 d1\nbounce: 1 0\n"
KICK = "[kick]\nA kick to the front.\ncounts 4\nfoot L: 3 kick ang80 ext.97; 4 step .15 .06\n"


def danced(text: str):
    (move,) = parse_moves(text, "house")
    return dance_move(move, counts=4, bpm=120)


def test_a_step_lands_on_its_count() -> None:
    motion = danced(STEP)
    landing = np.flatnonzero(np.diff(motion.contacts[:, 2]) > 0)[-1] + 1
    assert abs(landing - 30) <= 1
    assert motion.contacts[20, 2] == 1 and motion.contacts[27, 2] == 0


def test_the_other_foot_stays_where_it_is() -> None:
    joints = danced(STEP).joints()
    np.testing.assert_allclose(joints[16:, 11] - joints[16, 11], 0, atol=1e-3)


def test_a_jump_leaves_the_floor_and_lands_on_its_count() -> None:
    motion = danced(HOP)
    clearance = foot_clearance(motion.joints())
    top = clearance.min(axis=1).argmax()
    assert clearance[top].min() > 0.12
    assert 20 <= top <= 25
    assert motion.contacts[16:30].sum(axis=1).min() == 0
    assert motion.contacts[32:40, 2:].min() == 1


def test_a_kick_stretches_the_leg_forward() -> None:
    joints = danced(KICK).joints()[30]
    leg = joints[7] - joints[1]
    assert leg[2] > 0.6 and abs(leg[1]) < 0.4
    shin, thigh = joints[7] - joints[4], joints[4] - joints[1]
    cosine = shin @ thigh / np.linalg.norm(shin) / np.linalg.norm(thigh)
    assert cosine > 0.85


def ankle_speed(joints: np.ndarray) -> float:
    """Fastest ankle, metres a second."""
    return float(np.linalg.norm(np.diff(joints[:, [7, 8]], axis=0), axis=-1).max() * 30)


def test_the_legs_of_the_six_step_walk_and_do_not_jump() -> None:
    assert ankle_speed(dance_move(move_named("break", "six-step")).joints()) < 8.0


def test_a_foot_leaves_a_freeze_without_being_flung() -> None:
    # out of the shoulder freeze the foot passes where its hip cannot go
    freezes = [move_named("break", name) for name in ("shoulder-freeze", "chair-freeze")]
    dances = [compose(steady(125.0), 260, "break", s, library=freezes).motion for s in range(3)]
    assert max(ankle_speed(d.joints()) for d in dances) < 13.0
    assert min(d.joints()[..., 1].min() for d in dances) > -0.02
