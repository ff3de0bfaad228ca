from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from eightcount.metrics.repetition import most_repeated
from eightcount.moves.checks import check_motion
from eightcount.moves.compose import compose, phrase_spans
from eightcount.moves.feel import GENRES
from eightcount.moves.library import move_named, moves_of
from eightcount.moves.solo import dance_move
from tests.moves.conftest import steady

FRAMES = 400


@pytest.mark.parametrize("bpm", [66, 108, 156])
@pytest.mark.parametrize("genre", GENRES)
def test_a_composed_dance_keeps_the_rules_at_any_tempo(genre: str, bpm: float) -> None:
    rhythm = steady(bpm)
    made = compose(rhythm, FRAMES, genre, seed=3)
    assert len(made.motion) == FRAMES
    phase = rhythm.beat_phase(FRAMES)
    # in double time half of the counts lie between beats, and their half counts between those
    cell = 0.25 if bpm < 70 else 0.5
    grid = np.interp(np.arange(0, phase[-1], cell), phase, np.arange(FRAMES))
    report = check_motion(made.motion, grid, np.ones((FRAMES, 2), bool))
    assert report.slide <= 2.0
    assert report.limits <= 0.0
    assert report.shins >= -5.0
    assert report.wrist <= 9.0
    if bpm < 150:  # in half time the eighths of a count weigh too little to be told apart
        assert report.beat <= 34.0
    joints = made.motion.joints()
    assert np.abs(joints[..., [0, 2]]).max() < 2.0  # stays on the stage
    assert joints[..., 1].min() > -0.05


@pytest.mark.parametrize("genre", ["krump", "break", "la-hip-hop"])
def test_no_four_seconds_come_more_than_three_times_in_a_long_dance(genre: str) -> None:
    made = compose(steady(104.0, seconds=92.0), 2700, genre, seed=4)
    assert most_repeated(made.motion.joints(), 30) <= 3


def test_a_loop_is_seen_as_one() -> None:
    once = compose(steady(104.0), 120, "house", seed=1).motion.joints()
    assert most_repeated(np.concatenate([once] * 5), 30) == 5


def test_hands_on_the_floor_touch_it() -> None:
    for name in ("kick-out", "baby-freeze", "shoulder-freeze", "hook-swipe"):
        joints = dance_move(move_named("break", name)).joints()
        assert np.quantile(joints[8:, [20, 21], 1], 0.9) < 0.06
        assert joints[..., 1].min() > -0.02


def test_moves_are_named_without_gaps(rhythm) -> None:
    made = compose(rhythm, FRAMES, "house", seed=1)
    names = {m.name for m in moves_of("house")}
    assert made.moves[0].start == 0 and made.moves[-1].end == FRAMES
    for a, b in zip(made.moves, made.moves[1:], strict=False):
        assert a.end == b.start
    for danced in made.moves:
        assert set(danced.name.split(" + ")) <= names


def test_the_same_seed_gives_the_same_dance_and_another_one_another(rhythm) -> None:
    a, b, c = (compose(rhythm, 300, "lock", seed=s).motion for s in (1, 1, 2))
    np.testing.assert_array_equal(a.rotations, b.rotations)
    assert np.abs(a.joints() - c.joints()).mean() > 0.05


def test_phrases_begin_on_downbeats(rhythm) -> None:
    spans = phrase_spans(rhythm, rhythm.beat_phase(FRAMES), FRAMES, None, None)
    starts = np.array([s.start for s in spans])
    assert set(starts[starts >= 0]) <= set(rhythm.downbeats.astype(float))
    assert spans[0].start <= 0


def test_sections_bring_their_moves_back_and_end_with_a_picture(rhythm) -> None:
    edges = [0.0, 4.6, 9.0, 13.2]
    sections = [
        SimpleNamespace(start_s=a, end_s=b, label=name, energy=0.5)
        for a, b, name in zip(edges, edges[1:], "ABA", strict=False)
    ]
    spans = phrase_spans(rhythm, rhythm.beat_phase(FRAMES), FRAMES, sections, None)
    labels = [s.label for s in spans]
    assert labels[0] == "A" and "B" in labels and labels[-1] == "A"
    for a, b in zip(spans, spans[1:], strict=False):
        assert a.closes == (a.label != b.label)
        assert a.start + a.counts == b.start


def test_loud_music_is_danced_larger(rhythm) -> None:
    def travelled(level: float) -> float:
        dances = [compose(rhythm, 300, "krump", s, energy=np.full(300, level)) for s in range(3)]
        return float(np.mean([np.abs(np.diff(d.motion.joints(), axis=0)).mean() for d in dances]))

    assert travelled(0.95) > 1.05 * travelled(0.05)
