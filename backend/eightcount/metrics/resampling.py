"""Confidence intervals by the bootstrap over clips."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

RESAMPLES = 1000
#: share of the resamples outside the interval on each side.
TAIL = 0.025


def mean_interval(
    values: np.ndarray, resamples: int = RESAMPLES, seed: int = 0
) -> tuple[float, float]:
    """95 % interval of the mean over clips: percentiles of the means of resampled clips.

    NaN values (a metric without meaning for a clip) are left out. (NaN, NaN) below two values.
    """
    values = np.asarray(values, np.float64)
    values = values[~np.isnan(values)]
    if len(values) < 2:
        return float("nan"), float("nan")
    rng = np.random.default_rng(seed)
    means = values[rng.integers(0, len(values), (resamples, len(values)))].mean(axis=1)
    low, high = np.quantile(means, [TAIL, 1 - TAIL])
    return float(low), float(high)


def set_interval(
    statistic: Callable[[np.ndarray], float],
    clips: int,
    resamples: int = 200,
    seed: int = 0,
) -> tuple[float, float]:
    """95 % interval of a number that belongs to a whole set of clips (FID, Div).

    A resample repeats clips, which biases such numbers (FID up, Div down). So the spread of the
    resamples about their own median is laid around the value of the full set. Never below 0.

    Args:
        statistic: takes the indices (n,) of the clips to use.
        clips: n.
    """
    if clips < 3:
        return float("nan"), float("nan")
    rng = np.random.default_rng(seed)
    point = statistic(np.arange(clips))
    drawn = np.array([statistic(rng.integers(0, clips, clips)) for _ in range(resamples)])
    low, high = point + np.quantile(drawn, [TAIL, 1 - TAIL]) - np.median(drawn)
    return float(max(low, 0)), float(max(high, 0))
