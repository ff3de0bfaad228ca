"""How `.venv` says what it is: a note when an install begins, a marker, written last, when whole.

A virtual environment whose install was cut off looks like a good one from outside (a package's
metadata can be there when its files are not), so nothing but the marker counts.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from enum import Enum
from pathlib import Path

MARKER, BEGUN = "eightcount-installed.json", "eightcount-installing.json"
_DECIDING = ("pyproject.toml", "constraints.txt")


class State(Enum):
    """What stands at `.venv`."""

    ABSENT = "absent"
    FOREIGN = (
        "foreign"  # a virtual environment that someone made by hand: installed into, never deleted
    )
    OCCUPIED = "occupied"  # something else by that name: never touched
    HALF = "half"  # an install of ours began and did not end
    MOVED = "moved"  # made for another folder: its scripts and links point there
    STALE = "stale"  # whole, but for other requirements
    READY = "ready"


@dataclass(frozen=True)
class Contents:
    """What an install is made for. root: the project's folder. digest: of the files that decide
    what is installed.
    """

    root: str
    digest: str
    torch_index: str
    extras: tuple[str, ...]

    def over(self, installed: Contents) -> Contents:
        """Return what an install holds when this one is put over `installed`: both's extras."""
        extras = tuple(sorted({*self.extras, *installed.extras}))
        return replace(self, extras=extras, torch_index=self.torch_index or installed.torch_index)

    def names_another_index(self, installed: Contents) -> bool:
        """Tell whether torch is to come from elsewhere; without an index of its own a run keeps it."""
        return self.torch_index not in ("", installed.torch_index)


def wanted_contents(root: Path, extras: Iterable[str], torch_index: str | None) -> Contents:
    digest = hashlib.sha256()
    for name in _DECIDING:
        digest.update((root / name).read_bytes())
    return Contents(str(root), digest.hexdigest(), torch_index or "", tuple(sorted(set(extras))))


def read_marker(venv: Path) -> Contents | None:
    """Return what a whole install in `venv` was made for; None where there is no marker that can
    be read.
    """
    try:
        stored = json.loads((venv / MARKER).read_text(encoding="utf-8"))
        return Contents(
            stored["root"], stored["digest"], stored["torch_index"], tuple(stored["extras"])
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def find_state(venv: Path, wanted: Contents) -> State:
    """Tell what stands at `venv` when `wanted` is asked for."""
    if not venv.exists():
        return State.ABSENT
    if (venv / BEGUN).exists():
        return State.HALF
    installed = read_marker(venv)
    if installed is None:
        return State.FOREIGN if (venv / "pyvenv.cfg").is_file() else State.OCCUPIED
    if installed.root != wanted.root:
        return State.MOVED
    same = installed.digest == wanted.digest and set(wanted.extras) <= set(installed.extras)
    same = same and not wanted.names_another_index(installed)
    return State.READY if same else State.STALE


def begin(venv: Path) -> None:
    """Note that an install into `venv` has begun; until `finish` it counts as half done."""
    venv.mkdir(parents=True, exist_ok=True)
    (venv / BEGUN).write_text("{}\n", encoding="utf-8")
    (venv / MARKER).unlink(missing_ok=True)


def finish(venv: Path, contents: Contents) -> None:
    """Write the marker, whole or not at all, and take the note away."""
    whole = venv / (MARKER + ".new")
    whole.write_text(
        json.dumps(asdict(contents), indent=2, ensure_ascii=True) + "\n", encoding="utf-8"
    )
    os.replace(whole, venv / MARKER)
    (venv / BEGUN).unlink(missing_ok=True)
