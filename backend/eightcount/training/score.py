"""Last stage: the bundled model judged on songs that nothing was trained on.

Takes of every genre, the composer's dances to the same songs and real mocap are measured against the
same reference by ``eightcount.metrics``; ``quality.md`` has the table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from eightcount.choreographer import Request, choreograph
from eightcount.data.shards import open_shard
from eightcount.data.song_library import song_files
from eightcount.listening import Heard, hear
from eightcount.metrics.diversity import sample_poses, seed_diversity
from eightcount.metrics.evaluate import Evaluation, evaluate
from eightcount.metrics.protocols import PROTOCOLS
from eightcount.metrics.report import write_report
from eightcount.models import Model
from eightcount.motion.contacts import foot_clearance
from eightcount.motion.errors import EightcountError
from eightcount.motion.formats.npz import load_take, save_take
from eightcount.motion.motion import Motion
from eightcount.motion.skeleton import FPS
from eightcount.moves.compose import compose
from eightcount.moves.feel import GENRES
from eightcount.music.song import decode_song
from eightcount.training.quality import quality_table
from eightcount.training.reference import write_reference
from eightcount.training.targets import (
    TokenizerScores,
    take_targets,
    targets_table,
    tokenizer_targets,
)

#: songs that are judged by at most
_SONGS = 8


@dataclass(frozen=True)
class ScoreConfig:
    """How much is judged: seeds a song and genre, seeds of the first song of which no two may be
    alike, start in the song (an introduction often has no beat to dance to) and length of a take in
    seconds, the metrics' protocol."""

    seeds: tuple[int, ...] = (1, 2)
    many_seeds: int = 8
    start: float = 15.0
    seconds: float = 30.0
    protocol: str = "lodge"


@dataclass(frozen=True)
class JudgedSong:
    """A song to judge by, heard once for all takes."""

    name: str
    heard: Heard


def held_out_files(work: Path, folders: list[Path]) -> list[Path]:
    """Files of the song library that were held out of a run, where they still are."""
    held_out = {s.name for s in open_shard(work / "corpus" / "songs").held_out()}
    files = song_files([*folders, work / "synth"])
    return [path for path in files if f"{path.parent.name}/{path.name}" in held_out]


def judged_songs(places: list[Path], config: ScoreConfig) -> list[JudgedSong]:
    """Up to eight songs that are long enough and have a beat, drawn from folders or files.

    Raises:
        EightcountError: ``songs-missing``.
    """
    files = sorted({p for p in places if p.is_file()} | set(song_files(places)))
    found: list[JudgedSong] = []
    order = np.random.default_rng(0).permutation(len(files))
    for number in order:
        if len(found) == _SONGS:
            break
        path = files[number]
        try:
            song = decode_song(path, seconds=config.start + config.seconds + 10)
            if song.seconds >= config.start + config.seconds and not song.warnings:
                found.append(JudgedSong(path.stem, hear(song)))
        except EightcountError as fault:
            print(f"{path.name} is not judged by: {fault}")
    if not found:
        raise EightcountError(
            "songs-missing",
            "There is no song to judge by.",
            f"Give --judge a folder with songs of {config.start + config.seconds:g} s and more.",
        )
    return found


def score(
    model: Model,
    songs: list[JudgedSong],
    pairs: Path,
    folder: Path,
    config: ScoreConfig,
    progress: Callable[[str], None] = print,
    tokenizer: TokenizerScores | None = None,
) -> Path:
    """Judge a model; takes that a cut run left are not made again.

    Args:
        model: the bundled model.
        songs: never trained on.
        pairs: the run's shard of pairs, for the reference.
        folder: takes, reports and ``quality.md`` go there.
        config: how much.
        progress: told what is being done.
        tokenizer: what the run's motion tokenizer loses, for the table of what was asked for.

    Returns:
        The path of ``quality.md``.
    """
    for song in songs:
        progress(f"{song.name}: {song.heard.rhythm.tempo:.0f} BPM")
        for genre in model.genres:
            for seed in config.seeds:
                _model_take(model, song, genre, seed, config, folder / "takes")
                if genre in GENRES:
                    _composer_take(song, genre, seed, config, folder / "composer")
    cut = {"first": round(config.start * FPS), "frames": round(config.seconds * FPS)}
    write_reference(pairs, folder / "reference", **cut)
    write_reference(pairs, folder / "mocap", **cut, authored=False)
    results: dict[str, Evaluation] = {}
    for name in ("takes", "composer", "mocap"):
        progress(f"measuring {name}")
        if not any((folder / name).glob("*.npz")):
            continue
        results[name] = evaluate(
            folder / name,
            folder / "reference",
            PROTOCOLS[config.protocol],
            controls=name == "takes",
        )
        write_report(results[name], folder / f"report-{name}")
    progress(f"{config.many_seeds} seeds of {songs[0].name}")
    nearest = _nearest_seeds(model, songs[0], config, folder / "seeds")
    asked = tokenizer_targets(tokenizer) if tokenizer else []
    asked += take_targets(
        results["takes"], results.get("mocap"), nearest, _deepest(folder / "takes")
    )
    table = folder / "quality.md"
    text = f"{quality_table(results)}\n{targets_table(asked)}"
    table.write_text(text, encoding="utf-8")
    return table


def _deepest(folder: Path) -> float:
    """How deep the feet sink into the floor in the worst frame of a folder's takes, cm."""
    joints = (load_take(path).motion.joints() for path in sorted(folder.glob("*.npz")))
    return max(float(-100 * foot_clearance(j).min()) for j in joints)


def _nearest_seeds(
    model: Model, song: JudgedSong, config: ScoreConfig, folder: Path
) -> dict[str, float]:
    """By genre, how far apart the two nearest of many seeds lie (mean joint distance), cm."""
    nearest = {}
    for genre in model.genres:
        poses = []
        for seed in range(1, config.many_seeds + 1):
            path = _model_take(model, song, genre, seed, config, folder)
            poses.append(sample_poses(load_take(path).motion.joints(), FPS))
        nearest[genre] = min(seed_diversity([a, b]).distance for a, b in combinations(poses, 2))
    return nearest


def _model_take(
    model: Model, song: JudgedSong, genre: str, seed: int, config: ScoreConfig, folder: Path
) -> Path:
    path = folder / f"{song.name}_{genre}_{seed}.npz"
    if path.exists():
        return path
    request = Request(genre, seed, start=config.start, seconds=config.seconds)
    motion = Motion.concatenate([c.motion for c in choreograph(song.heard, request, model)])
    _save(path, motion, song, config, genre=genre, seed=seed, model=model.name)
    return path


def _composer_take(
    song: JudgedSong, genre: str, seed: int, config: ScoreConfig, folder: Path
) -> None:
    path = folder / f"{song.name}_{genre}_{seed}.npz"
    if path.exists():
        return
    first, count = round(config.start * FPS), round(config.seconds * FPS)
    heard = song.heard
    dance = compose(heard.rhythm, first + count, genre, 10_000 + seed, energy=heard.loudness)
    motion = dance.motion.slice(first, first + count)
    _save(path, motion, song, config, genre=genre, seed=seed, model="composer")


def _save(path: Path, motion: Motion, song: JudgedSong, config: ScoreConfig, **made_by) -> None:
    beats = song.heard.rhythm.beats - config.start * FPS
    beats = beats[(beats >= 0) & (beats < len(motion))]
    path.parent.mkdir(parents=True, exist_ok=True)
    save_take(path, motion, beats=beats, extra={"song": song.name}, **made_by)
