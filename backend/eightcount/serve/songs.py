"""The songs the backend has heard, by digest: the least recently used go first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from eightcount.wire.messages import SongReady

CACHE_BYTES = 256 << 20


@dataclass(frozen=True)
class HeardSong:
    """A decoded song with what was found in it.

    ``content`` is the engine's own; ``ready`` the answer to clients (its job is ""); ``size`` the
    bytes of memory that ``content`` holds.
    """

    digest: str
    content: Any
    ready: SongReady
    size: int


class SongCache:
    """Decoded songs within a budget of bytes; the newest always stays. Safe across threads."""

    def __init__(self, limit: int = CACHE_BYTES) -> None:
        self.limit = limit
        self._songs: OrderedDict[str, HeardSong] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, digest: str) -> HeardSong | None:
        """The song, which counts as used, or None."""
        with self._lock:
            song = self._songs.get(digest)
            if song is not None:
                self._songs.move_to_end(digest)
            return song

    def put(self, song: HeardSong) -> None:
        """Add a song and drop the oldest ones that no longer fit."""
        with self._lock:
            self._songs[song.digest] = song
            self._songs.move_to_end(song.digest)
            while len(self._songs) > 1 and self.size_unlocked() > self.limit:
                self._songs.popitem(last=False)

    def size_unlocked(self) -> int:
        """Bytes held now; for callers that hold the lock or do not mind a race."""
        return sum(song.size for song in self._songs.values())

    def __len__(self) -> int:
        return len(self._songs)
