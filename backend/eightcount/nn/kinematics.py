"""Rotations and forward kinematics in torch, differentiable and batched; the nets' own geometry.

Same skeleton, axes and conventions as ``eightcount.motion``: 24 SMPL joints, metres, y up, x to
the dancer's left, z forward; matrices act on columns; quaternions are (w, x, y, z). 6D is the
continuous form of Zhou et al. 2019: column 0 of the matrix, then column 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor

from eightcount.motion.skeleton import NUM_JOINTS, OFFSETS, PARENTS


def rotation_6d_to_matrix(x: Tensor) -> Tensor:
    """6D ``(..., 6)`` to matrices ``(..., 3, 3)`` by Gram-Schmidt (Zhou et al. 2019, eq. 15)."""
    x = _at_least_float32(x)
    first = F.normalize(x[..., :3], dim=-1)
    second = x[..., 3:]
    second = F.normalize(second - (first * second).sum(-1, keepdim=True) * first, dim=-1)
    return torch.stack([first, second, torch.linalg.cross(first, second)], dim=-1)


def matrix_to_rotation_6d(matrix: Tensor) -> Tensor:
    """Matrices ``(..., 3, 3)`` to 6D ``(..., 6)``: column 0, then column 1."""
    return matrix[..., :, :2].transpose(-1, -2).flatten(-2)


def matrix_to_quaternion(matrix: Tensor) -> Tensor:
    """Matrices ``(..., 3, 3)`` to unit quaternions ``(..., 4)`` wxyz with w >= 0, at every angle.

    There are four ways to read a quaternion off a matrix, each good where its own component is
    large; the best one is picked per matrix, so half turns lose no digits.
    """
    m00, m01, m02, m10, m11, m12, m20, m21, m22 = matrix.flatten(-2).unbind(-1)
    w = 1 + m00 + m11 + m22  # = 4 w^2, and so on
    x = 1 + m00 - m11 - m22
    y = 1 - m00 + m11 - m22
    z = 1 - m00 - m11 + m22
    wx, wy, wz = m21 - m12, m02 - m20, m10 - m01  # = 4 w x, ...
    xy, xz, yz = m10 + m01, m02 + m20, m21 + m12
    rows = torch.stack([w, wx, wy, wz, wx, x, xy, xz, wy, xy, y, yz, wz, xz, yz, z], dim=-1)
    rows = rows.unflatten(-1, (4, 4))
    best = torch.stack([w, x, y, z], dim=-1).argmax(-1)
    index = best[..., None, None].expand(*best.shape, 1, 4)
    q = F.normalize(rows.gather(-2, index)[..., 0, :], dim=-1)
    return torch.where(q[..., :1] < 0, -q, q)


def yaw_rotate(points: Tensor, yaw: Tensor) -> Tensor:
    """Turn points about y, from z towards x (to the dancer's left) for positive angles.

    Args:
        points: ``(..., N, 3)``.
        yaw: ``(...)`` radians, one angle for the N points.
    """
    cos, sin = yaw.cos()[..., None], yaw.sin()[..., None]
    x, y, z = points.unbind(-1)
    return torch.stack([cos * x + sin * z, y, cos * z - sin * x], dim=-1)


def forward_kinematics(
    local: Tensor,
    root: Tensor,
    *,
    offsets: Tensor | None = None,
    return_rotations: bool = False,
) -> Tensor | tuple[Tensor, Tensor]:
    """Joint positions from local rotations, one depth of the skeleton's tree at a time.

    Args:
        local: ``(..., 24, 3, 3)`` matrices, usually ``(B, T, 24, 3, 3)``, or 6D ``(..., 24, 6)``.
        root: ``(..., 3)`` position of the pelvis, metres.
        offsets: ``(24, 3)`` metres; the project's skeleton if left out.
        return_rotations: also return the joints' global rotations.

    Returns:
        joints ``(..., 24, 3)`` metres, or ``(joints, rotations (..., 24, 3, 3))``.
    """
    local = rotation_6d_to_matrix(local) if local.shape[-1] == 6 else _at_least_float32(local)
    root = root.to(local.dtype)
    if offsets is None:
        offsets = _skeleton_offsets(local.device, local.dtype)
    order = _tree_order(local.device)
    # Under autocast the products of a deep chain would lose digits in half precision.
    with torch.autocast(local.device.type, enabled=False):
        turns, places = [local[..., :1, :, :]], [root[..., None, :]]
        for depth in order.depths:
            parent = turns[-1].index_select(-3, depth.parents)
            arm = (parent @ offsets[depth.joints, :, None])[..., 0]
            places.append(places[-1].index_select(-2, depth.parents) + arm)
            turns.append(parent @ local.index_select(-3, depth.joints))
    joints = torch.cat(places, dim=-2).index_select(-2, order.back)
    if not return_rotations:
        return joints
    return joints, torch.cat(turns, dim=-3).index_select(-3, order.back)


@dataclass(frozen=True)
class _Depth:
    """Joints equally far from the root, and where their parents stand in the depth before."""

    joints: Tensor
    parents: Tensor


@dataclass(frozen=True)
class _TreeOrder:
    depths: tuple[_Depth, ...]  # without the root's
    back: Tensor  # place of each joint in the concatenated depths


@cache
@torch.inference_mode(False)  # what is cached must also serve training later
def _tree_order(device: torch.device) -> _TreeOrder:
    level = [0] * NUM_JOINTS
    for j in range(1, NUM_JOINTS):
        level[j] = level[PARENTS[j]] + 1
    groups = [[j for j in range(NUM_JOINTS) if level[j] == d] for d in range(max(level) + 1)]
    depths = tuple(
        _Depth(
            torch.tensor(joints, device=device),
            torch.tensor([above.index(PARENTS[j]) for j in joints], device=device),
        )
        for above, joints in zip(groups[:-1], groups[1:], strict=True)
    )
    listed = [j for group in groups for j in group]
    back = torch.tensor([listed.index(j) for j in range(NUM_JOINTS)], device=device)
    return _TreeOrder(depths, back)


@cache
@torch.inference_mode(False)
def _skeleton_offsets(device: torch.device, dtype: torch.dtype) -> Tensor:
    return torch.tensor(OFFSETS.tolist(), dtype=dtype, device=device)


def _at_least_float32(x: Tensor) -> Tensor:
    """Half precision is widened: geometry needs the digits."""
    return x if x.dtype == torch.float64 else x.float()
