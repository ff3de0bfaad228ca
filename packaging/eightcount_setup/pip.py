"""pip inside .venv, and what its failures mean in one sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from eightcount_setup.commands import CommandFailed, run
from eightcount_setup.faults import SetupFault
from eightcount_setup.journal import Journal

_DISK = (
    "No space left on device",
    "Errno 28",
    "WinError 112",
    "not enough space on the disk",
    "Disk quota exceeded",
)
_NETWORK = (
    "NewConnectionError",
    "Failed to establish a new connection",
    "name resolution",
    "getaddrinfo failed",
    "nodename nor servname",
    "ConnectTimeoutError",
    "Connection refused",
    "Network is unreachable",
    "Read timed out",
    "ReadTimeoutError",
    "ProtocolError",
    "ProxyError",
    "Connection reset by peer",
    "connection broken by",
)
_CERTIFICATE = ("CERTIFICATE_VERIFY_FAILED", "SSLCertVerificationError")
_DENIED = (
    "Permission denied",
    "Errno 13",
    "Read-only file system",
    "Errno 30",
    "Access is denied",
    "WinError 5",
)
_IN_USE = ("WinError 32", "being used by another process")
_ENCODING = ("UnicodeEncodeError", "codec can't encode")
_NO_MATCH = re.compile(r"No matching distribution found for (\S+)")


def pip(python: Path, arguments: Sequence[str], journal: Journal, *, cwd: Path) -> str:
    """Run `python -m pip ARGUMENTS` and return its output.

    Raises SetupFault with a sentence for the failure.
    """
    try:
        return run([str(python), "-m", "pip", *arguments], journal, cwd=cwd)
    except CommandFailed as failure:
        raise explain(failure.output, journal.path) from failure


def explain(output: str, log: Path) -> SetupFault:
    """Return the fault behind pip's `output`; `log` is named where the output does not tell."""
    if _any(output, _DISK):
        return SetupFault(
            "no-disk", "The disk is full.", "Free some space and run install.py again."
        )
    if _any(output, _CERTIFICATE):
        return SetupFault(
            "certificate",
            "The package index answered with a certificate that Python does not trust.",
            "Behind a company's proxy set PIP_CERT to its certificate file and run install.py "
            "again.",
        )
    if _any(output, _NETWORK):
        return SetupFault(
            "no-network",
            "The package index cannot be reached.",
            "Check the network (or pip's proxy and index settings) and run install.py again.",
        )
    if _any(output, _IN_USE):
        return SetupFault(
            "in-use",
            "A file in .venv is in use.",
            "Stop the Eightcount backend, close Blender and run install.py again.",
        )
    if _any(output, _DENIED):
        return SetupFault(
            "read-only",
            "A file could not be written.",
            f"Give yourself the right to write in this folder; {log} names the file.",
        )
    if _any(output, _ENCODING):
        return SetupFault(
            "folder-name",
            "The name of this folder has letters that the system's encoding lacks.",
            "Move the project to a folder with a plain name and run install.py there.",
        )
    missing = _NO_MATCH.search(output)
    if missing:
        return SetupFault(
            "no-match",
            f"The package index has no {missing.group(1)} for this Python and machine.",
            "Use Python 3.11 on 64-bit Windows, Linux or macOS (Apple silicon).",
        )
    if "ResolutionImpossible" in output:
        return SetupFault(
            "conflict",
            "The package index offers no set of versions that fit together for this Python.",
            f"Use Python 3.11; {log} names the packages.",
        )
    errors = [line for line in output.splitlines() if line.startswith("ERROR:")]
    reason = f" ({errors[-1][len('ERROR:') :].strip()})" if errors else ""
    return SetupFault(
        "pip", f"pip could not install what Eightcount needs{reason}.", f"{log} has all it said."
    )


def _any(text: str, signs: Sequence[str]) -> bool:
    return any(sign in text for sign in signs)
