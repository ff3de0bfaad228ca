"""Staging: the dancer stays on the stage and keeps turning back to the camera.

A generator that only knows speeds drifts away and ends with her back to the audience. Here the
turning speed and the root velocity of the streams are nudged, slowly and only while the legs are
moving, so that a pivot or a step takes up the correction; spins stay spins.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eightcount.motion.skeleton import FPS
from eightcount.motion.streams import CONTACTS, TURN, VELOCITY


@dataclass(frozen=True)
class StagingConfig:
    """How hard the dancer is led.

    Attributes:
        heading_gain: turning speed per radian that the mean heading is off (1/s).
        max_turn: most that is added to the turning speed (rad/s).
        place_gain: speed per metre outside the free circle (1/s).
        radius: free circle around the origin (m).
        max_speed: most that is added to the root's speed within ``edge`` (m/s).
        edge: how far from the origin the stage's edge is (m).
        edge_gain: by how much that most grows per metre beyond the edge (1/s).
        memory: seconds over which the heading is averaged: spins shorter than this are not led.
    """

    heading_gain: float = 1.2
    max_turn: float = 1.2
    place_gain: float = 0.4
    radius: float = 0.5
    max_speed: float = 0.25
    edge: float = 1.5
    edge_gain: float = 0.4
    memory: float = 1.5


class StageStream:
    """Leads streams frame by frame; causal, so pieces give what the whole gives.

    The camera is at +z: heading 0 faces it.
    """

    def __init__(self, config: StagingConfig | None = None) -> None:
        self.config = config or StagingConfig()
        self._heading = 0.0
        self._mean = np.array([1.0, 0.0])  # cosine and sine of the averaged heading
        self._place = np.zeros(2)

    def push(self, lower: np.ndarray) -> np.ndarray:
        """Lower stream (n, 62) to the same, led; float32."""
        c, out = self.config, lower.copy()
        keep = float(np.exp(-1 / (c.memory * FPS)))
        legs = _leg_freedom(lower)
        for t in range(len(out)):
            off = float(np.arctan2(self._mean[1], self._mean[0]))
            lead = float(np.clip(-c.heading_gain * off, -c.max_turn, c.max_turn)) * legs[t]
            out[t, TURN] += lead
            out[t, VELOCITY] += self._pull(legs[t])
            cos, sin = np.cos(self._heading), np.sin(self._heading)
            left, ahead = out[t, VELOCITY]
            self._place += np.array([cos * left + sin * ahead, cos * ahead - sin * left]) / FPS
            self._heading += float(out[t, TURN]) / FPS
            now = np.array([np.cos(self._heading), np.sin(self._heading)])
            self._mean = keep * self._mean + (1 - keep) * now
        return out

    def _pull(self, freedom: float) -> np.ndarray:
        """Velocity (left, ahead) towards the free circle, in the dancer's heading."""
        c = self.config
        distance = float(np.hypot(*self._place))
        if distance <= c.radius:
            return np.zeros(2)
        most = c.max_speed + c.edge_gain * max(0.0, distance - c.edge)
        speed = min(most, c.place_gain * (distance - c.radius)) * freedom
        x, z = -self._place / distance * speed
        cos, sin = np.cos(self._heading), np.sin(self._heading)
        return np.array([cos * x - sin * z, sin * x + cos * z])


def _leg_freedom(lower: np.ndarray) -> np.ndarray:
    """How freely each frame can be led, (n,) in 0..1: 0.15 on both feet, 1 with a foot in the air."""
    contacts = np.clip(lower[:, CONTACTS], 0, 1)
    left, right = contacts[:, [0, 2]].max(1), contacts[:, [1, 3]].max(1)
    return 1.0 - 0.85 * np.minimum(left, right)
