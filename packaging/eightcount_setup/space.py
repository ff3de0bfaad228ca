"""Room on the disk, looked for before it is needed."""

from __future__ import annotations

import shutil
from pathlib import Path

from eightcount_setup.faults import SetupFault


def require_space(folder: Path, gigabytes: int) -> None:
    """Raise SetupFault("no-disk") unless `folder` has that much room."""
    free = shutil.disk_usage(folder).free / 1e9
    if free < gigabytes:
        raise SetupFault(
            "no-disk",
            f"Installing needs about {gigabytes} GB and this disk has {free:.1f} GB free.",
            "Free some space, or move the project to another disk, and run install.py again.",
        )
