"""Drum and percussion sounds, computed sample by sample with numpy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.signal import butter, sosfilt

RATE = 44100
"""Samples a second of everything the synthesiser makes."""


@dataclass(frozen=True)
class Kit:
    """How a drum set is tuned; each song draws its own around its style's.

    Attributes:
        kick_hz, kick_s, kick_click: pitch the kick falls to, its decay, loudness of the beater.
        snare_hz, snare_s, snare_wires: pitch, decay of the noise, noise against drum (0-1).
        hat_s: decay of the closed hi-hat.
        tune: factor on the pitch of everything else.
    """

    kick_hz: float = 52.0
    kick_s: float = 0.22
    kick_click: float = 0.3
    snare_hz: float = 190.0
    snare_s: float = 0.13
    snare_wires: float = 0.6
    hat_s: float = 0.035
    tune: float = 1.0

    def varied(self, rng: np.random.Generator) -> Kit:
        """The same kit in another room: every number a few per cent up or down."""
        spread = {name: value * rng.uniform(0.9, 1.1) for name, value in vars(self).items()}
        return Kit(**spread)


def _time(seconds: float) -> np.ndarray:
    return np.arange(int(seconds * RATE)) / RATE


def _noise(rng: np.random.Generator, count: int, low: float, high: float) -> np.ndarray:
    """White noise between `low` and `high` Hz, of unit deviation."""
    sections = butter(2, [low, min(high, RATE * 0.45)], btype="band", fs=RATE, output="sos")
    noise = sosfilt(sections, rng.standard_normal(count))
    return noise / max(float(noise.std()), 1e-9)


def _sweep(time: np.ndarray, high: float, low: float, fall: float) -> np.ndarray:
    """Sine whose pitch falls from `high` to `low` Hz with time constant `fall` seconds."""
    turns = low * time + (high - low) * fall * (1.0 - np.exp(-time / fall))
    return np.sin(2 * np.pi * turns)


def _attack(time: np.ndarray, seconds: float) -> np.ndarray:
    return np.minimum(time / seconds, 1.0)


def kick(kit: Kit, rng: np.random.Generator) -> np.ndarray:
    time = _time(kit.kick_s * 3)
    body = _sweep(time, kit.kick_hz * 4.2, kit.kick_hz, 0.028) * np.exp(-time / kit.kick_s)
    click = _noise(rng, len(time), 1500, 6000) * np.exp(-time / 0.004) * kit.kick_click * 0.5
    return np.tanh(1.6 * body * _attack(time, 0.001)) + click


def snare(kit: Kit, rng: np.random.Generator) -> np.ndarray:
    time = _time(kit.snare_s * 4)
    drum = _sweep(time, kit.snare_hz * 1.5, kit.snare_hz, 0.02) * np.exp(-time / 0.07)
    drum += 0.5 * np.sin(2 * np.pi * kit.snare_hz * 1.78 * time) * np.exp(-time / 0.045)
    wires = _noise(rng, len(time), 1200, 9000) * np.exp(-time / kit.snare_s) * 0.45
    mix = (1 - kit.snare_wires) * drum + kit.snare_wires * wires
    return 1.3 * mix * _attack(time, 0.0008)


def clap(kit: Kit, rng: np.random.Generator) -> np.ndarray:
    time = _time(0.4)
    hands = np.zeros(len(time))
    for delay in (0.0, 0.011, 0.022):
        later = time - delay
        hands += np.where(later >= 0, np.exp(-np.maximum(later, 0) / 0.006), 0.0)
    room = np.where(time > 0.03, np.exp(-(time - 0.03) / (kit.snare_s * 0.8)), 0.0) * 0.6
    return _noise(rng, len(time), 900 * kit.tune, 3800) * (hands * 0.8 + room) * 0.45


def rim(kit: Kit, rng: np.random.Generator) -> np.ndarray:
    time = _time(0.08)
    wood = np.sin(2 * np.pi * 820 * kit.tune * time) + np.sin(2 * np.pi * 1710 * kit.tune * time)
    return 0.5 * wood * np.exp(-time / 0.012) * _attack(time, 0.0005)


def _metal(rng: np.random.Generator, time: np.ndarray, tune: float, low: float) -> np.ndarray:
    """Six clashing square waves and noise above `low` Hz: hats and cymbals."""
    pitches = np.array([263.0, 400.0, 421.0, 474.0, 587.0, 845.0]) * tune * 1.6
    waves = sum(np.sign(np.sin(2 * np.pi * f * time + rng.uniform(0, 6.28))) for f in pitches)
    mix = waves / 6 + 0.7 * rng.standard_normal(len(time))
    return sosfilt(butter(3, low, btype="high", fs=RATE, output="sos"), mix)


def hat(kit: Kit, rng: np.random.Generator) -> np.ndarray:
    time = _time(kit.hat_s * 5)
    return 0.5 * _metal(rng, time, kit.tune, 7000) * np.exp(-time / kit.hat_s)


def open_hat(kit: Kit, rng: np.random.Generator) -> np.ndarray:
    time = _time(0.45)
    return 0.42 * _metal(rng, time, kit.tune, 6500) * np.exp(-time / 0.13)


def ride(kit: Kit, rng: np.random.Generator) -> np.ndarray:
    time = _time(1.0)
    bell = np.sin(2 * np.pi * 3150 * kit.tune * time) * np.exp(-time / 0.25) * 0.15
    return 0.25 * _metal(rng, time, kit.tune * 1.3, 5000) * np.exp(-time / 0.3) + bell


def crash(kit: Kit, rng: np.random.Generator) -> np.ndarray:
    time = _time(2.2)
    return 0.4 * _metal(rng, time, kit.tune, 3000) * np.exp(-time / 0.65) * _attack(time, 0.002)


def shaker(kit: Kit, rng: np.random.Generator) -> np.ndarray:
    time = _time(0.11)
    shape = np.minimum(time / 0.025, 1.0) * np.exp(-np.maximum(time - 0.025, 0) / 0.025)
    return 0.35 * _noise(rng, len(time), 5000 * kit.tune, 12000) * shape


def maraca(kit: Kit, rng: np.random.Generator) -> np.ndarray:
    time = _time(0.06)
    return 0.4 * _noise(rng, len(time), 6500 * kit.tune, 14000) * np.exp(-time / 0.013)


def _skin(time: np.ndarray, pitch: float, decay: float) -> np.ndarray:
    """A hand drum: a head that falls a little in pitch, with two inharmonic modes."""
    tone = _sweep(time, pitch * 1.25, pitch, 0.02) * np.exp(-time / decay)
    tone += 0.35 * np.sin(2 * np.pi * pitch * 1.59 * time) * np.exp(-time / (decay * 0.5))
    return tone + 0.15 * np.sin(2 * np.pi * pitch * 2.3 * time) * np.exp(-time / (decay * 0.3))


def conga_low(kit: Kit, rng: np.random.Generator) -> np.ndarray:
    time = _time(0.5)
    hand = _noise(rng, len(time), 400, 2500) * np.exp(-time / 0.006) * 0.15
    return (0.8 * _skin(time, 165 * kit.tune, 0.14) + hand) * _attack(time, 0.001)


def conga_high(kit: Kit, rng: np.random.Generator) -> np.ndarray:
    time = _time(0.4)
    hand = _noise(rng, len(time), 500, 3500) * np.exp(-time / 0.005) * 0.18
    return (0.7 * _skin(time, 222 * kit.tune, 0.1) + hand) * _attack(time, 0.001)


def slap(kit: Kit, rng: np.random.Generator) -> np.ndarray:
    time = _time(0.15)
    hand = _noise(rng, len(time), 900, 5500) * np.exp(-time / 0.014) * 0.5
    return 0.4 * _skin(time, 340 * kit.tune, 0.03) + hand * _attack(time, 0.0006)


def clave(kit: Kit, rng: np.random.Generator) -> np.ndarray:
    time = _time(0.14)
    wood = np.sin(2 * np.pi * 2350 * kit.tune * time)
    wood += 0.3 * np.sin(2 * np.pi * 5900 * kit.tune * time) * np.exp(-time / 0.01)
    return 0.55 * wood * np.exp(-time / 0.028) * _attack(time, 0.0005)


def cowbell(kit: Kit, rng: np.random.Generator) -> np.ndarray:
    time = _time(0.3)
    wave = np.sign(np.sin(2 * np.pi * 562 * kit.tune * time))
    wave += np.sign(np.sin(2 * np.pi * 835 * kit.tune * time))
    band = butter(2, [500, 4200], btype="band", fs=RATE, output="sos")
    shape = 0.7 * np.exp(-time / 0.018) + 0.3 * np.exp(-time / 0.09)
    return 0.45 * sosfilt(band, wave) * shape


def timbale(kit: Kit, rng: np.random.Generator) -> np.ndarray:
    time = _time(0.5)
    shell = np.sin(2 * np.pi * 1450 * kit.tune * time) * np.exp(-time / 0.04) * 0.2
    return (0.7 * _skin(time, 285 * kit.tune, 0.13) + shell) * _attack(time, 0.0008)


def tom(kit: Kit, rng: np.random.Generator) -> np.ndarray:
    time = _time(0.6)
    skin = _sweep(time, 190 * kit.tune, 105 * kit.tune, 0.05) * np.exp(-time / 0.17)
    stick = _noise(rng, len(time), 800, 4000) * np.exp(-time / 0.005) * 0.12
    return (0.9 * skin + stick) * _attack(time, 0.001)


DRUMS: dict[str, Callable[[Kit, np.random.Generator], np.ndarray]] = {
    "kick": kick,
    "snare": snare,
    "clap": clap,
    "rim": rim,
    "hat": hat,
    "open": open_hat,
    "ride": ride,
    "crash": crash,
    "shaker": shaker,
    "maraca": maraca,
    "conga_low": conga_low,
    "conga_high": conga_high,
    "slap": slap,
    "clave": clave,
    "cowbell": cowbell,
    "timbale": timbale,
    "tom": tom,
}
"""Every drum by the name that styles use; each takes a kit and a generator, gives mono (n,)."""


def drum_take(name: str, kit: Kit, rng: np.random.Generator) -> np.ndarray:
    """One hit of a drum (n,) float32, faded to nothing at its end so it never clicks."""
    sound = DRUMS[name](kit, rng)
    fade = len(sound) // 3
    sound[-fade:] *= np.cos(0.5 * np.pi * np.arange(1, fade + 1) / fade) ** 2
    return sound.astype(np.float32)
