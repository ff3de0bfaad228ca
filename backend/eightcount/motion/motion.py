"""Motion: what every stage after the tokens hands to the next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from eightcount.motion import rotations as rot
from eightcount.motion.errors import EightcountError
from eightcount.motion.kinematics import forward_kinematics
from eightcount.motion.skeleton import FPS, MIRROR, NUM_JOINTS


@dataclass(frozen=True)
class Motion:
    """A stretch of dance on the project's skeleton.

    Attributes:
        rotations: local joint rotations (T, 24, 4), float32 quaternions wxyz.
        translation: root position (T, 3), float32 metres, y up, floor at 0.
        contacts: heel and toe contacts (T, 4), float32 in 0..1 (left heel, right heel, left toe,
            right toe).
        fps: frames a second.
    """

    rotations: np.ndarray
    translation: np.ndarray
    contacts: np.ndarray
    fps: float = FPS

    def __post_init__(self) -> None:
        frames = len(self.rotations)
        expected = {
            "rotations": (frames, NUM_JOINTS, 4),
            "translation": (frames, 3),
            "contacts": (frames, 4),
        }
        for name, shape in expected.items():
            value = getattr(self, name)
            if value.shape != shape:
                raise EightcountError(
                    "motion-shape",
                    f"A motion's {name} has the shape {value.shape}, not {shape}.",
                    "Check which array was handed in.",
                )
            object.__setattr__(self, name, np.ascontiguousarray(value, dtype=np.float32))

    def __len__(self) -> int:
        return len(self.rotations)

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return len(self) / self.fps

    def joints(self) -> np.ndarray:
        """Joint positions (T, 24, 3), float32 metres."""
        return forward_kinematics(self.rotations, self.translation)[0]

    def slice(self, start: int, stop: int | None = None) -> Motion:
        """Frames ``start`` up to ``stop`` (exclusive), as in a list."""
        s = slice(start, stop)
        return replace(
            self,
            rotations=self.rotations[s],
            translation=self.translation[s],
            contacts=self.contacts[s],
        )

    def to_axis_angle(self) -> np.ndarray:
        """SMPL pose parameters (T, 72): axis-angle per joint, radians."""
        return rot.to_axis_angle(self.rotations).reshape(len(self), NUM_JOINTS * 3)

    @classmethod
    def from_axis_angle(
        cls,
        poses: np.ndarray,
        translation: np.ndarray,
        contacts: np.ndarray | None = None,
        fps: float = FPS,
    ) -> Motion:
        """From SMPL pose parameters (T, 72) and root positions (T, 3)."""
        q = rot.from_axis_angle(np.asarray(poses, np.float64).reshape(len(poses), NUM_JOINTS, 3))
        if contacts is None:
            contacts = np.zeros((len(poses), 4), np.float32)
        return cls(q, np.asarray(translation), contacts, fps)

    @staticmethod
    def concatenate(parts: Iterable[Motion]) -> Motion:
        """One motion of several; they must share a frame rate."""
        parts = list(parts)
        if not parts:
            raise ValueError("nothing to concatenate")
        if len({p.fps for p in parts}) > 1:
            raise EightcountError(
                "motion-fps", "These motions have different frame rates.", "Resample them first."
            )
        return Motion(
            np.concatenate([p.rotations for p in parts]),
            np.concatenate([p.translation for p in parts]),
            np.concatenate([p.contacts for p in parts]),
            parts[0].fps,
        )

    def mirrored(self) -> Motion:
        """Left and right exchanged (reflection across the plane x = 0)."""
        order = list(MIRROR)
        # a reflection across x keeps the turn about x and reverses those about y and z
        q = self.rotations[:, order] * np.array([1, 1, -1, -1], np.float32)
        return replace(
            self,
            rotations=q,
            translation=self.translation * np.array([-1, 1, 1], np.float32),
            contacts=self.contacts[:, [1, 0, 3, 2]],
        )

    def turned(self, yaw: float, shift: np.ndarray | None = None) -> Motion:
        """The whole take turned by ``yaw`` radians about the origin's y axis, then moved (3,)."""
        turn = np.array([np.cos(yaw / 2), 0, np.sin(yaw / 2), 0], np.float32)
        q = self.rotations.copy()
        q[:, 0] = rot.multiply(np.broadcast_to(turn, q[:, 0].shape), q[:, 0])
        place = rot.rotate(np.broadcast_to(turn, q[:, 0].shape), self.translation)
        if shift is not None:
            place = place + np.asarray(shift, np.float32)
        return replace(self, rotations=q, translation=place)
