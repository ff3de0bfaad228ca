# SPDX-License-Identifier: GPL-3.0-or-later
"""The song under the take: a sound strip whose audible part begins at the take's first frame."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import bpy

from eightcount.motion.errors import EightcountError

from .timing import scene_fps

MARK = "eightcount"
#: a strip that lies less than this off is where it should be, frames.
CLOSE = 0.5


@dataclass(frozen=True)
class StripSong:
    """What a sound strip says about a song.

    Attributes:
        path: the sound's file, absolute; may be missing where the sound is packed.
        data: the packed bytes, or None.
        start: seconds of the song that the strip's beginning cuts off.
        seconds: length of the strip.
        first_frame: scene frame at which the strip begins to sound.
    """

    name: str
    path: str
    data: bytes | None
    start: float
    seconds: float
    first_frame: int


def strips_of(scene: bpy.types.Scene):
    """All strips of a scene's sequencer (``strips`` from 4.5 on, ``sequences`` before), or ()."""
    editor = scene.sequence_editor
    if editor is None:
        return ()
    return editor.strips if hasattr(editor, "strips") else editor.sequences


def sound_strip(scene: bpy.types.Scene, name: str = "") -> bpy.types.Strip | None:
    """The sound strip of that name, or the active one, or the only selected one."""
    sounds = [strip for strip in strips_of(scene) if strip.type == "SOUND"]
    if name:
        return next((strip for strip in sounds if strip.name == name), None)
    active = scene.sequence_editor.active_strip if scene.sequence_editor else None
    if active is not None and active.type == "SOUND":
        return active
    selected = [strip for strip in sounds if strip.select]
    return selected[0] if len(selected) == 1 else None


def read_strip(scene: bpy.types.Scene, strip: bpy.types.Strip) -> StripSong:
    """The song of a sound strip, as the strip trims it. Raises EightcountError "song-strip"."""
    if strip.sound is None:
        raise EightcountError(
            "song-strip", f"The strip {strip.name!r} has no sound.", "Choose another strip."
        )
    fps = scene_fps(scene)
    packed = strip.sound.packed_file
    return StripSong(
        name=Path(strip.sound.filepath.replace("\\", "/")).name or strip.name,
        path=bpy.path.abspath(strip.sound.filepath, library=strip.sound.library),
        data=bytes(packed.data) if packed is not None else None,
        start=(strip.frame_final_start - strip.frame_start) / fps,
        seconds=strip.frame_final_duration / fps,
        first_frame=strip.frame_final_start,
    )


def place_song(
    scene: bpy.types.Scene,
    path: str,
    first_frame: int,
    start: float,
    lay: tuple[int, float] | None = None,
) -> bpy.types.Strip | None:
    """Lay a song under the take and take away the strip of an earlier take.

    Args:
        path: the song's file.
        first_frame: scene frame of the take's first frame.
        start: seconds of the song to leave out; whole frames of the scene, see `snap_start`.
        lay: ``first_frame`` and ``start`` of the strip, where it begins before the take.

    Returns:
        The strip: a fresh one, or one that already lies right; None where this Blender was built
        without sound. The scene's frame rate must be set before: a strip's length is in frames.
    """
    placed = _lying_right(scene, path, first_frame, round(start * scene_fps(scene)))
    for strip in [s for s in strips_of(scene) if s.get(MARK) and s != placed]:
        _remove(scene, strip)
    if placed is not None:
        return placed
    first_frame, start = lay or (first_frame, start)
    skipped = round(start * scene_fps(scene))
    editor = scene.sequence_editor or scene.sequence_editor_create()
    strips = strips_of(scene)
    channel = _free_channel(strips)
    try:
        strip = strips.new_sound(Path(path).stem, path, channel, first_frame - skipped)
    except RuntimeError:
        return None
    _share_sound(strip, path)
    strip[MARK] = True
    strip.show_waveform = True
    if skipped:
        strip.frame_offset_start = skipped
    editor.active_strip = strip
    return strip


def snap_start(scene: bpy.types.Scene, start: float) -> float:
    """The start in seconds moved onto a whole frame of the scene, where a strip can be cut."""
    fps = scene_fps(scene)
    return round(start * fps) / fps


def strip_of_file(scene: bpy.types.Scene, path: str) -> bpy.types.Strip | None:
    """The first strip that plays a song's file, wherever it lies; None where none does."""
    return next(_playing(scene, path), None)


def _playing(scene, path: str):
    for strip in strips_of(scene):
        heard = strip.type == "SOUND" and strip.sound is not None and not strip.mute
        if heard and _same_file(bpy.path.abspath(strip.sound.filepath), path):
            yield strip


def _lying_right(scene, path: str, first_frame: int, skipped: int):
    """A strip that plays this moment of the song at this frame; it may have begun before."""
    for strip in _playing(scene, path):
        shift = abs(strip.frame_start - (first_frame - skipped))
        sounds = strip.frame_final_start < first_frame + CLOSE < strip.frame_final_end + CLOSE
        if shift < CLOSE and sounds:
            return strip
    return None


def _same_file(a: str, b: str) -> bool:
    try:
        return Path(a).resolve() == Path(b).resolve()
    except OSError:
        return a == b


def _free_channel(strips) -> int:
    used = {strip.channel for strip in strips}
    return next(channel for channel in range(1, len(used) + 2) if channel not in used)


def _share_sound(strip, path: str) -> None:
    """One sound per file: each new strip loads its file anew and would leave ``song.001`` behind."""
    fresh = strip.sound
    for sound in bpy.data.sounds:
        if sound != fresh and _same_file(bpy.path.abspath(sound.filepath), path):
            strip.sound = sound
            bpy.data.sounds.remove(fresh)
            return


def _remove(scene, strip) -> None:
    sound = strip.sound
    strips_of(scene).remove(strip)
    if sound is not None and sound.users == 0:
        bpy.data.sounds.remove(sound)
