"""Staging: the dancer is led from spot to spot, stays on the stage and turns back to the camera.

A generator that only knows speeds drifts away and ends with her back to the audience. Here the
turning speed and the root velocity of the streams are nudged, slowly and only while the legs are
moving, so that a pivot or a step takes up the correction; spins stay spins. Who is on the floor or
upside down is left alone: the hands stand there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eightcount.motion.skeleton import FPS
from eightcount.motion.streams import CONTACTS, HEIGHT, TURN, VELOCITY
from eightcount.refine.stage_plan import StagePlan

#: column of the lower stream: how upright the pelvis is, the cosine
_UPRIGHT = 4
#: height of the pelvis (m) below which a dancer is on the floor, and above which on her feet
_LOW, _HIGH = 0.35, 0.55


@dataclass(frozen=True)
class StagingConfig:
    """How hard the dancer is led.

    Attributes:
        heading_gain: turning speed per radian that the mean heading is off (1/s).
        max_turn: most that is added to the turning speed (rad/s).
        place_gain: speed per metre that she is too far from her place (1/s).
        max_speed: most that is added to the root's speed within ``edge`` (m/s).
        edge: how far from the origin the stage's edge is (m).
        edge_gain: by how much that most grows per metre beyond the edge (1/s).
        memory: seconds over which the heading is averaged: spins shorter than this are not led.
    """

    heading_gain: float = 1.2
    max_turn: float = 1.2
    place_gain: float = 0.8
    max_speed: float = 0.4
    edge: float = 1.5
    edge_gain: float = 0.4
    memory: float = 1.5


class StageStream:
    """Leads streams frame by frame; causal, so pieces give what the whole gives.

    The camera is at +z: heading 0 faces it.
    """

    def __init__(self, plan: StagePlan | None = None, config: StagingConfig | None = None) -> None:
        self.plan = plan or StagePlan.none()
        self.config = config or StagingConfig()
        self._frame = 0
        self._heading = 0.0
        self._mean = np.array([1.0, 0.0])  # cosine and sine of the averaged way off the front
        self._place = np.zeros(2)

    def push(self, lower: np.ndarray) -> np.ndarray:
        """Lower stream (n, 62) to the same, led; float32."""
        c, out = self.config, lower.copy()
        keep = float(np.exp(-1 / (c.memory * FPS)))
        legs = _leg_freedom(lower)
        for t in range(len(out)):
            at, after = (min(self._frame + later, len(self.plan.fronts) - 1) for later in (0, 1))
            front = float(self.plan.fronts[after])
            # she turns with the plan, and what she is off it by is taken up slowly
            lead = (front - self.plan.fronts[at]) * FPS
            lead -= c.heading_gain * float(np.arctan2(self._mean[1], self._mean[0]))
            out[t, TURN] += float(np.clip(lead, -c.max_turn, c.max_turn)) * legs[t]
            out[t, VELOCITY] += self._pull(at, legs[t])
            cos, sin = np.cos(self._heading), np.sin(self._heading)
            left, ahead = out[t, VELOCITY]
            self._place += np.array([cos * left + sin * ahead, cos * ahead - sin * left]) / FPS
            self._heading += float(out[t, TURN]) / FPS
            off = self._heading - front
            now = np.array([np.cos(off), np.sin(off)])
            self._mean = keep * self._mean + (1 - keep) * now
            self._frame += 1
        return out

    def _pull(self, at: int, freedom: float) -> np.ndarray:
        """Velocity (left, ahead) towards the place of a frame, in the dancer's heading."""
        c = self.config
        way = self.plan.places[at] - self._place
        distance, free = float(np.hypot(*way)), self.plan.free[at]
        if distance <= free:
            return np.zeros(2)
        most = c.max_speed + c.edge_gain * max(0.0, float(np.hypot(*self._place)) - c.edge)
        x, z = way / distance * min(most, c.place_gain * (distance - free)) * freedom
        cos, sin = np.cos(self._heading), np.sin(self._heading)
        return np.array([cos * x - sin * z, sin * x + cos * z])


def _leg_freedom(lower: np.ndarray) -> np.ndarray:
    """How freely each frame can be led, (n,) in 0..1: 0.15 on both feet, 1 with a foot in the air,
    0 low on the floor or upside down."""
    contacts = np.clip(lower[:, CONTACTS], 0, 1)
    left, right = contacts[:, [0, 2]].max(1), contacts[:, [1, 3]].max(1)
    high = np.clip((lower[:, HEIGHT] - _LOW) / (_HIGH - _LOW), 0, 1)
    upright = np.clip((lower[:, _UPRIGHT] - 0.2) / 0.4, 0, 1)
    return (1.0 - 0.85 * np.minimum(left, right)) * high * upright
