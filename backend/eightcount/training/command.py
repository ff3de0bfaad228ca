"""`eightcount train ...`: the stages of a run, each resumable, or all of them."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path

from eightcount.extras import need_extras
from eightcount.motion.errors import EightcountError

STAGES = ("data", "tokenizer", "decoder", "music", "generator", "refiner", "bundle", "score")
PRESETS = ("small", "base")
#: beside the stages: reference dances as takes, to measure a model's takes against
REFERENCE = "reference"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the subcommand."""
    parser.add_argument(
        "stage", choices=[*STAGES, "all", REFERENCE], help="one stage, or all of them in this order"
    )
    settings = parser.add_mutually_exclusive_group(required=True)
    settings.add_argument("--config", type=Path, help="the run's TOML")
    settings.add_argument(
        "--preset", choices=PRESETS, help="settings that come along: small (CPU) or base (GPU)"
    )
    parser.add_argument("--work", type=Path, required=True, help="folder for shards, checkpoints")
    parser.add_argument("--corpus", type=Path, help="folder with index.csv and BVH (data)")
    parser.add_argument("--songs", type=Path, nargs="*", default=[], help="folders of songs (data)")
    parser.add_argument(
        "--judge",
        type=Path,
        nargs="*",
        default=[],
        help="folders of songs to judge by, of none of --songs (score); without it the run's own "
        "held-out songs",
    )
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads; 0 = torch's choice")
    parser.add_argument("--out", type=Path, help="the model folder (bundle), or takes (reference)")


def run(args: argparse.Namespace) -> int:
    """Run the stages."""
    need_extras("Training", "train", "report")
    import torch

    from eightcount.motion.tables import read_tables
    from eightcount.training import runs

    if args.threads:
        torch.set_num_threads(args.threads)
    stages = STAGES if args.stage == "all" else (args.stage,)
    run_ = runs.Run(args.work, read_tables(_config(args)), args.device)
    _check(args, stages)
    for stage in stages:
        print(f"== {stage}", flush=True)
        if stage in _OTHERS:
            _OTHERS[stage](args, run_)
        else:
            getattr(runs, f"train_{stage}")(run_)
    return 0


def _config(args: argparse.Namespace) -> Path:
    if args.config:
        return args.config
    return Path(str(files("eightcount.training").joinpath("presets", f"{args.preset}.toml")))


def _check(args: argparse.Namespace, stages: tuple[str, ...]) -> None:
    """What a later stage will need is asked for before the first one has run for hours."""
    for stage, names in (("data", ("corpus",)), ("bundle", ("out",)), (REFERENCE, ("out",))):
        for name in names if stage in stages else ():
            _needed(args, name)


def _data(args: argparse.Namespace, run) -> None:
    from eightcount.motion.tables import build
    from eightcount.training import prepare

    config = build(prepare.DataConfig, run.table("data"))
    prepare.prepare_all(config, _needed(args, "corpus"), args.songs, args.work)


def _bundle(args: argparse.Namespace, run) -> None:
    from eightcount.training import runs

    runs.bundle(run, _needed(args, "out"))


def _score(args: argparse.Namespace, run) -> None:
    from eightcount.models import load_model
    from eightcount.motion.tables import build
    from eightcount.training.lineage import begin_stage
    from eightcount.training.runs import tokenizer_scores
    from eightcount.training.score import (
        ScoreConfig,
        held_out_files,
        judged_songs,
        score,
    )

    model = load_model(str(_needed(args, "out")))
    config = build(ScoreConfig, run.table("score"))
    if args.judge:
        judged = judged_songs(args.judge, config)
    else:
        judged = judged_songs(held_out_files(run.work, args.songs), config)
    settings = asdict(config) | {"songs": [song.name for song in judged]}
    files = {name: args.out / name for name in ("weights.safetensors", "config.toml")}
    begin_stage(run.work / "score", settings, files)
    table = score(
        model,
        judged,
        run.shard("pairs"),
        run.work / "score",
        config,
        tokenizer=tokenizer_scores(run),
    )
    kept = args.out / "training" / "quality.md"
    kept.parent.mkdir(exist_ok=True)
    kept.write_text(table.read_text(encoding="utf-8"), encoding="utf-8")
    print(table.read_text(encoding="utf-8"))


def _reference(args: argparse.Namespace, run) -> None:
    from eightcount.training.reference import write_reference

    print(f"{write_reference(run.shard('pairs'), _needed(args, 'out'))} takes")


_OTHERS = {"data": _data, "bundle": _bundle, "score": _score, REFERENCE: _reference}


def _needed(args: argparse.Namespace, name: str) -> Path:
    value = getattr(args, name)
    if value is None:
        raise EightcountError(
            "argument-missing", f"This stage needs --{name}.", f"Give --{name} FOLDER."
        )
    return value
