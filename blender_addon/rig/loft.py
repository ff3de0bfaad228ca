# SPDX-License-Identifier: GPL-3.0-or-later
"""Closed smooth tubes lofted through elliptic rings: the stuff the mannequin is made of. numpy only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: rings of each rounded end, the pole not counted.
CAP_RINGS = 4


@dataclass(frozen=True)
class Solid:
    """A closed surface: points (N, 3) metres, faces of three or four corners, ``accent`` per face."""

    points: np.ndarray
    faces: list[tuple[int, ...]]
    accent: np.ndarray


@dataclass(frozen=True)
class Tube:
    """What to loft.

    Attributes:
        axis: 0, 1 or 2; the rings lie across this axis.
        stations: rows (place along the axis, centre of the ring on the next two axes in cyclic
            order, half width on these two axes), metres, places rising.
        spacing: distance of rings, metres.
        squareness: exponent of the superellipse; 2 is an ellipse.
        ends: how far the rounded ends reach past the first and last ring, as a share of the ring's
            smaller half width.
        bands: (from, to) stretches along the axis that wear the second material.
        segments: corners of a ring.
    """

    axis: int
    stations: np.ndarray
    spacing: float = 0.016
    squareness: float = 2.0
    ends: tuple[float, float] = (1.0, 1.0)
    bands: tuple[tuple[float, float], ...] = ()
    segments: int = 24


def loft(tube: Tube) -> Solid:
    """The tube's surface, normals outwards."""
    rows = np.asarray(tube.stations, np.float64)
    edges = [edge for band in tube.bands for edge in band]
    rings = _with_caps(_resample(rows, tube.spacing, edges), tube.ends)
    points = _ring_points(rings, tube)
    faces = _faces(len(rings), tube.segments)
    return Solid(points, faces, _accent(points, faces, tube))


def smooth_steps(knots: np.ndarray, values: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Values (K, D) at knots (K,) interpolated at (N,): cubic, without overshoot (Fritsch-Carlson).

    Outside the knots the end values hold.
    """
    h = np.diff(knots)[:, None]
    slope = np.diff(values, axis=0) / h
    tangent = np.zeros_like(values)
    inner = slope[:-1] * slope[1:]
    mean = 2 * inner / np.where(inner > 0, slope[:-1] + slope[1:], 1.0)
    tangent[1:-1] = np.where(inner > 0, mean, 0.0)
    tangent[0], tangent[-1] = slope[0], slope[-1]
    at = np.clip(at, knots[0], knots[-1])
    i = np.clip(np.searchsorted(knots, at, side="right") - 1, 0, len(knots) - 2)
    t = ((at - knots[i]) / np.diff(knots)[i])[:, None]
    p0, p1, m0, m1 = values[i], values[i + 1], tangent[i] * h[i], tangent[i + 1] * h[i]
    return (
        (2 * t**3 - 3 * t**2 + 1) * p0
        + (t**3 - 2 * t**2 + t) * m0
        + (3 * t**2 - 2 * t**3) * p1
        + (t**3 - t**2) * m1
    )


def smoothstep(x: np.ndarray, low: float, high: float) -> np.ndarray:
    """0 below ``low``, 1 above ``high``, smooth between."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def join(solids: list[Solid]) -> Solid:
    """Several solids as one (they may overlap; nothing is welded)."""
    points, faces, shift = [], [], 0
    for solid in solids:
        points.append(solid.points)
        faces.extend(tuple(c + shift for c in face) for face in solid.faces)
        shift += len(solid.points)
    return Solid(np.concatenate(points), faces, np.concatenate([s.accent for s in solids]))


def _resample(rows: np.ndarray, spacing: float, edges: list[float]) -> np.ndarray:
    low, high = rows[0, 0], rows[-1, 0]
    count = max(2, int(np.ceil((high - low) / spacing)) + 1)
    places = np.linspace(low, high, count)
    # a band's edge is a ring of its own; rings that would crowd it make room
    for edge in edges:
        places = places[np.abs(places - edge) > spacing * 0.4]
    places = np.unique(np.concatenate([places, edges, [low, high]]))
    return np.column_stack([places, smooth_steps(rows[:, 0], rows[:, 1:], places)])


def _with_caps(rings: np.ndarray, ends: tuple[float, float]) -> np.ndarray:
    angles = np.linspace(0, np.pi / 2, CAP_RINGS + 1)[1:]
    caps = []
    for ring, end, sign in ((rings[0], ends[0], -1), (rings[-1], ends[1], 1)):
        cap = np.repeat(ring[None], len(angles), axis=0)
        cap[:, 0] += sign * end * ring[3:].min() * np.sin(angles)
        cap[:, 3:] *= np.cos(angles)[:, None]
        cap[-1, 3:] = 0
        caps.append(cap)
    return np.concatenate([caps[0][::-1], rings, caps[1]])


def _ring_points(rings: np.ndarray, tube: Tube) -> np.ndarray:
    """Points (N, 3): first pole, the rings, last pole."""
    angle = np.linspace(0, 2 * np.pi, tube.segments, endpoint=False)
    power = 2 / tube.squareness
    c = np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** power
    s = np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** power
    inner = rings[1:-1]
    across1 = inner[:, 1:2] + inner[:, 3:4] * c
    across2 = inner[:, 2:3] + inner[:, 4:5] * s
    along = np.broadcast_to(inner[:, :1], across1.shape)
    shell = np.stack([along, across1, across2], axis=-1).reshape(-1, 3)
    points = np.concatenate([rings[:1, :3], shell, rings[-1:, :3]])
    return np.roll(points, tube.axis, axis=1)


def _faces(count: int, n: int) -> list[tuple[int, ...]]:
    """Quads between ``count`` - 2 rings of ``n`` corners, triangles at the two poles."""
    inner = count - 2
    last = 1 + inner * n
    faces: list[tuple[int, ...]] = [(0, 1 + (k + 1) % n, 1 + k) for k in range(n)]
    for r in range(inner - 1):
        a, b = 1 + r * n, 1 + (r + 1) * n
        faces += [(a + k, a + (k + 1) % n, b + (k + 1) % n, b + k) for k in range(n)]
    top = 1 + (inner - 1) * n
    faces += [(last, top + k, top + (k + 1) % n) for k in range(n)]
    return faces


def _accent(points: np.ndarray, faces: list[tuple[int, ...]], tube: Tube) -> np.ndarray:
    place = points[:, tube.axis].tolist()
    middle = np.array([sum(place[c] for c in face) / len(face) for face in faces])
    accent = np.zeros(len(faces), bool)
    for low, high in tube.bands:
        accent |= (middle > low) & (middle < high)
    return accent
