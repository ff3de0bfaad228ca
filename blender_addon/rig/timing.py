# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a take's frames fall on the scene's timeline.

A take has a frame rate of its own (30), the scene any other (23.976, 24, 60, 120, ...). The keys are
put exactly at the time of the take's frames, also between two whole frames of the scene, and the
poses are not resampled: what the backend sent is what is keyed, bit for bit, at every scene frame
rate, and a take read back is the take that was made. At 30 fps the keys are whole frames, at 60 and
120 every second and fourth frame; at 24 they are 0.8 frames apart and Blender interpolates between
two of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Clock:
    """A take's clock against the scene's.

    Attributes:
        start: scene frame of the take's first frame.
        scene_fps: frames a second of the scene (``fps / fps_base``).
        take_fps: frames a second of the take.
    """

    start: float
    scene_fps: float
    take_fps: float = 30.0

    def scene_frames(self, first: int, count: int) -> np.ndarray:
        """Scene frames (count,) float64 of the take's frames ``first`` and on."""
        return self.start + np.arange(first, first + count) * (self.scene_fps / self.take_fps)

    def scene_frame(self, take_frame: float) -> float:
        """Scene frame of one (fractional) frame of the take."""
        return self.start + take_frame * self.scene_fps / self.take_fps

    def take_frame(self, scene_frame: float) -> float:
        """(Fractional) frame of the take at a scene frame."""
        return (scene_frame - self.start) * self.take_fps / self.scene_fps

    def last_frame(self, count: int) -> int:
        """The scene's last whole frame that a take of ``count`` frames covers."""
        return int(np.floor(self.scene_frame(max(count, 1) - 1) + 1e-4))


def scene_fps(scene) -> float:
    """Frames a second of a scene; 23.976 is 24 with a base of 1.001."""
    return scene.render.fps / scene.render.fps_base
