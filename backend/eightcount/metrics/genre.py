"""Genre accuracy: does a classifier that has only seen real clips recognise the takes' genre?

The score of a set of takes means nothing without the classifier's own score on real clips that it
was not trained on: both are always reported. Metric of MEGADance; the classifier is ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from eightcount.motion.errors import EightcountError

FOLDS = 5
#: strength of the regularisation: windows are few and features many.
_C = 0.02


@dataclass(frozen=True)
class LabelledClip:
    """A clip as the classifier sees it.

    Attributes:
        style: (W, F) features of its windows.
        genre: its label; empty if unknown.
        group: clips of one group (a song, a performance) are never split over training and test.
    """

    style: np.ndarray
    genre: str
    group: str


@dataclass(frozen=True)
class GenreScore:
    """Accuracy and macro F1, 0 to 1, over ``clips`` clips with genres that the judge knows."""

    accuracy: float
    f1: float
    clips: int


@dataclass(frozen=True)
class Guesses:
    """True and guessed genres of some clips, (n,) numbers; -1 where the judge does not know it."""

    true: np.ndarray
    guessed: np.ndarray

    @property
    def right(self) -> np.ndarray:
        """(n,) 1 for a clip that was recognised, 0 if not, NaN if its genre is not known."""
        return np.where(self.true >= 0, (self.true == self.guessed).astype(float), np.nan)

    def score(self, which: np.ndarray | None = None) -> GenreScore:
        """Score over all clips, or over those of the given indices."""
        rows = np.arange(len(self.true)) if which is None else which
        rows = rows[self.true[rows] >= 0]
        if len(rows) == 0:
            return GenreScore(float("nan"), float("nan"), 0)
        true, guessed = self.true[rows], self.guessed[rows]
        return GenreScore(float((true == guessed).mean()), macro_f1(true, guessed), len(rows))


@dataclass(frozen=True)
class GenreJudge:
    """A classifier of dance genres with its own held-out score.

    Attributes:
        genres: the labels that it knows.
        folds: (model, indices of the real clips that it was not trained on) of each fold.
        model: trained on all real clips; judges takes.
    """

    genres: tuple[str, ...]
    folds: tuple[tuple[Pipeline, np.ndarray], ...]
    model: Pipeline

    def judge(self, clips: list[LabelledClip]) -> Guesses:
        """Guesses for takes, by the classifier that has seen all real clips."""
        return self._guesses(clips, predict(self.model, clips))

    def judge_held_out(self, clips: list[LabelledClip]) -> Guesses:
        """Guesses for the real clips, or for clips made from them in their order, each by the fold
        that was trained without it."""
        guessed = np.full(len(clips), "", dtype=object)
        for model, left_out in self.folds:
            guessed[left_out] = predict(model, [clips[i] for i in left_out])
        return self._guesses(clips, guessed)

    def _guesses(self, clips: list[LabelledClip], guessed: Sequence[str]) -> Guesses:
        number = {genre: k for k, genre in enumerate(self.genres)}
        return Guesses(
            np.array([number.get(c.genre, -1) for c in clips]),
            np.array([number.get(label, -1) for label in guessed]),
        )


def macro_f1(true: np.ndarray, guessed: np.ndarray) -> float:
    """Mean F1 over the classes that occur in ``true``; as scikit-learn's ``f1_score``, made for the
    thousands of resamples of a bootstrap.

    Args:
        true, guessed: (n,) class numbers, ``true`` >= 0.
    """
    size = int(max(true.max(), guessed.max())) + 1
    hits = np.bincount(true[true == guessed], minlength=size)
    there = np.bincount(true, minlength=size)
    said = np.bincount(guessed[guessed >= 0], minlength=size)
    present = there > 0
    return float((2 * hits[present] / (there + said)[present]).mean())


def train_judge(real: list[LabelledClip], seed: int = 0) -> GenreJudge:
    """Train on real clips and measure on held-out ones.

    Raises:
        EightcountError: ``genres-missing`` when the clips have fewer than two genres, or a genre
            comes from one group only, so that nothing can be held out.
    """
    labels = np.array([c.genre for c in real])
    groups = np.array([c.group for c in real])
    genres = tuple(sorted(set(labels) - {""}))
    spread = [len(set(groups[labels == g])) for g in genres]
    if len(genres) < 2 or min(spread) < 2:
        raise EightcountError(
            "genres-missing",
            "The reference clips do not have two genres with two songs each.",
            "Add labelled clips of more songs, or leave the genre scores out.",
        )
    known = np.flatnonzero(labels != "")
    splitter = StratifiedGroupKFold(min(FOLDS, min(spread)), shuffle=True, random_state=seed)
    folds = []
    for train, test in splitter.split(known, labels[known], groups[known]):
        folds.append((_fit([real[i] for i in known[train]]), known[test]))
    return GenreJudge(genres, tuple(folds), _fit([real[i] for i in known]))


def predict(model: Pipeline, clips: list[LabelledClip]) -> list[str]:
    """Label of each clip: the genre with the highest mean probability over its windows."""
    labels = []
    for clip in clips:
        chances = model.predict_proba(clip.style).mean(axis=0)
        labels.append(str(model.classes_[chances.argmax()]))
    return labels


def _fit(clips: list[LabelledClip]) -> Pipeline:
    windows = np.concatenate([c.style for c in clips])
    labels = np.concatenate([[c.genre] * len(c.style) for c in clips])
    model = make_pipeline(
        StandardScaler(),
        LogisticRegression(C=_C, class_weight="balanced", max_iter=2000),
    )
    return model.fit(windows, labels)
