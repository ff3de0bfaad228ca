"""Invented moves are danceable, unlike the library's, and the same for the same seed."""

from __future__ import annotations

import numpy as np

from eightcount.moves.invented import invented_moves
from eightcount.moves.library import moves_of
from eightcount.moves.solo import dance_move


def invented(seed: int, count: int = 4):
    known = moves_of("lock") + moves_of("waack")
    return invented_moves(known, "house", count, np.random.default_rng(seed))


def test_the_same_draws_give_the_same_moves():
    assert invented(1) == invented(1)
    assert invented(1) != invented(2)
    assert [m.name for m in invented(1)] == [f"invented {i}" for i in range(4)]
    assert {m.genre for m in invented(1)} == {"house"}


def test_they_can_be_danced_and_differ_from_what_they_are_made_of():
    from eightcount.moves.compose import compose
    from eightcount.music.rhythm import Rhythm

    beats = np.arange(0.0, 140, 15)
    rhythm = Rhythm(120.0, beats, np.arange(0, len(beats), 4))
    library = invented(3, 6)
    joints = compose(rhythm, 120, "house", 5, library=library).motion.joints()
    assert np.isfinite(joints).all()
    assert joints[..., 1].min() > -0.02
    speed = np.linalg.norm(np.diff(joints, axis=0), axis=-1) * 30
    assert speed.max() < 14
    known = np.concatenate([dance_move(m, 4).joints() for m in moves_of("lock")[:3]])
    own = np.concatenate([dance_move(m, 4).joints() for m in library[:2]])
    known, own = ((j - j[:, :1])[::6] for j in (known, own))
    nearest = [np.linalg.norm(known - pose, axis=-1).mean(1).min() for pose in own]
    assert np.median(nearest) > 0.05


def test_hands_stay_within_reach_and_kept_channels_untouched():
    source = {m.name: m for m in moves_of("lock") + moves_of("waack")}
    for move in invented(7, 12):
        for side in "LR":
            for key in move.hands.get(side, ()):
                assert np.linalg.norm(key.place) <= 1.2
                assert 0 <= key.count < move.counts
        legs = next(m for m in source.values() if m.sentence in move.sentence)
        assert move.channels.get("turn") == legs.channels.get("turn")
