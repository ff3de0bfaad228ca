"""Sections of a song: stretches of whole bars that sound alike, for the panel and the composer."""

from __future__ import annotations

from dataclasses import dataclass

import librosa
import numpy as np

from eightcount.music.features import CHROMA, MFCC, ONSET
from eightcount.music.rhythm import Rhythm

_FPS = 30.0
_BARS_PER_SECTION = 3  # more than there are: `_merge` takes back what is not clear
_MOST = 60
_SHORTEST = 2  # bars: one phrase of eight counts
_CLEAR = 1.0  # a border stays where the sides differ by more than the bars within them do


@dataclass(frozen=True)
class Section:
    """Attributes: start and end in seconds; label ("A", "B", ...: equal letters sound alike);
    energy 0-1 within the song."""

    start_s: float
    end_s: float
    label: str
    energy: float


def find_sections(features: np.ndarray, rhythm: Rhythm) -> list[Section]:
    """Cut a song where its sound changes, at downbeats.

    The features are averaged over each bar; neighbouring bars are joined bottom-up (librosa's
    agglomerative segmentation), sections shorter than two bars go to the more similar side, and
    borders at which little changes are dropped.

    Args:
        features: (T, 35) at 30 fps, from `song_features`.
        rhythm: the song's rhythm.

    Returns:
        Sections in order, without gaps, from 0 s to T / 30 s; at least one.
    """
    frames = len(features)
    edges = _bar_edges(rhythm, frames)
    bars = _bar_vectors(features, edges)
    first = [0]
    if len(bars) >= 2 * _SHORTEST:
        count = int(np.clip(round(len(bars) / _BARS_PER_SECTION), 2, _MOST))
        first = [int(i) for i in librosa.segment.agglomerative(bars.T, min(count, len(bars)))]
        first = _merge(bars, sorted(set(first) | {0}))
    spans = list(zip(first, [*first[1:], len(bars)], strict=True))
    labels = _labels(bars, spans)
    energies = _energies(features, [(edges[a], edges[b]) for a, b in spans])
    return [
        Section(edges[a] / _FPS, edges[b] / _FPS, label, energy)
        for (a, b), label, energy in zip(spans, labels, energies, strict=True)
    ]


def _bar_edges(rhythm: Rhythm, frames: int) -> np.ndarray:
    """Whole frames at which bars begin, from 0 to `frames`; scraps join the bar beside them."""
    starts = np.rint(rhythm.beats[rhythm.downbeats]).astype(int)
    starts = starts[(starts > 0) & (starts < frames)]
    if len(starts) >= 2:
        half = 0.5 * float(np.median(np.diff(starts)))
        starts = starts[(starts > half) & (starts < frames - half)]
    return np.concatenate([[0], starts, [max(frames, 1)]])


def _bar_vectors(features: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """(bars, 25) timbre, harmony and onset density of each bar, each column standardised."""
    means = np.array([features[a:b].mean(axis=0) for a, b in zip(edges, edges[1:], strict=False)])
    parts = [means[:, MFCC][:, :12], means[:, CHROMA], means[:, ONSET : ONSET + 1]]
    weights = [1.0, 0.5, 2.0]
    columns = []
    for part, weight in zip(parts, weights, strict=True):
        spread = np.maximum(part.std(axis=0), 1e-6 + 0.1 * part.std(axis=0).max())
        columns.append(weight * (part - part.mean(axis=0)) / spread)
    return np.concatenate(columns, axis=1)


def _merge(bars: np.ndarray, first: list[int]) -> list[int]:
    """Drop the weakest border as long as a section is too short or the border is not clear."""
    first = list(first)
    while len(first) > 1:
        spans = list(zip(first, [*first[1:], len(bars)], strict=True))
        clear = np.array([_contrast(bars, a, b) for a, b in zip(spans, spans[1:], strict=False)])
        short = np.array(
            [
                min(a[1] - a[0], b[1] - b[0]) < _SHORTEST
                for a, b in zip(spans, spans[1:], strict=False)
            ]
        )
        if short.any():
            weakest = int(np.argmin(np.where(short, clear, np.inf)))
        elif clear.min() < _CLEAR:
            weakest = int(np.argmin(clear))
        else:
            break
        del first[weakest + 1]
    return first


def _contrast(bars: np.ndarray, left: tuple[int, int], right: tuple[int, int]) -> float:
    """Distance of two sections' means over the scatter of their bars."""
    one, two = bars[left[0] : left[1]], bars[right[0] : right[1]]
    apart = float(np.linalg.norm(one.mean(axis=0) - two.mean(axis=0)))
    return apart / max(_scatter([one, two]), 1e-9)


def _scatter(groups: list[np.ndarray]) -> float:
    """Root mean square distance of bars from their own section's mean, never below a little."""
    inside = np.concatenate([group - group.mean(axis=0) for group in groups])
    return max(float(np.sqrt((inside**2).sum(axis=1).mean())), 0.25 * np.sqrt(inside.shape[1]))


def _labels(bars: np.ndarray, spans: list[tuple[int, int]]) -> list[str]:
    """Letters in order of appearance; a section takes the letter of an earlier one like it."""
    groups = [bars[a:b] for a, b in spans]
    scatter = _scatter(groups)
    means: list[np.ndarray] = []
    labels = []
    for group in groups:
        mean = group.mean(axis=0)
        near = [float(np.linalg.norm(mean - other)) for other in means]
        if near and min(near) < _CLEAR * scatter:
            number = int(np.argmin(near))
        else:
            number = len(means)
            means.append(mean)
        labels.append(chr(ord("A") + number % 26))
    return labels


def _energies(features: np.ndarray, spans: list[tuple[int, int]]) -> list[float]:
    """0-1 for each section, from its level and onset density; all near 0.5 if they are alike."""
    onset = features[:, ONSET]
    if onset.max(initial=0.0) <= 0.0:
        return [0.0 for _ in spans]
    level = features[:, 0] / np.sqrt(128.0)  # the first MFCC is the mean of 128 values in dB
    loud = (level - level.mean()) / 18.0
    dense = onset / (2.0 * float(onset.mean()))
    mix = np.array([(0.6 * loud[a:b] + 0.4 * dense[a:b]).mean() for a, b in spans])
    middle, spread = (mix.max() + mix.min()) / 2, mix.max() - mix.min()
    return [float(e) for e in np.clip(0.5 + (mix - middle) / max(spread / 0.8, 0.5), 0.0, 1.0)]
