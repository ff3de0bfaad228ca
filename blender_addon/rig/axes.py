# SPDX-License-Identifier: GPL-3.0-or-later
"""Axes and units: the project's y-up metres to Blender's z-up, and back.

The project: y up, x to the dancer's left, z forward. Blender: z up, the dancer looks along -y (at
the front view), x to the dancer's left. A vector (x, y, z) becomes (x, -z, y); a rotation keeps its
angle and its axis turns alike, so a quaternion (w, x, y, z) becomes (w, x, -z, y).
"""

from __future__ import annotations

import numpy as np


def vectors_to_blender(v: np.ndarray) -> np.ndarray:
    """Vectors (..., 3) y up to (..., 3) z up."""
    return np.stack([v[..., 0], -v[..., 2], v[..., 1]], axis=-1)


def vectors_from_blender(v: np.ndarray) -> np.ndarray:
    """Vectors (..., 3) z up to (..., 3) y up."""
    return np.stack([v[..., 0], v[..., 2], -v[..., 1]], axis=-1)


def quaternions_to_blender(q: np.ndarray) -> np.ndarray:
    """Quaternions (..., 4) wxyz, y up to z up."""
    return np.stack([q[..., 0], q[..., 1], -q[..., 3], q[..., 2]], axis=-1)


def quaternions_from_blender(q: np.ndarray) -> np.ndarray:
    """Quaternions (..., 4) wxyz, z up to y up."""
    return np.stack([q[..., 0], q[..., 1], q[..., 3], -q[..., 2]], axis=-1)
