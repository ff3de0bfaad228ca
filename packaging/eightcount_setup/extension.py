"""dist/eightcount-VERSION.zip: the Blender extension, with every wheel it needs inside."""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from eightcount_setup.faults import SetupFault
from eightcount_setup.journal import Journal
from eightcount_setup.requirements import stated_version
from eightcount_setup.wheels import own_wheel, pyzmq_wheels

_MANIFEST = "blender_manifest.toml"
_WHEELS = re.compile(r"^wheels\s*=\s*\[[^\]]*\]\n?", re.MULTILINE)
_TABLE = re.compile(r"^\[", re.MULTILINE)
_ALSO_DECIDING = ("pyproject.toml", "constraints.txt", "README.md", "LICENSE", "NOTICE")
_SKIPPED_SUFFIXES = {".pyc", ".blend1"}
# The same sources give the same zip, byte for byte.
_STAMP = (2020, 1, 1, 0, 0, 0)


def ready_extension(python: Path, root: Path, journal: Journal) -> Path:
    """Return the extension's zip, built anew where its sources changed since the last time.

    Raises SetupFault.
    """
    version = _agreed_version(root)
    dist = root / "dist"
    built = dist / f"eightcount-{version}.zip"
    digest_file = root / "build" / "extension.sha256"
    digest = _digest(root)
    if built.is_file() and digest_file.is_file() and digest_file.read_text() == digest:
        return built
    dist.mkdir(exist_ok=True)
    wheels = [*pyzmq_wheels(python, root, journal), own_wheel(python, root, dist, journal)]
    for older in dist.glob("eightcount-*.zip"):
        older.unlink()
    write_zip(built, root / "blender_addon", wheels)
    digest_file.parent.mkdir(exist_ok=True)
    digest_file.write_text(digest)
    journal.say(
        f"Built {built.relative_to(root)}: install it in Blender with Preferences > Get "
        "Extensions > "
        "Install from Disk."
    )
    return built


def write_zip(path: Path, addon: Path, wheels: Sequence[Path]) -> None:
    """Write the extension in the folder `addon` with `wheels` to `path`, whole or not at all."""
    half = path.with_suffix(".part")
    with zipfile.ZipFile(half, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in addon_files(addon):
            name = file.relative_to(addon).as_posix()
            if name == _MANIFEST:
                manifest = with_wheels(file.read_text(encoding="utf-8"), [w.name for w in wheels])
                _add(archive, name, manifest.encode("utf-8"))
            else:
                _add(archive, name, file.read_bytes())
        for wheel in wheels:
            _add(archive, f"wheels/{wheel.name}", wheel.read_bytes())
    half.replace(path)


def with_wheels(manifest: str, names: Iterable[str]) -> str:
    """Return the text of `manifest` with its top-level list of wheels replaced, or added before
    the first table.
    """
    listing = "".join(f'  "./wheels/{name}",\n' for name in sorted(names))
    bare = _WHEELS.sub("", manifest)
    table = _TABLE.search(bare)
    head, tail = (bare[: table.start()], bare[table.start() :]) if table else (bare, "")
    return f"{head.rstrip()}\n\nwheels = [\n{listing}]\n" + (f"\n{tail}" if tail else "")


def addon_files(addon: Path) -> Iterator[Path]:
    """Yield the add-on's own files in a fixed order: no caches, hidden files or old wheels."""
    for file in sorted(addon.rglob("*")):
        parts = file.relative_to(addon).parts
        hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
        left_out = hidden or parts[0] == "wheels" or file.suffix in _SKIPPED_SUFFIXES
        if file.is_file() and not left_out:
            yield file


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _STAMP)
    entry.external_attr = 0o644 << 16
    # A wheel is a zip already.
    stored = name.endswith(".whl")
    entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)


def _agreed_version(root: Path) -> str:
    ours = stated_version(root / "pyproject.toml")
    theirs = stated_version(root / "blender_addon" / _MANIFEST)
    if ours != theirs:
        raise SetupFault(
            "version-skew",
            f"pyproject.toml says {ours} and blender_manifest.toml says {theirs}.",
            "Give both the same version.",
        )
    return ours


def _digest(root: Path) -> str:
    digest = hashlib.sha256()
    backend = sorted((root / "backend").rglob("*.py")) + sorted((root / "backend").rglob("*.toml"))
    settings = [root / name for name in _ALSO_DECIDING]
    for file in [*addon_files(root / "blender_addon"), *backend, *settings]:
        digest.update(file.relative_to(root).as_posix().encode())
        digest.update(b"\0")
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
