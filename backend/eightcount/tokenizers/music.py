"""The music tokenizer: a semantic stream (20 MFCC) and an acoustic one (the other 15 features)."""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import Tensor, nn

from eightcount.tokenizers.stream import StreamConfig, StreamTokenizer

#: columns of the 35 features (TokenDance, section 3.3.3)
SEMANTIC = slice(0, 20)
ACOUSTIC = slice(20, 35)


@dataclass(frozen=True)
class MusicTokenizerConfig:
    """Both streams' shapes."""

    semantic: StreamConfig = field(default_factory=lambda: StreamConfig(20, 64))
    acoustic: StreamConfig = field(default_factory=lambda: StreamConfig(15, 64))


class MusicTokenizer(nn.Module):
    """Features (B, T, 35) at 30 fps to two rows of token ids (B, T / 4)."""

    def __init__(self, config: MusicTokenizerConfig) -> None:
        super().__init__()
        self.config = config
        self.semantic = StreamTokenizer(config.semantic)
        self.acoustic = StreamTokenizer(config.acoustic)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Reconstructions of both streams, for training."""
        semantic, acoustic = features[..., SEMANTIC], features[..., ACOUSTIC]
        return self.semantic(semantic)[0], self.acoustic(acoustic)[0]

    def encode(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Token ids (B, T / 4) of the semantic and the acoustic stream; T a multiple of 4."""
        return (
            self.semantic.encode(features[..., SEMANTIC])[1],
            self.acoustic.encode(features[..., ACOUSTIC])[1],
        )
