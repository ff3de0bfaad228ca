"""BVH of other rest poses, names, units and axes: the same dance arrives."""

from __future__ import annotations

import numpy as np
import pytest

from eightcount.data.checks import check_motion
from eightcount.data.readers import bvh
from eightcount.data.readers.base import Options
from eightcount.data.skeleton_maps import read_skeleton_map
from eightcount.motion import rotations as rot
from eightcount.motion.errors import EightcountError
from eightcount.motion.skeleton import JOINTS, OFFSETS
from tests.data.foreign import MIXAMO, assert_same_dance, dance, write_bvh

LAFAN = [name.replace("ToeBase", "Toe") for name in MIXAMO]


def about(axis: str, degrees: float) -> np.ndarray:
    return rot.about_axis(axis, np.radians(degrees))


def arms_down(degrees: float) -> dict[int, np.ndarray]:
    left, right = about("z", -degrees), about("z", degrees)
    return {16: left, 18: left, 20: left, 17: right, 19: right, 21: right}


def legs_apart(degrees: float) -> dict[int, np.ndarray]:
    left, right = about("z", degrees), about("z", -degrees)
    return {1: left, 4: left, 7: left, 10: left, 2: right, 5: right, 8: right, 11: right}


def bones_along_x() -> dict[int, np.ndarray]:
    """LAFAN1's way: every bone along its joint's x axis at rest, the whole figure a line."""
    child = {0: 3, 1: 4, 2: 5, 3: 6, 4: 7, 5: 8, 6: 9, 7: 10, 8: 11, 9: 12, 12: 15, 13: 16, 14: 17,
             16: 18, 17: 19, 18: 20, 19: 21}  # fmt: skip
    x = np.array([1.0, 0, 0])
    rest = {j: rot.to_matrix(rot.between(OFFSETS[c], x)) for j, c in child.items()}
    return rest | {10: rest[7], 11: rest[8], 15: rest[12], 20: rest[18], 21: rest[19]}


def read(path, **options):
    reading = bvh.read(path, Options(**options))
    checked = check_motion(reading.motion, scaled=reading.scaled)
    assert len(checked.pieces) == 1
    return checked.pieces[0], (*reading.notes, *checked.notes)


@pytest.mark.parametrize(
    "rest", [{}, arms_down(45), arms_down(85), legs_apart(20)], ids=["T", "A", "I", "splayed"]
)
def test_rest_pose_does_not_matter(tmp_path, rest):
    expected = dance()
    motion, notes = read(write_bvh(tmp_path / "a.bvh", expected, rest=rest, prefix="mixamorig:"))
    assert_same_dance(motion, expected, 0.012)
    assert "centimetres" in notes[0]


@pytest.mark.parametrize(
    ("scale", "unit"),
    [(1.0, "metres"), (39.37, "inches"), (1000.0, "millimetres"), (17.0, "5.9 cm")],
)
def test_legs_give_the_scale(tmp_path, scale, unit):
    expected = dance(60)
    motion, notes = read(write_bvh(tmp_path / "a.bvh", expected, scale=scale))
    assert_same_dance(motion, expected)
    assert unit in notes[0]


@pytest.mark.parametrize("axes", [about("x", 90), about("x", 90) @ about("z", 90)])
def test_z_up_is_turned_and_said(tmp_path, axes):
    expected = dance(60)
    motion, notes = read(write_bvh(tmp_path / "a.bvh", expected, world=axes))
    back = rot.to_matrix(rot.between(axes[:, 1], np.array([0, 1.0, 0]))) @ axes
    assert_same_dance(motion, expected.turned(float(rot.yaw_of(back))))
    assert any("was turned to y" in note for note in notes)


def test_figure_that_faces_backward_at_rest(tmp_path):
    """World and rest pose are turned by half: the file's forward is -z."""
    expected = dance(60)
    motion, _ = read(write_bvh(tmp_path / "a.bvh", expected, world=about("y", 180)))
    assert_same_dance(motion, expected.turned(np.pi))


def test_rest_pose_without_a_figure_is_learnt_from_the_motion(tmp_path):
    expected = dance(240)
    motion, notes = read(write_bvh(tmp_path / "a.bvh", expected, LAFAN, rest=bones_along_x()))
    assert any("learnt from the motion" in note for note in notes)
    off = np.linalg.norm(motion.joints() - expected.joints(), axis=-1)
    body = [j for j in range(22) if j != 15]
    assert off[:, body].mean() < 0.02 and off[:, body].max() < 0.08
    straight = rot.multiply(rot.conjugate(expected.rotations), motion.rotations)
    turned = np.degrees(np.linalg.norm(rot.to_axis_angle(straight), axis=-1))
    assert np.median(turned[:, [1, 2, 4, 5]], axis=0).max() < 12  # knees bend about their hinges


def test_user_map(tmp_path):
    odd = {joint: f"bone_{number}" for number, joint in enumerate(JOINTS[:22])}
    path = write_bvh(tmp_path / "a.bvh", dance(60), list(odd.values()))
    with pytest.raises(EightcountError, match="bone_0, bone_1.*--map"):
        bvh.read(path, Options())
    lines = [f'{joint} = "{name}"' for joint, name in odd.items()]
    (tmp_path / "map.toml").write_text("[joints]\n" + "\n".join(lines))
    motion, _ = read(path, skeleton=read_skeleton_map(tmp_path / "map.toml"))
    assert_same_dance(motion, dance(60))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("joints = 3", r"no table \[joints\]"),
        ('[joints]\nnose = "N"', "names nose"),
        ('[joints]\npelvis = "Hips"', "no joint for left_hip"),
        ("[joints", "cannot be used"),
    ],
)
def test_bad_maps_are_named(tmp_path, text, message):
    (tmp_path / "map.toml").write_text(text)
    with pytest.raises(EightcountError, match=message):
        read_skeleton_map(tmp_path / "map.toml")


def test_map_of_another_skeleton_is_named(tmp_path):
    path = write_bvh(tmp_path / "a.bvh", dance(40))
    names = [f"x{j}" for j in range(22)]
    lines = [f'{joint} = "{name}"' for joint, name in zip(JOINTS[:22], names, strict=True)]
    (tmp_path / "map.toml").write_text("[joints]\n" + "\n".join(lines))
    with pytest.raises(EightcountError, match="which the file does not have"):
        bvh.read(path, Options(skeleton=read_skeleton_map(tmp_path / "map.toml")))


def test_cut_off_file_is_named(tmp_path):
    path = write_bvh(tmp_path / "a.bvh", dance(60))
    path.write_text(path.read_text()[:-3000])
    with pytest.raises(EightcountError, match="60 frames of 69 numbers"):
        bvh.read(path, Options())


def test_legs_without_length_are_named(tmp_path):
    path = write_bvh(tmp_path / "a.bvh", dance(40), scale=1e-9)
    with pytest.raises(EightcountError, match="no length"):
        bvh.read(path, Options())


def test_frame_rate_is_the_whole_one(tmp_path):
    path = write_bvh(tmp_path / "a.bvh", dance(40, fps=120.0))
    path.write_text(path.read_text().replace("0.00833333", "0.008333"))
    assert bvh.read(path, Options()).motion.fps == 120
    assert bvh.read(path, Options(fps=60.0)).motion.fps == 60
