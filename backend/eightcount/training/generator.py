"""Stage 2: the generator, on tokens of constructed pairs, by masked cross-entropy."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from lightning_fabric import Fabric
from torch import Tensor, nn

from eightcount.data.conditions import energy_rank, energy_table, token_mean, token_rhythm
from eightcount.data.shards import Sequence, Shard
from eightcount.generators.base import MASKED, Condition
from eightcount.generators.energy import slow_energy
from eightcount.generators.masks import draw_masks
from eightcount.generators.tokendance import TokenDance
from eightcount.motion.streams import FRAMES_PER_TOKEN
from eightcount.tokenizers.motion import MotionTokenizer
from eightcount.tokenizers.music import MusicTokenizer
from eightcount.tokenizers.quantizer import split_parts

#: share of visible tokens replaced by random ones: at inference earlier choices are not perfect
_CORRUPTED = 0.04
#: share of sequences whose energy is left open
_ENERGY_DROPOUT = 0.2


@dataclass(frozen=True)
class TokenSequence:
    """One pair in tokens; every array has L rows."""

    genre: int
    lower: Tensor
    upper: Tensor
    semantic: Tensor
    acoustic: Tensor
    rhythm: Tensor
    energy: Tensor


@torch.no_grad()
def tokenise_pairs(
    shard: Shard,
    sequences: list[Sequence],
    genres: list[str],
    tables: np.ndarray,
    motion: MotionTokenizer,
    music: MusicTokenizer,
    offsets: tuple[int, ...] = (0, 2),
) -> list[TokenSequence]:
    """Pairs as tokens, cut at each of ``offsets`` frames so that tokens fall on all phases."""
    found = []
    for s in sequences:
        for offset in offsets:
            count = (s.length - offset) // FRAMES_PER_TOKEN * FRAMES_PER_TOKEN

            def read(key: str, s=s, offset=offset, count=count) -> np.ndarray:
                return np.array(shard.read(s, key, offset, count))

            streams = (torch.from_numpy(read(k))[None] for k in ("lower", "upper"))
            lower, upper = motion.encode(*streams)
            semantic, acoustic = music.encode(torch.from_numpy(read("features"))[None])
            rhythm = read("rhythm")
            genre = genres.index(s.genre)
            energy = energy_rank(token_mean(slow_energy(read("energy")[:, 0])), tables[genre])
            found.append(
                TokenSequence(
                    genre,
                    *(x[0] for x in (lower, upper, semantic, acoustic)),
                    torch.from_numpy(token_rhythm(rhythm[:, 0], rhythm[:, 1])),
                    torch.from_numpy(energy),
                )
            )
    return found


def energy_tables(shard: Shard, genres: list[str]) -> np.ndarray:
    """Quantiles (G, 21) of the slow energy of each genre's training pairs, m/s."""
    rows = []
    for genre in genres:
        of_genre = [s for s in shard.training() if s.genre == genre]
        parts = [slow_energy(shard.read(s, "energy")[:, 0]) for s in of_genre]
        rows.append(energy_table(np.concatenate(parts)))
    return np.stack(rows)


class GeneratorStage:
    """Windows of token sequences, masked as edits are, through the generator.

    Args:
        module: the generator.
        training, held_out: token sequences.
        length: tokens a window.
        genre_weights: how often each genre is drawn, in the generator's order.
    """

    def __init__(
        self,
        module: TokenDance,
        training: list[TokenSequence],
        held_out: list[TokenSequence],
        *,
        length: int = 64,
        genre_weights: tuple[float, ...] = (),
    ) -> None:
        self.module, self.length = module, length
        self.training = [s for s in training if len(s.lower) >= length]
        self.held_out = [s for s in held_out if len(s.lower) >= length]
        weights = np.array(genre_weights or (1.0,) * module.config.genres)
        counts = np.bincount([s.genre for s in self.training], minlength=len(weights))
        chance = np.array([weights[s.genre] / counts[s.genre] for s in self.training])
        self.chance = chance / chance.sum()

    def batch(self, size: int, rng: np.random.Generator) -> tuple[Tensor, ...]:
        """Tokens, conditions, masks and dropouts of ``size`` windows."""
        rows = rng.choice(len(self.training), size, p=self.chance)
        picked = [self.training[row] for row in rows]
        starts = [int(rng.integers(0, len(s.lower) - self.length + 1)) for s in picked]
        lower, upper, semantic, acoustic, rhythm, energy = self._windows(picked, starts)
        energy[torch.from_numpy(rng.random(size) < _ENERGY_DROPOUT)] = float("nan")
        masks = (torch.from_numpy(m) for m in draw_masks(size, self.length, rng))
        config = self.module.config
        conditioned = torch.from_numpy(rng.random(size) >= config.condition_dropout)
        heard = torch.from_numpy(rng.random(size) >= config.music_dropout)
        noise = torch.from_numpy(rng.random((2, size, self.length)) < _CORRUPTED)
        random = torch.from_numpy(
            rng.integers(0, math.prod(config.levels) ** config.parts, noise.shape)
        )
        genre = torch.tensor([s.genre for s in picked])
        return (
            lower, upper, semantic, acoustic, rhythm, energy, genre, *masks,
            conditioned, heard, noise, random,
        )  # fmt: skip

    def _windows(self, picked: list[TokenSequence], starts: list[int]) -> list[Tensor]:
        names = ("lower", "upper", "semantic", "acoustic", "rhythm", "energy")
        return [
            torch.stack(
                [getattr(s, k)[a : a + self.length] for s, a in zip(picked, starts, strict=True)]
            )
            for k in names
        ]

    def losses(
        self, module: nn.Module, batch: tuple[Tensor, ...], fabric: Fabric
    ) -> dict[str, Tensor]:
        """Cross-entropy at masked places, label smoothing 0.05."""
        lower, upper, semantic, acoustic, rhythm, energy, genre = batch[:7]
        low_mask, up_mask, conditioned, heard, noise, random = batch[7:]
        condition = Condition(semantic, acoustic, rhythm, energy, genre)
        seen_lower = torch.where(noise[0], random[0], lower).masked_fill(low_mask, MASKED)
        seen_upper = torch.where(noise[1], random[1], upper).masked_fill(up_mask, MASKED)
        places, answers = (low_mask, up_mask), (lower[low_mask], upper[up_mask])
        with fabric.autocast():
            low, up = module(seen_lower, seen_upper, condition, places, answers, conditioned, heard)
        return {"lower": _loss(low, answers[0], 0.05), "upper": _loss(up, answers[1], 0.05)}

    @torch.no_grad()
    def evaluate(self, module: TokenDance, device: torch.device) -> dict[str, float]:
        """Held-out cross-entropy with half the tokens masked; the same with the rhythm half a beat
        late (what it costs shows whether the beat is heard)."""
        rng = np.random.default_rng(1)
        totals = {"lower": 0.0, "upper": 0.0, "lower_off_beat": 0.0}
        for s in self.held_out:
            start = int(rng.integers(0, len(s.lower) - self.length + 1))
            fields = [x.to(device) for x in self._windows([s], [start])]
            lower, upper, semantic, acoustic, rhythm, energy = fields
            mask = torch.from_numpy(rng.random((2, 1, self.length)) < 0.5).to(device)
            genre = torch.tensor([s.genre], device=device)
            for late in (False, True):
                condition = Condition(
                    semantic, acoustic, -rhythm if late else rhythm, energy, genre
                )
                answers = (lower[mask[0]], upper[mask[1]])
                low, up = module(
                    lower.masked_fill(mask[0], MASKED),
                    upper.masked_fill(mask[1], MASKED),
                    condition,
                    (mask[0], mask[1]),
                    answers,
                )
                value = float(_loss(low, answers[0], 0.0))
                if late:
                    totals["lower_off_beat"] += value
                else:
                    totals["lower"] += value
                    totals["upper"] += float(_loss(up, answers[1], 0.0))
        scores = {key: value / len(self.held_out) for key, value in totals.items()}
        scores["loss"] = scores["lower"] + scores["upper"]
        return scores


def _loss(logits: Tensor, target: Tensor, smoothing: float) -> Tensor:
    """Cross-entropy of tokens (n,): that of their parts' logits (n, parts, codes), summed; zero where
    nothing was masked."""
    if not len(target):
        return logits.sum() * 0
    parts, codes = logits.shape[1:]
    true = split_parts(target, codes, parts)
    return parts * F.cross_entropy(
        logits.float().flatten(0, 1), true.flatten(), label_smoothing=smoothing
    )
