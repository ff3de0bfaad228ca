"""Where the bar begins: which of the sixteenths around a tracked beat is the one.

A beat tracker finds the pace well, but in syncopated music it may follow the off-beats. The sums
over a whole song tell them apart: low onsets (kick, bass) fall on the one and the three, middle and
high onsets (snare, clap, hats) on two and four, harmony changes on the one, and little falls
on the sixteenths between.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eightcount.music.pulse import ONSET_RATE
from eightcount.music.spectra import Spectra

BEATS_PER_BAR = 4
_STEPS = 4  # sixteenths of a beat
_FRAMES_PER_ONSET = 30 / ONSET_RATE
_SLOWEST, _FASTEST = 66.0, 160.0  # BPM that halving and doubling may lead to
_HALF_IS_BETTER, _DOUBLE_IS_BETTER = 1.1, 1.5

# What a bar of 16 sixteenths usually holds, by sign: rows are the position's expected strength.
_LOW = np.array([10, -5, -1, -2, 2, -4, 0, -3, 5, -5, 0, -3, 2, -4, -1, -3], dtype=float)
_BEAT = np.array([3, -5, -1, -4, 8, -5, -1, -4, 3, -5, -1, -4, 8, -5, -1, -4], dtype=float)
_HARMONY = np.array([10, 4, 0, -3, -2, -3, -3, -3, 3, 0, -1, -3, -2, -3, -1, 2], dtype=float)


@dataclass(frozen=True)
class Meter:
    """A beat grid seen as bars: beats (B,) in onset samples; index (0-3) of the first downbeat
    among them; fit, how well bars explain the song (compare grids of one song by it)."""

    beats: np.ndarray
    first_downbeat: int
    fit: float


def find_meter(grids: list[np.ndarray], bands: np.ndarray, spectrum: Spectra) -> Meter:
    """The best bars over several beat grids, each at its tempo, half of it or twice it.

    Half and double have to fit clearly better, and to keep within the tempos people step at.

    Args:
        grids: beat grids (B,) in onset samples (120 a second), B >= 4 each.
        bands: (M, 3) onset bands.
        spectrum: the song's chroma at 30 fps.
    """
    meters = []
    for beats in grids:
        meters.append(_meter(beats, bands, spectrum))
        tempo = 60.0 * ONSET_RATE / float(np.median(np.diff(beats)))
        if tempo / 2 >= _SLOWEST and len(beats) >= 2 * BEATS_PER_BAR:
            meters.append(_meter(beats[::2], bands, spectrum, share=1 / _HALF_IS_BETTER))
        if tempo * 2 <= _FASTEST:
            doubled = np.interp(np.arange(2 * len(beats) - 1) / 2, np.arange(len(beats)), beats)
            meters.append(_meter(doubled, bands, spectrum, share=1 / _DOUBLE_IS_BETTER))
    return max(meters, key=lambda meter: meter.fit)


def _meter(beats: np.ndarray, bands: np.ndarray, spectrum: Spectra, share: float = 1.0) -> Meter:
    """The grid shifted by 0-3 sixteenths to where bars fit best; its fit times `share`."""
    number = np.arange((len(beats) - 1) * _STEPS + 1) / _STEPS
    steps = np.interp(number, np.arange(len(beats)), beats)
    scores = bar_scores(steps, bands, spectrum)
    best = int(np.argmax(scores))
    return Meter(steps[best % _STEPS :: _STEPS], best // _STEPS, float(scores[best]) * share)


def bar_scores(steps: np.ndarray, bands: np.ndarray, spectrum: Spectra) -> np.ndarray:
    """(16,) how well a bar beginning at each of the first 16 sixteenths explains the song."""
    hits = around(bands, steps, reach=3)
    low = _profile(hits[:, 0])
    middle, high = _profile(hits[:, 1]), _profile(hits[:, 2])
    harmony = _profile(_harmony_change(steps, spectrum.chroma))
    scores = np.empty(16)
    for first in range(16):
        turn = -first
        scores[first] = (
            _match(np.roll(low, turn), _LOW)
            + 0.5 * _match(np.roll(middle, turn), _BEAT)
            + 1.0 * _match(np.roll(high, turn), _BEAT)
            + 1.0 * _match(np.roll(harmony, turn), _HARMONY)
        )
    return scores


def around(bands: np.ndarray, places: np.ndarray, reach: int = 4) -> np.ndarray:
    """(P, bands) strongest onset within `reach` onset samples of each place."""
    centre = np.clip(np.rint(places).astype(int), 0, len(bands) - 1)
    near = np.clip(centre[:, None] + np.arange(-reach, reach + 1), 0, len(bands) - 1)
    return bands[near].max(axis=1)


def _profile(values: np.ndarray) -> np.ndarray:
    """(16,) mean of `values` (one a sixteenth) at each position of the bar, standardised."""
    spread = float(values.std())
    if spread < 1e-9:
        return np.zeros(16)
    values = np.clip((values - values.mean()) / spread, -3.0, 3.0)
    return np.array([values[i::16].mean() if i < len(values) else 0.0 for i in range(16)])


def _match(profile: np.ndarray, template: np.ndarray) -> float:
    template = template - template.mean()
    return float(profile @ template) / float(np.linalg.norm(template))


def _harmony_change(steps: np.ndarray, chroma: np.ndarray) -> np.ndarray:
    """(S,) cosine distance of the chroma of two beats after each step from two beats before."""
    span = 2 * _STEPS
    edges = np.rint(steps * _FRAMES_PER_ONSET).astype(int)
    edges = np.clip(edges, 0, chroma.shape[1])
    cumulative = np.concatenate([np.zeros((12, 1)), np.cumsum(chroma, axis=1)], axis=1)[:, edges]
    change = np.zeros(len(steps))
    if len(steps) <= 2 * span:
        return change
    before = cumulative[:, span:-span] - cumulative[:, : -2 * span]
    after = cumulative[:, 2 * span :] - cumulative[:, span:-span]
    size = np.linalg.norm(before, axis=0) * np.linalg.norm(after, axis=0)
    alike = (before * after).sum(axis=0) / np.maximum(size, 1e-9)
    change[span : len(alike) + span] = np.where(size > 0, 1.0 - alike, 0.0)
    return change
