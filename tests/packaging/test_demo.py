from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from eightcount_setup import demo
from eightcount_setup.blender import Blender
from eightcount_setup.demo import TAKE_FILES, VIDEO, DemoOrder, check_order, run_demo
from eightcount_setup.faults import SetupFault
from eightcount_setup.journal import Journal
from eightcount_setup.setting_up import Installation

REPORT = {
    "song": "song.ogg",
    "genre": "salsa",
    "model": "debug",
    "seed": 7,
    "seconds": 20.0,
    "beat_score": 0.25,
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "assets" / "demo").mkdir(parents=True)
    (tmp_path / "assets" / "demo" / "b.ogg").write_bytes(b"")
    (tmp_path / "assets" / "demo" / "a.ogg").write_bytes(b"")
    return tmp_path


@pytest.fixture
def driver(project: Path, monkeypatch: pytest.MonkeyPatch):
    """Returns a function that puts Python code in the place of Blender and the driver."""
    python = Blender("a Blender", (sys.executable,), ())
    monkeypatch.setattr(demo, "find_blender", lambda *_: python)

    def put(code: str) -> Installation:
        (project / "packaging").mkdir(exist_ok=True)
        heading = "import sys, os, json, pathlib\n"
        heading += "out = pathlib.Path(sys.argv[sys.argv.index('--out') + 1])\n"
        (project / "packaging" / "demo_driver.py").write_text(heading + code)
        return Installation(Path(sys.executable), project / "dist" / "a.zip")

    return put


def all_but(*left_out: str) -> str:
    names = [name for name in (*TAKE_FILES, VIDEO) if name not in left_out]
    report = json.dumps({**REPORT, "video": VIDEO not in left_out})
    return f"for name in {names!r}:\n    (out / name).write_text({report!r})\n"


def test_one_of_the_projects_songs_is_the_default_and_names_its_style(project: Path) -> None:
    assert demo.find_song(project, None).name == "a.ogg"
    song = project / "assets" / "demo" / f"{demo.DEFAULT_STYLE}-104.ogg"
    song.write_bytes(b"")
    assert demo.find_song(project, None) == song
    assert demo.song_style(song) is None
    song.with_suffix(".json").write_text('{"style": "lock", "beats": [0.5]}')
    assert demo.song_style(song) == "lock"


def test_a_song_that_is_not_there_is_a_fault_before_anything_is_installed(project: Path) -> None:
    with pytest.raises(SetupFault, match=r"no file .*歌\.mp3"):
        check_order(project, DemoOrder(song=project / "歌.mp3"))
    for song in (project / "assets" / "demo").iterdir():
        song.unlink()
    with pytest.raises(SetupFault, match="--song"):
        check_order(project, DemoOrder())


def test_what_was_ordered_reaches_the_driver(project: Path, journal: Journal, driver) -> None:
    code = "(out / 'argv').write_text(json.dumps(sys.argv[1:]))\n" + all_but()
    order = DemoOrder(song=project / "assets/demo/b.ogg", genre="pop", seconds=12.5, seed=9)
    assert run_demo(project, driver(code), order, journal) == 0
    words = json.loads((project / "out" / "demo" / "argv").read_text())
    given = dict(zip(words[::2], words[1::2], strict=True))
    assert given["--song"] == str(project / "assets/demo/b.ogg")
    assert (given["--genre"], given["--seconds"], given["--seed"]) == ("pop", "12.5", "9")
    assert not {"--model", "--style"} & set(given)


def test_blender_gets_a_home_of_its_own_that_is_gone_afterwards(
    project: Path, journal: Journal, driver
) -> None:
    code = "(out / 'home').write_text(os.environ['BLENDER_USER_RESOURCES'])\n" + all_but()
    run_demo(project, driver(code), DemoOrder(), journal)
    assert not Path((project / "out" / "demo" / "home").read_text()).exists()


def test_files_of_an_earlier_demo_are_not_taken_for_this_ones(
    project: Path, journal: Journal, driver
) -> None:
    run_demo(project, driver(all_but()), DemoOrder(), journal)
    with pytest.raises(SetupFault, match="before it had made .*take.npz"):
        run_demo(project, driver("os._exit(11)"), DemoOrder(), journal)


def test_a_fault_in_blender_is_the_demos_sentence(project: Path, journal: Journal, driver) -> None:
    code = "print('demo fault: The song is silent. Choose another.'); sys.exit(1)"
    with pytest.raises(SetupFault, match=r"^The song is silent\. Choose another\.$"):
        run_demo(project, driver(code), DemoOrder(), journal)


def test_a_crash_while_rendering_costs_the_video_alone(
    project: Path, journal: Journal, driver, capsys: pytest.CaptureFixture[str]
) -> None:
    code = all_but(VIDEO) + "(out / 'preview.mp4').write_bytes(b'half a film')\nos._exit(11)\n"
    assert run_demo(project, driver(code), DemoOrder(), journal) == 0
    said = capsys.readouterr().out
    assert "install libegl1 libgl1-mesa-dri" in said
    assert "seed 7, beat score 0.250" in said
    assert not (project / "out" / "demo" / VIDEO).exists()
