"""The report's plots, each a matplotlib figure, drawn without a display or global state."""

from __future__ import annotations

import base64
import io

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from eightcount.metrics.beats import joint_speed, motion_beats_smoothed, nearest_offsets
from eightcount.metrics.estimates import ClipSet
from eightcount.metrics.skeleton_plot import draw_sheet
from eightcount.metrics.takes import Clip
from eightcount.metrics.tokens import TokenUsage
from eightcount.motion.contacts import find_contacts, foot_clearance
from eightcount.motion.skeleton import CONTACT_JOINTS, JOINTS

#: one colour a set, in every plot.
COLOURS = {
    "takes": "#1f5fa8", "real": "#22262e", "split": "#7a818f", "copied": "#9b6bb3",
    "mirrored": "#2f8f6b", "frozen": "#b8860b", "jittered": "#c2402f", "swapped": "#c77db0",
}  # fmt: skip
_STYLE = {
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#8a909c",
    "axes.labelcolor": "#3b4252",
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "font.size": 9,
    "xtick.color": "#5b6270",
    "ytick.color": "#5b6270",
}


@rc_context(_STYLE)
def as_data_uri(figure: Figure, kind: str = "svg") -> str:
    """A figure as a data URI, "svg" or "png", for an <img> of a self-contained page."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind, dpi=110)
    mime = "image/svg+xml" if kind == "svg" else "image/png"
    return f"data:{mime};base64,{base64.b64encode(buffer.getvalue()).decode()}"


def _figure(width: float, height: float, rows: int = 1, columns: int = 1, **options):
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False, **options)


@rc_context(_STYLE)
def offset_histogram(sets: list[ClipSet], fps: float) -> Figure:
    """Distance from each motion beat to the nearest music beat, one curve a set, milliseconds.

    A dance on the beat peaks at 0; the flat line is what chance gives.
    """
    reach = 400.0
    edges = np.linspace(-reach, reach, 34)
    figure, axes = _figure(6.4, 3.1)
    axis = axes[0, 0]
    for chosen in sets:
        offsets = beat_offsets(chosen) * 1000 / fps
        if len(offsets) == 0:
            continue
        share = np.histogram(offsets, edges)[0] / len(offsets)
        filled = chosen.key == "takes"
        axis.stairs(
            share, edges, color=COLOURS[chosen.key], linewidth=1.8, fill=filled,
            alpha=0.35 if filled else 1.0, label=f"{chosen.title} ({len(offsets)} motion beats)",
        )  # fmt: skip
    axis.axvline(0, color="#8a909c", linewidth=0.8)
    axis.set(
        xlim=(-reach, reach), xlabel="motion beat before (−) or after (+) the music beat, ms",
        ylabel="share of motion beats", title="Motion beats against music beats",
    )  # fmt: skip
    if axis.get_legend_handles_labels()[0]:
        figure.legend(loc="outside lower center", ncols=3, frameon=False, fontsize=8)
    return figure


def beat_offsets(chosen: ClipSet) -> np.ndarray:
    """Offsets in frames of all smoothed motion beats of a set from their nearest music beats."""
    parts = [
        nearest_offsets(c.smoothed_beats, c.music_beats)
        for c in chosen.clips
        if c.music_beats is not None and len(c.smoothed_beats)
    ]
    return np.concatenate(parts) if parts else np.zeros(0)


@rc_context(_STYLE)
def speed_curve(clip: Clip, seconds: float = 20.0) -> Figure:
    """Mean joint speed over the first seconds of a take, with music beats and motion beats."""
    motion = clip.motion
    joints = motion.joints()
    speed = joint_speed(joints).mean(axis=1) * motion.fps
    beats = motion_beats_smoothed(joints)
    figure, axes = _figure(11, 2.4)
    axis = axes[0, 0]
    if clip.beats is not None:
        for beat in clip.beats / motion.fps:
            axis.axvline(beat, color="#d8a13a", linewidth=1, zorder=0)
    time = np.arange(len(speed)) / motion.fps
    axis.plot(time, speed, color=COLOURS["takes"], linewidth=1.1)
    axis.plot(beats / motion.fps, speed[beats], "o", color=COLOURS["real"], markersize=4)
    axis.set(
        xlim=(0, min(seconds, motion.seconds)), ylim=(0, None), xlabel="seconds",
        ylabel="joint speed, m/s", title=clip.name,
    )  # fmt: skip
    handles = [
        Line2D([], [], color=COLOURS["takes"], label="mean joint speed"),
        Line2D([], [], color=COLOURS["real"], marker="o", linestyle="", label="motion beat"),
        Line2D([], [], color="#d8a13a", label="music beat"),
    ]
    figure.legend(handles=handles, frameon=False, fontsize=8, ncols=3, loc="outside upper right")
    return figure


@rc_context(_STYLE)
def foot_strips(clip: Clip, seconds: float = 20.0) -> Figure:
    """Heights of heels and toes above their standing height, and strips of their contacts."""
    motion = clip.motion
    joints = motion.joints()
    clearance = 100 * foot_clearance(joints)
    stored = bool(motion.contacts.any())
    contacts = (motion.contacts if stored else find_contacts(joints, motion.fps)) > 0.5
    time = np.arange(len(motion)) / motion.fps
    names = [JOINTS[j].replace("_foot", "_toe").replace("_ankle", "_heel") for j in CONTACT_JOINTS]
    names = [name.replace("_", " ") for name in names]
    colours = ["#2563a8", "#c2571a", "#7fb0e0", "#eba97f"]
    figure, axes = _figure(11, 3.2, 2, 1, sharex=True, height_ratios=[3, 1.3])
    height, strips = axes[:, 0]
    for k, (name, colour) in enumerate(zip(names, colours, strict=True)):
        height.plot(time, clearance[:, k], color=colour, linewidth=1.1, label=name)
        strips.fill_between(
            time, 3 - k, 3 - k + 0.8, where=contacts[:, k], color=colour, step="mid", linewidth=0
        )
    height.axhline(0, color="#8a909c", linewidth=0.8)
    height.set(ylabel="height, cm", title=clip.name, xlim=(0, min(seconds, motion.seconds)))
    figure.legend(
        *height.get_legend_handles_labels(),
        frameon=False,
        fontsize=8,
        ncols=4,
        loc="outside upper right",
    )
    strips.set(
        yticks=[3.4, 2.4, 1.4, 0.4], yticklabels=names, ylim=(-0.1, 4), xlabel="seconds"
    )  # fmt: skip
    strips.set_title("contacts" if stored else "contacts (found by height and speed)", fontsize=9)
    return figure


@rc_context(_STYLE)
def usage_bars(usage: dict[str, TokenUsage]) -> Figure:
    """How often each code is used, most used first, one panel a token stream."""
    figure, axes = _figure(6.4, 2.4 * len(usage), len(usage))
    for axis, (name, stream) in zip(axes[:, 0], usage.items(), strict=True):
        counts = np.sort(stream.counts)[::-1]
        axis.fill_between(np.arange(len(counts)), counts, step="mid", color=COLOURS["takes"])
        axis.set(
            xlim=(0, len(counts)), ylim=(0, None), xlabel="codes, most used first", ylabel="uses",
            title=f"{name}: {stream.share:.0%} of {len(counts)} codes used, "
            f"perplexity {stream.perplexity:.0f}",
        )  # fmt: skip
    return figure


@rc_context(_STYLE)
def div_fid_scatter(sets: list[ClipSet]) -> Figure:
    """Div against FID of the takes and every control; the dashed line is the real clips' Div.

    The manual features are those that vary in the reference: see the notes of the report.
    """
    sets = [s for s in sets if s.key != "swapped"]  # the music does not enter into either
    figure, axes = _figure(9.6, 3.8, 1, 2)
    panels = (("k", "kinetic"), ("g_varying", "manual, varying"))
    for axis, (suffix, name) in zip(axes[0], panels, strict=True):
        for chosen in sets:
            fid, div = (chosen.estimates.get(f"{m}_{suffix}") for m in ("fid", "div"))
            if div is None:
                continue
            if fid is None:
                axis.axhline(div.value, color=COLOURS["real"], linestyle="--", linewidth=1)
                continue
            axis.errorbar(
                fid.value, div.value, color=COLOURS[chosen.key], markersize=7, elinewidth=1,
                xerr=_error(fid), yerr=_error(div), marker="o" if chosen.key == "takes" else "D",
            )  # fmt: skip
        axis.set_xscale("symlog", linthresh=1)
        axis.set_xlim(left=-0.15)
        axis.set(xlabel=f"FID {name}", ylabel=f"Div {name}", title=name.capitalize())
    handles = [Patch(color=COLOURS[s.key], label=s.title) for s in sets if s.key != "real"]
    handles.append(Line2D([], [], color=COLOURS["real"], linestyle="--", label="Div of real clips"))
    figure.legend(handles=handles, loc="outside right upper", frameon=False, fontsize=8)
    return figure


def _error(estimate) -> np.ndarray | None:
    """Distances to the two limits as errorbar wants them; None without an interval."""
    reach = np.array([[estimate.value - estimate.low], [estimate.high - estimate.value]])
    return None if np.isnan(reach).any() else np.maximum(reach, 0)


@rc_context(_STYLE)
def contact_sheet(clip: Clip) -> Figure:
    """Eight poses across a take."""
    figure, axes = _figure(11, 2.45)
    draw_sheet(axes[0, 0], clip.motion.joints(), clip.motion.fps)
    label = " · ".join(part for part in (clip.name, clip.genre, clip.song) if part)
    axes[0, 0].set_title(label, fontsize=9)
    return figure
