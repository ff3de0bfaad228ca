"""Feel: what a genre's body does between the authored shapes (bounce, rock, springs, stance)."""

from __future__ import annotations

from dataclasses import dataclass

GENRES: tuple[str, ...] = (
    "break", "pop", "lock", "waack", "middle-hip-hop", "la-hip-hop", "house", "krump",
    "street-jazz", "ballet-jazz",
)  # fmt: skip


@dataclass(frozen=True)
class Feel:
    """Attributes:
    bounce: depth of the groove, metres; down: the body drops on the beat (else it rises).
    rock: side-to-side rock at half tempo (1 is 2 cm of pelvis). swing: how late off-counts come,
    in counts. stance: half width between the balls of the feet, metres. crouch: metres below standing.
    chest, head, hand: springs (Hz, damping). loose: parts follow one another by this, seconds.
    timing: spread of arrivals, seconds.
    early: hits set off this much earlier, so that flesh and springs come to rest on the count.
    turnout: degrees of the feet outwards.
    press: 0-0.6, how far the body lingers on every count and hurries between (`groove.pressed`).
    """

    bounce: float
    down: bool
    rock: float
    swing: float
    stance: float
    crouch: float
    chest: tuple[float, float]
    head: tuple[float, float]
    hand: tuple[float, float]
    loose: float
    timing: float
    early: float = 0.025
    turnout: float = 12.0
    press: float = 0.3


# fmt: off
FEELS: dict[str, Feel] = {
    "house": Feel(
        0.045, True, 1.2, 0.03, 0.13, 0.045,
        (2.2, 0.5), (1.8, 0.45), (3.6, 0.55), 0.030, 0.008, 0.025,
        press=0.35,
    ),
    "middle-hip-hop": Feel(
        0.060, True, 1.2, 0.05, 0.16, 0.055,
        (2.3, 0.5), (1.8, 0.45), (3.6, 0.55), 0.030, 0.009, 0.025,
        press=0.3,
    ),
    "la-hip-hop": Feel(
        0.035, True, 0.7, 0.02, 0.15, 0.050,
        (3.4, 0.6), (2.6, 0.55), (6.0, 0.65), 0.020, 0.007, 0.040,
        press=0.5,
    ),
    "lock": Feel(
        0.045, True, 1.0, 0.03, 0.15, 0.040,
        (5.5, 0.6), (4.5, 0.55), (8.0, 0.65), 0.015, 0.006, 0.045,
        press=0.4,
    ),
    "pop": Feel(
        0.012, True, 0.25, 0.0, 0.15, 0.035,
        (9.0, 0.6), (8.0, 0.6), (10.0, 0.65), 0.006, 0.005, 0.050,
        press=0.5,
    ),
    "waack": Feel(
        0.022, False, 0.9, 0.02, 0.11, 0.020,
        (3.2, 0.55), (2.6, 0.5), (6.5, 0.65), 0.020, 0.006, 0.040,
        press=0.15,
    ),
    "krump": Feel(
        0.050, True, 0.8, 0.0, 0.20, 0.090,
        (4.0, 0.5), (3.2, 0.45), (6.5, 0.6), 0.015, 0.007, 0.040,
        press=0.35,
    ),
    "break": Feel(
        0.045, True, 1.0, 0.02, 0.16, 0.060,
        (3.4, 0.55), (2.6, 0.5), (5.0, 0.6), 0.020, 0.007, 0.030,
        press=0.3,
    ),
    "street-jazz": Feel(
        0.018, False, 0.7, 0.0, 0.12, 0.030,
        (4.5, 0.65), (3.4, 0.55), (6.0, 0.7), 0.018, 0.006, 0.036, 14.0,
        press=0.35,
    ),
    "ballet-jazz": Feel(
        0.006, False, 0.35, 0.0, 0.13, 0.010,
        (2.4, 0.75), (2.0, 0.7), (2.8, 0.8), 0.070, 0.006, 0.025, 28.0,
        press=0.2,
    ),
}
# fmt: on
