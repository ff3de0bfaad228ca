"""`eightcount ...`: every command of the backend. Heavy imports wait until a command runs."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

import eightcount
from eightcount.motion.errors import EightcountError

#: command -> module, names of its two functions, help
_COMMANDS = {
    "generate": ("commands.generate", "add_arguments", "run", "a song to a take (npz, BVH)"),
    "edit": ("commands.edit", "add_arguments", "run", "a range of a take anew"),
    "serve": ("serve.command", "add_arguments", "run", "the backend process for Blender"),
    "doctor": ("commands.doctor", "add_arguments", "run", "what was found on this machine"),
    "metrics": (
        "metrics.command", "add_metrics_arguments", "run_metrics", "scores of one motion",
    ),
    "evaluate": (
        "metrics.command", "add_evaluate_arguments", "run_evaluate", "scores of many takes",
    ),
    "bench": ("commands.bench", "add_arguments", "run", "seconds and memory of each stage"),
    "data": ("data.command", "add_arguments", "run", "corpora made ready for training"),
    "train": ("training.command", "add_arguments", "run", "train a model"),
    "warm-up": ("commands.warm_up", "add_arguments", "run", "warm the audio code"),
}  # fmt: skip


def build_parser(command: str | None = None) -> argparse.ArgumentParser:
    """The parser; only the named command's module is imported."""
    parser = argparse.ArgumentParser(prog="eightcount", description="From a song to dance takes.")
    parser.add_argument("--version", action="version", version=eightcount.__version__)
    parsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (module, add, _, text) in _COMMANDS.items():
        sub = parsers.add_parser(name, help=text, description=text.capitalize() + ".")
        if name == command:
            getattr(importlib.import_module(f"eightcount.{module}"), add)(sub)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; a fault becomes one sentence on stderr and exit code 1."""
    _survive_odd_consoles()
    argv = list(sys.argv[1:] if argv is None else argv)
    named = next((word for word in argv if word in _COMMANDS), None)
    args = build_parser(named).parse_args(argv)
    module, _, run, _ = _COMMANDS[args.command]
    try:
        return getattr(importlib.import_module(f"eightcount.{module}"), run)(args)
    except EightcountError as fault:
        print(f"eightcount: {fault}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("eightcount: stopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _survive_odd_consoles() -> None:
    """A console that cannot show a character shows a substitute instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


if __name__ == "__main__":
    sys.exit(main())
