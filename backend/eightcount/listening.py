"""From a song to what the generator is told: music tokens, rhythm, energy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from eightcount.data.conditions import token_mean, token_rhythm
from eightcount.generators.base import Condition
from eightcount.models import Model
from eightcount.motion.errors import EightcountError
from eightcount.motion.streams import FRAMES_PER_TOKEN
from eightcount.music.features import song_features
from eightcount.music.rhythm import Rhythm, find_rhythm, loudness_curve
from eightcount.music.song import Song
from eightcount.music.spectra import spectra

#: a song's loudness 0..1 becomes this range of dance energy: even quiet verses are danced
_ENERGY_RANGE = (0.35, 0.95)
#: shorter pieces are no dance (seconds)
MIN_SECONDS = 1.0


@dataclass(frozen=True)
class Listening:
    """What was heard in a stretch of a song.

    Attributes:
        rhythm: of the whole song.
        first, frames: the stretch, in frames of the song at 30 fps.
        condition: one sequence of ceil(frames / 4) tokens.
    """

    rhythm: Rhythm
    first: int
    frames: int
    condition: Condition


@torch.no_grad()
def listen(
    song: Song,
    model: Model,
    *,
    genre: str | None,
    start: float = 0.0,
    seconds: float | None = None,
    energy: float | None = None,
    rhythm: Rhythm | None = None,
    stretch: int | None = None,
) -> Listening:
    """Hear a stretch of a song.

    Args:
        song: decoded song.
        model: gives music tokens and genre indices.
        genre: of the dance, None = any.
        start, seconds: the stretch; None = to the song's end.
        energy: 0..1 for the whole stretch; None = follow the song's loudness.
        rhythm: if already known.
        stretch: exactly so many tokens, whatever the song's length: past its end the last frame is
            held and the beat goes on.

    Raises:
        EightcountError: ``genre-unknown``, ``range-outside``, ``range-too-short``,
            ``range-too-long``.
    """
    genre_index = model.genre_index(genre)
    spectrum = spectra(song)
    rhythm = rhythm or find_rhythm(song, spectrum=spectrum)
    features = song_features(song, rhythm, spectrum=spectrum)
    first = int(round(start * model.fps))
    if stretch is None:
        frames = _frames(song, model, len(features), first, seconds)
        tokens = -(-frames // FRAMES_PER_TOKEN)
    else:
        frames = min(max(len(features) - first, 1), stretch * FRAMES_PER_TOKEN)
        tokens, first = stretch, min(first, len(features) - 1)
    window = slice(first, first + frames)
    pad = tokens * FRAMES_PER_TOKEN - frames
    rows = np.pad(features[window], ((0, pad), (0, 0)), mode="edge").astype(np.float32)
    total = first + frames + pad
    phases = (rhythm.beat_phase(total)[first:], rhythm.bar_phase(total)[first:])
    semantic, acoustic = model.music.encode(torch.from_numpy(rows)[None].to(model.device))
    if energy is None:
        low, high = _ENERGY_RANGE
        loudness = np.pad(loudness_curve(song, spectrum=spectrum)[window], (0, pad), mode="edge")
        level = token_mean(low + (high - low) * loudness)
    else:
        level = np.full(tokens, float(np.clip(energy, 0, 1)))
    condition = Condition(
        semantic,
        acoustic,
        torch.from_numpy(token_rhythm(*phases))[None].to(model.device),
        torch.from_numpy(level.astype(np.float32))[None].to(model.device),
        torch.tensor([genre_index], device=model.device),
    )
    return Listening(rhythm, first, frames, condition)


def _frames(song: Song, model: Model, available: int, first: int, seconds: float | None) -> int:
    """Length of the stretch in frames."""
    if first < 0 or first >= available:
        raise EightcountError(
            "range-outside",
            f"The dance would begin at {first / model.fps:.1f} s, outside the song "
            f"({song.seconds:.1f} s).",
            "Choose a start within the song.",
        )
    frames = available - first
    if seconds is not None:
        frames = min(frames, int(round(seconds * model.fps)))
    if frames < MIN_SECONDS * model.fps:
        raise EightcountError(
            "range-too-short",
            f"The dance would last {max(frames, 0) / model.fps:.2f} s.",
            f"Choose at least {MIN_SECONDS:g} s.",
        )
    if frames > model.seconds_limit * model.fps:
        raise EightcountError(
            "range-too-long",
            f"The dance would last {frames / model.fps:.0f} s.",
            f"Choose at most {model.seconds_limit:g} s at once.",
        )
    return frames
