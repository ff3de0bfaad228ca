"""Packages that not every installation has: asked for before the work begins, in one sentence."""

from __future__ import annotations

from importlib.util import find_spec

from eightcount.motion.errors import EightcountError

#: extra of pyproject.toml -> modules that it brings and we import
EXTRAS = {
    "train": ("lightning_fabric", "tomli_w"),
    "report": ("matplotlib", "sklearn"),
}


def need_extras(what: str, *extras: str) -> None:
    """Check that extras are installed.

    Args:
        what: the work that needs them, as a sentence's subject.
        extras: of :data:`EXTRAS`.

    Raises:
        EightcountError: ``extra-missing``, with the packages and the command that installs them.
    """
    missing = [m for extra in extras for m in EXTRAS[extra] if find_spec(m) is None]
    if missing:
        raise EightcountError(
            "extra-missing",
            f"{what} needs packages that are not installed: {', '.join(missing)}.",
            f"In the project's folder: .venv/bin/pip install -c constraints.txt "
            f'-e ".[{",".join(extras)}]" (.venv\\Scripts\\pip on Windows).',
        )
