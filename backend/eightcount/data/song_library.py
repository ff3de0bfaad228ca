"""Songs to pair dances with: decoded once, kept as 35 features a frame and their rhythm."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from eightcount.data.shards import Shard, ShardWriter, open_shard
from eightcount.motion.errors import EightcountError
from eightcount.music.features import song_features
from eightcount.music.rhythm import Rhythm, find_rhythm, loudness_curve
from eightcount.music.song import decode_song

_SUFFIXES = {".ogg", ".opus", ".mp3", ".flac", ".wav", ".m4a"}
#: seconds of each song that are kept: enough for several pairings
_SECONDS = 90.0
#: jingles and effects are no songs
_MIN_SECONDS = 25.0


@dataclass(frozen=True)
class LibrarySong:
    """One song of the library: features (T, 35), loudness (T,) and rhythm."""

    name: str
    held_out: bool
    features: np.ndarray
    loudness: np.ndarray
    rhythm: Rhythm


def song_files(folders: list[Path]) -> list[Path]:
    """Every audio file under the folders, in a fixed order."""
    found = {p for folder in folders for p in folder.rglob("*") if p.suffix.lower() in _SUFFIXES}
    return sorted(found)


def write_song_library(files: list[Path], folder: Path, held_out_every: int = 8) -> list[str]:
    """Write the library; every eighth song is held out. Returns what was refused, and why."""
    writer, refused = ShardWriter(folder), []
    for number, path in enumerate(files):
        try:
            song = decode_song(path, seconds=_SECONDS)
            if song.seconds < _MIN_SECONDS or song.warnings:
                refused.append(f"{path.name}: {song.warnings or 'too short'}")
                continue
            rhythm = find_rhythm(song)
        except EightcountError as fault:
            refused.append(f"{path.name}: {fault}")
            continue
        features = song_features(song, rhythm).astype(np.float32)
        loudness = loudness_curve(song)[: len(features), None].astype(np.float32)
        writer.add(
            {"features": features, "loudness": loudness},
            name=f"{path.parent.name}/{path.name}",
            genre="",
            held_out=number % held_out_every == 0,
            info={"rhythm": json.loads(json.dumps(asdict(rhythm), default=np.ndarray.tolist))},
        )
    writer.close()
    return refused


def read_song_library(folder: Path) -> list[LibrarySong]:
    """Open a library that :func:`write_song_library` wrote."""
    shard: Shard = open_shard(folder)
    songs = []
    for s in shard.sequences:
        fields = dict(s.info["rhythm"])
        fields["beats"] = np.asarray(fields["beats"], np.float64)
        fields["downbeats"] = np.asarray(fields["downbeats"], np.int64)
        songs.append(
            LibrarySong(
                s.name,
                s.held_out,
                shard.read(s, "features"),
                shard.read(s, "loudness")[:, 0],
                Rhythm(**fields),
            )
        )
    return songs
