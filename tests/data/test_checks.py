"""Every fault is named in a sentence; what can be mended is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from eightcount.data.checks import check_motion, unit_name
from eightcount.motion import rotations as rot
from eightcount.motion.errors import EightcountError
from eightcount.motion.motion import Motion
from tests.data.foreign import assert_same_dance, dance


def moved(motion: Motion, by) -> Motion:
    return replace(motion, translation=motion.translation + np.asarray(by, np.float32))


def test_a_good_motion_passes_without_a_word():
    checked = check_motion(dance())
    assert checked.notes == ()
    assert_same_dance(checked.pieces[0], dance(), 1e-3)
    assert checked.pieces[0].contacts.max() == 1


@pytest.mark.parametrize("scale", [100.0, 1000.0])
def test_path_in_another_unit(scale):
    motion = dance()
    wrong = replace(motion, translation=motion.translation * np.float32(scale))
    checked = check_motion(wrong, scaled=False)
    assert_same_dance(checked.pieces[0], motion, 2e-3)
    assert "brought to metres" in checked.notes[0]


def test_path_in_metres_is_left_alone():
    assert check_motion(dance(), scaled=False).notes == ()


@pytest.mark.parametrize(("axis", "degrees"), [("x", 90), ("x", -90), ("z", 90), ("x", 180)])
def test_up_axis(axis, degrees):
    motion = dance()
    half = np.radians(degrees) / 2
    turn = np.zeros(4, np.float32)
    turn[0], turn[1 + "xyz".index(axis)] = np.cos(half), np.sin(half)
    spread = np.broadcast_to(turn, (len(motion), 4))
    q = motion.rotations.copy()
    q[:, 0] = rot.multiply(spread, q[:, 0])
    wrong = replace(motion, rotations=q, translation=rot.rotate(spread, motion.translation))
    checked = check_motion(wrong)
    joints = checked.pieces[0].joints()
    assert "was turned to y" in checked.notes[0]
    np.testing.assert_allclose(joints[..., 1], motion.joints()[..., 1], atol=1e-3)


def test_floor_is_brought_to_zero():
    checked = check_motion(moved(dance(), [0, 0.8, 0]))
    assert "+0.80 m" in checked.notes[0]
    assert_same_dance(checked.pieces[0], dance(), 1e-3)


def test_known_floor_is_left_where_it_is():
    checked = check_motion(moved(dance(), [0, 0.2, 0]), floored=True)
    np.testing.assert_allclose(
        checked.pieces[0].translation[:, 1], dance().translation[:, 1] + 0.2, atol=1e-5
    )


def test_motion_is_cut_at_a_jump():
    motion = dance(200)
    place = motion.translation.copy()
    place[90:, 0] += 1.5
    checked = check_motion(replace(motion, translation=place))
    assert [len(piece) for piece in checked.pieces] == [90, 109]
    assert "At 3.00 s a joint moves at" in checked.notes[0]


def test_t_pose_at_the_start_is_cut_off():
    motion = dance(100)
    q = motion.rotations.copy()
    q[0] = [1, 0, 0, 0]
    checked = check_motion(replace(motion, rotations=q))
    assert len(checked.pieces) == 1 and len(checked.pieces[0]) == 98


def test_fast_kicks_are_no_jumps():
    """A leg that swings to 12 m/s and back within a third of a second is danced so."""
    motion = dance(100, 120.0)
    t = np.arange(100) / 120
    angle = 1.6 * np.exp(-(((t - 0.4) / 0.075) ** 2))
    swing = rot.from_axis_angle(np.stack([-angle, 0 * t, 0 * t], -1)).astype(np.float32)
    q = motion.rotations.copy()
    q[:, 1] = rot.multiply(swing, q[:, 1])
    kick = replace(motion, rotations=np.repeat(q, 1, axis=0))
    ankle = kick.joints()[:, 7]
    assert np.linalg.norm(ankle[4:] - ankle[:-4], axis=-1).max() * 30 > 10
    kick = Motion.concatenate([kick, kick.slice(99).slice(0, 1)] + [kick.slice(99)] * 60)
    assert len(check_motion(kick).pieces) == 1


def test_nothing_but_jumps_is_refused():
    motion = dance(100)
    place = motion.translation + 2 * np.random.default_rng(0).normal(size=(100, 3))
    with pytest.raises(EightcountError, match="often") as fault:
        check_motion(replace(motion, translation=place))
    assert fault.value.code == "motion-jumps"


def test_nan_is_refused_with_its_frame():
    motion = dance()
    place = motion.translation.copy()
    place[40:43, 1] = np.nan
    with pytest.raises(EightcountError, match="3 of its 150 frames.*frame 40"):
        check_motion(replace(motion, translation=place))


@pytest.mark.parametrize("fps", [0.0, 1.0, np.inf, np.nan, 5000.0])
def test_odd_frame_rates_are_refused(fps):
    with pytest.raises(EightcountError, match="--fps"):
        check_motion(replace(dance(), fps=fps))


def test_too_short_is_refused():
    with pytest.raises(EightcountError, match="1.00 s"):
        check_motion(dance(30))


def test_a_slope_is_named():
    motion = dance(200)
    place = motion.translation.copy()
    place[:, 1] -= ((np.arange(200) - 192) * 0.2).clip(0, 0.6)
    notes = check_motion(replace(motion, translation=place)).notes
    assert any("not level" in note for note in notes)


@pytest.mark.parametrize(
    ("size", "name"),
    [(1.1, "metres"), (90, "centimetres"), (35, "inches"), (1200, "millimetres"), (6, "")],
)
def test_units_by_the_size_of_a_body(size, name):
    assert unit_name(size) == name
