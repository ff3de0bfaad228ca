"""Genre conditioning of the generators: the embedding and TokenDance's genre-aware gate."""

from __future__ import annotations

import torch
from torch import Tensor, nn

NO_GENRE = -1  # index of "any genre", for guidance and for requests without one


class GenreEmbedding(nn.Module):
    """A vector per genre, and one more for no genre at all.

    Args:
        genres: number of genres.
        width: features of the vector.
        dropout: share of the batch's genres hidden in training, so that the model also learns to
            dance without one and classifier-free guidance has something to compare with.
    """

    def __init__(self, genres: int, width: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.table = nn.Embedding(genres + 1, width)
        self.genres, self.dropout = genres, dropout

    def forward(self, genre: Tensor) -> Tensor:
        """``genre (b,)`` int64 in [0, genres), or NO_GENRE, to ``(b, width)``.

        Raises:
            ValueError: a genre index is out of range (checked on the CPU only).
        """
        if genre.device.type == "cpu" and genre.numel() and not self._known(genre):
            raise ValueError(f"genre indices must lie in [0, {self.genres}) or be {NO_GENRE}")
        hidden = genre == NO_GENRE
        if self.training and self.dropout > 0:
            hidden = hidden | (torch.rand(genre.shape, device=genre.device) < self.dropout)
        return self.table(torch.where(hidden, self.genres, genre))

    def _known(self, genre: Tensor) -> bool:
        return bool(genre.min() >= NO_GENRE) and bool(genre.max() < self.genres)


class GenreGate(nn.Module):
    """Scales and shifts every feature by the genre: ``x * (1 + scale(g)) + shift(g)``.

    TokenDance refines the features of its global scanner "through a genre-aware gating mechanism"
    fed with genre embeddings (arXiv 2603.27314, section 3.4.1) and gives no formula; this is
    feature-wise modulation (Perez et al. 2018, FiLM). It starts as the identity.

    Args:
        genre_width: features of the genre embedding.
        d_model: features that are gated.
    """

    def __init__(self, genre_width: int, d_model: int) -> None:
        super().__init__()
        self.hidden = nn.Sequential(nn.Linear(genre_width, d_model), nn.SiLU())
        self.modulation = nn.Linear(d_model, 2 * d_model)
        nn.init.zeros_(self.modulation.weight)
        nn.init.zeros_(self.modulation.bias)

    def forward(self, x: Tensor, genre: Tensor) -> Tensor:
        """``x (b, l, d_model)`` gated by ``genre (b, genre_width)``; same shape."""
        scale, shift = self.modulation(self.hidden(genre)).chunk(2, dim=-1)
        return x * (1 + scale[:, None]) + shift[:, None]
