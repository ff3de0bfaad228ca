# SPDX-License-Identifier: GPL-3.0-or-later
"""The bytes of a song's file, and its name on the wire. No bpy: the link's thread works with it."""

from __future__ import annotations

from pathlib import Path

from eightcount.motion.errors import EightcountError
from eightcount.wire.framing import MAX_HEADER_BYTES, MAX_MESSAGE_BYTES
from eightcount.wire.messages import song_digest


class Digests:
    """Digests of songs. A file that has not changed is not read again for it: an edit should not wait
    for thirty megabytes."""

    def __init__(self) -> None:
        self._known: dict[tuple, str] = {}

    def of(self, song: bytes | Path, name: str) -> str:
        """The song's digest. Raises as `song_bytes`."""
        if isinstance(song, bytes):
            return song_digest(song_bytes(song, name))
        try:
            there = song.stat()
        except OSError as error:
            raise _unreadable(song, error) from error
        key = (str(song), there.st_size, there.st_mtime_ns)
        if key not in self._known:
            self._known[key] = song_digest(song_bytes(song, name))
        return self._known[key]


def song_bytes(song: bytes | Path, name: str) -> bytes:
    """The file's bytes. Raises EightcountError "song-missing", "song-too-large"."""
    try:
        data = song if isinstance(song, bytes) else song.read_bytes()
    except OSError as error:
        raise _unreadable(song, error) from error
    if len(data) > MAX_MESSAGE_BYTES - MAX_HEADER_BYTES:
        raise EightcountError(
            "song-too-large",
            f"The song {name} is larger than {MAX_MESSAGE_BYTES >> 20} MiB.",
            "Save it in a smaller format such as FLAC or MP3, or cut it.",
        )
    return data


def _unreadable(song: Path, error: OSError) -> EightcountError:
    return EightcountError(
        "song-missing",
        f"The song {song} cannot be read: {error.strerror or error}.",
        "Choose the song's file again.",
    )
