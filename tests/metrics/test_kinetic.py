import numpy as np
import pytest

from eightcount.metrics.kinetic import kinetic_features, kinetic_features_corrected

FT = 1 / 60


def naive(p, mend=False):
    """Section by section as the published definition reads, one joint and frame at a time."""
    frames, joints, _ = p.shape
    features = []
    for j in range(joints):
        horizontal = vertical = expenditure = 0.0
        for i in range(1, frames):
            steps = [m for m in range(i - 2, i + 3) if 1 <= m <= frames - 1]
            velocity = sum((p[m, j] - p[m - 1, j]) / FT for m in steps) / len(steps)
            horizontal += velocity[0] ** 2 + velocity[2] ** 2
            vertical += velocity[1] ** 2
            bends = [m for m in range(i - 2, i + 3) if 1 <= m <= frames - 2]
            total = np.zeros(3)
            for m in bends:
                before = (p[m, j] - p[m - 1, j]) / FT if mend else p[m, j] - p[m - 1, j] / FT
                total += ((p[m + 1, j] - p[m, j]) / FT - before) / FT
            expenditure += np.linalg.norm(total / len(bends))
        features += [x / (frames - 1) for x in (horizontal, vertical, expenditure)]
    return np.array(features)


@pytest.mark.parametrize("frames", [10, 11, 57])
def test_equals_the_loop(figures, frames):
    joints = figures.wandering(frames, seed=frames)
    np.testing.assert_allclose(kinetic_features(joints), naive(joints), rtol=1e-9)
    np.testing.assert_allclose(
        kinetic_features_corrected(joints), naive(joints, mend=True), rtol=1e-9
    )


def test_float32_input_keeps_five_digits(figures):
    joints = figures.wandering(80).astype(np.float32)
    np.testing.assert_allclose(kinetic_features(joints), naive(joints.astype(float)), rtol=1e-5)


def test_uniform_motion_by_hand(figures):
    # 1 cm a frame to the left and 2 cm a frame up are 0.6 and 1.2 m/s at the fixed 60 fps
    features = kinetic_features_corrected(figures.gliding(50, (0.01, 0.02, 0))).reshape(24, 3)
    np.testing.assert_allclose(features, np.tile([0.36, 1.44, 0], (24, 1)), atol=1e-9)


def test_still_figure_shows_the_published_bug():
    # with p constant the published bend is p (60 - 1) * 60 where 0 is meant
    joints = np.zeros((30, 24, 3))
    joints[:, 5] = [0, 1.5, 0]
    published = kinetic_features(joints).reshape(24, 3)
    assert published[5, 2] == pytest.approx(1.5 * 59 * 60)
    assert np.all(np.delete(published, 5, axis=0) == 0) and np.all(published[:, :2] == 0)
    assert np.all(kinetic_features_corrected(joints) == 0)


def test_only_the_corrected_form_ignores_where_the_dancer_stands(figures):
    joints = figures.wandering(60)
    shifted = joints + [3.0, 0, 1.0]
    np.testing.assert_allclose(
        kinetic_features_corrected(joints), kinetic_features_corrected(shifted), rtol=1e-8
    )
    assert not np.allclose(kinetic_features(joints), kinetic_features(shifted), rtol=0.01)


def test_the_energies_are_those_of_both_forms(figures):
    joints = figures.wandering(60)
    a, b = (f(joints).reshape(-1, 3)[:, :2] for f in (kinetic_features, kinetic_features_corrected))
    np.testing.assert_array_equal(a, b)


def test_three_features_for_every_joint_that_is_handed_in(figures):
    joints = figures.wandering(30)
    assert kinetic_features(joints).shape == (72,)
    np.testing.assert_array_equal(kinetic_features(joints[:, :22]), kinetic_features(joints)[:66])


def test_too_few_frames(figures):
    with pytest.raises(ValueError, match="10 frames"):
        kinetic_features(figures.wandering(20)[:9])
