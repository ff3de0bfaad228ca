"""What a generator is to the rest of the house."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor

#: marks a token that is to be chosen
MASKED = -1


class Condition(NamedTuple):
    """What a stretch of dance is made for; L tokens.

    Attributes:
        semantic, acoustic: music token ids (B, L).
        rhythm: (B, L, 16): cosine and sine of beat and bar phase of each of a token's four frames.
        energy: (B, L) in 0..1, share of the genre's dancing that is calmer; NaN = left open.
        genre: (B,) index into the model's genres, -1 = any.
    """

    semantic: Tensor
    acoustic: Tensor
    rhythm: Tensor
    energy: Tensor
    genre: Tensor

    def window(self, start: int, stop: int) -> Condition:
        """Tokens ``start`` up to ``stop``."""
        w = slice(start, stop)
        return Condition(
            self.semantic[:, w],
            self.acoustic[:, w],
            self.rhythm[:, w],
            self.energy[:, w],
            self.genre,
        )

    def to(self, device) -> Condition:
        """The same on another device."""
        return Condition(
            self.semantic.to(device),
            self.acoustic.to(device),
            self.rhythm.to(device),
            self.energy.to(device),
            self.genre.to(device),
        )


@dataclass(frozen=True)
class Sampling:
    """How tokens are chosen.

    Attributes:
        steps: decoding passes; 1 is the published non-autoregressive pass. Three of four choose
            tokens, the last ones revise them.
        guidance: weight of the condition against none (classifier-free guidance); 1 = off, which
            costs half the passes. On held-out songs it gained nothing on the beat and cost variety
            and likeness to the genre (1.5: half way, 3: clearly).
        temperature: of the softmax in the last passes; 0 takes the surest token every time. The
            first pass is drawn at twice that, see :mod:`eightcount.generators.decoding`.
        top_p: nucleus kept.
        order_noise: how random the order is in which tokens are fixed. Small values fix the surest
            tokens first, which freezes calm genres: their surest tokens stand still.
    """

    steps: int = 16
    guidance: float = 1.0
    temperature: float = 0.6
    top_p: float = 0.95
    order_noise: float = 8.0

    @property
    def choosing(self) -> int:
        """Passes after which every token is chosen for the first time."""
        return math.ceil(0.75 * self.steps)


@dataclass(frozen=True)
class Capabilities:
    """What a generator can do; the panel shows only this."""

    genres: tuple[str, ...]
    text: bool = False
    edits: bool = True
    streaming: bool = True
    energy: bool = True

    def names(self) -> tuple[str, ...]:
        """The abilities by name, for the wire."""
        return tuple(n for n in ("text", "edits", "streaming", "energy") if getattr(self, n))
