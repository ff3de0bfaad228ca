"""Checks of performed moves: what a body and a floor allow, and whether the dance is on its counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from eightcount.motion import rotations as rot
from eightcount.motion.contacts import foot_clearance
from eightcount.motion.kinematics import forward_kinematics
from eightcount.motion.motion import Motion
from eightcount.motion.skeleton import CONTACT_JOINTS, FPS, JOINTS
from eightcount.moves.language import Move

#: largest turn of each joint from the rest pose in a dancer's body, degrees (T-pose is rest)
LIMITS: dict[str, float] = {
    "left_hip": 158, "right_hip": 158, "left_knee": 160, "right_knee": 160, "left_ankle": 75,
    "right_ankle": 75, "left_foot": 70, "right_foot": 70, "spine1": 55, "spine2": 50, "spine3": 45,
    "neck": 60, "head": 60, "left_collar": 55, "right_collar": 55, "left_elbow": 158,
    "right_elbow": 158, "left_wrist": 95, "right_wrist": 95,
}  # fmt: skip
#: hinges: axis of the rotation vector that bends them and its sign
_HINGES = {"left_knee": (0, 1), "right_knee": (0, 1), "left_elbow": (1, -1), "right_elbow": (1, 1)}
_BACKWARDS = 8.0  # how far a hinge may open the wrong way, degrees
#: trunk capsules: joints at their ends and radius in metres; the head is a ball at its joint
_TRUNK = (("pelvis", "spine2", 0.10), ("spine2", "spine3", 0.105), ("spine3", "neck", 0.09))
_HEAD = 0.085
#: share of a fall in speed after which the body counts as at rest, and the least fall that counts
_FALLEN, _LEAST_FALL = 0.9, 0.35
#: least height of every joint: the thickness of what is round it, metres
_FLESH = np.full(len(JOINTS), 0.03)
_FLESH[[10, 11, 22, 23]] = 0.0  # toes have their soles, hands lie flat
_FLESH[[12, 15]] = 0.06
_SHIN = 0.06  # least distance between the middles of the two shins, metres


@dataclass(frozen=True)
class MoveReport:
    """Figures of one performed move.

    Attributes:
        limits: worst excess over a joint limit, degrees (negative: inside).
        slide: fastest planted heel or toe, millimetres a frame.
        sink: deepest heel, toe or other part below the floor, millimetres.
        through: deepest forearm or hand inside trunk or head where none is meant, millimetres.
        shins: least distance between the shins' axes, millimetres.
        wrist: fastest wrist, m/s. twist: fastest joint rotation, degrees a frame.
        beat: median distance of motion beats from half counts, milliseconds.
    """

    limits: float
    worst_joint: str
    slide: float
    sink: float
    through: float
    shins: float
    wrist: float
    twist: float
    beat: float

    def faults(self) -> list[str]:
        """What breaks a rule, one phrase each."""
        rules = [
            (self.limits > 0, f"{self.worst_joint} {self.limits:.0f} deg over its limit"),
            (self.slide > 2.0, f"planted foot slides {self.slide:.1f} mm a frame"),
            (self.sink > 12.0, f"{self.sink:.0f} mm in the floor"),
            (self.through > 15.0, f"arm {self.through:.0f} mm in the trunk"),
            (self.shins < 0, f"shins {-self.shins:.0f} mm through one another"),
            (self.wrist > 9.0, f"wrist at {self.wrist:.1f} m/s"),
            (self.beat > 33.4, f"motion beats {self.beat:.0f} ms off the counts"),
        ]
        return [phrase for broken, phrase in rules if broken]


def check_motion(
    motion: Motion, grid: np.ndarray, touching: np.ndarray | None = None
) -> MoveReport:
    """Figures of a motion.

    Args:
        motion: 30 fps.
        grid: frames (fractional) at which motion beats may fall: counts and half counts as played.
        touching: (T, 2) bool, left and right hand meant to touch the body; None: never.
    """
    joints, _ = forward_kinematics(
        motion.rotations.astype(np.float64), motion.translation.astype(np.float64)
    )
    excess, name = limit_excess(motion.rotations)
    wrists = np.linalg.norm(np.diff(joints[:, [20, 21]], axis=0), axis=-1) * FPS
    return MoveReport(
        limits=excess,
        worst_joint=name,
        slide=planted_slide(joints, motion.contacts),
        sink=depth_below_floor(joints),
        through=arm_depth(joints, touching),
        shins=shin_gap(joints),
        wrist=float(wrists.max()),
        twist=fastest_turn(motion.rotations),
        beat=beat_offset(joints, grid),
    )


def limit_excess(rotations: np.ndarray) -> tuple[float, str]:
    """Worst excess over a joint limit in degrees and the joint's name; rotations (T, 24, 4)."""
    vectors = np.degrees(rot.to_axis_angle(np.asarray(rotations, np.float64)))
    worst, name = -np.inf, ""
    for joint_name, limit in LIMITS.items():
        values = vectors[:, JOINTS.index(joint_name)]
        over = float((np.linalg.norm(values, axis=-1) - limit).max())
        if joint_name in _HINGES:
            axis, sign = _HINGES[joint_name]
            over = max(over, float((-sign * values[:, axis]).max()) - _BACKWARDS)
        if over > worst:
            worst, name = over, joint_name
    return worst, name


def planted_slide(joints: np.ndarray, contacts: np.ndarray) -> float:
    """Fastest heel or toe between two frames of contact, millimetres a frame."""
    feet = joints[:, CONTACT_JOINTS]
    step = np.linalg.norm(np.diff(feet, axis=0), axis=-1) * 1000
    held = (contacts[1:] > 0.5) & (contacts[:-1] > 0.5)
    return float((step * held).max()) if len(step) else 0.0


def depth_below_floor(joints: np.ndarray) -> float:
    """How deep the lowest part is in the floor, millimetres: soles, and flesh round other joints."""
    soles = float(foot_clearance(joints).min())
    flesh = float((joints[..., 1] - _FLESH).min())
    return -1000 * min(soles, flesh, 0.0)


def arm_depth(joints: np.ndarray, touching: np.ndarray | None = None) -> float:
    """Deepest point of forearms and hands inside trunk or head, millimetres (0: outside)."""
    deepest = 0.0
    for side, (elbow, wrist, hand) in enumerate(((18, 20, 22), (19, 21, 23))):
        free = np.ones(len(joints), bool) if touching is None else ~touching[:, side]
        points = [joints[:, elbow] * (1 - t) + joints[:, wrist] * t for t in (0.4, 0.7, 1.0)]
        for point in [*points, joints[:, hand]]:
            depth = _HEAD - np.linalg.norm(point - joints[:, 15] - [0, 0.06, 0], axis=-1)
            for a, b, radius in _TRUNK:
                near = to_segment(point, joints[:, JOINTS.index(a)], joints[:, JOINTS.index(b)])
                depth = np.maximum(depth, radius - near)
            deepest = max(deepest, float((depth * free).max()))
    return 1000 * deepest


def to_segment(points: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Distance (T,) of points (T, 3) from the segments a-b (T, 3)."""
    line = b - a
    share = ((points - a) * line).sum(-1) / np.maximum((line * line).sum(-1), 1e-9)
    return np.linalg.norm(points - a - np.clip(share, 0, 1)[:, None] * line, axis=-1)


def shin_gap(joints: np.ndarray) -> float:
    """Least distance between the shins' axes less the calves' width, millimetres; < 0: crossed."""
    gaps = []
    for t in np.linspace(0.15, 0.9, 6):
        point = joints[:, 4] * (1 - t) + joints[:, 7] * t
        gaps.append(to_segment(point, joints[:, 5], joints[:, 8]).min())
    return 1000 * (float(min(gaps)) - _SHIN)


def fastest_turn(rotations: np.ndarray) -> float:
    """Fastest local rotation between two frames, degrees."""
    q = np.asarray(rotations, np.float64)
    dot = np.clip(np.abs((q[1:] * q[:-1]).sum(-1)), 0, 1)
    return float(np.degrees(2 * np.arccos(dot)).max())


def motion_beats(joints: np.ndarray) -> np.ndarray:
    """Frames (fractional) at which the body has come to rest, as far as it does.

    The mean joint speed falls from each of its peaks to the next minimum; the beat is where most of
    that fall is done. In a groove this is the turning point itself, in a hold its beginning (a speed
    minimum lies anywhere in a hold). Falls that are small beside the dance's fast moments are no beats.
    """
    speed = np.linalg.norm(np.diff(joints, axis=0), axis=-1).mean(axis=1)
    speed = gaussian_filter1d(speed, 1.0)
    bottoms = np.flatnonzero((speed[1:-1] < speed[:-2]) & (speed[1:-1] <= speed[2:])) + 1
    fast = np.quantile(speed, 0.9)
    beats, peak_from = [], 0
    for bottom in bottoms:
        top = peak_from + int(np.argmax(speed[peak_from : bottom + 1]))
        fall = speed[top] - speed[bottom]
        if fall < _LEAST_FALL * fast:
            continue
        level = speed[bottom] + (1 - _FALLEN) * fall
        at = top + int(np.argmax(speed[top : bottom + 1] <= level))
        part = (speed[at - 1] - level) / max(speed[at - 1] - speed[at], 1e-12)
        beats.append(at - 1 + part + 0.5)
        peak_from = bottom
    return np.array(beats)


def beat_offset(joints: np.ndarray, grid: np.ndarray) -> float:
    """Median distance of motion beats from the nearest grid frame, milliseconds."""
    beats = motion_beats(joints)
    if not len(beats) or not len(grid):
        return 0.0
    return float(np.median(np.abs(beats[:, None] - grid[None]).min(axis=1)) / FPS * 1000)


def touch_mask(cells: list[Move], frame_of_count, frames: int) -> np.ndarray:
    """(T, 2) bool: frames at which a hand goes to, rests at or leaves a place on the body.

    cells: moves in a row; frame_of_count: count since the first cell -> frame.
    """
    mask = np.zeros((frames, 2), bool)
    for side, name in enumerate("LR"):
        rows, start = [], 0.0
        for cell in cells:
            rows += [(start + k.count, k.anchor is not None) for k in cell.hands.get(name, ())]
            start += cell.counts
        for i, (_, held) in enumerate(rows):
            if held:
                first = rows[i - 1][0] if i else rows[i][0] - 1
                last = rows[i + 1][0] if i + 1 < len(rows) else start
                span = slice(max(int(frame_of_count(first)), 0), int(frame_of_count(last)) + 3)
                mask[span, side] = True
    return mask
