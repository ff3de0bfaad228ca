"""Contact sheets: a take as a row of stick figures."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from eightcount.motion.skeleton import JOINTS, PARENTS

#: poses on a sheet.
POSES = 8
_LEFT, _RIGHT, _MIDDLE = "#2563a8", "#c2571a", "#3b4252"
#: the view: seen from the front, turned and raised a little, degrees.
_AZIMUTH, _ELEVATION = 25.0, 12.0


def sheet_frames(frames: int) -> np.ndarray:
    """Frames of the poses on a sheet, spread over the whole take, both ends included."""
    return np.linspace(0, frames - 1, POSES).round().astype(int)


def draw_sheet(axes: Axes, joints: np.ndarray, fps: float) -> None:
    """Draw 8 poses of a take side by side, each over its own spot on the floor.

    Left limbs are blue, right ones orange; the figure faces the reader when it faces +z.

    Args:
        joints: (T, 24, 3) metres, y up.
        fps: frames a second, for the labels.
    """
    spacing = 1.5
    for column, frame in enumerate(sheet_frames(len(joints))):
        pose = joints[frame] - joints[frame, 0] * np.array([1.0, 0.0, 1.0])
        flat = project(pose) + np.array([column * spacing, 0.0])
        axes.add_collection(
            LineCollection(
                [flat[[j, p]] for j, p in enumerate(PARENTS) if p >= 0],
                colors=[_colour(name) for name in JOINTS[1:]],
                linewidths=2.2,
                capstyle="round",
            )
        )
        axes.scatter(*flat[15], s=60, color=_MIDDLE, zorder=3)
        axes.text(
            column * spacing, -0.28, f"{frame / fps:.1f} s", ha="center", va="top", fontsize=8
        )
    axes.axhline(0, color="#c9ccd3", linewidth=0.8, zorder=0)
    axes.set_xlim(-0.85, (POSES - 1) * spacing + 0.85)
    axes.set_ylim(-0.45, 2.3)
    axes.set_aspect("equal")
    axes.axis("off")


def project(points: np.ndarray) -> np.ndarray:
    """Points (N, 3) seen from the front, a little from the side and above, (N, 2) metres.

    The dancer's left (+x) is on the reader's right, as when facing someone; the floor under the
    origin is at height 0.
    """
    turn, raise_ = np.radians(_AZIMUTH), np.radians(_ELEVATION)
    right = points[:, 0] * np.cos(turn) - points[:, 2] * np.sin(turn)
    depth = points[:, 0] * np.sin(turn) + points[:, 2] * np.cos(turn)
    return np.stack([right, points[:, 1] * np.cos(raise_) - depth * np.sin(raise_)], axis=-1)


def _colour(name: str) -> str:
    if name.startswith("left"):
        return _LEFT
    return _RIGHT if name.startswith("right") else _MIDDLE
