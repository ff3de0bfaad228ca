"""What a corpus says about its files: genre, and which choreography a file shows.

The choreography is what a split goes by. Windows of one dance, takes of one choreography and both
sides of one partner dance must not end up on both sides of the split.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from eightcount.motion.errors import EightcountError

#: genre codes in AIST's file names, which Motorica follows and extends
GENRES = {
    "BR": "break", "PO": "pop", "LO": "lock", "MH": "middle hip-hop", "LH": "la hip-hop",
    "HO": "house", "WA": "waack", "KR": "krump", "JS": "street jazz", "JB": "ballet jazz",
    "JZ": "jazz", "CH": "charleston", "TP": "tap", "CA": "casual",
}  # fmt: skip
#: gBR_sBM_cAll_d04_mBR0_ch01: genre, situation, camera, dancer, music, choreography
_AIST_NAME = re.compile(
    r"g(?P<genre>[A-Z]{2})_s(?P<situation>[A-Z]{2})_c\w+?_d(?P<dancer>\d+)_m\w+?_ch(?P<dance>\d+)"
)
#: endings that only number the parts, windows, mirror images and stages of one dance
_PART = re.compile(
    r"([_ -](slice|part|window)\d+|[_ -]mirror(ed)?|[_ -](poses|stageii|C3D))$", re.I
)
_MOTORICA_PART = re.compile(r"^(kth.*_ch\d+_.+)_\d{3}$")


@dataclass(frozen=True)
class Label:
    """What is known of a file before it is read.

    Attributes:
        path: the file.
        name: path below the source folder, without suffix.
        genre: "" when unknown.
        choreography: files with the same one stay on one side of the split.
        held_out: not for training; decided by :func:`hold_out`.
    """

    path: Path
    name: str
    genre: str = ""
    choreography: str = ""
    held_out: bool = False


def label_files(
    source: Path, files: Sequence[Path], *, genre: str | None = None, pattern: str | None = None
) -> list[Label]:
    """Labels of a corpus' files, from their names and from what lies beside them.

    An ``index.csv`` in the source folder (columns ``file``, and ``genre`` or ``choreography``) comes
    first, then AIST's file names, then FineDance's ``label_json``.

    Args:
        source: the corpus folder.
        files: its files.
        genre: overrules every other.
        pattern: regular expression whose first group in a file's name is its choreography.

    Raises:
        EightcountError: ``pattern-bad``.
    """
    index = _read_index(source)
    rule = _compiled(pattern)
    labels = []
    for path in files:
        name = path.relative_to(source).with_suffix("").as_posix()
        row = index.get(path.relative_to(source).as_posix(), index.get(path.name, {}))
        named = rule.search(name) if rule else None
        dance = named.group(1) if named else row.get("choreography") or choreography_of(name)
        found = genre or row.get("genre") or genre_of(path)
        labels.append(Label(path, name, found, dance))
    return labels


def genre_of(path: Path) -> str:
    """The genre by an AIST-like name or FineDance's label file; "" if neither says."""
    named = re.search(r"(?:^|_)g([A-Z]{2})_s", path.stem)
    if named:
        return GENRES.get(named.group(1), named.group(1))
    beside = path.parent.parent / "label_json" / f"{path.stem}.json"
    try:
        label = json.loads(beside.read_text(encoding="utf-8"))
        return str(label.get("style2") or label.get("style1") or "").strip().lower()
    except (OSError, ValueError, AttributeError):
        return ""


def choreography_of(name: str) -> str:
    """The choreography that a file's name stands for.

    In AIST's basic dances (sBM) all dancers of a genre dance the same numbered choreographies at
    several tempi; in the others a number is one dancer's own.
    """
    stem = name
    while _PART.search(stem):
        stem = _PART.sub("", stem)
    motorica = _MOTORICA_PART.match(stem.rsplit("/", 1)[-1])
    if motorica:
        return motorica.group(1)
    aist = _AIST_NAME.search(stem)
    if aist and "kth" not in stem:
        own = "" if aist["situation"] == "BM" else f" d{aist['dancer']}"
        return f"g{aist['genre']} s{aist['situation']}{own} ch{aist['dance']}"
    return stem


def hold_out(
    labels: Sequence[Label], share: float, listed: frozenset[str] | None = None
) -> list[Label]:
    """The labels with ``held_out`` set, choreography by choreography.

    Args:
        labels: of all files.
        share: of each genre's choreographies; at least one of a genre that has three or more. Which
            ones is drawn by a digest of their names, so it is the same in every run.
        listed: names of files or choreographies to hold out instead; their choreographies go whole.
    """
    if listed is not None:
        chosen = {
            label.choreography
            for label in labels
            if {label.name, label.path.name, label.path.stem, label.choreography} & listed
        }
    else:
        chosen = set()
        for genre in {label.genre for label in labels}:
            dances = sorted(
                {label.choreography for label in labels if label.genre == genre}, key=_digest
            )
            count = round(share * len(dances))
            if share > 0 and len(dances) >= 3:
                count = max(1, count)
            chosen |= set(dances[:count])
    return [replace(label, held_out=label.choreography in chosen) for label in labels]


def read_list(path: Path) -> frozenset[str]:
    """Names, one a line.

    Raises:
        EightcountError: ``list-missing``.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as fault:
        raise EightcountError(
            "list-missing", f"The list {path} cannot be read ({fault}).", "Check the path."
        ) from fault
    return frozenset(line.strip() for line in lines if line.strip())


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _compiled(pattern: str | None) -> re.Pattern[str] | None:
    if pattern is None:
        return None
    try:
        rule = re.compile(pattern)
    except re.error as fault:
        raise EightcountError(
            "pattern-bad", f"The pattern {pattern} is none ({fault}).", "Mend the expression."
        ) from fault
    if not rule.groups:
        raise EightcountError(
            "pattern-bad",
            f"The pattern {pattern} has no group.",
            "Put brackets around the part of the name that is the choreography.",
        )
    return rule


def _read_index(source: Path) -> dict[str, dict[str, str]]:
    """Rows of ``index.csv`` by file name; empty without one."""
    try:
        with (source / "index.csv").open(newline="", encoding="utf-8-sig") as file:
            return {row["file"]: row for row in csv.DictReader(file) if row.get("file")}
    except (OSError, UnicodeDecodeError, csv.Error):
        return {}
