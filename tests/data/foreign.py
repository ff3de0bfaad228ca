"""A dance made by formula, and writers of the foreign files that the readers read."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np

from eightcount.data.retarget import floor_height, on_floor
from eightcount.motion import rotations as rot
from eightcount.motion.kinematics import forward_kinematics
from eightcount.motion.motion import Motion
from eightcount.motion.skeleton import JOINTS, NUM_JOINTS, OFFSETS, PARENTS

#: Mixamo's names for our joints; hands and their ends share one
MIXAMO = (  # noqa: SIM905
    "Hips LeftUpLeg RightUpLeg Spine LeftLeg RightLeg Spine1 LeftFoot RightFoot Spine2 LeftToeBase "
    "RightToeBase Neck LeftShoulder RightShoulder Head LeftArm RightArm LeftForeArm RightForeArm "
    "LeftHand RightHand"
).split()


def dance(frames: int = 150, fps: float = 30.0, seed: int = 0) -> Motion:
    """A figure that bounces, twists and swings its arms, always with its lower foot planted."""
    rng = np.random.default_rng(seed)
    t = np.arange(frames) / fps

    def wave(low: float, high: float, beats: float = 1.0) -> np.ndarray:
        phase = rng.uniform(0, 2 * np.pi)
        return low + (high - low) * (0.5 + 0.5 * np.sin(2 * np.pi * t * beats + phase))

    angles = np.zeros((frames, NUM_JOINTS, 3))
    angles[:, 0, 1] = 0.6 * np.sin(0.7 * t) + 0.3
    angles[:, 3, 0], angles[:, 9, 1] = wave(0, 0.2), wave(-0.3, 0.3)
    angles[:, 12, 0], angles[:, 15, 1] = wave(-0.1, 0.2), wave(-0.3, 0.3)
    knee = wave(0.2, 0.9)
    for side, sign in ((0, 1), (1, -1)):
        bend = knee if side == 0 else knee[::-1]
        angles[:, 4 + side, 0] = bend
        angles[:, 1 + side, 0] = -bend / 2
        angles[:, 1 + side, 2] = sign * 0.15
        angles[:, 7 + side, 0] = wave(-0.3, 0.1)
        angles[:, 16 + side, 2] = -sign * wave(0.3, 1.2)
        angles[:, 18 + side, 1] = -sign * wave(0.4, 1.5)
        angles[:, 20 + side, 2] = wave(-0.2, 0.2)
    q = rot.from_axis_angle(angles)
    relative = forward_kinematics(q, np.zeros((frames, 3)))[0]
    lower = relative[:, [7, 8], 1].argmin(1)
    feet = relative[:, [7, 8]]
    place = np.zeros((frames, 3))
    for i in range(1, frames):
        place[i] = place[i - 1] + feet[i - 1, lower[i]] - feet[i, lower[i]]
    motion = Motion(rot.unroll(q), place, np.zeros((frames, 4)), fps)
    return on_floor(motion, floor_height(motion))


def matrices(motion: Motion) -> tuple[np.ndarray, np.ndarray]:
    """Global rotations (T, 24, 3, 3) and joints (T, 24, 3)."""
    joints, turns = forward_kinematics(
        motion.rotations.astype(np.float64), motion.translation.astype(np.float64)
    )
    return rot.to_matrix(turns), joints


def write_bvh(
    path: Path,
    motion: Motion,
    names: list[str] = MIXAMO,
    *,
    rest: dict[int, np.ndarray] | None = None,
    world: np.ndarray | None = None,
    scale: float = 100.0,
    prefix: str = "",
) -> Path:
    """A motion as BVH of another rest pose.

    Args:
        names: of our first joints, in our order.
        rest: how far each joint's children are turned at rest, (3, 3); the figure stays the same.
        world: (3, 3) from our axes to the file's, rest pose and motion alike.
        scale: units to the metre.
        prefix: before each name.
    """
    world = np.eye(3) if world is None else world
    count = len(names)
    turned = np.stack([world @ (rest or {}).get(j, np.eye(3)) for j in range(count)])
    turns, joints = matrices(motion)
    turns = world @ turns[:, :count] @ turned.swapaxes(-1, -2)
    local = turns.copy()
    for j in range(1, count):
        local[:, j] = turns[:, PARENTS[j]].swapaxes(-1, -2) @ turns[:, j]
    root = (world @ joints[:, 0, :, None])[..., 0] * scale
    lines, order = ["HIERARCHY"], []

    def add(j: int, pad: str) -> None:
        offset = (turned[PARENTS[j]] @ OFFSETS[j]) * scale if j else np.zeros(3)
        places = "Xposition Yposition Zposition " if j == 0 else ""
        order.append(j)
        lines.append(f"{pad}{'ROOT' if j == 0 else 'JOINT'} {prefix}{names[j]}\n{pad}{{")
        lines.append(f"{pad} OFFSET {offset[0]:.6f} {offset[1]:.6f} {offset[2]:.6f}")
        lines.append(f"{pad} CHANNELS {6 if j == 0 else 3} {places}Xrotation Yrotation Zrotation")
        children = [c for c in range(count) if PARENTS[c] == j]
        for child in children:
            add(child, pad + " ")
        if not children:
            lines.append(f"{pad} End Site\n{pad} {{\n{pad}  OFFSET 0 1 0\n{pad} }}")
        lines.append(f"{pad}}}")

    add(0, "")
    angles = np.degrees(_xyz(local))[:, order].reshape(len(motion), -1)
    rows = np.concatenate([root, angles], axis=1)
    lines += ["MOTION", f"Frames: {len(rows)}", f"Frame Time: {1 / motion.fps:.8f}"]
    lines += [" ".join(f"{v:.6f}" for v in row) for row in rows]
    path.write_text("\n".join(lines) + "\n")
    return path


def _xyz(m: np.ndarray) -> np.ndarray:
    """Angles of R = Rx Ry Rz."""
    y = np.arcsin(np.clip(m[..., 0, 2], -1, 1))
    x = np.arctan2(-m[..., 1, 2], m[..., 2, 2])
    z = np.arctan2(-m[..., 0, 1], m[..., 0, 0])
    return np.stack([x, y, z], axis=-1)


def write_pickle(path: Path, **fields) -> Path:
    """A pickled dictionary."""
    path.write_bytes(pickle.dumps(fields, protocol=4))
    return path


def write_aist(path: Path, motion: Motion, scale: float = 93.0) -> Path:
    """An AIST++ pickle: the path times the dancer's scale."""
    return write_pickle(
        path,
        smpl_poses=motion.to_axis_angle().astype(np.float64),
        smpl_trans=motion.translation.astype(np.float64) * scale,
        smpl_scaling=np.array([scale]),
        smpl_loss=1.5,
    )


def z_up(motion: Motion) -> Motion:
    """The motion in axes with z up (its joints with it)."""
    turn = np.broadcast_to(
        np.array([np.sqrt(0.5), np.sqrt(0.5), 0, 0], np.float32), (len(motion), 4)
    )
    q = motion.rotations.copy()
    q[:, 0] = rot.multiply(turn, q[:, 0])
    return Motion(q, rot.rotate(turn, motion.translation), motion.contacts, motion.fps)


def assert_same_dance(motion: Motion, expected: Motion, within: float = 0.01) -> None:
    """Joints agree to ``within`` metres, wherever on the floor the dance begins."""
    ours, theirs = motion.joints().astype(np.float64), expected.joints().astype(np.float64)
    assert ours.shape == theirs.shape
    shift = theirs[0, 0] - ours[0, 0]
    shift[1] = 0
    off = np.linalg.norm(ours + shift - theirs, axis=-1)
    worst = np.unravel_index(off.argmax(), off.shape)
    assert off.max() < within, f"{off.max():.3f} m at {JOINTS[worst[1]]}, frame {worst[0]}"
