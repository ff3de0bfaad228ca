"""A page about a prepared shard: minutes, notes, refusals, and pictures of some of its clips."""

from __future__ import annotations

from html import escape
from pathlib import Path

import numpy as np

from eightcount.data.manifest import Manifest
from eightcount.data.shards import Sequence, Shard, open_shard
from eightcount.motion.skeleton import FPS
from eightcount.motion.streams import from_streams

PAGE, PICTURE = "summary.html", "summary.png"
#: clips in the picture
_CLIPS = 8
#: frames of each that are shown, from its middle (8 s)
_FRAMES = 240
_STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:70em;margin:2em auto;padding:0 1em;
color:#2e3440}table{border-collapse:collapse}td,th{padding:.2em .8em;text-align:left;
border-bottom:1px solid #ddd;vertical-align:top}img{max-width:100%}td.n{text-align:right}"""


def write_summary(folder: Path, manifest: Manifest) -> list[str]:
    """Write ``summary.html`` and, with matplotlib, ``summary.png``.

    Returns:
        sentences about what could not be done; the shard does not depend on any of it.
    """
    troubles = []
    picture = False
    try:
        picture = draw_clips(open_shard(folder), folder / PICTURE)
    except ImportError:
        troubles.append(
            'There is no picture: install matplotlib with pip install "eightcount[report]".'
        )
    except OSError as fault:
        troubles.append(f"The picture cannot be written ({fault.strerror or fault}).")
    try:
        (folder / PAGE).write_text(page(manifest, picture), encoding="utf-8")
    except OSError as fault:
        troubles.append(f"The summary cannot be written ({fault.strerror or fault}).")
    return troubles


def draw_clips(shard: Shard, path: Path) -> bool:
    """Draw some clips as rows of stick figures, read back from the shard.

    Raises:
        ImportError: without matplotlib.
    """
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    from eightcount.metrics.skeleton_plot import draw_sheet

    chosen = choose(shard.sequences)
    if not chosen:
        return False
    figure, rows = pyplot.subplots(
        len(chosen), 1, figsize=(13, 2.7 * len(chosen)), squeeze=False, layout="constrained"
    )
    try:
        for axes, sequence in zip(rows[:, 0], chosen, strict=True):
            length = min(_FRAMES, sequence.length)
            start = (sequence.length - length) // 2
            streams = (shard.read(sequence, key, start, length) for key in ("lower", "upper"))
            draw_sheet(axes, from_streams(*streams)[0].joints(), FPS)
            side = "held out" if sequence.held_out else "training"
            axes.set_title(f"{sequence.name} ({sequence.genre or 'everyday'}, {side})", loc="left")
        figure.savefig(path, dpi=70)
    finally:
        pyplot.close(figure)
    return True


def choose(sequences: list[Sequence]) -> list[Sequence]:
    """Sequences as they were danced, spread over the shard, each genre's turn by turn."""
    plain = [s for s in sequences if s.info.get("speed", 1.0) == 1.0 and not s.info.get("mirrored")]
    by_genre: dict[str, list[Sequence]] = {}
    for sequence in plain:
        by_genre.setdefault(sequence.genre, []).append(sequence)
    share = max(1, _CLIPS // max(1, len(by_genre)))
    chosen: list[Sequence] = []
    for rows in by_genre.values():
        at = np.unique(np.linspace(0, len(rows) - 1, min(share, len(rows))).astype(int))
        chosen += [rows[i] for i in at]
    return chosen[:_CLIPS]


def page(manifest: Manifest, picture: bool) -> str:
    """The page's text."""
    minutes = [
        f"<tr><td>{escape(genre)}<td class=n>{sides['training']:.1f}<td class=n>{sides['held_out']:.1f}"
        for genre, sides in manifest.minutes().items()
    ]
    files = [
        f"<tr><td>{escape(kept.file)}<td>{escape(kept.genre)}<td>{escape(kept.choreography)}"
        f"<td>{'held out' if kept.held_out else ''}<td class=n>{kept.seconds:.1f}"
        f"<td>{escape(' '.join(kept.notes))}"
        for kept in manifest.kept
    ]
    refused = [
        f"<tr><td>{escape(bad.file)}<td>{escape(bad.sentence)} {escape(bad.hint)}"
        for bad in manifest.refused
    ]
    warnings = "".join(f"<p><b>{escape(text)}</b>" for text in manifest.warnings())
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8>",
        f"<title>{escape(manifest.source)}</title><style>{_STYLE}</style>",
        f"<h1>Motion of {escape(manifest.source)}</h1>",
        f"<p>Read as {escape(manifest.kind)}; {len(manifest.kept)} files kept, "
        f"{len(manifest.refused)} refused. The split goes by choreography.",
        warnings,
        f"<h2>Licence</h2><p style='white-space:pre-wrap'>{escape(manifest.licence)}",
        "<h2>Minutes</h2><table><tr><th>Genre<th>Training<th>Held out",
        *minutes,
        "</table>",
        f"<h2>Clips</h2><img src={PICTURE} alt='Rows of stick figures'>" if picture else "",
        "<h2>Files</h2><table><tr><th>File<th>Genre<th>Choreography<th>Side<th>Seconds<th>Notes",
        *files,
        "</table>",
    ]
    if refused:
        parts += ["<h2>Refused</h2><table><tr><th>File<th>Why", *refused, "</table>"]
    return "\n".join(part for part in parts if part) + "\n</html>\n"
