"""`eightcount warm-up`: compile and load the audio code once, so that no song waits for it."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments."""


def run(args: argparse.Namespace) -> int:
    """Run every audio path once."""
    from eightcount.music.warmup import warm_up

    warm_up()
    return 0
