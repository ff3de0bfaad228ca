"""Variants of moves: larger or smaller, lower, held, and the legs of one under the arms of another."""

from __future__ import annotations

from dataclasses import replace

from eightcount.moves.language import SIDES, Key, Move

#: channels that belong to the legs' half of a body
_LOWER = ("pelvis.", "knees.", "bounce", "turn", "jump")
#: channels whose size is choreography, not amplitude
_FIXED = ("turn", "bounce", "wave", "jump", "burst")


def scaled(move: Move, size: float) -> Move:
    """Trunk shapes larger or smaller by a factor; feet and hands stay where they are."""
    channels = {
        name: keys
        if name.startswith(_FIXED)
        else tuple(replace(k, value=k.value * size) for k in keys)
        for name, keys in move.channels.items()
    }
    return replace(move, channels=channels)


def lowered(move: Move, metres: float) -> Move:
    """The whole move nearer to the floor."""
    keys = move.channels.get("pelvis.h") or (Key(0.0, 0.0, "smooth"),)
    lower = tuple(replace(k, value=k.value - metres) for k in keys)
    knees = {
        f"knees.k.{s}": move.channels.get(f"knees.k.{s}", (Key(0.0, 9.0, "smooth"),)) for s in SIDES
    }
    return replace(move, channels={**move.channels, **knees, "pelvis.h": lower})


def held(move: Move, count: float) -> Move:
    """The move up to a count, then nothing new: the picture stands, the groove shrinks to a breath."""
    channels = {n: tuple(k for k in keys if k.count <= count) for n, keys in move.channels.items()}
    channels = {n: keys for n, keys in channels.items() if keys}
    still = (Key(max(count - 0.5, 0.0), 1.0, "smooth"), Key(count + 0.25, 0.12, "smooth"))
    channels["bounce"] = still
    feet = {
        s: tuple(k for k in move.feet.get(s, ()) if k.count <= count) + _put_down(move, s, count)
        for s in SIDES
    }
    hands = {s: tuple(k for k in move.hands.get(s, ()) if k.count <= count) for s in SIDES}
    return replace(move, channels=channels, feet=feet, hands=hands)


def cut(move: Move, counts: int) -> Move:
    """The first counts of a longer move."""

    def kept(keys: tuple) -> tuple:
        return tuple(k for k in keys if k.count < counts)

    channels = {n: kept(keys) for n, keys in move.channels.items() if kept(keys)}
    return replace(
        move,
        counts=counts,
        travel=tuple(t * counts / move.counts for t in move.travel),
        channels=channels,
        hands={s: kept(move.hands.get(s, ())) for s in SIDES},
        feet={s: kept(move.feet.get(s, ())) for s in SIDES},
    )


def _put_down(move: Move, side: str, count: float) -> tuple:
    """The key that would have put a foot down again, if the move is held while it is in the air."""
    before = [k for k in move.feet.get(side, ()) if k.count <= count]
    if not before or before[-1].verb not in ("lift", "kick", "free"):
        return ()
    after = [
        k for k in move.feet[side] if k.count > count and k.verb not in ("lift", "kick", "free")
    ]
    return tuple(after[:1])


def may_layer(legs: Move, arms: Move) -> bool:
    """Whether the arms of one move can go over the legs of another."""
    special = ("wave", "jump")
    plain = not any(n.startswith(special) for n in arms.channels)
    spins = abs(legs.turn) > 1 or abs(arms.turn) > 1 or "turn" in arms.channels
    return plain and not (spins or legs.floor or arms.floor or legs.name == arms.name)


def layered(legs: Move, arms: Move) -> Move:
    """Feet and pelvis of one move under the chest, head and arms of another."""
    counts = max(legs.counts, arms.counts)
    low, high = repeated(legs, counts), repeated(arms, counts)
    channels = {n: k for n, k in low.channels.items() if n.startswith(_LOWER)}
    channels |= {n: k for n, k in high.channels.items() if not n.startswith(_LOWER)}
    return replace(
        low,
        name=f"{legs.name} + {arms.name}",
        sentence=f"Legs: {legs.sentence} Arms: {arms.sentence}",
        two_sided=low.two_sided and high.two_sided,
        energy=(legs.energy + arms.energy) / 2,
        channels=channels,
        hands=high.hands,
    )


def repeated(move: Move, counts: int) -> Move:
    """One move that holds the cells of so many counts (every second one mirrored unless two-sided).

    Foot places run on with the cells' travel; a turning move repeats as it is.
    """
    times = counts // move.counts
    if times <= 1:
        return move
    channels: dict[str, tuple] = {}
    hands: dict[str, tuple] = dict.fromkeys(SIDES, ())
    feet: dict[str, tuple] = dict.fromkeys(SIDES, ())
    home = (0.0, 0.0)
    for number in range(times):
        cell = move if move.two_sided or number % 2 == 0 else move.mirrored()
        shift = float(number * move.counts)
        for name, keys in cell.channels.items():
            channels[name] = channels.get(name, ()) + tuple(_later(k, shift) for k in keys)
        for side, sign in (("L", 1.0), ("R", -1.0)):
            hands[side] += tuple(_later(k, shift) for k in cell.hands.get(side, ()))
            feet[side] += tuple(_carried(k, shift, home, sign) for k in cell.feet.get(side, ()))
        home = (home[0] + cell.travel[0], home[1] + cell.travel[1])
    return replace(
        move, counts=counts, two_sided=move.two_sided or times % 2 == 0, travel=home,
        channels=channels, hands=hands, feet=feet,
    )  # fmt: skip


def _later(key, shift: float):
    return replace(key, count=key.count + shift)


def _carried(key, shift: float, home: tuple[float, float], sign: float):
    key = replace(key, count=key.count + shift)
    if key.x is None or key.verb in ("lift", "kick", "free"):
        return key
    return replace(key, x=key.x + sign * home[0], z=key.z + home[1])
