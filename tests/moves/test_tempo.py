"""Half and double time, and the moves that are left out of training."""

from __future__ import annotations

import numpy as np
import pytest

from eightcount.motion.errors import EightcountError
from eightcount.moves.compose import compose
from eightcount.moves.feel import FEELS, GENRES
from eightcount.moves.groove import Clock, Pulse, trunk
from eightcount.moves.language import parse_moves
from eightcount.moves.library import HELD_OUT, held_out_moves, moves_of, training_moves
from eightcount.moves.score import Placed, counts_at, merge
from eightcount.moves.tempo import DANCEABLE, choose_pace
from tests.moves.conftest import steady


@pytest.mark.parametrize("genre", GENRES)
@pytest.mark.parametrize("bpm", [55, 70, 90, 120, 145, 160, 185])
def test_every_song_is_danced_at_a_danceable_tempo(genre: str, bpm: float) -> None:
    rng = np.random.default_rng(0)
    paces = {choose_pace(genre, bpm, 0.5, rng) for _ in range(20)}
    assert all(DANCEABLE[0] <= bpm * pace <= DANCEABLE[1] for pace in paces)


def test_a_quick_genre_doubles_a_slow_song_and_all_halve_a_fast_one() -> None:
    rng = np.random.default_rng(1)
    assert 2.0 in {choose_pace("house", 72, 0.6, rng) for _ in range(20)}
    assert {choose_pace(g, 160, 0.5, rng) for g in GENRES} == {0.5}
    assert {choose_pace(g, 105, 0.5, rng) for g in GENRES} == {1.0}


@pytest.mark.parametrize("bpm", [64, 158])
@pytest.mark.parametrize("genre", ["krump", "lock", "waack"])
def test_wrists_keep_their_limit_at_any_tempo(genre: str, bpm: float) -> None:
    made = compose(steady(bpm), 400, genre, seed=2, energy=np.ones(400))
    wrists = np.linalg.norm(np.diff(made.motion.joints()[:, [20, 21]], axis=0), axis=-1) * 30
    assert wrists.max() <= 9.0


def test_one_standing_move_a_genre_is_never_in_training_data() -> None:
    out = held_out_moves()
    assert {m.name for m in out} == HELD_OUT and [m.genre for m in out] == list(GENRES)
    assert not any(m.floor for m in out)
    for genre in GENRES:
        kept = training_moves(genre)
        assert len(kept) == len(moves_of(genre)) - 1
        assert not HELD_OUT & {m.name for m in kept}


def test_a_dance_holds_no_move_outside_its_library(rhythm) -> None:
    kept = training_moves("lock")
    made = compose(rhythm, 400, "lock", seed=5, library=kept)
    names = {part for d in made.moves for part in d.name.split(" + ")}
    assert names <= {m.name for m in kept}
    with pytest.raises(EightcountError, match="from no moves"):
        compose(rhythm, 100, "lock", seed=5, library=())


@pytest.mark.parametrize("genre", GENRES)
def test_half_time_nods_to_every_beat_of_the_music(genre: str) -> None:
    (still,) = parse_moves("[still]\nNothing but groove.\ncounts 4\npelvis: 1 x0\n", genre)
    placed = [Placed(still, 8.0 * i, pace=0.5) for i in range(2)]
    beats = np.linspace(0, 16, 960)  # 60 a second at 150 beats a minute
    clock = Clock(FEELS[genre], 0.4, 0, 0.0)
    pulse = Pulse.of(counts_at(placed, beats), counts_at(placed, beats, 1.0), beats)
    assert pulse.half.min() > 0.99
    values = trunk(merge(placed, FEELS[genre]), FEELS[genre], beats, clock, 0, None, False, pulse)
    height = -values["pelvis.h"] * (1 if FEELS[genre].down else -1)
    turned = np.flatnonzero((height[1:-1] > height[:-2]) & (height[1:-1] >= height[2:])) + 1
    met = np.abs(beats[turned][:, None] - np.arange(2, 15)).min(axis=0)
    assert met.max() < 0.15
    # relaxed: no pelvis shakes by five centimetres twice a count
    assert np.ptp(values["pelvis.h"]) < 0.05
