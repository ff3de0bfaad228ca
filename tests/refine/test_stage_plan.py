"""A spot and a front for every eight counts, and a dancer who is led there on her feet only."""

from __future__ import annotations

import numpy as np
import pytest

from eightcount.motion.skeleton import rest_height
from eightcount.motion.streams import CONTACTS, HEIGHT, TURN, VELOCITY, from_streams
from eightcount.refine.stage_plan import FREE, NEAR, plan_stage
from eightcount.refine.staging import StageStream

FRAMES_A_COUNT = 15


def counts(eights: int, first: float = 0.0) -> np.ndarray:
    return first + np.arange(eights * 8 * FRAMES_A_COUNT) / FRAMES_A_COUNT


def amounts(frames: int, metres: float = 0.3, radians: float = 0.4) -> np.ndarray:
    return np.tile([[metres, radians]], (frames, 1))


def stepping(frames: int) -> np.ndarray:
    """Lower stream of a dancer who steps on the spot, one foot in the air."""
    lower = np.zeros((frames, 62), np.float32)
    lower[:, 0] = lower[:, 4] = 1
    lower[:, HEIGHT] = rest_height()
    lower[:, CONTACTS] = [1, 0, 1, 0]
    return lower


def places_of(lower: np.ndarray) -> np.ndarray:
    upper = np.zeros((len(lower), 90), np.float32)
    upper[:, 0::6] = upper[:, 4::6] = 1
    return from_streams(lower, upper)[0].translation[:, [0, 2]]


def test_a_seed_has_one_plan_and_another_seed_another():
    a, again, other = (plan_stage(counts(4), amounts(480), seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(a.places, again.places)
    assert np.abs(a.places - other.places).max() > 0.05


@pytest.mark.parametrize("first", [0.0, -3.0, 21.5])
def test_the_take_begins_in_the_middle_and_spots_are_held(first):
    plan = plan_stage(counts(5, first), amounts(600), 3)
    if first % 8 == 0:
        np.testing.assert_allclose(plan.places[0], 0, atol=1e-6)
        assert plan.fronts[0] == pytest.approx(0, abs=1e-6)
    at = counts(5, first) % 8
    moved = np.abs(np.diff(plan.places, axis=0)).max(1)
    assert moved[(at[:-1] > 4.1) & (at[:-1] < 7.9)].max() == 0
    assert np.abs(np.diff(plan.places, axis=0)).max() * 30 < 1.2, "no spot is jumped to"


def test_spots_and_fronts_lie_as_far_out_as_asked():
    plan = plan_stage(counts(400), amounts(400 * 120), 5)
    held = slice(119, None, 120)
    assert plan.places[held].std(0) == pytest.approx([0.3, 0.3], rel=0.2)
    assert plan.fronts[held].std() == pytest.approx(0.4, rel=0.2)
    assert np.abs(plan.places[held].mean(0)).max() < 0.1


def test_without_amounts_nothing_is_planned():
    wanted = amounts(240)
    wanted[120:] = 0
    plan = plan_stage(counts(2), wanted, 7)
    assert not plan.places[120:].any() and not plan.fronts[120:].any()
    assert set(plan.free[:120]) == {NEAR} and set(plan.free[120:]) == {FREE}


def test_the_dancer_goes_to_her_spots_and_takes_her_fronts():
    plan = plan_stage(counts(8), amounts(960), 11)
    led = StageStream(plan).push(stepping(960))
    ends = np.arange(119, 960, 120)
    off = np.linalg.norm(places_of(led)[ends] - plan.places[ends], axis=1)
    assert off.max() < 0.25
    assert np.median(off) < np.median(np.linalg.norm(plan.places[ends], axis=1))
    heading = np.cumsum(led[:, TURN]) / 30
    assert np.median(np.abs(heading[ends] - plan.fronts[ends])) < 0.15


@pytest.mark.parametrize("where", ["on the floor", "upside down"])
def test_who_stands_on_her_hands_is_left_alone(where):
    lower = stepping(240)
    if where == "on the floor":
        lower[:, HEIGHT] = 0.3
    else:
        lower[:, 4] = -1
    led = StageStream(plan_stage(counts(2), amounts(240, 1.0), 2)).push(lower)
    assert not led[:, VELOCITY].any() and not led[:, TURN].any()


def test_led_in_pieces_is_led_at_once():
    plan, lower = plan_stage(counts(2), amounts(240), 13), stepping(300)
    stream = StageStream(plan)
    pieces = [stream.push(lower[a : a + 37]) for a in range(0, 300, 37)]
    np.testing.assert_array_equal(np.concatenate(pieces), StageStream(plan).push(lower))
