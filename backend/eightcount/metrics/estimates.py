"""From the scores of clips to numbers with confidence intervals for a whole set."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.spatial.distance import cdist, pdist

from eightcount.metrics.catalogue import CLIP_METRICS
from eightcount.metrics.frechet import Normaliser, frechet_distance
from eightcount.metrics.genre import GenreJudge, Guesses, LabelledClip
from eightcount.metrics.resampling import mean_interval, set_interval
from eightcount.metrics.scores import ClipScores
from eightcount.metrics.swap import SwapGap, swap_gap

SWAP_FORMS = {"swap_gap_music_to_motion": True, "swap_gap_motion_to_music": False}


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % interval over ``n`` clips; NaN limits where there is none."""

    value: float
    low: float
    high: float
    n: int


@dataclass
class ClipSet:
    """Some clips that are judged together: the takes, the real clips, or one control.

    Attributes:
        key, title: names in scores.json and in tables.
        clips: their scores; a control made clip by clip keeps the order of the real ones.
        columns: per-clip values (n,) by metric, where the metric has one.
        estimates: the set's numbers by metric.
        swaps: result of the swap control by metric.
        guesses: of the genre classifier, if there is one.
    """

    key: str
    title: str
    clips: list[ClipScores]
    columns: dict[str, np.ndarray] = field(default_factory=dict)
    estimates: dict[str, Estimate] = field(default_factory=dict)
    swaps: dict[str, SwapGap] = field(default_factory=dict)
    guesses: Guesses | None = None

    def features(self, kind: str) -> np.ndarray:
        """``kinetic`` or ``manual`` features of all clips, (n, F)."""
        return np.stack([getattr(c.features, kind) for c in self.clips])


def labelled(clips: list[ClipScores]) -> list[LabelledClip]:
    """The clips as the genre classifier sees them; without a known song each is its own group."""
    return [LabelledClip(c.style, c.genre, c.song or c.name) for c in clips]


def estimate_set(
    chosen: ClipSet,
    reference: ClipSet,
    judge: GenreJudge | None,
    *,
    rest: ClipSet | None = None,
    is_reference: bool = False,
) -> None:
    """Fill a set's columns, swaps and estimates.

    Args:
        chosen: the set, of at least one clip.
        reference: the real clips; features are normalised by them.
        judge: the genre classifier; ``chosen.guesses`` wins where it is already set.
        rest: compare with these real clips only (for a half of the reference: the other half).
        is_reference: the set is the reference itself: no FID, and no clip is its own neighbour.
    """
    for metric in CLIP_METRICS:
        chosen.columns[metric.key] = np.array([c.metrics[metric.key] for c in chosen.clips])
    spaces = _feature_spaces(chosen, reference, rest or reference)
    if len(reference.clips) >= 2:
        chosen.columns["nearest_reference"] = _nearest(*spaces["k"], is_reference)
    _add_swaps(chosen)
    if judge is not None and chosen.guesses is None:
        chosen.guesses = judge.judge(labelled(chosen.clips))
    if chosen.guesses is not None:
        chosen.columns["genre_accuracy"] = chosen.guesses.right
        _add_f1(chosen)
    for key, values in chosen.columns.items():
        chosen.estimates[key] = mean_estimate(values)
    for suffix, (ours, real) in spaces.items():
        _add_distances(chosen, ours, real, suffix, is_reference)


def _feature_spaces(
    chosen: ClipSet, reference: ClipSet, rest: ClipSet
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Normalised features (n, F) of the set and of what it is compared with, by metric suffix."""
    spaces = {}
    for suffix, kind in (("k", "kinetic"), ("g", "manual")):
        normalise = Normaliser.of(reference.features(kind))
        spaces[suffix] = normalise(chosen.features(kind)), normalise(rest.features(kind))
    varying = ~normalise.constant
    ours, real = spaces["g"]
    if varying.any():
        spaces["g_varying"] = ours[:, varying], real[:, varying]
    return spaces


def mean_estimate(values: np.ndarray) -> Estimate:
    """Mean over the clips for which the metric has a meaning."""
    known = values[~np.isnan(values)]
    mean = float(known.mean()) if len(known) else float("nan")
    return Estimate(mean, *mean_interval(values), len(known))


def _nearest(ours: np.ndarray, real: np.ndarray, is_reference: bool) -> np.ndarray:
    gaps = cdist(ours, real)
    if is_reference:
        np.fill_diagonal(gaps, np.inf)
    return gaps.min(axis=1)


def _add_swaps(chosen: ClipSet) -> None:
    with_music = [i for i, c in enumerate(chosen.clips) if c.music_beats is not None]
    if not with_music:
        return
    for key, music_to_motion in SWAP_FORMS.items():
        records = [chosen.clips[i].beat_record(music_to_motion) for i in with_music]
        result = swap_gap(records, music_to_motion)
        column = np.full(len(chosen.clips), np.nan)
        column[with_music] = result.gaps
        chosen.swaps[key], chosen.columns[key] = result, column


def _add_f1(chosen: ClipSet) -> None:
    score = chosen.guesses.score()
    if score.clips:
        interval = set_interval(lambda rows: chosen.guesses.score(rows).f1, len(chosen.clips))
        chosen.estimates["genre_f1"] = Estimate(score.f1, *interval, score.clips)


def _add_distances(
    chosen: ClipSet, ours: np.ndarray, real: np.ndarray, suffix: str, is_reference: bool
) -> None:
    n = len(ours)
    if min(n, len(real)) < 2:
        return

    def fid_of(rows: np.ndarray) -> float:
        return frechet_distance(ours[rows], real)

    def div_of(rows: np.ndarray) -> float:
        return float(pdist(ours[rows]).mean())

    everyone = np.arange(n)
    if not is_reference:
        chosen.estimates[f"fid_{suffix}"] = Estimate(fid_of(everyone), *set_interval(fid_of, n), n)
    chosen.estimates[f"div_{suffix}"] = Estimate(div_of(everyone), *set_interval(div_of, n), n)
