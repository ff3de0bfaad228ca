"""Embeddings and heads that know how tokens and FSQ codes are built.

A token is one code or several ("parts"): its embedding is the sum of its parts' rows, and a head
chooses one part after the other, each knowing those before it.

A code's row is the sum of one vector per channel level and a free row that starts at zero: codes that
differ by one level share most of what is learnt. In our trials this was the clear win among the
generator's parts, with few tokens to learn from.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from eightcount.tokenizers.quantizer import level_ids, split_parts


class CodeTable(nn.Module):
    """One row (d,) per FSQ code, and one for a masked token if asked for.

    Args:
        levels: FSQ levels of the codebook.
        width: length of a row, d.
        scale: spread of the rows at the start.
        masked: add a row for MASKED.
    """

    def __init__(self, levels: tuple[int, ...], width: int, scale: float, masked: bool) -> None:
        super().__init__()
        ids = level_ids(levels)
        self.register_buffer("ids", ids, persistent=False)
        self.levels = nn.ParameterList(
            nn.Parameter(torch.randn(n, width) * scale / len(levels) ** 0.5) for n in levels
        )
        self.free = nn.Parameter(torch.zeros(len(ids) + masked, width))
        self.mask_row = nn.Parameter(torch.randn(1, width) * scale) if masked else None
        self._kept: tuple[tuple, Tensor] | None = None

    def rows(self) -> Tensor:
        """All rows (codes [+ 1], d); summed up once while the parameters stay as they are.

        Decoding asks for them at every pass, where the sums would cost a fifth of the time.
        """
        if torch.is_grad_enabled():
            return self._summed()
        state = tuple((p.data_ptr(), p._version) for p in self.parameters())
        if self._kept is None or self._kept[0] != state:
            self._kept = (state, self._summed())
        return self._kept[1]

    def _summed(self) -> Tensor:
        table = sum(F.embedding(self.ids[:, i], level) for i, level in enumerate(self.levels))
        if self.mask_row is not None:
            table = torch.cat([table, self.mask_row])
        return table + self.free

    def embed(self, ids: Tensor) -> Tensor:
        """Rows of ids (B, L); MASKED (-1) gets the last row."""
        rows = self.rows()
        return F.embedding(torch.where(ids < 0, len(rows) - 1, ids), rows)

    def score(self, x: Tensor) -> Tensor:
        """Logits (..., codes) of features (..., d)."""
        return x @ self.rows().T.to(x.dtype)


class TokenEmbedding(nn.Module):
    """Token ids (B, L) to vectors (B, L, d).

    Args:
        levels: FSQ levels of one part.
        parts: codes of which a token is made.
        width: d.
    """

    def __init__(self, levels: tuple[int, ...], parts: int, width: int) -> None:
        super().__init__()
        scale = 0.5 / parts**0.5
        self.tables = nn.ModuleList(
            CodeTable(levels, width, scale, masked=True) for _ in range(parts)
        )
        self._codes = math.prod(levels)

    def forward(self, ids: Tensor) -> Tensor:
        """Embeddings of ids; MASKED (-1) gets the rows of a masked token."""
        known = split_parts(ids.clamp(min=0), self._codes, len(self.tables))
        known = torch.where(ids[..., None] < 0, -1, known)
        return sum(table.embed(known[..., i]) for i, table in enumerate(self.tables))


class TokenHead(nn.Module):
    """Features to the logits of a token's parts, first to last.

    Args:
        levels: FSQ levels of one part.
        parts: codes of which a token is made.
        width: length of the features, d.
    """

    def __init__(self, levels: tuple[int, ...], parts: int, width: int) -> None:
        super().__init__()
        self.parts, self.codes = parts, math.prod(levels)
        self.tables = nn.ModuleList(
            CodeTable(levels, width, 0.06, masked=False) for _ in range(parts)
        )
        self.chosen = nn.ModuleList(
            CodeTable(levels, width, 0.5, masked=False) for _ in range(parts - 1)
        )
        self.mixes = nn.ModuleList(_mix(width) for _ in range(parts - 1))

    def forward(self, x: Tensor, chosen: Tensor) -> Tensor:
        """Logits (..., codes) of the next part.

        Args:
            x: features (..., d).
            chosen: the parts that are chosen already, (..., n), 0 <= n < parts.
        """
        done = chosen.shape[-1]
        if done:
            known = sum(self.chosen[i].embed(chosen[..., i]) for i in range(done))
            x = x + self.mixes[done - 1](torch.cat([x, known.to(x.dtype)], -1))
        return self.tables[done].score(x)

    def all_parts(self, x: Tensor, ids: Tensor) -> Tensor:
        """Logits (..., parts, codes) of every part, each given the true ones before it (...)."""
        known = split_parts(ids, self.codes, self.parts)
        return torch.stack([self(x, known[..., :part]) for part in range(self.parts)], -2)


def _mix(width: int) -> nn.Module:
    """Features and what is chosen to a change of the features; zero at first."""
    last = nn.Linear(2 * width, width)
    nn.init.zeros_(last.weight)
    nn.init.zeros_(last.bias)
    return nn.Sequential(nn.Linear(2 * width, 2 * width), nn.GELU(), last)
