"""Invented moves: the library's moves taken apart, put together anew and bent at random.

No choreographer would keep them. They teach the motion tokenizer poses and paths that no authored
move has, so that it codes moves it never saw; the generator never sees them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from eightcount.moves.language import SIDES, FootKey, HandKey, Key, Move
from eightcount.moves.variants import layered, may_layer

#: how far a key's value strays, by the end of its channel's name: degrees or metres
_STRAY = {"y": 8.0, "p": 6.0, "r": 6.0, "x": 0.03, "z": 0.03, "h": 0.03, "u": 0.015, "f": 0.015}
#: channels that are left alone: a turn must come round, a jump must land
_KEPT = ("turn", "jump", "wave", "burst", "bounce", "knees.")
#: a hand goes anywhere within this box: out, up, forward, in arm lengths
_REACH = ((-0.35, 0.95), (-0.95, 0.95), (-0.35, 0.95))
_EASES = ("flow", "smooth", "hit", "pop")
#: foot verbs whose place may stray
_PLACED = ("step", "stomp", "tap", "heel", "slide", "lift")


def invented_moves(
    library: Sequence[Move], genre: str, count: int, rng: np.random.Generator
) -> tuple[Move, ...]:
    """Moves that nobody wrote.

    Args:
        library: what they are made of, of any genres; floor moves and turns are used as they are.
        genre: whose feel they are danced with.
        count: how many.
        rng: of all draws.

    Returns:
        ``count`` moves of ``genre``, named "invented 0" and on.
    """
    return tuple(
        replace(_invented(library, rng), genre=genre, name=f"invented {number}", energy=0.5)
        for number in range(count)
    )


def _invented(library: Sequence[Move], rng: np.random.Generator) -> Move:
    """The legs of one move under the arms of another, every key a little elsewhere."""
    legs, arms = (library[int(i)] for i in rng.integers(0, len(library), 2))
    if may_layer(legs, arms) and legs.counts % arms.counts == 0:
        legs = layered(legs, arms)
    if legs.floor:
        return legs
    size = rng.uniform(0.6, 1.35)
    return replace(
        legs,
        channels={n: _bent(n, keys, size, rng) for n, keys in legs.channels.items()},
        hands={s: tuple(_elsewhere(k, rng) for k in legs.hands.get(s, ())) for s in SIDES},
        feet={s: tuple(_placed(k, rng) for k in legs.feet.get(s, ())) for s in SIDES},
    )


def _bent(
    channel: str, keys: tuple[Key, ...], size: float, rng: np.random.Generator
) -> tuple[Key, ...]:
    stray = _STRAY.get(channel.removesuffix(".L").removesuffix(".R")[-1])
    if channel.startswith(_KEPT) or stray is None:
        return keys
    return tuple(replace(k, value=k.value * size + rng.normal(0, stray)) for k in keys)


def _elsewhere(key: HandKey, rng: np.random.Generator) -> HandKey:
    """A hand's place: near to where it was, or anywhere in reach; with another arrival at times."""
    ease = str(rng.choice(_EASES)) if rng.random() < 0.3 else key.ease
    if key.anchor is not None and rng.random() < 0.6:
        return key
    if rng.random() < 0.45:
        place = np.array([rng.uniform(*span) for span in _REACH])
    else:
        place = np.array(key.place) + rng.normal(0, 0.15, 3)
    place *= min(1.0, 0.97 / max(float(np.linalg.norm(place)), 1e-6))
    # a hand may not reach through the trunk
    if place[0] < 0 and place[1] < 0.4:
        place[2] = max(place[2], 0.35)
    out, up, forward = (float(v) for v in place)
    swivel = float(np.clip(key.swivel + rng.normal(0, 15), -20, 70))
    return replace(key, place=(out, up, forward), anchor=None, ease=ease, swivel=swivel)


def _placed(key: FootKey, rng: np.random.Generator) -> FootKey:
    """A foot's place: a few centimetres elsewhere, never across the middle; kicks at other heights."""
    if key.verb == "kick":
        return replace(key, angle=key.angle * rng.uniform(0.6, 1.2))
    if key.verb not in _PLACED or key.x is None or key.z is None:
        return key
    x = key.x + float(np.clip(rng.normal(0, 0.05), -0.1, 0.1))
    x = max(x, 0.05) if key.x >= 0.05 else key.x
    return replace(key, x=x, z=key.z + float(np.clip(rng.normal(0, 0.05), -0.1, 0.1)))
