"""Audio files as blocks of mono samples: soundfile first, PyAV for what it cannot read.

Everything goes block by block (about a second at a time), so a long file in many channels never
lies in memory as a whole; only its mono 15360 Hz version does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import av
import numpy as np
import soundfile
import soxr

SAMPLE_RATE = 15360
"""Samples a second of every decoded song: 512 samples are one frame at 30 fps."""

# Demuxers that hold one sound in one file. Playlists (hls, concat, sdp) stay out: they make the
# reader open other files and hosts that the song names.
_AV_FORMATS = (
    "aac,ac3,aiff,amr,ape,asf,au,avi,caf,dts,eac3,flac,flv,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,"
    "mp3,mpeg,mpegts,ogg,rm,tak,tta,w64,wav,wv"
)


@dataclass
class Source:
    """An opened audio file.

    Attributes:
        sample_rate: samples a second of the file.
        seconds: length the file claims from its start, or None where it does not say.
        blocks: mono float32 blocks in order; may raise `Broken` at a damaged place.
    """

    sample_rate: int
    seconds: float | None
    blocks: Iterator[np.ndarray]


class Broken(Exception):
    """The decoder cannot go on; what came before is good."""


class NoSound(Exception):
    """A readable media file without an audio stream."""


def open_soundfile(stream: BinaryIO, start: float) -> Source | None:
    """Open `stream` with libsndfile at `start` seconds; None where it does not know the format."""
    try:
        sound = soundfile.SoundFile(stream)
    except (soundfile.SoundFileError, RuntimeError, TypeError, ValueError):
        return None
    rate = int(sound.samplerate)
    if rate <= 0 or sound.channels <= 0:
        return None
    # Damaged headers claim absurd lengths; a day and more is not a claim worth showing.
    seconds = sound.frames / rate if 0 <= sound.frames < rate * 86400 else None
    return Source(rate, seconds, _soundfile_blocks(sound, round(start * rate)))


def _soundfile_blocks(sound: soundfile.SoundFile, first: int) -> Iterator[np.ndarray]:
    with sound:
        try:
            first = _seek(sound, first)
            while True:
                block = sound.read(sound.samplerate, dtype="float32", always_2d=True)
                if not len(block):
                    return
                if first:  # the rest of a seek that was not possible
                    drop = min(first, len(block))
                    block, first = block[drop:], first - drop
                yield _mono(block.T)
        except (soundfile.SoundFileError, RuntimeError) as error:
            raise Broken(str(error)) from error


def _seek(sound: soundfile.SoundFile, first: int) -> int:
    """Go to sample `first`; returns how many samples are still to be dropped."""
    if first == 0:
        return 0
    try:
        sound.seek(min(first, sound.frames))
        return 0
    except (soundfile.SoundFileError, RuntimeError):
        sound.seek(0)
        return first


def open_av(stream: BinaryIO, start: float) -> Source | None:
    """Open `stream` with FFmpeg's libraries at `start` seconds; None where it is no media file.

    Raises:
        NoSound: a media file without an audio stream.
    """
    stream.seek(0)
    try:
        container = av.open(stream, options={"format_whitelist": _AV_FORMATS})
    except (av.FFmpegError, ValueError, OSError, EOFError):
        return None
    if not container.streams.audio:
        container.close()
        raise NoSound
    track = container.streams.audio[0]
    rate = int(track.codec_context.sample_rate or 0)
    if rate <= 0:
        container.close()
        return None
    seconds = None
    if track.duration and track.time_base:
        seconds = float(track.duration * track.time_base)
    elif container.duration:
        seconds = container.duration / av.time_base
    return Source(rate, seconds, _av_blocks(container, track, rate, round(start * rate)))


def _av_blocks(
    container: av.container.InputContainer,
    track: av.AudioStream,
    rate: int,
    first: int,
) -> Iterator[np.ndarray]:
    # Decoding from the top and dropping is sample-exact; FFmpeg's seeks are not for every codec.
    with container:
        resampler = None
        try:
            for frame in container.decode(track):
                if resampler is None:
                    resampler = av.AudioResampler("fltp", layout=frame.layout, rate=rate)
                for part in resampler.resample(frame):
                    block = _mono(part.to_ndarray())
                    drop = min(first, len(block))
                    first -= drop
                    if drop < len(block):
                        yield block[drop:]
        except (av.FFmpegError, ValueError, OSError, EOFError) as error:
            raise Broken(str(error)) from error


def _mono(block: np.ndarray) -> np.ndarray:
    """(channels, n) to the mean of the channels (n,), with NaN and infinity made silent."""
    mono = block.mean(axis=0, dtype=np.float32)
    if not np.isfinite(mono).all():
        mono = np.nan_to_num(mono, nan=0.0, posinf=0.0, neginf=0.0)
    return mono


@dataclass
class Decoded:
    """What `read` got: samples (N,) float32 at 15360 Hz, and whether the decoder gave up early."""

    samples: np.ndarray
    seconds: float
    broken: bool


def read(source: Source, seconds: float | None) -> Decoded:
    """Read at most `seconds` of `source` (all of it if None), resampled to 15360 Hz."""
    resampler = soxr.ResampleStream(source.sample_rate, SAMPLE_RATE, 1, dtype="float32")
    wanted = None if seconds is None else round(seconds * source.sample_rate)
    pieces: list[np.ndarray] = []
    taken, broken = 0, False
    try:
        for block in source.blocks:
            if wanted is not None:
                block = block[: wanted - taken]
            taken += len(block)
            pieces.append(resampler.resample_chunk(np.ascontiguousarray(block)))
            if wanted is not None and taken >= wanted:
                break
    except Broken:
        broken = True
    pieces.append(resampler.resample_chunk(np.zeros(0, dtype=np.float32), last=True))
    samples = np.concatenate(pieces)
    # The resampler's own rounding must not cost a frame: 20 s are 600 frames, never 599.
    length = round(taken * SAMPLE_RATE / source.sample_rate)
    samples = np.pad(samples[:length], (0, max(0, length - len(samples))))
    return Decoded(samples, taken / source.sample_rate, broken)
