"""Genre embedding and gate."""

from __future__ import annotations

import pytest
import torch

from eightcount.nn.experts import NO_GENRE, GenreEmbedding, GenreGate


def test_the_gate_starts_as_the_identity_and_learns_to_tell_genres_apart():
    torch.manual_seed(0)
    table, gate = GenreEmbedding(3, 8), GenreGate(8, 16)
    x, genres = torch.randn(2, 5, 16), torch.tensor([0, 2])
    torch.testing.assert_close(gate(x, table(genres)), x)
    target = torch.stack([2 * x[0], x[1] - 1])  # one genre scales, the other shifts
    optimiser = torch.optim.Adam([*table.parameters(), *gate.parameters()], lr=0.05)
    for _ in range(150):
        loss = (gate(x, table(genres)) - target).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert loss < 1e-3


def test_the_gate_acts_alike_at_every_step():
    gate = GenreGate(8, 16)
    torch.nn.init.normal_(gate.modulation.weight)
    x, genre = torch.randn(2, 5, 16), torch.randn(2, 8)
    whole = gate(x, genre)
    torch.testing.assert_close(whole[:, 3:4], gate(x[:, 3:4], genre))
    assert not torch.allclose(whole, x)


def test_no_genre_has_a_vector_of_its_own():
    table = GenreEmbedding(3, 8)
    none, last = table(torch.tensor([NO_GENRE, 2]))
    assert not torch.equal(none, last)
    torch.testing.assert_close(none, table.table.weight[3])


def test_genres_are_hidden_in_training_only():
    torch.manual_seed(0)
    table = GenreEmbedding(3, 8, dropout=0.5)
    genres = torch.zeros(400, dtype=torch.long)
    hidden = (table(genres) == table.table.weight[3]).all(-1).float().mean()
    assert 0.4 < hidden < 0.6
    table.eval()
    assert torch.equal(table(genres), table.table.weight[:1].expand(400, 8))


@pytest.mark.parametrize("index", [3, -2])
def test_an_unknown_genre_is_refused(index):
    with pytest.raises(ValueError, match="genre indices"):
        GenreEmbedding(3, 8)(torch.tensor([0, index]))
