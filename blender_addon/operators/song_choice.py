# SPDX-License-Identifier: GPL-3.0-or-later
"""Which stretch of which song is danced to, and where on the timeline."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path

import bpy

from eightcount.motion.errors import EightcountError

from ..rig import sound
from ..rig.timing import scene_fps
from .song import song_missing

#: shortest stretch that can be danced to, seconds: one token.
LEAST = 4 / 30


@dataclass(frozen=True)
class SongChoice:
    """What a `TakeRequest` says of its song, under the same names.

    Attributes:
        song: the file, or the bytes of a packed one; ``song_path``: where it lay.
        start, seconds: the stretch of the song; None: to its end.
        first_frame: scene frame at which the stretch begins.
        from_strip: the song lies on the timeline already.
        keep_range: the scene's range is the user's; it only grows where the take is longer.
        lay_frame, lay_start: where its strip begins, if one must be laid: scene frame, and seconds of
            the song that are left out.
    """

    song: bytes | Path
    song_name: str
    song_path: str
    start: float
    seconds: float | None
    first_frame: int
    lay_frame: int
    lay_start: float
    from_strip: bool = False
    keep_range: bool = False


def file_song(
    scene: bpy.types.Scene, path: str, start: float, seconds: float, first_frame: int
) -> SongChoice:
    """A song's file from ``start`` s on, ``seconds`` long (0: to its end), at a scene frame.

    Raises EightcountError "song-unset", "song-missing".
    """
    path = bpy.path.abspath(path)
    if not path or not Path(path).is_file():
        raise song_missing(path)
    start = sound.snap_start(scene, start)
    keep = first_frame != scene.frame_start
    return SongChoice(
        song=Path(path),
        song_name=Path(path).name,
        song_path=path,
        start=start,
        seconds=seconds or None,
        first_frame=first_frame,
        lay_frame=first_frame,
        lay_start=start,
        keep_range=keep,
    )


def strip_song(scene: bpy.types.Scene, name: str, most: float | None) -> SongChoice:
    """The song of a sound strip as it is trimmed, at most so many seconds of it.

    Raises EightcountError "song-strip", "song-missing".
    """
    strip = sound.sound_strip(scene, name)
    if strip is None:
        raise EightcountError(
            "song-strip",
            f"There is no sound strip {name!r}.",
            "Select a sound strip and press Use Selected Strip.",
        )
    found = sound.read_strip(scene, strip)
    if found.data is None and not Path(found.path).is_file():
        raise song_missing(found.path)
    first, start = math.floor(found.first_frame), max(found.start, 0.0)
    return SongChoice(
        song=found.data if found.data is not None else Path(found.path),
        song_name=found.name,
        song_path=found.path,
        start=start,
        seconds=found.seconds if most is None else min(found.seconds, most),
        first_frame=first,
        lay_frame=first,
        lay_start=start,
        from_strip=True,
        keep_range=True,
    )


def where_it_lies(scene: bpy.types.Scene, choice: SongChoice) -> SongChoice:
    """The choice at the place at which the song lies on the timeline already, if it does."""
    strip = None if choice.from_strip else sound.strip_of_file(scene, choice.song_path)
    if strip is None:
        return choice
    first = round(strip.frame_start + choice.start * scene_fps(scene))
    return replace(choice, first_frame=first, lay_frame=first)


def under_preview(scene: bpy.types.Scene, choice: SongChoice) -> SongChoice:
    """The part of the choice that lies under the scene's preview range, both its ends included.

    Raises EightcountError "preview-unset", "preview-outside".
    """
    if not scene.use_preview_range:
        raise EightcountError(
            "preview-unset",
            "The scene has no preview range.",
            "Set one (P in the timeline) over the part to dance, or switch Preview Range off.",
        )
    fps = scene_fps(scene)
    begin = max(scene.frame_preview_start, choice.first_frame)
    end = scene.frame_preview_end + 1
    if choice.seconds is not None:
        end = min(end, choice.first_frame + choice.seconds * fps)
    if (end - begin) / fps < LEAST:
        raise EightcountError(
            "preview-outside",
            f"The preview range from frame {scene.frame_preview_start} to "
            f"{scene.frame_preview_end} holds next to nothing of the song, "
            f"which begins at frame {choice.first_frame}.",
            "Move the preview range over the song, or switch Preview Range off.",
        )
    return replace(
        choice,
        start=choice.start + (begin - choice.first_frame) / fps,
        seconds=(end - begin) / fps,
        first_frame=begin,
        keep_range=True,
    )
