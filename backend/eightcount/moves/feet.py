"""Where the feet are: planted on the floor, on their way, or in the air with the body."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
from scipy.ndimage import distance_transform_edt

from eightcount.motion.skeleton import OFFSETS, SOLE_HEIGHTS
from eightcount.moves.channels import RATE, blur
from eightcount.moves.feel import Feel
from eightcount.moves.language import FootKey
from eightcount.moves.score import AIRBORNE, PlacedFoot, on_stage

#: counts that an arrival takes
_LEADS = {
    "step": 0.5, "stomp": 0.5, "tap": 0.4, "heel": 0.4, "slide": 0.5, "up": 0.35, "flat": 0.3,
    "load": 0.5, "pivot": 0.5, "lift": 0.45, "kick": 0.45, "free": 0.6,
}  # fmt: skip
_PITCH = {"tap": 24.0, "heel": -26.0, "up": 30.0}
_WEIGHT = {"tap": 0.12, "heel": 0.15, "lift": 0.0, "kick": 0.0, "free": 0.0}
_HOVER = 0.035  # counts for which a foot is above its place before it lands
_APART = 0.15  # least distance between the middles of two feet while one passes the other, metres
_ANKLE = 0.12  # from the ball of a foot back to its ankle, metres
_BESIDE = 0.095  # least distance between two standing ankles, metres
_ASIDE = 0.10  # seconds in which a passing foot goes out of the other one's way
_POINT = 30.0  # how far a foot in the air points its toes, degrees
_LEG = float(np.linalg.norm(OFFSETS[4]) + np.linalg.norm(OFFSETS[7]))
#: height of the hip above a standing ankle in a relaxed stance, metres
_HIP = 0.945 - 0.085 - 0.05 - float(SOLE_HEIGHTS[0])


@dataclass
class FootTrack:
    """A foot at every sample.

    Attributes: x, z (N,) stage place of the ball, metres; y (N,) lift of the ball; yaw (N,) degrees in
    the world; pitch (N,) degrees, positive heel up about the ball, negative toes up about the heel;
    air (N,) 0 on the floor to 1 carried by the body; out, up, ahead (N,) ankle from the hip in leg
    lengths when carried; own (N,) 1 if these count in the pelvis's frame, 0 in the heading's; load (N,)
    share of weight it can take; planted (N,) bool.
    """

    x: np.ndarray
    z: np.ndarray
    y: np.ndarray
    yaw: np.ndarray
    pitch: np.ndarray
    air: np.ndarray
    out: np.ndarray
    up: np.ndarray
    ahead: np.ndarray
    own: np.ndarray
    load: np.ndarray
    planted: np.ndarray


@dataclass
class _State:
    x: float
    z: float
    yaw: float
    y: float = 0.0
    pitch: float = 0.0
    air: float = 0.0
    out: float = 0.0
    up: float = -0.9
    ahead: float = 0.0
    own: float = 0.0
    load: float = 1.0
    planted: bool = True


def foot_track(
    keys: list[PlacedFoot],
    side: str,
    beats: np.ndarray,
    feel: Feel,
    swing: Callable[[float], float],
) -> FootTrack:
    """Track of one foot over the samples.

    Args:
        keys: in the order of their counts (beat numbers). side: "L" or "R".
        beats: (N,) running beat number of each sample.
        swing: maps a count to the beat at which the genre's feel plays it.
    """
    sign = 1 if side == "L" else -1
    home, heading = (keys[0].home, keys[0].heading) if keys else ((0.0, 0.0), 0.0)
    x, z = on_stage((feel.stance * sign, 0.06), home, heading)
    state = _State(x, z, heading + sign * feel.turnout)
    track = FootTrack(
        **{f.name: np.full(len(beats), float(getattr(state, f.name))) for f in fields(_State)}
    )
    done = -np.inf
    for placed in sorted(keys, key=lambda k: k.key.count):
        arrives = swing(placed.key.count)
        if arrives <= done + 1e-6:
            continue
        lead = placed.key.lead or _LEADS[placed.key.verb] / placed.pace
        begins = max(arrives - lead, done)
        new = _arrived(placed, state, sign, feel)
        _travel(track, state, new, placed.key, beats, begins, arrives)
        state, done = new, arrives
    track.planted = track.planted > 0.5
    return track


def keep_apart(feet: dict[str, FootTrack]) -> None:
    """Lead each foot that is on its way round the other one, in place, and set it down beside it;
    planted feet do not move."""
    _set_beside(feet)
    middles = {side: _behind_ball(foot, 0.09) for side, foot in feet.items()}
    for side, other, sign in (("L", "R", 1.0), ("R", "L", -1.0)):
        foot = feet[side]
        away = middles[side] - middles[other]
        distance = np.hypot(away[:, 0], away[:, 1])
        # a path straight through the other foot goes round it on its own side
        yaw = np.radians((foot.yaw + feet[other].yaw) / 2)
        own = sign * np.stack([np.cos(yaw), -np.sin(yaw)], axis=-1)
        away = away + 0.04 * own
        away /= np.maximum(np.linalg.norm(away, axis=-1, keepdims=True), 1e-6)
        moving = ~foot.planted & (foot.air < 0.5)
        since = distance_transform_edt(np.concatenate([[False], moving, [False]]))[1:-1]
        free = np.clip(since / (_ASIDE * RATE), 0, 1)
        push = blur(np.maximum(_APART - distance, 0), 0.025) * free
        foot.x += push * away[:, 0]
        foot.z += push * away[:, 1]


def _behind_ball(foot: FootTrack, metres: float) -> np.ndarray:
    """(N, 2) stage places of a point of the foot so far behind its ball."""
    back = np.radians(foot.yaw)
    return np.stack([foot.x - metres * np.sin(back), foot.z - metres * np.cos(back)], -1)


def _set_beside(feet: dict[str, FootTrack]) -> None:
    """Shift landings whose ankle would stand in the other foot's; each stance moves as a whole."""
    stances = []
    for side, foot in feet.items():
        edges = np.flatnonzero(np.diff(np.concatenate([[0], foot.planted, [0]]).astype(int)))
        stances += [(a, b, side) for a, b in edges.reshape(-1, 2)]
    for start, end, side in sorted(stances):
        foot, other = feet[side], feet["R" if side == "L" else "L"]
        both = np.flatnonzero(other.planted[start:end] & (foot.y[start:end] < 0.02)) + start
        if start == 0 or not len(both):
            continue
        away = (_behind_ball(foot, _ANKLE) - _behind_ball(other, _ANKLE))[both]
        distance = np.hypot(*away.T)
        nearest = int(np.argmin(distance))
        if distance[nearest] >= _BESIDE:
            continue
        yaw = np.radians((foot.yaw + other.yaw)[both[nearest]] / 2)
        own = (1 if side == "L" else -1) * np.array([np.cos(yaw), -np.sin(yaw)])
        way = away[nearest] + 0.02 * own
        shift = way / max(float(np.hypot(*way)), 1e-6) * (_BESIDE - distance[nearest])
        _shift_stance(foot, start, end, shift)


def _shift_stance(foot: FootTrack, start: int, end: int, shift: np.ndarray) -> None:
    """Move a stance [start, end) by a shift (2,); the foot's ways to and from it are bent."""
    before = np.flatnonzero(foot.planted[:start])
    after = np.flatnonzero(foot.planted[end:])
    first = before[-1] if len(before) else 0
    last = end + after[0] if len(after) else len(foot.x)
    share = np.zeros(len(foot.x))
    share[start:end] = 1.0
    u = np.linspace(0, 1, start - first)
    share[first:start] = u * u * (3 - 2 * u)
    u = np.linspace(1, 0, last - end)
    share[end:last] = u * u * (3 - 2 * u)
    foot.x += share * shift[0]
    foot.z += share * shift[1]


def _arrived(placed: PlacedFoot, old: _State, sign: int, feel: Feel) -> _State:
    """The foot's state once a key's count has come."""
    key = placed.key
    new = _State(**vars(old))
    if key.verb in AIRBORNE:
        new.air, new.planted, new.y = 1.0, False, 0.0
        new.out, new.up, new.ahead = _carried(key)
        new.own = 1.0 if key.verb == "free" else 0.0
        new.pitch = _POINT if key.pitch is None else key.pitch
    elif key.verb != "load":
        new.air = 0.0
        new.planted = True
        new.y = key.height or 0.0
        default = old.pitch if key.verb == "pivot" else _PITCH.get(key.verb, 0.0)
        new.pitch = default if key.pitch is None else key.pitch
    if key.x is not None and key.verb not in AIRBORNE:
        new.x, new.z = on_stage((key.x * sign, key.z), placed.home, placed.heading)
    if key.verb not in ("load", "up", "flat") or key.yaw is not None:
        yaw = placed.heading + sign * (feel.turnout if key.yaw is None else key.yaw)
        if key.verb == "pivot":
            new.yaw = old.yaw + key.turn
            if key.yaw is not None:
                new.yaw = _near(yaw, old.yaw + key.turn)
        else:
            new.yaw = _near(yaw + key.turn, old.yaw)
    default = 1.0 if key.verb not in ("load", "up", "flat", "pivot") else old.load
    new.load = _WEIGHT.get(key.verb, default) if key.weight is None else key.weight
    return new


def _near(angle: float, reference: float) -> float:
    """The same direction, at most half a turn from the reference."""
    return reference + (angle - reference + 180.0) % 360.0 - 180.0


def _carried(key: FootKey) -> tuple[float, float, float]:
    """Ankle from the hip in leg lengths: out, up, forward."""
    if key.verb == "kick":
        a, s = np.radians(key.angle), np.radians(key.side)
        return (
            key.extend * np.sin(s),
            -key.extend * np.cos(a) * np.cos(s),
            key.extend * np.sin(a) * np.cos(s),
        )
    if key.verb == "free":
        return key.x, key.height, key.z
    height = 0.2 if key.height is None else key.height
    x, z = (0.1, 0.0) if key.x is None else (key.x, key.z)
    return ((x - 0.07) / _LEG, -(_HIP - height) / _LEG, (z - 0.06) / _LEG)


def _travel(track, old: _State, new: _State, key: FootKey, beats, begins, arrives) -> None:
    """Fill the track from where a key's movement begins on."""
    after, during = beats >= arrives, (beats >= begins) & (beats < arrives)
    u = (beats[during] - begins) / max(arrives - begins, 1e-6)
    flies = key.verb in ("step", "stomp", "tap", "heel", "lift", "kick", "free")
    # a foot is over its place a moment before it lands
    even = np.clip(u / (1 - _HOVER / max(arrives - begins, 4 * _HOVER)), 0, 1) if flies else u
    share = even * even * (3 - 2 * even)
    for f in fields(_State):
        values, a, b = (
            getattr(track, f.name),
            float(getattr(old, f.name)),
            float(getattr(new, f.name)),
        )
        values[after] = b
        if f.name == "planted":
            values[during] = 0.0 if flies or key.verb == "slide" else min(a, b)
        else:
            values[during] = a + (b - a) * share
    if flies:
        _fly(track, old, new, key, during, u)


def _fly(track: FootTrack, old: _State, new: _State, key: FootKey, during, u: np.ndarray) -> None:
    """Arc, foot roll and unloading of a foot that leaves the floor."""
    track.load[during] = old.load * np.clip(1 - 2.5 * u, 0, 1)
    if new.air:
        track.load[during] = np.minimum(track.load[during], 1 - u)
    distance = float(np.hypot(new.x - old.x, new.z - old.z))
    arc = key.arc if key.arc is not None else 0.035 + 0.10 * min(distance, 0.6)
    if key.verb == "stomp" and key.arc is None:
        arc = 0.16
    if old.air < 0.5 and not new.air:
        track.y[during] += arc * np.sin(np.pi * u)
    if old.air < 0.5 and old.pitch < 15:  # the heel leaves first
        track.pitch[during] += 26 * _bump(u, 0.24, 0.24)
    if key.verb == "step" and not new.pitch:  # and the ball lands first
        track.pitch[during] += 14 * _bump(u, 0.84, 0.16)


def _bump(u: np.ndarray, centre: float, width: float) -> np.ndarray:
    return np.cos(np.pi / 2 * np.clip((u - centre) / width, -1, 1)) ** 2
