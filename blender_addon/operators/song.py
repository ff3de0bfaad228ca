# SPDX-License-Identifier: GPL-3.0-or-later
"""Choose the song: a file, or the selected sound strip."""

from __future__ import annotations

from pathlib import Path

import bpy
from bpy.props import StringProperty

from eightcount.motion.errors import EightcountError

from .. import session
from ..rig import sound
from .reporting import refuse


class EIGHTCOUNT_OT_pick_song(bpy.types.Operator):
    """Choose the song's file"""

    bl_idname = "eightcount.pick_song"
    bl_label = "Pick a Song"
    bl_options = {"REGISTER", "UNDO"}

    filepath: StringProperty(
        name="Song", description="The song's file", subtype="FILE_PATH", options={"SKIP_SAVE"}
    )
    filter_sound: bpy.props.BoolProperty(default=True, options={"HIDDEN"})
    filter_movie: bpy.props.BoolProperty(default=True, options={"HIDDEN"})
    filter_folder: bpy.props.BoolProperty(default=True, options={"HIDDEN"})

    def invoke(self, context, _event) -> set[str]:
        """Open the file browser."""
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context) -> set[str]:
        """Remember the file."""
        path = bpy.path.abspath(self.filepath)
        if not Path(path).is_file():
            return refuse(self, "song", song_missing(path))
        settings = context.scene.eightcount
        settings.song_source, settings.song_path = "FILE", path
        session.current().clear_fault("song")
        return {"FINISHED"}


class EIGHTCOUNT_OT_use_selected_strip(bpy.types.Operator):
    """Dance to the active sound strip of this scene's sequencer, from where it is trimmed"""

    bl_idname = "eightcount.use_selected_strip"
    bl_label = "Use Selected Strip"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context) -> set[str]:
        """Remember the strip."""
        strip = sound.sound_strip(context.scene)
        if strip is None:
            error = EightcountError(
                "song-strip", "No sound strip is selected.", "Select one in the Video Sequencer."
            )
            return refuse(self, "song", error)
        settings = context.scene.eightcount
        settings.song_source, settings.strip_name = "STRIP", strip.name
        session.current().clear_fault("song")
        return {"FINISHED"}


def song_missing(path: str) -> EightcountError:
    """The error for a song that is not there."""
    if not path:
        return EightcountError("song-unset", "No song is chosen.", "Pick a song first.")
    return EightcountError(
        "song-missing", f"There is no song at {path}.", "Choose the song's file again."
    )


CLASSES = (EIGHTCOUNT_OT_pick_song, EIGHTCOUNT_OT_use_selected_strip)
