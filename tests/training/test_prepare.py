"""The data stage is done once: a run that is started again goes on with what is there."""

from __future__ import annotations

import pytest

from eightcount.motion.errors import EightcountError
from eightcount.training import prepare
from eightcount.training.prepare import DataConfig, prepare_all


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """What is made, without making it."""
    made: list[str] = []
    for name in ("read_clips", "prepare_songs", "prepare_motion", "prepare_pairs"):

        def make(*_, name=name):
            made.append(name)

        monkeypatch.setattr(prepare, name, make)
    for folder in ("corpus", "songs", "work/corpus"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "corpus" / "index.csv").write_text("clip")
    (tmp_path / "songs" / "one.ogg").write_bytes(b"sound")
    return made


CONFIG = DataConfig(genres=("salsa",), pairs={"salsa": 1})


def run(folder, config=CONFIG):
    prepare_all(config, folder / "corpus", [folder / "songs"], folder / "work")


def test_data_are_made_once_and_anew_when_anything_changes(asked, tmp_path, monkeypatch):
    run(tmp_path)
    assert asked == ["read_clips", "prepare_songs", "prepare_motion", "prepare_pairs"]
    asked.clear()
    run(tmp_path)
    run(tmp_path, DataConfig(genres=("salsa",), pairs={"salsa": 1}, workers=2))
    assert asked == []
    run(tmp_path, DataConfig(genres=("salsa",), pairs={"salsa": 2}))
    assert len(asked) == 4
    (tmp_path / "songs" / "two.ogg").write_bytes(b"sound")
    run(tmp_path)
    assert len(asked) == 8
    monkeypatch.setattr(prepare, "_code", lambda: "other moves")
    run(tmp_path)
    assert len(asked) == 12


def test_data_that_were_cut_off_are_made_anew(asked, tmp_path, monkeypatch):
    run(tmp_path)

    def cut(*_):
        raise KeyboardInterrupt

    other = DataConfig(genres=("salsa",), pairs={"salsa": 2})
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(prepare, "prepare_motion", cut)
        run(tmp_path, other)
    asked.clear()
    run(tmp_path)  # the shards are no longer what the first run left
    assert len(asked) == 4


def test_a_genre_without_data_is_refused(tmp_path):
    with pytest.raises(EightcountError, match="modern"):
        run(tmp_path, DataConfig(genres=("salsa", "modern"), pairs={"salsa": 1}))
