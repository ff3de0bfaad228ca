"""Groove: the authored values of trunk and shoulders with what the genre's feel adds to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from eightcount.moves.channels import blur, curve, drift, late, spring
from eightcount.moves.feel import Feel
from eightcount.moves.language import Key
from eightcount.moves.score import Score

#: seconds by which parts lead or trail at looseness 1
_STAGGER = {"pelvis": 0.1, "chest": 0.2, "head": 1.0, "shoulders": 0.5, "hand": 0.6}
#: how far double time lingers on the beat more than between
_WEIGH = 0.28
#: least press in half time, where a count is long and a body that moves on evenly shows no beat
_HALF = 0.6
#: least and most bounce in half time, metres, and how much larger its nod is
_LEAST_HALF, _MOST_HALF, _NOD_HALF = 0.017, 0.036, 0.8
_TRUNK = (
    "pelvis.x", "pelvis.z", "pelvis.h", "pelvis.y", "pelvis.p", "pelvis.r",
    "chest.y", "chest.p", "chest.r", "chest.x", "chest.z", "head.y", "head.p", "head.r",
    "turn", "bounce", "burst", "balance", "floor", "wave", "wave.a",
    "shoulders.u.L", "shoulders.u.R", "shoulders.f.L", "shoulders.f.R", "knees.k.L", "knees.k.R",
    "hand.w.L", "hand.w.R", "hand.t.L", "hand.t.R",
)  # fmt: skip
#: channels that carry facts: no swing of their size, no noise
_EXACT = {"turn", "bounce", "balance", "floor", "wave", "wave.a", "burst", "jump"}


class Clock:
    """When a count is danced: swing of the off-counts, looseness of the parts, human spread.

    swing: beats -> beats for one count. The spread has a stream of its own for every count, so that
    parts that arrive together still do.
    """

    def __init__(self, feel: Feel, period: float, seed: int, loose: float = 1.0) -> None:
        self.feel, self.period, self.loose = feel, period, loose
        self._seed = seed

    def swing(self, count: float) -> float:
        """The beat at which a count is played."""
        off = 1 - abs(count - np.floor(count) - 0.5) / 0.25
        return count + self.feel.swing * max(0.0, off)

    def spread(self, count: float) -> float:
        """Human spread of a count, in counts, the same for all parts."""
        stream = np.random.default_rng([self._seed, int(round(count * 4)) + 4000])
        return float(stream.standard_normal() * self.feel.timing * self.loose / self.period)

    def played(self, count: float, ease: str, part: str) -> float:
        """The beat at which a part's key arrives."""
        hard = ease in ("hit", "pop")
        when = self.swing(count) + self.spread(count) * (0.5 if hard else 1.0)
        trail = -self.feel.early if hard else _STAGGER.get(part, 0.0) * self.feel.loose
        trail /= self.period
        return when + trail


@dataclass(frozen=True)
class Pulse:
    """What the groove keeps time with.

    counts: (N,) running counts as danced. beats: (N,) the same, but the music's beats in half time,
    where a body that grooved on its counts alone would let every second beat go by. half: (N,) 0-1,
    how far the dance is in half time.
    """

    counts: np.ndarray
    beats: np.ndarray
    half: np.ndarray

    @classmethod
    def of(cls, counts: np.ndarray, pulses: np.ndarray, music: np.ndarray) -> Pulse:
        """counts: (N,) running counts as danced; pulses: the same with the beats of half time
        counted; music: the music's own running beats (N,)."""
        pace = np.gradient(counts) / np.maximum(np.gradient(music), 1e-9)
        return cls(counts, pulses, np.clip(2 - 2 * pace, 0, 1))


def channel(score: Score, name: str, beats, clock: Clock, neutral: float = 0.0) -> np.ndarray:
    """(N,) values of one channel."""
    keys: list[Key] = score.channels.get(name, [])
    if not keys:
        return np.full(len(beats), neutral)
    part = name.split(".")[0]
    counts = [clock.played(k.count, k.ease, part) for k in keys]
    order = np.argsort(counts, kind="stable")
    counts = np.maximum.accumulate(np.array(counts)[order] + np.arange(len(keys)) * 1e-6)
    first = keys[0].value if name == "turn" else neutral
    return curve(
        np.concatenate([[counts[0] - 2.0], counts]),
        np.array([[first], *[[keys[i].value] for i in order]]),
        ["smooth", *(keys[i].ease for i in order)],
        [None, *(keys[i].lead for i in order)],
        beats,
        clock.period,
    )[:, 0]


def trunk(
    score: Score,
    feel: Feel,
    beats: np.ndarray,
    clock: Clock,
    seed: int,
    gain: Callable[[np.ndarray], np.ndarray] | None = None,
    lively: bool = True,
    pulse: Pulse | None = None,
) -> dict[str, np.ndarray]:
    """All trunk channels (N,) with groove, breath and follow-through.

    pulse: what the groove keeps time with where phrases in double or half time make counts and
    beats differ; None for the beats.
    gain: beats -> share (about 1) by which shapes grow and shrink through the dance.
    """
    values = {
        n: channel(score, n, beats, clock, 1.0 if n in ("bounce", "balance") else 0.0)
        for n in _TRUNK
    }
    if gain is not None:
        share = gain(beats)
        for name in _TRUNK:
            if name not in _EXACT and name != "pelvis.h":
                values[name] = values[name] * share
    _burst(score, values, beats, clock)
    pulse = pulse or Pulse(beats, beats, np.zeros(len(beats)))
    _bounce(values, feel, pulse, seed)
    values["lively"] = np.full(len(beats), float(lively))
    if lively:
        _rock(values, feel, pulse.counts, seed)
        _breath(values, len(beats), seed)
    for part, tuning in (("chest", feel.chest), ("head", feel.head), ("pelvis", (5.0, 0.7))):
        for name in [n for n in values if n.startswith(part + ".") and n != "pelvis.h"]:
            values[name] = spring(values[name], *tuning)
    return values


def pressed(beats: np.ndarray, counts: np.ndarray, feel: Feel, share: float = 1.0) -> np.ndarray:
    """Beats (N,) as a body dances them: it lingers on every count and hurries between two.

    So the body is slowest where the music's beat is. In double time half of the counts lie between
    beats: there the counts on a beat weigh more. In half time every genre lingers enough to
    be seen. Counts stay where they are.

    Args:
        counts: (N,) running counts as danced, even on the beats of double time.
        share: of the genre's press that is danced.
    """
    pace = np.gradient(counts) / np.maximum(np.gradient(beats), 1e-9)
    double = np.clip(pace - 1, 0, 1)
    press = share * feel.press * (1 - 0.3 * double)
    half = np.clip(2 - 2 * pace, 0, 1)
    press = press + np.maximum(share * _HALF - press, 0) * half
    lag = press * np.sin(2 * np.pi * counts) / (2 * np.pi)
    lag = lag + share * _WEIGH * double * np.sin(np.pi * counts) / np.pi
    return beats - lag / np.maximum(pace, 0.25)


def _burst(score: Score, values: dict, beats, clock: Clock) -> None:
    """Muscle pops: the chest jumps out and the joints lock for a blink, then let go."""
    total = np.zeros(len(beats))
    for key in score.channels.get("burst", []):
        since = (beats - clock.played(key.count, "hit", "chest")) * clock.period
        rise = np.clip(1 + since / 0.08, 0, 1) ** 1.5 * (since < 0)
        # it lets go softly: the blow itself must stop on the count
        release = (0.5 + 0.5 * np.cos(np.pi * np.clip(since / 0.36, 0, 1))) * (since >= 0)
        total += key.value * (rise + release)
    values["burst"] = total
    values["chest.p"] = values["chest.p"] - 7.0 * total
    values["chest.z"] = values["chest.z"] + 0.020 * total
    values["head.p"] = values["head.p"] + 5.0 * total
    values["pelvis.h"] = values["pelvis.h"] + 0.012 * total
    for side in "LR":
        values[f"shoulders.u.{side}"] = values[f"shoulders.u.{side}"] + 5.0 * total


def _bounce(values: dict, feel: Feel, pulse: Pulse, seed: int) -> None:
    """The drop (or rise) on every count, deeper on one and three, with chest and head following.

    In half time it comes on every beat of the music, smaller and slightest on the beats between two
    counts, and the nod grows instead: a relaxed body that lets no beat go by.
    """
    counts, half = pulse.beats, pulse.half
    phase = np.mod(counts, 1.0)
    bent = np.where(phase < 0.56, phase / 0.56 * 0.5, 0.5 + (phase - 0.56) / 0.44 * 0.5)
    drop = (1 + np.cos(2 * np.pi * bent)) / 2
    number = np.floor(counts + 0.5).astype(int)
    rng = np.random.default_rng([seed, 11])
    human = 1 + 0.12 * rng.standard_normal(4096)
    accent = np.choose(np.mod(number, 4), [1.12, 0.9, 1.02, 0.9]) * human[np.mod(number, 4096)]
    eased = float(np.clip(0.7 * feel.bounce, _LEAST_HALF, _MOST_HALF))
    depth = feel.bounce + (eased - feel.bounce) * half
    size = depth * values["bounce"] * blur(accent, 0.08)
    values["pelvis.h"] = values["pelvis.h"] - size * (drop if feel.down else 1 - drop)
    nod = size / 0.05 * (drop - 0.5) * (1 + _NOD_HALF * half)
    values["chest.p"] = values["chest.p"] + 4.5 * late(nod, 0.03)
    values["pelvis.p"] = values["pelvis.p"] - 2.5 * nod
    values["head.p"] = values["head.p"] + 4.5 * late(nod, 0.07)
    for side in "LR":
        values[f"shoulders.u.{side}"] = values[f"shoulders.u.{side}"] - 1.2 * late(nod, 0.04)
    values["nod"] = nod


def _rock(values: dict, feel: Feel, counts: np.ndarray, seed: int) -> None:
    """Side to side at half tempo: hips against shoulders, never twice the same size."""
    vary = 1 + 0.25 * drift(np.random.default_rng([seed, 12]), len(counts), 1, 0.25)[:, 0]
    rock = np.sin(np.pi * (counts + 0.5)) * feel.rock * np.clip(values["bounce"], 0, 1) * vary
    values["pelvis.x"] = values["pelvis.x"] - 0.020 * rock
    values["pelvis.r"] = values["pelvis.r"] - 2.2 * rock
    values["chest.r"] = values["chest.r"] + 2.6 * late(rock, 0.05)
    values["chest.y"] = values["chest.y"] + 3.0 * late(rock, 0.08)
    values["head.r"] = values["head.r"] + 2.0 * late(rock, 0.10)
    values["shoulders.u.L"] = values["shoulders.u.L"] + 2.5 * late(rock, 0.08)
    values["shoulders.u.R"] = values["shoulders.u.R"] - 2.5 * late(rock, 0.08)


def _breath(values: dict, samples: int, seed: int) -> None:
    """Breathing at about 17 a minute and the small unrest of a living trunk."""
    rng = np.random.default_rng([seed, 13])
    breath = np.sin(2 * np.pi * 0.28 * np.arange(samples) / 60.0 + rng.uniform(0, 6))
    values["chest.p"] = values["chest.p"] - 0.8 * breath
    for side in "LR":
        values[f"shoulders.u.{side}"] = values[f"shoulders.u.{side}"] + 0.6 * breath
    unrest = {"chest.y": 1.4, "chest.p": 0.9, "chest.r": 1.0, "pelvis.y": 1.1, "pelvis.p": 0.7,
              "pelvis.r": 0.7, "head.y": 1.9, "head.p": 1.4, "head.r": 1.1, "pelvis.x": 0.005,
              "pelvis.z": 0.005}  # fmt: skip
    noise = drift(np.random.default_rng([seed, 14]), samples, len(unrest), 0.6)
    for column, (name, size) in enumerate(unrest.items()):
        values[name] = values[name] + size * noise[:, column]
