"""Perform a score: authored counts in, a `Motion` on the project's skeleton out.

Order: trunk values with the genre's groove -> feet -> pelvis over the support -> legs, spine, arms ->
balance (the pelvis gives way so that the centre of mass moves smoothly) -> local rotations at 30 fps.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from eightcount.motion import rotations as rot
from eightcount.motion.kinematics import local_from_global
from eightcount.motion.motion import Motion
from eightcount.motion.skeleton import FPS, rest_height
from eightcount.moves import body
from eightcount.moves.arms import set_arms
from eightcount.moves.balance import balance_shift
from eightcount.moves.body import Frames, apply, euler
from eightcount.moves.channels import RATE, blur, late
from eightcount.moves.feel import FEELS, Feel
from eightcount.moves.feet import FootTrack, foot_track, keep_apart
from eightcount.moves.floorwork import head_room, lean_to_hands, standing_hands, sunk
from eightcount.moves.groove import Clock, Pulse, pressed, trunk
from eightcount.moves.language import SIDES
from eightcount.moves.legs import Stance, set_legs, within_reach
from eightcount.moves.score import Placed, Score, counts_at, merge

_PASSES = 2  # of balance
_LANDING = 0.03  # seconds before its count at which a jump touches down: the knees take the rest
_SHARE = 0.72  # how far the pelvis goes over the loaded foot
_INHERIT = 0.35  # share of the pelvis's turns that the chest takes over


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
    even = beats
    beats = pressed(beats, counts, feel, press) if press else beats
    pulse = Pulse.of(counts_at(placed, beats), counts_at(placed, beats, 1.0), even)
    values = trunk(score, feel, beats, clock, seed, gain, lively, pulse)
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


def _stance(score: Score, values: dict, feel: Feel, beats, clock: Clock) -> Stance:
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
    return Stance(feet, facing, share, flight, pelvis)


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


def _build(score, values, stance: Stance, feel, beats, clock, seed, shift):
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
    place[:, 1] = within_reach(place, pelvis, stance)
    place[:, 1] += stance.flight
    frames.turns[:, 0], frames.places[:, 0] = pelvis, place
    slide = np.stack([v["chest.x"], v["chest.z"]], axis=-1)
    body.set_spine(frames, chest, head, slide)
    hands = standing_hands(score, beats, clock)
    if hands:
        frames.places[:, 0, 1] -= sunk(frames, chest, hands)
        body.set_spine(frames, chest, head, slide)
        pelvis, chest, head = lean_to_hands(frames, chest, head, slide, hands)
        frames.places[:, 0, 1] = within_reach(frames.places[:, 0], pelvis, stance)
        frames.places[:, 0, 1] += head_room(frames)
        body.set_spine(frames, chest, head, slide)
    contacts = set_legs(frames, stance, values)
    set_arms(frames, score, values, feel, beats, clock, seed)
    return frames, contacts
