"""Retargeting: a known pose in a foreign rest pose arrives as the same pose."""

from __future__ import annotations

import numpy as np
import pytest

from eightcount.data.retarget import CMU, KNOWN, floor_height, on_floor, recognise, retarget
from eightcount.motion import rotations as rot
from eightcount.motion.errors import EightcountError
from eightcount.motion.formats.bvh import BvhClip
from eightcount.motion.skeleton import JOINTS, NUM_JOINTS, OFFSETS, PARENTS, rest_height

SCALE = 17.0  # the foreign file's units to the metre


def foreign_clip(splay: float, pose: np.ndarray) -> BvhClip:
    """Our skeleton under CMU's names, legs splayed at rest by ``splay`` radians, in a global pose.

    The bones of the legs point elsewhere at rest, so each global rotation that shows the same
    figure is ours times the inverse of that splay.
    """
    names = list(CMU.sources[:22])
    turn = {1: splay, 4: splay, 7: splay, 2: -splay, 5: -splay, 8: -splay}
    offsets = OFFSETS[:22].copy()
    for j in range(1, 22):
        angle = turn.get(PARENTS[j])
        if angle is not None:
            offsets[j] = rot.about_axis("z", np.array(angle)) @ offsets[j]
    turns = pose[:, :22].copy()
    for j, angle in turn.items():
        turns[:, j] = turns[:, j] @ rot.about_axis("z", np.array(-angle))
    local = turns.copy()
    for j in range(1, 22):
        local[:, j] = turns[:, PARENTS[j]].transpose(0, 2, 1) @ turns[:, j]
    positions = np.broadcast_to(offsets, (len(pose), 22, 3)) * SCALE
    return BvhClip(tuple(names), PARENTS[:22], offsets * SCALE, local, positions.copy(), 120.0)


def random_pose(frames: int = 3) -> np.ndarray:
    rng = np.random.default_rng(2)
    return rot.to_matrix(rot.from_axis_angle(rng.normal(size=(frames, NUM_JOINTS, 3)) * 0.5))


@pytest.mark.parametrize("splay", [0.0, 0.35])
def test_pose_arrives_whatever_the_rest_pose(splay):
    pose = random_pose()
    motion = retarget(foreign_clip(splay, pose))
    expected = pose.copy()
    for child, parent in ((10, 7), (11, 8), (22, 20), (23, 21)):
        expected[:, child] = pose[:, child] if child < 22 else pose[:, parent]
    joints = motion.joints()
    body = [j for j in range(22) if j not in (10, 11)]
    for j in body[1:]:
        bone = np.einsum("tij,j->ti", expected[:, PARENTS[j]], OFFSETS[j])
        np.testing.assert_allclose(joints[:, j] - joints[:, PARENTS[j]], bone, atol=1e-5)


def test_scale_follows_the_legs():
    clip = foreign_clip(0.0, np.broadcast_to(np.eye(3), (2, NUM_JOINTS, 3, 3)).copy())
    clip.positions[:, 0] = [0, 0.9 * SCALE, 0]
    assert retarget(clip).translation[0, 1] == pytest.approx(0.9, abs=1e-5)


def test_floor_is_where_the_soles_are():
    clip = foreign_clip(0.0, np.broadcast_to(np.eye(3), (4, NUM_JOINTS, 3, 3)).copy())
    clip.positions[:, 0] = [0, (rest_height() + 0.3) * SCALE, 0]
    motion = retarget(clip)
    assert floor_height(motion) == pytest.approx(0.3, abs=1e-5)
    assert on_floor(motion, 0.3).contacts.all()


def test_maps_name_every_joint():
    assert all(len(known.sources) == len(JOINTS) for known in KNOWN)


def test_unknown_skeleton_is_named():
    clip = foreign_clip(0.0, random_pose())
    odd = BvhClip(
        tuple(f"b{i}" for i in range(22)),
        clip.parents,
        clip.offsets,
        clip.rotations,
        clip.positions,
        30,
    )
    with pytest.raises(EightcountError, match="b0"):
        recognise(odd)
