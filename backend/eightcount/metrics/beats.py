"""Do movement and music meet? Motion beats and the two beat alignment scores (BAS).

A motion beat is a moment at which the body slows down and speeds up again. Both scores measure
distances in *frames* and so depend on the frame rate: the same dance scores far higher at 30 fps
than at 60. State the rate with every number, and print the score against other songs' beats beside
it (``swap.py``): neither form punishes chance, and dense motion beats lie near any music beat.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.signal import argrelextrema

from eightcount.metrics.inputs import check_beats, check_joints

#: width of the smoothing before minima are sought (Bailando), frames.
SMOOTHING = 5.0
#: a minimum must be the lowest of this many frames on both sides (AIST++).
ORDER = 10
#: how far a beat may be missed before the score falls to exp(-1/2), frames.
TOLERANCE = 3.0


def joint_speed(joints: np.ndarray) -> np.ndarray:
    """Speed of every joint, (T-1, J), metres a frame; row t is the step from frame t to t+1."""
    return np.linalg.norm(np.diff(joints, axis=0), axis=-1)


def motion_beats_smoothed(joints: np.ndarray) -> np.ndarray:
    """Motion beats as Bailando, LODGE, Danceba and MEGADance take them.

    Speed is the mean over joints of ``|p[t+1] - p[t]|``, smoothed with a gaussian of 5 frames;
    strict local minima are the beats, numbered by t. A plateau has no strict minimum, so a still
    figure has no beats. Source: Siyao et al. 2022 (Bailando), as their code computes it.

    Args:
        joints: (T, J, 3) metres, any frame rate.

    Returns:
        (M,) frame numbers, ascending.
    """
    speed = joint_speed(np.asarray(joints, np.float64)).mean(axis=1)
    return argrelextrema(gaussian_filter1d(speed, SMOOTHING), np.less)[0]


def motion_beats_sparse(joints: np.ndarray) -> np.ndarray:
    """Motion beats as AIST++ takes them: unsmoothed, at most one in 10 frames.

    The summed speed of all joints is numbered by the frame in which a step *arrives*; frame 0 has
    the speed 0, which keeps beats out of the first ten frames, as in the published code. Source:
    Li et al. 2021 (AIST++ / FACT).

    Args:
        joints: (T, J, 3) metres, any frame rate.

    Returns:
        (M,) frame numbers, ascending.
    """
    speed = joint_speed(np.asarray(joints, np.float64)).sum(axis=1)
    return argrelextrema(np.concatenate([[0.0], speed]), np.less, order=ORDER)[0]


def alignment(beats: np.ndarray, targets: np.ndarray, tolerance: float = TOLERANCE) -> float:
    """Mean over ``beats`` of ``exp(-d^2 / (2 tolerance^2))``, d the distance to the nearest target.

    0 where either list is empty: what is not there meets nothing.
    """
    if len(beats) == 0 or len(targets) == 0:
        return 0.0
    return float(np.mean(np.exp(-(nearest_offsets(beats, targets) ** 2) / (2 * tolerance**2))))


def nearest_offsets(beats: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Signed distance from each beat to its nearest target, frames; positive: the beat comes late.

    Args:
        beats, targets: frame numbers, ``targets`` ascending and not empty.
    """
    beats = np.asarray(beats, np.float64)
    targets = np.asarray(targets, np.float64)
    after = np.searchsorted(targets, beats).clip(0, len(targets) - 1)
    before = (after - 1).clip(0)
    to_after, to_before = beats - targets[after], beats - targets[before]
    return np.where(np.abs(to_after) < np.abs(to_before), to_after, to_before)


def bas_music_to_motion(joints: np.ndarray, beats: np.ndarray, fps: float = 30.0) -> float:
    """BAS, music to motion: is there a motion beat at every music beat? 0 to 1, higher is better.

    Mean over the music beats of ``exp(-min d^2 / (2 * 3^2))`` with d in frames to the smoothed
    motion beats. All beats that are handed in count: cut a song's beats to the take first. The form
    that Bailando, LODGE, Danceba and MEGADance report.

    Args:
        joints: (T, 24, 3) metres.
        beats: (B,) music beats in frames from the take's start.
        fps: frame rate of both, for the record only: the published score works in frames and is not
            converted, so scores of different rates do not compare.

    Raises:
        EightcountError: for joints or beats that cannot be scored.
    """
    del fps
    return alignment(check_beats(beats), motion_beats_smoothed(check_joints(joints)))


def bas_motion_to_music(joints: np.ndarray, beats: np.ndarray, fps: float = 30.0) -> float:
    """BAS, motion to music: is every motion beat on a music beat? 0 to 1, higher is better.

    Mean over the sparse motion beats of ``exp(-min d^2 / (2 * 3^2))`` with d in frames to the music
    beats; 0 for a dance without motion beats. The form that AIST++ reports (at 60 fps).

    Args and errors as in :func:`bas_music_to_motion`.
    """
    del fps
    return alignment(motion_beats_sparse(check_joints(joints)), check_beats(beats))
