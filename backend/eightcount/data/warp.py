"""Time-warps that lay a dance's beats on a song's."""

from __future__ import annotations

import numpy as np

#: how far a dance may be hurried or slowed (issue of taste: beyond it gravity looks wrong)
MAX_STRETCH = 0.12
#: beats of the song for one beat of the dance: half time, straight, double time
METRES = (1.0, 2.0, 0.5)


def fitting_metre(dance_period: float, song_period: float) -> float | None:
    """Song beats a motion beat so that the stretch stays within 12 %; None when nothing fits.

    Args:
        dance_period, song_period: beat lengths in frames at the same frame rate.
    """
    for metre in METRES:
        if abs(song_period * metre / dance_period - 1) <= MAX_STRETCH:
            return metre
    return None


def warp_frames(
    dance_beats: np.ndarray, song_beats: np.ndarray, start: float, count: int
) -> np.ndarray:
    """Dance frame for each of ``count`` song frames from ``start`` on.

    Beat k of the dance falls on beat k of the song. A beat whose local stretch would exceed
    12 % is passed over; the warp then runs straight to the next one that fits.

    Args:
        dance_beats: (K,) frames of the dance.
        song_beats: (K,) frames of the song, the same length.
        start: song frame of the first output frame.
        count: output frames.

    Returns:
        (count,) fractional dance frames; outside the dance where the song goes on longer.
    """
    knots = [0]
    for k in range(1, len(dance_beats)):
        last = knots[-1]
        rate = (dance_beats[k] - dance_beats[last]) / (song_beats[k] - song_beats[last])
        if abs(rate - 1) <= MAX_STRETCH:
            knots.append(k)
    if len(knots) < 2:
        knots = [0, len(dance_beats) - 1]
    song, dance = song_beats[knots], dance_beats[knots]
    times = start + np.arange(count)
    frames = np.interp(times, song, dance)
    # outside the knots the clip goes on at its own speed
    frames = np.where(times < song[0], dance[0] + (times - song[0]), frames)
    return np.where(times > song[-1], dance[-1] + (times - song[-1]), frames)
