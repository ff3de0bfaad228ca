from __future__ import annotations

import errno
import sys
from pathlib import Path

import pytest

from eightcount_setup import command_line
from eightcount_setup.command_line import parse, run_install
from eightcount_setup.faults import SetupFault
from eightcount_setup.lock import only_one
from eightcount_setup.setting_up import Installation


def test_no_word_means_install() -> None:
    options, rest = parse([])
    assert options.verb == "install"
    assert rest == []


def test_the_demo_takes_a_song_a_genre_a_length_and_a_blender() -> None:
    words = [
        "demo",
        "--song",
        "a b.mp3",
        "--genre",
        "pop",
        "--seconds",
        "12.5",
        "--blender",
        "/opt/blender",
    ]
    options, _ = parse(words)
    assert options.song == Path("a b.mp3")
    assert (options.genre, options.seconds) == ("pop", 12.5)
    assert options.blender == Path("/opt/blender")


def test_further_words_of_test_go_to_pytest_and_of_others_nowhere(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert parse(["test", "-k", "wire", "-x"])[1] == ["-k", "wire", "-x"]
    with pytest.raises(SystemExit):
        parse(["demo", "--sing"])
    assert "--sing" in capsys.readouterr().err


def test_the_index_comes_from_the_environment_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(command_line.TORCH_INDEX_VARIABLE, "file:///wheels")
    assert parse([])[0].torch_index == "file:///wheels"
    assert parse(["--torch-index", "file:///mine"])[0].torch_index == "file:///mine"


@pytest.mark.parametrize("code", [0, 1, 5])
def test_pytests_exit_code_passes_through(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation = Installation(Path(sys.executable), tmp_path / "dist" / "a.zip")
    monkeypatch.setattr(command_line, "set_up", lambda *_, **__: installation)
    monkeypatch.setattr(command_line, "run_suite", lambda *_: code)
    assert run_install(str(tmp_path), ["test"]) == code


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (
            SetupFault("no-disk", "The disk is full.", "Free some space."),
            "The disk is full. Free some space.",
        ),
        (OSError(errno.ENOSPC, "No space left on device"), "The disk is full."),
        (PermissionError(errno.EACCES, "Permission denied", "dist"), "Permission denied (dist)"),
    ],
)
def test_a_fault_is_one_line_on_stderr_and_exit_code_1(
    raised: Exception,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def refuse(*_: object, **__: object) -> Installation:
        raise raised

    monkeypatch.setattr(command_line, "set_up", refuse)
    assert run_install(str(tmp_path), []) == 1
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.err.count("\n") == 1
    assert "Traceback" not in printed.err + printed.out


def test_a_folder_that_cannot_be_written_to_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").write_text("a file where the folder would be")
    assert run_install(str(tmp_path), []) == 1
    assert "cannot be written to" in capsys.readouterr().err


def test_a_second_install_in_the_same_folder_waits_its_turn(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with only_one(lock), pytest.raises(SetupFault, match="Another install.py"), only_one(lock):
        pass
    with only_one(lock):
        pass


def test_inside_blender_only_the_words_after_two_dashes_are_ours() -> None:
    blenders = ["--background", "--python", "install.py"]
    assert command_line._after_blender([*blenders, "--", "demo"]) == ["demo"]
    assert command_line._after_blender(blenders) == []
    assert command_line._after_blender(["demo", "--seed", "2"]) == ["demo", "--seed", "2"]
