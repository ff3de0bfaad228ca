"""``eightcount metrics`` and ``eightcount evaluate``: reading arguments and printing."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from eightcount.extras import need_extras
from eightcount.metrics.inputs import check_beats, check_joints, to_y_up
from eightcount.metrics.manual import MANUAL_NAMES
from eightcount.metrics.protocols import PROTOCOLS
from eightcount.metrics.scores import single_take
from eightcount.motion.errors import EightcountError
from eightcount.motion.skeleton import JOINTS

#: what is printed of an evaluation; the rest is in the report.
_HEADLINES = (
    "fid_k", "fid_g", "fid_g_varying", "div_k", "div_g", "bas_music_to_motion",
    "swap_gap_music_to_motion", "foot_skate", "freeze_rate",
)  # fmt: skip


def add_metrics_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``eightcount metrics``."""
    parser.add_argument("joints", type=Path, metavar="JOINTS.npy", help="(T, 24, 3) metres")
    parser.add_argument("--fps", type=float, default=30.0, help="frames a second (default 30)")
    parser.add_argument("--up", choices=("y", "z"), default="y", help="axis that points up")
    parser.add_argument(
        "--beats", type=Path, metavar="BEATS.npy", help="music beats in frames from the start"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def run_metrics(args: argparse.Namespace) -> int:
    """Print every metric of one array of joints.

    The joints are taken as given: no origin is removed and nothing is cut or scaled; z-up positions
    are only turned upright. Kinetic features in the published form depend on the origin.
    """
    if not (np.isfinite(args.fps) and args.fps > 0):
        raise EightcountError(
            "fps-odd", f"{args.fps:g} frames a second is no frame rate.", "Give --fps, such as 30."
        )
    joints = to_y_up(check_joints(_load(args.joints), str(args.joints)), args.up)
    beats = None if args.beats is None else check_beats(_load(args.beats), str(args.beats))
    values = single_take(joints, args.fps, beats, str(args.joints), str(args.beats))
    outside = 0 if beats is None else int(((beats < 0) | (beats >= len(joints))).sum())
    if outside:
        print(
            f"Note: {outside} of {len(beats)} beats lie outside the {len(joints)} frames and count "
            "as missed; cut them away if the song is longer than the take.",
            file=sys.stderr,
        )
    print(json.dumps(values) if args.json else _as_table(values))
    return 0


def add_evaluate_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``eightcount evaluate``."""
    parser.add_argument("--takes", type=Path, required=True, metavar="DIR", help="takes to judge")
    parser.add_argument("--reference", type=Path, required=True, metavar="DIR", help="real clips")
    parser.add_argument(
        "--protocol", choices=tuple(PROTOCOLS), default="lodge", help="features (default lodge)"
    )
    parser.add_argument(
        "--controls", action="store_true", help="make and score the controls as well"
    )
    parser.add_argument(
        "--resample", type=float, metavar="FPS", help="bring all clips to this frame rate"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="for the report")


def run_evaluate(args: argparse.Namespace) -> int:
    """Evaluate a folder, write scores.json and report.html, and say what stands out."""
    need_extras("The evaluation", "report")
    from eightcount.metrics.evaluate import evaluate
    from eightcount.metrics.report import write_report

    if args.resample is not None and not 1 <= args.resample <= 1000:
        raise EightcountError(
            "fps-odd", f"{args.resample:g} frames a second is no frame rate.", "Use 30 or 60."
        )
    result = evaluate(
        args.takes,
        args.reference,
        PROTOCOLS[args.protocol],
        controls=args.controls,
        resample=args.resample,
        progress=sys.stderr.isatty(),
    )
    write_report(result, args.out, args.resample)
    for note in result.notes:
        print(f"Note: {note}", file=sys.stderr)
    for key in _HEADLINES:
        estimate = result.sets["takes"].estimates.get(key)
        if estimate is not None and estimate.n:
            print(
                f"{key:22} {estimate.value:11.5g}  95 % {estimate.low:.5g} to {estimate.high:.5g}"
            )
    print(f"Report: {args.out / 'report.html'}")
    if result.bad_files:
        print(f"{len(result.bad_files)} files were left out:", file=sys.stderr)
        for bad in result.bad_files:
            print(f"  {bad.name}: {bad.sentence} {bad.hint}", file=sys.stderr)
    return 0


def _load(path: Path) -> np.ndarray:
    try:
        array = np.load(path, allow_pickle=False)
    except OSError as fault:
        raise EightcountError(
            "array-missing",
            f"The file {path} cannot be read ({fault.strerror or fault}).",
            "Check the path.",
        ) from fault
    except (ValueError, EOFError) as fault:
        raise EightcountError(
            "array-damaged",
            f"The file {path} is no numpy array ({fault}).",
            "Store one array with numpy.save.",
        ) from fault
    if not isinstance(array, np.ndarray):
        array.close()
        raise EightcountError(
            "array-damaged",
            f"The file {path} holds several arrays.",
            "Store one array with numpy.save, for a take its joints.",
        )
    return array


def _as_table(values: dict) -> str:
    lines = []
    for key, value in values.items():
        if not isinstance(value, list):
            lines.append(f"{key:22} {'–' if value is None else f'{value:.6g}'}")
    lines.append(
        "\nkinetic: horizontal energy, vertical energy, expenditure (corrected expenditure)"
    )
    kinetic, corrected = np.reshape(values["kinetic"], (-1, 3)), values["kinetic_corrected"][2::3]
    for name, row, mended in zip(JOINTS, kinetic, corrected, strict=True):
        lines.append(f"  {name:15} {row[0]:12.6g} {row[1]:12.6g} {row[2]:12.6g} ({mended:.6g})")
    lines.append("\nmanual: share of the frames")
    for name, value in zip(MANUAL_NAMES, values["manual"], strict=True):
        lines.append(f"  {name:52} {value:.4f}")
    return "\n".join(lines)
