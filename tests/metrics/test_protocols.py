import numpy as np

from eightcount.metrics.kinetic import kinetic_features
from eightcount.metrics.manual import manual_features
from eightcount.metrics.protocols import PROTOCOLS, prepare, protocol_features


def test_bailando_starts_at_the_origin_and_keeps_1200_frames(figures):
    joints = figures.wandering(1300) + [2, 0, 1]
    p = prepare(joints, PROTOCOLS["bailando"])
    assert p.shape == (1200, 24, 3)
    np.testing.assert_allclose(p, joints[:1200] - joints[0, 0])


def test_lodge_is_relative_to_each_frame_but_keeps_the_path(figures):
    joints = figures.wandering(1100) + [2, 0, 1]
    p = prepare(joints, PROTOCOLS["lodge"])
    assert p.shape == (1024, 22, 3)
    np.testing.assert_allclose(p[:, 0], joints[:1024, 0] - joints[0, 0])
    np.testing.assert_allclose(p[:, 9], joints[:1024, 9] - joints[:1024, 0])


def test_features_are_those_of_the_prepared_joints(figures):
    joints = figures.wandering(60)
    for protocol in PROTOCOLS.values():
        found = protocol_features(joints, protocol)
        assert found.kinetic.shape == (3 * protocol.joints,)
        np.testing.assert_array_equal(found.kinetic, kinetic_features(prepare(joints, protocol)))
        np.testing.assert_array_equal(found.manual, manual_features(prepare(joints, protocol)))


def test_no_protocol_cares_where_the_dance_takes_place(figures):
    joints = figures.wandering(60)
    for protocol in PROTOCOLS.values():
        here = protocol_features(joints, protocol)
        there = protocol_features(joints + [5, 0, -3], protocol)
        np.testing.assert_allclose(here.kinetic, there.kinetic, rtol=1e-8)
        np.testing.assert_allclose(here.manual, there.manual)


def test_the_input_is_left_alone(figures):
    joints = figures.wandering(40)
    before = joints.copy()
    protocol_features(joints, PROTOCOLS["lodge"])
    np.testing.assert_array_equal(joints, before)
