"""From a foreign BVH skeleton to ours: by global rotations, aware of the rest pose.

For every joint of ours a joint of the source is named. The source's global rotation, times a fixed
alignment that turns our rest-pose bone onto the source's rest-pose bone, is our global rotation
(:mod:`eightcount.data.rest_pose`). The middle between the hips carries the position, scaled by leg
length.
"""

from __future__ import annotations

import numpy as np

from eightcount.data.joint_names import recognise
from eightcount.data.position_fit import fit_positions
from eightcount.data.rest_pose import Rest, rest_alignments
from eightcount.data.skeleton_maps import CMU, CMU_MOTIONBUILDER, CMU_POSER, KNOWN, SkeletonMap
from eightcount.motion import rotations as rot
from eightcount.motion.contacts import find_contacts, foot_clearance
from eightcount.motion.errors import EightcountError
from eightcount.motion.formats.bvh import BvhClip
from eightcount.motion.kinematics import forward_kinematics, local_from_global
from eightcount.motion.motion import Motion
from eightcount.motion.skeleton import NUM_JOINTS, OFFSETS, PARENTS

__all__ = [
    "CMU", "CMU_MOTIONBUILDER", "CMU_POSER", "KNOWN", "SkeletonMap",
    "floor_height", "on_floor", "recognise", "retarget",
]  # fmt: skip

#: an ankle twists less than this (radians), and bends less than a dancer's point
_MAX_TWIST = np.radians(75)
_MAX_POINT = np.radians(90)
#: frames that are looked at to learn the alignment of a skeleton without a standing rest pose
_CALIBRATION_FRAMES = 240


def retarget(clip: BvhClip, skeleton: SkeletonMap | None = None) -> Motion:
    """Bring a BVH clip onto our skeleton, at the clip's own frame rate.

    The floor is not touched here: see :func:`floor_height`. Contacts are left at 0 until then.

    Raises:
        EightcountError: ``skeleton-unknown``, ``skeleton-map`` or ``skeleton-flat``.
    """
    skeleton = skeleton or recognise(clip)
    missing = sorted(set(skeleton.sources) - set(clip.names))
    if missing:
        raise EightcountError(
            "skeleton-map",
            f"The map {skeleton.name} names {', '.join(missing)}, which the file does not have.",
            f"Its joints are {', '.join(clip.names)}.",
        )
    index = [clip.names.index(name) for name in skeleton.sources]
    source_turns, source_places = clip.global_pose()
    rest = Rest.of(clip, index)
    if rest.leg_length <= 0 or not np.isfinite(rest.leg_length):
        raise EightcountError(
            "skeleton-flat", "The legs of this skeleton have no length.", "Export it with offsets."
        )
    source_turns, source_places = source_turns[:, index], source_places[:, index]
    if rest.standing:
        align = rest_alignments(rest, skeleton.feet_follow_shins)
    else:
        align = _alignments_by_motion(source_turns, source_places, index)
    turns = source_turns @ align
    for j, (a, b) in skeleton.blended.items():
        u, _, v = np.linalg.svd(turns[:, a] + turns[:, b])
        turns[:, j] = u @ v
    scale = our_leg_length() / rest.leg_length
    hips = (source_places[:, 1] + source_places[:, 2]) / 2 * scale
    root = hips - turns[:, 0] @ ((OFFSETS[1] + OFFSETS[2]) / 2)
    q = local_from_global(rot.from_matrix(turns))
    for ankle, toe in ((7, 10), (8, 11)):
        q[:, ankle] = _possible_ankle(q[:, ankle], OFFSETS[toe])
    return Motion(rot.unroll(q), root, np.zeros((len(q), 4)), clip.fps)


def our_leg_length() -> float:
    """Thigh and shin of our skeleton, metres."""
    return float(np.linalg.norm(OFFSETS[4]) + np.linalg.norm(OFFSETS[7]))


def _alignments_by_motion(turns: np.ndarray, places: np.ndarray, index: list[int]) -> np.ndarray:
    """Alignments (24, 3, 3) of a skeleton whose rest pose is no standing figure.

    Some files (LAFAN1's among them) have all bones along one axis at rest. Then a figure is fitted
    to the joints' positions in frames all over the clip, and each joint's alignment is the one turn
    that best explains the fitted rotations by the file's own (chordal mean).

    Args:
        turns, places: global rotations (T, 24, 3, 3) and positions (T, 24, 3) of the source joints.
        index: source joint of each of ours; joints that share one have no position of their own.
    """
    chosen = np.unique(np.linspace(0, len(turns) - 1, _CALIBRATION_FRAMES).astype(int))
    weights = np.array([float(s not in index[:j]) for j, s in enumerate(index)])
    fitted = fit_positions(places[chosen], weights).motion
    wanted = rot.to_matrix(
        forward_kinematics(fitted.rotations.astype(np.float64), fitted.translation)[1]
    )
    total = np.einsum("tjba,tjbc->jac", turns[chosen], wanted)
    u, _, v = np.linalg.svd(total)
    u[..., 2] *= np.linalg.det(u @ v)[:, None]
    align = u @ v
    for j in range(1, NUM_JOINTS):
        if weights[j] == 0 and index[j] == index[PARENTS[j]]:
            align[j] = align[PARENTS[j]]
    return align


def _possible_ankle(q: np.ndarray, foot: np.ndarray) -> np.ndarray:
    """Ankle rotations (T, 4) without what no ankle does.

    Some captures write a pointed foot the long way round: the toes point where they should, but the
    foot is twisted by half a turn about its own axis. Where that happens, the clip's twist is
    dropped; and no foot bends farther than a dancer's point.

    Args:
        q: local rotations.
        foot: direction of the foot at rest (3,).
    """
    axis = foot / np.linalg.norm(foot)
    along = q[:, 1:] @ axis
    twist = rot.normalise(np.concatenate([q[:, :1], along[:, None] * axis], axis=1))
    swing = rot.multiply(q, rot.conjugate(twist))
    twisted = 2 * np.arctan2(np.abs(along), np.abs(q[:, 0])) > _MAX_TWIST
    if twisted.mean() > 0.01:
        twist = np.broadcast_to(np.array([1.0, 0, 0, 0]), q.shape)
    bend = rot.to_axis_angle(swing)
    angle = np.linalg.norm(bend, axis=-1, keepdims=True)
    bend = bend * np.minimum(1, _MAX_POINT / np.maximum(angle, 1e-9))
    return rot.multiply(rot.from_axis_angle(bend), twist)


def floor_height(motion: Motion) -> float:
    """Where this clip's floor lies: the 5th percentile of its lowest sole, metres.

    A clip full of jumps or climbing misleads this: take the median over a subject's clips.
    """
    return float(np.percentile(foot_clearance(motion.joints()).min(1), 5))


def on_floor(motion: Motion, floor: float) -> Motion:
    """The motion lowered by ``floor`` metres, with contacts found anew."""
    place = motion.translation - np.array([0, floor, 0], np.float32)
    joints = forward_kinematics(motion.rotations, place)[0]
    return Motion(motion.rotations, place, find_contacts(joints, motion.fps), motion.fps)
