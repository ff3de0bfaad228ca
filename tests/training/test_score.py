"""Scoring a model: takes, composer and mocap against one reference, and the table of it."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from eightcount.data.composed import write_composed_pairs
from eightcount.data.shards import ShardWriter
from eightcount.data.song_library import LibrarySong
from eightcount.models import load_model
from eightcount.motion.errors import EightcountError
from eightcount.motion.formats.npz import load_take
from eightcount.music.rhythm import Rhythm
from eightcount.music.synth import synthesise
from eightcount.training.reference import write_reference
from eightcount.training.score import ScoreConfig, judged_songs, score

CONFIG = ScoreConfig(seeds=(1, 2), many_seeds=3, start=1.0, seconds=5.0)


@pytest.fixture(scope="module")
def songs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("songs")
    for number, (style, bpm) in enumerate((("house", 124), ("pop", 104))):
        samples, rate, *_ = synthesise(style, 8.0, bpm, number)
        soundfile.write(folder / f"{style}.wav", samples, rate)
    (folder / "noise.wav").write_bytes(b"no audio")
    return folder


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pairs")
    beats = np.arange(0.0, 300, 15)
    rhythm = Rhythm(120.0, beats, np.arange(0, len(beats), 4))
    features, loudness = np.zeros((300, 35), np.float32), np.full(300, 0.5, np.float32)
    library = [LibrarySong(f"s{h}", h, features, loudness, rhythm) for h in (False, True)]
    writer = ShardWriter(folder)
    write_composed_pairs(
        writer, library, dances={"house": 3, "pop": 3}, held_out_dances=2,
        workers=1, progress=lambda _: None,
    )  # fmt: skip
    writer.close()
    return folder


def test_songs_to_judge_by_leave_out_what_is_none(songs, capsys):
    found = judged_songs([songs], CONFIG)
    assert {s.name for s in found} == {"house", "pop"}
    assert "noise.wav is not judged by" in capsys.readouterr().out
    with pytest.raises(EightcountError, match="no song to judge by"):
        judged_songs([songs], ScoreConfig(seconds=60.0))


def test_reference_takes_are_cut_to_length_and_chosen_by_kind(pairs, tmp_path):
    assert write_reference(pairs, tmp_path / "all", frames=120) == 10
    take = load_take(sorted((tmp_path / "all").glob("*.npz"))[0])
    assert len(take.motion) == 120 and take.model == "composer"
    assert write_reference(pairs, tmp_path / "none", authored=False) == 0


def test_reference_takes_begin_where_told_or_as_late_as_they_can(pairs, tmp_path):
    write_reference(pairs, tmp_path / "whole")
    write_reference(pairs, tmp_path / "later", first=100, frames=120)
    write_reference(pairs, tmp_path / "end", first=290, frames=120)
    whole, later, end = (
        load_take(sorted((tmp_path / name).glob("*.npz"))[0]) for name in ("whole", "later", "end")
    )
    hips = whole.motion.joints()[:, 1, 1]  # the place starts anew, heights do not
    np.testing.assert_allclose(later.motion.joints()[:, 1, 1], hips[100:220], atol=1e-4)
    np.testing.assert_allclose(end.motion.joints()[:, 1, 1], hips[180:], atol=1e-4)
    np.testing.assert_allclose(later.beats, np.arange(105, 220, 15) - 100, atol=1e-3)


@pytest.mark.heavy
def test_the_table_has_every_column_and_a_cut_run_goes_on(songs, pairs, tmp_path):
    model = load_model("debug")
    said: list[str] = []
    table = score(model, judged_songs([songs], CONFIG), pairs, tmp_path, CONFIG, said.append)
    text = table.read_text(encoding="utf-8")
    measured, _, _ = text.partition("| | asked for |")
    header, *rows = [line for line in measured.splitlines() if line.startswith("|")]
    assert header.startswith("| | takes | composer | reference |")
    assert all(row.count("|") == header.count("|") for row in rows)
    assert "| BAS music" in text and "Swap test" in text
    assert "| Nearest of many seeds" in text and "| FID manual, of one half" in text
    takes = sorted((tmp_path / "takes").glob("*.npz"))
    assert len(takes) == 2 * 2 * len(model.genres)
    before = [path.stat().st_mtime_ns for path in takes]
    score(model, judged_songs([songs], CONFIG), pairs, tmp_path, CONFIG, said.append)
    assert [path.stat().st_mtime_ns for path in takes] == before
