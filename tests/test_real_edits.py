"""Edits with a trained model: joins as smooth as the take, pins hit, the rest bit for bit."""

from __future__ import annotations

import numpy as np
import pytest
import soxr

from eightcount.blending import join_jump, velocity_jumps
from eightcount.choreographer import Request, choreograph
from eightcount.editing import Edit, Pin, apply_edit
from eightcount.listening import hear
from eightcount.models import DEBUG, list_models, load_model
from eightcount.motion import rotations as rot
from eightcount.motion.motion import Motion
from eightcount.music.song import SAMPLE_RATE, Song
from eightcount.music.synth import synthesise
from eightcount.styles import StyledPart

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(list_models()[0] == DEBUG, reason="no trained model is in assets/models"),
]
STEPS = 6
#: what the issue allows at a join: so many times the take's 99th percentile of velocity jumps
ALLOWED = 1.5


@pytest.fixture(scope="module")
def model():
    return load_model()


@pytest.fixture(scope="module")
def heard():
    sound = synthesise("salsa", 12.0, 104, 3)
    mono = soxr.resample(sound.samples.mean(axis=1), sound.sample_rate, SAMPLE_RATE)
    return hear(Song(mono.astype(np.float32), SAMPLE_RATE, "test", "0" * 64))


@pytest.fixture(scope="module")
def take(heard, model) -> Motion:
    request = Request(model.genres[0], 1, seconds=10.0, steps=STEPS)
    return Motion.concatenate([c.motion for c in choreograph(heard, request, model)])


@pytest.fixture(scope="module")
def fastest(take) -> int:
    """A frame of the middle at which some joint is at its fastest: the hardest place for a join."""
    speed = np.linalg.norm(np.diff(take.joints(), axis=0), axis=-1).max(1)
    return 90 + int(speed[90:210].argmax())


def edited(take, heard, model, first, last, genre=0, seed=11, sections=(), **more) -> Motion:
    """The take with frames ``first`` to ``last`` anew; what is outside is checked already."""
    genre = model.genres[genre % len(model.genres)]
    request = Request(genre, seed, steps=STEPS, sections=sections)
    new = apply_edit(take, heard, Edit(first / 30, last / 30, request=request, **more), model)
    for name in ("rotations", "translation", "contacts"):
        a, b = getattr(new, name), getattr(take, name)
        np.testing.assert_array_equal(a[:first], b[:first])
        np.testing.assert_array_equal(a[last : len(take)], b[last:])
    assert np.isfinite(new.joints()).all()
    return new


def limit(take: Motion, *frames: int) -> float:
    """What is allowed at these frames: an accent that the take itself has there is no fault."""
    own = [join_jump(take, frame) for frame in frames]
    return max(ALLOWED * float(np.percentile(velocity_jumps(take), 99)), *own, 0.0)


def off(new: Motion, pin: Pin) -> tuple[float, float]:
    """How far a pin is missed: cm, by the worst joint, and degrees."""
    asked = Motion(pin.rotations[None], pin.translation[None], np.zeros((1, 4)))
    got = new.slice(pin.frame, pin.frame + 1)
    far = np.linalg.norm(asked.joints() - got.joints(), axis=-1).max()
    turn = rot.multiply(rot.conjugate(asked.rotations), got.rotations).astype(np.float64)
    return 100 * float(far), float(
        np.degrees(np.linalg.norm(rot.to_axis_angle(turn), axis=-1)).max()
    )


@pytest.mark.parametrize("half", ["both", "upper", "lower"])
@pytest.mark.parametrize(("length", "genre"), [(8, 0), (30, 1), (90, 2)])
def test_rerolls_join_smoothly(take, heard, model, fastest, half, length, genre):
    new = edited(take, heard, model, fastest, fastest + length, genre, half=half)
    for frame in (fastest, fastest + length):
        assert join_jump(new, frame) <= limit(take, frame)
    inside = slice(fastest, fastest + length)
    assert np.abs(new.joints()[inside] - take.joints()[inside]).max() > 0.01


def test_the_dance_goes_on_smoothly_wherever_it_was_cut(take, heard, model, fastest):
    cut = take.slice(0, fastest + 1)
    new = edited(cut, heard, model, len(cut), len(cut) + 60)
    assert len(new) == len(cut) + 60
    # the kept frames before the cut may hold an accent of the take itself
    assert join_jump(new, len(cut)) <= limit(cut, len(cut))
    steps = np.linalg.norm(np.diff(new.joints()[len(cut) + 10 :], axis=0), axis=-1).max(1)
    assert steps.max() > 0.01  # she dances, and does not only come to rest


def test_inbetween_hits_both_poses_and_joins_smoothly(take, heard, model):
    pins = tuple(Pin(f, take.rotations[f], take.translation[f]) for f in (120, 179))
    new = edited(take, heard, model, 120, 180, 1, pins=pins)
    for pin in pins:
        centimetres, degrees = off(new, pin)
        assert centimetres <= 1.0 and degrees <= 2.0
    assert max(join_jump(new, f) for f in (120, 180)) <= limit(take, 120, 180)


def test_a_pinned_pose_is_hit(take, heard, model):
    pin = Pin(150, take.rotations[30], take.translation[150])
    new = edited(take, heard, model, 110, 190, pins=(pin,))
    centimetres, degrees = off(new, pin)
    assert centimetres <= 1.0 and degrees <= 2.0
    assert max(join_jump(new, f) for f in (110, 190)) <= limit(take, 110, 190)


def test_a_loop_flows_into_its_start(take, heard, model, fastest):
    part = take.slice(fastest, fastest + 90)  # begins at the fastest moment
    new = edited(part, heard, model, 45, 90, loop=True)
    start = Pin(89, part.rotations[0], part.translation[0])
    centimetres, degrees = off(new, start)
    assert centimetres <= 1.0 and degrees <= 2.0
    round_again = Motion.concatenate([new, new.slice(1, 20)])
    assert max(join_jump(new, 45), join_jump(round_again, 89)) <= limit(part)


def test_a_section_in_the_range_joins_smoothly(take, heard, model):
    parts = (StyledPart(5.0, 6.0, model.genres[1 % len(model.genres)], 1.0),)
    new = edited(take, heard, model, 120, 210, sections=parts)
    assert max(join_jump(new, f) for f in (120, 210)) <= limit(take, 120, 210)
    assert np.abs(new.joints()[160:170] - take.joints()[160:170]).max() > 0.01
