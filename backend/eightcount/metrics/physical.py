"""Physical plausibility: PFC for the feet (EDGE) and PBC for the whole body (POPDG).

Both compare displacements a frame with accelerations that are normalised by their own maximum, so
they have no unit, depend on the frame rate (defined at 30 fps) and cannot compare takes of
different vigour. A frozen dance gets the best possible PFC, 0: read them beside the freeze rate.
"""

from __future__ import annotations

import numpy as np

from eightcount.metrics.inputs import to_z_up

UP, FLAT = 2, (0, 1)
L_ANKLE, R_ANKLE, L_TOE, R_TOE = 7, 8, 10, 11
NECK, L_COLLAR, R_COLLAR, HEAD = 12, 13, 14, 15
L_WRIST, R_WRIST, L_HAND, R_HAND = 20, 21, 22, 23
SCALE = 1e4
#: a largest acceleration below this (metres a frame^2; 1 mm/s^2 at 30 fps) is none: float32 places
#: are no finer, and the published code, which divides by it all the same, would score the rounding.
ROUNDING = 1e-6


def pfc(joints: np.ndarray) -> float:
    """Physical foot contact score; lower is better, 0 for a figure that stands still.

    The body should accelerate only while a foot stands: ``1e4 mean_t(min(f7, f10) min(f8, f11) a)``
    with f_j the horizontal displacement of joint j from frame t+1 to t+2 in metres (not divided by
    dt), a the root's second difference about frame t+1 with its upward part clamped at >= 0, its
    length divided by the largest of the take. Source: Tseng et al. 2023 (EDGE), eq. 10 and code,
    where
    z is up: y-up input is turned inside.

    Args:
        joints: (T, 24, 3) metres, y up, 30 fps.
    """
    return SCALE * float(_foot_term(to_z_up(np.asarray(joints, np.float64))).mean())


def pbc(joints: np.ndarray) -> float:
    """Physical body contact score; higher is better.

    ``1e4 mean_t(0.01 min(v20, v22) a13 + 0.01 min(v21, v23) a14 + 0.1 v15 a12 - the PFC term)``
    with v_j the 3-D displacement of joint j from frame t+1 to t+2 in metres and a_j the length of
    its second difference divided by its largest of the take (0 for a joint that never accelerates).
    Source: Luo et al. 2024 (POPDG), as their code computes it; z up inside.

    Args:
        joints: (T, 24, 3) metres, y up, 30 fps.
    """
    p = to_z_up(np.asarray(joints, np.float64))
    moved = np.linalg.norm(p[2:] - p[1:-1], axis=-1)
    body = 0.01 * np.minimum(moved[:, L_WRIST], moved[:, L_HAND]) * _acceleration(p, L_COLLAR)
    body += 0.01 * np.minimum(moved[:, R_WRIST], moved[:, R_HAND]) * _acceleration(p, R_COLLAR)
    body += 0.1 * moved[:, HEAD] * _acceleration(p, NECK)
    return SCALE * float((body - _foot_term(p)).mean())


def _foot_term(p: np.ndarray) -> np.ndarray:
    """min(f7, f10) min(f8, f11) a per step, (T-2,); z up."""
    root = np.diff(p[:, 0], n=2, axis=0)
    root[:, UP] = np.maximum(root[:, UP], 0)
    moved = np.linalg.norm((p[2:] - p[1:-1])[..., FLAT], axis=-1)
    left = np.minimum(moved[:, L_ANKLE], moved[:, L_TOE])
    right = np.minimum(moved[:, R_ANKLE], moved[:, R_TOE])
    return left * right * _relative(np.linalg.norm(root, axis=-1))


def _acceleration(p: np.ndarray, joint: int) -> np.ndarray:
    return _relative(np.linalg.norm(np.diff(p[:, joint], n=2, axis=0), axis=-1))


def _relative(x: np.ndarray) -> np.ndarray:
    """Divided by its maximum; all zeros where that is only what rounding left."""
    largest = x.max()
    return x / largest if largest > ROUNDING else np.zeros_like(x)
