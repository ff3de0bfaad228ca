# SPDX-License-Identifier: GPL-3.0-or-later
"""Generate a take, cancel it, roll the dice."""

from __future__ import annotations

from dataclasses import replace

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, StringProperty

from eightcount.motion.errors import EightcountError
from eightcount.wire.messages import Generate

from .. import genres, properties, sections, session
from ..job import TakeRequest
from ..preferences import backend_plan
from ..rig import armature, ids, take, timing
from . import song_choice, target
from .reporting import refuse
from .song import song_missing
from .waiting import Waits


class EIGHTCOUNT_OT_generate(Waits, bpy.types.Operator):
    """Make a take: a dance to the song, keyed on the dancer as a new action.

    What is not given is taken from the panel. From a script it waits until the take is there; from
    the panel, or with ``wait=False``, it returns at once and the take streams in."""

    bl_idname = "eightcount.generate"
    bl_label = "Generate"
    bl_description = "Make a take: a dance to the song, keyed on the dancer as a new action"
    # No UNDO here: the take is not there yet when this returns. The session pushes its one step.
    bl_options = {"REGISTER"}

    song: StringProperty(
        name="Song", description="The song's file", subtype="FILE_PATH", options={"SKIP_SAVE"}
    )
    genre: StringProperty(
        name="Genre",
        description="Style of the dance; AUTO lets the model choose",
        options={"SKIP_SAVE"},
    )
    seed: StringProperty(
        name="Seed",
        description="A whole number from 0 to 2^63 - 1, as text: Blender's own numbers end at 2^31",
        options={"SKIP_SAVE"},
    )
    start: FloatProperty(
        name="From",
        description="Seconds of the song to leave out before the take begins",
        min=0.0,
        options={"SKIP_SAVE"},
    )
    seconds: FloatProperty(
        name="Length",
        description="Length of the take in seconds; 0 is to the song's end",
        min=0.0,
        options={"SKIP_SAVE"},
    )
    steps: IntProperty(
        name="Steps",
        description="Decoding steps",
        min=1,
        max=64,
        default=Generate.steps,
        options={"SKIP_SAVE"},
    )
    guidance: FloatProperty(
        name="Guidance",
        description="How far song and genre are exaggerated; 1 is what the model learnt, and fastest",
        min=0.0,
        max=10.0,
        default=Generate.guidance,
        options={"SKIP_SAVE"},
    )
    temperature: FloatProperty(
        name="Adventure",
        description="Temperature of the choice of moves",
        min=0.0,
        max=4.0,
        default=Generate.temperature,
        options={"SKIP_SAVE"},
    )
    energy: FloatProperty(
        name="Energy",
        description="0 calm to 1 everything; below 0 as the music has it",
        min=-1.0,
        max=1.0,
        default=-1.0,
        options={"SKIP_SAVE"},
    )
    armature: StringProperty(
        name="Armature",
        description="Name of the dancer's armature; leave empty for the active or the default one",
        options={"SKIP_SAVE"},
    )
    count: IntProperty(
        name="Takes",
        description="How many takes to make, with one seed after the other",
        min=1,
        max=8,
        options={"SKIP_SAVE"},
    )
    use_preview_range: BoolProperty(
        name="Preview Range",
        description="Dance only the part of the song that lies under the scene's preview range",
        options={"SKIP_SAVE"},
    )
    first_frame: IntProperty(
        name="First Frame",
        description="Scene frame of the take's first frame; not given: the scene's first",
        options={"SKIP_SAVE"},
    )
    tempo_factor: EnumProperty(
        name="Tempo",
        description="How the song's beats are counted",
        items=properties.TEMPOS,
        default="HEARD",
        options={"SKIP_SAVE"},
    )
    first_count: IntProperty(
        name="First Beat",
        description="Beats by which the count 1 lies later than it was heard",
        min=-8,
        max=8,
        options={"SKIP_SAVE"},
    )
    sections: StringProperty(
        name="Sections",
        description="Parts with a style of their own as JSON: a list of start and end in seconds of "
        "the take, genre, energy; not given: as the timeline's markers say",
        options={"SKIP_SAVE"},
    )

    def execute(self, context) -> set[str]:
        """From a script: come back with the take, or with the error as a RuntimeError."""
        return self._begin(context) or self.come_back("generate")

    def _begin(self, context) -> set[str] | None:
        """Start the take (and the backend, where none runs); what to return where that is refused."""
        now = session.current()
        now.tick(0.005)  # what happened to the backend since the last tick counts
        try:
            if now.job is None:
                requests = self._requests(context)
                if not now.running:
                    now.start_backend(backend_plan(context))
                now.start_take(*requests)
            else:
                now.start_take()  # says that one is under way
        except EightcountError as error:
            place = "backend" if error.code.startswith("backend") else "generate"
            return refuse(self, place, error)
        return None

    def _given(self, context, name: str):
        """The operator's own value where it was given, else the panel's."""
        owner = self.properties if self.properties.is_property_set(name) else None
        return getattr(owner if owner is not None else context.scene.eightcount, name)

    def _requests(self, context) -> list[TakeRequest]:
        """One request for each take, seed after seed."""
        first = self._request(context)
        first = self._with_sections(context, first)
        count = self._given(context, "count")
        seeds = [(first.seed + i) % (properties.MOST_SEED + 1) for i in range(count)]
        return [replace(first, seed=seed) for seed in seeds]

    def _with_sections(self, context, request: TakeRequest) -> TakeRequest:
        """The request with the styles that its sections or the timeline's markers ask for."""
        scene, style = context.scene, sections.Style()
        if self.properties.is_property_set("sections"):
            parts = sections.from_text(self.sections)
        elif scene.eightcount.use_section_markers:
            markers = [(m.frame, m.name) for m in scene.timeline_markers]
            clock = timing.Clock(request.first_frame, timing.scene_fps(scene))
            style, parts = sections.read_sections(markers, clock)
        else:
            return request
        parts = [replace(p, genre=p.genre and _known_genre(p.genre)) for p in parts]
        if request.seconds is not None:
            parts = [p for p in parts if p.start < request.seconds]
        return replace(
            request,
            genre=_known_genre(style.genre) if style.genre else request.genre,
            energy=request.energy if style.energy is None else style.energy,
            sections=tuple(parts),
        )

    def _request(self, context) -> TakeRequest:
        settings, scene = context.scene.eightcount, context.scene
        energy = self.energy
        if not self.properties.is_property_set("energy") and not settings.follow_music:
            energy = settings.energy
        genre = self._given(context, "genre") or properties.AUTO
        dancer = self._dancer(context)
        return TakeRequest(
            scene=ids.uid(scene),
            armature=ids.uid(dancer),
            genre=None if genre == properties.AUTO else _known_genre(genre),
            seed=_seed(self._given(context, "seed")),
            steps=self._given(context, "steps"),
            guidance=self._given(context, "guidance"),
            temperature=self._given(context, "temperature"),
            energy=None if energy < 0 else energy,
            tempo_factor=properties.TEMPO_FACTORS[self._given(context, "tempo_factor")],
            first_count=self._given(context, "first_count") % 8,
            **vars(self._song(context)),
        )

    def _dancer(self, context) -> bpy.types.Object | None:
        if not self.armature:
            return armature.find_dancer(context)
        chosen = context.scene.objects.get(self.armature)
        if chosen is None:
            raise EightcountError(
                "armature-none",
                f"There is no {self.armature!r} in this scene.",
                "Give an armature's name, or none to get the default dancer.",
            )
        armature.check_armature(chosen)
        return chosen

    def _song(self, context) -> song_choice.SongChoice:
        """What to dance to, and where."""
        scene, settings = context.scene, context.scene.eightcount
        given = self.properties.is_property_set
        panel_length = 0.0 if settings.whole_song else settings.seconds
        length = self.seconds if given("seconds") else panel_length
        if settings.song_source == "STRIP" and not given("song"):
            choice = song_choice.strip_song(scene, settings.strip_name, length or None)
        else:
            choice = song_choice.file_song(
                scene,
                self.song or settings.song_path,
                self.start if given("start") else settings.song_start,
                length,
                self.first_frame if given("first_frame") else scene.frame_start,
            )
        told = given("start") or given("seconds") or given("first_frame")
        if self.use_preview_range or (settings.use_preview_range and not told):
            choice = song_choice.where_it_lies(scene, choice)
            choice = song_choice.under_preview(scene, choice)
        return choice


class EIGHTCOUNT_OT_generate_again(Waits, bpy.types.Operator):
    """Put a take's song, style and seed back into the panel, and generate it again"""

    bl_idname = "eightcount.generate_again"
    bl_label = "Generate Again"
    bl_options = {"REGISTER"}

    name: StringProperty(
        name="Take",
        description="Name of the take's action; not given: the one that the dancer plays",
        options={"SKIP_SAVE"},
    )
    new_seed: BoolProperty(
        name="New Seed",
        description="Another take with the same settings, instead of the same take",
        options={"SKIP_SAVE"},
    )

    def execute(self, context) -> set[str]:
        """Generate from the take's settings; edits that were made of it are not made again."""
        try:
            made = self._made(context)
            song = target.find_song(context.scene, made)
            if isinstance(song, bytes):
                raise song_missing(made.song_path)
        except EightcountError as error:
            return refuse(self, "takes", error)
        given = {
            "song": str(song),
            "genre": made.genre or properties.AUTO,
            "seed": properties.new_seed() if self.new_seed else str(made.seed),
            "start": made.start,
            "seconds": made.seconds,
            "steps": made.steps,
            "guidance": made.guidance,
            "temperature": made.temperature,
            "energy": made.energy,
            "tempo_factor": properties.tempo_name(made.tempo_factor),
            "first_count": made.first_count,
            "first_frame": round(made.first_frame),
            "sections": made.sections,
            "count": 1,
        }
        try:
            return bpy.ops.eightcount.generate(wait=self.wait, **given)
        except RuntimeError as error:  # it has reported already, but the caller must hear of it too
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}

    def _made(self, context):
        action = bpy.data.actions.get(self.name) if self.name else None
        if not self.name:
            action = target.played_take(context)[1]
        if action is None or not take.is_take(action):
            raise EightcountError(
                "take-none", f"There is no take {self.name!r}.", "Choose one of the list."
            )
        return take.read_settings(action)


class EIGHTCOUNT_OT_cancel(bpy.types.Operator):
    """Stop making the take; the scene goes back to how it was"""

    bl_idname = "eightcount.cancel"
    bl_label = "Cancel"

    @classmethod
    def poll(cls, _context) -> bool:
        """Only where a take is under way."""
        cls.poll_message_set("No take is under way")
        job = session.current().job
        return job is not None and not job.cancelling

    def execute(self, _context) -> set[str]:
        """Put the scene back at once, and tell the backend to stop."""
        session.current().cancel()
        return {"FINISHED"}


class EIGHTCOUNT_OT_new_seed(bpy.types.Operator):
    """Roll the dice: a new random seed"""

    bl_idname = "eightcount.new_seed"
    bl_label = "New Seed"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context) -> set[str]:
        """Set it."""
        context.scene.eightcount.seed = properties.new_seed()
        return {"FINISHED"}


class EIGHTCOUNT_OT_style_defaults(bpy.types.Operator):
    """Set steps, guidance and adventure to what the preferences name for new scenes"""

    bl_idname = "eightcount.style_defaults"
    bl_label = "Reset Style"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context) -> set[str]:
        """Set them."""
        properties.use_defaults(context, context.scene.eightcount)
        return {"FINISHED"}


def _seed(text: str) -> int:
    try:
        return properties.read_seed(text)
    except ValueError:
        raise EightcountError(
            "seed", f"{text!r} is no seed.", "Give a whole number from 0 to 2^63 - 1."
        ) from None


def _known_genre(word: str) -> str:
    """The genre that a word means, if the running backend's model knows it; one that still warms up
    will say so itself."""
    welcome = session.current().welcome
    known = welcome.genres if welcome is not None else ()
    found = genres.find(word, known or properties.genres())
    if known and found not in known:
        raise EightcountError(
            "genre-unknown",
            f"The model {welcome.model} knows no genre {word!r}.",
            f"It knows {', '.join(known)}.",
        )
    return found or word


CLASSES = (
    EIGHTCOUNT_OT_generate,
    EIGHTCOUNT_OT_generate_again,
    EIGHTCOUNT_OT_cancel,
    EIGHTCOUNT_OT_new_seed,
    EIGHTCOUNT_OT_style_defaults,
)
