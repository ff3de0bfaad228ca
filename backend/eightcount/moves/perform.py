"""Perform a score: authored counts in, a `Motion` on the project's skeleton out.

Order: trunk values with the genre's groove -> feet -> pelvis over the support -> legs, spine, arms ->
balance (the pelvis gives way so that the centre of mass moves smoothly) -> local rotations at 30 fps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from eightcount.motion import rotations as rot
from eightcount.motion.kinematics import local_from_global
from eightcount.motion.motion import Motion
from eightcount.motion.skeleton import FPS, OFFSETS, joint, rest_height
from eightcount.moves import body
from eightcount.moves.arms import set_arms
from eightcount.moves.balance import balance_shift
from eightcount.moves.body import LEG, REACH_LEG, SIGN, Frames, apply, euler
from eightcount.moves.channels import RATE, blur, late
from eightcount.moves.feel import FEELS, Feel
from eightcount.moves.feet import FootTrack, foot_track, keep_apart
from eightcount.moves.groove import Clock, pressed, trunk
from eightcount.moves.language import SIDES
from eightcount.moves.score import Placed, Score, counts_at, merge

_PASSES = 2  # of balance
_LANDING = 0.03  # seconds before its count at which a jump touches down: the knees take the rest
_FOLDED = 0.23  # least distance from hip to ankle, metres: a deep squat
_ANKLE = 66.0  # farthest bend of a foot in the air, degrees
_DORSAL = 38.0  # how far a shin leans over its foot before the heel comes up, degrees
_SHARE = 0.72  # how far the pelvis goes over the loaded foot
_INHERIT = 0.35  # share of the pelvis's turns that the chest takes over


@dataclass
class _Stance:
    """Feet and pelvis while a body is built: tracks by side, facing (N,), pelvis place (N, 3)."""

    feet: dict[str, FootTrack]
    facing: np.ndarray
    lean: np.ndarray
    flight: np.ndarray
    pelvis: np.ndarray


def perform(
    placed: list[Placed],
    genre: str,
    beat_at: Callable[[np.ndarray], np.ndarray],
    frames: int,
    seed: int = 0,
    gain: Callable[[np.ndarray], np.ndarray] | None = None,
    lively: bool = True,
    press: float = 0.0,
) -> Motion:
    """Dance a row of moves.

    Args:
        placed: moves with their beats, homes and headings, in order.
        genre: one of `feel.GENRES`.
        beat_at: frames (fractional, 30 fps) -> running beat numbers.
        frames: length of the take at 30 fps.
        seed: breath, unrest and human timing; nothing else.
        gain: beats -> size of the shapes (about 1), None for as authored.
        lively: with breath, unrest, human timing and the rock of the groove; without them a mirrored
            score gives exactly the mirrored motion.
        press: share of the genre's lingering on the counts (`groove.pressed`); 0 for as authored.

    Returns:
        Motion of `frames` frames with contacts; planted feet do not move.
    """
    feel = FEELS[genre]
    samples = 2 * frames + 1
    beats = beat_at(np.arange(samples) * FPS / RATE)
    period = float((samples - 1) / RATE / max(beats[-1] - beats[0], 1e-6))
    clock = Clock(feel, period, seed, 1.0 if lively else 0.0)
    score = merge(placed, feel)
    counts = counts_at(placed, beats)
    beats = pressed(beats, counts, feel, press) if press else beats
    values = trunk(score, feel, beats, clock, seed, gain, lively, counts_at(placed, beats))
    stance = _stance(score, values, feel, beats, clock)
    shift = np.zeros((samples, 2))
    # moves may give balance less say: it would iron out authored drives of the pelvis
    gives_way = np.clip(values["balance"], 0, 1) * (1 - np.clip(values["floor"], 0, 1))
    for _ in range(_PASSES):
        built, _ = _build(score, values, stance, feel, beats, clock, seed, shift)
        shift = shift + balance_shift(built.places) * gives_way[:, None]
    built, contacts = _build(score, values, stance, feel, beats, clock, seed, shift)
    return _motion(built, contacts, frames)


def _motion(built: Frames, contacts: np.ndarray, frames: int) -> Motion:
    thin = slice(0, 2 * frames, 2)
    turns = rot.unroll(rot.from_matrix(built.turns[thin]))
    local = rot.unroll(rot.normalise(local_from_global(turns)))
    # a contact holds for a frame only if it holds until the next one
    held = np.minimum(np.minimum(contacts[0 : 2 * frames : 2], contacts[1 : 2 * frames : 2]), 1)
    held = np.minimum(held, contacts[2 : 2 * frames + 1 : 2])
    return Motion(local, built.places[thin, 0], held, FPS)


def _stance(score: Score, values: dict, feel: Feel, beats, clock: Clock) -> _Stance:
    """Feet, and the pelvis over them."""
    when = lambda count: clock.swing(count) + 0.5 * clock.spread(count)  # noqa: E731
    feet = {s: foot_track(score.feet[s], s, beats, feel, when) for s in SIDES}
    keep_apart(feet)
    facing = values["turn"]
    flight = _flight(score, beats, clock)
    loads = {s: blur(f.load, 0.12) + 0.02 for s, f in feet.items()}
    share = loads["L"] / (loads["L"] + loads["R"])
    centre = _support(feet, share)
    home = _home(score, beats)
    floor = np.clip(values["floor"], 0, 1)[:, None]
    ground = centre * (1 - floor) + home * floor
    _contrapposto(values, feet, facing, (share - 0.5) * 2, floor[:, 0])
    turn = rot.about_axis("y", np.radians(facing))
    own = apply(turn, np.stack([values["pelvis.x"], 0 * facing, values["pelvis.z"]], -1))
    pelvis = np.zeros((len(beats), 3))
    pelvis[:, [0, 2]] = blur(ground + own[:, [0, 2]], 0.03)
    height = rest_height() - 0.022 - feel.crouch * (1 - floor[:, 0])
    pelvis[:, 1] = height + values["pelvis.h"]
    return _Stance(feet, facing, share, flight, pelvis)


def _flight(score: Score, beats, clock: Clock) -> np.ndarray:
    """Height of jumps (N,) in metres: parabolas that land on their counts."""
    total = np.zeros(len(beats))
    for key in score.channels.get("jump", []):
        lands = clock.swing(key.count) - _LANDING / clock.period
        u = np.clip((beats - lands) / (key.lead or 0.5) + 1, 0, 1)
        total += key.value * 4 * u * (1 - u)
    return total


def _support(feet: dict[str, FootTrack], share: np.ndarray) -> np.ndarray:
    """(N, 2) x, z over which the pelvis stands: between the feet, nearer to the loaded one."""
    mix = 0.5 + (share - 0.5) * _SHARE
    places = {}
    for side, foot in feet.items():
        back = np.radians(foot.yaw)
        middle = np.stack([foot.x - 0.065 * np.sin(back), foot.z - 0.065 * np.cos(back)], -1)
        places[side] = blur(middle, 0.055)
    return mix[:, None] * places["L"] + (1 - mix)[:, None] * places["R"]


def _home(score: Score, beats: np.ndarray) -> np.ndarray:
    """(N, 2) home of the move being danced, smoothed over the changes."""
    rows = sorted(
        ((f.key.count, f.home) for side in SIDES for f in score.feet[side]), key=lambda r: r[0]
    )
    counts = np.array([r[0] for r in rows])
    index = np.clip(np.searchsorted(counts, beats, side="right") - 1, 0, len(rows) - 1)
    return blur(np.array([r[1] for r in rows])[index], 0.2)


def _contrapposto(values: dict, feet, facing, lean, floor) -> None:
    """The hip rises over the standing leg, the chest counters, hips turn with the striding leg."""
    upright = 1 - floor
    ahead = {
        s: f.x * np.sin(np.radians(facing)) + f.z * np.cos(np.radians(facing))
        for s, f in feet.items()
    }
    stride = blur(ahead["L"] - ahead["R"], 0.06) * upright
    values["pelvis.r"] = values["pelvis.r"] + 5.5 * blur(lean, 0.05) * upright
    values["chest.r"] = values["chest.r"] - 3.0 * late(lean, 0.05) * upright
    values["pelvis.y"] = values["pelvis.y"] - np.clip(26 * stride, -14, 14)
    values["chest.y"] = values["chest.y"] + np.clip(18 * stride, -10, 10)


def _build(score, values, stance: _Stance, feel, beats, clock, seed, shift):
    """Joints of the whole body and contacts (N, 4) with the pelvis moved by shift (N, 2)."""
    frames = Frames.of(len(beats))
    facing = rot.about_axis("y", np.radians(stance.facing))
    v = values
    pelvis = facing @ euler(v["pelvis.y"], v["pelvis.p"], v["pelvis.r"])
    chest = facing @ euler(
        v["chest.y"] + _INHERIT * v["pelvis.y"],
        v["chest.p"] + _INHERIT * 0.6 * v["pelvis.p"] * (1 - np.clip(v["floor"], 0, 1)),
        v["chest.r"] + _INHERIT * 0.5 * v["pelvis.r"],
    )
    upright = 1 - np.clip(v["floor"], 0, 1)
    head = facing @ euler(
        v["head.y"] + 0.35 * v["chest.y"],
        v["head.p"] + v["chest.p"] * (0.35 * upright + 0.8 * (1 - upright)),
        v["head.r"] + 0.45 * v["chest.r"],
    )
    place = stance.pelvis.copy()
    place[:, [0, 2]] += shift
    place[:, 1] = _within_reach(place, pelvis, stance)
    place[:, 1] += stance.flight
    frames.turns[:, 0], frames.places[:, 0] = pelvis, place
    contacts = _legs(frames, stance, values)
    slide = np.stack([v["chest.x"], v["chest.z"]], axis=-1)
    body.set_spine(frames, chest, head, slide)
    set_arms(frames, score, values, feel, beats, clock, seed)
    return frames, contacts


def _hip(place: np.ndarray, pelvis: np.ndarray, side: str) -> np.ndarray:
    return place + apply(pelvis, OFFSETS[joint(body.PREFIX[side] + "hip")])


def _within_reach(place: np.ndarray, pelvis: np.ndarray, stance: _Stance) -> np.ndarray:
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


def _ankle(side: str, foot: FootTrack, extra: np.ndarray):
    """Ankle (N, 3) and turn of the foot if it is on the floor, its heel raised by extra degrees."""
    ball = np.stack([foot.x, np.maximum(foot.y, 0), foot.z], axis=-1)
    return body.ankle_from_ball(side, ball, foot.yaw, foot.pitch + extra)


def _legs(frames: Frames, stance: _Stance, values: dict) -> np.ndarray:
    """Both legs; contacts (N, 4): left heel, right heel, left toe, right toe."""
    contacts = np.zeros((len(frames.places), 4))
    pelvis, place = frames.turn("pelvis"), frames.place("pelvis")
    facing = rot.about_axis("y", np.radians(stance.facing))
    for number, side in enumerate(SIDES):
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
        share = foot.air
        body.set_leg(frames, side, ankle, outward)
        shin = frames.turn(body.PREFIX[side] + "knee")
        pointed = rot.from_matrix(shin @ rot.about_axis("x", np.radians(foot.pitch)))
        turn = rot.to_matrix(rot.slerp(rot.from_matrix(turn), pointed, share))
        turn = np.where(foot.planted[:, None, None], turn, _ankle_kept(shin, turn))
        target = _above_floor(side, ankle, turn)
        body.set_leg(frames, side, target, outward)
        missed = frames.place(body.PREFIX[side] + "ankle") - target
        bend = np.clip(foot.pitch + extra, 0, 60) * np.clip(1 - foot.y / 0.1, 0.2, 1) * (1 - share)
        body.set_foot(frames, side, turn, bend)
        # a foot that its leg cannot quite reach is not standing yet
        reached = np.linalg.norm(missed, axis=-1) < 1e-3
        still = foot.planted & (foot.air < 1e-3) & (stance.flight < 1e-4) & reached
        tilt = foot.pitch + extra
        resting = (np.abs(np.gradient(tilt)) < 0.15) & (np.abs(np.gradient(foot.yaw)) < 1e-3)
        contacts[:, number] = still & (tilt < 1.0) & resting
        raised = tilt > -1.0
        contacts[:, 2 + number] = still & raised
    return contacts


def _ankle_kept(shin: np.ndarray, turn: np.ndarray) -> np.ndarray:
    """Foot turns (N, 3, 3) of a foot on its way, bent against the shin no further than it goes."""
    bend = rot.to_axis_angle(rot.from_matrix(np.swapaxes(shin, 1, 2) @ turn))
    size = np.degrees(np.linalg.norm(bend, axis=-1, keepdims=True))
    kept = bend * np.minimum(1, _ANKLE / np.maximum(size, 1e-6))
    return shin @ rot.to_matrix(rot.from_axis_angle(kept))


def _above_floor(side: str, ankle: np.ndarray, turn: np.ndarray) -> np.ndarray:
    """Ankle (N, 3) raised until neither toes nor heel sink into the floor."""
    toe = (ankle + apply(turn, OFFSETS[joint(body.PREFIX[side] + "foot")]))[:, 1]
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
