"""npz and BVH: round trips and bad files."""

from __future__ import annotations

import numpy as np
import pytest

from eightcount.motion.errors import EightcountError
from eightcount.motion.formats.bvh import motion_from_bvh, read_bvh, save_bvh
from eightcount.motion.formats.npz import load_take, save_take


def test_bvh_round_trip(tmp_path, swaying):
    save_bvh(tmp_path / "踊り.bvh", swaying)
    back = motion_from_bvh(tmp_path / "踊り.bvh")
    assert back.fps == pytest.approx(30)
    np.testing.assert_allclose(back.joints(), swaying.joints(), atol=1e-5)


def test_bvh_survives_the_pole(tmp_path, swaying):
    from eightcount.motion import rotations as rot
    from eightcount.motion.motion import Motion

    q = swaying.rotations.copy()
    q[:, 5] = rot.from_matrix(
        rot.about_axis("z", np.linspace(0, 1, 40)) @ rot.about_axis("x", np.full(40, np.pi / 2))
    )
    motion = Motion(q, swaying.translation, swaying.contacts)
    save_bvh(tmp_path / "pole.bvh", motion)
    np.testing.assert_allclose(
        motion_from_bvh(tmp_path / "pole.bvh").joints(), motion.joints(), atol=1e-4
    )


def test_bvh_global_pose_is_fk(tmp_path, swaying):
    save_bvh(tmp_path / "a.bvh", swaying, scale=1.0)
    clip = read_bvh(tmp_path / "a.bvh")
    places = clip.global_pose()[1]
    order = [clip.names.index("left_wrist"), clip.names.index("head")]
    np.testing.assert_allclose(places[:, order], swaying.joints()[:, [20, 15]], atol=1e-4)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\nCHANNELS 1 Zrotation\n}\n"
        "MOTION\nFrames: 2\nFrame Time: 0.1\n1\n",
    ],
    ids=["empty", "cut off"],
)
def test_broken_bvh_is_named(tmp_path, text):
    (tmp_path / "x.bvh").write_text(text)
    with pytest.raises(EightcountError, match="x.bvh"):
        read_bvh(tmp_path / "x.bvh")


def test_foreign_bvh_is_not_taken_for_ours(tmp_path):
    text = (
        "HIERARCHY\nROOT Hips\n{\nOFFSET 0 0 0\nCHANNELS 1 Zrotation\nEnd Site\n{\nOFFSET 0 1 0\n}\n}\n"
        "MOTION\nFrames: 1\nFrame Time: 0.1\n1\n"
    )
    (tmp_path / "x.bvh").write_text(text)
    with pytest.raises(EightcountError, match="24 joints"):
        motion_from_bvh(tmp_path / "x.bvh")


def test_take_round_trip(tmp_path, swaying):
    path = tmp_path / "take.npz"
    beats = np.array([3.5, 18.0])
    save_take(path, swaying, beats=beats, genre="salsa", seed=2**63 + 5, model="m", extra={"a": 1})
    take = load_take(path)
    assert (take.genre, take.seed, take.model, take.extra) == ("salsa", 2**63 + 5, "m", {"a": 1})
    np.testing.assert_allclose(take.motion.joints(), swaying.joints(), atol=1e-5)
    np.testing.assert_allclose(take.beats, beats)
    with np.load(path) as data:
        assert data["joints"].shape == (40, 24, 3) and data["smpl_poses"].shape == (40, 72)
        np.testing.assert_allclose(data["joints"], swaying.joints(), atol=1e-5)


def test_broken_takes_are_named(tmp_path):
    with pytest.raises(EightcountError, match="no take"):
        load_take(tmp_path / "gone.npz")
    (tmp_path / "x.npz").write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(EightcountError, match="x.npz"):
        load_take(tmp_path / "x.npz")
    np.savez(tmp_path / "y.npz", smpl_poses=np.zeros((2, 72)))
    with pytest.raises(EightcountError, match="smpl_trans"):
        load_take(tmp_path / "y.npz")
