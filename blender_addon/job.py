# SPDX-License-Identifier: GPL-3.0-or-later
"""One take on its way into the scene. Main thread only.

While frames arrive they are written to an Action that carries a mark (`take.UNFINISHED`) and is
played by the dancer, so that the armature dances already. At the end the mark is taken off and song,
scene range and name are set, all at once; after a fault or a cancel everything is put back. Nothing
of Blender's data is held between two calls: the user may delete, undo, rename or switch meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import bpy

from eightcount import __version__
from eightcount.motion.motion import Motion
from eightcount.motion.skeleton import JOINTS
from eightcount.wire.messages import (
    PROTOCOL,
    Done,
    Frames,
    Generate,
    StyleSection,
    new_job,
    song_digest,
)

from . import sections
from .before import Before
from .job_state import JobState
from .link import Order
from .rig import actions, armature, ids, keyframes, sound, take, timing


@dataclass(frozen=True)
class TakeRequest:
    """What the panel or a script asks for.

    Attributes:
        scene, armature: session ids; armature 0: a new dancer is made.
        song: the file, or the bytes of a packed one; ``song_path``: where it lay.
        start, seconds: the stretch of the song; None: to its end.
        first_frame: scene frame of the take's first frame.
        genre: None: the model's choice. energy: None: as the music has it.
        from_strip, keep_range, lay_frame, lay_start: as in `operators.song_choice.SongChoice`.
        tempo_factor, first_count, sections: as in the wire's `Generate`.
    """

    scene: int
    armature: int
    song: bytes | Path
    song_name: str
    song_path: str
    first_frame: int
    start: float = 0.0
    seconds: float | None = None
    genre: str | None = None
    seed: int = 0
    steps: int = Generate.steps
    guidance: float = Generate.guidance
    temperature: float = Generate.temperature
    energy: float | None = None
    model: str = ""
    from_strip: bool = False
    keep_range: bool = False
    lay_frame: int | None = None
    lay_start: float = 0.0
    tempo_factor: float = 1.0
    first_count: int = 0
    sections: tuple[StyleSection, ...] = ()

    def order(self) -> Order:
        """This request as the link takes it."""
        request = Generate(
            song="",
            genre=self.genre,
            seed=self.seed,
            start=self.start,
            seconds=self.seconds,
            steps=self.steps,
            guidance=self.guidance,
            temperature=self.temperature,
            energy=self.energy,
            model=self.model,
            tempo_factor=self.tempo_factor,
            first_count=self.first_count,
            sections=self.sections,
        )
        return Order(new_job(), self.song, self.song_name, request)

    def job(self, name: str) -> TakeJob:
        """The job that carries it out."""
        return TakeJob(self, name)


@dataclass
class TakeJob(JobState):
    """A request under way, from the press to the finished take or back to how it was."""

    request: TakeRequest
    place: str = "generate"
    _writer: keyframes.TakeWriter | None = None
    _dancer: int = 0
    _made_dancer: bool = False
    _before: Before | None = None

    # --- what arrives ------------------------------------------------------------------------

    def begin(self) -> None:
        """Make sure that there is a dancer. Raises EightcountError where he cannot be keyed."""
        scene = self._scene()
        chosen = ids.find(bpy.data.objects, self.request.armature)
        if chosen is not None:
            armature.check_armature(chosen)
        elif scene is not None:
            chosen = armature.create_dancer(scene)
            self._made_dancer = True
        self._dancer = ids.uid(chosen)

    def take_frames(self, frames: Frames) -> None:
        """Keep the next frames; they are written by `step`."""
        super().take_frames(frames)
        if self._writer is None:
            self._open(frames.fps)
        self._writer.add(self._motions[-1])

    def take_done(self, done: Done) -> None:
        """The backend has sent everything."""
        self.result = done
        self.stage = "keying"
        if self._writer is None:
            self._open(done.fps)
        self._writer.close()

    def step(self, budget: float) -> bool:
        """Write for at most ``budget`` seconds; True when the take is complete and in the scene."""
        if self._writer is None or self.cancelling:
            return False
        if self._writer.action is None:  # undone or deleted meanwhile: nothing is lost, write anew
            self._writer.start_again(ids.uid(self._new_action()))
        if self._writer.waiting() and self._writer.step(budget):
            self._writer.action.update_tag()  # the dancer moves on only with all of his bones
        return self.result is not None and self._writer.finished

    def after_undo(self) -> None:
        """An undo may have taken our new dancer: make another. The Action is `step`'s business."""
        scene = self._scene()
        if self._made_dancer and scene is not None and not ids.find(bpy.data.objects, self._dancer):
            self._dancer = ids.uid(armature.create_dancer(scene))
            self._before = None

    @property
    def dancer_uid(self) -> int:
        """Session id of the armature that the take is keyed on."""
        return self._dancer

    @property
    def action_uid(self) -> int:
        """Session id of the Action that is being written, 0 before the first frames."""
        return self._writer.action_uid if self._writer is not None else 0

    # --- the end -----------------------------------------------------------------------------

    def finish(self) -> bpy.types.Action:
        """Make it a take: name, settings, song, scene range. Returns the Action."""
        action = self._writer.action
        motion = Motion.concatenate(self._motions) if self._motions else None
        settings = self._settings(motion)
        take.write_settings(action, settings)
        if motion is not None:
            take.store_motion(action, motion, self._writer.rest_root)
        action.name = take.take_name(settings.song, settings.genre)
        scene = self._scene()
        if scene is not None:
            self._lay_song(scene)
            self._set_range(scene, len(motion) if motion is not None else 0)
        dancer = ids.find(bpy.data.objects, self._dancer)
        if dancer is None:
            self.warnings.append(
                "The dancer was deleted meanwhile: the take is kept in the list, on no armature."
            )
        elif actions.assigned(dancer)[0] != action.name:
            actions.assign(dancer, action)
        del action[take.UNFINISHED]
        return action

    def abandon(self) -> None:
        """Put everything back as it was before the press."""
        if self._writer is not None:
            action = self._writer.action
            if action is not None:
                remove_unfinished(action)
            self._writer = None
        dancer = ids.find(bpy.data.objects, self._dancer)
        if self._made_dancer and dancer is not None:
            armature.remove_dancer(dancer)

    # --- inside ------------------------------------------------------------------------------

    def _scene(self) -> bpy.types.Scene | None:
        return ids.find(bpy.data.scenes, self.request.scene)

    def _open(self, fps: float) -> None:
        scene = self._scene()
        rate = timing.scene_fps(scene) if scene is not None else fps
        dancer = ids.find(bpy.data.objects, self._dancer)
        root = armature.rest_joints()[0] if dancer is None else armature.rest_root(dancer)
        clock = timing.Clock(self.request.first_frame, rate, fps)
        self._writer = keyframes.TakeWriter(ids.uid(self._new_action()), clock, root)

    def _new_action(self) -> bpy.types.Action:
        """An Action with the mark, played by the dancer where he still is."""
        action = actions.new_action(f"{Path(self.request.song_name).stem[:30]} (arriving)")
        dancer = ids.find(bpy.data.objects, self._dancer)
        if self._before is None:
            self._before = Before.of(dancer, self._made_dancer)
        action[take.UNFINISHED] = self._before.as_text()
        if dancer is not None:
            for name in JOINTS:
                dancer.pose.bones[name].rotation_mode = "QUATERNION"
            actions.assign(dancer, action)
        return action

    def _settings(self, motion: Motion | None) -> take.TakeSettings:
        asked, made, clock = self.request, self.result, self._writer.clock
        fps = clock.take_fps
        digest = self.heard.digest if self.heard else ""
        if not digest and isinstance(asked.song, bytes):
            digest = song_digest(asked.song)
        return take.TakeSettings(
            song=asked.song_name,
            digest=digest,
            song_path=asked.song_path,
            genre=made.genre,
            seed=made.seed,
            model=made.model,
            start=asked.start,
            seconds=(len(motion) if motion is not None else 0) / fps,
            steps=asked.steps,
            guidance=asked.guidance,
            temperature=asked.temperature,
            energy=-1.0 if asked.energy is None else asked.energy,
            program=__version__,
            protocol=PROTOCOL,
            first_frame=clock.start,
            scene_fps=clock.scene_fps,
            fps=fps,
            beat_score=-1.0 if made.beat_score is None else made.beat_score,
            beats=tuple(made.beats),
            downbeats=tuple(made.downbeats),
            warnings=" ".join(made.warnings),
            tempo_factor=asked.tempo_factor,
            first_count=asked.first_count,
            sections=sections.as_text(asked.sections),
        )

    def _lay_song(self, scene: bpy.types.Scene) -> None:
        asked = self.request
        if asked.from_strip:
            return
        try:
            lay = None if asked.lay_frame is None else (asked.lay_frame, asked.lay_start)
            strip = sound.place_song(scene, asked.song_path, asked.first_frame, asked.start, lay)
        except (RuntimeError, OSError) as error:
            self.warnings.append(f"The song could not be laid under the take: {error}.")
            return
        if strip is None:
            self.warnings.append("This Blender cannot play the song; the take is complete.")

    def _set_range(self, scene: bpy.types.Scene, frames: int) -> None:
        last = self._writer.clock.last_frame(frames)
        if self.request.keep_range:
            scene.frame_end = max(scene.frame_end, last)
        else:
            scene.frame_start = min(self.request.first_frame, last)
            scene.frame_end = last


def remove_unfinished(action: bpy.types.Action) -> None:
    """Remove a take that was never finished, and let its dancer do again what he did before."""
    before = Before.from_text(action.get(take.UNFINISHED, ""))
    for player in [o for o in bpy.data.objects if actions.assigned(o)[0] == action.name]:
        before.put_back(player)
    bpy.data.actions.remove(action)


def remove_strays(alive: int = 0) -> int:
    """Remove unfinished takes that no job writes: left by an undo, or by a file saved meanwhile.

    Args:
        alive: session id of the Action that a running job writes.

    Returns:
        how many there were.
    """
    strays = [a for a in bpy.data.actions if take.UNFINISHED in a and a.session_uid != alive]
    for action in strays:
        before = Before.from_text(action[take.UNFINISHED])
        remove_unfinished(action)
        dancer = bpy.data.objects.get(before.armature)
        if before.made and dancer is not None and dancer.get(armature.MARK):
            armature.remove_dancer(dancer)
    return len(strays)
