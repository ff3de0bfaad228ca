"""Joint positions alone: npy of 24 or 22 joints in SMPL's order, fitted by optimisation."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from eightcount.data.checks import unit_name
from eightcount.data.position_fit import fit_positions
from eightcount.data.readers.base import BODY_JOINTS, Options, Reading, damaged, load_npy
from eightcount.motion.errors import EightcountError
from eightcount.motion.skeleton import FPS, NUM_JOINTS, OFFSETS, PARENTS

#: limbs by which a body is known; with another joint order they are no bones: their length changes
#: by more than this (share, standard deviation), or is so many times too long or too short
_LIMBS = [4, 5, 7, 8, 18, 19, 20, 21]
_WORST_CHANGE, _WORST_RATIO = 0.2, 2.0
#: toes that point so clearly backward mean mirrored axes (cosine)
_BACKWARD = -0.3


def read(path: Path, options: Options) -> Reading:
    """Read (T, 24, 3), (T, 22, 3) or the same flattened; 30 fps unless ``options.fps`` says other.

    Raises:
        EightcountError: ``file-damaged``, ``points-flat`` or ``points-order``.
    """
    points = load_npy(path)
    count = points[0].size // 3 if points.ndim in (2, 3) and len(points) else 0
    if count not in (BODY_JOINTS, NUM_JOINTS) or points[0].size != count * 3:
        raise damaged(path, f"its shape is {points.shape}, not (T, 24, 3) or (T, 22, 3)")
    points = points.reshape(len(points), count, 3)
    if not np.isfinite(points).all():
        raise damaged(path, "it holds numbers that are not finite")
    weights = np.ones(NUM_JOINTS)
    if count == BODY_JOINTS:
        weights[BODY_JOINTS:] = 0
        points = np.concatenate([points, points[:, 20:22]], axis=1)
    notes = []
    if forward_of_toes(points) < _BACKWARD:
        points = points * np.array([-1.0, 1, 1])
        notes.append("Its axes are left-handed; x was turned round.")
    fit = fit_positions(points, weights, options.fps or FPS)
    _check_order(points * fit.scale)
    unit = unit_name(1 / fit.scale) or f"units of {100 * fit.scale:.2g} cm"
    notes.append(
        f"The positions are in {unit}; our skeleton fits them to {100 * fit.error:.1f} cm."
    )
    return Reading(fit.motion, tuple(notes), fit_error=fit.error)


def _check_order(points: np.ndarray) -> None:
    """Limbs keep their length and have a body's proportions, or the joints are others.

    Raises:
        EightcountError: ``points-order``.
    """
    above = [PARENTS[j] for j in _LIMBS]
    lengths = np.linalg.norm(points[:, _LIMBS] - points[:, above], axis=-1)
    middle = np.median(lengths, axis=0)
    change = float((lengths.std(axis=0) / np.maximum(middle, 1e-6)).max())
    ratio = middle / np.linalg.norm(OFFSETS[_LIMBS], axis=-1)
    worst = float(np.exp(np.abs(np.log(np.maximum(ratio, 1e-6))).max()))
    if change > _WORST_CHANGE or worst > _WORST_RATIO:
        raise EightcountError(
            "points-order",
            f"These are no limbs of a body: their lengths change by {change:.0%} and are up to "
            f"{worst:.1f} times off.",
            "Check that the joints are in SMPL's order.",
        )


def forward_of_toes(points: np.ndarray) -> float:
    """Mean cosine between where the toes point and where the body faces, for points (T, 24, 3).

    The body faces along left x up, which is backward where the axes are left-handed.
    """
    left = points[:, 1] - points[:, 2]
    up = points[:, 12] - points[:, 0]
    facing = np.cross(left, up)
    toes = points[:, [10, 11]].mean(1) - points[:, [7, 8]].mean(1)
    lengths = np.linalg.norm(facing, axis=-1) * np.linalg.norm(toes, axis=-1)
    return float(((facing * toes).sum(-1) / np.maximum(lengths, 1e-9)).mean())
