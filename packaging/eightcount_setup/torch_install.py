"""torch into `.venv`: the first build on offer of those that fit the machine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from eightcount_setup.commands import CommandFailed, run
from eightcount_setup.faults import SetupFault
from eightcount_setup.journal import Journal
from eightcount_setup.pip import pip
from eightcount_setup.space import require_space
from eightcount_setup.torch_choice import TorchChoice

_QUESTION = "import importlib.metadata as m; print(m.version('torch'))"


def install_torch(
    python: Path,
    root: Path,
    choice: TorchChoice,
    pins: Sequence[str],
    journal: Journal,
    *,
    anew: bool = False,
) -> None:
    """Install torch as `choice` says, unless a build that will do is there already.

    `pins` are pip's words for the constraints; `anew`: another index was named, so what is there
    is not wanted. Raises SetupFault.
    """
    there = installed_torch(python, journal)
    if there is not None:
        if choice.accepts(there) and not anew:
            return
        # To pip an installed torch of the same version is good, whatever it was built for.
        pip(python, ["uninstall", "-y", "torch"], journal, cwd=root)
    index = ["--extra-index-url", choice.index] if choice.index else []
    for attempt in choice.attempts:
        last = attempt is choice.attempts[-1]
        try:
            if attempt.note:
                journal.say(attempt.note)
            require_space(root, attempt.gigabytes)
            pip(python, ["install", *pins, *index, attempt.requirement], journal, cwd=root)
            return
        except SetupFault as fault:
            # Under a constraint pip calls a build that it does not find a conflict.
            if last or fault.code not in ("no-match", "conflict"):
                raise


def installed_torch(python: Path, journal: Journal) -> str | None:
    """Return the version of the torch beside `python`, with its +cpu or +cuNNN; None for none."""
    try:
        return run([str(python), "-c", _QUESTION], journal).strip().splitlines()[-1]
    except (CommandFailed, IndexError):
        return None
