"""Joint positions to rotations: a figure of our proportions fitted to points.

First the points' bones are brought to our lengths, keeping their directions. Then each of our bones
is laid along its two points: pelvis and chest by what is left and up of them (Kabsch 1976), thighs
and upper arms so that knee and elbow bend about their hinges, the rest by the shortest swing from
the bone above. Last a few damped Gauss-Newton steps over all rotations and the root bring our
joints as near to the points as they will go.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eightcount.motion import rotations as rot
from eightcount.motion.errors import EightcountError
from eightcount.motion.kinematics import forward_kinematics, local_from_global
from eightcount.motion.motion import Motion
from eightcount.motion.skeleton import FPS, NUM_JOINTS, OFFSETS, PARENTS

#: bones whose length gives the scale: the legs carry the path
_LEGS = (4, 5, 7, 8)
#: bones that are stretched by one ratio each group, and the trunk's
_GROUPS = ((1, 2), (4, 5), (7, 8), (10, 11), (15,), (18, 19), (20, 21), (22, 23))
_TRUNK = (3, 6, 9, 12)
#: shoulders so much nearer or farther from each other than ours are shrugged, not built so (share)
_SHRUG = 0.08
#: joints that count less, since rigs place them where they like along the trunk
_VAGUE = {0: 0.3, 3: 0.05, 6: 0.05, 9: 0.05, 13: 0.05, 14: 0.05}
#: shorter bones show no direction (m)
_TOO_SHORT = 0.03
#: upper bone's joint, hinge joint, end joint, direction of the hinge at rest
_HINGES = (
    (1, 4, 7, (1.0, 0, 0)),
    (2, 5, 8, (1.0, 0, 0)),
    (16, 18, 20, (0, -1.0, 0)),
    (17, 19, 21, (0, 1.0, 0)),
)
#: bones laid by the shortest swing from the joint above, joint -> the child that shows its direction
_SWINGS = {4: 7, 5: 8, 7: 10, 8: 11, 12: 15, 13: 16, 14: 17, 18: 20, 19: 21, 20: 22, 21: 23}
#: a limb bent less than the first (sine) has no hinge to see, more than the second a clear one
_BENT = (0.1, 0.4)
_STEPS = 8
_DAMPING = 3e-4
#: frames solved at once
_BLOCK = 256
#: joints of our rest pose (24, 3), metres from the pelvis
_REST = forward_kinematics(
    np.broadcast_to(np.array([1.0, 0, 0, 0]), (1, NUM_JOINTS, 4)), np.zeros((1, 3))
)[0][0]


@dataclass(frozen=True)
class PositionFit:
    """A fitted motion.

    Attributes:
        motion: on our skeleton, metres; contacts 0.
        scale: metres to one unit of the points.
        error: mean distance of joints from the points, whose bones have been brought to our
            lengths, metres, each joint as much as it counts.
    """

    motion: Motion
    scale: float
    error: float


def fit_positions(
    points: np.ndarray, weights: np.ndarray | None = None, fps: float = FPS
) -> PositionFit:
    """Fit our skeleton to joint positions.

    Args:
        points: (T, 24, 3) in our joint order, any unit, any axes of a right-handed system.
        weights: (24,) how much each joint counts; 0 for joints without a position of their own.
        fps: frames a second.

    Raises:
        EightcountError: ``points-flat`` when the limbs have no length.
    """
    weights = np.ones(NUM_JOINTS) if weights is None else np.asarray(weights, np.float64)
    points = np.asarray(points, np.float64)
    scale = scale_of(points, weights)
    points = _our_lengths(points * scale, weights)
    turns = _laid_along(points, weights)
    q = local_from_global(turns)
    root = _root_from_hips(points, turns)
    importance = weights.copy()
    importance[list(_VAGUE)] *= list(_VAGUE.values())
    for start in range(0, len(points), _BLOCK):
        block = slice(start, start + _BLOCK)
        q[block], root[block] = _refined(q[block], root[block], points[block], importance)
    joints = forward_kinematics(q, root)[0]
    distance = np.linalg.norm(joints - points, axis=-1)
    motion = Motion(rot.unroll(q), root, np.zeros((len(q), 4)), fps)
    error = np.average(distance, axis=1, weights=importance).mean()
    return PositionFit(motion, scale, float(error))


def scale_of(points: np.ndarray, weights: np.ndarray) -> float:
    """Metres to one unit of the points (T, 24, 3), by the length of the legs."""
    legs = [j for j in _LEGS if weights[j] and weights[PARENTS[j]]]
    theirs = _lengths(points)[legs].sum()
    if not theirs > 0:
        raise EightcountError(
            "points-flat",
            "The limbs of these joint positions have no length.",
            "Check the order of the joints: it must be SMPL's.",
        )
    return float(np.linalg.norm(OFFSETS[legs], axis=-1).sum() / theirs)


def _lengths(points: np.ndarray) -> np.ndarray:
    """Length of each bone (24,), from a joint's parent to it, over the frames' median."""
    above = np.array([max(p, 0) for p in PARENTS])
    return np.median(np.linalg.norm(points - points[:, above], axis=-1), axis=0)


def _our_lengths(points: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The points with bones of our lengths and their own directions; the hips stay in place.

    The trunk is stretched as a whole from the pelvis to the neck and the shoulders spread from there:
    where along the spine its joints sit is a rig's own affair.
    """
    theirs, ours = _lengths(points), np.linalg.norm(OFFSETS, axis=-1)
    ratio = np.ones(NUM_JOINTS)
    for group in _GROUPS:
        known = [j for j in group if weights[j]]
        if known and theirs[known].sum() > 0.1 * ours[known].sum():
            ratio[list(group)] = ours[known].sum() / theirs[known].sum()
    trunk = ours[list(_TRUNK)].sum() / max(theirs[list(_TRUNK)].sum(), 0.1)
    width = float(np.median(np.linalg.norm(points[:, 16] - points[:, 17], axis=-1)))
    spread = _REST[16, 0] * 2 / max(width, 0.1)
    spread = 1.0 if abs(spread - 1) < _SHRUG else spread
    made = points.copy()
    for j in range(1, NUM_JOINTS):
        p, stretch = PARENTS[j], ratio[j]
        if j in _TRUNK:
            p, stretch = 0, trunk
        elif j in (13, 14, 16, 17):
            p, stretch = 12, spread
        made[:, j] = made[:, p] + stretch * (points[:, j] - points[:, p])
    hips = points[:, [1, 2]].mean(1) - made[:, [1, 2]].mean(1)
    return made + hips[:, None]


def _laid_along(points: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Global quaternions (T, 24, 4) that lay each bone along its points."""
    seen = (_lengths(points) > _TOO_SHORT) & (weights > 0)
    turns = np.zeros((len(points), NUM_JOINTS, 4))
    spine = next((j for j in (3, 6, 9) if seen[j]), 12)
    turns[:, 0] = _turned_to(points, (2, 1), ((1, 2), spine))
    collars = (14, 13) if seen[13] and seen[14] else (17, 16)
    turns[:, 9] = _turned_to(points, collars, ((9,) if seen[12] and seen[9] else (0,), 12))
    turns[:, 3] = rot.slerp(turns[:, 0], turns[:, 9], np.full(len(points), 1 / 3))
    turns[:, 6] = rot.slerp(turns[:, 0], turns[:, 9], np.full(len(points), 2 / 3))
    for j in range(NUM_JOINTS):
        hinge = next((h for h in _HINGES if h[0] == j), None)
        if j in (0, 3, 6, 9):
            continue
        above = turns[:, PARENTS[j]]
        if hinge and weights[list(hinge[:3])].all():
            turns[:, j] = _hinged(above, points, hinge)
        elif j in _SWINGS and seen[_SWINGS[j]]:
            turns[:, j] = _swung(above, points, j, _SWINGS[j])
        else:
            turns[:, j] = above
    return turns


def _turned_to(
    points: np.ndarray, across: tuple[int, int], up: tuple[tuple[int, ...], int]
) -> np.ndarray:
    """The turn (T, 4) that best brings a body part's left and up at rest to where the points say.

    Args:
        points: (T, 24, 3).
        across: joints from right to left.
        up: joints below, whose middle counts, and the joint above.
    """

    def axes(at: np.ndarray) -> np.ndarray:
        left = at[..., across[1], :] - at[..., across[0], :]
        upward = at[..., up[1], :] - at[..., list(up[0]), :].mean(-2)
        return np.stack([_unit(left), _unit(upward)], axis=-2)

    u, _, v = np.linalg.svd(np.einsum("tji,jk->tik", axes(points), axes(_REST)))
    u[..., 2] *= np.linalg.det(u @ v)[:, None]
    return rot.from_matrix(u @ v)


def _swung(above: np.ndarray, points: np.ndarray, joint: int, child: int) -> np.ndarray:
    bone = rot.rotate(above, np.broadcast_to(OFFSETS[child], points[:, 0].shape))
    return rot.multiply(rot.between(bone, points[:, child] - points[:, joint]), above)


def _hinged(above: np.ndarray, points: np.ndarray, hinge: tuple) -> np.ndarray:
    """An upper limb bone: along its points, its twist such that the limb bends about its hinge."""
    joint, middle, end, axis = hinge
    upper = _unit(points[:, middle] - points[:, joint])
    lower = _unit(points[:, end] - points[:, middle])
    seen = np.cross(upper, lower)
    sine = np.linalg.norm(seen, axis=-1, keepdims=True)
    at_rest = _limb_normal(OFFSETS[middle], OFFSETS[end], np.array(axis), (upper * lower).sum(-1))
    guess = rot.rotate(_swung(above, points, joint, middle), at_rest)
    share = np.clip((sine - _BENT[0]) / (_BENT[1] - _BENT[0]), 0, 1)
    share = share * share * (3 - 2 * share)
    wanted = share * seen / np.maximum(sine, 1e-9) + (1 - share) * guess
    bone = np.broadcast_to(_unit(OFFSETS[middle]), upper.shape)
    return rot.from_matrix(_frame(upper, wanted) @ _frame(bone, at_rest).swapaxes(-1, -2))


def _limb_normal(
    upper: np.ndarray, lower: np.ndarray, axis: np.ndarray, cosine: np.ndarray
) -> np.ndarray:
    """Normals (T, 3) of a limb's plane in its upper bone's frame, bent so far about its hinge.

    The two bones are neither in line at rest nor square to the hinge, so the normal is not the hinge
    itself. The bend b solves upper . R(axis, b) lower = cosine, a sum c0 + c1 cos b + c2 sin b.
    """
    upper, lower = _unit(upper), _unit(lower)
    along = axis * (axis @ lower)
    side, turned = lower - along, np.cross(axis, lower)
    c1, c2 = upper @ side, upper @ turned
    reach = np.clip((cosine - upper @ along) / np.hypot(c1, c2), -1, 1)
    bend = (np.arctan2(c2, c1) + np.arccos(reach))[:, None]
    bent = along + np.cos(bend) * side + np.sin(bend) * turned
    return _unit(np.cross(upper, bent))


def _unit(v: np.ndarray) -> np.ndarray:
    return v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-9)


def _frame(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Matrices (..., 3, 3): column 0 along ``first``, column 1 as near to ``second`` as can be."""
    return rot.from_6d(np.concatenate([first, second], axis=-1))


def _root_from_hips(points: np.ndarray, turns: np.ndarray) -> np.ndarray:
    middle = (OFFSETS[1] + OFFSETS[2]) / 2
    hips = (points[:, 1] + points[:, 2]) / 2
    return hips - rot.rotate(turns[:, 0], np.broadcast_to(middle, hips.shape))


def _refined(
    q: np.ndarray, root: np.ndarray, points: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Damped Gauss-Newton over 24 rotations and the root, every frame by itself.

    Unknowns are small turns about the world's axes, one a joint, that carry all below it; twists
    that no point shows stay as they are, since damping keeps them at 0.
    """
    below = _descendants()
    for _ in range(_STEPS):
        joints, turns = forward_kinematics(q, root)
        miss = (points - joints) * weights[:, None]
        jacobian = _jacobian(joints, below) * weights[:, None, None, None]
        frames = len(q)
        jacobian = jacobian.reshape(frames, NUM_JOINTS * 3, -1)
        square = jacobian.swapaxes(1, 2) @ jacobian
        square += _DAMPING * np.eye(square.shape[-1])
        right = jacobian.swapaxes(1, 2) @ miss.reshape(frames, -1, 1)
        step = np.linalg.solve(square, right)[..., 0].reshape(frames, NUM_JOINTS + 1, 3)
        small = rot.from_axis_angle(np.clip(step[:, :NUM_JOINTS], -0.5, 0.5))
        above = turns[:, list(PARENTS)]
        above[:, 0] = [1, 0, 0, 0]
        local = rot.multiply(rot.multiply(rot.conjugate(above), small), above)
        new_q, new_root = rot.normalise(rot.multiply(local, q)), root + step[:, NUM_JOINTS]
        after = (points - forward_kinematics(new_q, new_root)[0]) * weights[:, None]
        better = np.square(after).sum((1, 2)) < np.square(miss).sum((1, 2))
        q = np.where(better[:, None, None], new_q, q)
        root = np.where(better[:, None], new_root, root)
        if not better.any():
            break
    return q, root


def _descendants() -> np.ndarray:
    """(24, 24) 1 where the column's joint hangs, at any depth, on the row's."""
    below = np.zeros((NUM_JOINTS, NUM_JOINTS))
    for j in range(1, NUM_JOINTS):
        below[:, j] = below[:, PARENTS[j]]
        below[PARENTS[j], j] = 1
    return below


def _jacobian(joints: np.ndarray, below: np.ndarray) -> np.ndarray:
    """(T, 24 joints, 3, 25 turns and root, 3): how each joint moves with each unknown."""
    frames = len(joints)
    arm = (joints[:, None] - joints[:, :, None]) * below[None, :, :, None]  # turning, moved, 3
    cross = np.zeros((frames, NUM_JOINTS, 3, NUM_JOINTS + 1, 3))
    x, y, z = np.moveaxis(arm, -1, 0)  # (T, turning, moved)
    # d(w x r)/dw = -[r]x
    for row, column, value in ((0, 1, z), (0, 2, -y), (1, 0, -z), (1, 2, x), (2, 0, y), (2, 1, -x)):
        cross[:, :, row, :NUM_JOINTS, column] = value.swapaxes(1, 2)
    cross[:, :, :, NUM_JOINTS] = np.eye(3)
    return cross
