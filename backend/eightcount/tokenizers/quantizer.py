"""FSQ behind a normalisation: without it the codes collapse to a handful.

A token may be made of several codes ("parts"): one codebook of all their combinations is more than a
softmax can choose from, one part after the other is not. Everywhere else a token stays one number,
the parts' ids read as digits, the first one lowest.
"""

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
        levels: levels of each channel of one part; its codebook has their product many codes.
        parts: codes of which a token is made. The latent has K = parts x len(levels) channels.
    """

    def __init__(self, levels: tuple[int, ...], parts: int = 1) -> None:
        super().__init__()
        self.levels, self.parts = tuple(levels), parts
        self.norm = nn.BatchNorm1d(parts * len(levels), affine=False, momentum=0.05)
        self.fsq = FSQ(list(levels), num_codebooks=parts, keep_num_codebooks_dim=True)

    @property
    def codes(self) -> int:
        """Size of the codebook of one part."""
        return self.fsq.codebook_size

    def forward(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Latents (B, L, K) to quantized latents (B, L, K) and token ids (B, L), int64."""
        z = self.norm(z.float().flatten(0, 1)).view_as(z) * _SPREAD
        quantized, ids = self.fsq(z)
        return quantized, join_parts(ids.long(), self.codes)

    def lookup(self, ids: Tensor) -> Tensor:
        """Token ids (B, L) to quantized latents (B, L, K)."""
        return self.fsq.implicit_codebook[split_parts(ids, self.codes, self.parts)].flatten(-2)


def split_parts(ids: Tensor, codes: int, parts: int) -> Tensor:
    """Token ids (...) >= 0 to the codes (..., parts) of which they are made, each 0 .. codes - 1."""
    return torch.stack([ids // codes**part % codes for part in range(parts)], -1)


def join_parts(part_ids: Tensor, codes: int) -> Tensor:
    """The inverse of :func:`split_parts`."""
    places = codes ** torch.arange(part_ids.shape[-1], device=part_ids.device)
    return (part_ids * places).sum(-1)


def level_ids(levels: tuple[int, ...]) -> Tensor:
    """For each code its level in every channel: (codes, K), int64. Channel 0 runs fastest."""
    total, base, columns = int(torch.tensor(levels).prod()), 1, []
    index = torch.arange(total)
    for level in levels:
        columns.append((index // base) % level)
        base *= level
    return torch.stack(columns, 1)
