"""Onset strength at 120 a second, and the pulse in it: how fast, how clear.

Beats must be placed finer than a frame of 33 ms, so rhythm listens with hops of 128 samples and
short windows; the 35 features keep librosa's usual 512.
"""

from __future__ import annotations

from dataclasses import dataclass

import librosa
import numpy as np
from scipy.ndimage import median_filter

ONSET_RATE = 120
"""Onset strengths a second."""
_SAMPLE_RATE = 15360
_HOP = _SAMPLE_RATE // ONSET_RATE
_WINDOW = 512
_BLOCK = 8192  # frames of one spectrogram block: 8 MB of float32
_BANDS = 32
_EDGES = (0, 6, 20, _BANDS)  # mel bands of the low, middle and high onset strength
_COMPRESSION = 10.0

# Tempo range that is searched, and the range in which people step.
_SLOWEST, _FASTEST = 40.0, 220.0
_PREFERRED = (70.0, 160.0)
_CENTRE, _SPREAD = 112.0, 0.9  # BPM and octaves of the log-normal preference
_LONGEST_LAG = 6.5  # seconds: four beats of the slowest tempo

MIN_CLARITY = 0.22
"""Clarity below which there is no beat to follow: noise and speech stay below, songs above."""


@dataclass(frozen=True)
class Pulse:
    """Attributes: tempo in BPM; clarity 0-1, how strongly the onsets repeat at that tempo."""

    tempo: float
    clarity: float


def onset_bands(samples: np.ndarray) -> np.ndarray:
    """Rise of loudness in the low (< 300 Hz), middle and high (> 1.9 kHz) bands.

    Spectral flux (Bello et al. 2005) of a mel spectrogram whose loudness is compressed by
    log(1 + c S), relative to the song's own level, so a song's volume changes nothing.

    Args:
        samples: (N,) mono at 15360 Hz.

    Returns:
        (M, 3) float32, M = N // 128, at 120 a second, each >= 0. Row i belongs to time i / 120 s.
    """
    count = max(1, len(samples) // _HOP)
    mel = _mel_blocks(samples, count)
    reference = np.percentile(mel, 95, axis=1, keepdims=True)
    if reference.max() <= 1e-12:
        return np.zeros((count, 3), dtype=np.float32)
    # a band that hardly sounds in this song must not count like the others
    reference = np.maximum(reference, 1e-3 * reference.max())
    loud = np.log1p(mel * (np.float32(_COMPRESSION) / reference))
    flux = np.zeros_like(loud)
    # A rise over two hops: the window is four hops long, one hop would see half of an attack.
    flux[:, 2:] = np.maximum(loud[:, 2:] - loud[:, :-2], 0.0)
    bands = [flux[a:b].mean(axis=0) for a, b in zip(_EDGES[:-1], _EDGES[1:], strict=True)]
    return np.stack(bands, axis=1).astype(np.float32)


def _mel_blocks(samples: np.ndarray, count: int) -> np.ndarray:
    """(32, count) mel power, computed in blocks so memory does not grow with the song."""
    weights = librosa.filters.mel(
        sr=_SAMPLE_RATE, n_fft=_WINDOW, n_mels=_BANDS, fmin=30.0, norm=None
    )
    padded = np.pad(samples, (_WINDOW // 2, _WINDOW))
    mel = np.empty((_BANDS, count), dtype=np.float32)
    for first in range(0, count, _BLOCK):
        last = min(first + _BLOCK, count)
        part = padded[first * _HOP : (last - 1) * _HOP + _WINDOW]
        spectrum = librosa.stft(part, n_fft=_WINDOW, hop_length=_HOP, center=False)
        mel[:, first:last] = weights @ (spectrum.real**2 + spectrum.imag**2)
    return mel


def envelope(bands: np.ndarray) -> np.ndarray:
    """(M, 3) onset bands to one curve (M,), evened out so that quiet passages count too."""
    curve = bands @ np.array([1.0, 0.7, 0.7], dtype=np.float32)
    # divide by the local level over ~4 s, but never lift a pause to music
    level = _smooth(curve, 4 * ONSET_RATE)
    floor = 0.25 * float(level.mean())
    return curve / (level + floor) if floor > 0 else curve


def _smooth(curve: np.ndarray, width: int) -> np.ndarray:
    """Centred moving average over `width` samples, shorter at the ends."""
    sums = np.concatenate([[0.0], np.cumsum(curve, dtype=np.float64)])
    index = np.arange(len(curve))
    low = np.maximum(index - width // 2, 0)
    high = np.minimum(index + width // 2 + 1, len(curve))
    return ((sums[high] - sums[low]) / (high - low)).astype(np.float32)


def find_pulse(bands: np.ndarray) -> Pulse:
    """Tempo and clarity of onset bands (M, 3) at 120 a second.

    The autocorrelations of the three bands are averaged and read at one, two and four beats of
    every tempo from 40 to 220 BPM; four beats weigh most, because in syncopated music a bar
    repeats better than a beat. A preference for the tempos at which people step (70-160) decides
    between a tempo and its double or half.
    """
    correlation = _autocorrelation(bands)
    if correlation is None:
        return Pulse(100.0, 0.0)
    tempos = np.geomspace(_SLOWEST, _FASTEST, 500)
    strength = np.maximum(_comb(correlation, tempos), 0.0)
    best = int(np.argmax(strength * _preference(tempos)))
    return Pulse(float(tempos[best]), _clarity(correlation, tempos[best]))


def tempo_curve(bands: np.ndarray, pulse: Pulse) -> np.ndarray:
    """Tempo (BPM) at each of the M onset samples: (M,), within 10 % of the song's pulse.

    Read every 3 s in windows of 12 s, so a band that speeds up is followed.
    """
    width, hop = 12 * ONSET_RATE, 3 * ONSET_RATE
    if len(bands) < 2 * width:
        return np.full(len(bands), pulse.tempo)
    tempos = pulse.tempo * np.geomspace(0.9, 1.1, 81)
    centred = np.exp(-0.5 * (np.log(tempos / pulse.tempo) / 0.06) ** 2)
    starts = np.arange(0, len(bands) - width + 1, hop)
    found = np.full(len(starts), pulse.tempo)
    for number, first in enumerate(starts):
        correlation = _autocorrelation(bands[first : first + width])
        if correlation is not None:
            strength = np.maximum(_comb(correlation, tempos), 0.0) * centred
            if strength.max() > MIN_CLARITY:
                found[number] = tempos[int(np.argmax(strength))]
    steady = median_filter(found, 5, mode="nearest")
    return np.interp(np.arange(len(bands)), starts + width / 2, steady)


def _autocorrelation(bands: np.ndarray) -> np.ndarray | None:
    """Unbiased autocorrelation of smoothed onsets, 1 at lag 0; None if nothing sounds."""
    if len(bands) < ONSET_RATE // 2:
        return None
    kernel = np.hanning(7)[1:-1]  # +-2 samples: players are not machines
    size = min(int(_LONGEST_LAG * ONSET_RATE), len(bands) * 2 // 3)
    products = []
    for curve in bands.T:
        curve = np.convolve(curve, kernel / kernel.sum(), mode="same")
        curve = np.minimum(curve, np.percentile(curve, 99.5))
        curve = curve - curve.mean()
        power = float(curve @ curve) / len(curve)
        if power > 1e-9:
            product = librosa.autocorrelate(curve, max_size=size)
            products.append(product / (len(curve) - np.arange(len(product))) / power)
    return np.mean(products, axis=0) if products else None


def _comb(correlation: np.ndarray, tempos: np.ndarray) -> np.ndarray:
    """Weighted mean of the autocorrelation at one, two and four beats of each tempo."""
    lags = 60.0 * ONSET_RATE / tempos
    grid = np.arange(len(correlation))
    total, used = np.zeros_like(tempos), np.zeros_like(tempos)
    for multiple, weight in ((1, 1.0), (2, 0.8), (4, 1.4)):
        inside = multiple * lags < len(correlation) - 1
        total += np.where(inside, weight * np.interp(multiple * lags, grid, correlation), 0.0)
        used += np.where(inside, weight, 0.0)
    return total / np.maximum(used, 1e-9)


def _preference(tempos: np.ndarray) -> np.ndarray:
    """Weight of each tempo: log-normal around 112 BPM, halved outside 70-160."""
    octaves = np.log2(tempos / _CENTRE)
    outside = (tempos < _PREFERRED[0]) | (tempos > _PREFERRED[1])
    return np.exp(-0.5 * (octaves / _SPREAD) ** 2) * np.where(outside, 0.5, 1.0)


def _clarity(correlation: np.ndarray, tempo: float) -> float:
    """Mean of the two best autocorrelation peaks near one, two and four beats, in 0-1."""
    lag = 60.0 * ONSET_RATE / tempo
    peaks = []
    for multiple in (1, 2, 4):
        low, high = int(multiple * lag * 0.97), int(np.ceil(multiple * lag * 1.03)) + 1
        if high <= len(correlation):
            peaks.append(float(correlation[low:high].max()))
    if not peaks:
        return 0.0
    return float(np.clip(np.mean(sorted(peaks)[-2:]), 0.0, 1.0))


def has_pulse(bands: np.ndarray) -> bool:
    """Whether onset bands (M, 3) hold a beat that one could dance to."""
    return find_pulse(bands).clarity >= MIN_CLARITY
