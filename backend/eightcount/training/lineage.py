"""What a stage was made from. When that has changed, the stage begins anew and is not gone on with.

Without this, a run that is started again after better moves were written, or after its tokenizer was
trained longer, would keep a generator that speaks the old tokens.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

#: in a stage's folder
_NOTE = "made_from.json"
_BLOCK = 1 << 22


def begin_stage(folder: Path, config: dict[str, Any], inputs: dict[str, Path]) -> None:
    """Make a stage's folder ready: the same inputs go on, others start anew.

    Args:
        folder: of the stage. What it holds of other inputs is moved beside it, to ``NAME.before-1``
            and so on: nothing that was trained is lost. A folder without a note is taken as it is.
        config: shape of the stage's net, JSON-able. Steps and rates do not belong here: a run may be
            made longer.
        inputs: files and folders that the stage is trained from, by name.
    """
    note = {"config": config} | {name: _digest(path) for name, path in inputs.items()}
    note = json.loads(json.dumps(note))
    path = folder / _NOTE
    if path.is_file() and (before := json.loads(path.read_text("utf-8"))) != note:
        changed = sorted(k for k in note.keys() | before.keys() if note.get(k) != before.get(k))
        aside = _free_name(folder)
        folder.rename(aside)
        print(
            f"{folder.name} begins anew: {', '.join(changed)} changed. "
            f"What was made before is in {aside.name}."
        )
    folder.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(note, indent=1), "utf-8")
    part.replace(path)


def _free_name(folder: Path) -> Path:
    number = 1
    while (aside := folder.with_name(f"{folder.name}.before-{number}")).exists():
        number += 1
    return aside


def _digest(path: Path) -> str:
    """SHA-256 of a file, or of all files in a folder and their names."""
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode())
        with file.open("rb") as content:
            while block := content.read(_BLOCK):
                digest.update(block)
    return digest.hexdigest()
