"""Pieces of a take: where they lie, and what they leave alone."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from eightcount.wire.pieces import lay_over


def posed(count: int, value: float) -> SimpleNamespace:
    return SimpleNamespace(
        rotations=np.full((count, 24, 4), value, np.float32),
        translation=np.full((count, 3), value, np.float32),
        contacts=np.full((count, 4), value, np.float32),
    )


def values(*args) -> list[float]:
    rotations, translation, contacts = lay_over(*args)
    np.testing.assert_array_equal(rotations[:, 5, 1], translation[:, 2])
    np.testing.assert_array_equal(rotations[:, 23, 3], contacts[:, 0])
    assert rotations.dtype == translation.dtype == contacts.dtype == np.float32
    return contacts[:, 3].tolist()


def test_pieces_lie_at_their_frames_and_the_rest_stays():
    take = posed(6, 0.1)
    found = values(take, [(1, posed(2, 2)), (3, posed(1, 3))])
    assert found == [np.float32(0.1), 2, 2, 3, np.float32(0.1), np.float32(0.1)]
    assert (take.contacts == np.float32(0.1)).all()


def test_a_whole_take_may_be_the_piece():
    assert values(posed(3, 1), [(0, posed(2, 2)), (2, posed(3, 3))]) == [2, 2, 3, 3, 3]
    assert values(posed(3, 1), []) == [1, 1, 1]


@pytest.mark.parametrize("pieces", [[(3, 2), (5, 1)], [(5, 1), (3, 2)]])
def test_pieces_behind_the_end_make_it_longer_in_any_order(pieces):
    found = values(posed(3, 1), [(first, posed(count, first)) for first, count in pieces])
    assert found == [1, 1, 1, 3, 3, 5]


@pytest.mark.parametrize("first", [-1, 4])
def test_gaps_are_refused(first):
    with pytest.raises(ValueError, match="take of 3"):
        lay_over(posed(3, 1), [(first, posed(2, 2))])
