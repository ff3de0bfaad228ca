"""One pass over the song's spectrogram: mel bands, chroma and loudness at 30 fps."""

from __future__ import annotations

from dataclasses import dataclass

import librosa
import numpy as np
from scipy.signal import freqz

from eightcount.music.song import SAMPLE_RATE, SAMPLES_PER_FRAME, Song

WINDOW = 2048
MEL_BANDS = 128
BLOCK = 1024
"""Frames of one spectrogram block (17 MB), so memory does not grow with the song."""


@dataclass(frozen=True)
class Spectra:
    """Attributes (T frames at 30 fps, frame t centred on t/30 s).

    mel: (128, T) float32 mel power. chroma: (12, T) float32, C first, each frame's maximum 1.
    loudness: (T,) float32 K-weighted power (ITU-R BS.1770), linear.
    """

    mel: np.ndarray
    chroma: np.ndarray
    loudness: np.ndarray


def spectra(song: Song, block: int = BLOCK) -> Spectra:
    """Mel, chroma and loudness from one short-time Fourier transform.

    The values are those of librosa's `melspectrogram`, `chroma_stft` (untuned) with n_fft 2048,
    hop 512 and zero padding; they do not depend on `block`, the frames of one pass.
    """
    count = song.frames
    mel_weights = librosa.filters.mel(sr=SAMPLE_RATE, n_fft=WINDOW, n_mels=MEL_BANDS)
    chroma_weights = librosa.filters.chroma(sr=SAMPLE_RATE, n_fft=WINDOW, tuning=0.0, n_chroma=12)
    loud_weights = _k_weighting()
    mel = np.empty((MEL_BANDS, count), dtype=np.float32)
    chroma = np.empty((12, count), dtype=np.float32)
    loudness = np.empty(count, dtype=np.float32)
    half = WINDOW // 2
    for first in range(0, count, block):
        last = min(first + block, count)
        begin = first * SAMPLES_PER_FRAME - half
        end = (last - 1) * SAMPLES_PER_FRAME + half
        part = song.samples[max(begin, 0) : end]
        part = np.pad(part, (max(-begin, 0), max(0, end - len(song.samples))))
        spectrum = librosa.stft(part, n_fft=WINDOW, hop_length=SAMPLES_PER_FRAME, center=False)
        power = spectrum.real**2 + spectrum.imag**2
        mel[:, first:last] = mel_weights @ power
        chroma[:, first:last] = librosa.util.normalize(chroma_weights @ power, axis=0)
        loudness[first:last] = loud_weights @ power
    return Spectra(mel, chroma, loudness)


def _k_weighting() -> np.ndarray:
    """Power response of the loudness filter of ITU-R BS.1770 at the bins (1025,) float32."""
    # the two biquads the recommendation gives for 48 kHz, read at our bins' frequencies
    shelf = ([1.53512485958697, -2.69169618940638, 1.19839281085285],
             [1.0, -1.69065929318241, 0.73248077421585])  # fmt: skip
    highpass = ([1.0, -2.0, 1.0], [1.0, -1.99004745483398, 0.99007225036621])
    angles = 2 * np.pi * librosa.fft_frequencies(sr=SAMPLE_RATE, n_fft=WINDOW) / 48000.0
    response = np.ones(len(angles))
    for b, a in (shelf, highpass):
        response *= np.abs(freqz(b, a, worN=angles)[1]) ** 2
    # a Hann window of N samples spreads full-scale power over N^2 * 3/8 / 2 of the bins' sum
    return (response * 2 / (WINDOW**2 * 0.375)).astype(np.float32)
