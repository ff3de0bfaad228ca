"""Every move of the library is danced and measured."""

from __future__ import annotations

import numpy as np
import pytest

from eightcount.motion.errors import EightcountError
from eightcount.motion.kinematics import forward_kinematics
from eightcount.moves.feel import GENRES
from eightcount.moves.library import move_named, moves_of
from eightcount.moves.perform import perform
from eightcount.moves.score import Placed
from eightcount.moves.solo import TEMPO, check_move, dance_move

MOVES = [(genre, move.name) for genre in GENRES for move in moves_of(genre)]


@pytest.mark.parametrize(("genre", "name"), MOVES)
def test_a_move_keeps_the_rules_of_body_floor_and_count(genre: str, name: str) -> None:
    assert check_move(move_named(genre, name)).faults() == []


def test_there_are_twelve_moves_and_more_in_each_of_ten_genres() -> None:
    assert len(GENRES) == 10
    assert {g: len(moves_of(g)) for g in GENRES if len(moves_of(g)) < 12} == {}
    assert len(MOVES) >= 120


@pytest.mark.parametrize("genre", GENRES)
def test_moves_are_described(genre: str) -> None:
    names = [m.name for m in moves_of(genre)]
    assert len(set(names)) == len(names)
    for move in moves_of(genre):
        assert move.sentence.endswith(".") and len(move.sentence) > 20
        assert move.counts in (2, 4, 8)
        counts = [k.count for keys in move.channels.values() for k in keys]
        counts += [k.count for side in "LR" for k in (*move.hands[side], *move.feet[side])]
        assert min(counts) >= 0 and max(counts) < move.counts


@pytest.mark.parametrize("genre", GENRES)
def test_joints_follow_from_the_local_rotations(genre: str) -> None:
    motion = dance_move(moves_of(genre)[0], counts=4)
    lengths = np.linalg.norm(motion.rotations, axis=-1)
    np.testing.assert_allclose(lengths, 1, atol=1e-5)
    joints, _ = forward_kinematics(
        motion.rotations.astype(np.float64), motion.translation.astype(np.float64)
    )
    np.testing.assert_allclose(motion.joints(), joints, atol=1e-4)


@pytest.mark.parametrize("genre", GENRES)
def test_a_mirrored_move_is_the_mirror_of_the_move(genre: str) -> None:
    # without the layers that have a side of their own (breath, unrest, the groove's rock); the feet
    # still take their first places left before right
    move = moves_of(genre)[1]
    plain = [Placed(move, 0.0, entry=move)]
    other = [Placed(move.mirrored(), 0.0, entry=move.mirrored())]
    beat_at = lambda f: f * TEMPO[genre] / 1800  # noqa: E731
    a = perform(plain, genre, beat_at, 60, lively=False).mirrored()
    b = perform(other, genre, beat_at, 60, lively=False)
    apart = np.linalg.norm(a.joints() - b.joints(), axis=-1)
    # the elbow's search for room goes by steps of 15 degrees, so a hair can tip it
    assert np.quantile(apart, 0.95) < 5e-3 and apart.max() < 15e-3


def test_an_unknown_genre_or_move_is_named() -> None:
    with pytest.raises(EightcountError, match="'polka'"):
        moves_of("polka")
    with pytest.raises(EightcountError, match="no move called 'moonwalk-to-the-moon'"):
        move_named("house", "moonwalk-to-the-moon")
