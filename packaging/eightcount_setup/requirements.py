"""The versions that constraints.txt pins and the one that pyproject.toml names, read without a
TOML library.
"""

from __future__ import annotations

import re
from pathlib import Path


def pinned(constraints: Path, package: str) -> str:
    """Return the version that `constraints` pins `package` to.

    Raises LookupError where it does not.
    """
    pattern = re.compile(rf"^{re.escape(package)}==([^\s;]+)", re.MULTILINE)
    match = pattern.search(constraints.read_text(encoding="utf-8"))
    if match is None:
        raise LookupError(f"{constraints.name} does not pin {package}")
    return match.group(1)


def stated_version(toml: Path) -> str:
    """Return the first `version = "..."` of a TOML file (pyproject.toml, blender_manifest.toml)."""
    match = re.search(r'^version\s*=\s*"([^"]+)"', toml.read_text(encoding="utf-8"), re.MULTILINE)
    if match is None:
        raise LookupError(f"{toml.name} states no version")
    return match.group(1)
