from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from eightcount_setup import own_package
from eightcount_setup.journal import Journal
from eightcount_setup.own_package import install_project, pth_line


@pytest.mark.parametrize("name", ["plain", "die Tänzer 踊り", 'it\'s \\ "quoted"', "new\nline"])
def test_the_line_leads_to_any_folder_and_is_one_line_of_ascii(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    line = pth_line(folder)
    assert line.isascii()
    assert line.startswith("import ")
    assert line.count("\n") == 1
    scope: dict = {}
    before = list(sys.path)
    try:
        exec(line, scope)
        assert sys.path[0] == str(folder)
    finally:
        sys.path[:] = before


def test_python_starts_with_the_line_in_an_encoding_that_lacks_the_folders_letters(
    tmp_path: Path,
) -> None:
    source = tmp_path / "踊り" / "backend"
    source.mkdir(parents=True)
    (source / "only_here.py").write_text("")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "a.pth").write_text(pth_line(source), encoding="ascii")
    code = f"import site; site.addsitedir({str(tmp_path / 'site')!r}); import only_here"
    environment = {"LC_ALL": "C", "PATH": ""}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)


def test_pip_gets_the_command_and_the_dependencies_without_a_copy_of_the_source(
    small_project: Path, tmp_path: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    site_packages = tmp_path / "site-packages"
    site_packages.mkdir()

    def build_instead(python: Path, words: list[str], journal: Journal, *, cwd: Path) -> None:
        folder, _, extras = words[-1].partition("[")
        assert extras == "backend,dev]"
        options = ["--no-deps", "--no-build-isolation", "-q", "-w", str(tmp_path)]
        subprocess.run([str(python), "-m", "pip", "wheel", *options, folder], check=True)

    monkeypatch.setattr(own_package, "pip", build_instead)
    monkeypatch.setattr(own_package, "run", lambda *_: ascii(str(site_packages)) + "\n")
    install_project(Path(sys.executable), small_project, ["backend", "dev"], [], journal)
    (wheel,) = tmp_path.glob("eightcount-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        command = archive.read("eightcount-0.1.0.dist-info/entry_points.txt").decode()
    assert not [name for name in names if name.startswith("eightcount/")]
    assert "eightcount = eightcount.cli:main" in command
    (pth,) = site_packages.glob("*.pth")
    assert pth.read_text() == pth_line(small_project / "backend")
