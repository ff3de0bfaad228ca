"""``eightcount data ...``: corpora made ready for training."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from eightcount.motion.errors import EightcountError

#: kinds of corpora, as on the command line; the readers themselves are imported when they are needed
KIND_NAMES = ("bvh", "aist", "edge", "amass", "finedance", "motorica", "joints", "cmu")
#: refused files that are printed; all are in the manifest
_PRINTED = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``eightcount data``."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    text = "a folder of motion to one shard for training"
    prepare = actions.add_parser("prepare", help=text, description=text.capitalize() + ".")
    add = prepare.add_argument
    add("source", type=Path, metavar="SOURCE", help="folder of the corpus")
    add("--kind", required=True, choices=KIND_NAMES, help="how its files are read")
    add("--out", type=Path, required=True, metavar="DIR", help="for shard, manifest and summary")
    add("--genre", help="genre of all files (default: what their names say)")
    add("--licence", metavar="TEXT", help="terms of the data; kept in the manifest")
    add("--map", type=Path, metavar="FILE.toml", help="joint names of an unknown BVH skeleton")
    add("--fps", type=float, help="frames a second, where the files do not say or are wrong")
    add("--held-out", type=float, default=0.1, metavar="SHARE",
        help="share of each genre's choreographies kept from training (default 0.1)")  # fmt: skip
    add("--held-out-list", type=Path, metavar="FILE", help="names to hold out instead, one a line")
    add("--choreography", metavar="REGEX",
        help="its first group in a file's name is the choreography that the split goes by")  # fmt: skip
    add("--no-augment", action="store_true", help="no other tempi and no mirror images")


def run(args: argparse.Namespace) -> int:
    """Prepare, and say what came of it; refused files do not make it fail."""
    from eightcount.data.prepare import Preparation, prepare
    from eightcount.data.summary import PAGE, write_summary

    if not 0 <= args.held_out < 1:
        raise EightcountError(
            "argument-odd", f"{args.held_out:g} is no share to hold out.", "Give 0 to below 1."
        )
    manifest = prepare(
        Preparation(
            source=args.source,
            kind=args.kind,
            out=args.out,
            genre=args.genre,
            licence=args.licence,
            skeleton_map=args.map,
            fps=args.fps,
            held_out=args.held_out,
            held_out_list=args.held_out_list,
            choreography=args.choreography,
            augment=not args.no_augment,
        ),
        _tracked,
    )
    troubles = write_summary(args.out, manifest)
    for genre, sides in manifest.minutes().items():
        print(f"{genre:16} {sides['training']:7.1f} min, held out {sides['held_out']:.1f} min")
    mended = sum(bool(kept.notes) for kept in manifest.kept)
    print(
        f"{len(manifest.kept)} files kept ({mended} with notes), {len(manifest.refused)} refused."
    )
    print(f"Summary: {args.out / PAGE}")
    for bad in manifest.refused[:_PRINTED]:
        print(f"refused: {bad.file}: {bad.sentence} {bad.hint}", file=sys.stderr)
    if len(manifest.refused) > _PRINTED:
        print(f"and {len(manifest.refused) - _PRINTED} more; see the manifest.", file=sys.stderr)
    for text in (*manifest.warnings(), *troubles):
        print(f"Note: {text}", file=sys.stderr)
    return 0


def _tracked(items: Sequence, unit: str) -> Iterator:
    from tqdm import tqdm

    yield from tqdm(items, unit=unit, disable=None)
