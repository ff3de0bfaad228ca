from __future__ import annotations

import importlib.util
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from eightcount_setup import extension, wheels
from eightcount_setup.extension import ready_extension, with_wheels, write_zip
from eightcount_setup.faults import SetupFault
from eightcount_setup.journal import Journal
from eightcount_setup.requirements import pinned, stated_version
from eightcount_setup.wheels import own_wheel, pyzmq_wheels

PYZMQ_TAGS = {
    f"{python}-{platform}"
    for python in ("cp311-cp311", "cp312-abi3")
    for platform in (
        "win_amd64",
        "macosx_10_15_universal2",
        "manylinux_2_26_x86_64.manylinux_2_28_x86_64",
        "manylinux_2_26_aarch64.manylinux_2_28_aarch64",
    )
}


def manifest_of(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        return archive.read("blender_manifest.toml").decode("utf-8")


@pytest.fixture
def stand_in_pyzmq(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Empty files by the real wheels' names, so that no test but one asks a registry."""
    folder = tmp_path / "stand-in"
    folder.mkdir()
    files = [folder / f"pyzmq-27.3.0-{tag}.whl" for tag in sorted(PYZMQ_TAGS)]
    for file in files:
        file.write_bytes(b"")
    monkeypatch.setattr(extension, "pyzmq_wheels", lambda *_: files)
    return files


@pytest.fixture
def stand_in_own(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """A wheel that takes no time to build; lists the builds."""
    built: list[Path] = []

    def build(python: Path, root: Path, folder: Path, journal: Journal) -> Path:
        wheel = folder / "eightcount-0.1.0-py3-none-any.whl"
        wheel.write_bytes(b"")
        built.append(wheel)
        return wheel

    monkeypatch.setattr(extension, "own_wheel", build)
    return built


def test_the_manifest_lists_every_wheel_before_its_first_table() -> None:
    text = with_wheels('id = "eightcount"\n\n[permissions]\nfiles = "Songs"\n', ["b.whl", "a.whl"])
    assert (
        text.index('"./wheels/a.whl"')
        < text.index('"./wheels/b.whl"')
        < text.index("[permissions]")
    )
    assert text.endswith('files = "Songs"\n')


def test_an_older_list_of_wheels_is_replaced() -> None:
    once = with_wheels('id = "eightcount"\n', ["old.whl"])
    again = with_wheels(once, ["new.whl"])
    assert "old.whl" not in again
    assert again.count("wheels = [") == 1


def test_the_zip_holds_the_addon_and_the_wheels_and_nothing_else(
    small_project: Path, tmp_path: Path
) -> None:
    addon = small_project / "blender_addon"
    for left_out in ("__pycache__/a.pyc", ".DS_Store", "wheels/old.whl", "rig/rest.blend1"):
        (addon / left_out).parent.mkdir(exist_ok=True)
        (addon / left_out).write_bytes(b"x")
    wheel = tmp_path / "pyzmq-27.3.0-cp312-abi3-win_amd64.whl"
    wheel.write_bytes(b"a wheel")
    write_zip(tmp_path / "a.zip", addon, [wheel])
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert set(archive.namelist()) == {
            "__init__.py",
            "blender_manifest.toml",
            "rig/__init__.py",
            f"wheels/{wheel.name}",
        }
        assert archive.testzip() is None


def test_the_same_sources_give_the_same_bytes(small_project: Path, tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        write_zip(tmp_path / name, small_project / "blender_addon", [])
        (small_project / "blender_addon" / "__init__.py").touch()
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_the_zip_is_built_again_only_when_a_source_changed(
    small_project: Path, journal: Journal, stand_in_pyzmq: list[Path], stand_in_own: list[Path]
) -> None:
    python = Path(sys.executable)
    first = ready_extension(python, small_project, journal)
    assert ready_extension(python, small_project, journal) == first
    assert len(stand_in_own) == 1
    source = small_project / "backend" / "eightcount" / "motion" / "skeleton.py"
    source.write_text(source.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    ready_extension(python, small_project, journal)
    assert len(stand_in_own) == 2
    (small_project / "blender_addon" / "rig" / "feet.py").write_text("")
    with zipfile.ZipFile(ready_extension(python, small_project, journal)) as archive:
        assert "rig/feet.py" in archive.namelist()
    first.unlink()
    assert ready_extension(python, small_project, journal).is_file()


def test_two_versions_are_a_fault(small_project: Path, journal: Journal) -> None:
    manifest = small_project / "blender_addon" / "blender_manifest.toml"
    manifest.write_text(manifest.read_text().replace('version = "0.1.0"', 'version = "0.0.9"'))
    with pytest.raises(SetupFault, match=r"0\.1\.0 and .* 0\.0\.9"):
        ready_extension(Path(sys.executable), small_project, journal)


def test_the_projects_own_manifest_has_the_projects_version(root: Path) -> None:
    theirs = stated_version(root / "blender_addon" / "blender_manifest.toml")
    assert theirs == stated_version(root / "pyproject.toml")


def test_the_own_wheel_has_the_sources_and_asks_for_no_torch(
    small_project: Path, tmp_path: Path, journal: Journal
) -> None:
    # What an earlier build in the tree left behind must not come along.
    stale = small_project / "build" / "lib" / "eightcount" / "deleted.py"
    stale.parent.mkdir(parents=True)
    stale.write_text("")
    wheel = own_wheel(Path(sys.executable), small_project, tmp_path / "dist", journal)
    assert wheel.name == "eightcount-0.1.0-py311.py312.py313.py314.py315-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = archive.read("eightcount-0.1.0.dist-info/METADATA").decode("utf-8")
    assert "eightcount/motion/skeleton.py" in names
    assert "eightcount/deleted.py" not in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    unconditional = [
        line
        for line in metadata.splitlines()
        if line.startswith("Requires-Dist") and "extra ==" not in line
    ]
    assert {line.split()[1].split(">")[0] for line in unconditional} == {"numpy", "pyzmq"}
    assert "License-Expression: Apache-2.0" in metadata


@pytest.fixture(scope="module")
def blenders_checker() -> Path:
    """Blender's own program for extensions, which comes with the bpy module."""
    spec = importlib.util.find_spec("bpy")
    if spec is None:
        pytest.skip("bpy is not installed on this Python")
    pattern = "*/scripts/addons_core/bl_pkg/cli/blender_ext.py"
    return next(Path(spec.submodule_search_locations[0]).glob(pattern))


@pytest.mark.parametrize("python", [(3, 11), (3, 13), (3, 14)])
def test_blender_finds_the_zip_fit_for_each_of_its_pythons(
    python: tuple[int, int],
    blenders_checker: Path,
    small_project: Path,
    tmp_path: Path,
    journal: Journal,
) -> None:
    spec = importlib.util.spec_from_file_location("blender_ext", blenders_checker)
    blender_ext = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(blender_ext)
    ours = own_wheel(Path(sys.executable), small_project, tmp_path / "dist", journal)
    names = [ours.name, *(f"pyzmq-27.3.0-{tag}.whl" for tag in PYZMQ_TAGS)]
    assert python in blender_ext.python_versions_from_wheels(names)


def test_blenders_own_check_accepts_the_zip(
    blenders_checker: Path,
    small_project: Path,
    journal: Journal,
    stand_in_pyzmq: list[Path],
    stand_in_own: list[Path],
) -> None:
    built = ready_extension(Path(sys.executable), small_project, journal)
    for tag in PYZMQ_TAGS:
        assert tag in manifest_of(built)
    answer = subprocess.run(
        [sys.executable, str(blenders_checker), "validate", str(built)],
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.registry
def test_pyzmq_comes_for_every_blender_and_once(
    small_project: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        found = pyzmq_wheels(Path(sys.executable), small_project, journal)
    except SetupFault as fault:
        if fault.code != "no-network":
            raise
        pytest.skip("no package registry answers")
    version = pinned(small_project / "constraints.txt", "pyzmq")
    assert {wheel.name for wheel in found} == {f"pyzmq-{version}-{tag}.whl" for tag in PYZMQ_TAGS}
    assert all(zipfile.is_zipfile(wheel) for wheel in found)
    monkeypatch.setattr(wheels, "pip", None)
    assert pyzmq_wheels(Path(sys.executable), small_project, journal) == found
