"""The language of moves: choreography as text, counts as its only clock.

A file of the library holds the moves of one genre::

    [two-step]
    A step to the side and a touch, the chest rolling over the standing leg.
    counts 4, energy .5
    pelvis: 1 x.02 h-.07; 2 x-.07 r-6
    chest: 1 r-8 y-16; 1& r4; 2 r13 y20
    hand L: 1 .35 -.60 .35; 2 hip !
    foot R: 1 step .42 .02 yaw20; 3 lift .10 .04 h.06

The line after the name says what the move is, the next one its facts (``counts N`` of 2, 4 or 8, and
any of ``two-sided``, ``floor``, ``energy``, ``balance``, ``travel X Z``, ``turn DEG``, ``ease KIND``).
Then one line a body part; keys are separated by ``;`` and begin with the count at which the value
*arrives*: ``1``, ``1&`` (half), ``1e`` and ``1a`` (quarters). Marks after the values set how it
arrives: ``~`` flow (passes through), ``_`` smooth, ``!`` hit, ``!!`` hit with recoil, ``d.5`` within
half a count.

Parts and their values (degrees, metres, own side outwards for hands and feet):
    pelvis  x (left) z (forward) h (height), y p r (yaw left, pitch forward, roll right)
    chest   y p r, x z (slides against the pelvis);  head  y p r;  shoulders  u (lift) f (forward)
    hand    place "out up fwd" in arm lengths from the shoulder, or a name from `PLACES` or `ANCHORS`,
            or "floor X Z"; s (elbow swivel) w (wrist) t (forearm twist)
    foot    step tap heel stomp slide up flat load pivot lift kick free; see `FootKey`
    knees k, turn (facing, degrees), bounce (share of the genre's), burst (muscle pop), jump (metres,
    d = length of the flight), wave (crest along the arms, -4.6 left to 4.6 right) with a (amount)
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from eightcount.motion.errors import EightcountError

SIDES = ("L", "R")
EASES = {"~": "flow", "_": "smooth", "!": "hit", "!!": "pop", "=": "linear"}

#: named hand places: out, up, forward in arm lengths from the own shoulder
PLACES: dict[str, tuple[float, float, float]] = {
    "rest": (0.22, -0.92, 0.08),
    "low": (0.34, -0.72, 0.28),
    "open": (0.78, -0.45, 0.10),
    "side": (0.96, 0.02, 0.08),
    "up": (0.24, 0.94, 0.08),
    "high": (0.62, 0.72, 0.12),
    "front": (0.02, 0.02, 0.95),
    "guard": (0.12, -0.22, 0.50),
    "cross": (-0.32, -0.20, 0.55),
    "back": (0.42, -0.66, -0.42),
    "fist": (0.36, -0.40, 0.48),
    "reach": (0.30, 0.35, 0.80),
    "crown": (-0.08, 0.78, 0.18),
    "second": (0.90, -0.12, 0.30),
    "first": (-0.08, -0.46, 0.55),
}

#: places on the body: joint, offset in its frame (own side outwards, up, forward; metres), and the
#: place that stands in for them while the hand is on its way
ANCHORS: dict[str, tuple[str, tuple[float, float, float], tuple[float, float, float]]] = {
    "hip": ("pelvis", (0.185, 0.04, 0.05), (0.30, -0.55, 0.12)),
    "thigh": ("pelvis", (0.17, -0.20, 0.15), (0.20, -0.90, 0.20)),
    "chest": ("spine3", (0.03, 0.03, 0.15), (-0.25, -0.20, 0.35)),
    "belly": ("spine1", (0.03, 0.02, 0.16), (-0.20, -0.55, 0.35)),
    "head": ("head", (0.14, 0.13, 0.01), (0.10, 0.55, 0.15)),
    "nape": ("head", (0.08, 0.03, -0.13), (0.15, 0.50, -0.10)),
    "brim": ("head", (0.08, 0.13, 0.14), (0.05, 0.50, 0.30)),
    "mouth": ("head", (0.04, 0.0, 0.18), (0.0, 0.2, 0.45)),
}

#: values a part may carry: letter -> channel suffix
COMPONENTS = {
    "pelvis": "xzhypr",
    "chest": "yprxz",
    "head": "ypr",
    "shoulders": "uf",
    "knees": "k",
    "hand": "swt",
}
_NUMBERS = ("turn", "bounce", "burst", "jump")
_COUNT = re.compile(r"^(\d+)([e&a]?)$")
_VALUE = re.compile(r"^([a-z]+?)(-?\d*\.?\d+)$")
_NUMBER = re.compile(r"^-?\d*\.?\d+$")
#: channels whose sign turns over in a mirror
_ODD = {"pelvis.x", "pelvis.y", "pelvis.r", "chest.y", "chest.r", "chest.x", "head.y", "head.r"}
_ODD |= {"turn", "wave"}


@dataclass(frozen=True)
class Key:
    """A value that arrives on a count. count: 0 at the move's first count; lead: counts or None."""

    count: float
    value: float
    ease: str
    lead: float | None = None


@dataclass(frozen=True)
class HandKey:
    """Where a hand arrives. place: out, up, forward in arm lengths; anchor: a body place or "floor";
    spot: X, Z in metres for "floor"; swivel in degrees turns the elbow outwards and up."""

    count: float
    place: tuple[float, float, float]
    ease: str
    lead: float | None = None
    anchor: str | None = None
    spot: tuple[float, float] = (0.0, 0.0)
    swivel: float = 0.0


@dataclass(frozen=True)
class FootKey:
    """What a foot has done when the count comes.

    Verbs: ``step``/``stomp``/``tap`` (on the ball)/``heel`` (toes up)/``slide``: to x out, z forward
    (metres, of the ball of the foot from the move's home); ``up``/``flat``: heel up or down in place;
    ``load``: weight only; ``pivot``: turns on the ball by ``turn``; ``lift``: in the air at x, z and
    h; ``kick``: leg at ``ang`` forward and ``side`` out, stretched by ``ext`` (0-1); ``free``: ankle at
    (x, up, z) leg lengths from the hip in the pelvis's own frame, for floor work.
    """

    count: float
    verb: str
    x: float | None = None
    z: float | None = None
    yaw: float | None = None
    pitch: float | None = None
    height: float | None = None
    weight: float | None = None
    lead: float | None = None
    turn: float = 0.0
    angle: float = 0.0
    side: float = 0.0
    extend: float = 0.95
    arc: float | None = None


@dataclass(frozen=True)
class Move:
    """A move: facts and keys.

    Attributes:
        counts: length; keys lie in [0, counts).
        two_sided: both sides are in the cell already, so repeats are not mirrored.
        floor: danced on the floor: the pelvis is placed from the move's home, not over the feet.
        energy: 0 calm to 1 wild; balance: how far balance may move the pelvis (0-1).
        travel: metres (left, forward) that the home moves; turn: degrees it turns to the left.
        channels: keys by channel, e.g. "chest.p", "shoulders.u.L"; hands and feet by side.
    """

    name: str
    genre: str
    sentence: str
    counts: int
    two_sided: bool = False
    floor: bool = False
    energy: float = 0.5
    balance: float = 1.0
    travel: tuple[float, float] = (0.0, 0.0)
    turn: float = 0.0
    channels: dict[str, tuple[Key, ...]] = field(default_factory=dict)
    hands: dict[str, tuple[HandKey, ...]] = field(default_factory=dict)
    feet: dict[str, tuple[FootKey, ...]] = field(default_factory=dict)

    def mirrored(self) -> Move:
        """Left and right exchanged."""
        channels = {}
        for name, keys in self.channels.items():
            sign = -1 if name in _ODD else 1
            channels[_other(name)] = tuple(replace(k, value=sign * k.value) for k in keys)
        feet = {
            s: tuple(replace(k, turn=-k.turn) for k in self.feet.get(_flip(s), ())) for s in SIDES
        }
        hands = {
            s: tuple(replace(k, spot=(-k.spot[0], k.spot[1])) for k in self.hands.get(_flip(s), ()))
            for s in SIDES
        }
        travel = (-self.travel[0], self.travel[1])
        return replace(
            self, channels=channels, hands=hands, feet=feet, travel=travel, turn=-self.turn
        )


def parse_moves(text: str, genre: str) -> list[Move]:
    """All moves of a library file.

    Raises:
        EightcountError: "move-syntax", naming the move and the line that cannot be read.
    """
    moves = []
    for block in re.split(r"^\[", text, flags=re.MULTILINE)[1:]:
        lines = [line.split("#")[0].strip() for line in block.splitlines()]
        lines = [line for line in lines if line]
        name = lines[0].rstrip("]").strip()
        if len(lines) < 3:
            raise _fault(name, lines[-1], "a move needs a sentence, a line of facts and keys")
        moves.append(_parse_move(name, genre, lines[1], lines[2], lines[3:]))
    return moves


def _fault(name: str, line: str, why: str) -> EightcountError:
    return EightcountError(
        "move-syntax", f"The move {name!r} cannot be read at {line!r}: {why}.", "Mend that line."
    )


def _flip(side: str) -> str:
    return "R" if side == "L" else "L"


def _other(channel: str) -> str:
    return channel[:-1] + _flip(channel[-1]) if channel[-2:] in (".L", ".R") else channel


def _parse_move(name: str, genre: str, sentence: str, facts: str, lines: list[str]) -> Move:
    values: dict = {}
    ease = "flow"
    for fact in (f.split() for f in facts.split(",")):
        if fact[0] == "counts":
            values["counts"] = int(fact[1])
        elif fact[0] in ("two-sided", "floor"):
            values[fact[0].replace("-", "_")] = True
        elif fact[0] in ("energy", "balance", "turn"):
            values[fact[0]] = float(fact[1])
        elif fact[0] == "travel":
            values["travel"] = (float(fact[1]), float(fact[2]))
        elif fact[0] == "ease":
            ease = fact[1]
        else:
            raise _fault(name, facts, f"no fact is called {fact[0]!r}")
    if "counts" not in values:
        raise _fault(name, facts, "the counts are missing")
    parts = _Parts(name, ease)
    for line in lines:
        parts.read(line)
    return Move(
        name,
        genre,
        sentence,
        channels={k: tuple(sorted(v, key=lambda q: q.count)) for k, v in parts.channels.items()},
        hands={s: tuple(sorted(parts.hands[s], key=lambda q: q.count)) for s in SIDES},
        feet={s: tuple(sorted(parts.feet[s], key=lambda q: q.count)) for s in SIDES},
        **values,
    )


class _Parts:
    """Keys of one move while its lines are read."""

    def __init__(self, name: str, ease: str) -> None:
        self.name, self.ease = name, ease
        self.channels: dict[str, list[Key]] = {}
        self.hands: dict[str, list[HandKey]] = {s: [] for s in SIDES}
        self.feet: dict[str, list[FootKey]] = {s: [] for s in SIDES}

    def read(self, line: str) -> None:
        head, _, body = line.partition(":")
        words = head.split()
        part, sides = words[0], tuple(words[1]) if len(words) > 1 else SIDES
        if part not in ("foot", "wave", *COMPONENTS, *_NUMBERS) or not body:
            raise _fault(self.name, line, f"no body part is called {part!r}")
        for text in filter(None, (t.strip() for t in body.split(";"))):
            try:
                self._key(part, sides, text.split())
            except (ValueError, KeyError, IndexError) as fault:
                raise _fault(self.name, text, str(fault) or "unreadable key") from None

    def _key(self, part: str, sides: tuple[str, ...], words: list[str]) -> None:
        count, words = read_count(words[0]), words[1:]
        ease, lead, rest = self.ease, None, []
        for word in words:
            if word in EASES:
                ease = EASES[word]
            elif word[0] == "d" and _NUMBER.match(word[1:]):
                lead = float(word[1:])
            else:
                rest.append(word)
        if part == "foot":
            for side in sides:
                self.feet[side].append(_foot_key(count, lead, rest))
        elif part == "hand":
            self._hand(count, ease, lead, rest, sides)
        elif part in _NUMBERS or part == "wave":
            numbers = [float(w) for w in rest if _NUMBER.match(w)]
            self._add(part, Key(count, numbers[0], ease, lead))
            for word in rest:
                if word[0] == "a":
                    self._add("wave.a", Key(count, float(word[1:]), "smooth", None))
        else:
            for letter, value in map(_value, rest):
                if letter not in COMPONENTS[part]:
                    raise ValueError(f"{part} has no value {letter!r}")
                key = Key(count, value, ease, lead)
                if part in ("shoulders", "knees"):
                    for side in sides:
                        self._add(f"{part}.{letter}.{side}", key)
                else:
                    self._add(f"{part}.{letter}", key)

    def _add(self, channel: str, key: Key) -> None:
        self.channels.setdefault(channel, []).append(key)

    def _hand(self, count, ease, lead, words: list[str], sides: tuple[str, ...]) -> None:
        numbers = [float(w) for w in words if _NUMBER.match(w)]
        named = dict(_value(w) for w in words if _VALUE.match(w))
        names = [w for w in words if w.isalpha()]
        place, anchor, spot = None, None, (0.0, 0.0)
        if names and names[0] == "floor":
            place, anchor, spot = (0.3, -0.8, 0.3), "floor", (numbers[0], numbers[1])
        elif names and names[0] in ANCHORS:
            anchor, place = names[0], ANCHORS[names[0]][2]
        elif names:
            place = PLACES[names[0]]
        elif numbers:
            place = (numbers[0], numbers[1], numbers[2])
        for side in sides:
            for letter in "wt":
                if letter in named:
                    self._add(f"hand.{letter}.{side}", Key(count, named[letter], ease, lead))
            if place is None:
                continue
            # a floor spot is a place of the stage: its X counts outwards from the own side
            own = (spot[0] * (1 if side == "L" else -1), spot[1])
            swivel = named.get("s", 0.0)
            self.hands[side].append(HandKey(count, place, ease, lead, anchor, own, swivel))


def read_count(word: str) -> float:
    """``1`` -> 0.0, ``2&`` -> 1.5, ``3e`` -> 2.25, ``4a`` -> 3.75."""
    match = _COUNT.match(word)
    if not match:
        raise ValueError(f"{word!r} is no count")
    return int(match[1]) - 1 + {"": 0.0, "e": 0.25, "&": 0.5, "a": 0.75}[match[2]]


def _value(word: str) -> tuple[str, float]:
    match = _VALUE.match(word)
    if not match:
        raise ValueError(f"{word!r} is no value")
    return match[1], float(match[2])


_FOOT_VALUES = {
    "yaw": "yaw", "pit": "pitch", "h": "height", "w": "weight", "turn": "turn", "ang": "angle",
    "side": "side", "ext": "extend", "arc": "arc",
}  # fmt: skip
FOOT_VERBS = (
    "step", "stomp", "tap", "heel", "slide", "up", "flat", "load", "pivot", "lift", "kick", "free",
)  # fmt: skip


def _foot_key(count: float, lead: float | None, words: list[str]) -> FootKey:
    verb, numbers, named = words[0], [], {}
    if verb not in FOOT_VERBS:
        raise ValueError(f"no foot verb is called {verb!r}")
    for word in words[1:]:
        if _NUMBER.match(word):
            numbers.append(float(word))
        else:
            letter, value = _value(word)
            named[_FOOT_VALUES[letter]] = value
    if verb == "free":
        named["height"] = numbers.pop(1)
    if numbers:
        named["x"], named["z"] = numbers
    return FootKey(count, verb, lead=lead, **named)
