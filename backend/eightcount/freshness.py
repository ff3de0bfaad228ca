"""No four seconds too often: windows of a take that would wear a stretch out are drawn again.

A generator that sees a few seconds back can settle into one figure and stay in it. A dancer would
not: what came twice has been seen.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from eightcount.metrics.repetition import most_repeated_poses
from eightcount.motion.skeleton import FPS
from eightcount.motion.streams import FRAMES_PER_TOKEN
from eightcount.tokenizers.motion import MotionTokenizer, stream_joints

#: how often a stretch may come before a window that brings it once more is drawn again
MOST = 2
#: stretches whose poses lie so near are the same here, cm: a little more than where they are counted
#: (``SAME_STRETCH``), so that what the refiner changes does not make two of one
NEAR = 5.5
#: times that a window is drawn before the freshest of its draws is taken
DRAWS = 6
#: how much hotter each further draw is: at one temperature they mostly settle into the same figure
HEAT = 0.25
#: tokens in a stretch (4 s)
_STRETCH = round(4 * FPS / FRAMES_PER_TOKEN)
#: tokens that are looked back on (40 s); a chorus may bring back what was danced before that
_MEMORY = 10 * _STRETCH


class Freshness:
    """What a take has shown so far, one pose a token.

    Args:
        tokenizer: in evaluation mode.
    """

    def __init__(self, tokenizer: MotionTokenizer) -> None:
        self._tokenizer = tokenizer
        self._seen = np.zeros((0, 24, 3), np.float32)

    @torch.no_grad()
    def poses(self, lower: Tensor, upper: Tensor, known: int) -> np.ndarray:
        """Poses (n, 24, 3) of a window's tokens (K,), those of the first ``known`` left out."""
        streams = self._tokenizer.decode_ids(lower[None], upper[None])
        joints = stream_joints(
            *(s[:, known * FRAMES_PER_TOKEN :: FRAMES_PER_TOKEN] for s in streams)
        )
        return (joints - joints[:, :, :1])[0].float().cpu().numpy()

    def repeats(self, poses: np.ndarray) -> float:
        """How often the most repeated stretch of these poses would have come, were they to follow.

        What came too often before them is not laid to their charge: no draw could mend it.
        """
        seen = np.concatenate([self._seen, poses])[-_MEMORY:]
        return most_repeated_poses(seen, _STRETCH, NEAR, since=len(seen) - len(poses))

    def keep(self, poses: np.ndarray) -> None:
        """These poses follow."""
        self._seen = np.concatenate([self._seen, poses])[-_MEMORY:]
