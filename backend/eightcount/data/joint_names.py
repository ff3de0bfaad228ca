"""Recognising a skeleton by its joints' names, whatever tool wrote them.

Names differ in prefixes (``mixamorig:``, ``Bip01``), in how the side is said (``LeftArm``,
``l_arm``, ``arm_l``, ``lArm``) and in words (``UpLeg``, ``Thigh``, ``UpperLeg``). Where one word means
two things (``LeftShoulder`` is a collar bone or an upper arm, ``LeftFoot`` an ankle or a toe) the
other joints of the limb decide. The spine needs no names: it is what lies between pelvis and neck.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from eightcount.data.skeleton_maps import KNOWN, SkeletonMap, complete_map
from eightcount.motion.errors import EightcountError
from eightcount.motion.formats.bvh import BvhClip

#: words for the parts of a limb, letters only, in order of preference
_WORDS = {
    "hip": ("upleg", "upperleg", "thigh", "uleg", "legupper", "femur", "hip"),
    "knee": ("shin", "calf", "lowerleg", "lowleg", "leglower", "knee", "tibia", "leg"),
    "ankle": ("ankle", "foot"),
    "foot": ("toebase", "toes", "toe", "ball", "foot"),
    "collar": ("collar", "clavicle", "collarbone", "scapula", "shoulder"),
    "shoulder": ("upperarm", "uparm", "uarm", "armupper", "shldr", "humerus", "arm", "shoulder"),
    "elbow": ("forearm", "lowerarm", "lowarm", "farm", "armlower", "elbow", "radius"),
    "wrist": ("wrist", "hand"),
    "hand": ("hand",),
}  # fmt: skip
_ALL_WORDS = {word for words in _WORDS.values() for word in words}
_PREFIXES = re.compile(r"^(mixamorig|bip|biped|character|skel|def|bn|b)\d*(?=[a-z]{2})")
_SIDES = {"left": "left", "right": "right", "l": "left", "r": "right"}


def recognise(clip: BvhClip) -> SkeletonMap:
    """The map for a clip's skeleton: a known one, or one made from its joints' names.

    Raises:
        EightcountError: ``skeleton-unknown`` when neither fits.
    """
    for known in KNOWN:
        if known.marker in clip.names and set(known.sources) <= set(clip.names):
            return known
    try:
        return map_by_names(clip.names, clip.parents)
    except EightcountError as fault:
        raise EightcountError(
            "skeleton-unknown",
            f"This skeleton is not known (its joints begin {', '.join(clip.names[:6])}).",
            f"{fault.sentence} {fault.hint}",
        ) from fault


def map_by_names(names: Sequence[str], parents: Sequence[int]) -> SkeletonMap:
    """A map made from joint names and the tree.

    Args:
        names: joint names (J).
        parents: parent of each joint, -1 for the root (J).

    Raises:
        EightcountError: ``skeleton-map`` with what is missing.
    """
    found: dict[str, int] = {}
    for side in ("left", "right"):
        words = _words_of_side(names, side)
        found |= {f"{side}_{part}": j for part, j in _limb_parts(words).items()}
    if "left_hip" in found and "right_hip" in found:
        found["pelvis"] = _common_parent(found["left_hip"], found["right_hip"], parents)
        found |= _trunk(names, parents, found)
    return complete_map("by names", {joint: names[j] for joint, j in found.items()})


def split_side(name: str) -> tuple[str, str]:
    """A joint name as its side ("left", "right" or "") and the rest, letters and digits only."""
    plain = re.sub(r"[^a-z0-9]", "", name.rsplit(":", 1)[-1].lower())
    for candidate in (plain, _PREFIXES.sub("", plain)):
        for mark, side in _SIDES.items():
            for rest in (candidate.removeprefix(mark), candidate.removesuffix(mark)):
                if rest != candidate and rest.rstrip("0123456789") in _ALL_WORDS:
                    return side, rest.rstrip("0123456789")
    return "", _PREFIXES.sub("", plain)


def _words_of_side(names: Sequence[str], side: str) -> dict[str, int]:
    """Word -> joint of one side's limbs; of several (``Toe0``, ``Toe1``) the first."""
    words: dict[str, int] = {}
    for j, name in enumerate(names):
        its_side, word = split_side(name)
        if its_side == side:
            words.setdefault(word, j)
    return words


def _limb_parts(words: dict[str, int]) -> dict[str, int]:
    """Parts of one side's arm and leg; a joint that stands for one part stands for no other."""
    parts: dict[str, int] = {}
    # from the unmistakable to what takes the leftovers
    for part in ("hip", "knee", "ankle", "foot", "shoulder", "elbow", "collar", "wrist", "hand"):
        free = [w for w in _WORDS[part] if w in words and words[w] not in parts.values()]
        if free:
            parts[part] = words[free[0]]
    if "hip" not in parts and "leg" in words and parts.get("knee") != words["leg"]:
        parts["hip"] = words["leg"]
    return parts


def _trunk(names: Sequence[str], parents: Sequence[int], found: dict[str, int]) -> dict[str, int]:
    """Neck, head and the spine, which is the way from the pelvis to the arms."""
    trunk: dict[str, int] = {}
    necks = [j for j, name in enumerate(names) if split_side(name)[1].startswith("neck")]
    heads = [j for j, name in enumerate(names) if split_side(name)[1] == "head"]
    if necks:
        trunk["neck"] = necks[0]
    if heads:
        trunk["head"] = heads[0]
    arms = [
        found.get(f"{side}_collar", found.get(f"{side}_shoulder")) for side in ("left", "right")
    ]
    if None in arms:
        return trunk
    chest = _common_parent(*arms, parents)
    chain = []
    while chest not in (-1, found["pelvis"]):
        if chest not in trunk.values():  # some rigs hang the arms on the neck
            chain.append(chest)
        chest = parents[chest]
    chain.reverse()
    if chain:
        trunk |= {"spine1": chain[0], "spine3": chain[-1]}
    if len(chain) > 2:
        trunk["spine2"] = chain[len(chain) // 2]
    return trunk


def _common_parent(a: int, b: int, parents: Sequence[int]) -> int:
    """The nearest joint above both a and b."""
    above = set()
    j = parents[a]
    while j >= 0:
        above.add(j)
        j = parents[j]
    j = parents[b]
    while j >= 0 and j not in above:
        j = parents[j]
    return max(j, 0)
