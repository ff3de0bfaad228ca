"""FID and Div: are the takes like the reference, and unlike each other?

Both are taken on features that are normalised by the reference's mean and standard deviation. With
fewer clips than features the covariances are singular and FID says little: print the number of
clips and the FID between two halves of the reference beside every value.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import pdist

from eightcount.motion.errors import EightcountError

#: added to every standard deviation, as in the published code.
EPSILON = 1e-10


@dataclass(frozen=True)
class Normaliser:
    """Mean and (population) standard deviation (F,) of a reference's features."""

    mean: np.ndarray
    std: np.ndarray

    @classmethod
    def of(cls, reference: np.ndarray) -> Normaliser:
        """From reference features (n, F)."""
        return cls(reference.mean(axis=0), reference.std(axis=0))

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """``(features - mean) / (std + 1e-10)``, (n, F).

        A feature that never varies in the reference is blown up by 1e10 wherever a take differs in
        it. That is the published behaviour; see :meth:`constant`.
        """
        return (features - self.mean) / (self.std + EPSILON)

    @property
    def constant(self) -> np.ndarray:
        """(F,) bool: features that are the same in every reference clip."""
        return self.std <= 1e-9 * np.maximum(np.abs(self.mean), 1)


def fid(features: np.ndarray, reference: np.ndarray) -> float:
    """Frechet distance between two feature sets after normalising both by the reference.

    ``|m1 - m2|^2 + tr(S1) + tr(S2) - 2 tr((S1 S2)^(1/2))``, lower is closer; covariances with n -
    1.

    Args:
        features: (n, F) of the generated clips.
        reference: (m, F) of the real ones.

    Raises:
        EightcountError: ``too-few-clips`` with fewer than two clips on a side.
    """
    need_two(features, "takes")
    need_two(reference, "reference clips")
    normalise = Normaliser.of(reference)
    return frechet_distance(normalise(features), normalise(reference))


def frechet_distance(a: np.ndarray, b: np.ndarray) -> float:
    """Frechet distance between the normal distributions of two sets (n, F) and (m, F).

    The trace of the square root comes from singular values, so singular covariances (few clips)
    need no correction and give no complex numbers: with A and B the centred sets over
    sqrt(n - 1), tr((S1 S2)^(1/2)) is the sum of the singular values of A B^T.
    """
    mean = a.mean(axis=0) - b.mean(axis=0)
    a = (a - a.mean(axis=0)) / np.sqrt(len(a) - 1)
    b = (b - b.mean(axis=0)) / np.sqrt(len(b) - 1)
    shared = np.linalg.svd(_square(a) @ _square(b).T, compute_uv=False).sum()
    return float(max(mean @ mean + (a**2).sum() + (b**2).sum() - 2 * shared, 0.0))


def _square(x: np.ndarray) -> np.ndarray:
    """A matrix with at most as many rows as columns and the same x^T x (its R of a QR)."""
    return np.linalg.qr(x, mode="r") if len(x) > x.shape[1] else x


def div(features: np.ndarray, reference: np.ndarray) -> float:
    """Mean pairwise L2 distance of the takes' features, normalised by the reference.

    Closer to the reference's own value is better: noise and broken motion score high.

    Args and errors as in :func:`fid`.
    """
    need_two(features, "takes")
    need_two(reference, "reference clips")
    return float(pdist(Normaliser.of(reference)(features)).mean())


def need_two(features: np.ndarray, name: str) -> None:
    """An error unless there are two clips or more."""
    if len(features) < 2:
        raise EightcountError(
            "too-few-clips",
            f"FID and Div need at least 2 {name}, there is {len(features)}.",
            "Add more clips to the folder; below 100 the numbers are rough.",
        )
