"""Stage 0: corpus and songs to shards."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
import soundfile

import eightcount
from eightcount.data.checks import without_jumps
from eightcount.data.composed import add_composed_clips, write_composed_pairs
from eightcount.data.corpus import Clip, dance_minutes, read_corpus
from eightcount.data.motion_shard import add_clip
from eightcount.data.pairing import write_pairs
from eightcount.data.phrases import danced_clips
from eightcount.data.shards import ShardWriter
from eightcount.data.song_library import read_song_library, song_files, write_song_library
from eightcount.motion.errors import EightcountError
from eightcount.music.synth import synthesise
from eightcount.music.synth_styles import STYLES


@dataclass(frozen=True)
class DataConfig:
    """What the shards are made of.

    Attributes:
        genres: of the model, in its order.
        synth_songs: how many songs we synthesise for the library.
        synth_seconds: how long each is.
        pairs: training pairs of 20 s of mocap per genre.
        held_out_pairs: held-out pairs per genre, of mocap or composed.
        composed: training dances, each as long as its song, per genre of the move library.
        composed_clips: composed dances of 30 s per genre in the tokenizer's data.
        invented_clips: dances of 30 s of invented moves per genre, beside them.
        workers: processes that compose; 0 = one a core.
        seed: of songs, pairings and compositions.
    """

    genres: tuple[str, ...] = ("salsa", "modern")
    synth_songs: int = 64
    synth_seconds: float = 45.0
    pairs: dict[str, int] = field(default_factory=dict)
    held_out_pairs: int = 12
    composed: dict[str, int] = field(default_factory=dict)
    composed_clips: int = 60
    invented_clips: int = 0
    workers: int = 0
    seed: int = 0


def read_clips(config: DataConfig, corpus: Path, work: Path) -> list[Clip]:
    """The corpus's clips, cut where the capture jumps.

    Clips of a genre that the model does not pair mocap for count as everyday motion.
    """
    clips = []
    for clip in read_corpus(corpus, work):
        genre = clip.genre if clip.genre in config.pairs else ""
        try:
            pieces, notes = without_jumps(clip.motion)
        except EightcountError as fault:
            print(f"{clip.name} is left out: {fault}")
            continue
        for note in notes:
            print(f"{clip.name}: {note}")
        clips += [replace(clip, genre=genre, motion=piece) for piece in pieces]
    return clips


def prepare_motion(config: DataConfig, clips: list[Clip], work: Path) -> None:
    """Mocap and composed dances to the motion shard (the tokenizer's and the refiner's data)."""
    for genre, minutes in dance_minutes(clips):
        print(f"{genre}: {minutes:.1f} min")
    writer = ShardWriter(work / "corpus" / "motion")
    for clip in clips:
        add_clip(writer, clip)
    add_composed_clips(
        writer,
        read_song_library(work / "corpus" / "songs"),
        dances=dict.fromkeys(config.composed, config.composed_clips),
        invented=config.invented_clips,
        seed=config.seed,
        workers=config.workers,
    )
    writer.close()


def prepare_songs(config: DataConfig, folders: list[Path], work: Path) -> None:
    """Song folders and synthesised songs to the song library.

    Raises:
        EightcountError: ``songs-missing`` when a folder holds no audio file.
    """
    for folder in folders:
        if not song_files([folder]):
            raise EightcountError(
                "songs-missing", f"There is no song in {folder}.", "Check the --songs folders."
            )
    made = work / "synth"
    _synthesise(config, made)
    files = song_files([*folders, made])
    refused = write_song_library(files, work / "corpus" / "songs")
    print(f"songs: {len(files) - len(refused)} kept, {len(refused)} refused (jingles, no beat)")


def _synthesise(config: DataConfig, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(config.seed)
    styles = sorted(STYLES)
    for number in range(config.synth_songs):
        style, bpm = styles[number % len(styles)], float(rng.uniform(74, 150))
        path = folder / f"{number:03d}-{style}-{bpm:.0f}.wav"
        if path.exists():
            continue
        song = synthesise(style, config.synth_seconds, bpm, config.seed * 1000 + number)
        soundfile.write(path, song[0], song[1], subtype="PCM_16")


def prepare_pairs(config: DataConfig, clips: list[Clip], work: Path) -> None:
    """Mocap laid on songs, and dances composed to them, to one shard of pairs."""
    songs = read_song_library(work / "corpus" / "songs")
    writer = ShardWriter(work / "corpus" / "pairs")
    write_pairs(
        writer,
        danced_clips(clips),
        songs,
        pairs=config.pairs,
        held_out_pairs=config.held_out_pairs,
        seed=config.seed,
    )
    write_composed_pairs(
        writer,
        songs,
        dances=config.composed,
        held_out_dances=config.held_out_pairs,
        seed=config.seed,
        workers=config.workers,
    )
    writer.close()


def prepare_all(config: DataConfig, corpus: Path, songs: list[Path], work: Path) -> None:
    """Song library, motion shard and pairs, in this order; nothing if the same are there already.

    Raises:
        EightcountError: ``genre-without-data`` when a genre of the model has neither mocap nor moves.
    """
    for genre in config.genres:
        if genre not in config.pairs and genre not in config.composed:
            raise EightcountError(
                "genre-without-data",
                f"The run has no data for the genre {genre!r}.",
                "Name it in [data.pairs] or [data.composed], or take it out of genres.",
            )
    made, wanted = work / "corpus" / "made_from.json", _inputs(config, corpus, songs)
    if made.is_file() and json.loads(made.read_text("utf-8")) == wanted:
        print("data of these settings, files and moves are there already")
        return
    made.unlink(missing_ok=True)
    clips = read_clips(config, corpus, work)
    prepare_songs(config, songs, work)
    prepare_motion(config, clips, work)
    prepare_pairs(config, clips, work)
    made.write_text(json.dumps(wanted, indent=1), "utf-8")


def _inputs(config: DataConfig, corpus: Path, songs: list[Path]) -> dict:
    """What the shards are made from, JSON-able: settings, code, names and sizes of the files."""
    files = [*sorted(p for p in corpus.rglob("*") if p.is_file()), *song_files(songs)]
    settings = json.loads(json.dumps(asdict(replace(config, workers=0))))
    return {
        "settings": settings,
        "code": _code(),
        "files": [[p.name, p.stat().st_size] for p in files],
    }


def _code() -> str:
    """Digest of the move library, its composer and the data code: better moves are better data."""
    digest = hashlib.sha256()
    packages = Path(eightcount.__file__).parent
    for package in ("moves", "data"):
        for path in sorted((packages / package).rglob("*")):
            if path.suffix in (".py", ".moves"):
                digest.update(path.read_bytes())
    return digest.hexdigest()
