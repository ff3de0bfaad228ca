# SPDX-License-Identifier: GPL-3.0-or-later
"""What a dancer did before a take came, so that it can be put back after a fault or a cancel.

It is stored as text on the unfinished take itself, by names and not by pointers: it must also serve
after an undo, or in a file that was saved while frames arrived.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

import bpy

from .rig import actions

_POSE = ("location", "rotation_quaternion", "rotation_euler")


@dataclass(frozen=True)
class Before:
    """State of an armature.

    Attributes:
        armature: its name, "" where there is none.
        made: True where the armature itself was made for the take.
        animated: whether it had animation data at all.
        action, slot: what it played, "" for nothing.
        pose: bone -> [rotation mode, location, quaternion, Euler angles].
    """

    armature: str = ""
    made: bool = False
    animated: bool = False
    action: str = ""
    slot: str = ""
    pose: dict[str, list] = field(default_factory=dict)

    @classmethod
    def of(cls, dancer: bpy.types.Object | None, made: bool) -> Before:
        """The state as it is now."""
        if dancer is None:
            return cls()
        action, slot = actions.assigned(dancer)
        pose = {
            bone.name: [bone.rotation_mode, *(list(getattr(bone, name)) for name in _POSE)]
            for bone in dancer.pose.bones
        }
        return cls(dancer.name, made, dancer.animation_data is not None, action, slot, pose)

    @classmethod
    def from_text(cls, text: str) -> Before:
        """What `as_text` wrote; nothing known where the text is damaged."""
        try:
            return cls(**json.loads(text))
        except (ValueError, TypeError):
            return cls()

    def as_text(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self))

    def put_back(self, dancer: bpy.types.Object) -> None:
        """Make the dancer do again what he did."""
        actions.assign(dancer, bpy.data.actions.get(self.action), self.slot)
        if not self.animated and dancer.animation_data and not dancer.animation_data.action:
            dancer.animation_data_clear()
        for bone in dancer.pose.bones:
            if bone.name in self.pose:
                mode, *values = self.pose[bone.name]
                for name, value in zip(_POSE, values, strict=True):
                    setattr(bone, name, value)
                bone.rotation_mode = mode
