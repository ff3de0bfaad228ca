"""Freezing: the pauses of a dance, relative to itself (LRCM) and absolute (ours).

Speed here is the mean over joints of ``|p[t+1] - p[t]|``, one value for each of the T-1 steps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eightcount.metrics.beats import alignment, joint_speed

#: speeds below this percentile of the take's own are a pause.
PERCENTILE = 25.0
#: shortest and longest pause that counts, seconds. The paper names both bounds but not their
#: values: a tenth of a second is three frames at 30 fps, two seconds are one bar of a slow song.
SHORTEST, LONGEST = 0.1, 2.0
#: tolerance of the rhythmic score, frames.
RS_TOLERANCE = 30.0
#: a dance whose joints are slower than this on average stands still, m/s ...
STILL_SPEED = 0.05
#: ... if it does so for at least this long, seconds.
STILL_SECONDS = 1.0


@dataclass(frozen=True)
class Pauses:
    """The pauses of one take.

    Attributes:
        frames: (F,) steps that belong to a pause, ascending.
        lengths: (R,) length of each pause in frames.
        total: steps of the take, T-1.
    """

    frames: np.ndarray
    lengths: np.ndarray
    total: int


def find_pauses(
    joints: np.ndarray, fps: float, shortest: float = SHORTEST, longest: float = LONGEST
) -> Pauses:
    """Runs of steps strictly below the take's own 25th-percentile speed, of an allowed length.

    Source: LRCM, appendix C.4 (eq. 28). Without smoothing.

    Args:
        joints: (T, J, 3) metres.
        fps: frames a second.
        shortest, longest: allowed length of a pause, seconds, both included.
    """
    speed = joint_speed(np.asarray(joints, np.float64)).mean(axis=1)
    starts, lengths = runs(speed < np.percentile(speed, PERCENTILE))
    keep = (lengths >= round(shortest * fps)) & (lengths <= round(longest * fps))
    starts, lengths = starts[keep], lengths[keep]
    frames = [np.arange(a, a + n) for a, n in zip(starts, lengths, strict=True)]
    return Pauses(np.concatenate(frames) if frames else np.zeros(0, int), lengths, len(speed))


def pff(pauses: Pauses) -> float:
    """Adaptive proportion of frozen frames: share of the steps that lie in a pause, 0 to 0.25.

    Judged by closeness to real dances. A dance that is frozen throughout has no step below its own
    percentile and gets 0: print :func:`freeze_rate` beside it.
    """
    return len(pauses.frames) / pauses.total


def rhythmic_score(pauses: Pauses, beats: np.ndarray) -> float:
    """RS: mean over the music beats of ``exp(-min d^2 / (2 * 30^2))`` to the nearest paused frame.

    With a tolerance of 30 frames almost any dance scores near 1 (LRCM eq. 29). 0 without pauses.

    Args:
        pauses: of the take.
        beats: (B,) music beats in frames.
    """
    return alignment(beats, pauses.frames, RS_TOLERANCE)


def length_regularity(pauses: Pauses) -> float:
    """LR: ``1 / (1 + std)`` of the pauses' lengths in frames (population std; LRCM eq. 30).

    NaN for a take without pauses, which has no lengths to be regular.
    """
    if len(pauses.lengths) == 0:
        return float("nan")
    return float(1 / (1 + np.std(pauses.lengths)))


def freeze_rate(joints: np.ndarray, fps: float) -> float:
    """Share of the steps in stretches of >= 1 s whose mean joint speed stays below 0.05 m/s.

    Absolute, so that a dance which stands still throughout gets 1. Ours.

    Args:
        joints: (T, J, 3) metres.
        fps: frames a second.
    """
    speed = joint_speed(np.asarray(joints, np.float64)).mean(axis=1) * fps
    _, lengths = runs(speed < STILL_SPEED)
    return float(lengths[lengths >= round(STILL_SECONDS * fps)].sum() / len(speed))


def runs(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First index and length of every unbroken run of True in a (T,) mask."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return edges[::2], edges[1::2] - edges[::2]
