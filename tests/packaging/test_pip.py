"""The texts are what pip printed when each fault was brought about."""

from __future__ import annotations

from pathlib import Path

import pytest

from eightcount_setup.pip import explain

LOG = Path("out/install.log")
REFUSED = """\
WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after \
connection broken by 'NewConnectionError('<pip._vendor.urllib3.connection.HTTPConnection object at \
0x7f>: Failed to establish a new connection: [Errno 111] Connection refused')': /simple/setuptools/
ERROR: Could not find a version that satisfies the requirement setuptools (from versions: none)
ERROR: No matching distribution found for setuptools
"""
UNRESOLVED = REFUSED.replace(
    "[Errno 111] Connection refused", "[Errno -3] Temporary failure in name resolution"
)
FULL = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n"
DENIED = (
    "ERROR: Could not install packages due to an OSError: [Errno 13] Permission denied: "
    "'/srv/.venv/lib/python3.11/site-packages/_distutils_hack'\n"
    "Check the permissions.\n"
)
IN_USE = (
    "ERROR: Could not install packages due to an OSError: [WinError 32] The process cannot "
    "access the file "
    "because it is being used by another process: 'zmq.pyd'\n"
)
CERTIFICATE = (
    "WARNING: Retrying (Retry(total=0)) after connection broken by "
    "'SSLError(SSLCertVerificationError(1, "
    "'[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate'))': "
    "/simple/torch/\n"
)
NO_WHEEL = (
    "ERROR: Could not find a version that satisfies the requirement torch==2.13.0 (from "
    "versions: 2.1.0, 2.2.2)\n"
    "ERROR: No matching distribution found for torch==2.13.0\n"
)
ENCODING = "  UnicodeEncodeError: 'charmap' codec can't encode characters in position 3-5\n"
CONFLICT = (
    "ERROR: Cannot install numpy==1.26.4 and numpy>=2 because these package versions have "
    "conflicting "
    "dependencies.\nERROR: ResolutionImpossible: for help visit the documentation\n"
)


@pytest.mark.parametrize(
    ("output", "code", "cure"),
    [
        (REFUSED, "no-network", "Check the network"),
        (UNRESOLVED, "no-network", "Check the network"),
        (FULL, "no-disk", "Free some space"),
        (DENIED, "read-only", "right to write"),
        (IN_USE, "in-use", "close Blender"),
        (CERTIFICATE, "certificate", "PIP_CERT"),
        (NO_WHEEL, "no-match", "Python 3.11"),
        (ENCODING, "folder-name", "plain name"),
        (CONFLICT, "conflict", "install.log"),
        ("Killed\n", "pip", "install.log"),
    ],
)
def test_a_failure_of_pip_becomes_one_sentence_with_its_cure(
    output: str, code: str, cure: str
) -> None:
    fault = explain(output, LOG)
    assert fault.code == code
    assert cure in fault.hint
    assert "\n" not in str(fault)


def test_a_missing_package_is_named() -> None:
    assert "torch==2.13.0" in explain(NO_WHEEL, LOG).sentence
