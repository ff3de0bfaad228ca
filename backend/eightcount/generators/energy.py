"""How lively a dance is to be, as the generator is told it: slowly, phrase by phrase.

Told second by second, a generator learns to read from the energy when the dancer holds still and when
it hits, and no song and no slider can tell it that later: takes come out as even as a song's loudness
is. Told slowly, it has to find holds and accents from the beat, and energy stays a dial.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.stats import norm, rankdata

#: spread of the window over which energy is told, frames (2 s: half a phrase of eight counts at 120 BPM)
_SIGMA = 60
#: what a dance's energy is made of: the song's loudness, the phrase, the whole dance. Variances, which
#: sum to one. In composed dances loudness has less (0.04)
_LOUDNESS, _PHRASE, _DANCE = 0.25, 0.42, 0.33
#: slow loudness below which nothing is heard: there a dance is at its calmest
_SILENCE = 0.02
#: keeps the energy's draws apart from those of the windows
_SEED = 2**41
#: standard deviations that count at most: 1 % of dancing is calmer, 1 % livelier
_MOST = 2.33
#: a reply beyond these is no reply: then told energy and danced energy have little to do with each other
_GAINS = (0.5, 2.0)


def slow_energy(energy: np.ndarray) -> np.ndarray:
    """A curve (T,) at 30 fps as it is told: Gaussian mean with a spread of two seconds.

    Args:
        energy: mean joint speed in m/s, or a song's loudness.
    """
    return gaussian_filter1d(np.asarray(energy, np.float32), _SIGMA, mode="nearest")


def dance_energy(loudness: np.ndarray, genre: int, seed: int) -> np.ndarray:
    """Energy of a dance that follows a song, spread as that of dances is.

    The generator is told which share of a genre's dancing is calmer, so over many dances it must be
    told every share as often as any other. Were it told a song's loudness, which lies in the middle
    most of the time, it would never be still and never spin. So the normal score of the song's
    loudness (its rank within the song) is added to that of the phrase and that of the whole dance,
    which the seed draws: a dance is livelier where the song is loud, and another seed is another dance.

    Args:
        loudness: of the whole song, (T,) at 30 fps in 0..1.
        genre: index of the dance's genre, -1 = any.
        seed: of the take, 0 .. 2^64 - 1. With another song or genre it draws another course.

    Returns:
        (T,) float32 in 0..1, spread evenly over seeds and songs.
    """
    slow = slow_energy(loudness)
    random = np.random.default_rng([seed, _SEED, len(loudness), genre + 1])
    phrases = gaussian_filter1d(random.standard_normal(len(slow) + 8 * _SIGMA), _SIGMA)
    # white noise through that filter has this spread
    phrases = phrases[4 * _SIGMA : -4 * _SIGMA] * np.sqrt(2 * np.sqrt(np.pi) * _SIGMA)
    parts = ((_LOUDNESS, _scores(slow)), (_PHRASE, phrases), (_DANCE, random.standard_normal()))
    score = sum(np.sqrt(share) * part for share, part in parts)
    return np.where(slow < _SILENCE, 1 - norm.cdf(_MOST), norm.cdf(score)).astype(np.float32)


def told_energy(asked: np.ndarray, gain: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """What a generator must be told so that it dances as lively as asked.

    A generator tends to the middle and the calm side. How it replies is measured for each genre in
    normal scores, ``danced = gain * told + shift``; here that is turned round.

    Args:
        asked: energy in 0..1, NaN = left open, any shape.
        gain, shift: of the genre danced, in a shape that fits.

    Returns:
        Energy to tell, float32 in 0..1; NaN where it was left open.
    """
    score = np.clip(norm.ppf(np.clip(asked, 0, 1)), -_MOST, _MOST)
    return norm.cdf(np.clip((score - shift) / gain, -_MOST, _MOST)).astype(np.float32)


def energy_reply(told: np.ndarray, danced: np.ndarray) -> tuple[float, float]:
    """Gain and shift of :func:`told_energy`, from energies (n,) told and danced.

    The spreads are matched, not the line of least squares: takes are to be as calm and as lively as
    asked over all, and the generator adds a spread of its own.
    """
    told, danced = (np.clip(norm.ppf(x), -_MOST, _MOST) for x in (told, danced))
    gain = float(np.clip(danced.std() / max(told.std(), 1e-6), *_GAINS))
    return gain, float(np.clip(danced.mean() - gain * told.mean(), -_MOST, _MOST))


def _scores(curve: np.ndarray) -> np.ndarray:
    """Normal scores of what can be heard in a curve, by rank; all nought where it is even."""
    scores = np.zeros(len(curve))
    heard = curve >= _SILENCE
    if heard.any():
        share = (rankdata(curve[heard]) - 0.5) / heard.sum()
        scores[heard] = np.clip(norm.ppf(share), -_MOST, _MOST)
    return scores
