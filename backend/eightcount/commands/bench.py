"""`eightcount bench`: seconds and memory of each stage, by length of music, cold and warm.

Every length is measured in a process of its own, so that "cold" is the first pass of a fresh process
and the peak of memory is that length's own.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
from pathlib import Path
from statistics import median

from eightcount.motion.errors import EightcountError
from eightcount.wire.messages import Generate

#: seconds of music that are measured
LENGTHS = (10.0, 30.0, 120.0, 600.0)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the subcommand."""
    parser.add_argument("--lengths", type=float, nargs="*", default=list(LENGTHS), help="seconds")
    parser.add_argument("--runs", type=int, default=3, help="warm passes; their median is shown")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    parser.add_argument(
        "--threads", type=int, default=0, help="CPU threads; 0 = as the backend chooses"
    )
    parser.add_argument("--steps", type=int, default=Generate.steps, help="decoding passes")
    parser.add_argument("--model", default="", help="a name in assets/models, or a folder")
    parser.add_argument(
        "--serve",
        action="store_true",
        help="also time a backend process over the wire (30 s, 10 min)",
    )
    parser.add_argument("--out", type=Path, default=Path("out/bench.json"), help="the JSON file")


def run(args: argparse.Namespace) -> int:
    """Measure, write the JSON, print the table."""
    results = []
    for seconds in args.lengths:
        if sys.stderr.isatty():
            print(f"{seconds:g} s of music ...", file=sys.stderr)
        results.append(_measure(seconds, args))
    report: dict = {"results": results, "growth": growth(results)}
    if args.serve:
        from eightcount.commands.bench_serve import measure_serve

        report["serve"] = [
            measure_serve(seconds, args.runs, args.steps, args.model, args.device)
            for seconds in (30.0, 600.0)
        ]
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps(report, indent=1), encoding="utf-8")
    print(table(report))
    for line in report.get("serve", ()):
        print("serve: " + ", ".join(f"{key} {value}" for key, value in line.items()))
    return 0


def _measure(seconds: float, args: argparse.Namespace) -> dict:
    settings = {
        "seconds": seconds,
        "runs": args.runs,
        "device": args.device,
        "threads": args.threads,
        "steps": args.steps,
        "model": args.model,
    }
    child = subprocess.run(
        [sys.executable, "-m", "eightcount.commands.bench_child", json.dumps(settings)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
    )
    lines = child.stdout.strip().splitlines()
    if child.returncode or not lines:
        said = (child.stderr.strip().splitlines() or ["no word"])[-1]
        raise EightcountError(
            "bench-failed",
            f"Measuring {seconds:g} s of music failed: {said}",
            "Try shorter lengths.",
        )
    found = json.loads(lines[-1])
    warm = {k: median(p[k] for p in found["warm"]) for k in found["warm"][0]}
    return settings | {"cold": found["cold"], "warm": warm, "peak_mb": found["peak_mb"]}


def growth(results: list[dict]) -> dict[str, float]:
    """Exponent b of warm seconds ~ length^b for each stage, by least squares on logarithms.

    1 = twice the music takes twice as long. Stages with fewer than two lengths are left out.
    """
    found = {}
    for stage in results[0]["warm"] if results else ():
        points = [
            (math.log(r["seconds"]), math.log(max(r["warm"][stage], 1e-6)))
            for r in results
            if stage in r["warm"]
        ]
        if len({x for x, _ in points}) < 2:
            continue
        mean_x = sum(x for x, _ in points) / len(points)
        mean_y = sum(y for _, y in points) / len(points)
        top = sum((x - mean_x) * (y - mean_y) for x, y in points)
        found[stage] = round(top / sum((x - mean_x) ** 2 for x, _ in points), 2)
    return found


def table(report: dict) -> str:
    """One line a stage: warm (cold) seconds for each length, then the growth exponent."""
    results = report["results"]
    stages = list(results[0]["warm"])
    head = (
        "stage".ljust(12) + "".join(f"{r['seconds']:g} s".rjust(18) for r in results) + "   growth"
    )
    lines = [head]
    for stage in stages:
        cells = "".join(
            f"{r['warm'][stage]:.3f} ({r['cold'].get(stage, float('nan')):.2f})".rjust(18)
            for r in results
        )
        lines.append(stage.ljust(12) + cells + f"{report['growth'].get(stage, float('nan')):9.2f}")
    peaks = "".join(f"{max(r['peak_mb'].values()):.0f}".rjust(18) for r in results)
    lines.append("peak MB".ljust(12) + peaks)
    lines.append("Seconds: median of warm passes (first pass of the process).")
    return "\n".join(lines)
