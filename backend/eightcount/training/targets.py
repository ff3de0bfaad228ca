"""What a model worth keeping must reach, beside what was measured: misses are shown, not hidden."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eightcount.metrics.evaluate import Evaluation

#: how often a stretch of four seconds may come in a take
_REPEATS = 3


@dataclass(frozen=True)
class Target:
    """One thing asked for: in words, the limit, what was measured, whether that is enough."""

    what: str
    asked: str
    measured: str
    reached: bool


@dataclass(frozen=True)
class TokenizerScores:
    """What the motion tokenizer loses, see ``reconstruction_scores``.

    Attributes:
        unseen: scores on held-out mocap and on moves that no training dance had.
        known: on new dances of known moves to held-out songs.
        training: on training data, for the use of the codes.
        codes: size of the codebooks, one for each part of a token.
    """

    unseen: dict[str, float]
    known: dict[str, float]
    training: dict[str, float]
    codes: int


def targets_table(targets: list[Target]) -> str:
    """Markdown: one row a target."""
    lines = ["| | asked for | measured | |", "|---|---|---|---|"]
    for t in targets:
        lines.append(f"| {t.what} | {t.asked} | {t.measured} | {'yes' if t.reached else 'no'} |")
    return "\n".join(lines) + "\n"


def tokenizer_targets(scores: TokenizerScores) -> list[Target]:
    """Targets of the motion tokenizer; centimetres and shares."""
    unseen, used = scores.unseen, _used(scores)
    return [
        _most("Tokenizer: mean joint error, moves it never saw", unseen["moves"], 3.0, "cm"),
        _most("the same, new dances of known moves", scores.known["moves"], 3.0, "cm"),
        _most("the same, held-out CMU", unseen["mpjpe"], 5.0, "cm"),
        _most("Ankles, moves it never saw", unseen["moves_ankles"], 6.0, "cm"),
        _most("Ankles, held-out CMU", unseen["ankles"], 6.0, "cm"),
        _most("Turning speed, moves it never saw", 100 * unseen["moves_turn_share"], 25.0, "%"),
        _most("Turning speed, held-out CMU dances", 100 * unseen["turn_share"], 25.0, "%"),
        Target(
            f"Codes used of {scores.codes} in each part of a token, lower and upper",
            ">= 90 %",
            " and ".join(f"{100 * share:.0f} %" for share in used),
            min(used) >= 0.9,
        ),
    ]


def _used(scores: TokenizerScores) -> tuple[float, float]:
    lower, upper = (scores.training[f"codes_{half}"] for half in ("lower", "upper"))
    return lower / scores.codes, upper / scores.codes


def take_targets(
    takes: Evaluation, mocap: Evaluation | None, nearest: dict[str, float], deepest: float
) -> list[Target]:
    """Targets of a model's takes.

    Args:
        takes: evaluated with controls.
        mocap: real motion under the same protocol, for the beat; None = the whole reference.
        nearest: by genre, how near the two nearest of many seeds of one song lie, cm.
        deepest: how deep a foot of any take sinks into the floor, cm.
    """
    return [
        *_beat(takes, mocap),
        *_diversity(takes, nearest),
        *_feet(takes, deepest),
        _least("Genre recognised", 100 * _value(takes, "takes", "genre_accuracy"), 75.6, "%"),
        *(_fid(takes, key, name) for key, name in (("fid_k", "kinetic"), ("fid_g", "manual"))),
    ]


def _beat(takes: Evaluation, mocap: Evaluation | None) -> list[Target]:
    found = []
    for key, swap in takes.sets["takes"].swaps.items():
        way = key.removeprefix("swap_gap_").replace("_", " ")
        gap = f"{swap.own - swap.others:+.3f}, p = {swap.p_value:.4f}"
        found.append(
            Target(
                f"Swap gap, {way}",
                "> 0, p < 0.01",
                gap,
                swap.own > swap.others and swap.p_value < 0.01,
            )
        )
    key = "bas_music_to_motion"
    real = _value(mocap, "takes", key) if mocap else _value(takes, "real", key)
    whose = "real mocap's" if mocap else "the reference's"
    own = _value(takes, "takes", key)
    found.append(
        Target("BAS, music to motion", f">= {whose} {real:.3f}", f"{own:.3f}", own >= real)
    )
    return found


def _diversity(takes: Evaluation, nearest: dict[str, float]) -> list[Target]:
    found = []
    for key, name in (("div_k", "kinetic"), ("div_g", "manual")):
        share = 100 * _value(takes, "takes", key) / _value(takes, "real", key)
        found.append(_least(f"Div {name}, of the reference's", share, 80.0, "%"))
    if nearest:
        genre = min(nearest, key=nearest.__getitem__)
        found.append(
            _least(f"Nearest of many seeds (in {genre})", nearest[genre], 5.0, "cm", digits=1)
        )
    counts = np.array([c.metrics["repeats"] for c in takes.sets["takes"].clips])
    many = int((counts > _REPEATS).sum())
    found.append(
        Target(
            f"Takes in which 4 s come more than {_REPEATS} times",
            "none",
            f"{many} of {len(counts)} (most {counts.max():.0f} times)",
            many == 0,
        )
    )
    return found


def _feet(takes: Evaluation, deepest: float) -> list[Target]:
    return [
        _ratio(takes, "Foot skate (LODGE), of the reference's", "foot_skate_lodge", 1.25),
        _ratio(takes, "Foot skate (ours), of the reference's", "foot_skate", 1.25),
        _most("Penetration, deepest frame of all", deepest, 2.0, "cm"),
        _ratio(takes, "Jitter, of the reference's", "jitter", 1.5),
        _ratio(takes, "Freeze rate, of the reference's", "freeze_rate", 2.0),
    ]


def _fid(takes: Evaluation, key: str, name: str) -> Target:
    own, split = _value(takes, "takes", key), _value(takes, "split", key)
    return Target(
        f"FID {name}, of one half of the reference against the other",
        "<= 2 x",
        f"{own / split:.1f} x ({own:.1f})",
        own <= 2 * split,
    )


def _ratio(takes: Evaluation, what: str, key: str, limit: float) -> Target:
    own, real = _value(takes, "takes", key), _value(takes, "real", key)
    ratio = own / real if real > 0 else (0.0 if own == 0 else float("inf"))
    return Target(what, f"<= {limit:g} x", f"{ratio:.2f} x", ratio <= limit)


def _value(result: Evaluation, name: str, key: str) -> float:
    return result.sets[name].estimates[key].value


def _most(what: str, value: float, limit: float, unit: str) -> Target:
    return Target(what, f"<= {limit:g} {unit}", f"{value:.1f} {unit}", value <= limit)


def _least(what: str, value: float, limit: float, unit: str, digits: int = 0) -> Target:
    return Target(what, f">= {limit:g} {unit}", f"{value:.{digits}f} {unit}", value >= limit)
