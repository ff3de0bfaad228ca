"""From a foreign BVH skeleton to ours: by global rotations, aware of the rest pose.

For every joint of ours a joint of the source is named. The source's global rotation, times a fixed
alignment that turns our rest-pose bone onto the source's rest-pose bone, is our global rotation.
Limbs are aligned bone to bone; spine, neck, collars and head stand upright in both rest poses and
need no alignment. The middle between the hips carries the position, scaled by leg length.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from eightcount.motion import rotations as rot
from eightcount.motion.contacts import find_contacts, foot_clearance
from eightcount.motion.errors import EightcountError
from eightcount.motion.formats.bvh import BvhClip
from eightcount.motion.kinematics import forward_kinematics, local_from_global
from eightcount.motion.motion import Motion
from eightcount.motion.skeleton import NUM_JOINTS, OFFSETS

#: our bones whose rest direction is aligned to the source's, joint -> child
_ALIGNED = {1: 4, 2: 5, 4: 7, 5: 8, 16: 18, 17: 19, 18: 20, 19: 21}
#: joints that take another joint's alignment: hands the forearm's
_HANDS = {20: 18, 21: 19, 22: 18, 23: 19}
#: feet the shin's, where the source's legs are splayed at rest
_FEET = {7: 4, 8: 5, 10: 4, 11: 5}

#: an ankle twists less than this (radians), and bends less than a dancer's point
_MAX_TWIST = np.radians(75)
_MAX_POINT = np.radians(90)


@dataclass(frozen=True)
class SkeletonMap:
    """Which joint of a source skeleton stands for each of ours.

    Attributes:
        sources: 24 source joint names in our order.
        marker: a source joint name by which the skeleton is recognised.
        feet_follow_shins: the feet take the shins' alignment (source legs splayed at rest).
        blended: our joints that lie between two of ours, joint -> (a, b): the mean of both turns.
    """

    name: str
    sources: tuple[str, ...]
    marker: str
    feet_follow_shins: bool = True
    blended: dict[int, tuple[int, int]] = field(default_factory=dict)


CMU = SkeletonMap(
    "cmu",
    [
        "Hips",
        "LeftUpLeg",
        "RightUpLeg",
        "LowerBack",
        "LeftLeg",
        "RightLeg",
        "Spine",
        "LeftFoot",
        "RightFoot",
        "Spine1",
        "LeftToeBase",
        "RightToeBase",
        "Neck1",
        "LeftShoulder",
        "RightShoulder",
        "Head",
        "LeftArm",
        "RightArm",
        "LeftForeArm",
        "RightForeArm",
        "LeftHand",
        "RightHand",
        "LeftHand",
        "RightHand",
    ],
    "LeftUpLeg",
)
CMU_MOTIONBUILDER = SkeletonMap(
    "cmu-131",
    [
        "Hips",
        "LeftHip",
        "RightHip",
        "lowerback",
        "LeftKnee",
        "RightKnee",
        "Chest",
        "LeftAnkle",
        "RightAnkle",
        "Chest2",
        "LeftToe",
        "RightToe",
        "Neck",
        "LeftCollar",
        "RightCollar",
        "Head",
        "LeftShoulder",
        "RightShoulder",
        "LeftElbow",
        "RightElbow",
        "LeftWrist",
        "RightWrist",
        "LeftWrist",
        "RightWrist",
    ],
    "LeftKnee",
)
CMU_POSER = SkeletonMap(
    "cmu-poser",
    [
        "hip",
        "lThigh",
        "rThigh",
        "abdomen",
        "lShin",
        "rShin",
        "abdomen",
        "lFoot",
        "rFoot",
        "chest",
        "lFoot",
        "rFoot",
        "neck",
        "lCollar",
        "rCollar",
        "head",
        "lShldr",
        "rShldr",
        "lForeArm",
        "rForeArm",
        "lHand",
        "rHand",
        "lHand",
        "rHand",
    ],
    "lThigh",
    feet_follow_shins=False,
    blended={6: (3, 9)},
)
KNOWN = (CMU, CMU_MOTIONBUILDER, CMU_POSER)


def recognise(clip: BvhClip) -> SkeletonMap:
    """The map for a clip's skeleton.

    Raises:
        EightcountError: ``skeleton-unknown`` when no known map fits.
    """
    for known in KNOWN:
        if known.marker in clip.names and set(known.sources) <= set(clip.names):
            return known
    raise EightcountError(
        "skeleton-unknown",
        f"This skeleton is not known (its joints begin {', '.join(clip.names[:6])}).",
        "Add a SkeletonMap for it in eightcount/data/retarget.py.",
    )


def retarget(clip: BvhClip, skeleton: SkeletonMap | None = None) -> Motion:
    """Bring a BVH clip onto our skeleton, at the clip's own frame rate.

    The floor is not touched here: see :func:`floor_height`. Contacts are left at 0 until then.
    """
    skeleton = skeleton or recognise(clip)
    index = [clip.names.index(name) for name in skeleton.sources]
    source_turns, source_places = clip.global_pose()
    align = _alignments(clip, skeleton, index)
    turns = source_turns[:, index] @ align
    for j, (a, b) in skeleton.blended.items():
        u, _, v = np.linalg.svd(turns[:, a] + turns[:, b])
        turns[:, j] = u @ v
    scale = _leg(OFFSETS, 4, 7) / _leg(clip.offsets, index[4], index[7])
    hips = (source_places[:, index[1]] + source_places[:, index[2]]) / 2 * scale
    root = hips - turns[:, 0] @ ((OFFSETS[1] + OFFSETS[2]) / 2)
    q = local_from_global(rot.from_matrix(turns))
    for ankle, toe in ((7, 10), (8, 11)):
        q[:, ankle] = _possible_ankle(q[:, ankle], OFFSETS[toe])
    return Motion(rot.unroll(q), root, np.zeros((len(q), 4)), clip.fps)


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


def _alignments(clip: BvhClip, skeleton: SkeletonMap, index: list[int]) -> np.ndarray:
    align = np.broadcast_to(np.eye(3), (NUM_JOINTS, 3, 3)).copy()
    for j, child in _ALIGNED.items():
        align[j] = rot.to_matrix(rot.between(OFFSETS[child], clip.offsets[index[child]]))
    borrowed = dict(_HANDS)
    if skeleton.feet_follow_shins:
        borrowed |= _FEET
    for j, other in borrowed.items():
        align[j] = align[other]
    return align


def _leg(offsets: np.ndarray, knee: int, ankle: int) -> float:
    return float(np.linalg.norm(offsets[knee]) + np.linalg.norm(offsets[ankle]))


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
