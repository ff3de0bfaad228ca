"""Settings that every training stage shares."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LoopConfig:
    """What the training loop itself needs.

    Attributes:
        steps: optimiser steps in all; the learning rate follows a cosine over them.
        batch: sequences a step.
        lr, weight_decay, betas, clip: AdamW and gradient clipping.
        warmup: steps of linear warm-up.
        ema: decay of the running mean of the weights (which is what is saved as the model).
        precision: Fabric's, e.g. ``32-true`` or ``bf16-mixed``.
        evaluate_every, checkpoint_every: in steps.
        compile: fuse the layers' operations (torch.compile); a quarter less time a step on a CPU.
        patience: evaluations without a better held-out loss before the run stops; 0 = never.
        seed: of everything random.
    """

    steps: int = 1000
    batch: int = 32
    lr: float = 1e-3
    weight_decay: float = 1e-4
    betas: tuple[float, float] = (0.9, 0.99)
    clip: float = 1.0
    warmup: int = 100
    ema: float = 0.998
    precision: str = "32-true"
    evaluate_every: int = 500
    checkpoint_every: int = 250
    compile: bool = False
    patience: int = 0
    seed: int = 0
