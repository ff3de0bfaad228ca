"""FSQ behind a normalisation: without it the codes collapse to a handful."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from vector_quantize_pytorch import FSQ

#: spread of the normalised latent before FSQ's tanh: wide enough to reach the outermost levels
_SPREAD = 1.2


class NormalisedFSQ(nn.Module):
    """Finite scalar quantization (Mentzer et al. 2023) of a batch-normalised latent.

    BatchNorm without affine keeps every latent channel centred with unit spread, so that all levels
    stay in use; at inference its running statistics make it a fixed shift and scale.

    Args:
        levels: levels of each channel; the codebook has their product many codes.
    """

    def __init__(self, levels: tuple[int, ...]) -> None:
        super().__init__()
        self.levels = tuple(levels)
        self.norm = nn.BatchNorm1d(len(levels), affine=False, momentum=0.05)
        self.fsq = FSQ(list(levels))

    @property
    def codes(self) -> int:
        """Size of the codebook."""
        return self.fsq.codebook_size

    def forward(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Latents (B, L, K) to quantized latents (B, L, K) and token ids (B, L), int64."""
        z = self.norm(z.float().flatten(0, 1)).view_as(z) * _SPREAD
        quantized, ids = self.fsq(z)
        return quantized, ids.long()

    def lookup(self, ids: Tensor) -> Tensor:
        """Token ids (B, L) to quantized latents (B, L, K)."""
        return self.fsq.implicit_codebook[ids]


def level_ids(levels: tuple[int, ...]) -> Tensor:
    """For each code its level in every channel: (codes, K), int64. Channel 0 runs fastest."""
    total, base, columns = int(torch.tensor(levels).prod()), 1, []
    index = torch.arange(total)
    for level in levels:
        columns.append((index // base) % level)
        base *= level
    return torch.stack(columns, 1)
