"""Embeddings and heads that know how FSQ codes are built.

A code's row is the sum of one vector per channel level and a free row that starts at zero: codes that
differ by one level share most of what is learnt. In our trials this was the clear win among the
generator's parts, with few tokens to learn from.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from eightcount.tokenizers.quantizer import level_ids


class CodeTable(nn.Module):
    """One row (d,) per FSQ code, and one for a masked token if asked for.

    Args:
        levels: FSQ levels of the codebook.
        width: length of a row.
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
