"""Does a metric tell a control from real dances? That decides what its score is worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import pdist

from eightcount.metrics.catalogue import BY_KEY, MUSIC_METRICS
from eightcount.metrics.controls import Control
from eightcount.metrics.estimates import ClipSet
from eightcount.metrics.frechet import Normaliser, frechet_distance
from eightcount.metrics.resampling import TAIL, mean_interval

#: a difference smaller than this share of the real clips' spread is no difference.
SMALLEST_EFFECT = 0.2
#: random halvings of the reference behind the verdicts on FID and Div.
HALVINGS = 20
#: fewest clips on which a verdict is tried.
FEWEST = 4


@dataclass(frozen=True)
class Verdict:
    """What a metric makes of a control.

    Attributes:
        metric, control: their keys.
        separates: it tells the control from real clips.
        prefers: it finds the control *better* than real clips.
        effect: difference of the means in standard deviations of the real clips (per-clip metrics),
            or in the metric's own unit (FID, Div).
    """

    metric: str
    control: str
    separates: bool
    prefers: bool
    effect: float


def judge_controls(
    real: ClipSet, controls: dict[str, ClipSet], known: dict[str, Control], seed: int = 0
) -> list[Verdict]:
    """Verdicts of every metric on every control that was made clip by clip from the real clips.

    Per-clip metrics: the mean of the paired differences; it separates if the 95 % bootstrap
    interval leaves out 0 and the mean is at least 0.2 standard deviations of the real clips. FID
    and
    Div: over random halvings of the reference into A and B, the value of the control made from A
    against B minus that of A against B itself, in features normalised by the whole reference; it
    separates if the middle 95 % leave out 0.
    """
    verdicts = []
    for key, control in controls.items():
        if len(control.clips) != len(real.clips) or len(real.clips) < FEWEST:
            continue
        metrics = set(real.columns) & set(control.columns)
        if known[key].music_only:
            metrics &= MUSIC_METRICS
        else:
            metrics -= MUSIC_METRICS if key in ("copied", "split") else set()
            verdicts += _distance_verdicts(real, control, seed)
        # fixed order, so that a report of the same data is the same
        for metric in (m for m in BY_KEY if m in metrics):
            verdict = _clip_verdict(metric, real, control)
            if verdict is not None:
                verdicts.append(verdict)
    return verdicts


def _clip_verdict(metric: str, real: ClipSet, control: ClipSet) -> Verdict | None:
    own, other = real.columns[metric], control.columns[metric]
    both = ~(np.isnan(own) | np.isnan(other))
    if both.sum() < FEWEST:
        return None
    difference = (other - own)[both]
    spread = own[both].std()
    mean = difference.mean()
    if spread > 0:
        effect = mean / spread
    else:
        effect = 0.0 if mean == 0 else float(np.copysign(np.inf, mean))
    low, high = mean_interval(difference)
    separates = (low > 0 or high < 0) and abs(effect) >= SMALLEST_EFFECT
    prefers = separates and _better(metric, mean)
    return Verdict(metric, control.key, bool(separates), bool(prefers), float(effect))


def _distance_verdicts(real: ClipSet, control: ClipSet, seed: int) -> list[Verdict]:
    rng = np.random.default_rng(seed)
    n = len(real.clips)
    halves = [np.split(rng.permutation(n), [n // 2]) for _ in range(HALVINGS)]
    verdicts = []
    for suffix, kind in (("k", "kinetic"), ("g", "manual"), ("g_varying", "manual")):
        normalise = Normaliser.of(real.features(kind))
        own, other = normalise(real.features(kind)), normalise(control.features(kind))
        if suffix.endswith("varying"):
            own, other = own[:, ~normalise.constant], other[:, ~normalise.constant]
        if own.shape[1] == 0:
            continue
        fids, divs = [], []
        for a, b in halves:
            fids.append(frechet_distance(other[a], own[b]) - frechet_distance(own[a], own[b]))
            divs.append(pdist(other[a]).mean() - pdist(own[a]).mean())
        for metric, differences in ((f"fid_{suffix}", fids), (f"div_{suffix}", divs)):
            low, high = np.quantile(differences, [TAIL, 1 - TAIL])
            separates = bool(low > 0 or high < 0)
            mean = float(np.mean(differences))
            verdicts.append(
                Verdict(metric, control.key, separates, separates and _better(metric, mean), mean)
            )
    return verdicts


def _better(metric: str, difference: float) -> bool:
    """The control scores better than real; never so where closeness to real is what counts."""
    direction = BY_KEY[metric].better
    return (direction, difference < 0) in (("lower", True), ("higher", False)) and difference != 0
