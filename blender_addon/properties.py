# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panel sets, stored with the scene."""

from __future__ import annotations

import random
import zlib

import bpy
from bpy.props import (
    BoolProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from eightcount.wire.messages import Generate

from . import genres as names
from . import session
from .preferences import preferences
from .rig import actions, take
from .rig.armature import find_dancer

AUTO = "AUTO"
#: of an edit: the genre that the take has.
SAME = "SAME"
MOST_SEED = 2**63 - 1
#: Blender 5 shows a path such as //song.ogg in red unless the property says that it may be one.
RELATIVE = (
    {"ANIMATABLE", "PATH_SUPPORTS_BLEND_RELATIVE"}
    if bpy.app.version >= (5, 0, 0)
    else {"ANIMATABLE"}
)

# Blender keeps only pointers to a dynamic menu's strings: hold on to them.
_menu: list[tuple[str, str, str, int]] = []
_edit_menu: list[tuple[str, str, str, int]] = []


def genres() -> tuple[str, ...]:
    """The genres of the backend's model, or all that we know while none has been heard of."""
    welcome = session.current().welcome
    return welcome.genres if welcome is not None and welcome.genres else tuple(names.KNOWN)


def _genre_items(_owner, _context) -> list[tuple[str, str, str, int]]:
    return _items(_menu, [(AUTO, "Automatic", "The model chooses", 0)])


def _edit_genre_items(_owner, _context) -> list[tuple[str, str, str, int]]:
    same = (SAME, "The Take's", "As the take that is edited", 0)
    return _items(_edit_menu, [same, (AUTO, "Automatic", "The model chooses", 1)])


def _items(held: list, items: list) -> list[tuple[str, str, str, int]]:
    """The genres after the first items, as a list that lives on."""
    for genre in genres():
        # a number of its own for each name: a scene's choice then survives another model's list
        number = (zlib.crc32(genre.encode()) & 0x3FFFFFFF) + 2
        items.append((genre, names.label(genre), names.sentence(genre), number))
    if items != held:
        held[:] = items
    return held


def read_seed(text: str) -> int:
    """A seed from text; ValueError where it is no number from 0 to 2^63 - 1."""
    seed = int(text.strip())
    if not 0 <= seed <= MOST_SEED:
        raise ValueError(seed)
    return seed


def new_seed() -> str:
    """A random seed, short enough to be read out and written down."""
    return str(random.SystemRandom().randrange(1, 1_000_000))


def _clean_seed(settings: SceneSettings, _context) -> None:
    """What cannot be a seed becomes 0 at once, where the user sees it."""
    try:
        text = str(read_seed(settings.seed))
    except ValueError:
        text = "0"
    if settings.seed != text:
        settings.seed = text


def _played_take(_settings: SceneSettings) -> int:
    """Place in bpy.data.actions of the take that the dancer plays, -1 for none."""
    dancer = find_dancer(bpy.context)
    name = actions.assigned(dancer)[0] if dancer is not None else ""
    return bpy.data.actions.find(name) if name else -1


def _play_take(_settings: SceneSettings, place: int) -> None:
    """A click in the list of takes: the dancer plays that take."""
    if 0 <= place < len(bpy.data.actions) and take.is_take(bpy.data.actions[place]):
        bpy.ops.eightcount.take_activate(name=bpy.data.actions[place].name)


#: how a song is counted: name of the choice -> the wire's factor.
TEMPO_FACTORS = {"HALF": 0.5, "HEARD": 1.0, "DOUBLE": 2.0}
TEMPOS = [
    ("HALF", "x 0.5", "Every second beat"),
    ("HEARD", "x 1", "The beats as they were heard"),
    ("DOUBLE", "x 2", "Also halfway between two beats"),
]


def tempo_name(factor: float) -> str:
    """The choice for one of the wire's tempo factors."""
    return next((name for name, f in TEMPO_FACTORS.items() if f == factor), "HEARD")


HALVES = [
    ("both", "Whole Body", "All joints"),
    ("upper", "Upper Body", "Spine, head and arms; legs and path stay"),
    ("lower", "Lower Body", "Legs, pelvis and path; the upper body stays"),
]


class SceneSettings(bpy.types.PropertyGroup):
    """Song, style and length of the next take."""

    song_source: EnumProperty(
        name="Song From",
        description="Where the song comes from",
        items=[
            ("FILE", "File", "A song file"),
            ("STRIP", "Strip", "A sound strip of this scene's sequencer, as it is trimmed there"),
        ],
    )
    song_path: StringProperty(
        name="Song",
        description="The song to dance to: WAV, FLAC, OGG, MP3, M4A or a film's sound",
        subtype="FILE_PATH",
        options=RELATIVE,
    )
    strip_name: StringProperty(name="Strip", description="Name of the sound strip to dance to")
    song_start: FloatProperty(
        name="From",
        description="Seconds of the song to leave out before the take begins",
        min=0.0,
        soft_max=600.0,
        subtype="TIME_ABSOLUTE",
    )
    whole_song: BoolProperty(
        name="To the Song's End",
        description="Dance until the song (or its strip) ends",
        default=True,
    )
    use_preview_range: BoolProperty(
        name="Preview Range",
        description="Dance only the part of the song that lies under the scene's preview range",
    )
    seconds: FloatProperty(
        name="Length",
        description="Length of the take in seconds",
        default=20.0,
        min=1.0,
        soft_max=600.0,
        subtype="TIME_ABSOLUTE",
    )
    genre: EnumProperty(
        name="Genre",
        description="Style of the dance; what the model has learnt",
        items=_genre_items,
    )
    seed: StringProperty(
        name="Seed",
        description="The same seed, song and settings give the same take",
        default="1",
        update=_clean_seed,
    )
    follow_music: BoolProperty(
        name="Follow Loudness",
        description="Dance livelier where the song is loud; how much each phrase varies is the seed's",
        default=True,
    )
    energy: FloatProperty(
        name="Energy",
        description="0: calm, small moves; 1: everything",
        default=0.6,
        min=0.0,
        max=1.0,
        subtype="FACTOR",
    )
    temperature: FloatProperty(
        name="Adventure",
        description="Temperature of the choice of moves: low keeps to the likely ones, high dares more",
        default=Generate.temperature,
        min=0.0,
        max=4.0,
        soft_max=2.0,
    )
    steps: IntProperty(
        name="Steps",
        description="Decoding steps: more are more coherent and slower; 1 is the fastest",
        default=Generate.steps,
        min=1,
        max=64,
        soft_max=32,
    )
    guidance: FloatProperty(
        name="Guidance",
        description="How far song and genre are exaggerated; 1 is what the model learnt, and fastest",
        default=Generate.guidance,
        min=0.0,
        max=10.0,
        soft_max=5.0,
    )
    count: IntProperty(
        name="Takes",
        description="How many takes to make in one press, with one seed after the other",
        default=1,
        min=1,
        max=8,
    )
    use_section_markers: BoolProperty(
        name="Section Markers",
        description="Timeline markers such as '8C:salsa' or '8C:energy=0.9' change genre or energy "
        "from there on",
        default=True,
    )
    edit_half: EnumProperty(
        name="Body", description="Which half of the body an edit changes", items=HALVES
    )
    edit_genre: EnumProperty(
        name="Genre", description="Style of what an edit makes anew", items=_edit_genre_items
    )
    edit_follow_music: BoolProperty(
        name="Follow Loudness",
        description="What an edit makes anew is livelier where the song is loud",
        default=True,
    )
    edit_strength: FloatProperty(
        name="Energy",
        description="Energy of what an edit makes anew; 0: calm, small moves; 1: everything",
        default=0.6,
        min=0.0,
        max=1.0,
        subtype="FACTOR",
    )
    edit_keep_hand_edits: BoolProperty(
        name="Keep Hand Edits",
        description="Keys changed, deleted or added by hand since the take was made stay as they are: "
        "what they show is pinned. For a key between two frames of the take, both are pinned",
        default=True,
    )
    edit_room_for_pins: BoolProperty(
        name="Room for Pins",
        description="Where a pin lies too near to an end of the range to be reached smoothly, up to 12 "
        "frames of the take beyond that end change as well",
    )
    edit_recount: BoolProperty(
        name="Count Anew",
        description="An edit counts the beats with the Song panel's tempo and first beat, instead of "
        "as its take was counted",
    )
    tempo_factor: EnumProperty(
        name="Tempo",
        description="Where the tempo was heard at half or double speed: which beats the dance and "
        "the markers follow",
        items=TEMPOS,
        default="HEARD",
    )
    first_count: IntProperty(
        name="First Beat",
        description="Beats by which the count 1 lies later than it was heard, for the dance and the "
        "markers",
        min=-8,
        max=8,
    )
    played_take: IntProperty(
        name="Take",
        description="The take that the dancer plays; click another to let him play it",
        get=_played_take,
        set=_play_take,
    )

    @property
    def edit_energy(self) -> float:
        """Energy of an edit, -1 where it follows the music."""
        return -1.0 if self.edit_follow_music else self.edit_strength


def use_defaults(context: bpy.types.Context, settings: SceneSettings) -> None:
    """Give a scene the style settings that the preferences name for new ones."""
    chosen = preferences(context)
    if chosen is not None:
        settings.steps = chosen.steps
        settings.guidance = chosen.guidance
        settings.temperature = chosen.temperature


CLASSES = (SceneSettings,)


def register() -> None:
    """Add ``scene.eightcount``."""
    bpy.types.Scene.eightcount = PointerProperty(type=SceneSettings)


def unregister() -> None:
    """Remove it again; what files hold stays there."""
    del bpy.types.Scene.eightcount
    _menu.clear()
    _edit_menu.clear()
