"""A score: placed moves merged into one row of keys a channel."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np

from eightcount.moves.feel import Feel
from eightcount.moves.language import PLACES, SIDES, FootKey, HandKey, Key, Move

#: counts in which a part that a move does not name goes back to neutral
_RELEASE = 1.0
#: metres a foot may stand beside a move's entry before it is put right
_OFF_PLACE = 0.06
_NEUTRAL = {"bounce": 1.0, "balance": 1.0}
#: verbs that set a foot on the floor at a new place, or in the air
STANDING = ("step", "stomp", "tap", "heel", "slide")
AIRBORNE = ("lift", "kick", "free")
#: verbs that leave a foot where it is
IN_PLACE = ("load", "up", "flat", "pivot")


@dataclass(frozen=True)
class Placed:
    """A move in a score.

    Attributes:
        start: beat number of its first count.
        home: (x, z) metres on the stage that foot coordinates count from; heading: degrees, 0 faces
            the camera (+z), positive to the left, running on over whole turns.
        entry: move whose end this one expects the feet to stand like (its repeat), or None.
        pace: counts of the move a beat: 1, 2 (double time) or 0.5 (half time).
    """

    move: Move
    start: float
    home: tuple[float, float] = (0.0, 0.0)
    heading: float = 0.0
    entry: Move | None = None
    pace: float = 1.0

    @property
    def end(self) -> float:
        """Beat number at which the next move begins."""
        return self.start + self.move.counts / self.pace


@dataclass(frozen=True)
class PlacedFoot:
    """A foot key with the home and heading that its coordinates count from; count is a beat, pace
    the counts of its move a beat."""

    key: FootKey
    home: tuple[float, float]
    heading: float
    pace: float = 1.0


@dataclass
class Score:
    """Keys of a whole dance, counts being beat numbers of the song."""

    channels: dict[str, list[Key]] = field(default_factory=dict)
    hands: dict[str, list[HandKey]] = field(default_factory=dict)
    feet: dict[str, list[PlacedFoot]] = field(default_factory=dict)


def merge(placed: list[Placed], feel: Feel) -> Score:
    """One score of moves in a row; feet that stand elsewhere are stepped to each move's entry."""
    score = Score(feet={s: [] for s in SIDES})
    names = {name for p in placed for name in p.move.channels} | {"turn", "balance", "floor"}
    for name in sorted(names):
        rows = [k for p in placed for k in _channel(p, name)]
        score.channels[name] = _rising(rows)
    for side in SIDES:
        score.hands[side] = _rising([k for p in placed for k in _hand(p, side)])
    stance = {s: _at((feel.stance, 0.06), placed[0].home, placed[0].heading, s) for s in SIDES}
    for p in placed:
        _feet(score, p, feel, stance)
    return score


def counts_at(placed: list[Placed], beats: np.ndarray, least: float = 0.0) -> np.ndarray:
    """Running counts as danced (N,) at beats (N,): 0 at the first move, going on at both ends.

    least: counts a beat of slower phrases; 1 counts the beats themselves in half time, at which the
    groove keeps its pulse.
    """
    paces = [max(p.pace, least) for p in placed]
    knots = np.array([placed[0].start - 64, *(p.start for p in placed), placed[-1].end])
    lengths = [(p.end - p.start) * pace for p, pace in zip(placed, paces, strict=True)]
    steps = np.concatenate([[-64 * paces[0]], [0.0], np.cumsum(lengths)])
    after = np.maximum(beats - knots[-1], 0) * paces[-1]
    return np.interp(beats, knots, steps) + after


def _rising(keys: list) -> list:
    """Keys in order of time; of two at one time the later one given counts."""
    out: list = []
    for key in sorted(keys, key=lambda k: k.count):
        if out and key.count - out[-1].count < 1e-3:
            out[-1] = key
        else:
            out.append(key)
    return out


def _channel(p: Placed, name: str) -> list[Key]:
    facts = {"balance": p.move.balance, "floor": 1.0 if p.move.floor else 0.0}
    if name in facts:
        return [Key(p.start + 0.25, facts[name], "smooth", 0.75)]
    keys = p.move.channels.get(name, ())
    if name == "turn":
        first = [Key(p.start, p.heading, "smooth", 1.0)] if not keys or keys[0].count > 0.4 else []
        return first + [_timed(k, p, p.heading) for k in keys]
    if keys:
        return [_timed(k, p) for k in keys]
    neutral = _NEUTRAL.get(name, 0.0)
    if name == "bounce" and p.move.floor:
        neutral = 0.0
    return [Key(p.start + 0.1, neutral, "smooth", _RELEASE)]


def _timed(key, p: Placed, offset: float = 0.0):
    lead = None if key.lead is None else key.lead / p.pace
    moved = replace(key, count=p.start + key.count / p.pace, lead=lead)
    return replace(moved, value=key.value + offset) if offset else moved


def _hand(p: Placed, side: str) -> list[HandKey]:
    keys = p.move.hands.get(side, ())
    if not keys:
        return [HandKey(p.start + 0.2, PLACES["rest"], "smooth", _RELEASE)]
    out = []
    for key in keys:
        key = _timed(key, p)
        if key.anchor == "floor":
            key = replace(key, spot=on_stage(key.spot, p.home, p.heading))
        out.append(key)
    return out


def on_stage(spot, home, heading: float) -> tuple[float, float]:
    """(left, forward) metres from a home with a heading, as (x, z) of the stage."""
    c, s = np.cos(np.radians(heading)), np.sin(np.radians(heading))
    return (home[0] + spot[0] * c + spot[1] * s, home[1] - spot[0] * s + spot[1] * c)


def _at(own: tuple[float, float], home, heading: float, side: str) -> tuple[float, float]:
    return on_stage((own[0] * (1 if side == "L" else -1), own[1]), home, heading)


def last_place(move: Move, side: str, feel: Feel) -> tuple[float, float]:
    """(out, forward) at which a foot stands when the move ends, from the home it began with."""
    for key in reversed(move.feet.get(side, ())):
        if key.verb in STANDING and key.x is not None:
            return (key.x, key.z)
    return (feel.stance, 0.06)


def _feet(score: Score, p: Placed, feel: Feel, stance: dict[str, tuple[float, float]]) -> None:
    """Add a move's foot keys; `stance` is where the feet stand on the stage, kept up to date."""
    entries = {s: _entry(p, s, feel) for s in SIDES}
    expected = {s: _at(entries[s], p.home, p.heading, s) for s in SIDES}
    fresh = not score.feet["L"] and not score.feet["R"]
    wrong = [s for s in SIDES if _stands_wrong(score, p, s, stance, expected, fresh)]
    # the first stance stands before the dance begins; later ones are quick steps
    times = dict.fromkeys(wrong, -1.0) if fresh else _step_times(p, wrong, stance, expected)
    for side in SIDES:
        if side in times:
            when = p.start + times[side] / p.pace
            earlier = [f for f in score.feet[side] if f.key.count < when - 0.45 / p.pace]
            score.feet[side] = earlier
            x, z = entries[side]
            step = FootKey(when, "step", x=x, z=z, yaw=feel.turnout, lead=0.45 / p.pace)
            score.feet[side].append(PlacedFoot(step, p.home, p.heading))
            stance[side] = expected[side]
        for key in p.move.feet.get(side, ()):
            moved = _timed(key, p)
            score.feet[side].append(PlacedFoot(moved, p.home, p.heading, p.pace))
            if key.verb in STANDING and key.x is not None:
                stance[side] = _at((key.x, key.z), p.home, p.heading, side)


def _entry(p: Placed, side: str, feel: Feel) -> tuple[float, float]:
    """(out, forward) from its home at which a move expects a foot to stand when it begins."""
    # danced in a row, a one-sided move follows its mirror
    alone = p.move.two_sided or abs(p.move.turn) > 1
    repeat = p.entry or (p.move if alone else p.move.mirrored())
    out, ahead = last_place(repeat, side, feel)
    # the repeat began one travel earlier
    sign = 1 if side == "L" else -1
    return out - sign * repeat.travel[0], ahead - repeat.travel[1]


def _stands_wrong(score: Score, p: Placed, side: str, stance, expected, fresh: bool) -> bool:
    """Whether a foot must be put right before a move that does not set it down at once itself."""
    keys = p.move.feet.get(side, ())
    first = keys[0].count if keys and keys[0].verb not in IN_PLACE else 9
    away = np.subtract(expected[side], stance[side])
    rows = score.feet[side]
    turned = bool(rows) and abs(p.heading - rows[-1].heading) > 20
    return (float(np.hypot(*away)) > _OFF_PLACE or turned or fresh) and first > 0.55


def _step_times(p: Placed, wrong: list[str], stance, expected) -> dict[str, float]:
    """Counts from a move's first one at which wrong feet are put right: in the order, and before or
    after the other foot's own first step, in which the feet neither meet nor cross."""
    own = {}
    for side in SIDES:
        steps = [k for k in p.move.feet.get(side, ()) if k.verb in STANDING and k.x is not None]
        if side not in wrong and steps and steps[0].count < 0.55:
            place = _at((steps[0].x, steps[0].z), p.home, p.heading, side)
            own[side] = (steps[0].count, place)
    options = [(0.0, -0.5) if s == "L" else (-0.5, 0.0) for s in wrong]
    options = [(*o, 0.5) if _idle(p.move, s) else o for s, o in zip(wrong, options, strict=True)]
    best, least = dict.fromkeys(wrong, 0.0), np.inf
    for times in product(*options):
        events = [(t, s, expected[s]) for t, s in zip(times, wrong, strict=True)]
        events += [(t, s, place) for s, (t, place) in own.items()]
        cost = _crossing(sorted(events), stance, p.heading)
        if cost < least - 1e-6:
            best, least = dict(zip(wrong, times, strict=True)), cost
    return best


def _idle(move: Move, side: str) -> bool:
    """Whether a foot has nothing to do but carry weight in a move's first count."""
    return all(k.count > 0.95 or k.verb in ("up", "flat", "load") for k in move.feet.get(side, ()))


def _crossing(events: list, stance: dict, heading: float) -> float:
    """How near the feet come and how far they cross while they step one after another."""
    c, s = np.cos(np.radians(heading)), np.sin(np.radians(heading))
    places, cost = {side: np.array(stance[side]) for side in SIDES}, 0.0
    for number, (when, side, place) in enumerate(events):
        places[side] = np.array(place)
        apart = places["L"] - places["R"]
        aside = float(apart[0] * c - apart[1] * s)
        cost += max(0.18 - float(np.hypot(*apart)), 0.0) + 0.5 * max(0.06 - aside, 0.0)
        if number and when - events[number - 1][0] < 0.4:
            cost += 0.5  # both in the air
    return cost
