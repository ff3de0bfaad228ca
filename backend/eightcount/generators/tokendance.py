"""The Local-Global-Local BiMamba generator of TokenDance (arXiv 2603.27314, section 3.4), masked.

Music local scanners read the semantic and the acoustic tokens; the global scanner fuses them with
what is known of the dance, gated by genre; two dance local scanners end in a head each. What the
paper lacks and ours has: the dance's own tokens as input, masked where they are open, so that
decoding can take several passes and every edit is a mask; and the phase of beat and bar of each
frame, because a token is 133 ms long and a beat must be hit within 33.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from eightcount.generators.base import Condition
from eightcount.generators.tables import CodeTable, TokenEmbedding, TokenHead
from eightcount.nn.experts import NO_GENRE, GenreEmbedding, GenreGate
from eightcount.nn.mamba import BiMambaLayer

#: numbers of rhythm a token
RHYTHM_SIZE = 16


@dataclass(frozen=True)
class TokenDanceConfig:
    """Shape of the generator.

    Attributes:
        genres: how many.
        levels: FSQ levels of one part of a motion token, in both streams.
        parts: codes of which a motion token is made.
        music_levels: FSQ levels of both music streams.
        width: d_model.
        music_layers, global_layers, dance_layers: depth of the three parts.
        block: ``mamba2`` or ``mamba1``.
        d_state: state of a scan head.
        dropout: in every layer.
        music_dropout: share of sequences that hear no music tokens, only the rhythm.
        condition_dropout: share that get no condition at all (for guidance).
    """

    genres: int = 3
    levels: tuple[int, ...] = (7, 5, 5, 5, 5)
    music_levels: tuple[int, ...] = (8, 5, 5, 5)
    width: int = 192
    music_layers: int = 2
    global_layers: int = 4
    dance_layers: int = 2
    block: str = "mamba2"
    d_state: int = 16
    dropout: float = 0.1
    music_dropout: float = 0.3
    condition_dropout: float = 0.1
    parts: int = 1


class TokenDance(nn.Module):
    """Token ids of both halves and a condition to logits of both halves' tokens."""

    def __init__(self, config: TokenDanceConfig) -> None:
        super().__init__()
        self.config = c = config
        self.semantic = CodeTable(c.music_levels, c.width, 0.5, masked=True)
        self.acoustic = CodeTable(c.music_levels, c.width, 0.5, masked=True)
        self.semantic_scanner = self._layers(c.music_layers)
        self.acoustic_scanner = self._layers(c.music_layers)
        self.timing = nn.Sequential(
            nn.Linear(RHYTHM_SIZE + 3, c.width), nn.GELU(), nn.Linear(c.width, c.width)
        )
        self.genre = GenreEmbedding(c.genres, c.width)
        self.lower = TokenEmbedding(c.levels, c.parts, c.width)
        self.upper = TokenEmbedding(c.levels, c.parts, c.width)
        self.global_scanner = self._layers(c.global_layers)
        self.gates = nn.ModuleList(GenreGate(c.width, c.width) for _ in range(c.global_layers))
        self.conditions = nn.ModuleList(nn.Linear(c.width, c.width) for _ in range(c.global_layers))
        self.lower_scanner = self._layers(c.dance_layers)
        self.upper_scanner = self._layers(c.dance_layers)
        self.lower_norm, self.upper_norm = nn.RMSNorm(c.width), nn.RMSNorm(c.width)
        self.lower_head = TokenHead(c.levels, c.parts, c.width)
        self.upper_head = TokenHead(c.levels, c.parts, c.width)

    def _layers(self, count: int) -> nn.ModuleList:
        c = self.config
        return nn.ModuleList(
            BiMambaLayer(c.width, c.block, c.dropout, d_state=c.d_state) for _ in range(count)
        )

    def hear(
        self, condition: Condition, conditioned: Tensor | None = None, music: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Everything that does not depend on the dance's tokens, once for all decoding passes.

        Args:
            condition: see :class:`Condition`.
            conditioned: (B,) bool, False = drop the whole condition.
            music: (B,) bool, False = drop the music tokens.

        Returns:
            features (B, L, d) and genre vectors (B, d).
        """
        batch = len(condition.genre)
        device = condition.genre.device
        if conditioned is None:
            conditioned = torch.ones(batch, dtype=torch.bool, device=device)
        heard = conditioned if music is None else conditioned & music
        semantic = torch.where(heard[:, None], condition.semantic, -1)
        acoustic = torch.where(heard[:, None], condition.acoustic, -1)
        x, y = self.semantic.embed(semantic), self.acoustic.embed(acoustic)
        for one, two in zip(self.semantic_scanner, self.acoustic_scanner, strict=True):
            x, y = one(x), two(y)
        known = conditioned[:, None, None].to(condition.rhythm.dtype)
        energy = condition.energy[..., None]
        has_energy = torch.isfinite(energy)
        parts = [
            condition.rhythm * known,
            torch.where(has_energy, energy, 0.0) * known,
            has_energy.to(known.dtype) * known,
            known.expand(-1, energy.shape[1], -1),
        ]
        genre = self.genre(torch.where(conditioned, condition.genre, NO_GENRE))
        return x + y + self.timing(torch.cat(parts, -1)), genre

    def dance(
        self, lower: Tensor, upper: Tensor, heard: Tensor, genre: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Features (B, L, d) for both heads, from tokens (B, L) and what :meth:`hear` returned."""
        x = self.lower(lower) + self.upper(upper) + heard + genre[:, None]
        for layer, gate, condition in zip(
            self.global_scanner, self.gates, self.conditions, strict=True
        ):
            x = gate(layer(x, condition(heard)), genre)
        low = up = x
        for one, two in zip(self.lower_scanner, self.upper_scanner, strict=True):
            low, up = one(low), two(up)
        return self.lower_norm(low), self.upper_norm(up)

    def forward(
        self,
        lower: Tensor,
        upper: Tensor,
        condition: Condition,
        places: tuple[Tensor, Tensor],
        answers: tuple[Tensor, Tensor],
        conditioned: Tensor | None = None,
        music: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Logits (n, parts, codes) of both streams in one go, for training.

        Args:
            lower, upper: token ids (B, L), MASKED where they are to be found.
            condition: see :class:`Condition`.
            places: two masks (B, L): where logits are wanted. The heads of tokens that are given
                would be half of the heads' work, for nothing.
            answers: the true token ids (n,) at those places: a part is told those before it.
            conditioned, music: as in :meth:`hear`.
        """
        low, up = self.dance(lower, upper, *self.hear(condition, conditioned, music))
        return (
            self.lower_head.all_parts(low[places[0]], answers[0]),
            self.upper_head.all_parts(up[places[1]], answers[1]),
        )
