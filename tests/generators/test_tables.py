"""Code tables: rows share their levels' vectors, and kept sums follow the parameters."""

from __future__ import annotations

import torch

from eightcount.generators.tables import CodeTable
from eightcount.tokenizers.quantizer import level_ids


def test_rows_are_sums_of_level_vectors():
    table = CodeTable((3, 2), 4, 1.0, masked=True)
    ids = level_ids((3, 2))
    expected = torch.stack([table.levels[0][a] + table.levels[1][b] for a, b in ids])
    torch.testing.assert_close(table.rows()[:6], expected)
    torch.testing.assert_close(table.embed(torch.tensor([[-1]]))[0, 0], table.mask_row[0])


def test_kept_rows_follow_every_change_of_the_parameters():
    table = CodeTable((3, 2), 4, 1.0, masked=False)
    with torch.no_grad():
        before = table.rows()
        assert table.rows() is before
        table.levels[0].add_(1.0)
        torch.testing.assert_close(table.rows(), before + 1)
        table.load_state_dict({k: v * 0 for k, v in table.state_dict().items()})
        assert not table.rows().any()
    assert table.rows().requires_grad
