"""Beats, downbeats and energy of a song, in (fractional) frames at 30 fps."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from eightcount.motion.errors import EightcountError
from eightcount.music.meter import BEATS_PER_BAR, around, find_meter
from eightcount.music.pulse import (
    MIN_CLARITY,
    ONSET_RATE,
    Pulse,
    envelope,
    find_pulse,
    onset_bands,
    tempo_curve,
)
from eightcount.music.song import FPS, Song
from eightcount.music.spectra import Spectra, spectra
from eightcount.music.tracking import fill, follow_beats, refine, steady_beats

CALM_TEMPO = 100.0
"""Tempo of the grid for songs without a beat (BPM)."""
TEMPO_FACTORS = (0.5, 1.0, 2.0)
"""How else a dancer may count a song: half as fast, as it was heard, twice as fast."""


@dataclass(frozen=True)
class Rhythm:
    """The beat grid of a song.

    Attributes:
        tempo: beats a minute (median).
        beats: (B,) float64 frames at 30 fps, fractional, rising; from the song's start to its end.
        downbeats: (D,) int indices into `beats`: the first beat of every bar.
        beats_per_bar: 4.
        confidence: 0-1, how clear the beat is; 0 for the calm grid of songs without one.
    """

    tempo: float
    beats: np.ndarray
    downbeats: np.ndarray
    beats_per_bar: int = BEATS_PER_BAR
    confidence: float = 1.0

    @property
    def seconds(self) -> np.ndarray:
        """(B,) beat times in seconds."""
        return self.beats / FPS

    def beat_phase(self, frames: int) -> np.ndarray:
        """Running beat number of each frame: (T,) float64, 0 at the first beat, 1 at the second.

        Straight between beats; before the first and after the last beat the grid goes on at the
        pace of the four beats nearest to that end, so the phase never jumps.
        """
        time = np.arange(frames, dtype=np.float64)
        if len(self.beats) < 2:
            first = self.beats[0] if len(self.beats) else 0.0
            return (time - first) * self.tempo / (60.0 * FPS)
        index = np.arange(len(self.beats), dtype=np.float64)
        near = min(4, len(self.beats) - 1)
        phase = np.interp(time, self.beats, index)
        opening = (self.beats[near] - self.beats[0]) / near
        closing = (self.beats[-1] - self.beats[-1 - near]) / near
        before, after = time < self.beats[0], time > self.beats[-1]
        phase[before] = (time[before] - self.beats[0]) / opening
        phase[after] = index[-1] + (time[after] - self.beats[-1]) / closing
        return phase

    def bar_phase(self, frames: int) -> np.ndarray:
        """Position in the bar of each frame: (T,) float64 in [0, beats_per_bar), 0 at a downbeat.

        In beats. Before the first downbeat and after the last one bars go on at the same length.
        """
        phase = self.beat_phase(frames)
        if not len(self.downbeats):
            return np.mod(phase, self.beats_per_bar)
        bar = np.searchsorted(self.downbeats, phase, side="right") - 1
        start = np.asarray(self.downbeats, dtype=np.float64)[np.maximum(bar, 0)]
        return np.mod(phase - start, self.beats_per_bar)

    def nudged(self, factor: float = 1.0, later: int = 0) -> Rhythm:
        """The same song counted otherwise, as the panel's tempo and first-beat buttons ask for.

        Args:
            factor: 0.5 keeps every second beat, from the first downbeat on; 2 adds the beats midway
                between two; 1 keeps them all.
            later: beats of that new count by which every downbeat moves; whole bars change nothing.

        Raises:
            EightcountError: ``tempo-factor`` for any other factor.
        """
        if factor not in TEMPO_FACTORS:
            raise EightcountError(
                "tempo-factor", f"A tempo cannot be counted {factor:g} times.", "Use 0.5, 1 or 2."
            )
        if factor == 1 and later == 0:
            return self
        beats, first = self.beats, int(self.downbeats[0]) if len(self.downbeats) else 0
        if factor == 0.5:
            first, beats = first // 2, beats[first % 2 :: 2]
        elif factor == 2:
            between = (beats[:-1] + beats[1:]) / 2
            first, beats = 2 * first, np.sort(np.concatenate([beats, between]))
        first = (first + later) % self.beats_per_bar
        downbeats = np.arange(first, len(beats), self.beats_per_bar)
        return replace(self, tempo=self.tempo * factor, beats=beats, downbeats=downbeats)


def find_rhythm(
    song: Song,
    onset_envelope: np.ndarray | None = None,
    *,
    spectrum: Spectra | None = None,
) -> Rhythm:
    """Track a song's beats and downbeats.

    The pace is the song's pulse (`pulse.find_pulse`). Two grids are laid on the onset curve at
    120 a second: one that follows the players, one as steady as a click (`tracking`). The one that
    reads best as bars of four beats wins (`meter.find_meter`: kick and bass on the one, snare and
    hats on two and four, new harmony on the one); this also decides between off-beat and beat,
    between a tempo and its half, and which beats are downbeats. Each beat is put on the top of the
    onset next to it (parabola through three samples), evened out by a line through its neighbours,
    and the grid is carried on to the song's start and end. Without a clear pulse (silence, noise,
    speech) it is a calm 100 BPM grid with confidence 0.

    Args:
        song: the song.
        onset_envelope: (M, 3) `pulse.onset_bands` of the song if known (`song.onsets` otherwise).
        spectrum: `spectra(song)` if already known.
    """
    bands = onset_envelope if onset_envelope is not None else song.onsets
    bands = onset_bands(song.samples) if bands is None else bands
    pulse = find_pulse(bands)
    if pulse.clarity < MIN_CLARITY:
        return calm_rhythm(song.frames)
    curve = envelope(bands)
    grids = [follow_beats(curve, tempo_curve(bands, pulse)), steady_beats(curve, pulse.tempo)]
    grids = [fill(refine(grid, curve), len(curve))[0] for grid in grids if len(grid) >= 4]
    if not grids:
        return calm_rhythm(song.frames)
    meter = find_meter(grids, bands, spectrum or spectra(song))
    beats, added = fill(refine(meter.beats, curve), len(curve))
    offset = (meter.first_downbeat + added) % BEATS_PER_BAR
    tempo = 60.0 * ONSET_RATE / float(np.median(np.diff(beats)))
    downbeats = np.arange(offset, len(beats), BEATS_PER_BAR)
    confidence = _confidence(pulse, beats, curve)
    return Rhythm(tempo, beats * (FPS / ONSET_RATE), downbeats, BEATS_PER_BAR, confidence)


def calm_rhythm(frames: int, tempo: float = CALM_TEMPO) -> Rhythm:
    """An even grid from frame 0 on for `frames` frames, with confidence 0."""
    count = max(1, int(np.ceil(frames * tempo / (60.0 * FPS))))
    beats = np.arange(count) * (60.0 * FPS / tempo)
    return Rhythm(tempo, beats, np.arange(0, count, BEATS_PER_BAR), BEATS_PER_BAR, 0.0)


def _confidence(pulse: Pulse, beats: np.ndarray, curve: np.ndarray) -> float:
    """Half how clearly the onsets repeat, half how far the beats stand out of the curve."""
    on_beat = around(curve[:, None], beats)[:, 0]
    everywhere = around(curve[:, None], np.arange(0, len(curve), 5))[:, 0]
    rank = np.searchsorted(np.sort(everywhere), on_beat) / len(everywhere)
    stand_out = np.clip(2.0 * float(rank.mean()) - 1.0, 0.0, 1.0)
    repeats = np.clip((pulse.clarity - MIN_CLARITY / 2) / 0.5, 0.0, 1.0)
    return float(np.clip(0.5 * repeats + 0.5 * stand_out, 0.01, 1.0))


def loudness_curve(song: Song, *, spectrum: Spectra | None = None) -> np.ndarray:
    """How energetic each frame sounds, within the song: the energy condition.

    K-weighted loudness over 400 ms (ITU-R BS.1770 "momentary") in dB, mapped linearly between the
    song's own quiet and loud passages. An evenly loud song stays near 0.5: its range is taken as
    18 dB at least. Silence (below -60 dB of full scale) is 0.

    Returns:
        (T,) float32 in 0-1 at 30 fps.
    """
    power = (spectrum or spectra(song)).loudness
    width = 12  # 400 ms
    kernel = np.hanning(width + 3)[1:-1]
    smooth = np.convolve(np.pad(power, width // 2, mode="edge"), kernel / kernel.sum(), "valid")
    smooth = smooth[: len(power)]
    audible = smooth > 1e-6
    if not audible.any():
        return np.zeros(len(power), dtype=np.float32)
    decibels = 10 * np.log10(np.maximum(smooth, 1e-6))
    low, high = np.percentile(decibels[audible], [5, 95])
    span = max(high - low, 18.0)
    curve = 0.5 + (decibels - (low + high) / 2) / span
    return np.where(audible, np.clip(curve, 0.0, 1.0), 0.0).astype(np.float32)
