# SPDX-License-Identifier: GPL-3.0-or-later
"""An edit of a take that the backend makes. Main thread only.

Nothing in the scene changes while the backend works. When its answer is whole, a new version of the
take is written in steps, and only at the end the dancer plays it. The session drives it like a
`job.TakeJob`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import bpy
import numpy as np

from eightcount import __version__
from eightcount.motion.errors import EightcountError
from eightcount.motion.motion import Motion
from eightcount.wire.messages import PROTOCOL, Done, EditTake, new_job

from .job_state import JobState
from .link import Order
from .rig import actions, ids, pins, take, versions
from .rig.timing import Clock


@dataclass(frozen=True, eq=False)
class EditRequest:
    """What to change of which take.

    Attributes:
        scene, armature, action: session ids.
        kind: the edit's name for the take's record, e.g. "reroll".
        motion: the take as its keys stand.
        first, last: frames of the take to choose anew; ``last`` None: to the song's end.
        obeyed: pins inside the range; ``pins``: all that the new version shall carry.
        genre, energy, seed and the rest: of the new stretch.
        in_place: the new version takes the old one's name and place (part of one press).
    """

    scene: int
    armature: int
    action: int
    kind: str
    settings: take.TakeSettings
    motion: Motion
    clock: Clock
    rest_root: tuple[float, float, float]
    song: bytes | Path
    first: int
    last: int | None
    half: str = "both"
    genre: str | None = None
    energy: float | None = None
    seed: int = 0
    loop: bool = False
    obeyed: tuple[pins.PosePin, ...] = ()
    pins: tuple[pins.PosePin, ...] = ()
    in_place: bool = False
    notes: tuple[str, ...] = ()

    def order(self) -> Order:
        """This request as the link takes it."""
        made, held = self.settings, self.obeyed
        fps = made.fps
        message = EditTake(
            song="",
            genre=self.genre,
            seed=self.seed,
            start=made.start,
            steps=made.steps,
            guidance=made.guidance,
            temperature=made.temperature,
            energy=self.energy,
            range_start=self.first / fps,
            range_stop=0.0 if self.last is None else self.last / fps,
            half=self.half,
            loop=self.loop,
            rotations=self.motion.rotations,
            translation=self.motion.translation,
            contacts=self.motion.contacts,
            pin_frames=np.array([p.frame for p in held], np.int32),
            pin_rotations=np.array([p.rotations for p in held], np.float32).reshape(-1, 24, 4),
            pin_translation=np.array([p.translation for p in held], np.float32).reshape(-1, 3),
            pin_halves=tuple(p.half for p in held),
        )
        return Order(new_job(), self.song, made.song, message, to_song_end=self.last is None)

    def job(self, name: str) -> EditJob:
        """The job that carries it out."""
        return EditJob(self, name)


@dataclass
class EditJob(JobState):
    """An edit under way, from the press to the new version of the take."""

    request: EditRequest
    place: str = "edit"
    _writer: versions.VersionWriter | None = None

    def begin(self) -> None:
        """Nothing needs to be made before the answer is there."""
        self.warnings += self.request.notes

    def take_done(self, done: Done) -> None:
        """The answer is whole: compare it with what was asked, and prepare the new version.

        Raises EightcountError "edit-garbled" where it is not the take that was sent.
        """
        asked = self.request
        motion = Motion.concatenate(self._motions) if self._motions else asked.motion
        last = len(motion) if asked.last is None else min(asked.last, len(motion))
        if len(motion) < len(asked.motion):
            raise EightcountError(
                "edit-garbled",
                "The edited take came back shorter than it was.",
                "Try again; if it happens again, please report it.",
            )
        change = versions.Change(
            motion,
            asked.first,
            last,
            asked.half,
            list(asked.pins),
            self._record(last),
            _settings(asked, done, len(motion)),
        )
        self._writer = versions.VersionWriter(
            asked.action, change, asked.clock, np.array(asked.rest_root)
        )
        self.result = done
        self.stage = "keying"

    def step(self, budget: float) -> bool:
        """Write for at most ``budget`` seconds; True when the new version is complete."""
        if self._writer is None or self.cancelling:
            return False
        return self._writer.step(budget)

    def after_undo(self) -> None:
        """Nothing: `step` begins anew where its copy was undone."""

    @property
    def dancer_uid(self) -> int:
        """Session id of the armature that plays the take."""
        return self.request.armature

    @property
    def action_uid(self) -> int:
        """Session id of the version that is being written, 0 before."""
        return self._writer.action_uid if self._writer is not None else 0

    def finish(self) -> bpy.types.Action:
        """The dancer plays the new version. Returns its Action."""
        asked = self.request
        source = ids.find(bpy.data.actions, asked.action)
        action = self._writer.finish()
        self._warn_of_the_song()
        for player in [o for o in bpy.data.objects if self._plays(o, source)]:
            actions.assign(player, action)
        if asked.in_place and source is not None:
            name = source.name
            bpy.data.actions.remove(source)
            action.name = name
            action.pop(take.PREFIX + "parent", None)
        scene = ids.find(bpy.data.scenes, asked.scene)
        length = len(self._writer.change.motion)
        if scene is not None and length > len(asked.motion):
            scene.frame_end = max(scene.frame_end, asked.clock.last_frame(length))
        return action

    def abandon(self) -> None:
        """Take the unfinished version away; nothing else was touched."""
        if self._writer is not None:
            self._writer.abandon()
            self._writer = None

    # --- inside ------------------------------------------------------------------------------

    def _plays(self, thing: bpy.types.Object, source: bpy.types.Action | None) -> bool:
        """The dancer that was meant; and, where a take is finished in place, all who play it."""
        if ids.uid(thing) == self.request.armature:
            return True
        playing = actions.assigned(thing)[0]
        return self.request.in_place and source is not None and playing == source.name

    def _warn_of_the_song(self) -> None:
        asked = self.request.settings
        if self.heard is not None and asked.digest not in ("", self.heard.digest):
            self.warnings.append(
                f"{asked.song} is not the file any more that the take was made to; "
                "the new part follows the file as it is now."
            )

    def _record(self, last: int) -> dict:
        asked = self.request
        fps = asked.settings.fps
        return {
            "kind": asked.kind,
            "range": [round(asked.first / fps, 4), round(last / fps, 4)],
            "half": asked.half,
            "genre": asked.genre or "",
            "energy": -1.0 if asked.energy is None else asked.energy,
            "seed": str(asked.seed),
            "pins": len(asked.obeyed),
        }


def _settings(asked: EditRequest, done: Done, frames: int) -> take.TakeSettings:
    """The settings of the new version: the take's own, with what has become of it."""
    clock = asked.clock
    return replace(
        asked.settings,
        seconds=frames / asked.settings.fps,
        model=done.model or asked.settings.model,
        program=__version__,
        protocol=PROTOCOL,
        first_frame=clock.start,
        scene_fps=clock.scene_fps,
        beat_score=-1.0 if done.beat_score is None else done.beat_score,
        beats=tuple(done.beats),
        downbeats=tuple(done.downbeats),
        warnings=" ".join(done.warnings),
    )
