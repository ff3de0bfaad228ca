"""How fast a genre dances a song: on its beat, in double time or in half time."""

from __future__ import annotations

import numpy as np

#: tempi in counts a minute at which each genre's moves feel at home
AT_HOME: dict[str, tuple[float, float]] = {
    "break": (100, 130), "pop": (85, 115), "lock": (95, 120), "waack": (110, 130),
    "middle-hip-hop": (85, 105), "la-hip-hop": (80, 105), "house": (110, 135), "krump": (75, 100),
    "street-jazz": (90, 130), "ballet-jazz": (75, 115),
}  # fmt: skip
#: slowest and fastest counts a minute that are danced: more than an octave apart, so that every
#: song has a pace
DANCEABLE = (70.0, 150.0)
#: counts of a move a beat that may be chosen
PACES = (1.0, 2.0, 0.5)
#: how much loud music draws to the quicker pace, octaves
_PUSH = 0.25
#: octaves outside the home range at which a pace has become unlikely
_WIDTH = 0.22


def choose_pace(genre: str, tempo: float, energy: float, rng: np.random.Generator) -> float:
    """Counts of a move a beat for one phrase.

    Args:
        genre: one of `feel.GENRES`.
        tempo: beats a minute of the song at the phrase.
        energy: of the music, 0-1: of two possible paces loud music takes the quicker one.
        rng: draws between possible paces, so that a slow song has phrases of both kinds.

    Returns:
        1, 2 (double time) or 0.5 (half time).
    """
    low, high = AT_HOME[genre]
    weights = []
    for pace in PACES:
        danced = tempo * pace
        off = max(np.log2(low / danced), np.log2(danced / high), 0.0)
        off += _PUSH * (0.5 - energy) * np.log2(pace)
        inside = DANCEABLE[0] <= danced <= DANCEABLE[1]
        weights.append(np.exp(-((max(off, 0.0) / _WIDTH) ** 2)) + 1e-9 if inside else 0.0)
    if not any(weights):  # a song slower or faster than any dance
        return 2.0 if tempo < DANCEABLE[0] else 0.5
    return float(rng.choice(PACES, p=np.array(weights) / sum(weights)))
