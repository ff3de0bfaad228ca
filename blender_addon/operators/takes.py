# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of takes: play, duplicate, rename, delete, star, compare two side by side."""

from __future__ import annotations

import bpy
from bpy.props import StringProperty

from eightcount.motion.errors import EightcountError

from .. import session
from ..rig import actions, armature, compare, sound, take
from .reporting import refuse

STAR = take.PREFIX + "star"


class _OfTake:
    """An operator on one take: the named one, or the one that the dancer plays."""

    name: StringProperty(
        name="Take",
        description="Name of the take's action; not given: the one that the dancer plays",
        options={"SKIP_SAVE"},
    )

    def execute(self, context) -> set[str]:
        """Find the take, then do it."""
        try:
            action = self._take(context)
            self.act(context, action)
        except EightcountError as error:
            return refuse(self, "takes", error)
        session.current().clear_fault("takes")
        return {"FINISHED"}

    def act(self, context, action: bpy.types.Action) -> None:
        """What the operator does with the take."""
        raise NotImplementedError

    def _take(self, context) -> bpy.types.Action:
        name = self.name
        if not name:
            dancer = armature.find_dancer(context)
            name = actions.assigned(dancer)[0] if dancer is not None else ""
        action = bpy.data.actions.get(name) if name else None
        if action is None or not take.is_take(action):
            raise EightcountError(
                "take-none",
                f"There is no take {name!r}." if name else "The dancer plays no take.",
                "Choose one of the list.",
            )
        return action


def play(context, dancer: bpy.types.Object, action: bpy.types.Action) -> None:
    """Let a dancer play a take. Raises what `armature.check_armature` raises."""
    armature.check_armature(dancer)
    for name in armature.JOINTS:
        dancer.pose.bones[name].rotation_mode = "QUATERNION"
    actions.assign(dancer, action)


class EIGHTCOUNT_OT_take_activate(_OfTake, bpy.types.Operator):
    """Let the dancer play this take, with its song under it"""

    bl_idname = "eightcount.take_activate"
    bl_label = "Play Take"
    bl_options = {"REGISTER", "UNDO"}

    def act(self, context, action) -> None:
        """Assign the Action, and lay its song where it belongs."""
        dancer = armature.find_dancer(context) or armature.create_dancer(context.scene)
        play(context, dancer, action)
        self._lay_song(context.scene, take.read_settings(action))

    def _lay_song(self, scene: bpy.types.Scene, settings: take.TakeSettings) -> None:
        """The song of the take, unless its strip is the user's own business."""
        if scene.eightcount.song_source == "STRIP":
            return
        try:
            sound.place_song(scene, settings.song_path, int(settings.first_frame), settings.start)
        except (RuntimeError, OSError) as error:
            self.report({"WARNING"}, f"The take's song could not be found: {error}")


class EIGHTCOUNT_OT_take_duplicate(_OfTake, bpy.types.Operator):
    """Copy the take, with its keys as they stand, and play the copy"""

    bl_idname = "eightcount.take_duplicate"
    bl_label = "Duplicate Take"
    bl_options = {"REGISTER", "UNDO"}

    def act(self, context, action) -> None:
        """Copy the Action under a free name."""
        settings = take.read_settings(action)
        copy = action.copy()
        copy.name = take.take_name(settings.song, settings.genre)
        copy.use_fake_user = True
        copy.pop(STAR, None)
        dancer = armature.find_dancer(context)
        if dancer is not None:
            play(context, dancer, copy)


class EIGHTCOUNT_OT_take_rename(_OfTake, bpy.types.Operator):
    """Give the take another name"""

    bl_idname = "eightcount.take_rename"
    bl_label = "Rename Take"
    bl_options = {"REGISTER", "UNDO"}

    new_name: StringProperty(
        name="New Name", description="What the take shall be called", options={"SKIP_SAVE"}
    )

    def invoke(self, context, _event) -> set[str]:
        """Ask for the name."""
        try:
            self.new_name = self._take(context).name
        except EightcountError as error:
            return refuse(self, "takes", error)
        return context.window_manager.invoke_props_dialog(self)

    def draw(self, _context) -> None:
        """Only the name."""
        self.layout.prop(self, "new_name")

    def act(self, context, action) -> None:
        """Rename the Action."""
        if not self.new_name.strip():
            raise EightcountError("name-empty", "A take needs a name.", "Type one.")
        if action.library is not None:
            raise EightcountError(
                "take-linked",
                f"{action.name!r} is linked from another file and keeps its name.",
                "Duplicate it, then rename the copy.",
            )
        old, action.name = action.name, self.new_name.strip()
        for other in bpy.data.actions:  # versions keep knowing where they come from
            if other.get(take.PREFIX + "parent") == old and other.library is None:
                other[take.PREFIX + "parent"] = action.name


class EIGHTCOUNT_OT_take_delete(_OfTake, bpy.types.Operator):
    """Delete the take; whoever plays it plays the version it came from, or nothing"""

    bl_idname = "eightcount.take_delete"
    bl_label = "Delete Take"
    bl_options = {"REGISTER", "UNDO"}

    def act(self, context, action) -> None:
        """Remove the Action; the dancer does not lose his pose over it."""
        parent = bpy.data.actions.get(action.get(take.PREFIX + "parent", ""))
        if parent is not None and not take.is_take(parent):
            parent = None
        for player in [o for o in bpy.data.objects if actions.assigned(o)[0] == action.name]:
            if player.library is None:
                actions.assign(player, parent)
        bpy.data.actions.remove(action)


class EIGHTCOUNT_OT_take_star(_OfTake, bpy.types.Operator):
    """Mark the take as one to keep, or take the mark off"""

    bl_idname = "eightcount.take_star"
    bl_label = "Star Take"
    bl_options = {"REGISTER", "UNDO"}

    def act(self, context, action) -> None:
        """Turn the mark over."""
        if action.get(STAR):
            del action[STAR]
        else:
            action[STAR] = True


class EIGHTCOUNT_OT_compare_takes(_OfTake, bpy.types.Operator):
    """Let a second dancer play this take beside the first; pressed again he goes"""

    bl_idname = "eightcount.compare_takes"
    bl_label = "Compare"
    bl_options = {"REGISTER", "UNDO"}

    with_take: StringProperty(
        name="With",
        description="Name of the take for the second dancer; not given: the version that the "
        "played one came from, else the take before it in the list",
        options={"SKIP_SAVE"},
    )

    def act(self, context, action) -> None:
        """Place the second dancer, or take him away."""
        scene = context.scene
        second = compare.second_dancer(scene)
        if second is not None and not self.with_take:
            armature.remove_dancer(second)
            return
        other = self._other(action)
        first = armature.find_dancer(context)
        if second is None:
            second = compare.place_second(scene, first)
        play(context, second, other)

    def _other(self, action: bpy.types.Action) -> bpy.types.Action:
        names = [a.name for a in take.takes(bpy.data.actions)]
        wanted = self.with_take or action.get(take.PREFIX + "parent", "")
        if wanted not in names and not self.with_take:
            at = names.index(action.name)
            wanted = names[at - 1] if len(names) > 1 else ""
        if wanted not in names:
            raise EightcountError(
                "take-none",
                f"There is no take {wanted!r}." if wanted else "There is no second take.",
                "Generate another take, or name one of the list.",
            )
        return bpy.data.actions[wanted]


CLASSES = (
    EIGHTCOUNT_OT_take_activate,
    EIGHTCOUNT_OT_take_duplicate,
    EIGHTCOUNT_OT_take_rename,
    EIGHTCOUNT_OT_take_delete,
    EIGHTCOUNT_OT_take_star,
    EIGHTCOUNT_OT_compare_takes,
)
