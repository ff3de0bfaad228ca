"""Edits: what is outside the range or the half comes back bit for bit, joins are smooth, pins hit."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from eightcount.blending import join_jump, velocity_jumps
from eightcount.choreographer import Cancelled, Request, choreograph
from eightcount.editing import Edit, Pin, apply_edit
from eightcount.listening import hear
from eightcount.models import debug_model
from eightcount.motion import rotations as rot
from eightcount.motion.errors import EightcountError
from eightcount.motion.motion import Motion
from eightcount.motion.skeleton import LOWER, UPPER
from eightcount.music.rhythm import find_rhythm
from eightcount.music.song import decode_song
from eightcount.music.synth import synthesise
from eightcount.styles import StyledPart


@pytest.fixture(scope="module")
def model():
    return debug_model()


@pytest.fixture(scope="module")
def song(tmp_path_factory):
    samples, rate, *_ = synthesise("pop", 12.0, 110, 3)
    path = tmp_path_factory.mktemp("song") / "song.wav"
    soundfile.write(path, samples, rate)
    return decode_song(path)


@pytest.fixture(scope="module")
def rhythm(song):
    return find_rhythm(song)


@pytest.fixture(scope="module")
def take(song, model, rhythm) -> Motion:
    request = Request("salsa", seed=1, steps=2, seconds=10.0)
    return Motion.concatenate([c.motion for c in choreograph(song, request, model, rhythm=rhythm)])


def edited(take, song, model, rhythm, start=4.0, stop=7.0, **more) -> Motion:
    request = Request(more.pop("genre", "pop"), seed=more.pop("seed", 9), steps=2)
    edit = Edit(start, stop, request=request, **more)
    return apply_edit(take, song, edit, model, rhythm=rhythm)


@pytest.mark.parametrize(
    ("start", "stop"), [(4.0, 7.0), (0.0, 2.0), (4.033, 4.3), (8.0, 10.0), (0, 10)]
)
def test_outside_the_range_nothing_changes(take, song, model, rhythm, start, stop):
    new = edited(take, song, model, rhythm, start, stop)
    assert len(new) == len(take)
    keep = np.ones(len(take), bool)
    keep[round(start * 30) : round(stop * 30)] = False
    np.testing.assert_array_equal(new.rotations[keep], take.rotations[keep])
    np.testing.assert_array_equal(new.translation[keep], take.translation[keep])
    np.testing.assert_array_equal(new.contacts[keep], take.contacts[keep])
    assert np.abs(new.rotations[~keep] - take.rotations[~keep]).max() > 1e-3


@pytest.mark.parametrize(("half", "kept"), [("upper", LOWER), ("lower", UPPER)])
def test_the_other_half_does_not_change(take, song, model, rhythm, half, kept):
    new = edited(take, song, model, rhythm, half=half)
    np.testing.assert_array_equal(new.rotations[:, list(kept)], take.rotations[:, list(kept)])
    if half == "upper":
        np.testing.assert_array_equal(new.translation, take.translation)
        np.testing.assert_array_equal(new.contacts, take.contacts)
    other = [j for j in range(24) if j not in kept]
    assert np.abs(new.rotations[:, other] - take.rotations[:, other]).max() > 1e-3


def test_joins_are_smooth(take, song, model, rhythm):
    new = edited(take, song, model, rhythm)
    jump = np.linalg.norm(np.diff(new.joints(), n=2, axis=0), axis=-1).max(1) * 30
    usual = np.linalg.norm(np.diff(take.joints(), n=2, axis=0), axis=-1).max(1) * 30
    for frame in (120, 210):
        assert jump[frame - 3 : frame + 2].max() <= 1.5 * np.percentile(usual, 99) + 1e-6


@pytest.mark.parametrize("half", ["both", "upper", "lower"])
def test_pins_are_hit(take, song, model, rhythm, half):
    turn = rot.from_axis_angle(np.full((24, 3), 0.3))
    pose = rot.multiply(turn, take.rotations[150].astype(np.float64))
    place = take.translation[150] + np.array([0.1, 0.02, -0.1], np.float32)
    new = edited(take, song, model, rhythm, pins=(Pin(150, pose, place, half),))
    joints = {"both": range(24), "upper": UPPER, "lower": LOWER}[half]
    off = np.degrees(
        np.linalg.norm(
            rot.to_axis_angle(rot.multiply(rot.conjugate(pose), new.rotations[150].astype(float))),
            axis=-1,
        )
    )
    assert off[list(joints)].max() < 0.1
    if half != "upper":
        np.testing.assert_allclose(new.translation[150], place, atol=1e-5)


def test_two_pins_in_one_range_are_both_hit(take, song, model, rhythm):
    pins = tuple(Pin(f, take.rotations[f - 90], take.translation[f - 90]) for f in (130, 138, 190))
    new = edited(take, song, model, rhythm, pins=pins)
    for pin in pins:
        np.testing.assert_allclose(new.translation[pin.frame], pin.translation, atol=1e-4)
        same = np.abs((new.rotations[pin.frame] * pin.rotations).sum(-1))
        assert same.min() > 1 - 1e-6


def test_continuing_makes_the_take_longer(take, song, model, rhythm):
    new = edited(take, song, model, rhythm, 10.0, 12.0)
    assert len(new) == 360
    np.testing.assert_array_equal(new.rotations[:300], take.rotations)
    assert np.abs(np.diff(new.joints()[300:], axis=0)).max() > 1e-4


def test_a_loop_ends_as_it_begins(take, song, model, rhythm):
    new = edited(take, song, model, rhythm, 8.0, 10.0, loop=True)
    np.testing.assert_allclose(new.joints()[-1], take.joints()[0], atol=1e-3)
    np.testing.assert_array_equal(new.rotations[:240], take.rotations[:240])


def test_same_seed_same_edit_other_seed_other(take, song, model, rhythm):
    a = edited(take, song, model, rhythm, seed=3)
    b = edited(take, song, model, rhythm, seed=3)
    c = edited(take, song, model, rhythm, seed=4)
    np.testing.assert_array_equal(a.rotations, b.rotations)
    assert np.abs(a.rotations - c.rotations).max() > 1e-3


def test_long_ranges_go_through_windows(song, model, rhythm, take):
    double = Motion.concatenate([take, take])
    new = edited(double, song, model, rhythm, 1.0, 19.0)
    assert np.isfinite(new.joints()).all()
    np.testing.assert_array_equal(new.rotations[:30], double.rotations[:30])
    np.testing.assert_array_equal(new.rotations[570:], double.rotations[570:])


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"start": 11.0, "stop": 12.0}, "not within"),
        ({"start": 5.0, "stop": 4.0}, "not within"),
        ({"start": 5.0, "stop": 5.0}, "too short"),
        ({"genre": "polka"}, "polka"),
    ],
)
def test_bad_ranges_are_one_sentence(take, song, model, rhythm, change, word):
    with pytest.raises(EightcountError, match=word):
        edited(take, song, model, rhythm, **change)


def test_pins_that_contradict_are_refused(take, song, model, rhythm):
    a = Pin(150, take.rotations[150], take.translation[150])
    b = Pin(150, take.rotations[10], take.translation[10])
    with pytest.raises(EightcountError, match="different poses"):
        edited(take, song, model, rhythm, pins=(a, b))
    with pytest.raises(EightcountError, match="outside the range"):
        edited(take, song, model, rhythm, pins=(Pin(10, a.rotations, a.translation),))


def test_cancelled_edit_raises(take, song, model, rhythm):
    with pytest.raises(Cancelled):
        apply_edit(
            take, song, Edit(1, 3, request=Request("pop", steps=4)), model,
            rhythm=rhythm, cancelled=lambda: True,
        )  # fmt: skip


def test_signs_of_the_other_half_stay_as_they_are(take, song, model, rhythm):
    flipped = take.rotations.copy()
    flipped[140:160, list(LOWER)] *= -1  # the same rotations, as a hand edit may leave them
    odd = Motion(flipped, take.translation, take.contacts)
    new = edited(odd, song, model, rhythm, half="upper")
    np.testing.assert_array_equal(new.rotations[:, list(LOWER)], flipped[:, list(LOWER)])


def test_an_edit_of_a_heard_song_is_the_same(take, song, model, rhythm):
    heard = hear(song)
    for more in ({}, {"half": "upper"}, {"start": 8.0, "stop": 10.0, "loop": True}):
        a, b = edited(take, song, model, rhythm, **more), edited(take, heard, model, None, **more)
        np.testing.assert_array_equal(a.rotations, b.rotations)
        np.testing.assert_array_equal(a.translation, b.translation)
        np.testing.assert_array_equal(a.contacts, b.contacts)


def test_sections_count_within_the_range_alone(take, song, model, rhythm):
    def rolled(*parts, genre="pop"):
        request = Request(genre, seed=9, steps=2, sections=parts)
        return apply_edit(take, song, Edit(3.0, 7.0, request=request), model, rhythm=rhythm)

    plain = rolled()
    outside = rolled(StyledPart(0.0, 2.9, "modern", 1.0), StyledPart(7.2, None, "salsa"))
    assert np.abs(plain.joints() - outside.joints()).max() < 0.2  # only what surrounds it differs
    # the course of energy is drawn for the take's genre, so it is told here
    over = rolled(StyledPart(0.0, None, "pop", 0.5), genre="salsa")
    same = rolled(StyledPart(0.0, None, None, 0.5))
    np.testing.assert_array_equal(over.rotations, same.rotations)
    mixed = rolled(StyledPart(5.0, 6.0, "modern"))
    for new in (outside, over, mixed):
        np.testing.assert_array_equal(new.rotations[:90], take.rotations[:90])
        np.testing.assert_array_equal(new.rotations[210:], take.rotations[210:])
    assert np.abs(mixed.joints()[150:180] - plain.joints()[150:180]).max() > 1e-3


@pytest.mark.parametrize("stop", [9.5, 12.0])
def test_a_long_range_with_many_sections_is_filled(take, song, model, rhythm, stop):
    cuts = (1.5, 1.7, 4.0, 8.0, 9.4)
    genres = ("modern", "salsa", "pop", "modern", "salsa")
    parts = tuple(StyledPart(a, a + 0.4 if a == 8.0 else None if a == 9.4 else a + 0.2, g)
                  for a, g in zip(cuts, genres, strict=True))  # fmt: skip
    request = Request("pop", seed=2, steps=2, sections=parts)
    new = apply_edit(take, song, Edit(1.0, stop, request=request), model, rhythm=rhythm)
    assert len(new) == max(len(take), round(stop * 30)) and np.isfinite(new.joints()).all()
    np.testing.assert_array_equal(new.rotations[:30], take.rotations[:30])


def test_how_the_song_is_counted_reaches_the_edit(take, song, model, rhythm):
    def rolled(**counting):
        request = Request("pop", seed=9, steps=2, **counting)
        return apply_edit(take, song, Edit(3.0, 7.0, request=request), model, rhythm=rhythm)

    plain, half = rolled(), rolled(tempo_factor=0.5)
    assert np.abs(plain.joints() - half.joints()).max() > 1e-4
    np.testing.assert_array_equal(plain.rotations, rolled(first_count=4).rotations)


def test_short_ranges_join_smoothly_however_far_the_new_frames_are(take, song, model, rhythm):
    allowed = 1.5 * np.percentile(velocity_jumps(take), 99) + 1e-6
    for first in (60, 121, 200):
        new = edited(take, song, model, rhythm, first / 30, (first + 6) / 30)
        assert max(join_jump(new, f) for f in (first, first + 6)) <= max(allowed, 1.0)
