from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from eightcount_setup import blender
from eightcount_setup.blender import find_blender, real_blender
from eightcount_setup.faults import SetupFault

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-ins are shell scripts")


def stand_in(folder: Path, answer: str) -> Path:
    program = folder / "blender"
    program.write_text(f"#!/bin/sh\n{answer}\n")
    program.chmod(0o755)
    return program


def test_a_real_blender_runs_a_script_in_background_with_words_after_two_dashes(
    tmp_path: Path,
) -> None:
    found = real_blender(stand_in(tmp_path, "echo 'Blender 4.5.3 LTS'"))
    assert found.name.startswith("Blender 4.5.3")
    command = found.script(Path("driver.py"), ["--seed", "1"])
    assert command[0] == str(tmp_path / "blender")
    assert command[-4:] == ["driver.py", "--", "--seed", "1"]
    assert "--background" in command


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("echo 'Blender 4.1.1'", "old-blender"),
        ("echo 'Blender 2.93.0'", "old-blender"),
        ("echo 'GIMP 3.0'", "no-blender"),
        ("exit 1", "no-blender"),
    ],
)
def test_what_is_no_blender_or_too_old_is_a_fault(tmp_path: Path, answer: str, code: str) -> None:
    with pytest.raises(SetupFault) as caught:
        real_blender(stand_in(tmp_path, answer))
    assert caught.value.code == code


def test_a_path_that_leads_nowhere_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(SetupFault, match="is not a program"):
        real_blender(tmp_path / "blender")


def test_blender_10_is_newer_than_4(tmp_path: Path) -> None:
    assert real_blender(stand_in(tmp_path, "echo 'Blender 10.0.0'")).name == "Blender 10.0.0"


def test_the_module_comes_before_an_installed_blender_and_after_a_given_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = stand_in(tmp_path, "echo 'Blender 4.3.2'")
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho bpy 4.5.15 LTS\n")
    python.chmod(0o755)
    monkeypatch.setattr(blender, "_usual_places", lambda: [program])
    assert find_blender(python, None).script(Path("d.py"), ["x"]) == [str(python), "d.py", "x"]
    assert find_blender(python, program).name == "Blender 4.3.2"
    python.write_text("#!/bin/sh\nexit 3\n")
    assert find_blender(python, None).name == "Blender 4.3.2"


def test_without_any_blender_the_cure_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blender, "_usual_places", list)
    monkeypatch.setattr(
        blender, "_ask", lambda command: blender.subprocess.CompletedProcess(command, 3, "", "")
    )
    with pytest.raises(SetupFault, match="--blender"):
        find_blender(Path(sys.executable), None)


def test_a_missing_system_library_is_named_with_the_packages_to_install(tmp_path: Path) -> None:
    python = tmp_path / "python"
    message = "ImportError: libXi.so.6: cannot open shared object file: No such file or directory"
    python.write_text(f"#!/bin/sh\necho '{message}' >&2\nexit 1\n")
    python.chmod(0o755)
    with pytest.raises(SetupFault, match=r"libXi\.so\.6.*apt-get install .*libxi6"):
        find_blender(python, None)
