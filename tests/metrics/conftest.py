"""Figures that the metrics are tried on: simple enough to know the answer by hand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from eightcount.motion.motion import Motion
from eightcount.motion.skeleton import rest_height


def standing(frames: int, fps: float = 30.0) -> Motion:
    """The rest pose on its soles, facing +z."""
    rotations = np.zeros((frames, 24, 4), np.float32)
    rotations[..., 0] = 1
    place = np.tile(np.float32([0, rest_height(), 0]), (frames, 1))
    return Motion(rotations, place, np.ones((frames, 4), np.float32), fps)


def moved(path: np.ndarray) -> np.ndarray:
    """Joints (T, 24, 3) of the rest pose carried along a path (T, 3), float64."""
    rest = standing(1).joints().astype(np.float64)
    return rest + path[:, None, :]


def gliding(frames: int, step: tuple[float, float, float]) -> np.ndarray:
    """The rest pose moving by the same step (metres) every frame."""
    return moved(np.arange(frames)[:, None] * np.array(step))


def hopping(frames: int, period: int, first: int = 0) -> np.ndarray:
    """Up and down so that the step after frame ``first + k * period`` is no movement at all."""
    t = np.arange(frames) - 0.5 - first
    path = np.zeros((frames, 3))
    path[:, 1] = 0.2 * np.cos(np.pi * t / period)
    return moved(path)


def wandering(frames: int, seed: int = 0, size: float = 0.02) -> np.ndarray:
    """Every joint on its own smooth random way about the rest pose, float64."""
    rng = np.random.default_rng(seed)
    way = np.cumsum(rng.normal(0, size, (frames, 24, 3)), axis=0)
    smooth = np.stack([np.convolve(w, np.ones(5) / 5, "same") for w in way.reshape(frames, -1).T])
    return standing(1).joints().astype(np.float64) + smooth.T.reshape(frames, 24, 3)


def dancing(frames: int, seed: int = 0, fps: float = 30.0, size: float = 0.25) -> Motion:
    """A motion with limbs swinging at random rates about the rest pose, feet not planted."""
    rng = np.random.default_rng(seed)
    t = np.arange(frames)[:, None, None] / fps
    rate = rng.uniform(0.3, 2.0, (1, 24, 3))
    swing = size * rng.normal(0, 1, (1, 24, 3)) * np.sin(2 * np.pi * rate * t + 6 * rate)
    place = np.zeros((frames, 3)) + [0, rest_height(), 0]
    place[:, 0] += 0.2 * np.sin(2 * np.pi * 0.4 * t[:, 0, 0])
    return Motion.from_axis_angle(swing.reshape(frames, 72), place, fps=fps)


@pytest.fixture(scope="session")
def figures() -> SimpleNamespace:
    """The makers above."""
    return SimpleNamespace(
        standing=standing,
        moved=moved,
        gliding=gliding,
        hopping=hopping,
        wandering=wandering,
        dancing=dancing,
    )
