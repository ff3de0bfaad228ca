"""Mirror, calmer, bigger, shift: exact outside, obeyed inside, smooth at the joins."""

from __future__ import annotations

import numpy as np
import pytest

from blender_addon import shaping
from eightcount.motion import rotations as rot
from eightcount.motion.motion import Motion
from eightcount.motion.skeleton import LOWER, MIRROR, UPPER, rest_height


def slow_dance(frames: int = 180) -> Motion:
    """Moves of real sizes: arms and legs swing, the pelvis travels and turns a little."""
    t = np.arange(frames) / 30
    angles = np.zeros((frames, 24, 3))
    rng = np.random.default_rng(2)
    for j in range(1, 24):
        angles[:, j] = 0.25 * np.sin(2 * np.pi * t[:, None] * rng.uniform(0.5, 1.2, 3) + j)
    angles[:, 0, 1] = 0.3 * np.sin(t)
    place = np.stack([0.3 * np.sin(t), np.full(frames, rest_height()), 0.2 * t], axis=1)
    q = rot.unroll(rot.from_axis_angle(angles)).astype(np.float32)
    return Motion(q, place, np.zeros((frames, 4), np.float32))


EDITS = {
    "mirror": shaping.mirrored,
    "calmer": lambda m, a, b, half="both": shaping.scaled(m, a, b, 0.5, half),
    "bigger": lambda m, a, b, half="both": shaping.scaled(m, a, b, 1.5, half),
    "shift": lambda m, a, b, half="both": shaping.shifted(m, a, b, 4.0, half),
}


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("half", ["both", "upper", "lower"])
def test_nothing_outside_the_range_or_half_changes(edit, half):
    motion = slow_dance()
    made = EDITS[edit](motion, 60, 120, half)
    for a, b in ((0, 60), (120, 180)):
        assert np.array_equal(made.rotations[a:b], motion.rotations[a:b])
        assert np.array_equal(made.translation[a:b], motion.translation[a:b])
    other = {"upper": LOWER, "lower": UPPER}.get(half, ())
    assert np.array_equal(made.rotations[:, other], motion.rotations[:, other])
    if half == "upper":
        assert np.array_equal(made.translation, motion.translation)
    assert not np.array_equal(made.rotations[60:120], motion.rotations[60:120])


@pytest.mark.parametrize("edit", EDITS)
def test_joins_are_smooth(edit):
    motion = slow_dance()
    made = EDITS[edit](motion, 60, 120)
    speed = np.linalg.norm(np.diff(motion.joints(), axis=0), axis=-1)
    steps = np.linalg.norm(np.diff(made.joints(), axis=0), axis=-1)
    limit = 1.5 * np.percentile(speed, 99)
    for join in (60, 120):
        assert np.abs(np.diff(steps, axis=0)[join - 2 : join]).max() < limit, edit


def test_a_mirror_of_the_whole_take_is_the_reflection_and_twice_is_the_take():
    motion = slow_dance()
    made = shaping.mirrored(motion, 0, 180)
    joints, seen = motion.joints(), made.joints()
    flipped = joints[:, list(MIRROR)] * [-1, 1, 1] + [2 * joints[0, 0, 0], 0, 0]
    # the rounded skeleton is symmetric, so the picture is exact
    assert np.abs(seen - flipped).max() < 1e-4
    assert np.abs(shaping.mirrored(made, 0, 180).joints() - joints).max() < 1e-4


@pytest.mark.parametrize("factor", [0.0, 0.5, 1.0, 1.5])
def test_moves_are_as_many_times_as_large_as_asked(factor):
    motion = slow_dance()
    made = shaping.scaled(motion, 0, 180, factor, "upper")
    elbow = 18
    course = rot.normalise(shaping._smoothed(rot.unroll(motion.rotations)[:, elbow], 15.0))
    before = rot.multiply(rot.conjugate(course), motion.rotations[:, elbow])
    after = rot.multiply(rot.conjugate(course), made.rotations[:, elbow])
    angle = lambda q: 2 * np.arcsin(np.linalg.norm(q[:, 1:], axis=-1).clip(0, 1))  # noqa: E731
    assert np.allclose(angle(after), factor * angle(before), atol=2e-3)


def test_a_shift_moves_the_middle_by_its_offset():
    motion = slow_dance()
    made = shaping.shifted(motion, 30, 150, 5.0)
    assert np.abs(made.joints()[70:110] - motion.joints()[65:105]).max() < 1e-4


def test_the_best_offset_puts_still_moments_on_beats():
    t = np.arange(180) / 30
    angles = np.zeros((180, 24, 3))
    angles[:, 16, 2] = np.sin(2 * np.pi * t - 0.6)  # is still twice a second
    place = np.tile([0, rest_height(), 0], (180, 1))
    motion = Motion(rot.from_axis_angle(angles), place, np.zeros((180, 4), np.float32))
    beats = [15.0 * i for i in range(12)]
    offset = shaping.best_offset(motion, beats, 0, 180)
    still = shaping.still_moments(motion) + offset
    assert abs(offset) <= 7.5 and np.abs((still + 7.5) % 15 - 7.5).mean() < 1.0
    assert shaping.best_offset(motion, [], 0, 180) == 0.0
