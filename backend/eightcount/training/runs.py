"""The stages of one run, in order: data, motion tokenizer, its decoders, music tokenizer, generator,
refiner.

A run has a work folder: ``corpus/`` with the shards and one folder a stage with checkpoints, curves
and, when the stage is through, ``weights.pt``.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch

from eightcount.data.shards import open_shard
from eightcount.data.song_library import read_song_library
from eightcount.generators.tokendance import TokenDance, TokenDanceConfig
from eightcount.models import Model, save_model
from eightcount.motion.errors import EightcountError
from eightcount.motion.tables import build
from eightcount.refine.temporal import RefinerConfig, TemporalRefiner
from eightcount.tokenizers.motion import MotionTokenizer, MotionTokenizerConfig
from eightcount.tokenizers.music import MusicTokenizer, MusicTokenizerConfig
from eightcount.training.calibration import energy_replies
from eightcount.training.config import LoopConfig
from eightcount.training.decoder import LOSSES as DECODER_LOSSES
from eightcount.training.decoder import DecoderStage
from eightcount.training.generator import GeneratorStage, energy_tables, tokenise_pairs
from eightcount.training.lineage import begin_stage
from eightcount.training.loop import train
from eightcount.training.losses import TokenizerLosses
from eightcount.training.music import MusicStage
from eightcount.training.reconstruction import reconstruction_scores
from eightcount.training.refiner import RefinerStage
from eightcount.training.targets import TokenizerScores
from eightcount.training.tokenizer import TokenizerStage

#: of the training sequences, every so many-th is looked through for the codes that are used
_CODES_EVERY = 4


@dataclass(frozen=True)
class Run:
    """Where a run keeps its things, its TOML tables and the device it uses."""

    work: Path
    tables: dict[str, Any]
    device: str = "auto"

    def table(self, stage: str) -> dict[str, Any]:
        """A copy of one stage's table."""
        return dict(self.tables.get(stage, {}))

    def shard(self, name: str) -> Path:
        """Folder of a shard."""
        return self.work / "corpus" / name

    def save(self, stage: str, result: dict[str, Any], config: dict[str, Any]) -> None:
        """Keep a finished stage's weights and scores."""
        folder = self.work / stage
        torch.save({"state": result["state"], "config": config}, folder / "weights.pt")
        report = {key: result[key] for key in ("scores", "steps", "hours")}
        (folder / "result.json").write_text(json.dumps(report, indent=1), encoding="utf-8")

    def finished(self, stage: str, config: dict[str, Any], steps: int) -> bool:
        """Whether a stage was trained to its end with these settings."""
        report = self.work / stage / "result.json"
        if not report.is_file() or self.weights(stage)["config"] != config:
            return False
        return json.loads(report.read_text(encoding="utf-8"))["steps"] >= steps

    def weights(self, stage: str) -> dict[str, Any]:
        """What :meth:`save` kept.

        Raises:
            EightcountError: ``stage-missing`` when that stage has not been trained.
        """
        return torch.load(self.weights_file(stage), map_location="cpu", weights_only=True)

    def weights_file(self, stage: str) -> Path:
        """Where :meth:`save` kept a stage's weights; raises as :meth:`weights`."""
        path = self.work / stage / "weights.pt"
        if not path.is_file():
            raise EightcountError(
                "stage-missing",
                f"The {stage} of this run is not trained yet.",
                f"Run eightcount train {stage} first.",
            )
        return path

    def begin(self, stage: str, config: dict[str, Any], shard: str, *earlier: str) -> None:
        """Make a stage's folder ready, see :func:`begin_stage`: ``shard`` and ``earlier`` stages are
        what it is trained from."""
        inputs = {name: self.weights_file(name) for name in earlier} | {shard: self.shard(shard)}
        begin_stage(self.work / stage, config, inputs)


def train_tokenizer(run: Run) -> None:
    """Train the motion tokenizer on the motion shard."""
    table = run.table("tokenizer")
    loop = build(LoopConfig, table.pop("loop", {}))
    losses = build(TokenizerLosses, table.pop("losses", {}))
    frames, weights = table.pop("frames", 96), table.pop("genre_weights", None)
    config = build(MotionTokenizerConfig, table)
    run.begin("tokenizer", table, "motion")
    if run.finished("tokenizer", table, loop.steps):
        return
    torch.manual_seed(loop.seed)
    stage = TokenizerStage(
        MotionTokenizer(config),
        open_shard(run.shard("motion")),
        frames=frames,
        weights=losses,
        genre_weights=weights,
    )
    run.save("tokenizer", train(stage, loop, run.work / "tokenizer", run.device), table)


def train_decoder(run: Run) -> None:
    """Train the tokenizer's decoders on, the codes left as they are."""
    table = run.table("decoder")
    loop = build(LoopConfig, table.pop("loop", {}))
    losses = build(TokenizerLosses, asdict(DECODER_LOSSES) | table.pop("losses", {}))
    frames, weights = table.pop("frames", 96), table.pop("genre_weights", None)
    module = motion_tokenizer(run, "tokenizer")
    shape = run.weights("tokenizer")["config"]
    run.begin("decoder", shape, "motion", "tokenizer")
    if run.finished("decoder", shape, loop.steps):
        return
    shard = open_shard(run.shard("motion"))
    stage = DecoderStage(module, shard, frames=frames, weights=losses, genre_weights=weights)
    result = train(stage, loop, run.work / "decoder", run.device)
    run.save("decoder", result | {"state": stage.with_codes(result["state"])}, shape)


def train_music(run: Run) -> None:
    """Train the music tokenizer on the song library."""
    table = run.table("music")
    loop = build(LoopConfig, table.pop("loop", {}))
    frames = table.pop("frames", 240)
    config = build(MusicTokenizerConfig, table)
    run.begin("music", table, "songs")
    if run.finished("music", table, loop.steps):
        return
    torch.manual_seed(loop.seed)
    stage = MusicStage(MusicTokenizer(config), open_shard(run.shard("songs")), frames)
    run.save("music", train(stage, loop, run.work / "music", run.device), table)


def motion_tokenizer(run: Run, stage: str = "decoder") -> MotionTokenizer:
    """The run's trained motion tokenizer, for reading: as the stage "decoder" left it, or as
    "tokenizer" did; their codes are the same."""
    saved = run.weights(stage)
    module = MotionTokenizer(build(MotionTokenizerConfig, saved["config"]))
    module.load_state_dict(saved["state"])
    return module.eval()


def tokenizer_scores(run: Run) -> TokenizerScores:
    """What the run's motion tokenizer loses, and how many of its codes it uses."""
    module, device = motion_tokenizer(run), torch.device("cpu")
    motion, pairs = open_shard(run.shard("motion")), open_shard(run.shard("pairs"))
    known = [s for s in pairs.held_out() if s.info.get("authored")] or pairs.held_out()
    return TokenizerScores(
        reconstruction_scores(module, motion, motion.held_out(), device),
        reconstruction_scores(module, pairs, known, device),
        reconstruction_scores(module, motion, motion.training()[::_CODES_EVERY], device),
        module.lower.codes,
    )


def music_tokenizer(run: Run) -> MusicTokenizer:
    """The run's trained music tokenizer, for reading."""
    saved = run.weights("music")
    module = MusicTokenizer(build(MusicTokenizerConfig, saved["config"]))
    module.load_state_dict(saved["state"])
    return module.eval()


def train_generator(run: Run) -> None:
    """Train the generator on the pairs, in the run's own tokens."""
    table = run.table("generator")
    loop = build(LoopConfig, table.pop("loop", {}))
    length, weights = table.pop("length", 64), table.pop("genre_weights", None)
    genres = list(run.table("data")["genres"])
    table |= {"genres": len(genres)}
    config = build(TokenDanceConfig, table)
    motion, music = motion_tokenizer(run, "tokenizer"), music_tokenizer(run)
    _same_levels(config, motion, music)
    run.begin("generator", table, "pairs", "tokenizer", "music")
    if run.finished("generator", table, loop.steps):
        return
    shard = open_shard(run.shard("pairs"))
    tables = energy_tables(shard, genres)
    parts = (shard.training(), shard.held_out())
    training, held_out = (
        tokenise_pairs(shard, part, genres, tables, motion, music) for part in parts
    )
    torch.manual_seed(loop.seed)
    stage = GeneratorStage(
        TokenDance(config),
        training,
        held_out,
        length=length,
        genre_weights=tuple(weights[g] for g in genres) if weights else (),
    )
    result = train(stage, loop, run.work / "generator", run.device)
    result["state"]["energy"] = torch.from_numpy(tables)
    run.save("generator", result, table)


def _same_levels(config: TokenDanceConfig, motion: MotionTokenizer, music: MusicTokenizer) -> None:
    """The generator must speak the tokenizers' codes.

    Raises:
        EightcountError: ``run-mismatch``.
    """
    spoken = {(c.levels, c.parts) for c in (motion.config.lower, motion.config.upper)}
    heard = {(c.levels, c.parts) for c in (music.config.semantic, music.config.acoustic)}
    if spoken != {(config.levels, config.parts)} or heard != {(config.music_levels, 1)}:
        raise EightcountError(
            "run-mismatch",
            "The generator's levels are not those of the trained tokenizers.",
            "Give levels, parts and music_levels in [generator] as in [tokenizer] and [music].",
        )


def train_refiner(run: Run) -> None:
    """Train the refiner on what the run's tokenizer makes of the motion shard."""
    table = run.table("refiner")
    loop = build(LoopConfig, table.pop("loop", {}))
    run.begin("refiner", table, "motion", "decoder")
    if run.finished("refiner", table, loop.steps):
        return
    torch.manual_seed(loop.seed)
    stage = RefinerStage(
        TemporalRefiner(build(RefinerConfig, table)),
        open_shard(run.shard("motion")),
        motion_tokenizer(run),
    )
    run.save("refiner", train(stage, loop, run.work / "refiner", run.device), table)


def bundle(run: Run, folder: Path) -> None:
    """Put the trained stages together as a model folder, with the run's scores and curves."""
    data, about = run.table("data"), run.table("model")
    generator = run.weights("generator")
    energy = generator["state"].pop("energy").numpy()
    nets = {
        "generator": TokenDance(build(TokenDanceConfig, generator["config"])),
        "refiner": TemporalRefiner(build(RefinerConfig, run.weights("refiner")["config"])),
    }
    nets["generator"].load_state_dict(generator["state"])
    nets["refiner"].load_state_dict(run.weights("refiner")["state"])
    for net in nets.values():
        net.eval().requires_grad_(False)
    model = Model(
        folder.name,
        tuple(data["genres"]),
        about.get("licence", "Apache-2.0"),
        motion_tokenizer(run),
        music_tokenizer(run),
        **nets,
        energy=energy,
        note=about.get("note", ""),
        heat=about.get("heat", {}),
        stage={name: tuple(amounts) for name, amounts in about.get("stage", {}).items()},
    )
    held_out = [song for song in read_song_library(run.shard("songs")) if song.held_out]
    save_model(replace(model, reply=energy_replies(model, held_out)), folder)
    kept = folder / "training"
    kept.mkdir(exist_ok=True)
    for stage in ("tokenizer", "decoder", "music", "generator", "refiner"):
        shutil.copyfile(run.work / stage / "curves.csv", kept / f"{stage}.csv")
        shutil.copyfile(run.work / stage / "result.json", kept / f"{stage}.json")
