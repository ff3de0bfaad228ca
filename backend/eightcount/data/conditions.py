"""From a song's frames to what each token is told: rhythm, energy; the same in training and use."""

from __future__ import annotations

import numpy as np

from eightcount.motion.streams import FRAMES_PER_TOKEN

#: points of the energy quantile tables
ENERGY_POINTS = 21


def token_rhythm(beat_phase: np.ndarray, bar_phase: np.ndarray) -> np.ndarray:
    """Cosine and sine of beat and bar phase of each frame of each token: (T / 4, 16) float32.

    Args:
        beat_phase: running beat number of each frame (T,).
        bar_phase: position in the bar of each frame (T,), beats of a bar of four.
    """
    beat, bar = 2 * np.pi * beat_phase, 2 * np.pi * bar_phase / 4
    columns = np.stack([np.cos(beat), np.sin(beat), np.cos(bar), np.sin(bar)], axis=1)
    tokens = len(columns) // FRAMES_PER_TOKEN
    rows = columns[: tokens * FRAMES_PER_TOKEN].reshape(tokens, FRAMES_PER_TOKEN * 4)
    return rows.astype(np.float32)


def energy_table(energy: np.ndarray) -> np.ndarray:
    """Quantiles (21,) of a genre's energy in m/s, for :func:`energy_rank`."""
    return np.quantile(energy, np.linspace(0, 1, ENERGY_POINTS)).astype(np.float32)


def energy_rank(energy: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Share of a genre's dancing that is calmer than this: (...,) in 0..1."""
    return np.interp(energy, table, np.linspace(0, 1, ENERGY_POINTS)).astype(np.float32)


def token_mean(frames: np.ndarray) -> np.ndarray:
    """Mean of each token's four frames: (T,) to (T / 4,)."""
    tokens = len(frames) // FRAMES_PER_TOKEN
    return frames[: tokens * FRAMES_PER_TOKEN].reshape(tokens, FRAMES_PER_TOKEN).mean(1)
