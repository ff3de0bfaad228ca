"""Evaluation protocols: which frames, joints and origin the features of FID and Div are taken from.

Features depend on all three, so numbers of two protocols must never be compared or mixed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eightcount.metrics.kinetic import kinetic_features
from eightcount.metrics.manual import manual_features


@dataclass(frozen=True)
class Protocol:
    """One published way to take features.

    Attributes:
        name: as on the command line.
        fps: frame rate that the published numbers were taken at.
        frames: only the first so many frames count.
        joints: the first so many SMPL joints count.
        relative: joints but the root are taken relative to the root of their frame.
        source: whose numbers it is made to compare with.
    """

    name: str
    fps: float
    frames: int
    joints: int
    relative: bool
    source: str


PROTOCOLS: dict[str, Protocol] = {
    "bailando": Protocol("bailando", 60.0, 1200, 24, False, "Bailando (AIST++), 60 fps"),
    "lodge": Protocol("lodge", 30.0, 1024, 22, True, "LODGE (FineDance), 30 fps"),
}


@dataclass(frozen=True)
class Features:
    """Feature vectors of one clip: ``kinetic`` (3 a joint: 72 or 66) and ``manual`` (32)."""

    kinetic: np.ndarray
    manual: np.ndarray


def prepare(joints: np.ndarray, protocol: Protocol) -> np.ndarray:
    """The positions that a protocol takes its features from, (T', J, 3) metres.

    ``bailando``: 24 joints minus the root of frame 0, at most 1200 frames. ``lodge``: 22 joints
    minus the root of frame 0, then all joints but the root minus the root of their own frame, at
    most 1024 frames; 22 joints give the 66 kinetic features.

    Args:
        joints: (T, 24, 3) metres, y up.
    """
    p = np.asarray(joints, np.float64)[: protocol.frames, : protocol.joints]
    p = p - p[:1, :1]
    if protocol.relative:
        p[:, 1:] -= p[:, :1]
    return p


def protocol_features(joints: np.ndarray, protocol: Protocol) -> Features:
    """Kinetic and manual features of a clip under a protocol."""
    p = prepare(joints, protocol)
    return Features(kinetic_features(p), manual_features(p))
