"""The report's tables as HTML."""

from __future__ import annotations

import math
from html import escape

from eightcount.metrics.catalogue import CLIP_METRICS, MUSIC_METRICS, SET_METRICS, Metric
from eightcount.metrics.controls import BY_KEY, CONTROLS
from eightcount.metrics.estimates import ClipSet, Estimate
from eightcount.metrics.evaluate import Evaluation
from eightcount.metrics.published import PUBLISHED
from eightcount.metrics.verdicts import HALVINGS, SMALLEST_EFFECT, Verdict

#: songs that the table of diversity over seeds lists one by one.
SEED_ROWS = 20


def main_table(result: Evaluation) -> str:
    """Every metric (row) of every set (column); under its name, what it makes of the controls."""
    sets = list(result.sets.values())
    head = "".join(
        f"<th scope=col>{escape(s.title)}<small>n = {len(s.clips)}</small></th>" for s in sets
    )
    verdicts = {(v.metric, v.control): v for v in result.verdicts}
    rows = []
    for metric in (*SET_METRICS, *CLIP_METRICS):
        if not any(metric.key in s.estimates for s in sets):
            continue
        cells = "".join(_cell(metric, s, verdicts.get((metric.key, s.key))) for s in sets)
        arrow = {"lower": "↓", "higher": "↑", "real": "≈"}[metric.better]
        unit = f" <small>{escape(metric.unit)}</small>" if metric.unit else ""
        found = [v for v in result.verdicts if v.metric == metric.key]
        rows.append(
            f"<tr><th scope=row title='{escape(metric.note, quote=True)}'>{escape(metric.title)}"
            f"{unit} <span class=arrow>{arrow}</span>{_said(found)}</th>{cells}</tr>"
        )
    return (
        f"<table class=main><thead><tr><td></td>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


def _cell(metric: Metric, chosen: ClipSet, verdict: Verdict | None) -> str:
    control = BY_KEY.get(chosen.key)
    if control is not None and control.music_only and metric.key not in MUSIC_METRICS:
        return "<td class=same title='the music does not enter into it'>=</td>"
    estimate = chosen.estimates.get(metric.key)
    if estimate is None or estimate.n == 0:
        return "<td class=same>–</td>"
    mark = ""
    if verdict is not None and control.worse and not verdict.separates:
        mark = " blind"
    elif verdict is not None and control.worse and verdict.prefers:
        mark = " fooled"
    return f"<td class='value{mark}'>{_number(estimate, metric.digits)}</td>"


def _number(estimate: Estimate, digits: int) -> str:
    text = _format(estimate.value, digits)
    if math.isnan(estimate.low):
        return text
    low, high = _format(estimate.low, digits), _format(estimate.high, digits)
    return f"{text}<small>{low} … {high}</small>"


def _format(value: float, digits: int) -> str:
    if not math.isfinite(value):
        return "–"
    if abs(value) >= 1e5:
        return f"{value:.1e}"
    return f"{value:,.{digits}f}".replace(",", " ").replace("-", "−")


def _said(verdicts: list[Verdict]) -> str:
    """The note on a metric: which bad controls it cannot tell from real clips, or likes better."""
    bad = [v for v in verdicts if BY_KEY[v.control].worse]
    good = [v for v in verdicts if not BY_KEY[v.control].worse]
    parts = []
    for label, found, kind in (
        ("does not separate", [v for v in bad if not v.separates], "blind"),
        ("finds better than real", [v for v in bad if v.prefers], "fooled"),
        ("tells from real", [v for v in good if v.separates], "note"),
    ):
        if found:
            names = ", ".join(BY_KEY[v.control].title for v in found)
            parts.append(f"<span class='said {kind}'>{label}: {escape(names)}</span>")
    return "".join(parts)


def legend(result: Evaluation) -> str:
    """What the columns are and how the intervals and verdicts are made."""
    shown = [c for c in CONTROLS if c.key in result.sets]
    lines = [f"<b>{escape(c.title)}</b>: {escape(c.note)}." for c in shown]
    lines.append(
        "95 % intervals: bootstrap over clips. ↓ lower is better, ↑ higher is better, ≈ as close "
        "to real as possible. Half vs half shows what FID gives between real dances at that n."
    )
    if result.verdicts:
        lines.append(
            "<b>Separates</b>: the 95 % interval of the paired differences between a control and "
            "the real clips that it was made from leaves out 0, and the difference is at least "
            f"{SMALLEST_EFFECT:g} standard deviations of the real clips; for FID and Div, the "
            f"middle 95 % over {HALVINGS} random halvings of the reference leave out 0."
        )
    return bullets(lines, "legend")


def swap_table(result: Evaluation) -> str:
    """Beat scores on the own and on other songs."""
    rows = []
    for chosen in result.sets.values():
        if chosen.key not in ("takes", "real", "swapped", "frozen", "jittered"):
            continue
        for key, label in (
            ("swap_gap_music_to_motion", "music→motion"),
            ("swap_gap_motion_to_music", "motion→music"),
        ):
            swap = chosen.swaps.get(key)
            if swap is None:
                continue
            p = "–" if math.isnan(swap.p_value) else f"{swap.p_value:.4f}"
            follows = "no" if math.isnan(swap.p_value) or swap.p_value >= 0.05 else "yes"
            rows.append(
                f"<tr><th scope=row>{escape(chosen.title)}, {label}</th>"
                f"<td>{_format(swap.own, 3)}</td><td>{_format(swap.others, 3)}</td>"
                f"<td>{_number(chosen.estimates[key], 3)}</td>"
                f"<td>{p}</td><td>{swap.songs}</td><td>{follows}</td></tr>"
            )
    if not rows:
        return "<p>No clip carries beats, so there is nothing to swap.</p>"
    return (
        "<table><thead><tr><td></td><th>own song</th><th>other songs</th><th>gap</th>"
        "<th>p (permutation)</th><th>songs</th><th>follows its song</th></tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


def genre_text(result: Evaluation) -> str:
    """How good the genre classifier is, and what it says of the takes."""
    if result.judge is None:
        return "<p>No classifier: see the notes above.</p>"
    held_out = result.sets["real"].guesses.score()
    taken = result.sets["takes"].guesses.score()
    known = (
        f"On the {taken.clips} takes with a genre that it knows: accuracy {taken.accuracy:.3f}, F1 "
        f"{taken.f1:.3f}." if taken.clips else "No take has a genre that it knows."
    )  # fmt: skip
    return (
        f"<p>Trained on {held_out.clips} real clips only ({len(result.judge.genres)} genres: "
        f"{escape(', '.join(result.judge.genres))}). On real clips of songs that it has not seen: "
        f"accuracy {held_out.accuracy:.3f}, F1 {held_out.f1:.3f}; guessing gives "
        f"{1 / len(result.judge.genres):.3f}. {known} What it says of takes is worth no more than "
        "its score on real clips.</p>"
    )


def seed_table(result: Evaluation) -> str:
    """Diversity over seeds: all songs together, then a row a song."""
    if not result.seeds:
        return "<p>No song has takes of two seeds.</p>"
    found = list(result.seeds.values())
    mean = _seed_row(
        "all, mean",
        sum(d.takes for d in found),
        sum(d.distance for d in found) / len(found),
        sum(d.repeated for d in found) / len(found),
    )
    rows = [
        _seed_row(name, d.takes, d.distance, d.repeated)
        for name, d in list(result.seeds.items())[:SEED_ROWS]
    ]
    left = len(found) - len(rows)
    more = f"<p>{left} more songs are in scores.json.</p>" if left else ""
    return (
        "<table><thead><tr><td></td><th>takes</th><th>distance of poses, cm</th>"
        f"<th>moments that repeat</th></tr></thead><tbody>{mean}{''.join(rows)}</tbody></table>{more}"
    )


def _seed_row(name: str, takes: int, distance: float, repeated: float) -> str:
    return (
        f"<tr><th scope=row>{escape(name)}</th><td>{takes}</td><td>{distance:.1f}</td>"
        f"<td>{repeated:.0%}</td></tr>"
    )


def published_table(result: Evaluation) -> str:
    """The papers' figures for the protocol's corpus."""
    corpus, rows = PUBLISHED[result.protocol.name]
    body = "".join(
        f"<tr><th scope=row>{escape(r.system)}</th>"
        + "".join(
            f"<td>{'–' if v is None else f'{v:g}'}</td>"
            for v in (r.fid_k, r.fid_g, r.div_k, r.div_g, r.bas)
        )
        + "</tr>"
        for r in rows
    )
    return (
        f"<p>Figures of the papers on {corpus}. They stand here for orientation: reference clips, "
        "bodies and frame rates are others, so they do not compare with the table above.</p>"
        "<table><thead><tr><td></td><th>FID k</th><th>FID g</th><th>Div k</th><th>Div g</th>"
        f"<th>BAS</th></tr></thead><tbody>{body}</tbody></table>"
    )


def bad_files(result: Evaluation) -> str:
    """Files that were left out, and why."""
    if not result.bad_files:
        return "<p>Every file could be scored.</p>"
    items = [
        f"<b>{escape(b.name)}</b>: {escape(b.sentence)} {escape(b.hint)}" for b in result.bad_files
    ]
    return bullets(items, "bad")


def bullets(items: list[str], kind: str) -> str:
    """HTML items as a list of a class; nothing for none."""
    return f"<ul class={kind}>{''.join(f'<li>{i}</li>' for i in items)}</ul>" if items else ""
