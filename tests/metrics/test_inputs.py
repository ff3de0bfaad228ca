import numpy as np
import pytest

from eightcount.metrics.inputs import check_beats, check_joints, to_y_up, to_z_up
from eightcount.motion.errors import EightcountError


@pytest.mark.parametrize("shape", [(50, 72), (50, 22, 3), (50, 24, 2), (24, 3)])
def test_wrong_shape_names_file_and_cure(shape):
    with pytest.raises(EightcountError) as caught:
        check_joints(np.zeros(shape), "dance.npy")
    assert caught.value.code == "joints-shape"
    assert "dance.npy" in caught.value.sentence and caught.value.hint


def test_nan_is_reported_with_its_first_frame(figures):
    joints = figures.wandering(40)
    joints[[7, 30], 3, 1] = np.nan
    with pytest.raises(EightcountError, match="a.npy has NaN .* 2 frames, the first at frame 7"):
        check_joints(joints, "a.npy")


def test_nine_frames_are_too_few_and_ten_are_enough(figures):
    with pytest.raises(EightcountError, match="9 frames"):
        check_joints(figures.wandering(9), "a.npy")
    assert len(check_joints(figures.wandering(10))) == 10


def test_text_is_no_motion():
    with pytest.raises(EightcountError, match="not joint positions"):
        check_joints(np.full((20, 24, 3), "x"))


def test_beats_are_sorted_and_may_come_as_flags():
    np.testing.assert_array_equal(check_beats(np.array([30, 10, 20])), [10, 20, 30])
    flags = np.zeros(40, bool)
    flags[[5, 25]] = True
    np.testing.assert_array_equal(check_beats(flags), [5, 25])


@pytest.mark.parametrize(
    ("beats", "code"),
    [
        (np.zeros(0), "beats-none"),
        (np.zeros(30, bool), "beats-none"),
        (np.zeros((3, 2)), "beats-shape"),
        (np.array([1.0, np.nan]), "beats-shape"),
    ],
)
def test_beats_that_are_none(beats, code):
    with pytest.raises(EightcountError) as caught:
        check_beats(beats, "beats.npy")
    assert caught.value.code == code and "beats.npy" in caught.value.sentence


def test_axes_turn_without_a_mirror():
    up_z = np.array([[0.0, 0.0, 1.0]])
    np.testing.assert_array_equal(to_y_up(up_z, "z"), [[0, 1, 0]])
    rng = np.random.default_rng(0)
    points = rng.normal(size=(5, 3))
    np.testing.assert_array_equal(to_y_up(to_z_up(points), "z"), points)
    assert np.linalg.det(to_y_up(np.eye(3), "z")) == pytest.approx(1)
    with pytest.raises(EightcountError, match="up axis 'x'"):
        to_y_up(points, "x")
