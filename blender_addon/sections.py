# SPDX-License-Identifier: GPL-3.0-or-later
"""Timeline markers that change the style: ``8C:salsa``, ``8C:energy=0.9``."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

from eightcount.motion.errors import EightcountError
from eightcount.wire.messages import StyleSection

from .rig.timing import Clock

PREFIX = "8C:"


@dataclass(frozen=True)
class Style:
    """Genre and energy from a frame on; None: as the panel has it."""

    genre: str | None = None
    energy: float | None = None


def read_sections(
    markers: Iterable[tuple[int, str]], clock: Clock
) -> tuple[Style, tuple[StyleSection, ...]]:
    """The style of a take's first frame, and its parts that have another one, in seconds of the take.

    Args:
        markers: frame and name of every marker of the scene.
        clock: where the take will lie on the timeline.

    Raises EightcountError "marker" for one of ours that cannot be read.
    """
    style, before, changes = Style(), Style(), {}
    for frame, name in sorted(markers):
        if not name.startswith(PREFIX):
            continue
        style = _changed(style, name, frame)
        if frame <= clock.start:
            before = style
        else:
            changes[(frame - clock.start) / clock.scene_fps] = style
    ends = [*list(changes)[1:], None]
    return before, tuple(
        StyleSection(start=start, end=end, genre=style.genre, energy=style.energy)
        for (start, style), end in zip(changes.items(), ends, strict=False)
        if style != before
    )


def as_text(parts: Iterable[StyleSection]) -> str:
    """Parts as text for a take's settings; "" where there are none."""
    found = [asdict(part) for part in parts]
    return json.dumps(found) if found else ""


def from_text(text: str) -> tuple[StyleSection, ...]:
    """What `as_text` wrote, or a script gave. Raises EightcountError "sections"."""
    try:
        return tuple(StyleSection(**part) for part in json.loads(text)) if text else ()
    except (ValueError, TypeError):
        raise EightcountError(
            "sections",
            f"{text[:60]!r} names no sections.",
            'Give a list like [{"start": 0.0, "end": 8.0, "genre": "salsa", "energy": 0.9}].',
        ) from None


def for_edit(
    parts: Iterable[StyleSection], genre: bool, energy: bool, known: Iterable[str]
) -> tuple[StyleSection, ...]:
    """The take's parts as an edit shall follow them.

    Args:
        genre, energy: whether the edit has none of its own, so that the parts' one counts.
        known: the model's genres; one that it does not know is left to the take's. Empty: all.
    """
    known = tuple(known)
    found = []
    for part in parts:
        keep = genre and (not known or part.genre in known)
        part = replace(
            part, genre=part.genre if keep else None, energy=part.energy if energy else None
        )
        if part.genre is not None or part.energy is not None:
            found.append(part)
    return tuple(found)


def _changed(style: Style, name: str, frame: int) -> Style:
    key, equals, value = name[len(PREFIX) :].strip().partition("=")
    if not equals and key:
        return Style(key.strip().lower(), style.energy)
    try:
        energy = float(value)
        if key.strip() != "energy" or not 0 <= energy <= 1:
            raise ValueError
    except ValueError:
        raise EightcountError(
            "marker",
            f"The marker {name!r} at frame {frame} cannot be read.",
            "Name it like 8C:salsa or 8C:energy=0.9 (from 0 to 1).",
        ) from None
    return Style(style.genre, energy)
