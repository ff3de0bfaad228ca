import numpy as np
import pytest
from sklearn.metrics import f1_score

from eightcount.metrics.genre import LabelledClip, macro_f1, train_judge
from eightcount.motion.errors import EightcountError

GENRES = ("pop", "salsa", "waltz")


def clips(per_genre=12, spread=0.3, seed=0, songs=4):
    """Windows around one point in style space for each genre."""
    rng = np.random.default_rng(seed)
    centres = np.eye(3, 8) * 3
    return [
        LabelledClip(centres[g] + rng.normal(0, spread, (3, 8)), genre, f"{genre}-{k % songs}")
        for g, genre in enumerate(GENRES)
        for k in range(per_genre)
    ]


def test_clear_genres_are_recognised_and_held_out():
    judge = train_judge(clips())
    held_out = judge.judge_held_out(clips()).score()
    assert held_out.accuracy == 1 and held_out.f1 == 1 and held_out.clips == 36
    assert judge.judge(clips(seed=5)).score().accuracy == 1


def test_without_a_difference_the_held_out_score_is_chance():
    noise = clips(per_genre=30, spread=100, songs=30)
    judge = train_judge(noise)
    assert judge.judge_held_out(noise).score().accuracy < 0.55
    # while the clips that it was trained on look better than they are
    assert judge.judge(noise).score().accuracy > judge.judge_held_out(noise).score().accuracy


def test_no_group_is_split():
    real = clips()
    for _, left_out in train_judge(real).folds:
        inside = {real[i].group for i in left_out}
        outside = {c.group for i, c in enumerate(real) if i not in set(left_out)}
        assert not inside & outside


def test_swapped_labels_are_found_wrong():
    judge = train_judge(clips())
    lied = [LabelledClip(c.style, "pop", c.group) for c in clips() if c.genre == "salsa"]
    score = judge.judge(lied).score()
    assert score.accuracy == 0 and score.f1 == 0


def test_macro_f1_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    true, guessed = rng.integers(0, 4, 60), rng.integers(0, 5, 60)
    expected = f1_score(true, guessed, average="macro", labels=[0, 1, 2, 3], zero_division=0)
    assert macro_f1(true, guessed) == pytest.approx(expected)


def test_unknown_genres_do_not_count():
    judge = train_judge(clips())
    strange = [LabelledClip(c.style, "krump", c.group) for c in clips(2)]
    guesses = judge.judge([*clips(1), *strange])
    assert guesses.score().clips == 3
    np.testing.assert_array_equal(np.isnan(guesses.right), [False] * 3 + [True] * 6)
    assert np.isnan(judge.judge(strange).score().accuracy)


@pytest.mark.parametrize(
    "real",
    [
        [c for c in clips() if c.genre == "pop"],
        [LabelledClip(c.style, "", c.group) for c in clips()],
        clips(songs=1),
    ],
)
def test_nothing_to_learn_from_is_an_error(real):
    with pytest.raises(EightcountError) as caught:
        train_judge(real)
    assert caught.value.code == "genres-missing" and caught.value.hint
