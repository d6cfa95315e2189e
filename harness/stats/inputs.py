"""What every estimator here may take for granted: aligned scores, positive weights, numbered clusters.

Arrays come from grades and slices, so they can be empty, ragged or without weights. They are checked once, here.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = NDArray[np.float64]
Clusters: TypeAlias = "Sequence[Hashable] | NDArray[Any] | None"


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedScores:
    """Scores of the same n items by both models, shape (n,) each.

    `weights` are positive, on any scale; `codes` number the clusters from 0 in order of appearance.
    """

    teacher: Floats
    student: Floats
    weights: Floats
    codes: NDArray[np.intp]

    @property
    def clusters(self) -> int:
        return int(self.codes.max()) + 1

    def mean(self, values: Floats) -> float:
        """Weighted mean of one value per item."""
        return float(self.weights @ values / self.weights.sum())

    @property
    def plain(self) -> bool:
        """Whether every item stands for itself: equal weights and no shared cluster."""
        return self.clusters == self.codes.size and bool(np.ptp(self.weights) <= 1e-12 * self.weights.max())


def paired_scores(
    teacher: ArrayLike, student: ArrayLike, weights: ArrayLike | None, clusters: Clusters
) -> PairedScores:
    """Align two models' scores, any finite numbers of shape (n,); weights None counts every item once.

    Raises ValueError for no items, unequal lengths, or scores and weights that are not finite and (weights) positive.
    """
    t, s = _finite(teacher, "teacher scores"), _finite(student, "student scores")
    w = positive(np.ones(t.size) if weights is None else weights)
    codes = cluster_codes(clusters, t.size)
    if not t.size == s.size == w.size:
        raise ValueError(f"lengths differ: {t.size} teacher scores, {s.size} student scores, {w.size} weights")
    return PairedScores(teacher=t, student=s, weights=w, codes=codes)


def positive(weights: ArrayLike) -> Floats:
    """Weights as an array of shape (n,). Raises ValueError unless all are finite and positive."""
    values = _finite(weights, "weights")
    if not (values > 0).all():
        raise ValueError(f"weights must be positive, found {values.min()}")
    return values


def cluster_codes(clusters: Clusters, n: int) -> NDArray[np.intp]:
    """Number the clusters of n items from 0; without clusters, or with the label None, an item stands alone.

    Raises ValueError when there are not n labels.
    """
    if clusters is None:
        return np.arange(n)
    if len(clusters) != n:
        raise ValueError(f"{len(clusters)} cluster labels for {n} items")
    if isinstance(clusters, np.ndarray) and clusters.dtype.kind in "iuUS":
        _, first, codes = np.unique(clusters, return_index=True, return_inverse=True)
        ranks = np.empty(first.size, dtype=np.intp)
        ranks[np.argsort(first)] = np.arange(first.size)
        return ranks[codes]
    keys = [(False, i) if label is None else (True, label) for i, label in enumerate(clusters)]
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    return np.array([numbers[key] for key in keys], dtype=np.intp)


def check_level(level: float) -> None:
    """Raise ValueError unless the confidence level lies strictly between 0 and 1."""
    if not 0 < level < 1:
        raise ValueError(f"level {level} is not strictly between 0 and 1")


def check_margin(margin: float) -> None:
    """Raise ValueError unless the margin is a share of accuracy in [0, 1]."""
    if not 0 <= margin <= 1:
        raise ValueError(f"margin {margin} is outside [0, 1]; 3 points are 0.03")


def _finite(values: ArrayLike, what: str) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 or array.size == 0:
        raise ValueError(f"{what}: need one dimension and at least one item, not shape {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{what}: item {int(np.argmin(np.isfinite(array)))} is not finite")
    return array
