"""The presets: complete, consistent, and as large as they say."""

from __future__ import annotations

import argparse
from importlib.resources import files

import pytest

from eightcount.generators.tokendance import TokenDance, TokenDanceConfig
from eightcount.motion.errors import EightcountError
from eightcount.motion.tables import build, read_tables
from eightcount.moves.feel import GENRES
from eightcount.refine.temporal import RefinerConfig
from eightcount.tokenizers.motion import MotionTokenizerConfig
from eightcount.tokenizers.music import MusicTokenizerConfig
from eightcount.training import command
from eightcount.training.config import LoopConfig
from eightcount.training.prepare import DataConfig, prepare_all

NOT_OF_THE_NET = ("loop", "length", "frames", "genre_weights", "losses")


def tables(preset: str) -> dict:
    return read_tables(files("eightcount.training").joinpath("presets", f"{preset}.toml"))


def net(table: dict) -> dict:
    return {k: v for k, v in table.items() if k not in NOT_OF_THE_NET}


@pytest.mark.parametrize("preset", command.PRESETS)
def test_every_table_builds_and_all_genres_have_data(preset):
    t = tables(preset)
    data = build(DataConfig, t["data"])
    assert set(data.genres) == set(GENRES) | {"salsa", "modern"}
    assert set(data.pairs) | set(data.composed) == set(data.genres)
    motion = build(MotionTokenizerConfig, net(t["tokenizer"]))
    music = build(MusicTokenizerConfig, net(t["music"]))
    generator = build(TokenDanceConfig, net(t["generator"]))
    for stream in (motion.lower, motion.upper):
        assert (stream.levels, stream.parts) == (generator.levels, generator.parts)
    assert music.semantic.levels == music.acoustic.levels == generator.music_levels
    build(RefinerConfig, net(t["refiner"]))
    for stage in ("tokenizer", "music", "generator", "refiner"):
        assert build(LoopConfig, t[stage]["loop"]).steps > 0


@pytest.mark.parametrize(("preset", "least", "most"), [("small", 3, 10), ("base", 40, 70)])
def test_millions_of_parameters(preset, least, most):
    config = build(TokenDanceConfig, net(tables(preset)["generator"]) | {"genres": 12})
    count = sum(p.numel() for p in TokenDance(config).parameters())
    assert least < count / 1e6 < most


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args(words)


def test_what_the_last_stage_needs_is_asked_for_at_once(tmp_path):
    args = parsed("all", "--preset", "small", "--work", str(tmp_path), "--corpus", str(tmp_path))
    with pytest.raises(EightcountError, match="--out"):
        command.run(args)
    assert not list(tmp_path.iterdir())
    with pytest.raises(SystemExit):
        parsed("all", "--work", str(tmp_path))


def test_a_genre_without_data_is_named(tmp_path):
    with pytest.raises(EightcountError, match="'tango'"):
        prepare_all(DataConfig(genres=("tango",)), tmp_path, [], tmp_path)
