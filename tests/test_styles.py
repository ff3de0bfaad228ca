"""Parts with a style of their own: where they lie, and what contradicts itself."""

from __future__ import annotations

import numpy as np
import pytest

from eightcount.motion.errors import EightcountError
from eightcount.styles import StyledPart, check_parts, spread

INDEX = {"a": 0, "b": 1}.__getitem__
OWN = np.full(30, 5), np.full(30, 0.5)


def test_parts_are_written_over_the_takes_own_style():
    parts = (StyledPart(0.8, 1.6, "a"), StyledPart(1.6, None, energy=0.9))
    check_parts(parts)
    genres, energy = spread(parts, *OWN, INDEX)
    np.testing.assert_array_equal(genres, [5] * 6 + [0] * 6 + [5] * 18)
    np.testing.assert_array_equal(energy, [0.5] * 12 + [0.9] * 18)
    assert (OWN[0] == 5).all() and (OWN[1] == 0.5).all()


@pytest.mark.parametrize("first", [3, 9, 40])
def test_a_stretch_gets_what_the_whole_take_has_there(first):
    parts = (StyledPart(0.5, 1.0, "b", 0.1), StyledPart(3.0, 9.0, "a"))
    long = np.full(80, 5), np.full(80, 0.5)
    whole = spread(parts, *long, INDEX)
    part = spread(parts, *(x[first : first + 30] for x in long), INDEX, first)
    for a, b in zip(whole, part, strict=True):
        np.testing.assert_array_equal(a[first : first + 30], b)


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ((StyledPart(1.0, 1.0),), "section-empty"),
        ((StyledPart(2.0, 1.0),), "section-empty"),
        ((StyledPart(0.0, 2.0), StyledPart(1.0, 3.0)), "sections-overlap"),
        ((StyledPart(1.0, 3.0), StyledPart(0.0, 1.5)), "sections-overlap"),
        ((StyledPart(0.0), StyledPart(5.0, 6.0)), "sections-overlap"),
        ((StyledPart(0.0, energy=1.5),), "request-bad"),
    ],
)
def test_parts_that_make_no_sense_are_refused(parts, code):
    with pytest.raises(EightcountError) as caught:
        check_parts(parts)
    assert caught.value.code == code and caught.value.hint


def test_unknown_genres_are_not_passed_over():
    with pytest.raises(KeyError):
        spread((StyledPart(100.0, genre="c"),), *OWN, INDEX)
