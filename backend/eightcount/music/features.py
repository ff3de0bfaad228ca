"""The 35 music features a frame that the music tokenizers read, at 30 fps."""

from __future__ import annotations

import librosa
import numpy as np

from eightcount.music.rhythm import Rhythm, find_rhythm
from eightcount.music.song import SAMPLE_RATE, SAMPLES_PER_FRAME, Song
from eightcount.music.spectra import Spectra, spectra

FEATURES = 35
MFCC = slice(0, 20)
CHROMA = slice(20, 32)
ONSET, PEAK, BEAT = 32, 33, 34


def song_features(
    song: Song, rhythm: Rhythm | None = None, *, spectrum: Spectra | None = None
) -> np.ndarray:
    """The 35 features of the field (Bailando, EDGE, TokenDance), by librosa.

    Args:
        song: the song.
        rhythm: its rhythm if already known; found here otherwise.
        spectrum: `spectra(song)` if already known.

    Returns:
        (T, 35) float32, T = floor(seconds * 30): 0-19 MFCC (librosa's, of a 128-band mel
        spectrogram in dB), 20-31 chroma (C first, each frame's maximum 1), 32 onset strength,
        33 onset peak (0 or 1), 34 beat (1 in the frame nearest to a beat, else 0).
    """
    spectrum = spectrum or spectra(song)
    rhythm = rhythm or find_rhythm(song, spectrum=spectrum)
    features = np.zeros((song.frames, FEATURES), dtype=np.float32)
    decibels = librosa.power_to_db(spectrum.mel)
    features[:, MFCC] = librosa.feature.mfcc(S=decibels, n_mfcc=20).T
    features[:, CHROMA] = spectrum.chroma.T
    onset = librosa.onset.onset_strength(
        S=decibels, sr=SAMPLE_RATE, hop_length=SAMPLES_PER_FRAME, n_fft=2048
    )
    features[:, ONSET] = onset
    if onset.max(initial=0.0) > 0:
        peaks = librosa.onset.onset_detect(
            onset_envelope=onset, sr=SAMPLE_RATE, hop_length=SAMPLES_PER_FRAME
        )
        features[peaks, PEAK] = 1.0
    features[beat_frames(rhythm, song.frames), BEAT] = 1.0
    return features


def beat_frames(rhythm: Rhythm, frames: int) -> np.ndarray:
    """Whole frames nearest to the beats that lie within `frames` (B,) int."""
    nearest = np.rint(rhythm.beats).astype(int)
    return nearest[(nearest >= 0) & (nearest < frames)]
