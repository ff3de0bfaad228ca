"""The whole set-up: `.venv`, then the extension's zip, one process at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from eightcount_setup.environment import ready_environment
from eightcount_setup.extension import ready_extension
from eightcount_setup.journal import Journal
from eightcount_setup.lock import only_one


@dataclass(frozen=True)
class Installation:
    """python: the interpreter in `.venv`. extension: the add-on's zip."""

    python: Path
    extension: Path


def set_up(
    root: Path, extras: Iterable[str], journal: Journal, *, torch_index: str | None = None
) -> Installation:
    """Make, mend or confirm the installation in the project's folder `root`. Raises SetupFault."""
    with only_one(journal.path.with_name("install.lock")):
        environment = ready_environment(root, extras, journal, torch_index=torch_index)
        extension = ready_extension(environment.python, root, journal)
    return Installation(environment.python, extension)
