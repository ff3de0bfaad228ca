"""Arms: hand paths on arcs about the shoulder, places on the body, and no elbow through the ribs."""

from __future__ import annotations

import numpy as np

from eightcount.moves import body
from eightcount.moves.body import ARM, FOREARM, REACH_ARM, SIGN, UPPER_ARM, apply, unit
from eightcount.moves.channels import RATE, blur, curve, drift, spring
from eightcount.moves.feel import Feel
from eightcount.moves.groove import Clock
from eightcount.moves.language import ANCHORS, PLACES, HandKey
from eightcount.moves.score import Score

#: seconds of attack per arm length of hand path: keeps wrists under the speed limit
_PACE = 0.22
#: half width and depth of the trunk that hands go round, metres
_TRUNK = (0.205, 0.160)
#: half width and depth that elbows clear
_ELBOW_ROOM = (0.170, 0.125)
_HEAD_ROOM = 0.14
#: turns of the elbow outwards that are tried until it clears, degrees
_SWIVELS = (0, 15, 30, 45, 60, 80, 100, 120, -20)
WRIST = 0.036  # height of the wrist of a hand that lies on the floor, metres
#: fastest that a hand is led, m/s: what the body adds to it stays below 9
_FASTEST = 8.4
_SOFTENINGS = 12
#: least distance between the middles of a forearm and a thigh, metres; share of the thigh counted
#: from the knee; rounds of pushing
_THIGH, _THIGH_SHARE, _ROUNDS = 0.110, 0.85, 12


def hand_curve(score: Score, side: str, beats: np.ndarray, clock: Clock) -> np.ndarray:
    """(N, 4): hand place (out, up, forward in arm lengths) and elbow swivel in degrees."""
    keys = score.hands.get(side, [])
    rest = HandKey(0.0, PLACES["rest"], "smooth")
    counts = np.array([clock.played(k.count, k.ease, "hand") for k in keys])
    order = np.argsort(counts, kind="stable")
    rows = [_polar(rest), *(_polar(keys[i]) for i in order)]
    table = curve(
        np.concatenate([[(counts.min() if len(keys) else 0.0) - 2.0], counts[order]]),
        np.array(rows),
        ["smooth", *(keys[i].ease for i in order)],
        [None, *(keys[i].lead for i in order)],
        beats,
        clock.period,
        _PACE,
    )
    return np.concatenate([unit(table[:, :3]) * table[:, 3:4], 100 * table[:, 4:5]], axis=1)


def _polar(key: HandKey) -> np.ndarray:
    """Direction, length and swivel (in units of 100 degrees, to weigh like a distance)."""
    place = np.array(key.place)
    length = float(np.linalg.norm(place))
    return np.array([*(place / max(length, 1e-6)), min(length, REACH_ARM), key.swivel / 100])


def anchor_shares(score: Score, side: str, beats: np.ndarray, clock: Clock) -> dict:
    """Share (N,) with which the hand is at each anchor in use, and floor spots (N, 2)."""
    keys = score.hands.get(side, [])
    shares: dict = {}
    if not any(k.anchor for k in keys):
        return shares
    counts = np.array([clock.played(k.count, k.ease, "hand") for k in keys])
    order = np.argsort(counts, kind="stable")
    times = np.concatenate([[counts.min() - 2.0], counts[order]])
    eases = ["smooth", *("smooth" if keys[i].ease == "flow" else keys[i].ease for i in order)]
    leads = [None, *(keys[i].lead for i in order)]
    for name in sorted({k.anchor for k in keys if k.anchor}):
        on = np.array([[0.0], *[[float(keys[i].anchor == name)] for i in order]])
        shares[name] = curve(times, on, eases, leads, beats, clock.period, _PACE * 2)[:, 0]
    if "floor" in shares:
        shares["spots"] = _spots([keys[i] for i in order], counts[order], beats, clock.period)
    return shares


def _spots(keys: list[HandKey], counts: np.ndarray, beats: np.ndarray, period: float) -> np.ndarray:
    """Floor spots (N, 2): each stands until the hand sets off for the next."""
    floor = [(c, k) for c, k in zip(counts, keys, strict=True) if k.anchor == "floor"]
    times = np.array([c for c, _ in floor])
    places = np.array([k.spot for _, k in floor])
    table = np.concatenate([places[:1], places])
    return curve(
        np.concatenate([[times[0] - 2.0], times]),
        table,
        ["smooth"] * len(table),
        [0.5] * len(table),
        beats,
        period,
    )


def set_arms(
    frames: body.Frames,
    score: Score,
    values: dict[str, np.ndarray],
    feel: Feel,
    beats: np.ndarray,
    clock: Clock,
    seed: int,
) -> None:
    """Both arms on a body whose trunk stands."""
    for number, side in enumerate(("L", "R")):
        track = hand_curve(score, side, beats, clock)
        shares = anchor_shares(score, side, beats, clock)
        held = sum((v for k, v in shares.items() if k != "spots"), np.zeros(len(beats)))
        place = _alive(track[:, :3], values, feel, np.clip(held, 0, 1), seed + number)
        shoulder = _shoulder(frames, side, place, values)
        chest = frames.turn("spine3")
        target = shoulder + apply(chest, place * np.array([SIGN[side], 1, 1]) * ARM)
        target = _anchored(frames, side, target, shares)
        free = 1 - np.clip(held, 0, 1)
        target = _round_trunk(frames, target, free)
        target = _unhurried(target)
        elbow, wrist, pole = _bend(frames, side, shoulder, target, track[:, 3])
        if "floor" in shares:
            pinned = np.clip(3 * shares["floor"] - 2, 0, 1)
            elbow, wrist, pole = _past_thighs(
                frames, shoulder, target, (elbow, wrist, pole), pinned
            )
        twist, bend = values[f"hand.t.{side}"], values[f"hand.w.{side}"]
        if np.abs(values["wave.a"]).max() > 1e-3:
            elbow, wrist, pole, curl = _wave(frames, side, shoulder, elbow, wrist, pole, values)
            bend = bend + curl
        body.set_arm(frames, side, elbow, wrist, pole, twist, bend, shares.get("floor"))


def _alive(place, values, feel: Feel, held: np.ndarray, seed: int) -> np.ndarray:
    """Follow-through, passive swing of resting arms, the pull of a muscle pop, a little unrest."""
    resting = np.clip(1 - np.linalg.norm(place - np.array(PLACES["rest"]), axis=-1) / 0.35, 0, 1)
    nod = values["nod"]
    swing = np.stack(
        [0.05 * np.abs(nod), 0.03 + 0 * nod, 0.07 * nod - 0.003 * values["chest.y"]], -1
    )
    place = spring(place, *feel.hand) + resting[:, None] * swing
    size = np.linalg.norm(place, axis=-1, keepdims=True)
    pull = 1 - 0.05 * np.clip(values["burst"], -1, 1)[:, None]
    place = place * np.minimum(1, REACH_ARM / np.maximum(size, 1e-6)) * pull
    unrest = drift(np.random.default_rng([seed, 21]), len(place), 3, 0.8) * 0.010
    return place + unrest * (values["lively"] * (1 - held))[:, None]


def _shoulder(frames, side: str, place: np.ndarray, values) -> np.ndarray:
    """Shoulder place (N, 3): the shoulder blade follows a raised or reaching arm."""
    raised = np.clip((place[:, 1] + 0.25) / 1.1, 0, 1)
    reaching = np.clip(place[:, 2], -0.6, 1) * 0.5 + np.clip(-place[:, 0], 0, 0.7) * 0.5
    lift = values[f"shoulders.u.{side}"] + 24 * raised**1.3
    if np.abs(values["wave.a"]).max() > 1e-3:
        crest = np.exp(-(((1.0 - values["wave"] * SIGN[side]) / 0.7) ** 2))
        lift = lift + 20 * crest * values["wave.a"]
    forward = values[f"shoulders.f.{side}"] + 15 * reaching
    return body.shoulder_place(frames, side, blur(lift, 0.015), blur(forward, 0.015))


def _anchored(frames, side: str, target: np.ndarray, shares: dict) -> np.ndarray:
    """The target drawn to places on the body or the floor."""
    for name, share in shares.items():
        if name == "spots":
            continue
        if name == "floor":
            spots = shares["spots"]
            # wrist above the palm; the hand comes down from a hand's breadth, and lifts on its way
            speed = np.linalg.norm(np.gradient(spots, axis=0), axis=-1) * RATE
            lifted = WRIST + 0.24 * share * (1 - share) + 0.10 * np.clip(speed / 0.8, 0, 1)
            point = np.stack([spots[:, 0], lifted, spots[:, 1]], axis=-1)
        else:
            joint_name, offset, _ = ANCHORS[name]
            own = np.array(offset) * np.array([SIGN[side], 1, 1])
            point = frames.place(joint_name) + apply(frames.turn(joint_name), own)
        target = target + (point - target) * share[:, None]
    return target


def _unhurried(target: np.ndarray) -> np.ndarray:
    """Hand paths (N, 3) cut short, only where and as far as a hand would be faster than a hand is.

    At a quick tempo the ends of a path are rounded off, which makes it smaller and keeps its counts.
    """
    for _ in range(_SOFTENINGS):
        step = np.linalg.norm(np.diff(target, axis=0), axis=-1) * RATE
        fast = np.concatenate([step, step[-1:]]) > _FASTEST
        if not fast.any():
            break
        near = np.clip(2.5 * blur(fast.astype(float), 0.06), 0, 1)[:, None]
        target = target + (blur(target, 0.035) - target) * near
    return target


def _round_trunk(frames, target: np.ndarray, free: np.ndarray) -> np.ndarray:
    """Hands pushed out of the trunk's ellipse and the head's ball, where they are not held there."""
    chest, middle = frames.turn("spine3"), frames.place("spine2")
    local = apply(np.swapaxes(chest, 1, 2), target - middle)
    radius = np.hypot(local[:, 0] / _TRUNK[0], (local[:, 2] - 0.01) / _TRUNK[1])
    edge = np.clip((0.36 - local[:, 1]) / 0.08, 0, 1) * np.clip((local[:, 1] + 0.46) / 0.08, 0, 1)
    grow = np.where(radius < 1, 1 / np.maximum(radius, 0.2), 1.0)
    grow = 1 + blur((grow - 1) * edge, 0.02) * free
    local[:, 0] *= grow
    local[:, 2] = (local[:, 2] - 0.01) * grow + 0.01
    target = middle + apply(chest, local)
    centre = frames.place("head") + apply(frames.turn("head"), np.array([0.0, 0.07, 0.03]))
    away = target - centre
    distance = np.linalg.norm(away, axis=-1)
    short = np.maximum(_HEAD_ROOM + 0.03 - distance, 0) * free
    return target + unit(away) * blur(short, 0.015)[:, None]


def _bend(frames, side: str, shoulder, target, swivel):
    """Elbow, wrist and pole: the elbow turns outwards until it clears the ribs."""
    chest = frames.turn("spine3")
    reach = unit(target - shoulder)
    pole = body.across(body.elbow_pole(chest, reach, side), reach)
    best, room = np.zeros(len(reach)), np.full(len(reach), -np.inf)
    for extra in _SWIVELS:
        turned = apply(body.about(reach, SIGN[side] * (swivel + extra)), pole)
        elbow = body.two_bones(shoulder, target, turned, UPPER_ARM, FOREARM, REACH_ARM)[0]
        here = np.minimum(_elbow_room(frames, elbow), 1.0)
        better = here > room + 0.02
        best, room = np.where(better, extra, best), np.maximum(here, room)
    best = blur(best, 0.05)
    pole = apply(body.about(reach, SIGN[side] * (swivel + best)), pole)
    pole = blur(pole, 0.03)
    return body.two_bones(shoulder, target, pole, UPPER_ARM, FOREARM, REACH_ARM)


def _past_thighs(frames, shoulder, target, bent, pinned: np.ndarray):
    """Elbow, wrist and pole of an arm on the floor, pushed aside where its forearm is in a thigh.

    pinned: (N,) share with which the hand stands: then only its elbow gives way.
    """
    elbow, wrist, first = bent
    line = unit(wrist - shoulder)
    bow = ((elbow - shoulder) * first).sum(-1, keepdims=True)
    bow, first = np.maximum(bow, 0.08), body.across(first, line)
    pole, aside = first, np.zeros_like(target)
    for _ in range(_ROUNDS):
        push_elbow, push_wrist = np.zeros_like(target), np.zeros_like(target)
        for thigh in ("left_", "right_"):
            hip, knee = frames.place(thigh + "hip"), frames.place(thigh + "knee")
            share, gap = _gap(elbow, wrist, knee + _THIGH_SHARE * (hip - knee), knee)
            deep = np.maximum(_THIGH - np.linalg.norm(gap, axis=-1), 0)
            # the way out is kept for a while: a forearm is not thrown from side to side
            # and one that crosses the thigh goes round the knee
            push = unit(blur(gap, 0.08) + 0.04 * unit(knee - hip)) * deep[:, None]
            push_elbow += push * (1 - 0.5 * share)[:, None]
            push_wrist += push * share[:, None]
        if not push_elbow.any():
            break
        aside = aside + 1.4 * blur(push_elbow, 0.05)
        target = target + 1.4 * blur(push_wrist * (1 - pinned)[:, None], 0.05)
        pole = unit(bow * first + aside)
        elbow, wrist, pole = body.two_bones(shoulder, target, pole, UPPER_ARM, FOREARM, REACH_ARM)
    return elbow, wrist, pole


def _gap(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray):
    """Share (N,) of a-b at which it is nearest to c-d, and the way (N, 3) there from c-d."""
    first, other, between = b - a, d - c, a - c
    p, q = (first * first).sum(-1), (other * other).sum(-1)
    r, s, t = ((x * y).sum(-1) for x, y in ((first, other), (first, between), (other, between)))
    share = np.clip((r * t - s * q) / np.maximum(p * q - r * r, 1e-9), 0, 1)
    along = np.clip((r * share + t) / q, 0, 1)
    share = np.clip((r * along - s) / p, 0, 1)
    return share, between + share[:, None] * first - along[:, None] * other


def _elbow_room(frames, elbow: np.ndarray) -> np.ndarray:
    """How far (N,) an elbow is from the trunk's middle, 1 where it just clears it."""
    local = apply(np.swapaxes(frames.turn("spine3"), 1, 2), elbow - frames.place("spine2"))
    away = np.hypot(local[:, 0] / _ELBOW_ROOM[0], local[:, 2] / _ELBOW_ROOM[1])
    return np.where((local[:, 1] > 0.34) | (local[:, 1] < -0.4), 1.0, away)


def _wave(frames, side: str, shoulder, elbow, wrist, pole, values):
    """A crest that runs through the arm: each joint bends as the crest passes it."""
    chest, s = frames.turn("spine3"), SIGN[side]
    crest, amount = values["wave"] * s, values["wave.a"]

    def height(q: float) -> np.ndarray:
        dips = sum(np.exp(-(((q - crest + d) / 0.8) ** 2)) for d in (-1.5, 1.5))
        return np.exp(-(((q - crest) / 0.75) ** 2)) - 0.35 * dips

    upper = np.arctan(0.62 * amount * (height(1.9) - height(1.0))) - 0.10
    fore = np.arctan(0.62 * amount * (height(2.7) - height(1.9))) - 0.02
    hand = np.arctan(1.1 * amount * (height(3.3) - height(2.7)))
    share = np.clip(np.abs(amount), 0, 1)[:, None]

    def along(angle: np.ndarray) -> np.ndarray:
        local = np.stack([s * np.cos(angle), np.sin(angle), 0 * angle + 0.10], axis=-1)
        return apply(chest, unit(local))

    bone = unit((elbow - shoulder) * (1 - share) + UPPER_ARM * along(upper) * share)
    new_elbow = shoulder + UPPER_ARM * bone
    bone = unit((wrist - elbow) * (1 - share) + FOREARM * along(fore) * share)
    # the elbow's hinge lies in the wave: up with the crest, down in the dip, backwards between
    new_wrist = new_elbow + FOREARM * bone
    line = unit(new_wrist - shoulder)
    off = new_elbow - shoulder
    off = off - (off * line).sum(-1, keepdims=True) * line
    back = apply(chest, np.broadcast_to([0.0, 0.0, -1.0], pole.shape))
    pole = unit(pole * (1 - share) + (40 * off + 0.4 * back) * share)
    curl = np.degrees(hand - fore) * share[:, 0]
    return new_elbow, new_wrist, pole, curl
