"""Phase features: where in the beat, the bar and the slower and faster pulses a frame lies.

The generator reads `phase_features` for every frame: a token is 133 ms long, a beat must be met
within 33. `onset_phase` is Danceba's rhythm feature (Fan et al. 2025, "Align Your Rhythm",
phase-based rhythm extraction), which needs no beat tracker.
"""

from __future__ import annotations

import numpy as np

from eightcount.music.rhythm import Rhythm

WINDOW = 64
"""Frames (2.1 s at 30 fps) of the Fourier window of `onset_phase`."""
PULSES = 8
"""Pulses that `onset_phase` keeps: k * 30 / 64 Hz, 28 to 225 a minute."""


def phase_features(rhythm: Rhythm, frames: int) -> np.ndarray:
    """Cosine and sine of beat phase and bar phase.

    Args:
        rhythm: the song's beats and downbeats.
        frames: T at 30 fps.

    Returns:
        (T, 4) float32: cos and sin of the beat's phase (1, 0 exactly on a beat), cos and sin of
        the bar's phase (1, 0 exactly on a downbeat). Continuous: beats are no jumps.
    """
    beat = 2 * np.pi * rhythm.beat_phase(frames)
    bar = 2 * np.pi * rhythm.bar_phase(frames) / rhythm.beats_per_bar
    waves = [np.cos(beat), np.sin(beat), np.cos(bar), np.sin(bar)]
    return np.stack(waves, axis=1).astype(np.float32)


def onset_phase(
    onset_envelope: np.ndarray, window: int = WINDOW, pulses: int = PULSES
) -> np.ndarray:
    """Danceba's phase features: the angle of the short-time Fourier transform of a music feature.

    phi = Angle(STFT(m)), a window centred on every frame (hop 1), edges padded with zeros. Low
    pulses tell the place in slow patterns, high ones in fast ones. The constant part is left out.
    Feed cos and sin of it, or the angle through a linear layer as in the paper.

    Args:
        onset_envelope: (T,) at 30 fps, column 32 of `song_features`.
        window: frames of the Hann window.
        pulses: how many frequencies k * 30 / window Hz to keep, k = 1 ... pulses <= window / 2.

    Returns:
        (T, pulses) float32 radians in (-pi, pi]; 0 at frame t means a crest of that pulse at t.
        Where nothing sounds the angle is 0.
    """
    envelope = np.asarray(onset_envelope, dtype=np.float64)
    half = window // 2
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(envelope, half), window)
    windows = windows[: len(envelope)]
    number = np.arange(window)
    pulse = np.arange(1, pulses + 1)
    # time counts from the window's centre, so the angle belongs to the frame itself
    kernel = np.exp(-2j * np.pi * np.outer(number - half, pulse) / window)
    spectrum = windows @ (np.hanning(window + 1)[:window, None] * kernel)
    spectrum[np.abs(spectrum) < 1e-9] = 0.0
    return -np.angle(spectrum).astype(np.float32) + 0.0
