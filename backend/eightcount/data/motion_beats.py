"""The beats of a dance without its music: where the body comes to rest for an instant."""

from __future__ import annotations

from dataclasses import dataclass

import librosa
import numpy as np
from scipy.ndimage import gaussian_filter1d

from eightcount.motion.skeleton import FPS

#: the grid's regularity in librosa's tracker: loose grids follow every wobble of the speed
_TIGHTNESS = 60
#: a beat is moved to a rest of the smoothed speed (sigma in frames) at most so many frames away
_REST_SIGMA, _REST_REACH = 3.0, 4
#: prior tempo of dance, beats a minute
_PRIOR_BPM = 105


@dataclass(frozen=True)
class MotionBeats:
    """Beats of a clip.

    Attributes:
        frames: beats (B,), frames at 30 fps.
        accent: which of the four beats of a bar stops hardest, 0..3: taken as the downbeat.
    """

    frames: np.ndarray
    accent: int

    @property
    def period(self) -> float:
        """Median beat length in frames."""
        return float(np.median(np.diff(self.frames)))


def joint_speed(joints: np.ndarray, fps: float = FPS) -> np.ndarray:
    """Mean speed over joints, (T,) m/s; the first frame repeats the second."""
    speed = np.linalg.norm(np.diff(joints, axis=0), axis=-1).mean(1) * fps
    return np.concatenate([speed[:1], speed])


def stillness(joints: np.ndarray) -> np.ndarray:
    """How much slower than its surroundings (1.5 s) the body is, (T,), unit spread, at 30 fps."""
    speed = gaussian_filter1d(joint_speed(joints), 1.6)
    log_speed = np.log(speed + 0.05)
    local = log_speed - gaussian_filter1d(log_speed, 15)
    return -local / (local.std() + 1e-6)


def find_motion_beats(joints: np.ndarray) -> MotionBeats | None:
    """Beats of joints (T, 24, 3) at 30 fps: speed minima on a steady grid; None without a pulse.

    The grid is librosa's dynamic programming (Ellis 2007), with stillness in place of onsets.
    """
    curve = np.maximum(stillness(joints), 0)
    if len(curve) < 3 * FPS or not np.any(curve > 0):
        return None
    _, beats = librosa.beat.beat_track(
        onset_envelope=curve,
        sr=int(FPS),
        hop_length=1,
        start_bpm=_PRIOR_BPM,
        tightness=_TIGHTNESS,
        trim=False,
    )
    if len(beats) < 5:
        return None
    beats = _at_rests(beats, gaussian_filter1d(joint_speed(joints), _REST_SIGMA))
    strength = [float(curve[beats[i::4]].mean()) for i in range(4)]
    return MotionBeats(beats.astype(np.float64), int(np.argmax(strength)))


def _at_rests(beats: np.ndarray, speed: np.ndarray) -> np.ndarray:
    """Each beat moved to the slowest frame near it, where there is a rest within reach."""
    inner = np.flatnonzero((speed[1:-1] <= speed[:-2]) & (speed[1:-1] < speed[2:])) + 1
    if not len(inner):
        return beats
    nearest = inner[np.abs(inner[None] - beats[:, None]).argmin(1)]
    moved = np.where(np.abs(nearest - beats) <= _REST_REACH, nearest, beats)
    # two beats may not meet at one rest
    return np.where(np.concatenate([[True], np.diff(moved) > _REST_REACH]), moved, beats)
