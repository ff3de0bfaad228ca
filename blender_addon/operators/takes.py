# SPDX-License-Identifier: GPL-3.0-or-later
"""Play another take."""

from __future__ import annotations

import bpy
from bpy.props import StringProperty

from eightcount.motion.errors import EightcountError

from ..rig import actions, armature, sound, take
from .reporting import refuse


class EIGHTCOUNT_OT_take_activate(bpy.types.Operator):
    """Let the dancer play this take, with its song under it"""

    bl_idname = "eightcount.take_activate"
    bl_label = "Play Take"
    bl_options = {"REGISTER", "UNDO"}

    name: StringProperty(name="Take", description="Name of the take's action")

    def execute(self, context) -> set[str]:
        """Assign the Action, and lay its song where it belongs."""
        action = bpy.data.actions.get(self.name)
        settings = take.read_settings(action) if action is not None else None
        if settings is None:
            error = EightcountError(
                "take-none", f"There is no take {self.name!r}.", "Choose one of the list."
            )
            return refuse(self, "takes", error)
        dancer = armature.find_dancer(context) or armature.create_dancer(context.scene)
        for name in armature.JOINTS:
            dancer.pose.bones[name].rotation_mode = "QUATERNION"
        actions.assign(dancer, action)
        self._lay_song(context.scene, settings)
        return {"FINISHED"}

    def _lay_song(self, scene: bpy.types.Scene, settings: take.TakeSettings) -> None:
        """The song of the take, unless its strip is the user's own business."""
        if scene.eightcount.song_source == "STRIP":
            return
        try:
            sound.place_song(scene, settings.song_path, int(settings.first_frame), settings.start)
        except (RuntimeError, OSError) as error:
            self.report({"WARNING"}, f"The take's song could not be found: {error}")


CLASSES = (EIGHTCOUNT_OT_take_activate,)
