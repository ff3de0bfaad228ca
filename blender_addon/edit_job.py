# SPDX-License-Identifier: GPL-3.0-or-later
"""An edit of a take that the backend makes. Main thread only.

Nothing in the scene changes while the backend works. When its answer is whole, a new version of the
take is written in steps, and only at the end the dancer plays it. The session drives it like a
`job.TakeJob`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import bpy
import numpy as np

from eightcount import __version__
from eightcount.motion.errors import EightcountError
from eightcount.motion.motion import Motion
from eightcount.wire.messages import PROTOCOL, Done, EditTake, Frames, StyleSection, new_job
from eightcount.wire.pieces import lay_over

from .job_state import JobState
from .link import Order
from .rig import actions, ids, joins, pins, span, take, versions
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
        absent, added: keys that were deleted or added by hand, as in `versions.Change`.
        genre, energy, seed and the rest: of the new stretch.
        tempo_factor, first_count, sections: as in the wire's `Generate`.
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
    absent: np.ndarray | None = None
    added: np.ndarray | None = None
    tempo_factor: float = 1.0
    first_count: int = 0
    sections: tuple[StyleSection, ...] = ()
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
            tempo_factor=self.tempo_factor,
            first_count=self.first_count,
            sections=self.sections,
            range_start=self.first / fps,
            range_stop=0.0 if self.last is None else self.last / fps,
            half=self.half,
            loop=self.loop,
            changed_only=True,
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
    _pieces: list[Frames] = field(default_factory=list)
    _writer: versions.VersionWriter | None = None

    def begin(self) -> None:
        """The new version's writer; what it shall write comes with the answer."""
        asked = self.request
        self.warnings += asked.notes
        self._writer = versions.VersionWriter(asked.action, asked.clock, np.array(asked.rest_root))

    def take_frames(self, frames: Frames) -> None:
        """Keep the next piece of the range."""
        self._pieces.append(frames)

    def take_done(self, done: Done) -> None:
        """The answer is whole: compare it with what was asked, and tell the writer.

        Raises EightcountError "edit-garbled" where it is not the range that was asked for.
        """
        asked = self.request
        motion = self._answer(done)
        last = len(motion) if asked.last is None else min(asked.last, len(motion))
        self._writer.change = versions.Change(
            motion,
            asked.first,
            last,
            asked.half,
            list(asked.pins),
            self._record(last),
            _settings(asked, done, len(motion)),
            asked.absent,
            asked.added,
        )
        part = span.Span(asked.first, last)
        self.warnings += joins.too_near(asked.motion, motion, asked.obeyed, part, asked.clock)
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
        action = self._writer.finish()
        self._warn_of_the_song()
        dancer = ids.find(bpy.data.objects, asked.armature)
        if dancer is not None:
            actions.assign(dancer, action)
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

    def _answer(self, done: Done) -> Motion:
        """The take with the new frames laid over it."""
        take_sent, pieces = self.request.motion, [(p.first_frame, p) for p in self._pieces]
        try:
            motion = Motion(*lay_over(take_sent, pieces), take_sent.fps)
        except ValueError:
            motion = None
        if motion is None or not pieces or len(motion) != done.frames:
            raise EightcountError(
                "edit-garbled",
                "The edited range did not come back whole.",
                "Try again; if it happens again, please report it.",
            )
        return motion

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
        tempo_factor=asked.tempo_factor,
        first_count=asked.first_count,
        warnings=" ".join(done.warnings),
    )
