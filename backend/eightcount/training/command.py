"""`eightcount train ...`: the stages of a run, each resumable, or all of them."""

from __future__ import annotations

import argparse
from pathlib import Path

STAGES = ("data", "tokenizer", "music", "generator", "refiner", "bundle")
#: beside the stages: real dance as takes, to measure a model's takes against
REFERENCE = "reference"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the subcommand."""
    parser.add_argument(
        "stage", choices=[*STAGES, "all", REFERENCE], help="one stage, or all of them in this order"
    )
    parser.add_argument("--config", type=Path, required=True, help="the run's TOML")
    parser.add_argument("--work", type=Path, required=True, help="folder for shards, checkpoints")
    parser.add_argument("--corpus", type=Path, help="folder with index.csv and BVH (data)")
    parser.add_argument("--songs", type=Path, nargs="*", default=[], help="folders of songs (data)")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads; 0 = torch's choice")
    parser.add_argument("--out", type=Path, help="the model folder (bundle), or takes (reference)")


def run(args: argparse.Namespace) -> int:
    """Run the stages."""
    import torch

    from eightcount.motion.tables import build, read_tables
    from eightcount.training import prepare, runs

    if args.threads:
        torch.set_num_threads(args.threads)
    run_ = runs.Run(args.work, read_tables(args.config), args.device)
    for stage in STAGES if args.stage == "all" else (args.stage,):
        print(f"== {stage}", flush=True)
        if stage == "data":
            config = build(prepare.DataConfig, run_.table("data"))
            prepare.prepare_all(config, _needed(args, "corpus"), args.songs, args.work)
        elif stage == REFERENCE:
            from eightcount.training.reference import write_reference

            count = write_reference(run_.shard("pairs"), _needed(args, "out"))
            print(f"{count} takes")
        elif stage == "bundle":
            runs.bundle(run_, _needed(args, "out"))
        else:
            getattr(runs, f"train_{stage}")(run_)
    return 0


def _needed(args: argparse.Namespace, name: str) -> Path:
    from eightcount.motion.errors import EightcountError

    value = getattr(args, name)
    if value is None:
        raise EightcountError(
            "argument-missing", f"This stage needs --{name}.", f"Give --{name} FOLDER."
        )
    return value
