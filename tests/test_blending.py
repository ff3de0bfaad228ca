"""Joins: blends, glides into rest, pins that pull no further than they may."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from eightcount.blending import blend_in, glide, join_jump, pin_poses, run_up, velocity_jumps
from eightcount.motion import rotations as rot
from eightcount.motion.motion import Motion


def sway(frames: int, speed: float = 2.0, phase: float = 0.0) -> Motion:
    """Every joint swings; the root walks."""
    seconds = np.arange(frames) / 30
    angles = (
        0.6
        * np.sin(speed * seconds + phase)[:, None, None]
        * np.linspace(0.2, 1, 72).reshape(24, 3)
    )
    place = np.stack([0.3 * seconds, 0.9 + 0 * seconds, np.sin(seconds + phase)], 1)
    contacts = np.tile(np.float32([1, 0, 1, 0]), (frames, 1))
    return Motion(rot.from_axis_angle(angles), place, contacts)


def test_a_glide_goes_on_at_the_last_speed_and_comes_to_rest():
    take = sway(40, speed=6.0, phase=-6.0 * 39 / 30)  # ends at its fastest
    longer = Motion.concatenate([take, glide(take, 60)])
    steps = np.linalg.norm(np.diff(longer.joints(), axis=0), axis=-1).max(1)
    assert steps[39] == pytest.approx(steps[38], rel=0.25)
    assert (np.diff(steps[39:]) < 1e-6).all() and steps[-1] < 1e-4
    held = Motion.concatenate([take, *[take.slice(39)] * 60])
    assert join_jump(longer, 40) < 0.7 * join_jump(held, 40)


def test_a_glide_out_of_one_frame_stands_still():
    still = glide(sway(1), 5)
    np.testing.assert_allclose(still.joints(), np.repeat(sway(1).joints(), 5, 0), atol=1e-6)


def test_a_run_up_ends_on_the_first_frame_at_its_speed():
    take = sway(40, speed=6.0, phase=1.0)
    before = run_up(take, 12)
    assert len(before) == 12
    np.testing.assert_array_equal(before.rotations[-1], take.rotations[0])
    np.testing.assert_array_equal(before.translation[-1], take.translation[0])
    whole = Motion.concatenate([before, take.slice(1)])
    steps = np.linalg.norm(np.diff(whole.joints(), axis=0), axis=-1).max(1)
    assert steps[10] == pytest.approx(steps[11], rel=0.25) and steps[0] < 0.3 * steps[11]


@pytest.mark.parametrize("size", [None, 6, 14, 40])
def test_a_blend_begins_and_ends_on_the_old_frames(size):
    old, made = sway(90), sway(30, phase=2.5)
    new = blend_in(old, made, 30, 60, size=size)
    whole = Motion.concatenate([old.slice(0, 30), new, old.slice(60)])
    for frame in (29, 59):
        apart = np.abs(whole.joints()[frame + 1] - old.joints()[frame + 1]).max()
        assert apart < 0.05
    if size in (None, 6, 14):
        np.testing.assert_allclose(new.rotations[14:16], made.rotations[14:16], atol=1e-5)


def test_longer_blends_are_softer():
    old, made = sway(90), sway(30, phase=3.0)
    jumps = []
    for size in (4, 8, 15, 28):
        new = blend_in(old, made, 30, 60, size=size)
        whole = Motion.concatenate([old.slice(0, 30), new, old.slice(60)])
        jumps.append(velocity_jumps(whole).max())
    assert jumps == sorted(jumps, reverse=True)


@pytest.mark.parametrize("at", [2, 3, 5, 7])
def test_a_pin_near_a_join_is_approached_more_softly_than_one_that_is_stopped_at(at):
    """The bend of the way at the join, against that of the softest way that comes to a stop."""
    still, goal = Motion.concatenate([sway(1)] * 30), sway(1, phase=2.0)
    pin = SimpleNamespace(
        frame=at, rotations=still.rotations[0], translation=goal.translation[0], half="both"
    )
    far = (goal.translation - still.translation[:1])[0, 2]
    share = (pin_poses(still, (pin,), 0, 30).translation - still.translation)[:, 2] / far
    t = np.arange(1, at + 2) / (at + 1)
    stopped = t**3 * (t * (6 * t - 15) + 10)
    bends = [
        np.abs(np.diff(np.concatenate([[0, 0], way]), n=2))[:3].max()
        for way in (share, np.concatenate([stopped, [1]]))
    ]
    assert share[at] == pytest.approx(1, abs=1e-5) and bends[0] < 0.8 * bends[1]


@pytest.mark.parametrize("at", [0, 1, 3, 8, 21, 26, 28, 29])
def test_a_pull_goes_little_beyond_the_pins_pose(at):
    still, goal = Motion.concatenate([sway(1)] * 30), sway(1, phase=2.0)
    pin = SimpleNamespace(
        frame=at, rotations=still.rotations[0], translation=goal.translation[0], half="both"
    )
    new = pin_poses(still, (pin,), 0, 30)
    share = (new.translation - still.translation)[:, 2] / (
        goal.translation - still.translation[:1]
    )[0, 2]
    assert share[at] == pytest.approx(1, abs=1e-5) and share.min() > -1e-5 and share.max() < 1.18


@pytest.mark.parametrize("at", [0, 3, 26, 29])
def test_pins_near_a_join_are_hit_and_leave_the_join_alone(at):
    made, goal = sway(30), sway(1, phase=2.0)
    pin = SimpleNamespace(
        frame=100 + at, rotations=goal.rotations[0], translation=goal.translation[0], half="both"
    )
    new = pin_poses(made, (pin,), 100, 130)
    np.testing.assert_allclose(new.joints()[at], goal.joints()[0], atol=1e-5)
    for end in {0, 29} - {at}:
        weight = np.abs(new.joints()[end] - made.joints()[end]).max()
        whole = np.abs(new.joints()[at] - made.joints()[at]).max()
        assert weight < 0.2 * whole
