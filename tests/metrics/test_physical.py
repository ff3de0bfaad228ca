import numpy as np
import pytest

from eightcount.metrics.inputs import to_z_up
from eightcount.metrics.physical import pbc, pfc


def naive_terms(joints):
    """Foot and body terms frame by frame, z up, dt = 1/30."""
    p, dt = to_z_up(joints), 1 / 30
    frames = len(p)

    def acceleration(j, t):
        return ((p[t + 2, j] - p[t + 1, j]) / dt - (p[t + 1, j] - p[t, j]) / dt) / dt

    def clamped(t):
        a = acceleration(0, t)
        return np.linalg.norm([a[0], a[1], max(a[2], 0)])

    def flat(j, t):
        return np.hypot(*(p[t + 2, j] - p[t + 1, j])[:2])

    def moved(j, t):
        return np.linalg.norm(p[t + 2, j] - p[t + 1, j])

    steps = range(frames - 2)
    root = np.array([clamped(t) for t in steps])
    foot = np.array(
        [min(flat(7, t), flat(10, t)) * min(flat(8, t), flat(11, t)) for t in steps]
    ) * (root / root.max())

    def relative(j):
        a = np.array([np.linalg.norm(acceleration(j, t)) for t in steps])
        return a / a.max()

    left = np.array([min(moved(20, t), moved(22, t)) for t in steps]) * relative(13)
    right = np.array([min(moved(21, t), moved(23, t)) for t in steps]) * relative(14)
    head = np.array([moved(15, t) for t in steps]) * relative(12)
    return foot, 0.01 * left + 0.01 * right + 0.1 * head - foot


@pytest.mark.parametrize("seed", [0, 1])
def test_both_equal_the_loop(figures, seed):
    joints = figures.wandering(60, seed=seed)
    foot, body = naive_terms(joints)
    assert pfc(joints) == pytest.approx(1e4 * foot.mean(), rel=1e-9)
    assert pbc(joints) == pytest.approx(1e4 * body.mean(), rel=1e-9)


def test_pfc_by_hand(figures):
    # everything slides 2 cm a frame to the left except for one jolt of the root between
    # frames 4, 5 and 6: three of the eight accelerations, 1, 2 and 1 in size
    joints = figures.gliding(10, (0.02, 0, 0))
    joints[5, 0, 2] += 0.1
    assert pfc(joints) == pytest.approx(1e4 * 0.02 * 0.02 * (0.5 + 1 + 0.5) / 8)


def test_pfc_ignores_a_root_that_only_accelerates_downwards(figures):
    joints = figures.gliding(12, (0.02, 0, 0))
    joints[:, 0, 1] -= 0.01 * np.arange(12) ** 2
    assert pfc(joints) == 0
    joints[:, 0, 1] += 0.02 * np.arange(12) ** 2
    assert pfc(joints) == pytest.approx(1e4 * 0.02**2)


def test_one_planted_foot_is_enough_for_pfc(figures):
    joints = figures.wandering(40)
    joints[:, 7] = joints[0, 7]
    assert pfc(joints) == pytest.approx(0, abs=1e-12)


def test_pbc_by_hand(figures):
    # the head moves 3 cm every frame, the neck once: one jolt of three accelerations
    joints = figures.gliding(10, (0, 0, 0))
    joints[:, 15, 0] += 0.03 * np.arange(10)
    joints[5, 12, 2] += 0.1
    assert pbc(joints) == pytest.approx(1e4 * 0.1 * 0.03 * (0.5 + 1 + 0.5) / 8)


@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_uniform_motion_does_not_accelerate(figures, kind):
    # what rounding leaves of an acceleration must not be blown up by the normalisation
    joints = figures.gliding(60, (0.02, 0.01, 0)).astype(kind)
    assert pfc(joints) == 0 and pbc(joints) == 0


def test_a_still_figure_has_none_of_either(figures):
    joints = figures.standing(30).joints()
    assert pfc(joints) == 0 and pbc(joints) == 0


def test_a_turn_about_the_vertical_changes_nothing(figures):
    joints = figures.wandering(50)
    c, s = np.cos(0.7), np.sin(0.7)
    turned = joints @ np.array([[c, 0, -s], [0, 1, 0], [s, 0, c]])
    assert pfc(turned) == pytest.approx(pfc(joints), rel=1e-9)
    assert pbc(turned) == pytest.approx(pbc(joints), rel=1e-9)
