"""Streams: nothing is lost, and place and heading are sums."""

from __future__ import annotations

import numpy as np

from eightcount.motion.motion import Motion
from eightcount.motion.streams import LOWER_SIZE, UPPER_SIZE, Placement, from_streams, to_streams


def at_origin(motion: Motion) -> np.ndarray:
    lower, upper = to_streams(motion)
    return from_streams(lower, upper)[0].joints()


def test_round_trip_up_to_placement(swaying):
    lower, upper = to_streams(swaying)
    assert lower.shape == (40, LOWER_SIZE) and upper.shape == (40, UPPER_SIZE)
    back, _ = from_streams(lower, upper)
    again_lower, again_upper = to_streams(back)
    np.testing.assert_allclose(again_lower, lower, atol=2e-4)
    np.testing.assert_allclose(again_upper, upper, atol=1e-5)


def test_streams_do_not_know_where_and_whither(swaying):
    moved = swaying.turned(2.0, np.array([3, 0, -1]))
    np.testing.assert_allclose(to_streams(moved)[0], to_streams(swaying)[0], atol=2e-4)


def test_pieces_go_on_where_the_last_one_ended(swaying):
    lower, upper = to_streams(swaying)
    whole, _ = from_streams(lower, upper, Placement(0.5, 1.0, 2.0))
    first, place = from_streams(lower[:17], upper[:17], Placement(0.5, 1.0, 2.0))
    second, _ = from_streams(lower[17:], upper[17:], place)
    joined = np.concatenate([first.joints(), second.joints()])
    np.testing.assert_allclose(joined, whole.joints(), atol=1e-5)


def test_bending_forward_does_not_turn_the_heading(swaying):
    from eightcount.motion import rotations as rot
    from eightcount.motion.streams import heading_of

    bent = rot.about_axis("y", np.array([0.7])) @ rot.about_axis("x", np.array([1.6]))
    np.testing.assert_allclose(heading_of(bent), [0.7], atol=1e-9)
