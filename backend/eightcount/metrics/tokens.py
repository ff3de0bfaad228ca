"""Tokens: how much of a codebook is in use, and what a tokenizer loses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eightcount.motion import rotations as rot


@dataclass(frozen=True)
class TokenUsage:
    """Use of one token stream's codebook.

    Attributes:
        counts: (codes,) how often each code occurs.
        share: share of the codes that occur at all, 0 to 1.
        perplexity: exp of the entropy of the code frequencies (nats): how many codes as often as
            each other would be as varied, 1 to ``codes``.
        repeats: share of the tokens equal to the one before, 0 to 1; a frozen dance has 1.
    """

    counts: np.ndarray
    share: float
    perplexity: float
    repeats: float


def token_usage(sequences: list[np.ndarray], codes: int) -> TokenUsage:
    """Usage of a codebook over some sequences.

    Args:
        sequences: integer tokens (L_i,) in 0..codes-1, one array a take.
        codes: size of the codebook.
    """
    counts = np.zeros(codes, np.int64)
    repeated, steps = 0, 0
    for tokens in sequences:
        tokens = np.asarray(tokens)
        if len(tokens) and not 0 <= tokens.min() <= tokens.max() < codes:
            raise ValueError(f"tokens lie outside 0..{codes - 1}")
        counts += np.bincount(tokens, minlength=codes)
        repeated += int((tokens[1:] == tokens[:-1]).sum())
        steps += max(len(tokens) - 1, 0)
    total = counts.sum()
    p = counts[counts > 0] / total if total else np.ones(1)
    return TokenUsage(
        counts=counts,
        share=float((counts > 0).mean()),
        perplexity=float(np.exp(-(p * np.log(p)).sum())),
        repeats=repeated / steps if steps else float("nan"),
    )


def mpjpe(joints: np.ndarray, rebuilt: np.ndarray, root_relative: bool = True) -> float:
    """Mean per-joint position error of a reconstruction, cm; lower is better.

    Args:
        joints, rebuilt: (T, J, 3) metres.
        root_relative: compare poses, without where the root has drifted to.
    """
    a, b = np.asarray(joints, np.float64), np.asarray(rebuilt, np.float64)
    if root_relative:
        a, b = a - a[:, :1], b - b[:, :1]
    return float(100 * np.linalg.norm(a - b, axis=-1).mean())


def rotation_error(rotations: np.ndarray, rebuilt: np.ndarray) -> float:
    """Mean angle between two sets of local rotations (..., 4) wxyz, degrees; lower is better."""
    a = rot.normalise(np.asarray(rotations, np.float64))
    b = rot.normalise(np.asarray(rebuilt, np.float64))
    turn = rot.multiply(rot.conjugate(a), b)
    # arctan2 keeps small angles exact, where arccos of the scalar part would lose them
    angle = 2 * np.arctan2(np.linalg.norm(turn[..., 1:], axis=-1), np.abs(turn[..., 0]))
    return float(np.degrees(angle).mean())
