"""Kinetic features: how much a dance moves, joint by joint (behind FID_k and Div_k).

Source: Onuma et al. 2008 through fairmotion and the AIST++ evaluation code, which Bailando, LODGE,
EDGE and their successors share. Two quirks of that code are kept, because every published FID_k has
them: the frame time is 1/60 s whatever the real rate, and in the acceleration one division is
misplaced, which makes it depend on where the dancer stands (so the protocols fix the origin, see
``protocols.py``). :func:`kinetic_features_corrected` mends the second.

No normalisation happens here: positions are taken as they come, y up.
"""

from __future__ import annotations

import numpy as np

from eightcount.metrics.inputs import MIN_FRAMES

#: frame time of the published code, seconds, also for motion at other rates.
FRAME_TIME = 1.0 / 60.0
#: velocities and accelerations are averaged over this many frames on both sides.
WINDOW = 2


def kinetic_features(joints: np.ndarray) -> np.ndarray:
    """The published kinetic features, three a joint: horizontal and vertical energy, expenditure.

    With ``ft = 1/60``, ``v_m = (p_m - p_{m-1}) / ft`` for m in 1..T-1 and, bug included,
    ``a_m = ((p_{m+1} - p_m)/ft - (p_m - p_{m-1}/ft)) / ft`` for m in 1..T-2, let V_i and A_i be
    their means over the m in [i-2, i+2] that exist. Over i = 1..T-1 the features are the means of
    ``Vx^2 + Vz^2``, of ``Vy^2`` and of ``|A_i|``.

    Args:
        joints: (T, J, 3) metres, y up.

    Returns:
        (3 J,) float64: for each joint [m^2/s^2, m^2/s^2, |A| of the published formula].
    """
    p = np.asarray(joints, np.float64)
    bent = (p[2:] - p[1:-1]) / FRAME_TIME - (p[1:-1] - p[:-2] / FRAME_TIME)
    return _features(p, bent / FRAME_TIME)


def kinetic_features_corrected(joints: np.ndarray) -> np.ndarray:
    """As :func:`kinetic_features` with the acceleration as it was meant.

    ``a_m = ((p_{m+1} - p_m)/ft - (p_m - p_{m-1})/ft) / ft`` in m/s^2 at 60 fps; the frame time
    stays 1/60 s. Unlike the published form it does not change when the dancer stands elsewhere.

    Args:
        joints: (T, J, 3) metres, y up.

    Returns:
        (3 J,) float64: for each joint [m^2/s^2, m^2/s^2, m/s^2].
    """
    p = np.asarray(joints, np.float64)
    return _features(p, np.diff(p, n=2, axis=0) / FRAME_TIME**2)


def _features(p: np.ndarray, acceleration: np.ndarray) -> np.ndarray:
    if len(p) < MIN_FRAMES:
        raise ValueError(f"kinetic features need {MIN_FRAMES} frames, there are {len(p)}")
    rows = len(p) - 1
    velocity = _windowed_mean(np.diff(p, axis=0) / FRAME_TIME, rows)
    speed = np.linalg.norm(_windowed_mean(acceleration, rows), axis=-1)
    energy = velocity**2
    return np.stack(
        [
            (energy[..., 0] + energy[..., 2]).mean(axis=0),
            energy[..., 1].mean(axis=0),
            speed.mean(axis=0),
        ],
        axis=-1,
    ).ravel()


def _windowed_mean(x: np.ndarray, rows: int) -> np.ndarray:
    """Mean over each row's neighbours within ``WINDOW`` that exist, for ``rows`` >= len(x) rows."""
    total = np.zeros((rows, *x.shape[1:]))
    count = np.zeros(rows)
    for shift in range(-WINDOW, WINDOW + 1):
        first, last = max(0, -shift), min(rows, len(x) - shift)
        total[first:last] += x[first + shift : last + shift]
        count[first:last] += 1
    return total / count[:, None, None]
