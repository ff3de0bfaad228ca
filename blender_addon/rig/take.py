# SPDX-License-Identifier: GPL-3.0-or-later
"""A take: an Action that carries all it takes to make it again.

What made the take stands in the Action's custom properties, readable by any script and without this
add-on. The motion as the backend sent it lies beside the F-curves: it makes reading a take back exact,
and tells which keys the animator has changed since.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields

import bpy
import numpy as np

from eightcount.motion.motion import Motion
from eightcount.motion.skeleton import NUM_JOINTS

PREFIX = "eightcount_"
#: the mark of a take whose frames are still arriving; its value says what to put back without it.
UNFINISHED = PREFIX + "unfinished"
MOTION = PREFIX + "motion"
REST_ROOT = PREFIX + "rest_root"
#: Blender 4 keeps 63 bytes of a name.
NAME_BYTES = 63


@dataclass(frozen=True)
class TakeSettings:
    """All it takes to make a take again, and what came of it.

    Attributes:
        song, digest, song_path: the song's name, sha256 of its bytes, and where it lay.
        genre, seed, model, steps, guidance, temperature: as asked for; ``energy`` -1: the music's.
        start, seconds: the stretch of the song.
        tempo_factor, first_count: how the song is counted, as in the wire's `Generate`.
        sections: parts with a style of their own, as `sections.as_text` writes them.
        beats, downbeats: (fractional) frames of the take at ``fps``.
        beat_score: how well the motion meets the beats; -1 where there are none.
        program: version of the program that made it; ``protocol``: of the wire.
        first_frame, scene_fps: where the take began on the timeline, and the scene's rate then.
    """

    song: str
    digest: str
    song_path: str
    genre: str
    seed: int
    model: str
    start: float
    seconds: float
    steps: int
    guidance: float
    temperature: float
    energy: float
    program: str
    protocol: int
    first_frame: float
    scene_fps: float
    fps: float = 30.0
    beat_score: float = -1.0
    beats: tuple[float, ...] = ()
    downbeats: tuple[float, ...] = ()
    warnings: str = ""
    tempo_factor: float = 1.0
    first_count: int = 0
    sections: str = ""


def is_take(action: bpy.types.Action) -> bool:
    """True for an Action that is a complete take."""
    return PREFIX + "seed" in action and UNFINISHED not in action


def write_settings(action: bpy.types.Action, settings: TakeSettings) -> None:
    """Store settings as custom properties ``eightcount_<name>``."""
    for spec in fields(TakeSettings):
        value = getattr(settings, spec.name)
        if spec.name == "seed":
            value = str(value)  # a custom property's integer ends at 2^31 - 1
        elif isinstance(value, tuple):
            value = [float(v) for v in value]
        if value == []:
            action.pop(PREFIX + spec.name, None)  # an empty list has no type to store
        else:
            action[PREFIX + spec.name] = value


def read_settings(action: bpy.types.Action) -> TakeSettings | None:
    """The settings of a take; None for an Action that is none."""
    if PREFIX + "seed" not in action:
        return None
    values = {}
    for spec in fields(TakeSettings):
        value = action.get(PREFIX + spec.name)
        if spec.name == "seed":
            value = int(value)
        elif spec.name in ("beats", "downbeats"):
            value = tuple(value) if value is not None else ()
        elif value is None:
            value = spec.default if isinstance(spec.default, (int, float, str)) else ""
        values[spec.name] = value
    return TakeSettings(**values)


def takes(actions: Iterable[bpy.types.Action]) -> list[bpy.types.Action]:
    """The complete takes among Actions, in their order."""
    return [action for action in actions if is_take(action)]


def take_name(song: str, genre: str) -> str:
    """``<song> <genre> #<n>``, without a genre ``<song> #<n>``: the first free number, short enough
    for Blender's names."""
    stem = song.rpartition(".")[0] or song
    used = {action.name for action in bpy.data.actions}
    number = 1
    while True:
        tail = f" {genre} #{number}" if genre else f" #{number}"
        room = NAME_BYTES - len(tail.encode())
        name = stem.encode()[:room].decode(errors="ignore").rstrip() + tail
        if name not in used:
            return name
        number += 1


def name_and_mark(name: str, genre: str) -> tuple[str, str]:
    """A take's name in two: what it shares with others, and what tells it apart.

    ``night train house #2 v3`` is ``night train`` and ``house #2 v3``; ``the good one v2`` is ``the good
    one`` and ``v2``; a name with neither has no mark.
    """
    of_genre = re.escape(f" {genre}") if genre else ""
    tail = rf"(?P<mark>(?:(?:{of_genre})? #\d+)?(?: v\d+)?(?:\.\d{{3}})?)$"
    found = re.search(tail, name)
    return name[: found.start()], found["mark"].strip()


def store_motion(action: bpy.types.Action, motion: Motion, rest_root: np.ndarray) -> None:
    """Keep the motion as it was made: rotations, translation, contacts as little-endian float32."""
    parts = (motion.rotations, motion.translation, motion.contacts)
    action.pop(MOTION, None)  # set anew over an older one, the bytes would become text
    action[MOTION] = b"".join(np.ascontiguousarray(p, "<f4").tobytes() for p in parts)
    action[REST_ROOT] = [float(v) for v in rest_root]


def stored_motion(action: bpy.types.Action, fps: float) -> Motion | None:
    """The motion as it was made, whatever happened to the keys since; None where it is missing."""
    data = action.get(MOTION)
    row = (NUM_JOINTS * 4 + 3 + 4) * 4
    if not isinstance(data, bytes) or len(data) % row:
        return None
    frames = len(data) // row
    values = np.frombuffer(data, "<f4")
    ends = np.cumsum([frames * NUM_JOINTS * 4, frames * 3])
    rotations, translation, contacts = np.split(values, ends)
    return Motion(
        rotations.reshape(frames, NUM_JOINTS, 4),
        translation.reshape(frames, 3),
        contacts.reshape(frames, 4),
        fps,
    )
