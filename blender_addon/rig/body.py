# SPDX-License-Identifier: GPL-3.0-or-later
"""The mannequin's shapes and skin weights, authored for the rest pose. numpy only.

Axes are Blender's: z up, the dancer looks along -y, his left is +x. Limbs, torso, head, hands and
feet are closed tubes that overlap like the parts of an artist's lay figure: shoulder and hip are
balls that turn inside their neighbours, so they cannot collapse however far a limb is raised.
Elbows, knees, wrists, spine and toes bend by weights that pass smoothly from bone to bone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eightcount.motion.skeleton import JOINTS

from .loft import Solid, Tube, loft, smoothstep

X, Y, Z = 0, 1, 2


@dataclass(frozen=True)
class Part:
    """A piece of the body: its surface, and the skin weights (N, 24) of its points."""

    solid: Solid
    weights: np.ndarray


def build_parts(joints: np.ndarray) -> list[Part]:
    """All parts for rest joints (24, 3) metres."""
    parts = [_torso(joints), _neck(joints), _head(joints)]
    for side in ("left", "right"):
        sign = 1 if side == "left" else -1
        parts += [_arm(joints, side, sign), _leg(joints, side, sign), _foot(joints, side, sign)]
        parts += _hand(joints, side, sign)
    return parts


def _at(joints: np.ndarray, name: str) -> np.ndarray:
    return joints[JOINTS.index(name)]


def _chain(place: np.ndarray, stops: list[tuple[float, str]]) -> np.ndarray:
    """Weights (N, 24) that pass from one bone to the next along ``place`` (N,).

    ``stops`` are (place, joint), rising: at and around a stop its joint has all the weight.
    """
    weights = np.zeros((len(place), len(JOINTS)))
    share = np.ones(len(place))
    for (low, name), (high, _) in zip(stops, stops[1:], strict=False):
        passed = smoothstep(place, low, high)
        weights[:, JOINTS.index(name)] += share * (1 - passed)
        share = share * passed
    weights[:, JOINTS.index(stops[-1][1])] += share
    return weights


def _mirrored(rows: list[tuple[float, ...]], sign: int) -> np.ndarray:
    """Stations of a tube across x, authored for the left; places must rise on the right as well."""
    rows = np.array(rows)
    return rows if sign > 0 else (rows * [-1, 1, 1, 1, 1])[::-1]


def _bands(sign: int, *bands: tuple[float, float]) -> tuple[tuple[float, float], ...]:
    return bands if sign > 0 else tuple((-high, -low) for low, high in bands)


def _torso(joints: np.ndarray) -> Part:
    # place z, centre (x, y), half width (x, y)
    stations = [
        (0.850, 0, 0.004, 0.100, 0.078),
        (0.885, 0, 0.006, 0.142, 0.098),
        (0.935, 0, 0.012, 0.153, 0.104),
        (1.000, 0, 0.010, 0.134, 0.092),
        (1.065, 0, 0.010, 0.117, 0.081),
        (1.130, 0, 0.012, 0.122, 0.085),
        (1.220, 0, 0.014, 0.143, 0.099),
        (1.310, 0, 0.018, 0.160, 0.107),
        (1.365, 0, 0.028, 0.168, 0.099),
        (1.402, 0, 0.038, 0.161, 0.083),
        (1.430, 0, 0.044, 0.122, 0.069),
        (1.450, 0, 0.047, 0.082, 0.058),
        (1.470, 0, 0.047, 0.056, 0.050),
    ]
    tube = Tube(Z, np.array(stations), squareness=2.25, ends=(0.55, 0.4), bands=((1.03, 1.11),))
    solid = loft(tube)
    x, z = solid.points[:, X], solid.points[:, Z]
    stops = [(0.985, "pelvis"), (1.085, "spine1"), (1.175, "spine2"), (1.275, "spine3")]
    weights = _chain(z, stops)
    # shoulders shrug with the collar bones
    shrug = 0.9 * smoothstep(np.abs(x), 0.045, 0.13) * smoothstep(z, 1.29, 1.40)
    spine = weights[:, JOINTS.index("spine3")].copy()
    weights[:, JOINTS.index("spine3")] = spine * (1 - shrug)
    weights[:, JOINTS.index("left_collar")] = spine * shrug * (x > 0)
    weights[:, JOINTS.index("right_collar")] = spine * shrug * (x <= 0)
    return Part(solid, weights)


def _neck(joints: np.ndarray) -> Part:
    stations = [
        (1.420, 0, 0.046, 0.056, 0.056),
        (1.470, 0, 0.040, 0.048, 0.050),
        (1.520, 0, 0.024, 0.046, 0.049),
        (1.580, 0, 0.010, 0.046, 0.050),
    ]
    solid = loft(Tube(Z, np.array(stations), spacing=0.013))
    solid.accent[:] = True
    stops = [(1.425, "spine3"), (1.480, "neck"), (1.500, "neck"), (1.555, "head")]
    return Part(solid, _chain(solid.points[:, Z], stops))


def _head(joints: np.ndarray) -> Part:
    stations = [
        (1.522, 0, -0.040, 0.032, 0.034),
        (1.540, 0, -0.030, 0.050, 0.058),
        (1.575, 0, -0.014, 0.065, 0.083),
        (1.620, 0, -0.005, 0.074, 0.096),
        (1.665, 0, 0.000, 0.076, 0.099),
        (1.700, 0, 0.002, 0.068, 0.088),
        (1.722, 0, 0.003, 0.050, 0.064),
    ]
    tube = Tube(Z, np.array(stations), spacing=0.011, squareness=2.1, ends=(0.35, 0.36))
    solid = loft(tube)
    accent = np.array([_is_visor(solid.points[list(face)].mean(0)) for face in solid.faces])
    weights = np.zeros((len(solid.points), len(JOINTS)))
    weights[:, JOINTS.index("head")] = 1
    return Part(Solid(solid.points, solid.faces, accent), weights)


def _is_visor(p: np.ndarray) -> bool:
    """The dark band where the eyes would be: it shows where the dancer looks."""
    return bool(p[Y] < -0.045 and 1.612 < p[Z] < 1.668)


def _arm(joints: np.ndarray, side: str, sign: int) -> Part:
    shoulder, elbow, wrist = (_at(joints, f"{side}_{n}") for n in ("shoulder", "elbow", "wrist"))
    a, b, c = abs(shoulder[X]), abs(elbow[X]), abs(wrist[X])

    def row(x: float, ry: float, rz: float) -> tuple[float, ...]:
        line = [(a, b, c), (shoulder[Y], elbow[Y], wrist[Y]), (shoulder[Z], elbow[Z], wrist[Z])]
        return (x, np.interp(x, line[0], line[1]), np.interp(x, line[0], line[2]), ry, rz)

    rows = [
        row(a - 0.008, 0.045, 0.047),
        row(a + 0.030, 0.047, 0.048),
        row(a + 0.075, 0.044, 0.045),
        row(a + 0.140, 0.040, 0.041),
        row(b - 0.045, 0.036, 0.036),
        row(b, 0.034, 0.034),
        row(b + 0.060, 0.036, 0.036),
        row(b + 0.130, 0.032, 0.031),
        row(c - 0.045, 0.026, 0.023),
        row(c + 0.008, 0.024, 0.020),
    ]
    bands = _bands(sign, (b - 0.030, b + 0.030))
    tube = Tube(X, _mirrored(rows, sign), spacing=0.013, ends=(0.95, 0.95), bands=bands)
    solid = loft(tube)
    stops = [
        (b - 0.050, f"{side}_shoulder"),
        (b + 0.050, f"{side}_elbow"),
        (c - 0.035, f"{side}_elbow"),
        (c + 0.012, f"{side}_wrist"),
    ]
    return Part(solid, _chain(np.abs(solid.points[:, X]), stops))


def _hand(joints: np.ndarray, side: str, sign: int) -> list[Part]:
    wrist, knuckles = _at(joints, f"{side}_wrist"), _at(joints, f"{side}_hand")
    w, k = abs(wrist[X]), abs(knuckles[X])
    y, z = wrist[Y], wrist[Z]
    palm = [
        (w - 0.006, y, z, 0.024, 0.019),
        (w + 0.020, y - 0.001, z - 0.001, 0.031, 0.018),
        (w + 0.055, y + 0.002, z - 0.003, 0.038, 0.016),
        (w + 0.085, y + 0.003, z - 0.005, 0.038, 0.013),
    ]
    solid = loft(Tube(X, _mirrored(palm, sign), 0.012, 2.5, (0.85, 0.85)))
    stops = [(k - 0.045, f"{side}_wrist"), (k + 0.02, f"{side}_hand")]
    parts = [Part(solid, _chain(np.abs(solid.points[:, X]), stops))]
    # index to little finger, from front (-y) to back
    for place, length, radius in (
        (-0.027, 0.072, 0.0098),
        (-0.008, 0.082, 0.0102),
        (0.0115, 0.076, 0.0098),
        (0.0300, 0.058, 0.0086),
    ):
        parts.append(_finger(joints, side, sign, w + 0.080, y + place, length, radius))
    parts.append(_thumb(joints, side, sign))
    return parts


def _finger(joints, side: str, sign: int, x: float, y: float, length: float, radius: float) -> Part:
    z = _at(joints, f"{side}_wrist")[Z] - 0.005
    rows = [
        (x, y, z, radius * 1.05, radius * 1.05),
        (x + length * 0.5, y * 1.0, z - 0.003, radius, radius),
        (x + length, y, z - 0.010, radius * 0.82, radius * 0.8),
    ]
    solid = loft(Tube(X, _mirrored(rows, sign), spacing=0.016, segments=10))
    weights = np.zeros((len(solid.points), len(JOINTS)))
    weights[:, JOINTS.index(f"{side}_hand")] = 1
    return Part(solid, weights)


def _thumb(joints: np.ndarray, side: str, sign: int) -> Part:
    wrist = _at(joints, f"{side}_wrist")
    x, y, z = abs(wrist[X]), wrist[Y], wrist[Z]
    rows = [
        (x + 0.018, y - 0.022, z - 0.006, 0.013, 0.013),
        (x + 0.048, y - 0.041, z - 0.012, 0.0125, 0.0125),
        (x + 0.086, y - 0.055, z - 0.017, 0.0098, 0.0095),
    ]
    solid = loft(Tube(X, _mirrored(rows, sign), spacing=0.014, segments=12))
    stops = [(x + 0.02, f"{side}_wrist"), (x + 0.09, f"{side}_hand")]
    return Part(solid, _chain(np.abs(solid.points[:, X]), stops))


def _leg(joints: np.ndarray, side: str, sign: int) -> Part:
    hip, knee, ankle = (_at(joints, f"{side}_{n}") for n in ("hip", "knee", "ankle"))
    line_z = (ankle[Z], knee[Z], hip[Z])

    def row(z: float, rx: float, ry: float, out: float = 0.0, back: float = 0.0):
        x = np.interp(z, line_z, (ankle[X], knee[X], hip[X])) + sign * out
        y = np.interp(z, line_z, (ankle[Y], knee[Y], hip[Y])) + back
        return (z, x, y, rx, ry)

    k = knee[Z]
    rows = [
        row(ankle[Z] - 0.010, 0.032, 0.036),
        row(ankle[Z] + 0.045, 0.034, 0.038),
        row(ankle[Z] + 0.140, 0.044, 0.048, 0.000, 0.008),
        row(k - 0.130, 0.053, 0.057, 0.002, 0.014),
        row(k - 0.055, 0.050, 0.053, 0.000, 0.006),
        row(k, 0.050, 0.053),
        row(k + 0.060, 0.056, 0.058, 0.001),
        row(k + 0.160, 0.069, 0.072, 0.004, 0.002),
        row(k + 0.270, 0.081, 0.086, 0.008, 0.003),
        row(hip[Z] - 0.010, 0.083, 0.090, 0.010, 0.004),
    ]
    bands = ((k - 0.040, k + 0.040),)
    solid = loft(Tube(Z, np.array(rows), spacing=0.014, ends=(0.8, 0.8), bands=bands))
    stops = [
        (ankle[Z] - 0.020, f"{side}_ankle"),
        (ankle[Z] + 0.035, f"{side}_knee"),
        (k - 0.065, f"{side}_knee"),
        (k + 0.065, f"{side}_hip"),
    ]
    return Part(solid, _chain(solid.points[:, Z], stops))


def _foot(joints: np.ndarray, side: str, sign: int) -> Part:
    """A shoe; everything that would reach below the floor is pressed flat onto it."""
    ankle, ball = _at(joints, f"{side}_ankle"), _at(joints, f"{side}_foot")

    def row(y: float, out: float, wide: float, top: float):
        # from the floor to ``top``, and as far below it, which the floor then cuts away
        share = np.interp(y, (ball[Y], ankle[Y]), (1.0, 0.0))
        x = ankle[X] + share * (ball[X] - ankle[X]) + sign * out
        return (y, 0.0, x, top, wide)

    rows = [
        row(ball[Y] - 0.062, 0.000, 0.033, 0.038),
        row(ball[Y] - 0.035, 0.000, 0.044, 0.046),
        row(ball[Y] + 0.000, 0.002, 0.048, 0.054),
        row(ball[Y] + 0.050, 0.001, 0.043, 0.074),
        row(ankle[Y] - 0.025, 0.000, 0.040, 0.098),
        row(ankle[Y] + 0.010, 0.000, 0.040, 0.108),
        row(ankle[Y] + 0.035, 0.000, 0.037, 0.098),
    ]
    tube = Tube(Y, np.array(rows), spacing=0.013, squareness=2.6, ends=(0.85, 0.75))
    solid = loft(tube)
    solid.points[:, Z] = np.maximum(solid.points[:, Z], 0.0)
    solid.accent[:] = True
    stops = [(ball[Y] - 0.030, f"{side}_foot"), (ball[Y] + 0.030, f"{side}_ankle")]
    return Part(solid, _chain(solid.points[:, Y], stops))
