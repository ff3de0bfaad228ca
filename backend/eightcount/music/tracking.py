"""Beat grids from onset curves: followed beat by beat, or steady; evened out; carried to the ends.

All places here are onset samples, 120 a second.
"""

from __future__ import annotations

import librosa
import numpy as np

from eightcount.music.pulse import ONSET_RATE

_SAMPLE_RATE = 15360
# How dearly the tracker pays for an uneven beat. librosa's default of 100 lets it jump between the
# beat and the off-beat wherever the hi-hats are louder than the kick.
_TIGHTNESS = 800.0
_REACH = 6  # onset samples (50 ms): how far a beat may move to the onset nearest to it
_NEIGHBOURS = 6.0  # beats: width of the local straight line that evens the beats out


def follow_beats(curve: np.ndarray, tempo: np.ndarray) -> np.ndarray:
    """Beats (B,) by librosa's dynamic programming (Ellis 2007), so they may speed up and slow down.

    Args:
        curve: (M,) onset curve.
        tempo: (M,) BPM at each sample.
    """
    steady = float(tempo.max() / tempo.min()) < 1.02
    _, beats = librosa.beat.beat_track(
        onset_envelope=curve,
        sr=_SAMPLE_RATE,
        hop_length=_SAMPLE_RATE // ONSET_RATE,
        bpm=float(np.median(tempo)) if steady else tempo,
        tightness=_TIGHTNESS,
        trim=False,
    )
    return np.asarray(beats, dtype=np.float64)


def steady_beats(curve: np.ndarray, tempo: float) -> np.ndarray:
    """Beats (B,) of one unchanging tempo within 2 % of `tempo`: right for music made to a click.

    The tempo is where the Fourier transform of the curve is largest at one, two and four times
    the beat's frequency together; the phase puts the four sixteenths on the most onset strength.
    """
    size = 1 << int(np.ceil(np.log2(len(curve) * 8)))
    spectrum = np.abs(np.fft.rfft(curve - curve.mean(), size))
    beat = tempo / (60.0 * ONSET_RATE) * size  # bins
    bins = np.arange(beat * 0.98, beat * 1.02, 0.25)
    total = sum(spectrum[np.rint(h * bins).astype(int)] for h in (1, 2, 4))
    period = size / float(bins[int(np.argmax(total))])
    return np.arange(_sixteenth_phase(curve, period), len(curve), period)


def _sixteenth_phase(curve: np.ndarray, period: float) -> float:
    """Offset in [0, period / 4) at which the grid of sixteenths meets most onset strength."""
    bins = 96
    place = (np.arange(len(curve)) / period * bins).astype(int) % bins
    folded = np.bincount(place, curve, bins) / np.maximum(np.bincount(place, minlength=bins), 1)
    smooth = sum(np.roll(folded, shift) for shift in (-1, 0, 1))
    best = int(np.argmax(smooth.reshape(4, bins // 4).sum(axis=0)))
    return (best + 0.5) * period / bins


def refine(beats: np.ndarray, curve: np.ndarray) -> np.ndarray:
    """Put each beat on the top of the onset within 50 ms, then even the beats out."""
    return _even_out(*_to_onsets(beats, curve))


def _to_onsets(beats: np.ndarray, curve: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Move each beat to the onset's top next to it: (beats (B,) fractional, strength (B,))."""
    smooth = np.convolve(curve, [0.25, 0.5, 0.25], mode="same")
    centre = np.clip(np.rint(beats).astype(int), 1, len(curve) - 2)
    reach = np.clip(centre[:, None] + np.arange(-_REACH, _REACH + 1), 1, len(curve) - 2)
    top = reach[np.arange(len(beats)), smooth[reach].argmax(axis=1)]
    left, middle, right = smooth[top - 1], smooth[top], smooth[top + 1]
    bend = left - 2 * middle + right  # parabola through the three samples
    shift = np.where(bend < 0, 0.5 * (left - right) / np.minimum(bend, -1e-9), 0.0)
    is_top = (middle >= left) & (middle >= right) & (middle > 0)  # else a slope: leave the beat
    return np.where(is_top, top + shift, beats), np.where(is_top, middle, 0.0)


def _even_out(beats: np.ndarray, strength: np.ndarray) -> np.ndarray:
    """Each beat on the straight line through its neighbours (weighted, outliers less)."""
    trust = 0.02 + strength / max(float(strength.max(initial=0.0)), 1e-9)
    error = np.abs(beats - _local_lines(beats, trust))
    return _local_lines(beats, trust / (1.0 + (error / 2.0) ** 2))


def _local_lines(beats: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """At each beat, the value of the line beats ~ number fitted to the beats around it."""
    reach = int(4 * _NEIGHBOURS)
    near = np.exp(-0.5 * (np.arange(-reach, reach + 1) / _NEIGHBOURS) ** 2)
    number = np.arange(len(beats), dtype=np.float64)

    def around(values: np.ndarray) -> np.ndarray:
        return np.convolve(values * weights, near)[reach : reach + len(beats)]

    total = around(np.ones(len(beats)))
    mean_x, mean_y = around(number) / total, around(beats) / total
    spread = around(number**2) / total - mean_x**2
    slope = (around(number * beats) / total - mean_x * mean_y) / np.maximum(spread, 1e-9)
    return mean_y + slope * (number - mean_x)


def fill(beats: np.ndarray, length: int) -> tuple[np.ndarray, int]:
    """Carry the grid on to both ends of the song (`length` onset samples).

    Returns:
        (the longer grid, how many beats were put before the first).
    """
    near = min(4, len(beats) - 1)
    opening = (beats[near] - beats[0]) / near
    closing = (beats[-1] - beats[-1 - near]) / near
    before = np.arange(int(max(beats[0] + 0.5, 0.0) / opening), 0, -1)
    after = np.arange(1, int(max(length - 1 - beats[-1], 0.0) / closing) + 1)
    parts = [beats[0] - before * opening, beats, beats[-1] + after * closing]
    return np.concatenate(parts), len(before)
