"""The table of a model's quality, for its MODEL_CARD.md."""

from __future__ import annotations

from eightcount.metrics.catalogue import BY_KEY
from eightcount.metrics.evaluate import Evaluation

#: rows of the table, by their keys in scores.json
_ROWS = (
    "bas_music_to_motion", "swap_gap_music_to_motion", "bas_motion_to_music",
    "swap_gap_motion_to_music", "fid_k", "fid_g", "div_k", "div_g", "genre_accuracy",
    "foot_skate_lodge", "foot_skate", "penetration", "jitter", "freeze_rate", "joint_limits",
    "pfc", "repeats", "speed",
)  # fmt: skip
#: controls, named as in the evaluation's sets
_CONTROLS = ("split", "frozen", "jittered", "swapped")


def quality_table(results: dict[str, Evaluation]) -> str:
    """Markdown: one row a metric; columns: takes, composer, mocap, reference and controls.

    Args:
        results: evaluations against one reference, by what was evaluated; "takes" with controls.
    """
    takes = results["takes"]
    others = [name for name in ("composer", "mocap") if name in results]
    controls = [name for name in _CONTROLS if name in takes.sets]
    titles = ["takes", *others, "reference", *(takes.sets[c].title for c in controls)]
    lines = ["| | " + " | ".join(titles) + " |", "|---" * (len(titles) + 1) + "|"]
    for key in _ROWS:
        cells = [_interval(takes, key)]
        cells += [_value(results[name], "takes", key) for name in others]
        cells += [_value(takes, name, key) for name in ("real", *controls)]
        metric = BY_KEY[key]
        unit = f", {metric.unit}" if metric.unit else ""
        lines.append(f"| {metric.title}{unit} | " + " | ".join(cells) + " |")
    counts = ", ".join(f"{len(r.sets['takes'].clips)} {name}" for name, r in results.items())
    lines += ["", f"{counts}; reference: {len(takes.sets['real'].clips)} clips."]
    for key, swap in takes.sets["takes"].swaps.items():
        lines.append(
            f"Swap test {key}: own song {swap.own:.3f}, others {swap.others:.3f}, "
            f"p = {swap.p_value:.4f} over {swap.songs} songs."
        )
    lines += ["", *_seeds(takes)]
    return "\n".join(lines) + "\n"


def _interval(result: Evaluation, key: str) -> str:
    estimate = result.sets["takes"].estimates.get(key)
    if estimate is None or not estimate.n:
        return "-"
    digits = BY_KEY[key].digits
    return f"{estimate.value:.{digits}f} ({estimate.low:.{digits}f} to {estimate.high:.{digits}f})"


def _value(result: Evaluation, name: str, key: str) -> str:
    estimate = result.sets[name].estimates.get(key)
    if estimate is None or not estimate.n:
        return "-"
    return f"{estimate.value:.{BY_KEY[key].digits}f}"


def _seeds(takes: Evaluation) -> list[str]:
    """How far takes of one song and genre lie apart from seed to seed."""
    distances = [s.distance for s in takes.seeds.values()]
    if not distances:
        return []
    return [
        f"Two seeds of one song and genre lie {min(distances):.0f} to {max(distances):.0f} cm apart "
        "(mean joint distance)."
    ]
