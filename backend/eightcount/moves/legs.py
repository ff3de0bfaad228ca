"""Legs on their feet: reach, heels that must rise, shins that keep clear, and what stands.

A pelvis that stands high enough for both legs comes first (`within_reach`), then both legs are solved,
pushed apart where their shins would meet (`_clear`), and closed with their feet.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import distance_transform_edt, maximum_filter1d

from eightcount.motion import rotations as rot
from eightcount.motion.skeleton import OFFSETS, joint
from eightcount.moves import body
from eightcount.moves.body import LEG, PREFIX, REACH_LEG, SIGN, Frames, apply
from eightcount.moves.channels import RATE, blur
from eightcount.moves.feet import FootTrack
from eightcount.moves.language import SIDES

_FOLDED = 0.23  # least distance from hip to ankle, metres: a deep squat
_ANKLE = 66.0  # farthest bend of a foot in the air, degrees
_ANKLE_STANDING = 73.0  # and of one on the floor
_DORSAL = 38.0  # how far a shin leans over its foot before the heel comes up, degrees
_APART = 0.078  # distance that the middles of the two shins keep, metres
_PASSES = 4  # of pushing legs apart
_ASIDE = 0.06  # seconds in which a foot that has left the floor goes out of the other leg's way
_JUMP = 0.20  # metres between two samples at which a leg in the air has been flung
_OVER_FLOOR = 0.09  # height of an ankle that is led, metres
_BRIDGE = 3  # samples on either side over which it is led instead
_SWIVEL = 6.0  # how much a knee's pole turns for a metre of push


@dataclass
class Stance:
    """Feet and pelvis while a body is built: tracks by side, facing (N,) degrees, lean (N,) to the
    left leg's share of the weight, flight (N,) height of jumps, pelvis place (N, 3); metres."""

    feet: dict[str, FootTrack]
    facing: np.ndarray
    lean: np.ndarray
    flight: np.ndarray
    pelvis: np.ndarray


@dataclass
class _Leg:
    """One leg being solved: target of the ankle (N, 3), foot's turn on the floor (N, 3, 3), where the
    knee points (N,) degrees outwards and aside (N, 3), how far the foot is free to give way (N,)."""

    target: np.ndarray
    turn: np.ndarray
    extra: np.ndarray
    outward: np.ndarray
    aside: np.ndarray
    free: np.ndarray


def within_reach(place: np.ndarray, pelvis: np.ndarray, stance: Stance) -> np.ndarray:
    """Pelvis height (N,) at which no standing leg is too long or folded too far, softly limited."""
    limit, least = np.full(len(place), 9.0), np.zeros(len(place))
    for side, foot in stance.feet.items():
        ankle, _ = _ankle(side, foot, np.zeros(len(place)))
        hip = _hip(place, pelvis, side)
        flat = (hip[:, 0] - ankle[:, 0]) ** 2 + (hip[:, 2] - ankle[:, 2]) ** 2
        highest = ankle[:, 1] + np.sqrt(np.maximum((LEG * REACH_LEG) ** 2 - flat, 0.15))
        # an unloaded foot may rise on its ball instead
        loaded = np.clip(blur(foot.load, 0.05), 0, 1)
        highest = highest - (hip[:, 1] - place[:, 1]) + (1 - loaded) * 0.12
        limit = np.minimum(limit, np.where(foot.air > 0.3, 9.0, highest))
        folded = ankle[:, 1] + np.sqrt(np.maximum(_FOLDED**2 - flat, 0)) - (hip[:, 1] - place[:, 1])
        least = np.maximum(least, folded * (1 - foot.air))
    limit = blur(np.minimum(limit, 1.2), 0.03)
    sharp = 45.0
    soft = -np.log(np.exp(-sharp * place[:, 1]) + np.exp(-sharp * limit)) / sharp
    least = blur(least, 0.03)
    soft = np.log(np.exp(sharp * soft) + np.exp(sharp * least)) / sharp
    return blur(soft, 0.015)


def set_legs(frames: Frames, stance: Stance, values: dict) -> np.ndarray:
    """Both legs of a body whose pelvis stands.

    Returns:
        (N, 4) contacts: left heel, right heel, left toe, right toe.
    """
    legs = {side: _led(frames, side, stance, values) for side in SIDES}
    for _ in range(_PASSES):
        for side, leg in legs.items():
            body.set_leg(frames, side, leg.target, leg.outward, leg.aside)
        if not _clear(frames, legs):
            break
    contacts = np.zeros((len(frames.places), 4))
    for number, (side, leg) in enumerate(legs.items()):
        contacts[:, number::2] = _closed(frames, side, leg, stance)
    return contacts


def _led(frames: Frames, side: str, stance: Stance, values: dict) -> _Leg:
    """Where a leg goes on its own."""
    pelvis, place = frames.turn("pelvis"), frames.place("pelvis")
    facing = rot.about_axis("y", np.radians(stance.facing))
    foot, hip = stance.feet[side], _hip(place, pelvis, side)
    twist = (foot.yaw - stance.facing + 180) % 360 - 180
    outward = 0.7 * np.clip(twist, -70, 70) * (1 - foot.air) - 0.35 * values["pelvis.y"]
    outward = outward + SIGN[side] * (values[f"knees.k.{side}"] + 6)
    extra = _heel_rise(side, foot, hip, pelvis, outward, stance.flight)
    ankle, turn = _ankle(side, foot, extra)
    ankle = ankle + stance.flight[:, None] * np.array([0.0, 1.0, 0.0])
    carried = np.stack([foot.out * SIGN[side], foot.up, foot.ahead], -1) * LEG
    carried = (
        apply(facing, carried) * (1 - foot.own)[:, None]
        + apply(pelvis, carried) * foot.own[:, None]
    )
    carried = hip + carried
    carried[:, 1] = np.maximum(carried[:, 1], 0.09)
    ankle = ankle + (carried - ankle) * foot.air[:, None]
    moving = np.concatenate([[False], ~foot.planted, [False]])
    since = distance_transform_edt(moving)[1:-1]
    free = np.clip(since / (_ASIDE * RATE), 0, 1)
    return _Leg(ankle, turn, extra, outward, np.zeros_like(ankle), free)


def _clear(frames: Frames, legs: dict[str, _Leg]) -> bool:
    """Push legs apart whose shins come too near: free feet go aside, knees swivel. True: pushed."""
    shares, away = _nearest(frames)
    distance = np.linalg.norm(away, axis=-1)
    short = distance < _APART
    if not short.any():
        return False
    # the way round is chosen over the whole passing, so that a leg does not turn back in the middle
    across = apply(frames.turn("pelvis"), np.array([0.03, 0.0, 0.0]))
    path = away / np.maximum(distance, 0.02)[:, None] * np.minimum(distance, 0.2)[:, None] + across
    way = body.unit(blur(path, 0.08) * np.array([1.0, 0.0, 1.0]))
    along = (away * way).sum(-1)
    push = np.sqrt(np.maximum(along**2 + _APART**2 - distance**2, 0)) - along
    push = np.where(short, np.clip(push, 0, 0.25), 0)
    push = blur(maximum_filter1d(push, 5), 0.02)
    total = np.maximum(sum(leg.free for leg in legs.values()), 1.0)
    for side, leg in legs.items():
        own = SIGN[side] * push[:, None] * way
        share = shares[side]
        low = np.clip(share / 0.4, 0, 1)[:, None] * (leg.free / total)[:, None]
        leg.target = leg.target + own * low / np.maximum(share, 0.5)[:, None]
        leg.aside = leg.aside + 0.5 * _SWIVEL * own * (1 - share)[:, None]
        size = np.linalg.norm(leg.aside, axis=-1, keepdims=True)
        leg.aside = leg.aside * np.minimum(1, 0.9 / np.maximum(size, 1e-9))
    return True


def _nearest(frames: Frames) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Where the shins are nearest: shares (N,) from each knee down, and the way from right to left."""
    ends = {s: [frames.place(PREFIX[s] + n) for n in ("knee", "ankle")] for s in SIDES}
    best = np.full(len(frames.places), np.inf)
    shares = {s: np.full(len(best), 0.5) for s in SIDES}
    away = np.zeros((len(best), 3))
    for side, other in (("L", "R"), ("R", "L")):
        a, b = ends[other]
        line = b - a
        for share in np.linspace(0.1, 1.0, 7):
            point = ends[side][0] * (1 - share) + ends[side][1] * share
            on = ((point - a) * line).sum(-1) / (line * line).sum(-1)
            on = np.clip(on, 0, 1)
            gap = SIGN[side] * (point - a - on[:, None] * line)
            distance = np.linalg.norm(gap, axis=-1)
            nearer = distance < best
            best = np.where(nearer, distance, best)
            away = np.where(nearer[:, None], gap, away)
            shares[side] = np.where(nearer, share, shares[side])
            shares[other] = np.where(nearer, on, shares[other])
    return {s: blur(v, 0.02) for s, v in shares.items()}, away


def _closed(frames: Frames, side: str, leg: _Leg, stance: Stance) -> np.ndarray:
    """The leg with its foot; contacts (N, 2) of heel and toe."""
    foot, ankle, turn, outward = stance.feet[side], leg.target, leg.turn, leg.outward
    body.set_leg(frames, side, ankle, outward, leg.aside)
    shin = frames.turn(PREFIX[side] + "knee")
    pointed = rot.from_matrix(shin @ rot.about_axis("x", np.radians(foot.pitch)))
    turn = rot.to_matrix(rot.slerp(rot.from_matrix(turn), pointed, foot.air))
    most = np.where(foot.planted, _ANKLE_STANDING, _ANKLE)
    target, bent = ankle, np.zeros(len(ankle), bool)
    for _ in range(3):  # the foot follows its shin, the shin its foot
        kept, cut = _ankle_kept(shin, turn, most)
        target, bent = _above_floor(side, target, kept), bent | cut
        body.set_leg(frames, side, target, outward, leg.aside)
        shin = frames.turn(PREFIX[side] + "knee")
    _bridge(frames, side, leg, foot, target)
    shin = frames.turn(PREFIX[side] + "knee")
    level, _ = _ankle_kept(shin, turn, most + 1.5)
    kept = _toes_up(frames, side, level)
    bent = bent | (np.abs(kept - level).max(axis=(1, 2)) > 1e-6)
    missed = frames.place(PREFIX[side] + "ankle") - target
    tilt = foot.pitch + leg.extra
    bend = np.clip(tilt, 0, 60) * np.clip(1 - foot.y / 0.1, 0.2, 1) * (1 - foot.air)
    body.set_foot(frames, side, kept, bend)
    # a foot that its leg cannot quite reach is not standing yet
    short = (np.linalg.norm(missed, axis=-1) >= 1e-3) | bent
    reached = ~maximum_filter1d(short, 5)
    still = foot.planted & (foot.air < 1e-3) & (stance.flight < 1e-4) & reached
    resting = (np.abs(np.gradient(tilt)) < 0.15) & (np.abs(np.gradient(foot.yaw)) < 1e-3)
    return np.stack([still & (tilt < 1.0) & resting, still & (tilt > -0.2)], axis=-1)


def _bridge(frames: Frames, side: str, leg: _Leg, foot: FootTrack, target: np.ndarray) -> None:
    """Lead a leg in the air over samples at which it jumps, from hip to hip turn, knee to knee turn.

    On its way out of a freeze a foot may pass where the hip cannot go; there the solved leg is flung
    from one side to the other between two samples.
    """
    names = [PREFIX[side] + n for n in ("hip", "knee", "ankle")]
    hip_j, knee_j, ankle_j = (joint(n) for n in names)
    own = frames.places[:, ankle_j] - frames.places[:, hip_j]
    jumps = np.linalg.norm(np.diff(own, axis=0), axis=-1) > _JUMP
    if not jumps.any():
        return
    flung = np.concatenate([[False], jumps]) | np.concatenate([jumps, [False]])
    flung = maximum_filter1d(flung, 2 * _BRIDGE + 1)
    flung &= ~maximum_filter1d(foot.planted, 3)
    parents = (frames.turn("pelvis"), frames.turns[:, hip_j])
    local = [
        rot.unroll(rot.from_matrix(np.swapaxes(parent, 1, 2) @ frames.turns[:, j]))
        for parent, j in zip(parents, (hip_j, knee_j), strict=True)
    ]
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flung, [0]]).astype(int)))
    for start, end in edges.reshape(-1, 2):
        if start == 0 or end == len(flung):
            continue
        share = np.arange(1, end - start + 1) / (end - start + 1)
        for turns in local:
            a, b = (np.repeat(turns[[k]], end - start, axis=0) for k in (start - 1, end))
            turns[start:end] = rot.slerp(a, b, share)
    thigh = parents[0] @ rot.to_matrix(local[0])
    shin = thigh @ rot.to_matrix(local[1])
    knee = frames.places[:, hip_j] + apply(thigh, OFFSETS[knee_j])
    ankle = knee + apply(shin, OFFSETS[ankle_j])
    # over the floor: solved again from there, where the hip allows
    raised = np.maximum(ankle, [-np.inf, _OVER_FLOOR, -np.inf])
    low = flung & (ankle[:, 1] < _OVER_FLOOR)
    body.set_leg(frames, side, np.where(flung[:, None], raised, target), leg.outward, leg.aside)
    missed = np.linalg.norm(frames.places[:, ankle_j] - raised, axis=-1) > 0.05
    led = flung & (~low | missed)
    frames.turns[led, hip_j], frames.turns[led, knee_j] = thigh[led], shin[led]
    frames.places[led, knee_j], frames.places[led, ankle_j] = knee[led], ankle[led]


def _hip(place: np.ndarray, pelvis: np.ndarray, side: str) -> np.ndarray:
    return place + apply(pelvis, OFFSETS[joint(PREFIX[side] + "hip")])


def _ankle(side: str, foot: FootTrack, extra: np.ndarray):
    """Ankle (N, 3) and turn of the foot if it is on the floor, its heel raised by extra degrees."""
    ball = np.stack([foot.x, np.maximum(foot.y, 0), foot.z], axis=-1)
    return body.ankle_from_ball(side, ball, foot.yaw, foot.pitch + extra)


def _ankle_kept(
    shin: np.ndarray, turn: np.ndarray, most: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Foot turns (N, 3, 3) bent against the shin by `most` (N,) degrees at most; (N,) bool where cut."""
    bend = rot.to_axis_angle(rot.from_matrix(np.swapaxes(shin, 1, 2) @ turn))
    size = np.degrees(np.linalg.norm(bend, axis=-1))
    kept = bend * np.minimum(1, most / np.maximum(size, 1e-6))[:, None]
    return shin @ rot.to_matrix(rot.from_axis_angle(kept)), size > most


def _toes_up(frames: Frames, side: str, turn: np.ndarray) -> np.ndarray:
    """Foot turns (N, 3, 3) tipped up where the toes would still sink, as far as the ankle goes."""
    toe = apply(turn, OFFSETS[joint(PREFIX[side] + "foot")])
    deep = np.maximum(0.004 - (frames.place(PREFIX[side] + "ankle") + toe)[:, 1], 0)
    if not deep.any():
        return turn
    tip = np.degrees(np.arcsin(np.clip(deep / 0.12, 0, 1)))
    axis = np.cross(toe, np.array([0.0, 1.0, 0.0]))
    raised = body.about(axis, tip) @ turn
    shin = frames.turn(PREFIX[side] + "knee")
    return _ankle_kept(shin, raised, np.full(len(tip), _ANKLE_STANDING + 1.5))[0]


def _above_floor(side: str, ankle: np.ndarray, turn: np.ndarray) -> np.ndarray:
    """Ankle (N, 3) raised until neither toes nor heel sink into the floor."""
    toe = (ankle + apply(turn, OFFSETS[joint(PREFIX[side] + "foot")]))[:, 1]
    heel = (ankle + apply(turn, np.array([0.0, -0.06, -0.05])))[:, 1]
    deep = np.maximum(np.maximum(0.020 - toe, -heel), 0)
    return ankle + deep[:, None] * np.array([0.0, 1.0, 0.0])


def _heel_rise(
    side: str, foot: FootTrack, hip: np.ndarray, pelvis: np.ndarray, outward, flight: np.ndarray
) -> np.ndarray:
    """Degrees (N,) by which a heel must rise: for a short leg, a deep squat, and to point in flight."""
    extra = np.zeros(len(hip))
    for _ in range(3):
        ankle, _ = _ankle(side, foot, extra)
        ankle[:, 1] += flight
        over = np.maximum(np.linalg.norm(hip - ankle, axis=-1) - LEG * REACH_LEG, 0)
        extra = np.clip(extra + np.degrees(over / 0.13) * 0.9, 0, 50)
    heading = np.radians(foot.yaw)
    ahead = np.stack([np.sin(heading), 0 * heading, np.cos(heading)], axis=-1)
    for _ in range(2):
        ankle, _ = _ankle(side, foot, extra)
        pole = body.knee_pole(pelvis, ankle - hip, outward)
        knee, end, _ = body.two_bones(hip, ankle, pole, body.THIGH, body.SHIN, REACH_LEG)
        shin = knee - end
        lean = np.degrees(np.arctan2((shin * ahead).sum(-1), np.maximum(shin[:, 1], 0.02)))
        extra = np.clip(extra + np.maximum(lean - (foot.pitch + extra) - _DORSAL, 0), 0, 62)
    extra = np.where((foot.pitch < -3) | (foot.air > 0.5), 0, extra)
    return blur(extra + np.clip(flight / 0.05, 0, 1) * 25, 0.02)
