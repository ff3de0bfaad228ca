"""A foreign skeleton's rest pose: is it a standing figure, which way does it face, how is it aligned.

Limbs are aligned bone to bone; spine, neck, collars and head stand upright in both rest poses and
need nothing but the figure's own orientation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eightcount.motion import rotations as rot
from eightcount.motion.formats.bvh import BvhClip
from eightcount.motion.skeleton import NUM_JOINTS, OFFSETS, PARENTS

#: our bones whose rest direction is aligned to the source's, joint -> child
_ALIGNED = {1: 4, 2: 5, 4: 7, 5: 8, 16: 18, 17: 19, 18: 20, 19: 21}
#: joints that take another joint's alignment: hands the forearm's
_HANDS = {20: 18, 21: 19, 22: 18, 23: 19}
#: foot, its toe joint, and the shin that it may follow, where the source's legs are splayed at rest
_FEET = ((7, 10, 4), (8, 11, 5))
#: a rest pose stands when the trunk points against the legs at least so clearly (cosine)
_CLEAR = 0.7
#: axes of the figure are taken for the file's axes when this near to them (largest difference)
_NEAR_AXIS = 0.35
#: a foot whose toes point farther off than this at rest is aligned bone to bone (cosine, 60 degrees)
_FLAT_FOOT = 0.5


@dataclass(frozen=True)
class Rest:
    """The rest pose of the joints that stand for ours.

    Attributes:
        bones: (24, 3) from the nearest joint of ours above to each of ours, in the file's unit.
        facing: (3, 3) turns our rest pose's axes into the file's.
        standing: the rest pose is an upright figure; otherwise its bones say nothing.
        leg_length: thigh and shin, in the file's unit.
    """

    bones: np.ndarray
    facing: np.ndarray
    standing: bool
    leg_length: float

    @classmethod
    def of(cls, clip: BvhClip, index: list[int]) -> Rest:
        """The rest pose of a clip, ``index`` being the source joint of each of ours."""
        offsets = _rest_offsets(clip)
        places = np.zeros_like(offsets)
        for j, p in enumerate(clip.parents):
            places[j] = offsets[j] + (places[p] if p >= 0 else 0)
        bones = np.stack([_bone(clip, offsets, index, j) for j in range(NUM_JOINTS)])
        at = places[index]
        trunk = max((at[12], at[15], at[9]), key=lambda p: np.linalg.norm(p - at[0])) - at[0]
        legs = (at[7] + at[8] - at[1] - at[2]) / 2
        across, shoulders = at[1] - at[2], at[16] - at[17]
        standing = _cosine(trunk, legs) < -_CLEAR and _cosine(across, shoulders) > _CLEAR
        facing = _axes(trunk - legs, across) if standing else np.eye(3)
        length = float(np.linalg.norm(bones[4]) + np.linalg.norm(bones[7]))
        return cls(bones, facing, standing, length)


def rest_alignments(rest: Rest, feet_follow_shins: bool | None) -> np.ndarray:
    """Alignments (24, 3, 3): what the source's global rotations are multiplied by from the right.

    Args:
        rest: a standing rest pose.
        feet_follow_shins: None takes, for each foot, whatever brings our toes nearer to the
            source's.
    """
    align = np.broadcast_to(rest.facing, (NUM_JOINTS, 3, 3)).copy()
    for j, child in _ALIGNED.items():
        align[j] = _onto(rest, child) @ rest.facing
    for j, other in _HANDS.items():
        align[j] = align[other]
    for ankle, toe, shin in _FEET:
        follow = feet_follow_shins
        if follow is None:
            follow = _toe_fit(rest, align[shin], toe) > _toe_fit(rest, rest.facing, toe)
        if follow:
            align[ankle] = align[toe] = align[shin]
        pointed = _cosine(align[ankle] @ OFFSETS[toe], rest.bones[toe]) < _FLAT_FOOT
        if feet_follow_shins is None and pointed and rest.bones[toe].any():
            align[ankle] = align[toe] = _onto(rest, toe) @ rest.facing
    return align


def _onto(rest: Rest, child: int) -> np.ndarray:
    """The turn (3, 3) from our bone, in the file's axes, onto the source's."""
    return rot.to_matrix(rot.between(rest.facing @ OFFSETS[child], rest.bones[child]))


def _toe_fit(rest: Rest, align: np.ndarray, toe: int) -> float:
    """Cosine between our aligned foot and the source's; 0 where the source has no toes.

    Seen from above only: how high an ankle joint sits above the toes differs between skeletons.
    """
    up = rest.facing[:, 1]
    ours, theirs = align @ OFFSETS[toe], rest.bones[toe]
    return _cosine(ours - up * (ours @ up), theirs - up * (theirs @ up))


def _rest_offsets(clip: BvhClip) -> np.ndarray:
    """Offsets (J, 3); where position channels move a joint for good, what they say instead."""
    offsets = clip.offsets.copy()
    moved = np.abs(clip.positions - clip.offsets).max(axis=(0, 2)) > 0
    moved &= np.array(clip.parents) >= 0
    offsets[moved] = np.median(clip.positions[:, moved], axis=0)
    return offsets


def _bone(clip: BvhClip, offsets: np.ndarray, index: list[int], j: int) -> np.ndarray:
    """From our joint's parent to our joint through all that lies between, (3,)."""
    if PARENTS[j] < 0:
        return np.zeros(3)
    top, at, total = index[PARENTS[j]], index[j], np.zeros(3)
    while at not in (top, -1):
        total = total + offsets[at]
        at = clip.parents[at]
    return total if at == top else np.zeros(3)


def _axes(up: np.ndarray, left: np.ndarray) -> np.ndarray:
    """Left, up and forward as columns; whole axes of the file where they are near."""
    up = up / np.linalg.norm(up)
    left = left - up * (left @ up)
    left = left / np.linalg.norm(left)
    axes = np.stack([left, up, np.cross(left, up)], axis=1)
    whole = np.round(axes)
    near = np.abs(axes - whole).max() < _NEAR_AXIS and abs(np.linalg.det(whole) - 1) < 1e-6
    return whole if near else axes


def _cosine(a: np.ndarray, b: np.ndarray) -> float:
    lengths = np.linalg.norm(a) * np.linalg.norm(b)
    return float(a @ b / lengths) if lengths > 1e-9 else 0.0
