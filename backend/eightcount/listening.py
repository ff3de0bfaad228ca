"""From a song to what the generator is told: music tokens, rhythm, energy.

In two steps: a song is heard once (:func:`hear`), then any stretch of it is prepared for the generator
(:func:`listen`), which looks at the sound no more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch

from eightcount.data.conditions import energy_rank, token_mean, token_rhythm
from eightcount.generators.base import Condition
from eightcount.generators.energy import dance_energy, slow_energy
from eightcount.models import Model
from eightcount.motion.errors import EightcountError
from eightcount.motion.streams import FRAMES_PER_TOKEN
from eightcount.music.features import BEAT, beat_frames, song_features
from eightcount.music.rhythm import Rhythm, find_rhythm, loudness_curve
from eightcount.music.song import Song
from eightcount.music.spectra import spectra
from eightcount.refine.stage_plan import StagePlan, plan_stage
from eightcount.styles import StyledPart, spread

#: shorter pieces are no dance (seconds)
MIN_SECONDS = 1.0


@dataclass(frozen=True, eq=False)
class Heard:
    """All that a dance needs of a song: 4 kB a second, where the samples take 60.

    Attributes:
        seconds: length of the song.
        rhythm: its beats.
        features: (T, 35) float32 at 30 fps, see :func:`eightcount.music.features.song_features`.
        loudness: (T,) float32 in 0..1.
    """

    seconds: float
    rhythm: Rhythm
    features: np.ndarray
    loudness: np.ndarray

    def counted(self, rhythm: Rhythm) -> Heard:
        """The same song with another rhythm; only the beats among the features change."""
        if rhythm is self.rhythm:
            return self
        features = self.features.copy()
        features[:, BEAT] = 0.0
        features[beat_frames(rhythm, len(features)), BEAT] = 1.0
        return replace(self, rhythm=rhythm, features=features)


def hear(song: Song, rhythm: Rhythm | None = None) -> Heard:
    """Hear a song through: the one place where its sound is analysed.

    Args:
        song: decoded song.
        rhythm: of it, if already known.
    """
    spectrum = spectra(song)
    rhythm = rhythm or find_rhythm(song, spectrum=spectrum)
    return Heard(
        song.seconds,
        rhythm,
        song_features(song, rhythm, spectrum=spectrum),
        loudness_curve(song, spectrum=spectrum),
    )


@dataclass(frozen=True, eq=False)
class Listening:
    """What was heard in a stretch of a song.

    Attributes:
        rhythm: of the whole song.
        first, frames: the stretch, in frames of the song at 30 fps.
        condition: one sequence of ceil(frames / 4) tokens.
        genres: (L,) int, genre index of each token; -1 = any.
    """

    rhythm: Rhythm
    first: int
    frames: int
    condition: Condition
    genres: np.ndarray

    def styled(self, parts: tuple[StyledPart, ...], model: Model, first: int = 0) -> Listening:
        """The same with parts that have a style of their own.

        Args:
            parts: checked.
            model: gives genre indices.
            first: token of the take at which this stretch begins.

        Raises:
            EightcountError: ``genre-unknown``.
        """
        energy = self.condition.energy
        genres, level = spread(
            parts, self.genres, energy[0].cpu().numpy(), model.genre_index, first
        )
        condition = self.condition._replace(energy=torch.from_numpy(level)[None].to(energy.device))
        return replace(self, condition=condition, genres=genres)

    def told(self, model: Model) -> Listening:
        """The same with its energy as this model must be told it to dance that lively."""
        energy = self.condition.energy
        level = model.told(energy[0].cpu().numpy(), self.genres)
        told = torch.from_numpy(level)[None].to(energy.device)
        return replace(self, condition=self.condition._replace(energy=told))

    def after(self, danced: np.ndarray, model: Model, opened: slice) -> Listening:
        """The same, told of the dance that is given how lively it is.

        Args:
            danced: mean joint speed of each frame (4 L,), m/s.
            model: gives what is lively in each genre.
            opened: tokens that are to be chosen; for them nothing changes.
        """
        speed = token_mean(slow_energy(danced))
        tables = model.energy[np.maximum(self.genres, 0)]
        ranks = [energy_rank(*pair) for pair in zip(speed, tables, strict=True)]
        told = np.where(self.genres < 0, np.nan, ranks).astype(np.float32)
        energy = self.condition.energy.clone()
        told[opened] = energy[0, opened].cpu()
        energy[0] = torch.from_numpy(told)
        return replace(self, condition=self.condition._replace(energy=energy))

    def window(self, start: int, stop: int, at: int) -> Condition:
        """Condition of tokens ``start`` up to ``stop``, danced in the genre of token ``at``.

        The generator takes one genre a window: what lies past :meth:`border` is to be made anew.
        """
        condition = self.condition.window(start, stop)
        genre = torch.tensor([int(self.genres[at])], device=condition.genre.device)
        return condition._replace(genre=genre)

    def stage_plan(self, model: Model, seed: int) -> StagePlan:
        """Spots and fronts of the stretch's phrases, eight counts each from the first downbeat.

        With another song or genre a seed draws other ones.
        """
        frames = len(self.genres) * FRAMES_PER_TOKEN
        counts = self.rhythm.beat_phase(self.first + frames)[self.first :]
        if len(self.rhythm.downbeats):
            counts = counts - self.rhythm.downbeats[0]
        amounts = model.stage_amounts(np.repeat(self.genres, FRAMES_PER_TOKEN))
        return plan_stage(counts, amounts, seed, len(self.rhythm.beats), int(self.genres[0]) + 1)

    def border(self, at: int) -> int:
        """The first token after ``at`` that has another genre; L where there is none."""
        others = np.flatnonzero(self.genres[at:] != self.genres[at])
        return at + int(others[0]) if len(others) else len(self.genres)


@torch.no_grad()
def listen(
    song: Song | Heard,
    model: Model,
    *,
    genre: str | None,
    start: float = 0.0,
    seconds: float | None = None,
    energy: float | None = None,
    rhythm: Rhythm | None = None,
    stretch: int | None = None,
    seed: int = 0,
) -> Listening:
    """Prepare a stretch of a song for the generator.

    Args:
        song: a decoded song, or one that was heard already: then its sound is not needed again.
        model: gives music tokens and genre indices.
        genre: of the dance, None = any.
        start, seconds: the stretch; None = to the song's end.
        energy: 0..1 for the whole stretch; None = follow the song, see :func:`dance_energy`.
        rhythm: to dance to, in place of the one that is heard.
        stretch: exactly so many tokens, whatever the song's length: past its end the last frame is
            held and the beat goes on.
        seed: of the take; the energy of its phrases.

    Raises:
        EightcountError: ``genre-unknown``, ``range-outside``, ``range-too-short``,
            ``range-too-long``.
    """
    genre_index = model.genre_index(genre)
    heard = hear(song, rhythm) if isinstance(song, Song) else song.counted(rhythm or song.rhythm)
    first = int(round(start * model.fps))
    if stretch is None:
        frames = _frames(heard, model, first, seconds)
        tokens = -(-frames // FRAMES_PER_TOKEN)
    else:
        frames = min(max(len(heard.features) - first, 1), stretch * FRAMES_PER_TOKEN)
        tokens, first = stretch, min(first, len(heard.features) - 1)
    window = slice(first, first + frames)
    pad = tokens * FRAMES_PER_TOKEN - frames
    rows = np.pad(heard.features[window], ((0, pad), (0, 0)), mode="edge").astype(np.float32)
    total = first + frames + pad
    phases = (heard.rhythm.beat_phase(total)[first:], heard.rhythm.bar_phase(total)[first:])
    semantic, acoustic = model.music.encode(torch.from_numpy(rows)[None].to(model.device))
    if energy is None:
        curve = dance_energy(heard.loudness, genre_index, seed)[window]
        level = token_mean(np.pad(curve, (0, pad), mode="edge"))
    else:
        level = np.full(tokens, float(np.clip(energy, 0, 1)))
    condition = Condition(
        semantic,
        acoustic,
        torch.from_numpy(token_rhythm(*phases))[None].to(model.device),
        torch.from_numpy(level.astype(np.float32))[None].to(model.device),
        torch.tensor([genre_index], device=model.device),
    )
    return Listening(heard.rhythm, first, frames, condition, np.full(tokens, genre_index))


def _frames(song: Heard, model: Model, first: int, seconds: float | None) -> int:
    """Length of the stretch in frames."""
    available = len(song.features)
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
