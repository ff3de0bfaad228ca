"""Which joint of a foreign skeleton stands for each of ours: known maps, and a user's TOML."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from eightcount.motion.errors import EightcountError
from eightcount.motion.skeleton import JOINTS
from eightcount.motion.tables import read_tables

#: joints that a map must name; the others are filled in from their neighbours
REQUIRED = (
    "pelvis", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle",
    "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist",
)  # fmt: skip
#: joint -> joints whose source it takes when it has none of its own, the first that has one
_STAND_INS = {
    "spine1": ("spine2", "spine3", "pelvis"),
    "spine2": ("spine3", "spine1"),
    "spine3": ("spine2", "spine1"),
    "neck": ("head", "spine3"),
    "head": ("neck",),
    "left_collar": ("spine3",),
    "right_collar": ("spine3",),
    "left_foot": ("left_ankle",),
    "right_foot": ("right_ankle",),
    "left_hand": ("left_wrist",),
    "right_hand": ("right_wrist",),
}


@dataclass(frozen=True)
class SkeletonMap:
    """Which joint of a source skeleton stands for each of ours.

    Attributes:
        sources: 24 source joint names in our order.
        marker: a source joint name by which the skeleton is recognised.
        feet_follow_shins: the feet take the shins' alignment (source legs splayed at rest); None
            lets the rest pose decide.
        blended: our joints that lie between two of ours, joint -> (a, b): the mean of both turns.
    """

    name: str
    sources: tuple[str, ...]
    marker: str = ""
    feet_follow_shins: bool | None = True
    blended: dict[int, tuple[int, int]] = field(default_factory=dict)


def complete_map(name: str, named: dict[str, str]) -> SkeletonMap:
    """A map of some of our joints' names -> source names, with the missing ones filled in.

    Raises:
        EightcountError: ``skeleton-map`` when a joint that cannot be done without is missing.
    """
    missing = [joint for joint in REQUIRED if joint not in named]
    if missing:
        raise EightcountError(
            "skeleton-map",
            f"The skeleton {name} has no joint for {', '.join(missing)}.",
            "Name its joints in a TOML file and give it as --map.",
        )
    full = dict(named)
    for joint, others in _STAND_INS.items():
        if joint not in full:
            full[joint] = next(full[o] for o in (*others, "pelvis") if o in full)
    blended = {}
    if full["spine2"] in (full["spine1"], full["spine3"]) and full["spine1"] != full["spine3"]:
        blended[JOINTS.index("spine2")] = (JOINTS.index("spine1"), JOINTS.index("spine3"))
    return SkeletonMap(name, tuple(full[joint] for joint in JOINTS), "", None, blended)


def read_skeleton_map(path: Path) -> SkeletonMap:
    """A user's map: TOML with a ``[joints]`` table, our joint names -> the file's.

    ``feet_follow_shins = true`` or ``false`` above the table overrules what the rest pose suggests.

    Raises:
        EightcountError: ``config-damaged`` or ``skeleton-map``.
    """
    tables = read_tables(path)
    named = tables.get("joints")
    if not isinstance(named, dict) or not all(isinstance(v, str) for v in named.values()):
        raise EightcountError(
            "skeleton-map",
            f"The map {path} has no table [joints] of joint names.",
            'Write lines such as left_hip = "LeftUpLeg" under [joints].',
        )
    unknown = sorted(set(named) - set(JOINTS))
    if unknown:
        raise EightcountError(
            "skeleton-map",
            f"The map {path} names {', '.join(unknown)}, which Eightcount's skeleton does not have.",
            f"It has {', '.join(JOINTS)}.",
        )
    made = complete_map(str(tables.get("name", path.stem)), named)
    feet = tables.get("feet_follow_shins")
    if not isinstance(feet, bool):
        return made
    return SkeletonMap(made.name, made.sources, "", feet, made.blended)


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
