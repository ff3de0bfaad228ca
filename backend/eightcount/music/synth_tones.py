"""Pitched instruments by additive synthesis: no partial ever lies above half the sample rate."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from eightcount.music.synth_drums import RATE

_TOP = 14000.0  # Hz: partials above are left out


def pitch_hz(note: float) -> float:
    """Frequency of a MIDI note number (69 = 440 Hz)."""
    return 440.0 * 2.0 ** ((note - 69.0) / 12.0)


def _time(seconds: float) -> np.ndarray:
    return np.arange(max(2, int(seconds * RATE))) / RATE


def _held(time: np.ndarray, seconds: float, attack: float, release: float) -> np.ndarray:
    """Envelope that rises in `attack`, holds up to `seconds`, and dies away over `release`."""
    rise = np.minimum(time / attack, 1.0)
    after = np.maximum(time - seconds, 0.0)
    fall = np.cos(0.5 * np.pi * np.minimum(after / release, 1.0)) ** 2
    return rise * fall


def _plucked(
    hz: float,
    seconds: float,
    *,
    partials: int,
    slope: float,
    ring: float,
    damping: float,
    stiff: float = 0.0,
    position: float = 0.0,
    release: float = 0.08,
) -> np.ndarray:
    """A struck or plucked string: partials k fall off as k**-slope and die faster the higher.

    Args:
        ring: decay of the lowest partial in seconds. damping: how much faster the k-th dies.
        stiff: inharmonicity. position: where it is plucked (0-0.5); 0 leaves all partials.
    """
    time = _time(seconds + release)
    sound = np.zeros(len(time))
    for k in range(1, partials + 1):
        pitch = hz * k * np.sqrt(1 + stiff * k * k)
        if pitch > _TOP:
            break
        gain = k**-slope * (abs(np.sin(np.pi * k * position)) if position else 1.0)
        decay = np.exp(-time / (ring / (1 + damping * (k - 1))))
        sound += gain * decay * np.sin(2 * np.pi * pitch * time + 0.3 * k)
    return sound * _held(time, seconds, 0.002, release)


def _saws(
    hz: float,
    time: np.ndarray,
    bright: np.ndarray | float,
    detune: tuple[float, ...],
    top: float = 9000.0,
) -> np.ndarray:
    """Detuned saw waves behind a gentle low-pass at `bright` Hz (a number or a curve)."""
    sound = np.zeros(len(time))
    for cents in detune:
        base = hz * 2 ** (cents / 1200)
        highest = int(min(top, _TOP) / base)
        for k, wave in zip(
            range(1, highest + 1), _harmonics(base, time, 1.7 * cents), strict=False
        ):
            past = (base * k / bright) ** 2
            sound += wave * (1.0 / (k * np.sqrt(1.0 + past * past)))
    return sound / len(detune)


def _harmonics(hz: float, time: np.ndarray, phase: float) -> Iterator[np.ndarray]:
    """sin(k x) for k = 1, 2, ... with x = 2 pi hz t + phase, each from the two before it.

    sin(k x) = 2 cos(x) sin((k-1) x) - sin((k-2) x): a fraction of the cost of so many sines.
    """
    x = 2 * np.pi * hz * time + phase
    before, wave, twice = np.zeros(len(time)), np.sin(x), 2 * np.cos(x)
    while True:
        yield wave
        before, wave = wave, twice * wave - before


def finger_bass(hz: float, seconds: float) -> np.ndarray:
    return 0.9 * _plucked(
        hz, seconds, partials=14, slope=1.1, ring=1.4, damping=0.45, position=0.22, release=0.05
    )


def synth_bass(hz: float, seconds: float) -> np.ndarray:
    time = _time(seconds + 0.04)
    bright = 250.0 + 1500.0 * np.exp(-time / 0.09)
    sub = 0.6 * np.sin(2 * np.pi * hz * time)
    wave = 0.8 * _saws(hz, time, bright, (0.0, 7.0), top=3500.0) + sub
    return wave * _held(time, seconds, 0.004, 0.04)


def sub_bass(hz: float, seconds: float) -> np.ndarray:
    """A long low sine with a drop at its start, slightly overdriven so small speakers show it."""
    time = _time(seconds + 0.06)
    turns = hz * (time + 0.35 * 0.03 * (1 - np.exp(-time / 0.03)))
    wave = np.tanh(1.8 * np.sin(2 * np.pi * turns) * np.exp(-time / 0.9))
    return 0.85 * wave * _held(time, seconds, 0.003, 0.06)


def piano(hz: float, seconds: float) -> np.ndarray:
    ring = float(np.clip(2.2 * (261.0 / hz) ** 0.5, 0.5, 3.0))
    sound = _plucked(
        hz, seconds, partials=16, slope=1.25, ring=ring, damping=0.3, stiff=2e-4, position=0.12
    )
    second = _plucked(
        hz * 1.0007, seconds, partials=8, slope=1.4, ring=ring, damping=0.35, stiff=2e-4
    )
    return 0.55 * sound + 0.3 * second


def epiano(hz: float, seconds: float) -> np.ndarray:
    """Electric piano: frequency modulation with a short tine."""
    time = _time(seconds + 0.12)
    tine = 0.25 * np.sin(2 * np.pi * 14 * hz * time) * np.exp(-time / 0.05) * (14 * hz < _TOP)
    body = np.sin(2 * np.pi * hz * time + 1.1 * np.exp(-time / 0.5) * np.sin(2 * np.pi * hz * time))
    shake = 1.0 + 0.12 * np.sin(2 * np.pi * 5.2 * time)
    return 0.6 * (body + tine) * np.exp(-time / 1.3) * shake * _held(time, seconds, 0.003, 0.12)


def organ(hz: float, seconds: float) -> np.ndarray:
    time = _time(seconds + 0.05)
    drawbars = {0.5: 0.5, 1.0: 0.8, 1.5: 0.35, 2.0: 0.45, 3.0: 0.25, 4.0: 0.2, 8.0: 0.08}
    shake = 0.0009 * np.sin(2 * np.pi * 6.1 * time) / 6.1
    wave = sum(
        gain * np.sin(2 * np.pi * hz * ratio * (time + shake))
        for ratio, gain in drawbars.items()
        if hz * ratio < _TOP
    )
    return 0.5 * wave * _held(time, seconds, 0.006, 0.05)


def pad(hz: float, seconds: float) -> np.ndarray:
    time = _time(seconds + 0.5)
    wave = _saws(hz, time, 1100.0, (-8.0, 0.0, 9.0), top=4000.0)
    return 0.6 * wave * _held(time, seconds, min(0.3, 0.6 * seconds), 0.5)


def stab(hz: float, seconds: float) -> np.ndarray:
    time = _time(seconds + 0.12)
    bright = 600.0 + 3200.0 * np.exp(-time / 0.12)
    wave = _saws(hz, time, bright, (-9.0, 9.0), top=7000.0)
    return 0.8 * wave * np.exp(-time / 0.45) * _held(time, seconds, 0.003, 0.12)


def guitar(hz: float, seconds: float) -> np.ndarray:
    return 0.75 * _plucked(
        hz, seconds, partials=18, slope=0.9, ring=0.7, damping=0.35, position=0.17, release=0.03
    )


def brass(hz: float, seconds: float) -> np.ndarray:
    time = _time(seconds + 0.06)
    swell = np.minimum(time / 0.05, 1.0)
    bright = 500.0 + 2600.0 * swell * (0.6 + 0.4 * np.exp(-time / 0.2))
    return 0.7 * _saws(hz, time, bright, (-5.0, 4.0), top=7000.0) * _held(time, seconds, 0.03, 0.06)


def flute(hz: float, seconds: float) -> np.ndarray:
    time = _time(seconds + 0.08)
    late = np.clip((time - 0.15) / 0.25, 0.0, 1.0)
    turns = hz * time + 0.004 * hz / (2 * np.pi * 5.3) * late * np.sin(2 * np.pi * 5.3 * time)
    wave = np.sin(2 * np.pi * turns) + 0.25 * np.sin(4 * np.pi * turns)
    return 0.6 * (wave + 0.08 * np.sin(6 * np.pi * turns)) * _held(time, seconds, 0.04, 0.08)


def square_lead(hz: float, seconds: float) -> np.ndarray:
    time = _time(seconds + 0.06)
    late = np.clip((time - 0.12) / 0.2, 0.0, 1.0)
    turns = hz * time + 0.005 * hz / (2 * np.pi * 5.6) * late * np.sin(2 * np.pi * 5.6 * time)
    wave = np.zeros(len(time))
    for k in range(1, 26, 2):
        if hz * k > 6000:
            break
        wave += np.sin(2 * np.pi * k * turns) / k / (1 + (hz * k / 2600) ** 2)
    return 0.7 * wave * _held(time, seconds, 0.008, 0.06)


def mallet(hz: float, seconds: float) -> np.ndarray:
    """Marimba or vibraphone: bar modes 1 : 4 : 10."""
    time = _time(seconds + 0.25)
    wave = np.sin(2 * np.pi * hz * time) * np.exp(-time / 0.6)
    wave += 0.3 * np.sin(2 * np.pi * 4 * hz * time) * np.exp(-time / 0.12) * (4 * hz < _TOP)
    wave += 0.08 * np.sin(2 * np.pi * 10 * hz * time) * np.exp(-time / 0.03) * (10 * hz < _TOP)
    return 0.75 * wave * _held(time, seconds, 0.001, 0.25)


def bell(hz: float, seconds: float) -> np.ndarray:
    time = _time(seconds + 0.6)
    index = 2.0 * np.exp(-time / 0.4)
    wave = np.sin(2 * np.pi * hz * time + index * np.sin(2 * np.pi * 3.5 * hz * time) * (hz < 1500))
    return 0.45 * wave * np.exp(-time / 0.8) * _held(time, seconds, 0.002, 0.6)


TONES: dict[str, Callable[[float, float], np.ndarray]] = {
    "finger_bass": finger_bass,
    "synth_bass": synth_bass,
    "sub_bass": sub_bass,
    "piano": piano,
    "epiano": epiano,
    "organ": organ,
    "pad": pad,
    "stab": stab,
    "guitar": guitar,
    "brass": brass,
    "flute": flute,
    "square_lead": square_lead,
    "mallet": mallet,
    "bell": bell,
}
"""Every instrument by the name that styles use: (Hz, seconds held) -> mono (n,) at 44.1 kHz."""
