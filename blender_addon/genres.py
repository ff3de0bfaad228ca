# SPDX-License-Identifier: GPL-3.0-or-later
"""Genres as the panel shows them. Which of them there are, the backend's model says."""

from __future__ import annotations

from collections.abc import Iterable

#: label and one sentence for the genres that models know; another one gets words from its name.
KNOWN = {
    "break": ("Break", "Toprock, footwork on the floor and freezes"),
    "pop": ("Pop", "Hits: muscles tensed and released on the beat, with waves between"),
    "lock": ("Lock", "Big arm moves that stop dead on the beat, with points and wrist rolls"),
    "waack": ("Waack", "Fast circles of the arms over the shoulders, with poses"),
    "middle-hip-hop": ("Middle hip-hop", "Bouncing grooves and steps in the style of the nineties"),
    "la-hip-hop": ("LA hip-hop", "Choreographed hip-hop, full of accents to the words"),
    "house": ("House", "Quick steps under a torso that rolls with the beat"),
    "krump": ("Krump", "Stomps, chest pops and arm swings with all strength"),
    "street-jazz": ("Street jazz", "Long lines and turns of jazz on a hip-hop groove"),
    "ballet-jazz": ("Ballet jazz", "Turns, leaps and held lines with stretched feet"),
    "salsa": ("Salsa", "Steps forward and back with moving hips and spins"),
    "modern": ("Modern", "Flowing moves from the torso, with weight and fall"),
}


def label(genre: str) -> str:
    """A genre's name as a label; "Automatic" for none."""
    words = genre.replace("_", " ").replace("-", " ").strip()
    return KNOWN.get(genre, (words[:1].upper() + words[1:] or "Automatic",))[0]


def sentence(genre: str) -> str:
    """What the genre is, in one sentence without its full stop, as tooltips are."""
    return KNOWN[genre][1] if genre in KNOWN else f"Dance in the style of {label(genre)}"


def find(word: str, genres: Iterable[str]) -> str | None:
    """The genre that a word means: "Locking" is lock, "house dance" is house; None where unclear.

    A genre's own name goes before all else; then the only one that begins the word, or that the word
    begins.
    """
    plain = "-".join(word.lower().replace("_", " ").replace("-", " ").split())
    genres = list(genres)
    if plain in genres or not plain:
        return plain or None
    near = [g for g in genres if plain.startswith(g) or g.startswith(plain)]
    return near[0] if len(near) == 1 else None
