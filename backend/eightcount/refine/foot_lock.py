"""Foot lock: feet in contact stand still and on the floor; no foot goes below it.

For each foot the part in contact (heel, else toe) is held where it touched down. The difference to
the decoded motion is handed to the ankle by IK and fades when the foot leaves the floor. A foot that
would be held too far from where the dance wants it slides back slowly instead of snapping.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eightcount.motion.leg_ik import move_ankles
from eightcount.motion.motion import Motion
from eightcount.motion.skeleton import CONTACT_JOINTS, SOLE_HEIGHTS

#: contact columns of each foot: heel, toe
_FEET = ((0, 2), (1, 3))


@dataclass(frozen=True)
class FootLockConfig:
    """How firmly feet are held.

    Attributes:
        on, off: contact above which a foot is caught, below which it is let go.
        max_height: a foot higher than this is not caught (m).
        max_offset: farthest that a foot is held from where it was decoded (m).
        fade: share of the offset left a frame after the foot has been let go.
        settle: share of the way to the floor taken in a frame of contact.
    """

    on: float = 0.6
    off: float = 0.4
    max_height: float = 0.08
    max_offset: float = 0.14
    fade: float = 0.78
    settle: float = 0.35


@dataclass
class _Foot:
    """What is carried from frame to frame for one foot."""

    held: int = -1  # 0 heel, 1 toe, -1 free
    anchor_x: float = 0.0
    anchor_z: float = 0.0
    x: float = 0.0
    y: float = 0.0
    z: float = 0.0


class FootLockStream:
    """Holds feet frame by frame; causal, so pieces give what the whole gives."""

    def __init__(self, config: FootLockConfig | None = None) -> None:
        self.config = config or FootLockConfig()
        self._feet = (_Foot(), _Foot())

    def push(self, motion: Motion) -> Motion:
        """A motion (n frames) with its feet held; contacts become 0 or 1."""
        if not len(motion):
            return motion
        joints = motion.joints()
        points = joints[:, CONTACT_JOINTS].astype(np.float64)
        offsets = np.zeros((len(motion), 2, 3))
        contacts = np.zeros((len(motion), 4), np.float32)
        for side, foot in enumerate(self._feet):
            columns = list(_FEET[side])
            self._hold(
                foot,
                points[:, columns],
                motion.contacts[:, columns],
                SOLE_HEIGHTS[columns],
                offsets[:, side],
                contacts[:, columns[0]],
                contacts[:, columns[1]],
            )
        rotations = move_ankles(
            motion.rotations.astype(np.float64), motion.translation.astype(np.float64), offsets
        )
        return Motion(rotations, motion.translation, contacts, motion.fps)

    def _hold(self, foot: _Foot, points, contact, soles, offsets, heel_out, toe_out) -> None:
        """Write one foot's ankle offsets (n, 3) and contacts, frame after frame."""
        c = self.config
        height = points[:, :, 1] - soles
        for t in range(len(points)):
            caught = self._part_in_contact(foot, contact[t], height[t])
            if caught != foot.held and caught >= 0:
                # touched down, or rolled from heel to toe: hold it where it now is
                foot.anchor_x = points[t, caught, 0] + foot.x
                foot.anchor_z = points[t, caught, 2] + foot.z
            foot.held = caught
            lowest = -float(height[t].min())
            if caught >= 0:
                foot.x = foot.anchor_x - points[t, caught, 0]
                foot.z = foot.anchor_z - points[t, caught, 2]
                self._slip(foot)
                foot.y += c.settle * (-height[t, caught] - foot.y)
            else:
                foot.x, foot.y, foot.z = foot.x * c.fade, foot.y * c.fade, foot.z * c.fade
            foot.y = max(foot.y, lowest)  # never below the floor
            offsets[t] = foot.x, foot.y, foot.z
            heel_out[t], toe_out[t] = caught == 0, caught >= 0 and contact[t, 1] > c.off

    def _part_in_contact(self, foot: _Foot, contact: np.ndarray, height: np.ndarray) -> int:
        """0 heel, 1 toe, -1 none; who is held already is let go later than caught."""
        c = self.config
        for part in (0, 1):
            level = c.off if foot.held == part else c.on
            if contact[part] > level and height[part] < c.max_height:
                return part
        return -1

    def _slip(self, foot: _Foot) -> None:
        """Keep the offset within its limit by letting the anchor give way."""
        far = float(np.hypot(foot.x, foot.z))
        if far > self.config.max_offset:
            share = self.config.max_offset / far
            foot.anchor_x -= foot.x * (1 - share)
            foot.anchor_z -= foot.z * (1 - share)
            foot.x, foot.z = foot.x * share, foot.z * share
