"""The report of an evaluation: one HTML page with everything inside, and scores.json beside it."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from html import escape
from pathlib import Path
from string import Template

import numpy as np

from eightcount.metrics import report_plots as plots
from eightcount.metrics import report_tables as tables
from eightcount.metrics.catalogue import CLIP_METRICS
from eightcount.metrics.evaluate import Evaluation
from eightcount.metrics.report_page import PAGE
from eightcount.metrics.takes import Clip, read_clip
from eightcount.motion.errors import EightcountError

#: takes that are drawn: contact sheets, and curves over the song.
SHEETS, CURVES = 6, 2


def write_report(result: Evaluation, folder: Path, resample: float | None = None) -> None:
    """Write ``scores.json`` and ``report.html`` into a folder, which is made if it is not there.

    Args:
        result: of :func:`~eightcount.metrics.evaluate.evaluate`.
        resample: as it was evaluated with; a few takes are read once more to be drawn.
    """
    folder.mkdir(parents=True, exist_ok=True)
    scores = json.dumps(as_json(result), indent=1, ensure_ascii=False)
    (folder / "scores.json").write_text(scores + "\n", encoding="utf-8")
    (folder / "report.html").write_text(as_html(result, resample), encoding="utf-8")


def as_json(result: Evaluation) -> dict:
    """All numbers of an evaluation as JSON; null where a number has no meaning."""
    keys = [m.key for m in CLIP_METRICS]
    sets = {
        key: {
            "title": s.title,
            "n": len(s.clips),
            "values": {k: asdict(e) for k, e in s.estimates.items()},
            "swap": {
                k: {
                    "own": g.own,
                    "others": g.others,
                    "gap": g.gap,
                    "p": g.p_value,
                    "songs": g.songs,
                }
                for k, g in s.swaps.items()
            },
        }
        for key, s in result.sets.items()
    }
    data = {
        "protocol": asdict(result.protocol),
        "fps": result.fps,
        "sets": sets,
        "verdicts": [asdict(v) for v in result.verdicts],
        "seed_diversity": {k: asdict(v) for k, v in result.seeds.items()},
        "token_usage": {
            k: {"codes": len(u.counts), "share": u.share, "perplexity": u.perplexity,
                "repeats": u.repeats}
            for k, u in result.usage.items()
        },
        "notes": result.notes,
        "takes": [{"name": c.name} | {k: c.metrics[k] for k in keys}
                  for c in result.sets["takes"].clips],
        "bad_files": [asdict(b) for b in result.bad_files],
    }  # fmt: skip
    return _plain(data)


def _plain(value):
    """numpy numbers to Python's, NaN and infinities to None."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def as_html(result: Evaluation, resample: float | None = None) -> str:
    """The page; it needs no other file and no network."""
    takes, real = result.sets["takes"], result.sets["real"]
    return Template(PAGE).substitute(
        summary=escape(
            f"{len(takes.clips)} takes against {len(real.clips)} real clips · protocol "
            f"{result.protocol.name} ({result.protocol.source}) · {result.fps:g} fps"
        ),
        notes=tables.bullets([escape(n) for n in result.notes], "notes"),
        main=tables.main_table(result),
        legend=tables.legend(result),
        swap=tables.swap_table(result),
        genre=tables.genre_text(result),
        seeds=tables.seed_table(result),
        published=tables.published_table(result),
        plots=_plots(result, resample),
        bad=tables.bad_files(result),
    )


def _plots(result: Evaluation, resample: float | None) -> str:
    sets = list(result.sets.values())
    shown = [s for s in sets if s.key in ("takes", "real", "swapped")]
    groups = {
        "Beats": [plots.offset_histogram(shown, result.fps)],
        "Div against FID": [plots.div_fid_scatter(sets)],
        "Token usage": [plots.usage_bars(result.usage)] if result.usage else [],
    }
    drawn = _spread(result.take_paths, SHEETS)
    clips = [clip for clip in (_reread(path, resample) for path in drawn) if clip is not None]
    groups["Speed over the song"] = [plots.speed_curve(c) for c in clips[:CURVES]]
    groups["Heights and contacts of the feet"] = [plots.foot_strips(c) for c in clips[:CURVES]]
    groups["Eight poses of a take: left limbs blue, right limbs orange"] = [
        plots.contact_sheet(c) for c in clips
    ]
    return "".join(
        f"<h3>{escape(title)}</h3>" + "".join(_image(title, figure) for figure in figures)
        for title, figures in groups.items()
        if figures
    )


def _spread(paths: list[Path], count: int) -> list[Path]:
    """At most ``count`` of the paths, spread over all of them."""
    picked = np.unique(np.linspace(0, len(paths) - 1, min(count, len(paths))).round().astype(int))
    return [paths[i] for i in picked]


def _reread(path: Path, resample: float | None) -> Clip | None:
    try:
        return read_clip(path, resample)
    except EightcountError:
        return None  # it was there a moment ago; the scores stand, the drawing is left out


def _image(title: str, figure) -> str:
    return f"<figure><img alt='{escape(title)}' src='{plots.as_data_uri(figure)}'></figure>"
