"""The styles our synthesiser plays: grooves, harmony, instruments. Data, no sound.

A bar is 16 steps (4/4). Drum lines: digits 1-9 are loudness, '.' is a rest; a line of 32 steps
spans two bars. Bass lines: r root, f fifth, t third, o octave, a approach to the next chord's
root from below, n the next chord's root early, '-' hold, '.' rest. Chord lines: x the chord,
1-5 its notes upwards one at a time, '-' hold, '.' rest. Melody lines: x a note, '-' hold.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from eightcount.music.synth_drums import Kit


@dataclass(frozen=True)
class Style:
    """How one kind of music is made.

    Attributes:
        bpm: natural range of tempos. swing: range of lateness of every second step, 0 (straight)
            to 1 (triplets), on steps of `swing_unit` (8 or 16). human: deviation of a player in ms.
        grooves: sets of drum lines to choose from.
        progressions: chords, a bar each ("ii7+V7" shares a bar), roman numerals over the tonic.
        scales: semitones of the melody's scale over the tonic, in major and in minor songs.
        bass, chords, lead: instruments to choose from; *_lines: their lines.
        pad: whether long chords lie under it. pump: how far the kick ducks the rest (0-1).
        room: seconds of reverberation; wet: its share.
        levels: gains of single voices over the usual ones.
    """

    name: str
    bpm: tuple[float, float]
    grooves: tuple[dict[str, str], ...]
    progressions: tuple[str, ...]
    scales: tuple[tuple[int, ...], tuple[int, ...]]
    bass: tuple[str, ...]
    bass_lines: tuple[str, ...]
    chords: tuple[str, ...]
    chord_lines: tuple[str, ...]
    lead: tuple[str, ...]
    lead_lines: tuple[str, ...]
    swing: tuple[float, float] = (0.0, 0.0)
    swing_unit: int = 16
    human: float = 3.0
    kit: Kit = field(default_factory=Kit)
    pad: bool = False
    pump: float = 0.0
    room: float = 0.9
    wet: float = 0.12
    octaves: bool = False
    levels: dict[str, float] = field(default_factory=dict)


_MAJOR_PENTA = (0, 2, 4, 7, 9)
_MINOR_PENTA = (0, 3, 5, 7, 10)
_MINOR = (0, 2, 3, 5, 7, 8, 10)
_DORIAN = (0, 2, 3, 5, 7, 9, 10)
_MAJOR = (0, 2, 4, 5, 7, 9, 11)
_BLUES = (0, 3, 5, 6, 7, 10)

_POP_LEADS = ("x--x--x-x---x---", "x-x-x---x--x----", "..x-x-x-x--x--x-", "x---x-x-x-x-x---")

SALSA = Style(
    name="salsa",
    bpm=(88, 108),
    grooves=(
        {
            "clave": "8..8..8...8.8...",
            "cowbell": "9.4.7.4.9.4.7.4.",
            "conga_high": "3.2...2.3.2.....",
            "slap": "....8.......8...",
            "conga_low": "......77......78",
            "maraca": "7464746474647464",
            "kick": "8.......8.......",
        },
        {
            "clave": "..8.8...8..8..8.",
            "cowbell": "9.44..449.44..44",
            "conga_high": "4.3.4.3.4.3.4.3.",
            "slap": "....7.......7..5",
            "conga_low": "..5...77..5...77",
            "shaker": "7363736373637363",
            "kick": "8...5...8...5...",
        },
        {
            "clave": "8..8...8..8.8...",
            "cowbell": "9...7...9...7.5.",
            "ride": "....5.5.....5.55",
            "slap": "....8.3.....8.3.",
            "conga_low": "......77......77",
            "conga_high": "4.4.....4.4.....",
            "maraca": "8353835383538353",
            "kick": "8..4....8..4....",
        },
    ),
    progressions=(
        "i i V7 V7",
        "i iv V7 i",
        "i+iv V7 i+iv V7",
        "I IV V7 IV",
        "ii7 V7 I6 VI7",
        "i bVII bVI V7",
    ),
    scales=(_MAJOR, _MINOR),
    bass=("finger_bass",),
    bass_lines=("...f--r-...f--n-", "r..f--n-...f--n-", "...r--f-...o--n-"),
    chords=("piano",),
    chord_lines=(
        "1.23.43.13.42.35",
        "13.3.25.3.42.35.",
        "1.32.5.3.4.32.4.",
        "..35.3.1..35.3.4",
    ),
    octaves=True,
    lead=("brass", "flute", "brass"),
    lead_lines=("x-.x--x---..x-x-", "..x-x-x---x-x---", "x--x-x----..x-x-", "x---....x-x-x---"),
    human=4.0,
    kit=Kit(kick_hz=60, kick_s=0.12, snare_wires=0.4),
    room=1.0,
    wet=0.14,
    levels={"chords": 0.95, "kick": 0.8, "cowbell": 0.9},
)

POP = Style(
    name="pop",
    bpm=(96, 128),
    grooves=(
        {
            "kick": "9.....6.9.......",
            "snare": "....9.......9...",
            "hat": "7.5.7.5.7.5.7.5.",
            "shaker": "3232323232323232",
        },
        {
            "kick": "9...8...9...8...",
            "clap": "....9.......9...",
            "hat": "6.6.6.6.6.6.6.65",
            "open": "..5...5...5...5.",
        },
        {
            "kick": "9..5..8...9.....",
            "snare": "....9.......9..3",
            "hat": "7353735373537353",
            "clap": "............7...",
        },
    ),
    progressions=(
        "I V vi IV",
        "vi IV I V",
        "I vi IV V",
        "IV I V vi",
        "I iii IV V",
        "I IV vi V",
    ),
    scales=(_MAJOR_PENTA, _MINOR_PENTA),
    bass=("synth_bass", "finger_bass"),
    bass_lines=("r-r-r-r-r-r-r-r-", "r--r--r-r--r--a-", "r-----r-r---r-a-"),
    chords=("piano", "guitar", "epiano"),
    chord_lines=("x---x---x---x---", "x--x--x---x-x---", "1.2.3.2.1.2.3.4.", "x--x--x-x--x--x-"),
    lead=("square_lead", "mallet", "flute", "bell"),
    lead_lines=_POP_LEADS,
    pad=True,
    room=1.2,
    wet=0.13,
)

HOUSE = Style(
    name="house",
    bpm=(118, 128),
    grooves=(
        {
            "kick": "9...9...9...9...",
            "clap": "....8.......8...",
            "open": "..7...7...7...7.",
            "hat": "3.3.3.333.3.3.33",
            "shaker": "4262426242624262",
        },
        {
            "kick": "9...9...9...9...",
            "clap": "....8.......8..3",
            "open": "..7...7...7...7.",
            "conga_high": "...4..4....4..44",
            "hat": "5353535353535353",
            "rim": "...5..5...5..5..",
        },
    ),
    progressions=("i7 i7 iv7 v7", "i7 bVImaj7 bIIImaj7 bVII", "iim7 v7 i7 i7", "i7 iv7 i7 bVII"),
    scales=(_MAJOR_PENTA, _DORIAN),
    bass=("synth_bass", "sub_bass"),
    bass_lines=("..r-..r-..r-..o-", "r..r..r-..r-o-r-", "..rr..rr..rr..fo"),
    chords=("stab", "organ", "epiano"),
    chord_lines=("..x-..x-..x-..x-", "x..x..x...x..x..", "...x..x....x..x."),
    lead=("bell", "square_lead", "mallet"),
    lead_lines=("x..x..x.x..x....", "..x..x..x.x.x...", "x.x...x.x.x....."),
    swing=(0.0, 0.25),
    human=0.5,
    kit=Kit(kick_hz=48, kick_s=0.2, kick_click=0.45, hat_s=0.03),
    pad=True,
    pump=0.55,
    room=1.4,
    wet=0.13,
    levels={"kick": 1.1},
)

HIPHOP = Style(
    name="hiphop",
    bpm=(82, 100),
    grooves=(
        {
            "kick": "9..5...7..9.....",
            "snare": "....9.......9...",
            "hat": "7.5.7.5.7.5.7.53",
        },
        {
            "kick": "9.....57.....5..",
            "snare": "....9.......9..2",
            "hat": "7.6.7.6.7.6.7.6.",
            "rim": ".......4......4.",
        },
        {
            "kick": "9.9....5..9....4",
            "clap": "....8.......8...",
            "snare": "....7.......7...",
            "hat": "6464646464646464",
            "open": "..............5.",
        },
    ),
    progressions=(
        "i7 iv7",
        "i7 bVImaj7",
        "i7 i7 bVImaj7 V7",
        "iim7 V7 Imaj7 VI7",
        "i7 bVII iv7 V7",
    ),
    scales=(_MAJOR_PENTA, _MINOR_PENTA),
    bass=("sub_bass", "finger_bass"),
    bass_lines=("r--.r-.r..r---a-", "r-----.rr---....", "r-.r..f-..r-..a-"),
    chords=("epiano", "piano", "guitar"),
    chord_lines=("x-----..x--x----", "x---....x---..x-", "1.3.4.3.2.3.5.3."),
    lead=("flute", "mallet", "bell"),
    lead_lines=("x-x---..x-x-----", "..x-x-x-........", "x---x-x-..x-x---"),
    swing=(0.2, 0.5),
    human=6.0,
    kit=Kit(kick_hz=50, kick_s=0.28, snare_hz=175, snare_wires=0.65),
    room=0.7,
    wet=0.09,
    levels={"kick": 1.1, "bass": 1.1},
)

FUNK = Style(
    name="funk",
    bpm=(98, 116),
    grooves=(
        {
            "kick": "9.7....4..7..5..",
            "snare": "....9..2.2..9..2",
            "hat": "7363736373637363",
            "cowbell": "5...5...5...5...",
        },
        {
            "kick": "9.....7.7.9.....",
            "snare": "....9..3.3.39..3",
            "hat": "7.5.7.5.7.5.7...",
            "open": "..............6.",
            "conga_high": "...4...4..4....4",
        },
    ),
    progressions=("I7 I7 IV7 I7", "i7 IV7", "i7 i7 iv7 i7", "I9 I9 IV9 V9"),
    scales=(_BLUES, _BLUES),
    bass=("finger_bass", "synth_bass"),
    bass_lines=("r.r..o.r..f.o.a.", "rr.o..r.f..r.oa.", "r..r.o..rf..o.ra"),
    chords=("guitar", "organ", "epiano"),
    chord_lines=("..x.x..x..x.x...", "x.xx..x.x.xx..x.", "....x..x....x.x."),
    lead=("brass", "brass", "organ"),
    lead_lines=("x.x---..........", "..x.x.x---......", "x--.x.x.x.......", "....x.x---..x.x."),
    swing=(0.05, 0.25),
    kit=Kit(kick_hz=62, kick_s=0.14, snare_hz=215, snare_s=0.1),
    room=0.6,
    wet=0.08,
)

MODERN = Style(
    name="modern",
    bpm=(70, 92),
    grooves=(
        {
            "kick": "8.......7.4.....",
            "rim": "....7.......7...",
            "shaker": "4.2.4.2.4.2.4.2.",
        },
        {
            "kick": "8.........6.....",
            "snare": "....6.......6...",
            "ride": "5...4...5...4.3.",
        },
    ),
    progressions=(
        "Imaj7 vi7 IVmaj7 V",
        "i bVI bIII bVII",
        "vi7 IVmaj7 Imaj7 V",
        "I iii7 IVmaj7 iv",
        "i v bVI iv",
    ),
    scales=(_MAJOR, _MINOR),
    bass=("finger_bass", "sub_bass"),
    bass_lines=("r-------r---f---", "r-----f-r-----a-", "r---------r-f---"),
    chords=("piano", "epiano", "piano"),
    chord_lines=("1.2.3.4.5.4.3.2.", "1-3-4-3-5-3-4-3-", "x---3-4-x---3-4-"),
    lead=("flute", "bell", "piano"),
    lead_lines=("x-----x-x-------", "x---x---x-------", "....x-x-x-----x-"),
    human=7.0,
    kit=Kit(kick_hz=50, kick_s=0.3, kick_click=0.15, snare_s=0.18),
    pad=True,
    room=2.2,
    wet=0.2,
    levels={"kick": 0.75, "snare": 0.6, "chords": 1.15},
)

AMBIENT = Style(
    name="ambient",
    bpm=(72, 96),
    grooves=(
        {
            "kick": "6.......5.......",
            "shaker": "3.2.3.2.3.2.3.2.",
            "rim": "....4.......4...",
        },
        {
            "kick": "6...............6.........4.....",
            "maraca": "4.2.3.2.4.2.3.2.",
            "conga_low": "......4.......4.",
        },
    ),
    progressions=("Imaj7 IVmaj7", "i7 bVImaj7 bIIImaj7 bVII", "vi7 Imaj7 IVmaj7 IVmaj7"),
    scales=(_MAJOR_PENTA, _MINOR_PENTA),
    bass=("sub_bass",),
    bass_lines=("r---------------", "r-------f-------"),
    chords=("mallet", "epiano", "bell"),
    chord_lines=("1...3...4...3...", "1.....3...5.....", "5...4...3...2..."),
    lead=("bell", "flute"),
    lead_lines=("x-------x-------", "....x-----x-----"),
    kit=Kit(kick_hz=46, kick_s=0.3, kick_click=0.1),
    pad=True,
    room=3.0,
    wet=0.3,
    levels={"kick": 0.7, "pad": 1.5, "rim": 0.6, "lead": 0.5},
)

BREAKBEAT = Style(
    name="breakbeat",
    bpm=(104, 136),
    grooves=(
        {
            "kick": "9.9.......77....",
            "snare": "....9..3.3..9..3",
            "ride": "7.6.7.6.7.6.7.6.",
        },
        {
            "kick": "9..7..9...7.....",
            "snare": "....9.......9.5.",
            "hat": "7.6.7.657.6.7.65",
            "open": "......6.........",
        },
        {
            "kick": "9.....7...97....9.9....7..9.....",
            "snare": "....9..4.4..9.......9..4....9.55",
            "hat": "7.6.7.6.7.6.7.6.",
            "cowbell": "....4.......4...",
        },
    ),
    progressions=("i7 i7 i7 bVII", "i7 IV7", "i i bVII bVI"),
    scales=(_MAJOR_PENTA, _MINOR_PENTA),
    bass=("synth_bass", "finger_bass"),
    bass_lines=("r.r....or..f..a.", "r--r..o.r-.f-.a-", "rr....r.o..r..f."),
    chords=("stab", "organ", "guitar"),
    chord_lines=("x.....x.........", "..x...x...x..x..", "x..x............"),
    lead=("brass", "square_lead"),
    lead_lines=("x.x.x---........", "..x.x..x--......", "x--x--x---......"),
    swing=(0.0, 0.2),
    kit=Kit(kick_hz=58, kick_s=0.15, snare_hz=220, snare_s=0.12),
    room=0.6,
    wet=0.08,
)

DISCO = Style(
    name="disco",
    bpm=(112, 124),
    grooves=(
        {
            "kick": "9...9...9...9...",
            "snare": "....9.......9...",
            "open": "..8...8...8...8.",
            "hat": "6.......6.......",
            "shaker": "4242424242424242",
        },
        {
            "kick": "9...9...9...9...",
            "snare": "....8.......8..3",
            "clap": "....6.......6...",
            "hat": "7.357.357.357.35",
            "conga_high": "..5..5....5..5.5",
        },
    ),
    progressions=("i7 iv7 bVII bIIImaj7", "vi7 ii7 V7 Imaj7", "i7 i7 iv7 V7", "Imaj7 vi7 ii7 V7"),
    scales=(_MAJOR, _DORIAN),
    bass=("finger_bass", "synth_bass"),
    bass_lines=("r.o.r.o.r.o.r.o.", "r-o-r-o-r-o-f-a-", "r..ro.r.f..ro.a."),
    chords=("guitar", "piano", "stab"),
    chord_lines=("..x.x.x...x.x.x.", ".xx..xx..xx..xx.", "x..x..x.x..x..x."),
    lead=("flute", "brass", "stab"),
    lead_lines=("x---x---x-x-x---", "x-x-x-----x-x---", "..x-x-x-x-------"),
    human=2.0,
    kit=Kit(kick_hz=56, kick_s=0.16, kick_click=0.35),
    pad=True,
    room=1.2,
    wet=0.12,
)

KRUMP = Style(
    name="krump",
    bpm=(82, 100),
    grooves=(
        {
            "kick": "9..9..9...9.....",
            "clap": "....9.......9...",
            "snare": "....8.......8...",
            "tom": "..............66",
            "hat": "7.7.7.777.7.7777",
        },
        {
            "kick": "9.....9.9..9....",
            "snare": "....9.......9...",
            "hat": "7777777777777777",
            "tom": "...........5.55.",
        },
    ),
    progressions=("i i bVI V", "i bII", "i i i bVI+V"),
    scales=(_MAJOR, _MINOR),
    bass=("sub_bass", "synth_bass"),
    bass_lines=("r--r--r---r-----", "r-----r-r--r----"),
    chords=("brass", "stab"),
    chord_lines=("x-..x-..x---....", "x---....x-x-....", "x..x..x........."),
    lead=("square_lead", "bell"),
    lead_lines=("x.x.x---x.......", "x--x--x-........", "..x.x.x.x---...."),
    human=1.0,
    kit=Kit(kick_hz=45, kick_s=0.35, kick_click=0.5, snare_s=0.16),
    room=0.9,
    wet=0.1,
    levels={"kick": 1.2, "bass": 1.2},
)

JAZZ = Style(
    name="jazz",
    bpm=(104, 148),
    grooves=(
        {
            "ride": "8...7.5.8...7.5.",
            "hat": "....7.......7...",
            "kick": "6...5...6...5...",
            "rim": "..............4.",
        },
        {
            "ride": "8.4.7.5.8.4.7.5.",
            "snare": "....6..2....6...",
            "kick": "7.......5.....4.",
        },
    ),
    progressions=("ii7 V7 Imaj7 VI7", "I7 IV7 I7 I7 IV7 IV7 I7 VI7 ii7 V7 I7 V7", "i7 iv7 i7 V7"),
    scales=(_MAJOR, _BLUES),
    bass=("finger_bass",),
    bass_lines=("r---t---f---a---", "r---f---o---a---"),
    chords=("piano", "guitar", "epiano"),
    chord_lines=("..x-....x-....x-", "x---..x-....x---", "......x-....x-.."),
    lead=("brass", "flute", "mallet"),
    lead_lines=("x-x-x-x-x---....", "..x-x-x-x-x-x---", "x---x-x-x-------"),
    swing=(0.75, 1.0),
    swing_unit=8,
    human=6.0,
    kit=Kit(kick_hz=60, kick_s=0.12, kick_click=0.15, snare_wires=0.5),
    room=1.0,
    wet=0.12,
    levels={"ride": 1.3, "snare": 0.7},
)

STYLES: dict[str, Style] = {
    style.name: style
    for style in (
        SALSA,
        POP,
        HOUSE,
        HIPHOP,
        FUNK,
        MODERN,
        AMBIENT,
        BREAKBEAT,
        DISCO,
        KRUMP,
        JAZZ,
    )
}
"""Every style by its name."""
