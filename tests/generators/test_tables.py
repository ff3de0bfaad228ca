"""Code tables: rows share their levels' vectors, kept sums follow the parameters. Tokens of parts:
each part counts in the embedding, and a head's part knows those before it and none after."""

from __future__ import annotations

import torch

from eightcount.generators.tables import CodeTable, TokenEmbedding, TokenHead
from eightcount.tokenizers.quantizer import join_parts, level_ids


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


def test_every_part_of_a_token_is_in_its_embedding():
    torch.manual_seed(0)
    embedding = TokenEmbedding((3, 2), 3, 8)
    parts = torch.tensor([[[1, 2, 3]], [[4, 2, 3]], [[1, 4, 3]], [[1, 2, 4]]])
    rows = embedding(join_parts(parts, 6))[:, 0]
    assert len(rows.unique(dim=0)) == 4
    expected = sum(table.rows()[i] for table, i in zip(embedding.tables, (1, 2, 3), strict=True))
    torch.testing.assert_close(rows[0], expected)
    masked = embedding(torch.tensor([-1]))[0]
    torch.testing.assert_close(masked, sum(table.mask_row[0] for table in embedding.tables))


def test_a_part_knows_those_before_it_and_none_after():
    torch.manual_seed(0)
    head = TokenHead((3, 2), 3, 8)
    for mix in head.mixes:  # they start at zero: nothing is known yet
        torch.nn.init.normal_(mix[-1].weight)
    x = torch.randn(1, 8)
    same = torch.equal
    whole, other = (
        head.all_parts(x, join_parts(torch.tensor([parts]), 6))[0]
        for parts in ([1, 2, 3], [1, 4, 5])
    )
    assert same(whole[0], other[0]) and same(whole[1], other[1]) and not same(whole[2], other[2])
    step_by_step = head(x, torch.tensor([[1, 2]]))[0]
    torch.testing.assert_close(step_by_step, whole[2])
