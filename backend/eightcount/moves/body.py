"""From a pose to joints: spine chain, analytic two-bone IK for legs and arms, all samples at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eightcount.motion import rotations as rot
from eightcount.motion.skeleton import NUM_JOINTS, OFFSETS, PARENTS, SOLE_HEIGHTS, joint

THIGH, SHIN = (float(np.linalg.norm(OFFSETS[j])) for j in (4, 7))
UPPER_ARM, FOREARM = (float(np.linalg.norm(OFFSETS[j])) for j in (18, 20))
LEG, ARM = THIGH + SHIN, UPPER_ARM + FOREARM
#: share of its length a limb may stretch to: a fully straight joint pops
REACH_LEG, REACH_ARM = 0.992, 0.985
_HIP = (
    140.0,
    150.0,
)  # turn of a hip from the rest pose at which its limits set in, and hold, degrees
_SWING, _TWIST = 138.0, 45.0  # farthest swing and twist of such a hip, degrees
_NOD = 96.0  # farthest turn of the head against the chest, degrees
_BEND = 128.0  # farthest turn of the chest against the pelvis, degrees
_SPINE = 42.0  # farthest bend of the top of the spine, degrees
_KNEE = 0.065  # least height of a knee, metres
_PALM = 90.0  # farthest bend of a wrist whose palm lies on the floor, degrees
SIGN = {"L": 1.0, "R": -1.0}
PREFIX = {"L": "left_", "R": "right_"}


@dataclass
class Frames:
    """Joints under construction: turns (N, 24, 3, 3) global, places (N, 24, 3) metres."""

    turns: np.ndarray
    places: np.ndarray

    @classmethod
    def of(cls, samples: int) -> Frames:
        return cls(np.zeros((samples, NUM_JOINTS, 3, 3)), np.zeros((samples, NUM_JOINTS, 3)))

    def set(self, name: str, turn: np.ndarray) -> None:
        """Turn a joint whose parent stands; its place follows."""
        j = joint(name)
        p = PARENTS[j]
        self.places[:, j] = self.places[:, p] + apply(self.turns[:, p], OFFSETS[j])
        self.turns[:, j] = turn

    def place(self, name: str) -> np.ndarray:
        return self.places[:, joint(name)]

    def turn(self, name: str) -> np.ndarray:
        return self.turns[:, joint(name)]


def apply(turns: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Vectors (N, 3) or (3,) turned by matrices (N, 3, 3)."""
    return np.einsum("nij,nj->ni", turns, np.broadcast_to(vectors, (len(turns), 3)))


def unit(v: np.ndarray) -> np.ndarray:
    """Vectors (..., 3) of length 1."""
    return v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-9)


def euler(yaw: np.ndarray, pitch: np.ndarray, roll: np.ndarray) -> np.ndarray:
    """(N, 3, 3) from degrees: yaw left about y, then pitch forward about x, roll right about z."""
    y, p, r = (np.radians(v) for v in (yaw, pitch, roll))
    return rot.about_axis("y", y) @ rot.about_axis("x", p) @ rot.about_axis("z", r)


def about(axis: np.ndarray, degrees: np.ndarray) -> np.ndarray:
    """Matrices (N, 3, 3) that turn about axes (N, 3)."""
    return rot.to_matrix(rot.from_axis_angle(unit(axis) * np.radians(degrees)[:, None]))


def across(v: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """The unit part of v (N, 3) at right angles to unit directions (N, 3)."""
    return unit(v - (v * direction).sum(-1, keepdims=True) * direction)


def _basis(direction: np.ndarray, side: np.ndarray) -> np.ndarray:
    """(N, 3, 3) with columns direction, side made orthogonal, and their cross product."""
    d = unit(direction)
    s = across(side, d)
    return np.stack([d, s, np.cross(d, s)], axis=-1)


def bone_turn(bone: np.ndarray, offset: np.ndarray, side: np.ndarray, rest_side) -> np.ndarray:
    """Global turn that takes a rest offset (3,) to a bone (N, 3) and a rest side axis to `side`."""
    rest = _basis(offset[None], np.asarray(rest_side, float)[None])
    return _basis(bone, side) @ np.swapaxes(rest, 1, 2)


def set_spine(frames: Frames, chest: np.ndarray, head: np.ndarray, slide: np.ndarray) -> None:
    """Spine, neck and head: the pelvis stands; chest and head are global turns (N, 3, 3).

    slide: (N, 2) metres the chest is carried left and forward of the pelvis without turning.
    """
    pelvis = frames.turn("pelvis")
    twist = _shortened(rot.to_axis_angle(rot.from_matrix(np.swapaxes(pelvis, 1, 2) @ chest)), _BEND)
    chest = pelvis @ rot.to_matrix(rot.from_axis_angle(twist))
    # the top of the spine undoes the slide's lean on top of its share of the twist
    room = np.radians(_SPINE) - 0.32 * np.linalg.norm(twist, axis=-1)
    lean = np.clip(slide / 0.19, -0.5, 0.5)
    size = np.linalg.norm(lean, axis=-1)
    lean = lean * np.minimum(1, np.maximum(room, 0.05) / np.maximum(size, 1e-6))[:, None]
    shear = rot.about_axis("z", -lean[:, 0]) @ rot.about_axis("x", lean[:, 1])
    for name, share in (("spine1", 0.34), ("spine2", 0.68)):
        part = rot.to_matrix(rot.from_axis_angle(twist * share))
        frames.set(name, pelvis @ part @ shear)
    frames.set("spine3", chest)
    nod = _shortened(rot.to_axis_angle(rot.from_matrix(np.swapaxes(chest, 1, 2) @ head)), _NOD)
    frames.set("neck", chest @ rot.to_matrix(rot.from_axis_angle(nod * 0.45)))
    frames.set("head", chest @ rot.to_matrix(rot.from_axis_angle(nod)))


def two_bones(root, target, pole, first: float, second: float, reach: float):
    """Middle and end (N, 3) of a limb from root towards target, bending towards the unit pole."""
    line = target - root
    length = np.linalg.norm(line, axis=-1, keepdims=True)
    direction = line / np.maximum(length, 1e-9)
    length = np.clip(length, abs(first - second) + 0.12, (first + second) * reach)
    along = (first**2 - second**2 + length**2) / (2 * length)
    off = np.sqrt(np.maximum(first**2 - along**2, 0))
    pole = across(pole, direction)
    return root + along * direction + off * pole, root + length * direction, pole


def knee_pole(pelvis: np.ndarray, leg: np.ndarray, outward: np.ndarray) -> np.ndarray:
    """Where a knee points: the pelvis's forward, turned `outward` (N,) degrees about y, carried along
    by the shortest turn from straight down to the leg's direction (N, 3)."""
    local = apply(np.swapaxes(pelvis, 1, 2), unit(leg))
    carry = rot.to_matrix(rot.between(np.broadcast_to([0.0, -1.0, 0.0], local.shape), local))
    ahead = np.stack([np.sin(np.radians(outward)), 0 * outward, np.cos(np.radians(outward))], -1)
    return apply(pelvis @ carry, ahead)


def set_leg(frames: Frames, side: str, ankle: np.ndarray, outward: np.ndarray, aside=None) -> None:
    """Hip and knee so that the ankle comes to its target (N, 3).

    outward: (N,) degrees the knee points outwards. aside: (N, 3) added to the unit direction of the
    knee, or None.
    """
    name = PREFIX[side]
    hip_j, knee_j, ankle_j = (joint(name + n) for n in ("hip", "knee", "ankle"))
    pelvis = frames.turn("pelvis")
    hip = frames.place("pelvis") + apply(pelvis, OFFSETS[hip_j])
    pole = knee_pole(pelvis, ankle - hip, outward)
    if aside is not None:
        pole = across(pole, unit(ankle - hip)) + aside
    for _ in range(4):  # a knee that would sink into the floor turns outwards instead
        knee, end, across_pole = two_bones(hip, ankle, pole, THIGH, SHIN, REACH_LEG)
        deep = np.maximum(_KNEE - knee[:, 1], 0)
        pole = across_pole + 8.0 * deep[:, None] * np.array([0.0, 1.0, 0.0])
    for again in (True, True, True, True, False):
        knee, end, pole = two_bones(hip, ankle, pole, THIGH, SHIN, REACH_LEG)
        hinge = np.cross(pole, unit(end - hip))
        thigh = bone_turn(knee - hip, OFFSETS[knee_j], hinge, [1, 0, 0])
        back = _within_hip(pelvis, thigh, OFFSETS[knee_j])
        if back is None:
            break
        knee, end = hip + apply(back, knee - hip), hip + apply(back, end - hip)
        pole, hinge, thigh = apply(back, pole), apply(back, hinge), back @ thigh
        if again:  # a leg that would go through the floor is folded instead
            height = np.maximum(end[:, 1], ankle[:, 1])
            ankle = np.stack([end[:, 0], height, end[:, 2]], axis=-1)
    frames.places[:, hip_j], frames.turns[:, hip_j] = hip, thigh
    frames.places[:, knee_j], frames.places[:, ankle_j] = knee, end
    frames.turns[:, knee_j] = bone_turn(end - knee, OFFSETS[ankle_j], hinge, [1, 0, 0])


def _within_hip(pelvis: np.ndarray, thigh: np.ndarray, bone: np.ndarray) -> np.ndarray | None:
    """Turns (N, 3, 3) that take a leg back to where its hip can go; None: it is there already.

    Near half a turn the whole rotation says little, so swing and twist are limited one by one.
    """
    local = rot.from_matrix(np.swapaxes(pelvis, 1, 2) @ thigh)
    size = np.degrees(np.linalg.norm(rot.to_axis_angle(local), axis=-1))
    if size.max() <= _HIP[0]:
        return None
    down = np.broadcast_to(unit(bone), (len(local), 3))
    swing = rot.between(down, rot.rotate(local, down))
    twist = rot.to_axis_angle(rot.multiply(rot.conjugate(swing), local))
    kept = rot.multiply(
        rot.from_axis_angle(_shortened(rot.to_axis_angle(swing), _SWING)),
        rot.from_axis_angle(_shortened(twist, _TWIST)),
    )
    share = np.clip((size - _HIP[0]) / (_HIP[1] - _HIP[0]), 0, 1)
    kept = rot.to_matrix(rot.slerp(local, kept, share))
    return pelvis @ kept @ np.swapaxes(thigh, 1, 2)


def _shortened(vectors: np.ndarray, degrees: float) -> np.ndarray:
    """Rotation vectors (N, 3) of so many degrees at most."""
    size = np.degrees(np.linalg.norm(vectors, axis=-1, keepdims=True))
    return vectors * np.minimum(1, degrees / np.maximum(size, 1e-6))


def set_foot(frames: Frames, side: str, turn: np.ndarray, toe_bend: np.ndarray) -> None:
    """Foot direction (N, 3, 3) global and the bend of the toes in degrees."""
    name = PREFIX[side]
    frames.turns[:, joint(name + "ankle")] = turn
    frames.set(name + "foot", turn @ rot.about_axis("x", -np.radians(toe_bend)))


def ankle_from_ball(
    side: str, ball: np.ndarray, yaw: np.ndarray, pitch: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Ankle place (N, 3) and foot turn of a foot on the floor.

    ball: (N, 3) the toe joint if the foot were flat (y = 0 on the floor). pitch > 0 raises the heel
    about the toe joint, pitch < 0 the toes about the heel's edge.
    """
    flat = rot.about_axis("y", np.radians(yaw))
    turn = flat @ rot.about_axis("x", np.radians(pitch))
    toe = OFFSETS[joint(PREFIX[side] + "foot")]
    heel = np.array([0.0, -SOLE_HEIGHTS[0], -0.05])
    joint_place = ball + np.array([0.0, SOLE_HEIGHTS[2], 0.0])
    raised = joint_place - apply(turn, toe)
    edge = joint_place - apply(flat, toe) + apply(flat, heel)
    rocked = edge - apply(turn, heel)
    return np.where((pitch >= 0)[:, None], raised, rocked), turn


def shoulder_place(frames: Frames, side: str, lift: np.ndarray, forward: np.ndarray) -> np.ndarray:
    """Turn the collar (degrees up, degrees forward) and give the shoulder's place (N, 3)."""
    s, name = SIGN[side], PREFIX[side]
    chest = frames.turn("spine3")
    collar = chest @ rot.about_axis("z", s * np.radians(lift))
    frames.set(name + "collar", collar @ rot.about_axis("y", -s * np.radians(forward)))
    j = joint(name + "shoulder")
    return frames.place(name + "collar") + apply(frames.turn(name + "collar"), OFFSETS[j])


def elbow_pole(chest: np.ndarray, reach: np.ndarray, side: str) -> np.ndarray:
    """Where an elbow hangs for a hand in direction `reach` (N, 3): down and back, out when raised."""
    s = SIGN[side]
    local = apply(np.swapaxes(chest, 1, 2), unit(reach))
    high, low = np.clip((local[:, 1] + 0.1) / 1.1, 0, 1), np.clip(-local[:, 1], 0, 1)
    inward = np.clip(-local[:, 0] * s, 0, 1)
    out = s * (0.16 + 0.70 * high + 0.22 * low + 0.35 * inward)
    pole = np.stack([out, -1 + 0.2 * high, -0.6 * low - 0.25 + 0.55 * high], axis=-1)
    return apply(chest, unit(pole))


def set_arm(frames: Frames, side: str, elbow, wrist, pole, twist, wrist_bend, flat=None) -> None:
    """Shoulder, elbow, wrist and hand of an arm whose elbow and wrist places (N, 3) are known.

    flat: (N,) share with which the hand lies flat on the floor, or None.
    """
    s, name = SIGN[side], PREFIX[side]
    js = {n: joint(name + n) for n in ("shoulder", "elbow", "wrist", "hand")}
    shoulder = frames.place(name + "collar") + apply(
        frames.turn(name + "collar"), OFFSETS[js["shoulder"]]
    )
    rest_pole = [0, 0, -1.0]  # a flexed elbow points backwards in the T-pose
    frames.places[:, js["shoulder"]] = shoulder
    frames.turns[:, js["shoulder"]] = bone_turn(
        elbow - shoulder, OFFSETS[js["elbow"]], pole, rest_pole
    )
    frames.places[:, js["elbow"]] = elbow
    forearm = unit(wrist - elbow)
    straight = bone_turn(forearm, OFFSETS[js["wrist"]], pole, rest_pole)
    frames.turns[:, js["elbow"]] = straight
    # the forearm's twist shows at the wrist, so that the elbow stays a clean hinge
    hand = about(forearm, s * twist) @ straight @ rot.about_axis("z", s * np.radians(wrist_bend))
    if flat is not None:
        hand = _laid_down(frames, hand, OFFSETS[js["hand"]], flat)
    frames.set(name + "wrist", hand)
    frames.set(name + "hand", hand)


def _laid_down(
    frames: Frames, hand: np.ndarray, offset: np.ndarray, flat: np.ndarray
) -> np.ndarray:
    """Hand turns (N, 3, 3) with the fingers brought level with the floor by a share."""
    fingers = unit(apply(hand, offset))
    ahead = apply(frames.turn("spine3"), np.array([0.0, 0.0, 1.0]))
    level = (fingers + 0.5 * ahead) * np.array([1.0, 0.0, 1.0])
    level = unit(unit(level) + np.array([0.0, -0.15, 0.0]))
    turn = rot.to_axis_angle(rot.between(fingers, level))
    size = np.degrees(np.linalg.norm(turn, axis=-1))
    share = flat * np.minimum(1, _PALM / np.maximum(size, 1e-6))
    return rot.to_matrix(rot.from_axis_angle(turn * share[:, None])) @ hand
