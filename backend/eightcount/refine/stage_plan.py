"""Where on the stage a dance is danced: a spot and a front for every eight counts.

A generator that only knows speeds has no places to go to: its dancer either stays on one spot or
drifts off. So the seed draws a spot for each eight, a step or two from the last one, and a front for
the dancer to face; :mod:`eightcount.refine.staging` leads her there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: counts of a phrase
EIGHT = 8
#: how far the dancer may be from her place before she is led (m): where nothing is planned, and where
#: a spot is
FREE, NEAR = 0.5, 0.1
#: a spot keeps so much of the last one's distance from the middle
_KEPT = 0.65
#: share of a phrase in which the dancer goes to its spot
_ON_THE_WAY = 0.5
#: keeps the draws apart from those of windows and energy
_SEED = 2**42


@dataclass(frozen=True, eq=False)
class StagePlan:
    """Where the dancer is led, frame by frame of a take; past its end the last frame holds.

    Attributes:
        places: (T, 2) metres x, z from where the take begins.
        fronts: (T,) heading in radians; 0 faces the camera.
        free: (T,) how far she may be from the place before she is led (m).
    """

    places: np.ndarray
    fronts: np.ndarray
    free: np.ndarray

    @classmethod
    def none(cls) -> StagePlan:
        """No plan: the middle of the stage, facing the camera, for ever."""
        return cls(np.zeros((1, 2)), np.zeros(1), np.full(1, FREE))


def plan_stage(counts: np.ndarray, amounts: np.ndarray, *seeds: int) -> StagePlan:
    """Draw the spots and fronts of a take.

    Args:
        counts: running count of each frame (T,), a phrase beginning at every multiple of eight.
        amounts: (T, 2) standard deviation of the spots on each axis (m), and of the fronts (rad);
            both nought = no plan, as for genres whose own steps carry the dancer about.
        seeds: of the take, and what else is to have a plan of its own, as song and genre.
    """
    eights = np.floor(counts / EIGHT).astype(int)
    number = eights - eights[0]
    random = np.random.default_rng([*seeds, _SEED])
    spots = np.zeros((number[-1] + 2, 3))  # the take begins in the middle, facing the camera
    for k in range(1, len(spots)):
        new = random.standard_normal(3)
        spots[k, :2] = _KEPT * spots[k - 1, :2] + np.sqrt(1 - _KEPT**2) * new[:2]
        spots[k, 2] = new[2]
    way = np.clip((counts / EIGHT - eights) / _ON_THE_WAY, 0, 1)
    way = (way * way * (3 - 2 * way))[:, None]
    here, before = spots[number + 1], spots[number]
    led = (before + way * (here - before)) * amounts[:, [0, 0, 1]]
    return StagePlan(led[:, :2], led[:, 2], np.where(amounts.any(1), NEAR, FREE))
