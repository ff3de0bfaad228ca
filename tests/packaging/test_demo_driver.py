"""The main job for real: the zip in a Blender of its own, a backend of its own, one second of song."""

from __future__ import annotations

import ctypes.util
import importlib.util
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from eightcount.motion.formats.bvh import read_bvh
from eightcount.motion.formats.npz import load_take
from eightcount_setup.demo import TAKE_FILES, VIDEO, DemoOrder, run_demo
from eightcount_setup.extension import ready_extension
from eightcount_setup.faults import SetupFault
from eightcount_setup.journal import Journal
from eightcount_setup.setting_up import Installation

pytestmark = [pytest.mark.e2e, pytest.mark.heavy]


@pytest.fixture(scope="module")
def made(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder out/demo of a demo of one second, by the tiny model."""
    if importlib.util.find_spec("bpy") is None:
        pytest.skip("bpy is not installed on this Python")
    folder = tmp_path_factory.mktemp("demo")
    journal = Journal(folder / "out" / "install.log")
    python = Path(sys.executable)
    try:
        installation = Installation(python, ready_extension(python, root, journal))
    except SetupFault as fault:
        if fault.code != "no-network":
            raise
        pytest.skip("the zip is not built, and no package registry answers")
    (folder / "packaging").symlink_to(root / "packaging")
    order = DemoOrder(
        song=root / "assets" / "demo" / "salsa-104.ogg", seconds=1.0, seed=2**40, model="debug"
    )
    assert run_demo(folder, installation, order, journal) == 0
    journal.close()
    return folder / "out" / "demo"


@pytest.fixture(scope="module")
def report(made: Path) -> dict:
    return json.loads((made / "report.json").read_text("utf-8"))


def test_everything_is_there(made: Path) -> None:
    assert all((made / name).stat().st_size for name in TAKE_FILES)


def test_the_report_says_what_was_made_and_how_long_each_stage_took(report: dict) -> None:
    assert (report["model"], report["genre"], report["seed"]) == ("debug", "salsa", 2**40)
    assert (report["frames"], report["fps"], report["seconds"]) == (30, 30.0, 1.0)
    assert 0 <= report["beat_score"] <= 1
    stages = {"extension installed", "backend ready", "first frames keyed", "take keyed"}
    assert stages | {"files written"} <= set(report["timings"])


def test_npz_and_bvh_hold_the_same_take(made: Path) -> None:
    take, clip = load_take(made / "take.npz"), read_bvh(made / "take.bvh")
    assert (take.genre, take.seed, take.model) == ("salsa", 2**40, "debug")
    assert len(take.motion) == len(clip.positions) == 30
    assert np.isfinite(take.motion.joints()).all()


def test_the_video_shows_the_take_and_has_the_songs_sound(made: Path, report: dict) -> None:
    if ctypes.util.find_library("EGL") is None:
        pytest.skip("Mesa's EGL is not installed")
    import av

    assert report["video"]
    with av.open(str(made / VIDEO)) as film:
        (picture,), (sound,) = film.streams.video, film.streams.audio
        frames = [frame.to_ndarray(format="gray") for frame in film.decode(picture)]
        film.seek(0)
        heard = np.concatenate([frame.to_ndarray().ravel() for frame in film.decode(sound)])
    assert len(frames) == 30
    assert np.abs(frames[0].astype(int) - frames[-1]).max() > 20
    assert np.abs(heard).max() > 0.01
