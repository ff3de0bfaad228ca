"""Style features: what a short window of dance looks like to the genre classifier."""

from __future__ import annotations

import numpy as np

from eightcount.metrics.inputs import MIN_FRAMES
from eightcount.metrics.kinetic import kinetic_features_corrected
from eightcount.metrics.manual import manual_answers

#: length of a window, seconds; neighbours do not overlap.
WINDOW_SECONDS = 4.0
#: joints that stand for head, chest, hands and feet.
_PARTS = (15, 9, 20, 21, 7, 8)
#: edges of the bands in which the joints' speed is split, Hz.
_BANDS = (0.0, 1.0, 2.0, 4.0, 8.0)


def style_features(joints: np.ndarray, fps: float) -> np.ndarray:
    """Features of each window of a clip, (W, F), the same F for every clip and frame rate.

    Corrected kinetic features (log, since energies spread over decades) and manual features of the
    window, its poses' mean and spread relative to the root without heading changes of the whole,
    speeds of head, chest, hands and feet, and where their rhythm lies between 0 and 8 Hz.

    Args:
        joints: (T, 24, 3) metres, y up. A clip shorter than a window is one window.
        fps: frames a second.
    """
    size = max(int(round(WINDOW_SECONDS * fps)), MIN_FRAMES)
    starts = range(0, max(len(joints) - size, 0) + 1, size)
    answers = manual_answers(joints)
    return np.stack([_window(joints[s : s + size], answers[s : s + size - 1], fps) for s in starts])


def _window(joints: np.ndarray, answers: np.ndarray, fps: float) -> np.ndarray:
    p = joints - joints[:1, :1] * np.array([1.0, 0.0, 1.0])
    local = joints - joints[:, :1]
    speed = np.linalg.norm(np.diff(joints[:, _PARTS], axis=0), axis=-1) * fps
    heights = local[:, _PARTS, 1]
    across = joints[:, 1] - joints[:, 2]
    turning = np.abs(np.diff(np.unwrap(np.arctan2(-across[:, 2], across[:, 0])))) * fps
    return np.concatenate(
        [
            np.log1p(kinetic_features_corrected(p)),
            answers.mean(axis=0),
            speed.mean(axis=0),
            speed.std(axis=0),
            heights.mean(axis=0),
            heights.std(axis=0),
            [joints[:, 0, 1].mean(), joints[:, 0, 1].std(), turning.mean(), turning.std()],
            _band_shares(speed.mean(axis=1), fps),
        ]
    )


def _band_shares(speed: np.ndarray, fps: float) -> np.ndarray:
    """Share of a speed curve's variation in each band of frequencies, (4,)."""
    power = np.abs(np.fft.rfft((speed - speed.mean()) * np.hanning(len(speed)))) ** 2
    frequency = np.fft.rfftfreq(len(speed), 1 / fps)
    total = power.sum()
    if total <= 0:
        return np.zeros(len(_BANDS) - 1)
    bands = zip(_BANDS[:-1], _BANDS[1:], strict=True)
    return np.array([power[(frequency >= a) & (frequency < b)].sum() / total for a, b in bands])
