"""Rotations in numpy: quaternions (w, x, y, z), matrices, axis-angle, 6D. All act on columns.

Every function takes any leading shape and works in the dtype that it is given. 6D is the continuous
form of Zhou et al. 2019: the first two columns of the matrix, one after the other.
"""

from __future__ import annotations

import numpy as np

_EPS = 1e-12


def normalise(q: np.ndarray) -> np.ndarray:
    """Unit quaternions (..., 4); a zero quaternion becomes the identity."""
    norm = np.linalg.norm(q, axis=-1, keepdims=True)
    identity = np.zeros_like(q)
    identity[..., 0] = 1
    return np.where(norm > _EPS, q / np.maximum(norm, _EPS), identity)


def multiply(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Hamilton product a*b of quaternions (..., 4): first b turns, then a."""
    aw, ax, ay, az = np.moveaxis(a, -1, 0)
    bw, bx, by, bz = np.moveaxis(b, -1, 0)
    return np.stack(
        [
            aw * bw - ax * bx - ay * by - az * bz,
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
        ],
        axis=-1,
    )


def conjugate(q: np.ndarray) -> np.ndarray:
    """Inverse of unit quaternions (..., 4)."""
    return q * np.array([1, -1, -1, -1], dtype=q.dtype)


def rotate(q: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Vectors (..., 3) turned by quaternions (..., 4)."""
    w, u = q[..., :1], q[..., 1:]
    t = 2 * np.cross(u, v)
    return v + w * t + np.cross(u, t)


def to_matrix(q: np.ndarray) -> np.ndarray:
    """Quaternions (..., 4) to matrices (..., 3, 3)."""
    w, x, y, z = np.moveaxis(q, -1, 0)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return np.stack([np.stack(r, axis=-1) for r in rows], axis=-2)


def from_matrix(m: np.ndarray) -> np.ndarray:
    """Matrices (..., 3, 3) to quaternions (..., 4), w >= 0; stable at every angle.

    Of the four ways to read a quaternion off a matrix the one with the largest divisor is taken.
    """
    d = np.diagonal(m, axis1=-2, axis2=-1)
    trace = d.sum(-1)
    candidates = np.stack(
        [1 + trace, *(1 + 2 * d[..., i] - trace for i in range(3))], axis=-1
    )  # = 4 w^2, 4 x^2, 4 y^2, 4 z^2
    best = candidates.argmax(-1)
    yz, zx, xy = (
        (m[..., 2, 1], m[..., 1, 2]),
        (m[..., 0, 2], m[..., 2, 0]),
        (m[..., 1, 0], m[..., 0, 1]),
    )
    wx, wy, wz = yz[0] - yz[1], zx[0] - zx[1], xy[0] - xy[1]
    pyz, pzx, pxy = yz[0] + yz[1], zx[0] + zx[1], xy[0] + xy[1]
    rows = np.stack(
        [
            np.stack([candidates[..., 0], wx, wy, wz], -1),
            np.stack([wx, candidates[..., 1], pxy, pzx], -1),
            np.stack([wy, pxy, candidates[..., 2], pyz], -1),
            np.stack([wz, pzx, pyz, candidates[..., 3]], -1),
        ],
        axis=-2,
    )
    q = np.take_along_axis(rows, best[..., None, None], axis=-2)[..., 0, :]
    q = normalise(q)
    return np.where(q[..., :1] < 0, -q, q)


def from_axis_angle(v: np.ndarray) -> np.ndarray:
    """Axis-angle vectors (..., 3), radians, to quaternions (..., 4)."""
    angle = np.linalg.norm(v, axis=-1, keepdims=True)
    # sin(a/2)/a -> 1/2 as a -> 0
    scale = np.where(angle > 1e-8, np.sin(angle / 2) / np.maximum(angle, 1e-8), 0.5)
    return np.concatenate([np.cos(angle / 2), v * scale], axis=-1)


def to_axis_angle(q: np.ndarray) -> np.ndarray:
    """Quaternions (..., 4) to axis-angle vectors (..., 3), angle in [0, pi]."""
    q = np.where(q[..., :1] < 0, -q, q)
    norm = np.linalg.norm(q[..., 1:], axis=-1, keepdims=True)
    angle = 2 * np.arctan2(norm, q[..., :1])
    scale = np.where(norm > 1e-8, angle / np.maximum(norm, 1e-8), 2.0)
    return q[..., 1:] * scale


def to_6d(m: np.ndarray) -> np.ndarray:
    """Matrices (..., 3, 3) to 6D (..., 6): column 0, then column 1."""
    return np.concatenate([m[..., :, 0], m[..., :, 1]], axis=-1)


def from_6d(x: np.ndarray) -> np.ndarray:
    """6D (..., 6) to matrices (..., 3, 3) by Gram-Schmidt (Zhou et al. 2019, eq. 15)."""
    a, b = x[..., :3], x[..., 3:]
    a = a / np.maximum(np.linalg.norm(a, axis=-1, keepdims=True), _EPS)
    b = b - (a * b).sum(-1, keepdims=True) * a
    b = b / np.maximum(np.linalg.norm(b, axis=-1, keepdims=True), _EPS)
    return np.stack([a, b, np.cross(a, b)], axis=-1)


def about_axis(axis: str, angle: np.ndarray) -> np.ndarray:
    """Matrices (..., 3, 3) that turn by ``angle`` (...) radians about 'x', 'y' or 'z'."""
    i = "xyz".index(axis.lower())
    j, k = (i + 1) % 3, (i + 2) % 3
    angle = np.asarray(angle, dtype=np.float64)
    m = np.zeros(angle.shape + (3, 3))
    c, s = np.cos(angle), np.sin(angle)
    m[..., i, i] = 1
    m[..., j, j] = c
    m[..., k, k] = c
    m[..., k, j] = s
    m[..., j, k] = -s
    return m


def between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The shortest turn (quaternion) that takes direction a (..., 3) to direction b (..., 3)."""
    a = a / np.maximum(np.linalg.norm(a, axis=-1, keepdims=True), _EPS)
    b = b / np.maximum(np.linalg.norm(b, axis=-1, keepdims=True), _EPS)
    dot = (a * b).sum(-1, keepdims=True)
    axis = np.cross(a, b)
    # opposite directions have no shortest turn: take any axis across a
    helper = np.where(np.abs(a[..., :1]) < 0.9, np.array([1.0, 0, 0]), np.array([0, 1.0, 0]))
    across = np.cross(a, helper)
    q = np.concatenate([1 + dot, axis], axis=-1)
    half_turn = np.concatenate([np.zeros_like(dot), across], axis=-1)
    return normalise(np.where(dot < -1 + 1e-9, half_turn, q))


def slerp(a: np.ndarray, b: np.ndarray, t: np.ndarray | float) -> np.ndarray:
    """From quaternion a to b (..., 4) by share t (...), the short way round."""
    t = np.asarray(t, dtype=a.dtype)[..., None]
    dot = (a * b).sum(-1, keepdims=True)
    b = np.where(dot < 0, -b, b)
    dot = np.clip(np.abs(dot), 0, 1)
    angle = np.arccos(dot)
    s = np.sin(angle)
    near = s < 1e-5
    safe = np.where(near, 1, s)
    wa = np.where(near, 1 - t, np.sin((1 - t) * angle) / safe)
    wb = np.where(near, t, np.sin(t * angle) / safe)
    return normalise(wa * a + wb * b)


def unroll(q: np.ndarray) -> np.ndarray:
    """Signs flipped along axis 0 so that neighbouring frames lie in one hemisphere (..., 4)."""
    if len(q) < 2:
        return q.copy()
    flip = np.sign((q[1:] * q[:-1]).sum(-1))
    flip = np.where(flip == 0, 1, flip)
    sign = np.concatenate([np.ones_like(flip[:1]), np.cumprod(flip, axis=0)])
    return q * sign[..., None].astype(q.dtype)


def yaw_of(m: np.ndarray) -> np.ndarray:
    """Heading in radians about y of matrices (..., 3, 3): 0 faces +z, positive turns to the left."""
    return np.arctan2(m[..., 0, 2], m[..., 2, 2])
