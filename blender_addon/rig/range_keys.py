# SPDX-License-Identifier: GPL-3.0-or-later
"""One curve's keys of a range set anew; every other key keeps its place and value."""

from __future__ import annotations

import numpy as np

from .keyframes import frame_keys


def set_keys(
    curve,
    co: np.ndarray,
    when: np.ndarray,
    values: np.ndarray,
    hold: int | None,
    there: np.ndarray,
    signs: np.ndarray | None = None,
) -> None:
    """Set a curve's keys at the scene frames ``when`` (n,) to ``values`` (n,).

    Frames whose key was deleted by hand get it again, unless ``there`` (n,) says that they shall have
    none. Keys that were added between the frames go, unless there are ``signs``.

    Args:
        co: the curve's keys as they are, frame and value by turns.
        hold: the frame after which the quaternion's sign is the opposite one: its key is held, since
            the straight line to the next would pass through no rotation at all.
        signs: (n,) by which a key added after each frame is multiplied: a quaternion's sign may have
            changed there.
    """
    points = curve.keyframe_points
    co = _grown(points, co, when, values)
    times = co[::2]
    at = frame_keys(times, when)
    has = at >= 0
    inside = np.flatnonzero((times > when[0]) & (times < when[-1]))
    added = np.setdiff1d(inside, at)
    stay = has & there
    co[1::2][at[stay]] = values[stay]
    gone = at[has & ~there]
    if signs is None:
        gone = np.concatenate([gone, added])
    else:
        turned = added[signs[np.searchsorted(when, times[added]) - 1] < 0]
        co[1::2][turned] *= -1
        _turn_handles(points, turned)
    points.foreach_set("co", co)
    for i in sorted(gone.tolist(), reverse=True):
        points.remove(points[i], fast=True)
    missing = np.flatnonzero(~has & there)
    for i in missing:
        points.insert(float(when[i]), float(values[i]), options={"FAST"}).interpolation = "LINEAR"
    now = np.sort(np.concatenate([np.delete(times, gone), when[missing]]))
    if hold is not None and there[hold]:
        _interpolate(points[int(frame_keys(now, when)[hold])], "CONSTANT")
    elif there[-1]:
        _interpolate(points[int(frame_keys(now, when)[-1])], "LINEAR")
    curve.update()


def _grown(points, co: np.ndarray, when: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The keys, with those of frames after the curve's last key added to them all at once."""
    more = int((when > co[-2]).sum()) if len(co) else len(when)
    if more and frame_keys(co[::2], when[-more:])[0] >= 0:
        more -= 1  # the last key lies a hair before its frame
    if not more:
        return co
    old = len(points)
    points.add(more)
    for i in range(old, old + more):
        _interpolate(points[i], "LINEAR")
    fresh = np.stack([when[-more:], values[-more:]], axis=1).ravel()
    return np.concatenate([co, fresh])


def _turn_handles(points, which: np.ndarray) -> None:
    for i in which.tolist():
        for name in ("handle_left", "handle_right"):
            x, y = getattr(points[i], name)
            setattr(points[i], name, (x, -y))


def _interpolate(point, kind: str) -> None:
    """Set it where it differs: what is set has the whole window drawn anew."""
    if point.interpolation != kind:
        point.interpolation = kind
