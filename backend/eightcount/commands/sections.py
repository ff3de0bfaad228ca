"""Parts of a take with a style of their own, as the command line and a take's file write them."""

from __future__ import annotations

import argparse
import math
from dataclasses import asdict, replace

from eightcount.motion.errors import EightcountError
from eightcount.styles import StyledPart

FORM = "START:END:GENRE[:ENERGY]"


def add_sections(parser: argparse.ArgumentParser) -> None:
    """The argument ``--section``, which may be given several times."""
    parser.add_argument(
        "--section",
        action="append",
        default=[],
        metavar=FORM,
        help="a part of the take (seconds) with a genre, an energy (0 to 1) or both of its own, e.g. "
        "8:16:lock:0.9 or 8:16::0.2; without END to the take's end; may be given several times",
    )


def parse_section(text: str) -> StyledPart:
    """``8:16:lock:0.9`` as a part; END, and one of GENRE and ENERGY, may be left empty.

    Raises:
        EightcountError: ``section-unreadable``.
    """
    words = [word.strip() for word in text.split(":")]
    try:
        start, end, genre, energy = words if len(words) == 4 else [*words, ""]
        part = StyledPart(
            float(start),
            float(end) if end else None,
            genre or None,
            float(energy) if energy else None,
        )
        numbers = (part.start, part.end or 0.0, part.energy or 0.0)
        if not all(map(math.isfinite, numbers)) or part.start < 0:
            raise ValueError
        if part.genre is None and part.energy is None:
            raise ValueError
    except ValueError:
        raise EightcountError(
            "section-unreadable",
            f"{text!r} is no section.",
            f"Write it as {FORM}, e.g. 8:16:lock, 8:16:lock:0.9 or 8:16::0.9.",
        ) from None
    return part


def check_within(parts: tuple[StyledPart, ...], seconds: float) -> None:
    """Raise EightcountError ``section-outside`` for a part that begins after the take's end."""
    for part in parts:
        if part.start >= seconds:
            raise EightcountError(
                "section-outside",
                f"The section at {part.start:g} s begins after the take's end ({seconds:.1f} s).",
                "Seconds count from the take's beginning.",
            )


def as_extra(parts: tuple[StyledPart, ...]) -> list[dict]:
    """The parts as a take's file keeps them."""
    return [asdict(part) for part in parts]


def of_take(extra: dict, *, genre: bool, energy: bool) -> tuple[StyledPart, ...]:
    """The parts that a take's file tells of, as an edit shall follow them.

    Args:
        extra: of the take.
        genre, energy: whether the edit has none of its own, so that the parts' one counts.
    """
    parts = (StyledPart(**part) for part in extra.get("sections", ()))
    kept = (
        replace(p, genre=p.genre if genre else None, energy=p.energy if energy else None)
        for p in parts
    )
    return tuple(part for part in kept if part.genre is not None or part.energy is not None)
