"""Curves from keys: how a value travels to the count on which it arrives.

``flow`` passes through its keys with a speed of their own (monotone cubic, Fritsch & Carlson 1980), so
a movement turns round exactly on its count; ``smooth`` starts and stops (minimum jerk, Flash & Hogan
1985); ``hit`` speeds up late and stops short, ``pop`` recoils a little; ``linear`` is even.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.signal import bilinear, lfilter, lfilter_zi

#: samples a second of every curve; takes are thinned to 30 afterwards
RATE = 60.0
#: seconds of attack of a hit: least, most, and seconds per unit of distance
_ATTACK = (0.12, 0.42)
_SPLIT = 0.6  # share of the attack that passes before the peak speed
_RECOIL = 0.08
#: longest rest before a smooth arrival sets off, in counts
_SMOOTH_LEAD = 1.0


def curve(
    counts: np.ndarray,
    values: np.ndarray,
    eases: Sequence[str],
    leads: Sequence[float | None],
    beats: np.ndarray,
    period: float,
    pace: float | None = None,
) -> np.ndarray:
    """Values at every sample.

    Args:
        counts: (K,) beat numbers of the keys, rising; the first value holds before the first key.
        values: (K, n).
        eases: how each key is arrived at. leads: counts that the arrival takes, or None.
        beats: (N,) running beat number of each sample. period: seconds a beat.
        pace: seconds of attack per unit of distance for hits; None: the least attack.

    Returns:
        (N, n).
    """
    slopes = _slopes(counts, values, eases)
    segment = np.clip(np.searchsorted(counts, beats, side="right") - 1, -1, len(counts) - 1)
    out = values[np.maximum(segment, 0)].astype(float)
    for i in range(len(counts) - 1):
        where = segment == i
        if not where.any():
            continue
        gap = counts[i + 1] - counts[i]
        ease = eases[i + 1]
        lead = _lead(ease, leads[i + 1], gap, values[i + 1] - values[i], period, pace)
        moving = bool(np.any(slopes[i]))
        start = counts[i] if moving and ease != "hit" else counts[i + 1] - lead
        span = counts[i + 1] - start
        x = np.clip((beats[where] - start) / span, 0, 1)[:, None]
        if ease == "flow" or (moving and ease == "smooth"):
            out[where] = _hermite(
                x, values[i], values[i + 1], slopes[i] * span, slopes[i + 1] * span
            )
        else:
            out[where] = values[i] + (values[i + 1] - values[i]) * _ramp(x, ease)
        if eases[i] == "pop" and i > 0:
            since = (beats[where] - counts[i])[:, None] * period
            back = np.sin(np.pi * np.clip(since / 0.16, 0, 1)) ** 2
            out[where] -= _RECOIL * (values[i] - values[i - 1]) * back * (1 - x)
    return out


def _slopes(counts: np.ndarray, values: np.ndarray, eases: Sequence[str]) -> np.ndarray:
    """(K, n) speed per count at the keys: 0 where a value turns round or an attack follows."""
    slopes = np.zeros(values.shape)
    for i in range(1, len(counts) - 1):
        if eases[i] != "flow" or eases[i + 1] not in ("flow", "smooth"):
            continue
        before, after = counts[i] - counts[i - 1], counts[i + 1] - counts[i]
        a, b = (values[i] - values[i - 1]) / before, (values[i + 1] - values[i]) / after
        same = a * b > 1e-12
        # weighted harmonic mean: never overshoots
        p, q = 2 * after + before, after + 2 * before
        slopes[i] = np.where(
            same, (p + q) / (p / np.where(same, a, 1) + q / np.where(same, b, 1)), 0
        )
    return slopes


def _lead(ease: str, given: float | None, gap: float, step, period: float, pace) -> float:
    if given is not None:
        return min(given, gap)
    if ease in ("hit", "pop"):
        distance = float(np.linalg.norm(step))
        seconds = _ATTACK[0] if pace is None else np.clip(pace * distance, *_ATTACK)
        return float(min(gap, seconds / period))
    return min(gap, _SMOOTH_LEAD) if ease == "smooth" else gap


def _ramp(x: np.ndarray, ease: str) -> np.ndarray:
    if ease == "linear":
        return x
    if ease in ("hit", "pop"):
        rise = 0.52 * (x / _SPLIT) ** 2
        stop = 0.52 + 0.48 * (1 - (1 - np.clip((x - _SPLIT) / (1 - _SPLIT), 0, 1)) ** 1.8)
        return np.where(x < _SPLIT, rise, stop)
    return x**3 * (10 - 15 * x + 6 * x * x)


def _hermite(x, a, b, slope_a, slope_b):
    return (
        (2 * x**3 - 3 * x**2 + 1) * a
        + (x**3 - 2 * x**2 + x) * slope_a
        + (3 * x**2 - 2 * x**3) * b
        + (x**3 - x**2) * slope_b
    )


def blur(values: np.ndarray, seconds: float) -> np.ndarray:
    """Gaussian smoothing along time of (N, ...), standard deviation in seconds."""
    return gaussian_filter1d(values, seconds * RATE, axis=0, mode="nearest")


def late(values: np.ndarray, seconds: float) -> np.ndarray:
    """The same curve (N, ...) some seconds later."""
    shift = int(round(seconds * RATE))
    if shift <= 0:
        return values
    return np.concatenate([np.repeat(values[:1], shift, axis=0), values[:-shift]])


def spring(values: np.ndarray, hertz: float, damping: float, lead: float = 1.0) -> np.ndarray:
    """Follow-through: (N, n) seen through a mass on a spring.

    Args:
        hertz: natural frequency; damping: 1 is critical, less overshoots.
        lead: share of the group delay that is taken back out, so that arrivals stay on their counts.
    """
    w = 2 * np.pi * hertz
    ahead = int(round(lead * 2 * damping / w * RATE))
    if ahead:
        values = np.concatenate([values[ahead:], np.repeat(values[-1:], ahead, axis=0)])
    b, a = bilinear([w * w], [1, 2 * damping * w, w * w], RATE)
    zi = lfilter_zi(b, a)
    start = zi.reshape(-1, *[1] * (values.ndim - 1)) * values[:1]
    return lfilter(b, a, values, axis=0, zi=start)[0]


def drift(rng: np.random.Generator, samples: int, columns: int, hertz: float) -> np.ndarray:
    """Slow noise (N, columns) of unit spread below a frequency."""
    noise = gaussian_filter1d(
        rng.standard_normal((samples, columns)), RATE / (2 * np.pi * hertz), axis=0, mode="reflect"
    )
    return noise / np.maximum(noise.std(axis=0), 1e-9)
