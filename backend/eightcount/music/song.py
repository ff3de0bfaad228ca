"""A song: mono float32 samples at 15360 Hz, decoded from any audio file."""

from __future__ import annotations

import hashlib
import io
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np

from eightcount.motion.errors import EightcountError
from eightcount.music.decoding import (
    SAMPLE_RATE,
    Decoded,
    NoSound,
    Source,
    open_av,
    open_soundfile,
    read,
)
from eightcount.music.pulse import has_pulse, onset_bands

FPS = 30
"""Frames a second of everything that music gives to the dance."""
SAMPLES_PER_FRAME = SAMPLE_RATE // FPS
MIN_SECONDS = 1.0
MAX_SECONDS = 30 * 60.0
_SILENCE = 10 ** (-60 / 20)  # peak below -60 dB of full scale: nobody would hear it
_FORMATS_HINT = "Choose a WAV, FLAC, OGG, MP3, M4A or AAC file that plays in a music player."


@dataclass(frozen=True, eq=False)
class Song:
    """A decoded song, or the part of it that was asked for.

    Attributes:
        samples: (N,) mono float32, full scale +-1.
        sample_rate: always 15360, so that 512 samples are one frame at 30 fps.
        name: the file's name without its ending, for take names.
        digest: sha256 of the file's bytes, hexadecimal; the same for every part of a file.
        warnings: sentences for the user about what is odd with the song (silent, cut off, ...).
        onsets: (M, 3) onset strengths at 120 a second (`pulse.onset_bands`) where decoding has
            already computed them; `find_rhythm` does it otherwise.
    """

    samples: np.ndarray
    sample_rate: int
    name: str
    digest: str
    warnings: tuple[str, ...] = ()
    onsets: np.ndarray | None = field(default=None, repr=False)

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.sample_rate

    @property
    def frames(self) -> int:
        """Whole frames at 30 fps: T = floor(seconds * 30), by whole samples."""
        return len(self.samples) // SAMPLES_PER_FRAME


def decode_song(
    data: bytes | Path,
    *,
    name: str = "",
    start: float = 0.0,
    seconds: float | None = None,
) -> Song:
    """Decode an audio file, or `seconds` of it from `start` on.

    Args:
        data: the file's bytes, or its path (any characters).
        name: name for takes; a path's own name if empty.
        start: seconds into the file at which the song begins.
        seconds: how much of it; all up to the end if None or if the file ends before.

    Returns:
        The song. Silence, speech, noise and files that break off are songs with a warning.

    Raises:
        EightcountError: codes "song-missing", "song-unreadable", "song-empty", "song-not-audio",
            "song-no-sound", "song-too-short", "song-too-long" and "song-bad-range".
    """
    label, stream = _open(data, name)
    with stream:
        _check_range(label, start, seconds)
        digest = _digest(stream)
        source, decoded = _decode(stream, label, start, seconds)
    if decoded.seconds < MIN_SECONDS:
        raise _too_short(label, start, decoded)
    onsets = onset_bands(decoded.samples)
    warnings = _warnings(label, source, decoded, start, seconds, onsets)
    return Song(decoded.samples, SAMPLE_RATE, label, digest, warnings, onsets)


def _open(data: bytes | Path, name: str) -> tuple[str, BinaryIO]:
    """(label for sentences and takes, binary stream at the start of the file)."""
    if isinstance(data, (bytes, bytearray, memoryview)):
        label, stream = name or "song", io.BytesIO(data)
        empty = len(data) == 0
    else:
        path = Path(data)
        label = name or path.stem
        if path.is_dir():
            raise EightcountError(
                "song-unreadable",
                f"'{path}' is a folder, not a song.",
                "Choose an audio file inside it.",
            )
        if not path.exists():
            raise EightcountError(
                "song-missing",
                f"There is no file '{path}'.",
                "Check the path, or choose the song again.",
            )
        try:
            stream = path.open("rb")
            empty = path.stat().st_size == 0
        except OSError as error:
            raise EightcountError(
                "song-unreadable",
                f"The file '{path}' cannot be read ({error.strerror or error}).",
                "Check its permissions, or copy it to a folder of your own.",
            ) from error
    if empty:
        stream.close()
        raise EightcountError(
            "song-empty",
            f"The file of '{label}' is empty (0 bytes).",
            "Download or export the song again.",
        )
    return label, stream


def _check_range(label: str, start: float, seconds: float | None) -> None:
    wrong = not math.isfinite(start) or start < 0
    if seconds is not None:
        wrong = wrong or not math.isfinite(seconds) or seconds <= 0
    if wrong:
        raise EightcountError(
            "song-bad-range",
            f"The part of '{label}' from {start:g} s for {seconds} s makes no sense.",
            "Give a start of 0 s or later and a length above 0 s.",
        )


def _digest(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    while block := stream.read(1 << 20):
        digest.update(block)
    stream.seek(0)
    return digest.hexdigest()


def _decode(
    stream: BinaryIO, label: str, start: float, seconds: float | None
) -> tuple[Source, Decoded]:
    """Decode with the first reader that gets any sound out of the file."""
    source = open_soundfile(stream, start)
    if source is not None:
        decoded = _read_checked(source, label, start, seconds)
        if decoded.seconds > 0 or (source.seconds is not None and not decoded.broken):
            return source, decoded
    try:
        source = open_av(stream, start)
    except NoSound as error:
        raise EightcountError(
            "song-no-sound",
            f"'{label}' is a media file without any sound in it.",
            "Choose a file that has an audio track.",
        ) from error
    if source is not None:
        decoded = _read_checked(source, label, start, seconds)
        if decoded.seconds > 0 or (start > 0 and not decoded.broken):
            return source, decoded
    raise EightcountError("song-not-audio", f"'{label}' is not an audio file.", _FORMATS_HINT)


def _read_checked(source: Source, label: str, start: float, seconds: float | None) -> Decoded:
    """`read` within the limit of 30 minutes, whatever the file's header says."""
    claimed = None if source.seconds is None else source.seconds - start
    if seconds is not None:
        claimed = seconds if claimed is None else min(seconds, claimed)
    if claimed is None or claimed <= MAX_SECONDS:
        # one second more than allowed shows that a file without a length is too long
        decoded = read(source, min(seconds or math.inf, MAX_SECONDS + 1.0))
        if decoded.seconds <= MAX_SECONDS:
            return decoded
        claimed = None
    length = "more than 30" if claimed is None else f"{claimed / 60:.0f}"
    raise EightcountError(
        "song-too-long",
        f"'{label}' is {length} minutes long, and 30 are the limit.",
        "Trim the strip, or give a start and a length in seconds.",
    )


def _too_short(label: str, start: float, decoded: Decoded) -> EightcountError:
    if start > 0:
        return EightcountError(
            "song-too-short",
            f"'{label}' has only {decoded.seconds:.1f} s of sound after its {start:g}th second.",
            "Start earlier in the song: a dance needs at least 1 s.",
        )
    return EightcountError(
        "song-too-short",
        f"'{label}' has only {decoded.seconds:.1f} s of sound.",
        "Choose a longer piece: a dance needs at least 1 s.",
    )


def _warnings(
    label: str,
    source: Source,
    decoded: Decoded,
    start: float,
    seconds: float | None,
    onsets: np.ndarray,
) -> tuple[str, ...]:
    found = []
    asked = seconds if seconds is not None else math.inf
    expected = min(asked, source.seconds - start) if source.seconds is not None else None
    # encoders' delay and padding differ by up to a few hundred milliseconds from the header
    if decoded.broken or (expected is not None and decoded.seconds < expected - 0.5):
        found.append(
            f"The file of '{label}' breaks off or is damaged: "
            f"only its first {start + decoded.seconds:.1f} s are used."
        )
    if np.abs(decoded.samples).max() < _SILENCE:
        found.append(f"'{label}' is silent: the take will be calm.")
    elif not has_pulse(onsets):
        found.append(
            f"No steady beat was found in '{label}': it may be speech, noise or very free music, "
            "so the take will be calm."
        )
    return tuple(found)
