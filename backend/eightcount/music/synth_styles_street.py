"""Styles of the street: hip-hop, funk, breakbeat, krump, jazz (see `synth_style` for the lines)."""

from __future__ import annotations

from eightcount.music.synth_drums import Kit
from eightcount.music.synth_style import BLUES, MAJOR, MAJOR_PENTA, MINOR, MINOR_PENTA, Style

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
    scales=(MAJOR_PENTA, MINOR_PENTA),
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
    scales=(BLUES, BLUES),
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
    scales=(MAJOR_PENTA, MINOR_PENTA),
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
    scales=(MAJOR, MINOR),
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
    scales=(MAJOR, BLUES),
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
