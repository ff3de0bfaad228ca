"""The styles of the synthesiser by name; here salsa, pop, house, disco, modern and ambient.

`synth_style` explains the lines.
"""

from __future__ import annotations

from eightcount.music.synth_drums import Kit
from eightcount.music.synth_style import DORIAN, MAJOR, MAJOR_PENTA, MINOR, MINOR_PENTA, Style
from eightcount.music.synth_styles_street import BREAKBEAT, FUNK, HIPHOP, JAZZ, KRUMP

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
    scales=(MAJOR, MINOR),
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
    scales=(MAJOR_PENTA, MINOR_PENTA),
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
    scales=(MAJOR_PENTA, DORIAN),
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
    scales=(MAJOR, DORIAN),
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
    scales=(MAJOR, MINOR),
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
    scales=(MAJOR_PENTA, MINOR_PENTA),
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
