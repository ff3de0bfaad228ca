"""Skeletons are recognised by their joints' names."""

from __future__ import annotations

import pytest

from eightcount.data.joint_names import map_by_names, split_side
from eightcount.motion.errors import EightcountError
from eightcount.motion.skeleton import JOINTS

#: tool -> trunk from the pelvis to the chest, neck and head, left arm, left leg
RIGS = {
    "mixamo": (
        "mixamorig:Hips mixamorig:Spine mixamorig:Spine1 mixamorig:Spine2",
        "mixamorig:Neck mixamorig:Head",
        "mixamorig:LeftShoulder mixamorig:LeftArm mixamorig:LeftForeArm mixamorig:LeftHand",
        "mixamorig:LeftUpLeg mixamorig:LeftLeg mixamorig:LeftFoot mixamorig:LeftToeBase",
    ),
    "motorica": (
        "Hips Spine Spine1", "Neck Head", "LeftShoulder LeftArm LeftForeArm LeftHand",
        "LeftUpLeg LeftLeg LeftFoot LeftToeBase",
    ),
    "lafan": (
        "Hips Spine Spine1 Spine2", "Neck Head", "LeftShoulder LeftArm LeftForeArm LeftHand",
        "LeftUpLeg LeftLeg LeftFoot LeftToe",
    ),
    "rokoko": (
        "Hips Spine1 Spine2 Spine3 Spine4", "Neck Head",
        "LeftShoulder LeftArm LeftForeArm LeftHand", "LeftThigh LeftShin LeftFoot LeftToe",
    ),
    "biped": (
        "Bip01_Pelvis Bip01_Spine Bip01_Spine1", "Bip01_Neck Bip01_Head",
        "Bip01_L_Clavicle Bip01_L_UpperArm Bip01_L_Forearm Bip01_L_Hand",
        "Bip01_L_Thigh Bip01_L_Calf Bip01_L_Foot Bip01_L_Toe0",
    ),
    "xsens": (
        "Hips Chest Chest2 Chest3 Chest4", "Neck Head",
        "LeftCollar LeftShoulder LeftElbow LeftWrist", "LeftHip LeftKnee LeftAnkle LeftToe",
    ),
    "unreal": (
        "pelvis spine_01 spine_02 spine_03", "neck_01 head",
        "clavicle_l upperarm_l lowerarm_l hand_l", "thigh_l calf_l foot_l ball_l",
    ),
    "optitrack": (
        "Hip Ab Chest", "Neck Head", "LShoulder LUArm LFArm LHand", "LThigh LShin LFoot LToe",
    ),
    "vrm": (
        "hips spine chest upperChest", "neck head",
        "leftShoulder leftUpperArm leftLowerArm leftHand",
        "leftUpperLeg leftLowerLeg leftFoot leftToes",
    ),
    "rigify": (
        "DEF-spine DEF-spine.001 DEF-spine.002", "DEF-neck DEF-head",
        "DEF-shoulder.L DEF-upper_arm.L DEF-forearm.L DEF-hand.L",
        "DEF-thigh.L DEF-shin.L DEF-foot.L DEF-toe.L",
    ),
    "asf": (
        "root lowerback upperback thorax", "lowerneck head",
        "lclavicle lhumerus lradius lwrist", "lfemur ltibia lfoot ltoes",
    ),
}  # fmt: skip


def right(name: str) -> str:
    """The right side's name."""
    swaps = {"Left": "Right", "left": "right", "_L_": "_R_", ".L": ".R", "_l": "_r"}
    for old, new in swaps.items():
        if old in name:
            return name.replace(old, new)
    return name.replace("L", "R", 1) if name[0] == "L" else "r" + name[1:]


def tree(rig) -> tuple[list[str], list[int]]:
    trunk, top, arm, leg = (part.split() for part in rig)
    names, parents = [], []

    def chain(parts: list[str], at: int) -> None:
        for part in parts:
            names.append(part)
            parents.append(at)
            at = len(names) - 1

    chain(trunk, -1)
    chest = len(trunk) - 1
    chain(top, chest)
    for mirror in (str, right):
        chain([mirror(name) for name in arm], chest)
        chain([mirror(name) for name in leg], 0)
    return names, parents


@pytest.mark.parametrize("tool", RIGS)
def test_rigs_of_many_tools(tool):
    trunk, top, arm, leg = (part.split() for part in RIGS[tool])
    made = dict(zip(JOINTS, map_by_names(*tree(RIGS[tool])).sources, strict=True))
    for side in (str, right):
        prefix = "left" if side is str else "right"
        parts = ("collar", "shoulder", "elbow", "wrist")
        assert [made[f"{prefix}_{part}"] for part in parts] == [side(name) for name in arm]
        parts = ("hip", "knee", "ankle", "foot")
        assert [made[f"{prefix}_{part}"] for part in parts] == [side(name) for name in leg]
    assert (made["pelvis"], made["spine1"], made["spine3"]) == (trunk[0], trunk[1], trunk[-1])
    assert made["head"] == top[1]
    assert made["neck"] in (top[0], top[1])


def test_our_own_names():
    parents = [-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21]
    assert map_by_names(JOINTS, parents).sources == JOINTS


def test_two_spine_joints_leave_the_middle_one_between():
    made = map_by_names(*tree(RIGS["motorica"]))
    assert made.blended == {6: (3, 9)}


def test_missing_limb_is_named():
    names, parents = tree(RIGS["lafan"])
    names = [name.replace("LeftForeArm", "Thing") for name in names]
    with pytest.raises(EightcountError, match="no joint for left_elbow"):
        map_by_names(names, parents)


@pytest.mark.parametrize(
    ("name", "side"),
    [("LeftHandIndex1", ""), ("LeftToe_End", ""), ("l_arm", "left"), ("Leg.R", "right")],
)
def test_sides(name, side):
    assert split_side(name)[0] == side
