"""The manifest of a prepared shard: source, licence, split, what was refused and why."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from eightcount.motion.errors import EightcountError
from eightcount.motion.skeleton import FPS

NAME = "manifest.json"
_LICENCE_FILES = ("LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE", "LICENCE.txt", "LICENCE.md")
#: so much of a licence file is kept (characters)
_LICENCE_LENGTH = 4000


@dataclass(frozen=True)
class Kept:
    """A file that is in the shard.

    Attributes:
        file: path below the source folder.
        genre, choreography, held_out: as labelled.
        seconds: of motion kept, at its own speed.
        pieces: stretches between jumps.
        fps: of the file.
        notes: what was found and mended, a sentence each.
        fit_error_cm: mean distance where joint positions were fitted.
    """

    file: str
    genre: str
    choreography: str
    held_out: bool
    seconds: float
    pieces: int
    fps: float
    notes: tuple[str, ...] = ()
    fit_error_cm: float | None = None


@dataclass(frozen=True)
class Refused:
    """A file that is not in the shard, and why."""

    file: str
    code: str
    sentence: str
    hint: str


@dataclass
class Manifest:
    """What a shard was made of.

    Attributes:
        source: folder as the user named it.
        kind: how it was read.
        licence: terms of the data, "not stated" where nobody said.
        kept, refused: its files.
        augmented: training clips are there at several tempi and mirrored.
    """

    source: str
    kind: str
    licence: str
    augmented: bool = True
    kept: list[Kept] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    def refuse(self, file: str, fault: EightcountError) -> None:
        """Note a file that cannot be used."""
        self.refused.append(Refused(file, fault.code, fault.sentence, fault.hint))

    def minutes(self) -> dict[str, dict[str, float]]:
        """Minutes of training and held-out motion per genre, "everyday" where there is none."""
        totals: dict[str, dict[str, float]] = defaultdict(
            lambda: {"training": 0.0, "held_out": 0.0}
        )
        for kept in self.kept:
            side = "held_out" if kept.held_out else "training"
            totals[kept.genre or "everyday"][side] += kept.seconds / 60
        return {
            genre: {side: round(value, 2) for side, value in sides.items()}
            for genre, sides in sorted(totals.items())
        }

    def as_json(self) -> str:
        """The file's text."""
        held_out = sorted({kept.choreography for kept in self.kept if kept.held_out})
        training = {kept.choreography for kept in self.kept if not kept.held_out}
        table = {
            "source": self.source,
            "kind": self.kind,
            "licence": self.licence,
            "fps": FPS,
            "augmented": self.augmented,
            "minutes": self.minutes(),
            "split": {
                "by": "choreography",
                "training": len(training),
                "held_out": len(held_out),
                "held_out_choreographies": held_out,
            },
            "files": [asdict(kept) for kept in self.kept],
            "refused": [asdict(refused) for refused in self.refused],
        }
        return json.dumps(table, indent=1, ensure_ascii=False) + "\n"

    def warnings(self) -> Iterator[str]:
        """Sentences that a user should read before training on the shard."""
        if self.licence == NOT_STATED:
            yield "No licence is stated: give it as --licence, so that it stays with the data."
        if not any(kept.held_out for kept in self.kept):
            yield "Nothing is held out: training cannot tell learning from memorising."
        if not any(not kept.held_out for kept in self.kept):
            yield "Everything is held out: there is nothing to train on."


NOT_STATED = "not stated"


def licence_of(source: Path, stated: str | None, known: str) -> str:
    """The licence: as stated, as the kind's makers say, or a licence file in the source folder."""
    if stated:
        return stated
    for name in _LICENCE_FILES:
        try:
            text = (source / name).read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            continue
        if text:
            return text[:_LICENCE_LENGTH]
    return known or NOT_STATED
