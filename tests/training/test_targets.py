"""The table of what was asked for says yes where it is reached and no where it is missed."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from eightcount.metrics.estimates import Estimate
from eightcount.metrics.swap import SwapGap
from eightcount.training.targets import (
    TokenizerScores,
    take_targets,
    targets_table,
    tokenizer_targets,
)

REAL = {
    "bas_music_to_motion": 0.4, "div_k": 10.0, "div_g": 8.0, "foot_skate_lodge": 0.1,
    "foot_skate": 0.2, "jitter": 200.0, "freeze_rate": 0.0, "genre_accuracy": 1.0,
}  # fmt: skip


def evaluation(repeats=(1.0, 2.0), p_value=0.001, **changed):
    """Takes exactly as good as the real clips, but for what is changed."""
    takes = REAL | {"fid_k": 4.0, "fid_g": 4.0} | changed

    def as_set(values):
        estimates = {k: Estimate(v, v, v, 9) for k, v in values.items()}
        clips = [SimpleNamespace(metrics={"repeats": r}) for r in repeats]
        swap = SwapGap(0.4, 0.3, 0.1, np.full(2, 0.1), p_value, 8)
        return SimpleNamespace(estimates=estimates, clips=clips, swaps={"swap_gap_a_to_b": swap})

    sets = {"takes": takes, "real": REAL, "split": {"fid_k": 2.0, "fid_g": 3.0}}
    return SimpleNamespace(sets={name: as_set(values) for name, values in sets.items()})


def missed(**changed) -> list[str]:
    nearest = {"pop": 6.0, "house": changed.pop("nearest", 7.0)}
    deepest = changed.pop("deepest", 0.5)
    targets = take_targets(evaluation(**changed), None, nearest, deepest)
    return [t.what.split(",")[0].split(" (")[0] for t in targets if not t.reached]


def test_takes_like_the_reference_reach_everything():
    assert missed() == []


def test_each_miss_is_named():
    assert missed(fid_k=4.1) == ["FID kinetic"]
    assert missed(div_g=6.0) == ["Div manual"]
    assert missed(jitter=301.0) == ["Jitter"]
    assert missed(freeze_rate=0.01) == ["Freeze rate"]
    assert missed(nearest=4.9) == ["Nearest of many seeds"]
    assert missed(repeats=(1.0, 4.0)) == ["Takes in which 4 s come more than 3 times"]
    assert missed(deepest=2.1) == ["Penetration"]
    assert missed(p_value=0.02) == ["Swap gap"]
    assert missed(bas_music_to_motion=0.39) == ["BAS"]
    assert missed(genre_accuracy=0.75) == ["Genre recognised"]


def test_tokenizer_rows_and_the_table_in_words():
    unseen = {
        "moves": 3.4, "mpjpe": 4.0, "moves_ankles": 3.0, "ankles": 7.0,
        "moves_turn_share": 0.2, "turn_share": 0.1,
    }  # fmt: skip
    scores = TokenizerScores(
        unseen, {"moves": 2.0}, {"codes_lower": 95, "codes_upper": 89}, codes=100
    )
    targets = tokenizer_targets(scores)
    assert [t.reached for t in targets] == [False, True, True, True, False, True, True, False]
    table = targets_table(targets)
    assert "| Ankles, held-out CMU | <= 6 cm | 7.0 cm | no |" in table
    assert "| >= 90 % | 95 % and 89 % | no |" in table
