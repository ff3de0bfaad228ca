"""Stage 0: corpus and songs to shards."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile

from eightcount.data.corpus import dance_minutes, read_corpus
from eightcount.data.motion_shard import write_motion_shard
from eightcount.data.pairing import write_pairs
from eightcount.data.phrases import danced_clips
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
        pairs: training pairs of 20 s per genre.
        held_out_pairs: held-out pairs per genre.
        seed: of songs and pairings.
    """

    genres: tuple[str, ...] = ("salsa", "modern", "pop")
    synth_songs: int = 64
    synth_seconds: float = 45.0
    pairs: dict[str, int] = field(default_factory=lambda: {"salsa": 700, "modern": 400, "pop": 120})
    held_out_pairs: int = 12
    seed: int = 0


def prepare_motion(config: DataConfig, corpus: Path, work: Path) -> None:
    """Corpus to the motion shard."""
    clips = read_corpus(corpus, work)
    for genre, minutes in dance_minutes(clips):
        print(f"{genre}: {minutes:.1f} min")
    write_motion_shard(clips, work / "corpus" / "motion")


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


def prepare_pairs(config: DataConfig, corpus: Path, work: Path) -> None:
    """Corpus and song library to the shard of constructed pairs."""
    clips = danced_clips(read_corpus(corpus, work))
    songs = read_song_library(work / "corpus" / "songs")
    write_pairs(
        clips,
        songs,
        work / "corpus" / "pairs",
        pairs={genre: config.pairs[genre] for genre in config.genres},
        held_out_pairs=config.held_out_pairs,
        seed=config.seed,
    )


def prepare_all(config: DataConfig, corpus: Path, songs: list[Path], work: Path) -> None:
    """Motion shard, song library and pairs, in this order."""
    prepare_motion(config, corpus, work)
    prepare_songs(config, songs, work)
    prepare_pairs(config, corpus, work)
