"""The oracle below asks the 32 questions one frame at a time, from the published definitions."""

import numpy as np
import pytest

from eightcount.metrics.manual import MANUAL_NAMES, manual_features
from eightcount.motion.skeleton import joint

L_SHOULDER = (1.99113488e-01, 2.36807942e-01, -1.80702247e-02)
L_ELBOW = (4.54445392e-01, 2.21158922e-01, -4.10167128e-02)
R_SHOULDER = (-1.91692337e-01, 2.36928746e-01, -1.23055102e-02)
L_HIP = (5.64076714e-02, -3.23069185e-01, 1.09197125e-02)
R_HIP = (-6.24834076e-02, -3.31302464e-01, 1.50412619e-02)


def length(a, b):
    return np.linalg.norm(np.subtract(a, b))


ARM = length(L_SHOULDER, L_ELBOW)
SHOULDERS = length(L_SHOULDER, R_SHOULDER)
HIPS = length(L_HIP, R_HIP)

NAMES = {
    "root": "pelvis", "belly": "spine1", "chest": "spine3", "neck": "neck",
    "lhip": "left_hip", "rhip": "right_hip", "lknee": "left_knee", "rknee": "right_knee",
    "lankle": "left_ankle", "rankle": "right_ankle", "ltoes": "left_foot", "rtoes": "right_foot",
    "lshoulder": "left_shoulder", "rshoulder": "right_shoulder", "lelbow": "left_elbow",
    "relbow": "right_elbow", "lwrist": "left_wrist", "rwrist": "right_wrist",
}  # fmt: skip


def questions(now, before):
    """Answers of one frame; ``now`` and ``before`` look up a joint by name."""
    dt = 1 / 120

    def project(vector, onto):
        norm = np.sqrt(onto @ onto)
        return vector @ onto / norm if norm > 0 else -np.inf

    def nmove(a, b, c, p, above):
        relative = (now(p) - now(a)) - (before(p) - before(a))
        return project(relative, np.cross(now(c) - now(a), now(b) - now(a))) / dt > above

    def move(a, b, p, above):
        relative = (now(p) - now(a)) - (before(p) - before(a))
        return project(relative, now(b) - now(a)) / dt > above

    def plane(a, b, c, p, above):
        return project(now(p) - now(a), np.cross(now(c) - now(a), now(b) - now(a))) > above

    def nplane(a, b, origin, p, above):
        return project(now(p) - now(origin), now(b) - now(a)) > above

    def angle(a, b, c, d, low, high):
        u, v = now(b) - now(a), now(d) - now(c)
        degrees = np.degrees(np.arccos(u @ v / np.linalg.norm(u) / np.linalg.norm(v)))
        return low < degrees < high

    def fast(p, above):
        return np.linalg.norm(now(p) - before(p)) / dt > above

    return [
        nmove("neck", "rhip", "lhip", "rwrist", 1.8 * ARM),
        nmove("neck", "lhip", "rhip", "lwrist", 1.8 * ARM),
        nplane("chest", "neck", "neck", "rwrist", 0.2 * ARM),
        nplane("chest", "neck", "neck", "lwrist", 0.2 * ARM),
        move("belly", "chest", "chest", 1.8 * ARM),
        move("belly", "chest", "chest", 1.8 * ARM),
        angle("relbow", "rshoulder", "relbow", "rwrist", 0, 110),
        angle("lelbow", "lshoulder", "lelbow", "lwrist", 0, 110),
        nplane("lshoulder", "rshoulder", "lwrist", "rwrist", 2.5 * SHOULDERS),
        move("lwrist", "rwrist", "rwrist", 1.4 * ARM),
        move("rwrist", "root", "lwrist", 1.4 * ARM),
        move("lwrist", "root", "rwrist", 1.4 * ARM),
        fast("rwrist", 2.5 * ARM),
        fast("lwrist", 2.5 * ARM),
        plane("root", "lhip", "ltoes", "rankle", 0.38 * ARM),
        plane("root", "rhip", "rtoes", "lankle", 0.38 * ARM),
        nplane("zero", "up", "floor", "rankle", 1.2 * ARM),
        nplane("zero", "up", "floor", "lankle", 1.2 * ARM),
        nplane("lhip", "rhip", "lankle", "rankle", 2.1 * HIPS),
        angle("rknee", "rhip", "rknee", "rankle", 0, 110),
        angle("lknee", "lhip", "lknee", "lankle", 0, 110),
        fast("rankle", 2.5 * ARM),
        fast("lankle", 2.5 * ARM),
        angle("neck", "root", "rshoulder", "relbow", 25, 180),
        angle("neck", "root", "lshoulder", "lelbow", 25, 180),
        angle("neck", "root", "rhip", "rknee", 50, 180),
        angle("neck", "root", "lhip", "lknee", 50, 180),
        plane("rankle", "neck", "lankle", "root", 0.5 * ARM),
        angle("neck", "root", "zero", "up", 70, 110),
        nplane("zero", "down", "floor", "rwrist", -1.2 * ARM),
        nplane("zero", "down", "floor", "lwrist", -1.2 * ARM),
        fast("root", 2.3 * ARM),
    ]


def naive(p):
    answers = []
    for t in range(1, len(p)):

        def look(name, frame=t):
            fixed = {
                "zero": [0, 0, 0], "up": [0, 1, 0], "down": [0, -1, 0],
                "floor": [0, p[frame, :, 1].min(), 0],
            }  # fmt: skip
            return np.array(fixed[name], float) if name in fixed else p[frame, joint(NAMES[name])]

        answers.append(questions(look, lambda name, look=look, t=t: look(name, t - 1)))
    return np.array(answers, float).mean(axis=0)


@pytest.mark.parametrize("size", [0.003, 0.02, 0.1, 0.4])
def test_equals_the_loop(figures, size):
    joints = figures.wandering(60, seed=int(1000 * size), size=size)
    np.testing.assert_allclose(manual_features(joints), naive(joints), rtol=1e-9)


def test_equals_the_loop_on_a_dance(figures):
    joints = figures.dancing(90, size=0.6).joints().astype(np.float64)
    expected = naive(joints)
    np.testing.assert_allclose(manual_features(joints), expected, rtol=1e-9)
    # the dance says yes and no often enough to be a test
    assert ((expected > 0) & (expected < 1)).sum() >= 10


def test_every_question_is_answered_both_ways_somewhere(figures):
    crouching = figures.standing(20).joints() * [1, 0.1, 1]
    seen = np.stack(
        [manual_features(figures.wandering(60, seed=s, size=size))
         for s in range(4) for size in (0.003, 0.02, 0.1, 0.4)] + [manual_features(crouching)]
    )  # fmt: skip
    assert np.all(seen.max(axis=0) > 0) and np.all(seen.min(axis=0) < 1)


def test_a_figure_that_stands_still(figures):
    named = dict(zip(MANUAL_NAMES, manual_features(figures.standing(30).joints()), strict=True))
    fast = [name for name in named if "fast" in name or "moves" in name or "rises" in name]
    assert fast and all(named[name] == 0 for name in fast)
    assert named["spine horizontal"] == 0 and named["right foot raised"] == 0
    assert named["right upper arm away from the body"] == 1  # it stands in a T


def test_speeds_are_taken_at_120_frames_a_second(figures):
    # 2.3 humerus lengths a second at 1/120 s a frame
    from eightcount.metrics.manual import HUMERUS

    limit = 2.3 * HUMERUS / 120
    below, above = (manual_features(figures.gliding(20, (0, 0, k * limit))) for k in (0.99, 1.01))
    assert below[31] == 0 and above[31] == 1


def test_a_collapsed_figure_says_no_without_warnings(recwarn):
    features = manual_features(np.zeros((20, 24, 3)))
    # only the two questions about low hands compare heights, and lying on the floor is low
    np.testing.assert_array_equal(np.flatnonzero(features), [29, 30])
    assert len(recwarn) == 0


def test_22_joints_are_enough_and_the_hands_only_matter_as_lowest_joints(figures):
    joints = figures.wandering(40)
    joints[:, 22:, 1] += 5
    np.testing.assert_array_equal(manual_features(joints[:, :22]), manual_features(joints))
    with pytest.raises(ValueError, match="22 joints"):
        manual_features(joints[:, :20])


def test_there_is_a_name_for_every_feature():
    assert len(MANUAL_NAMES) == len(set(MANUAL_NAMES)) == 32
