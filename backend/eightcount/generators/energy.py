"""How lively a dance is to be, as the generator is told it: slowly, phrase by phrase.

Told second by second, a generator learns to read from the energy when the dancer holds still and when
it hits, and no song and no slider can tell it that later: takes come out as even as a song's loudness
is. Told slowly, it has to find holds and accents from the beat, and energy stays a dial.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

#: spread of the window over which energy is told, frames (2 s: half a phrase of eight counts at 120 BPM)
_SIGMA = 60


def slow_energy(energy: np.ndarray) -> np.ndarray:
    """A curve (T,) at 30 fps as it is told: Gaussian mean with a spread of two seconds.

    Args:
        energy: mean joint speed in m/s, or a song's loudness.
    """
    return gaussian_filter1d(np.asarray(energy, np.float32), _SIGMA, mode="nearest")
