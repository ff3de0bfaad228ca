"""BVH: reading any skeleton, writing ours.

Euler angles follow the file's channel order: channels ``Zrotation Xrotation Yrotation`` mean
R = Rz Rx Ry acting on columns, as in Biovision's own reader.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eightcount.motion import rotations as rot
from eightcount.motion.errors import EightcountError
from eightcount.motion.motion import Motion
from eightcount.motion.skeleton import JOINTS, NUM_JOINTS, OFFSETS, PARENTS

_CHANNELS = ("Xposition", "Yposition", "Zposition", "Xrotation", "Yrotation", "Zrotation")


@dataclass(frozen=True)
class BvhClip:
    """A BVH file as it stands: the file's own units, axes and joints.

    Attributes:
        names: joint names (J).
        parents: parent of each joint, -1 for the root (J).
        offsets: rest-pose offsets (J, 3) in the file's unit.
        rotations: local rotation matrices (T, J, 3, 3).
        positions: local positions (T, J, 3): the offset, or the position channels where there are
            any.
        fps: frames a second.
    """

    names: tuple[str, ...]
    parents: tuple[int, ...]
    offsets: np.ndarray
    rotations: np.ndarray
    positions: np.ndarray
    fps: float

    def global_pose(self) -> tuple[np.ndarray, np.ndarray]:
        """Global rotation matrices (T, J, 3, 3) and positions (T, J, 3)."""
        turns: list[np.ndarray] = []
        places: list[np.ndarray] = []
        for j, p in enumerate(self.parents):
            turn, place = self.rotations[:, j], self.positions[:, j]
            if p >= 0:
                place = places[p] + np.einsum("tij,tj->ti", turns[p], place)
                turn = turns[p] @ turn
            turns.append(turn)
            places.append(place)
        return np.stack(turns, 1), np.stack(places, 1)


def read_bvh(path: str | Path) -> BvhClip:
    """Read a BVH file.

    Raises:
        EightcountError: ``bvh-missing`` or ``bvh-damaged``.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as fault:
        raise EightcountError(
            "bvh-missing",
            f"The BVH file {path} cannot be read ({fault.strerror}).",
            "Check the path.",
        ) from fault
    try:
        head, body = text.split("MOTION", 1)
        names, parents, offsets, channels = _read_hierarchy(head)
        frame_time, values = _read_values(body, sum(map(len, channels)))
        rotations, positions = _apply_channels(values, offsets, channels)
    except (ValueError, IndexError) as fault:
        raise EightcountError(
            "bvh-damaged",
            f"The file {path} is not a whole BVH file ({fault}).",
            "Export it again, as BVH with a HIERARCHY and a MOTION part.",
        ) from fault
    return BvhClip(names, parents, offsets, rotations, positions, 1.0 / frame_time)


def _read_hierarchy(head: str):
    names: list[str] = []
    parents: list[int] = []
    offsets: list[list[float]] = []
    channels: list[list[str]] = []
    stack: list[int] = []
    current = -1
    in_end_site = False
    for line in head.splitlines():
        words = line.split()
        if not words:
            continue
        if words[0] in ("ROOT", "JOINT"):
            names.append(" ".join(words[1:]))
            parents.append(stack[-1] if stack else -1)
            channels.append([])
            current, in_end_site = len(names) - 1, False
        elif words[0] == "End":
            in_end_site = True
        elif words[0] == "{":
            stack.append(-2 if in_end_site else current)
        elif words[0] == "}":
            stack.pop()
            in_end_site = False
        elif words[0] == "OFFSET" and not in_end_site:
            offsets.append([float(w) for w in words[1:4]])
        elif words[0] == "CHANNELS":
            channels[current] = words[2:]
            unknown = set(words[2:]) - set(_CHANNELS)
            if unknown or int(words[1]) != len(words[2:]):
                raise ValueError(f"joint {names[current]} has odd channels {words[1:]}")
    if not names or stack or len(offsets) != len(names):
        raise ValueError("its hierarchy is not closed")
    return tuple(names), tuple(parents), np.array(offsets), channels


def _read_values(body: str, width: int) -> tuple[float, np.ndarray]:
    lines = body.strip().split("\n", 2)
    frames = int(lines[0].split()[-1])
    frame_time = float(lines[1].split()[-1])
    values = np.array(lines[2].split() if len(lines) > 2 else [], dtype=np.float64)
    if not (frames > 0 and frame_time > 0):
        raise ValueError("it has no frames")
    if values.size != frames * width:
        raise ValueError(
            f"{frames} frames of {width} numbers are announced, {values.size} are there"
        )
    if not np.isfinite(values).all():
        raise ValueError("it has numbers that are not finite")
    return frame_time, values.reshape(frames, width)


def _apply_channels(values: np.ndarray, offsets: np.ndarray, channels: list[list[str]]):
    frames, joints = len(values), len(offsets)
    rotations = np.broadcast_to(np.eye(3), (frames, joints, 3, 3)).copy()
    positions = np.broadcast_to(offsets, (frames, joints, 3)).copy()
    column = 0
    for j, names in enumerate(channels):
        for name in names:
            value = values[:, column]
            column += 1
            if name.endswith("position"):
                positions[:, j, "XYZ".index(name[0])] = value
            else:
                turn = rot.about_axis(name[0], np.deg2rad(value))
                rotations[:, j] = rotations[:, j] @ turn
    return rotations, positions


def save_bvh(path: str | Path, motion: Motion, scale: float = 100.0) -> None:
    """Write a motion as BVH: our joints, y up, z forward, ``scale`` units to the metre (100 = cm).

    The file is complete or absent: it is written beside its place first and then moved.
    """
    children: dict[int, list[int]] = {j: [] for j in range(NUM_JOINTS)}
    for j, p in enumerate(PARENTS):
        if p >= 0:
            children[p].append(j)
    lines = ["HIERARCHY"]
    order: list[int] = []

    def joint_lines(j: int, depth: int) -> None:
        pad = "\t" * depth
        offset = OFFSETS[j] * scale
        order.append(j)
        lines.append(f"{pad}{'ROOT' if j == 0 else 'JOINT'} {JOINTS[j]}")
        lines.append(pad + "{")
        lines.append(f"{pad}\tOFFSET {offset[0]:.6f} {offset[1]:.6f} {offset[2]:.6f}")
        places = "Xposition Yposition Zposition " if j == 0 else ""
        count = 6 if j == 0 else 3
        lines.append(f"{pad}\tCHANNELS {count} {places}Zrotation Xrotation Yrotation")
        for child in children[j]:
            joint_lines(child, depth + 1)
        if not children[j]:
            end = OFFSETS[j] * scale * 0.8
            lines.append(f"{pad}\tEnd Site")
            lines.append(pad + "\t{")
            lines.append(f"{pad}\t\tOFFSET {end[0]:.6f} {end[1]:.6f} {end[2]:.6f}")
            lines.append(pad + "\t}")
        lines.append(pad + "}")

    joint_lines(0, 0)
    angles = np.rad2deg(matrix_to_zxy(rot.to_matrix(motion.rotations.astype(np.float64))))
    angles = angles[:, order].reshape(len(motion), -1)
    rows = np.concatenate([motion.translation.astype(np.float64) * scale, angles], axis=1)
    lines += ["MOTION", f"Frames: {len(motion)}", f"Frame Time: {1 / motion.fps:.8f}"]
    lines += [" ".join(f"{v:.6f}" for v in row) for row in rows]
    path = Path(path)
    part = path.with_name(path.name + ".part")
    part.write_text("\n".join(lines) + "\n", encoding="utf-8")
    part.replace(path)


def matrix_to_zxy(m: np.ndarray) -> np.ndarray:
    """Euler angles (..., 3) radians in the order z, x, y with R = Rz Rx Ry, of matrices (..., 3, 3).

    At the pole (x = +-90 degrees) y is set to 0 and z carries the whole turn.
    """
    cos_x = np.hypot(m[..., 0, 1], m[..., 1, 1])
    x = np.arctan2(m[..., 2, 1], cos_x)  # unlike arcsin exact near the pole
    pole = cos_x < 1e-5
    z = np.where(
        pole, np.arctan2(m[..., 1, 0], m[..., 0, 0]), np.arctan2(-m[..., 0, 1], m[..., 1, 1])
    )
    y = np.where(pole, 0.0, np.arctan2(-m[..., 2, 0], m[..., 2, 2]))
    return np.stack([z, x, y], axis=-1)


def motion_from_bvh(path: str | Path, scale: float = 100.0) -> Motion:
    """Read back a file that :func:`save_bvh` wrote (our joints in our rest pose).

    Raises:
        EightcountError: ``bvh-skeleton`` when the joints are not ours; foreign skeletons go through
            ``eightcount.data.retarget``.
    """
    clip = read_bvh(path)
    if set(clip.names) != set(JOINTS):
        raise EightcountError(
            "bvh-skeleton",
            f"The file {path} does not have Eightcount's 24 joints.",
            "Retarget it first: eightcount data prepare.",
        )
    order = [clip.names.index(name) for name in JOINTS]
    q = rot.unroll(rot.from_matrix(clip.rotations[:, order]))
    place = clip.positions[:, order[0]] / scale
    # a frame time has eight digits in the file: snap to the frame rate that it stands for
    fps = round(clip.fps, 3)
    return Motion(q, place, np.zeros((len(q), 4)), fps)
