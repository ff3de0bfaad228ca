"""Compile and load everything once, so the first song does not wait for it.

librosa's numba functions compile at their first call (seconds in every process, many more in the
first after an install); call `warm_up` at install and while the backend starts.
"""

from __future__ import annotations

import io
from functools import lru_cache

import numpy as np
import soundfile


@lru_cache(maxsize=1)
def warm_up() -> None:
    """Run decoding, rhythm, features, loudness, sections and phase on a synthetic click track.

    Calls after the first do nothing.
    """
    from eightcount.music.features import song_features
    from eightcount.music.phase import onset_phase, phase_features
    from eightcount.music.rhythm import find_rhythm, loudness_curve
    from eightcount.music.sections import find_sections
    from eightcount.music.song import decode_song
    from eightcount.music.spectra import spectra

    # longer than two windows of `tempo_curve`, with a tempo that drifts: every branch compiles
    song = decode_song(_click_track(seconds=32.0), name="warm-up")
    spectrum = spectra(song)
    rhythm = find_rhythm(song, spectrum=spectrum)
    features = song_features(song, rhythm, spectrum=spectrum)
    loudness_curve(song, spectrum=spectrum)
    find_sections(features, rhythm)
    phase_features(rhythm, song.frames)
    onset_phase(features[:, 32])


def _click_track(seconds: float, rate: int = 22050) -> bytes:
    """Clicks that speed up from 110 to 120 BPM over a chord, as the bytes of a WAV file."""
    time = np.arange(int(seconds * rate)) / rate
    beat = time * 110 / 60 + (time**2 / seconds) * 5 / 60
    click = np.sin(2 * np.pi * 1000 * time) * np.exp(-20 * np.mod(beat, 1.0))
    chord = sum(np.sin(2 * np.pi * pitch * time) for pitch in (220.0, 277.2, 329.6))
    file = io.BytesIO()
    soundfile.write(file, 0.5 * click + 0.05 * chord, rate, format="WAV", subtype="PCM_16")
    return file.getvalue()
