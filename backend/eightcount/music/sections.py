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
# How far sections must lie apart: in scatters of their bars, and in scatters of means by chance.
_EFFECT, _CHANCE = 1.0, 1.3


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
    labels = _labels(np.split(bars, first[1:]))
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
        groups = np.split(bars, first[1:])
        pairs = list(zip(groups, groups[1:], strict=False))
        clear = np.array([_contrast(one, two) for one, two in pairs])
        short = np.array([min(len(one), len(two)) < _SHORTEST for one, two in pairs])
        if not short.any() and clear.min() >= 1.0:
            break
        candidates = np.where(short, clear, np.inf) if short.any() else clear
        del first[int(np.argmin(candidates)) + 1]
    return first


def _contrast(one: np.ndarray, two: np.ndarray) -> float:
    """How far two groups of bars lie apart; below 1 they may be one.

    Their means must differ by the scatter of bars within them, and by clearly more than means of
    so few bars differ by chance.
    """
    apart = float(np.linalg.norm(one.mean(axis=0) - two.mean(axis=0)))
    chance = np.sqrt(1 / len(one) + 1 / len(two))
    return apart / (_scatter([one, two]) * max(_EFFECT, _CHANCE * chance))


def _scatter(groups: list[np.ndarray]) -> float:
    """Standard deviation (all columns together) of bars around their group's mean; not 0."""
    inside = np.concatenate([group - group.mean(axis=0) for group in groups])
    freedom = max(len(inside) - len(groups), 1)
    return max(float(np.sqrt((inside**2).sum() / freedom)), 0.25 * np.sqrt(inside.shape[1]))


def _labels(groups: list[np.ndarray]) -> list[str]:
    """Letters in order of appearance; a section takes the letter of the earlier one most like it,
    if one is."""
    kinds: list[np.ndarray] = []
    labels = []
    for group in groups:
        near = [_contrast(group, kind) for kind in kinds]
        if near and min(near) < 1.0:
            number = int(np.argmin(near))
            kinds[number] = np.concatenate([kinds[number], group])
        else:
            number = len(kinds)
            kinds.append(group)
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
