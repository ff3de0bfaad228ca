"""What foreign motion gets wrong: units, up axis, frame rate, jumps, floor, NaN, too short.

Each fault is named in one sentence. Scale, axes and floor are mended and said; jumps are cut out; what
cannot be mended is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from eightcount.data.motion_shard import MIN_FRAMES
from eightcount.data.retarget import floor_height, on_floor
from eightcount.motion import rotations as rot
from eightcount.motion.contacts import foot_clearance
from eightcount.motion.errors import EightcountError
from eightcount.motion.motion import Motion
from eightcount.motion.skeleton import FPS

#: frame rates that motion capture has
_FPS_RANGE = (10.0, 1000.0)
#: faster than this is a jump: the trunk with hips and shoulders, and the limbs (m/s). Kicks and
#: jetes of CMU's modern dancer reach 13 m/s; its faults begin at 13 and go to 31.
_TRUNK_SPEED = 8.0
_LIMB_SPEED = 15.0
_LIMBS = (4, 5, 7, 8, 10, 11, 18, 19, 20, 21, 22, 23)
#: so is a joint faster than the first (m/s) that comes to it at once (m/s from one 30th of a second
#: to the next; that dancer's legs change by up to 21)
_SUDDEN = (10.0, 22.0)
#: within this time from the start (s) nothing is so fast (m/s): files often begin in a T-pose
_START, _START_SPEED = 0.25, 8.0
#: units to the metre
UNITS = {"metres": 1.0, "inches": 39.37, "centimetres": 100.0, "millimetres": 1000.0}
#: the trunk points up on average at least so clearly (length of the mean unit vector's component)
_UPRIGHT = 0.5
#: a floor this far from 0 is worth a word (m)
_FLOOR_WORTH = 0.03
#: so deep under its own floor no dancer goes (m), for more than this share of the frames
_SUNK, _SUNK_SHARE = 0.25, 0.02


@dataclass(frozen=True)
class Checked:
    """Motion that passed.

    Attributes:
        pieces: stretches without jumps, on the floor, with contacts, at the motion's frame rate.
        notes: a sentence for each thing that was mended.
    """

    pieces: tuple[Motion, ...]
    notes: tuple[str, ...]


def check_motion(motion: Motion, *, scaled: bool = True, floored: bool = False) -> Checked:
    """Mend or refuse a motion as a reader made it.

    Args:
        motion: on our skeleton, floor anywhere.
        scaled: the root's path is known to be in metres (bones said so).
        floored: the floor is known to be at 0.

    Raises:
        EightcountError: ``fps-odd``, ``motion-nan``, ``motion-short``, ``motion-jumps``,
            ``motion-upside``.
    """
    notes: list[str] = []
    _check_fps(motion.fps)
    _check_finite(motion)
    _check_length(motion)
    if not scaled:
        motion, unit = in_metres(motion)
        notes += [unit] if unit else []
    motion, axis = y_up(motion)
    notes += [axis] if axis else []
    pieces, cuts = without_jumps(motion)
    notes += cuts
    floor = 0.0 if floored else floor_height(Motion.concatenate(pieces))
    if abs(floor) > _FLOOR_WORTH:
        notes.append(f"The floor lay at {floor:+.2f} m and was brought to 0.")
    pieces = [on_floor(piece, floor) for piece in pieces]
    notes += _sunken(pieces)
    return Checked(tuple(pieces), tuple(notes))


def unit_name(per_metre: float) -> str:
    """The unit that goes ``per_metre`` times into a metre, by the size of a body; "" for none.

    Bodies differ, so anything from two thirds to one and a half of a unit's size passes for it.
    """
    nearest = min(UNITS, key=lambda unit: abs(np.log(UNITS[unit] / per_metre)))
    return nearest if abs(np.log(UNITS[nearest] / per_metre)) < np.log(1.5) else ""


def in_metres(motion: Motion) -> tuple[Motion, str]:
    """The motion with its path in metres, and a sentence if it was in another unit.

    A planted foot tells: it stands still when the root moves against it by just as much. The median
    of root speed over the lower foot's speed against the root is 1 in metres, 100 in centimetres.
    """
    stride = max(1, round(motion.fps / 15))
    joints = motion.joints().astype(np.float64)
    root = joints[stride:, 0] - joints[:-stride, 0]
    relative = joints - joints[:, :1]
    steps = relative[stride:] - relative[:-stride]
    feet = relative[:-stride, [7, 8]]
    lower = np.argmin(feet @ _trunk_direction(joints), axis=1)
    foot = steps[np.arange(len(steps)), np.array([7, 8])[lower]]
    moving = np.linalg.norm(foot, axis=-1) > 0.01
    if moving.sum() < 10:
        return motion, ""
    ratio = np.linalg.norm(root[moving], axis=-1) / np.linalg.norm(foot[moving], axis=-1)
    ratio = float(np.median(ratio))
    if ratio < np.sqrt(UNITS["inches"]):
        return motion, ""
    unit = min(UNITS, key=lambda name: abs(np.log(UNITS[name] / ratio)))
    scaled = replace(motion, translation=motion.translation / np.float32(UNITS[unit]))
    return scaled, f"The path was in {unit} and was brought to metres."


def y_up(motion: Motion) -> tuple[Motion, str]:
    """The motion with y up, and a sentence if another axis was up.

    Dancers stand upright most of the time: the axis along which the trunk points on average is up.
    Where none is clear (floor work), the file's word that y is up stands.
    """
    mean = _trunk_direction(motion.joints())
    axis = int(np.argmax(np.abs(mean)))
    sign = 1 if mean[axis] > 0 else -1
    if (axis, sign) == (1, 1) or abs(mean[axis]) < _UPRIGHT:
        return motion, ""
    up = np.zeros(3)
    up[axis] = sign
    turn = rot.between(up, np.array([0, 1.0, 0])).astype(np.float32)
    spread = np.broadcast_to(turn, (len(motion), 4))
    q = motion.rotations.copy()
    q[:, 0] = rot.multiply(spread, q[:, 0])
    name = f"{'' if sign > 0 else '-'}{'xyz'[axis]}"
    turned = replace(motion, rotations=q, translation=rot.rotate(spread, motion.translation))
    return turned, f"The axis {name} pointed up and was turned to y."


def without_jumps(motion: Motion) -> tuple[list[Motion], list[str]]:
    """The stretches between jumps that are long enough, and a sentence for each cut.

    Raises:
        EightcountError: ``motion-jumps`` when nothing long enough is left.
    """
    speed, over = _too_fast(motion)
    stride = max(1, round(motion.fps / 30))
    if not over.any():
        return [motion], []
    bad = np.zeros(len(motion) + 1, bool)
    for frame in np.flatnonzero(over):
        bad[frame + 1 : frame + stride + 1] = True
    bad[-1] = True
    notes, pieces, start, least = [], [], 0, int(np.ceil(MIN_FRAMES * motion.fps / FPS)) + 1
    for begin, end in _runs(bad):
        if begin - start >= least:
            pieces.append(motion.slice(start, begin))
        if begin < len(motion):
            worst = speed[max(0, begin - stride) : end]
            notes.append(
                f"At {begin / motion.fps:.2f} s a joint moves at {worst.max():.0f} m/s; "
                "the motion was cut there."
            )
        start = end
    if not pieces:
        raise EightcountError(
            "motion-jumps",
            f"Its joints jump ({speed.max():.0f} m/s) so often that no second in one piece is left.",
            "Check its frame rate and unit, or clean the capture.",
        )
    return pieces, _few(notes)


def _too_fast(motion: Motion) -> tuple[np.ndarray, np.ndarray]:
    """Speeds (N, 24) m/s over a 30th of a second from each frame on, and which are jumps (N,)."""
    joints = motion.joints().astype(np.float64)
    stride = max(1, round(motion.fps / 30))
    velocity = (joints[stride:] - joints[:-stride]) * (motion.fps / stride)
    speed = np.linalg.norm(velocity, axis=-1)
    limits = np.full(joints.shape[1], _TRUNK_SPEED)
    limits[list(_LIMBS)] = _LIMB_SPEED
    over = speed > limits
    over[: round(_START * motion.fps)] |= speed[: round(_START * motion.fps)] > _START_SPEED
    change = np.linalg.norm(velocity[stride:] - velocity[:-stride], axis=-1) > _SUDDEN[1]
    before, after = speed[:-stride], speed[stride:]
    over[:-stride] |= change & (before >= after) & (before > _SUDDEN[0])
    over[stride:] |= change & (after > before) & (after > _SUDDEN[0])
    return speed, over.any(1)


def _few(notes: list[str]) -> list[str]:
    """At most five sentences, the last one counting the others."""
    return notes if len(notes) <= 5 else [*notes[:4], f"So it was {len(notes) - 4} times more."]


def _runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """Beginnings and ends (exclusive) of the runs of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(int)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _trunk_direction(joints: np.ndarray) -> np.ndarray:
    """Mean over the frames of the unit vector from the feet and hips to the head, (3,)."""
    trunk = joints[:, 15] - joints[:, 0] + 0.5 * (joints[:, 0] - joints[:, [7, 8]].mean(1))
    return (trunk / np.maximum(np.linalg.norm(trunk, axis=-1, keepdims=True), 1e-9)).mean(0)


def _check_fps(fps: float) -> None:
    if not (np.isfinite(fps) and _FPS_RANGE[0] <= fps <= _FPS_RANGE[1]):
        raise EightcountError(
            "fps-odd",
            f"Its frame rate is said to be {fps:g} a second.",
            "Give the true one as --fps.",
        )


def _check_finite(motion: Motion) -> None:
    fine = np.isfinite(motion.rotations).all((1, 2)) & np.isfinite(motion.translation).all(1)
    if not fine.all():
        raise EightcountError(
            "motion-nan",
            f"{(~fine).sum()} of its {len(fine)} frames hold numbers that are not finite, the first "
            f"at frame {int(np.argmin(fine))}.",
            "Export it again, with gaps filled.",
        )


def _check_length(motion: Motion) -> None:
    if motion.seconds * FPS < MIN_FRAMES + 1:
        raise EightcountError(
            "motion-short",
            f"It lasts {motion.seconds:.2f} s, and a window needs {(MIN_FRAMES + 1) / FPS:.1f} s.",
            "Leave it out.",
        )


def _sunken(pieces: Sequence[Motion]) -> list[str]:
    low = np.concatenate([foot_clearance(piece.joints()).min(1) for piece in pieces])
    share = float((low < -_SUNK).mean())
    if share <= _SUNK_SHARE:
        return []
    return [
        f"In {share:.0%} of the frames a foot is {_SUNK:g} m or more under the floor: "
        "the floor is not level, or it climbs."
    ]
