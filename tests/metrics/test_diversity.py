import numpy as np
import pytest

from eightcount.metrics.diversity import sample_poses, seed_diversity


def test_two_poses_a_second(figures):
    joints = figures.wandering(90)
    poses = sample_poses(joints, fps=30)
    assert poses.shape == (6, 24, 3)
    np.testing.assert_allclose(poses[:, 0], 0, atol=1e-6)


def test_place_and_heading_do_not_count(figures):
    motion = figures.dancing(90)
    away = motion.turned(1.3, np.array([2.0, 0, 1.0]))
    np.testing.assert_allclose(
        sample_poses(motion.joints(), 30), sample_poses(away.joints(), 30), atol=1e-4
    )


def test_the_same_take_again_is_no_diversity(figures):
    poses = sample_poses(figures.wandering(90), 30)
    same = seed_diversity([poses, poses, poses])
    assert same.distance == 0 and same.repeated == 1 and same.takes == 3


def test_by_hand():
    still = np.zeros((4, 24, 3), np.float32)
    half = still.copy()
    half[2:, :, 1] = 0.1  # 10 cm off in half of the moments
    found = seed_diversity([still, half])
    assert found.distance == pytest.approx(5, rel=1e-5) and found.repeated == 0.5
    # the third take agrees with the first: pairs (0, 5, 5) cm
    assert seed_diversity([still, half, still]).distance == pytest.approx(10 / 3, rel=1e-5)


def test_one_take_has_no_diversity():
    with pytest.raises(ValueError, match="two takes"):
        seed_diversity([np.zeros((4, 24, 3))])
