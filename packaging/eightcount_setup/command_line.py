"""install.py's command line: what was asked for, and one sentence where it cannot be done."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from eightcount_setup.demo import DemoOrder, check_order, run_demo
from eightcount_setup.faults import SetupFault
from eightcount_setup.journal import Journal, make_console_safe
from eightcount_setup.setting_up import set_up
from eightcount_setup.suite import run_suite

TORCH_INDEX_VARIABLE = "EIGHTCOUNT_TORCH_INDEX"
_EXTRAS = {"install": ("backend",), "demo": ("backend", "blender"), "test": ("backend", "dev")}


def run_install(root: str, arguments: Sequence[str]) -> int:
    """Do what `arguments` ask for in the project's folder `root`; return the exit code."""
    make_console_safe()
    options, rest = parse(_after_blender(arguments))
    try:
        return _carry_out(Path(root).resolve(), options, rest)
    except SetupFault as fault:
        print(fault, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. Run install.py again to go on.", file=sys.stderr)
        return 130


def parse(arguments: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    """Return the options and, for `test` alone, what is meant for pytest."""
    parser = argparse.ArgumentParser(
        prog="install.py", description="Set Eightcount up; then, if asked, show it or test it."
    )
    parser.add_argument(
        "--torch-index",
        metavar="URL",
        default=os.environ.get(TORCH_INDEX_VARIABLE),
        help="an index with other builds of torch, such as PyTorch's CPU or CUDA wheels "
        f"(or the environment variable {TORCH_INDEX_VARIABLE})",
    )
    verbs = parser.add_subparsers(dest="verb")
    demo = verbs.add_parser("demo", help="make a take from a song in Blender, in out/demo/")
    demo.add_argument("--song", type=Path, help="an audio file (default: the project's own song)")
    demo.add_argument("--genre", help="a genre of the model (default: the song's own, if known)")
    demo.add_argument("--seconds", type=float, help="how much of the song (default: all)")
    demo.add_argument("--seed", type=int, default=1, help="another number, another take")
    demo.add_argument("--model", help="a model's name or folder (default: the bundled one)")
    demo.add_argument("--blender", type=Path, help="a real Blender (default: bpy's, in .venv)")
    verbs.add_parser("test", help="run the test suite; further words go to pytest")
    options, rest = parser.parse_known_args(list(arguments))
    options.verb = options.verb or "install"
    if rest and options.verb != "test":
        parser.error("unknown: " + " ".join(rest))
    return options, rest


def _carry_out(root: Path, options: argparse.Namespace, rest: Sequence[str]) -> int:
    journal = Journal(root / "out" / "install.log")
    try:
        order = _order(options) if options.verb == "demo" else None
        if order is not None:
            check_order(root, order)
        installation = set_up(root, _EXTRAS[options.verb], journal, torch_index=options.torch_index)
        if order is not None:
            return run_demo(root, installation, order, journal)
        if options.verb == "test":
            return run_suite(installation.python, root, rest)
        journal.say(f"Ready: {installation.extension.relative_to(root)} is the add-on for Blender.")
        return 0
    except OSError as error:
        raise _fault_of(error, journal) from error
    finally:
        journal.close()


def _order(options: argparse.Namespace) -> DemoOrder:
    return DemoOrder(
        song=options.song,
        genre=options.genre,
        seconds=options.seconds,
        seed=options.seed,
        model=options.model,
        blender=options.blender,
    )


def _fault_of(error: OSError, journal: Journal) -> SetupFault:
    """Return the sentence for a file or process that the system refused."""
    where = f" ({error.filename})" if error.filename else ""
    if error.errno == 28:
        return SetupFault(
            "no-disk", "The disk is full.", "Free some space and run install.py again."
        )
    return SetupFault(
        "system",
        f"The system refused something: {error.strerror or error}{where}.",
        f"Mend that and run install.py again; {journal.path} says how far it came.",
    )


def _after_blender(arguments: Sequence[str]) -> list[str]:
    """Return our own words where Blender ran the file.

    That is `blender --background --python install.py -- demo`.
    """
    given = list(arguments)
    if not {"--python", "-P"} & set(given):
        return given
    return given[given.index("--") + 1 :] if "--" in given else []
