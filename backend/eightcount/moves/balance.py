"""Balance: the centre of mass moves smoothly because the pelvis gives way to the other parts."""

from __future__ import annotations

import numpy as np

from eightcount.motion.skeleton import JOINTS, NUM_JOINTS
from eightcount.moves.channels import blur

#: share of the body's mass carried near each joint (segment masses after de Leva 1996, rounded)
_MASSES = {
    "pelvis": 0.12, "spine2": 0.16, "spine3": 0.18, "head": 0.08,
    "left_shoulder": 0.028, "right_shoulder": 0.028, "left_elbow": 0.022, "right_elbow": 0.022,
    "left_wrist": 0.012, "right_wrist": 0.012, "left_hip": 0.05, "right_hip": 0.05,
    "left_knee": 0.075, "right_knee": 0.075, "left_ankle": 0.045, "right_ankle": 0.045,
}  # fmt: skip
#: seconds over which the centre of mass is smooth
_CALM = 0.20
#: farthest that the pelvis gives way in one pass, metres
_MOST = 0.10


def mass_weights() -> np.ndarray:
    """(24,) share of the mass at each joint; they sum to 1."""
    weights = np.zeros(NUM_JOINTS)
    for name, share in _MASSES.items():
        weights[JOINTS.index(name)] = share
    return weights / weights.sum()


def centre_of_mass(places: np.ndarray) -> np.ndarray:
    """(N, 3) of joints (N, 24, 3), metres."""
    return np.einsum("njc,j->nc", places, mass_weights())


def balance_shift(places: np.ndarray) -> np.ndarray:
    """(N, 2) metres in x and z by which the pelvis should move to calm the centre of mass."""
    mass = centre_of_mass(places)[:, [0, 2]]
    wanted = blur(mass, _CALM) - mass
    return blur(_MOST * np.tanh(1.1 * wanted / _MOST), 0.02)
