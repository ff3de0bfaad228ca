"""Training in miniature: every stage runs, a cut run resumes to the same end, bundles load."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict

import numpy as np
import pytest
import torch

from eightcount.data.corpus import Clip
from eightcount.data.motion_shard import add_clip
from eightcount.data.pairing import write_pairs
from eightcount.data.phrases import danced_clips
from eightcount.data.shards import ShardWriter, open_shard
from eightcount.data.song_library import LibrarySong
from eightcount.models import load_model
from eightcount.motion import rotations as rot
from eightcount.motion.errors import EightcountError
from eightcount.motion.motion import Motion
from eightcount.motion.skeleton import NUM_JOINTS, rest_height
from eightcount.music.rhythm import Rhythm
from eightcount.training import runs

CODES = {"levels": [7, 5, 5, 5], "parts": 2}
LOOP = {"steps": 3, "batch": 2, "evaluate_every": 2, "checkpoint_every": 1, "warmup": 1}
STREAMS = {
    "lower": {"size": 62, "width": 16, "blocks": 1} | CODES,
    "upper": {"size": 90, "width": 16, "blocks": 1} | CODES,
}
MUSIC = {
    "semantic": {"size": 20, "width": 16, "levels": [8, 5, 5, 5], "blocks": 1},
    "acoustic": {"size": 15, "width": 16, "levels": [8, 5, 5, 5], "blocks": 1},
}
#: in order; without the data and the bundle
STAGES = (
    runs.train_tokenizer, runs.train_decoder, runs.train_music, runs.train_generator,
    runs.train_refiner,
)  # fmt: skip
TABLES = {
    "data": {"genres": ["salsa"]},
    "tokenizer": {"frames": 32, "loop": LOOP} | STREAMS,
    "music": {"frames": 32, "loop": LOOP} | MUSIC,
    "generator": {
        "width": 32, "music_layers": 1, "global_layers": 1, "dance_layers": 1, "length": 16,
        "loop": LOOP,
    } | CODES,
    "decoder": {"frames": 32, "loop": LOOP},
    "refiner": {"width": 16, "modules": 1, "loop": LOOP},
    "model": {"licence": "Apache-2.0", "note": "in miniature"},
}  # fmt: skip


def dance(seed: int) -> Motion:
    """Ten seconds that rest every 16 frames, arms and legs swinging."""
    rng = np.random.default_rng(seed)
    t = np.arange(300)
    angles = rng.normal(size=(1, NUM_JOINTS, 3)) * 0.3 * np.cos(np.pi * t / 16)[:, None, None]
    place = np.stack([0.2 * np.cos(np.pi * t / 16), np.full(300, rest_height()), 0 * t], -1)
    return Motion(rot.from_axis_angle(angles), place, np.zeros((300, 4)))


def song(held_out: bool) -> LibrarySong:
    frames = 800
    features = np.random.default_rng(held_out).normal(size=(frames, 35)).astype(np.float32)
    beats = np.arange(0, frames, 17.0)
    rhythm = Rhythm(1800 / 17, beats, np.arange(0, len(beats), 4))
    return LibrarySong(
        f"song-{held_out}", held_out, features, np.full(frames, 0.5, np.float32), rhythm
    )


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """A work folder with small shards."""
    folder = tmp_path_factory.mktemp("run")
    clips = [Clip(f"c{i}", "s", "salsa", dance(i), held_out=i == 2) for i in range(3)]
    writer = ShardWriter(folder / "corpus" / "motion")
    for clip in clips:
        add_clip(writer, clip)
    writer.close()
    songs = [song(False), song(True)]
    writer = ShardWriter(folder / "corpus" / "songs")
    for s in songs:
        writer.add(
            {"features": s.features, "loudness": s.loudness[:, None]},
            name=s.name, genre="", held_out=s.held_out,
            info={"rhythm": json.loads(json.dumps(asdict(s.rhythm), default=np.ndarray.tolist))},
        )  # fmt: skip
    writer.close()
    writer = ShardWriter(folder / "corpus" / "pairs")
    write_pairs(
        writer, danced_clips(clips), songs,
        pairs={"salsa": 3}, held_out_pairs=1, progress=lambda _: None,
    )  # fmt: skip
    writer.close()
    return folder


def run_in(work) -> runs.Run:
    return runs.Run(work, TABLES, "cpu")


def test_from_shards_to_a_model_that_loads(work, tmp_path):
    run = run_in(work)
    with pytest.raises(EightcountError, match="train tokenizer"):
        runs.train_generator(run)
    for stage in STAGES:
        stage(run)
    runs.bundle(run, tmp_path / "tiny")
    model = load_model(str(tmp_path / "tiny"))
    assert model.genres == ("salsa",) and model.energy.shape == (1, 21)
    assert set(model.reply) == {"salsa"}, "how it replies to energy was measured"
    assert (tmp_path / "tiny" / "training" / "generator.csv").is_file()
    with (work / "tokenizer" / "curves.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [r["step"] for r in rows] == ["2", "3"] and float(rows[-1]["held_out_mpjpe"]) > 0


def test_a_cut_run_ends_where_the_whole_run_ends(work, tmp_path, monkeypatch):
    whole = _trained(work, tmp_path / "whole")
    cut = tmp_path / "cut"
    original = runs.TokenizerStage.batch
    calls = []

    def cut_off(self, size, rng):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return original(self, size, rng)

    monkeypatch.setattr(runs.TokenizerStage, "batch", cut_off)
    with pytest.raises(KeyboardInterrupt):
        _trained(work, cut)
    monkeypatch.setattr(runs.TokenizerStage, "batch", original)
    again = _trained(work, cut)
    for key, value in whole.items():
        torch.testing.assert_close(again[key], value)


def test_a_finished_stage_is_left_alone_and_keeps_its_scores(work, tmp_path, monkeypatch):
    _trained(work, tmp_path)
    result = tmp_path / "tokenizer" / "result.json"
    before = json.loads(result.read_text())
    assert before["scores"]["mpjpe"] > 0
    with monkeypatch.context() as patch:
        patch.setattr(runs, "TokenizerStage", None)
        _trained(work, tmp_path)
    # without the note of its end the loop itself finds nothing left to do
    result.unlink()
    _trained(work, tmp_path)
    after = json.loads(result.read_text())
    assert after["scores"] == before["scores"] and after["steps"] == before["steps"]


def _trained(work, folder) -> dict:
    run = runs.Run(folder, TABLES, "cpu")
    (folder / "corpus").mkdir(parents=True, exist_ok=True)
    if not run.shard("motion").exists():
        run.shard("motion").symlink_to(work / "corpus" / "motion")
    runs.train_tokenizer(run)
    return run.weights("tokenizer")["state"]


@pytest.mark.parametrize("other", [{"levels": [8, 5, 5, 5]}, {"parts": 3}])
def test_generator_and_tokenizers_must_speak_the_same_codes(work, other):
    run = runs.Run(work, TABLES | {"generator": TABLES["generator"] | other}, "cpu")
    if not (work / "tokenizer" / "weights.pt").is_file():
        runs.train_tokenizer(run)
    if not (work / "music" / "weights.pt").is_file():
        runs.train_music(run)
    with pytest.raises(EightcountError, match="levels"):
        runs.train_generator(run)


def test_unknown_settings_are_named(work):
    run = runs.Run(work, {"music": {"frames": 32, "loop": {"stepz": 3}}}, "cpu")
    with pytest.raises(EightcountError, match="stepz"):
        runs.train_music(run)


def test_reference_takes_are_the_pairs_with_their_beats(work, tmp_path):
    from eightcount.motion.formats.npz import load_take
    from eightcount.training.reference import write_reference

    pairs = open_shard(work / "corpus" / "pairs").sequences
    distinct = {(s.held_out, frozenset(s.info["clips"])) for s in pairs}  # all to one song each
    assert len(distinct) < len(pairs) == 4
    assert write_reference(work / "corpus" / "pairs", tmp_path / "real") == len(distinct)
    takes = [load_take(p) for p in sorted((tmp_path / "real").glob("*.npz"))]
    assert {t.genre for t in takes} == {"salsa"} and sum(t.extra["held_out"] for t in takes) == 1
    for take in takes:
        assert len(take.beats) > 10
        np.testing.assert_allclose(np.diff(take.beats), 17.0, atol=0.01)
