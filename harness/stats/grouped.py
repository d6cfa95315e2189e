"""Mean differences of many groups of items at once: a slice report or a slice search over a million rows.

Groups are numbered, an item stands in one of them or in none. Everything is a sum over (group, cluster) pairs, so time
and memory grow with the items, whatever the number of groups.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from harness.stats.clustered import ClusterEstimate, spread_doubt
from harness.stats.inputs import Floats, PairedScores

_NO_SPREAD = 1e-12  # as in `clustered`: a standard error below this is rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupEstimates:
    """Weighted mean of student minus teacher in k groups, arrays of shape (k,).

    Each is what `clustered.mean_difference` gives for the group alone; groups without items have NaN.
    """

    n: NDArray[np.intp]
    clusters: NDArray[np.intp]
    point: Floats
    se: Floats
    df: Floats
    effective: Floats
    moved: Floats

    def estimate(self, group: int) -> ClusterEstimate:
        """One group, ready for intervals and tests. Raises ValueError for a group without items."""
        if not self.n[group]:
            raise ValueError(f"group {group} has no items")
        return ClusterEstimate(
            point=float(self.point[group]),
            se=float(self.se[group]),
            df=float(self.df[group]),
            clusters=int(self.clusters[group]),
            effective=float(self.effective[group]),
            moved=float(self.moved[group]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrasts:
    """The mean loss (teacher minus student) of k groups against that of all other items, arrays of shape (k,).

    `excess` is the difference of the two means and `se` its standard error, robust to clusters that reach into both;
    degrees of freedom are the group's clusters - 1. NaN for a group that holds no items, or all of them.
    """

    n: NDArray[np.intp]
    clusters: NDArray[np.intp]
    loss: Floats
    excess: Floats
    se: Floats


def mean_differences(scores: PairedScores, groups: ArrayLike, count: int) -> GroupEstimates:
    """Mean difference, student minus teacher, of each of `count` groups.

    `groups` numbers the group of each item, shape (n,), -1 for none. Raises ValueError for group numbers that do not
    fit. Source: as `clustered.mean_difference`.
    """
    pairs = _pairs(scores, groups, count)
    w, d = scores.weights[pairs.kept], (scores.student - scores.teacher)[pairs.kept]
    total = np.bincount(pairs.group, w, minlength=count)
    with np.errstate(invalid="ignore", divide="ignore"):
        point = np.bincount(pairs.group, w * d, minlength=count) / total
        moved = np.bincount(pairs.group, w * np.abs(d), minlength=count) / total
        squared = np.bincount(pairs.group, w * d * d, minlength=count) / total
        heavy, kish = pairs.sums(w), total**2 / np.bincount(pairs.group, w * w, minlength=count)
        residual = pairs.sums(w * (d - point[pairs.group]))
        clusters = np.bincount(pairs.of_group, minlength=count)
        left = residual / np.where(clusters[pairs.of_group] > 1, total[pairs.of_group] - heavy, np.inf)
        se = np.sqrt(np.bincount(pairs.of_group, left * left, minlength=count) * (clusters - 1) / clusters)
        se = np.where(se > _NO_SPREAD, se, np.where(np.isnan(se), np.nan, 0.0))
        alike = total**2 / np.bincount(pairs.of_group, heavy**2, minlength=count)
        df = np.where(clusters > 1, np.maximum(1.0, alike - 1), 0.0)
        spread = np.maximum(1.0, np.minimum(moved / se**2 * spread_doubt(df), kish * moved / squared))
    return GroupEstimates(
        n=np.bincount(pairs.group, minlength=count),
        clusters=clusters,
        point=point,
        se=se,
        df=df,
        effective=np.where(se > 0, spread, alike),
        moved=moved,
    )


def contrasts(scores: PairedScores, groups: ArrayLike, count: int) -> Contrasts:
    """How much more each of `count` groups loses than the rest of the items; arguments as `mean_differences`.

    Linearised difference of two domain means with clusters as units, factor G / (G - 1) for the group's G clusters.
    Source: Woodruff (1971), JASA 66:411-414.
    """
    pairs = _pairs(scores, groups, count)
    loss = scores.teacher - scores.student
    every_w, every_s = (np.bincount(scores.codes, x) for x in (scores.weights, scores.weights * loss))
    heavy, lost = pairs.sums(scores.weights[pairs.kept]), pairs.sums((scores.weights * loss)[pairs.kept])
    total, summed = (np.bincount(pairs.of_group, x, minlength=count) for x in (heavy, lost))
    rest = every_w.sum() - total
    rest = np.where(rest > _NO_SPREAD * every_w.sum(), rest, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        inside, outside = summed / total, (every_s.sum() - summed) / rest
        g, c = pairs.of_group, pairs.of_cluster
        own = (lost - inside[g] * heavy) / total[g] + (lost - outside[g] * heavy) / rest[g]
        around = (every_s[c] - outside[g] * every_w[c]) / rest[g]
        # Not the dot product: BLAS starts threads for it, which takes longer than the sum where cores are busy.
        ss, sw, ww = (float(np.sum(x * y)) for x, y in ((every_s, every_s), (every_s, every_w), (every_w, every_w)))
        far = (ss - 2 * outside * sw + outside**2 * ww) / rest**2
        clusters = np.bincount(g, minlength=count)
        variance = np.bincount(g, own * (own - 2 * around), minlength=count) + far
        se = np.sqrt(np.maximum(variance, 0.0) * clusters / (clusters - 1))
    return Contrasts(
        n=np.bincount(pairs.group, minlength=count),
        clusters=clusters,
        loss=inside,
        excess=inside - outside,
        se=se,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pairs:
    """The items that stand in a group, and the (group, cluster) pairs they fall into."""

    kept: NDArray[np.intp]
    group: NDArray[np.intp]
    pair: NDArray[np.intp] | None
    of_group: NDArray[np.intp]
    of_cluster: NDArray[np.intp]

    def sums(self, values: Floats) -> Floats:
        """Sum over each pair's items of a value per kept item."""
        if self.pair is None:
            return values
        totals: Floats = np.bincount(self.pair, values, minlength=self.of_group.size).astype(np.float64)
        return totals


def _pairs(scores: PairedScores, groups: ArrayLike, count: int) -> _Pairs:
    numbers = np.asarray(groups)
    if numbers.shape != scores.codes.shape or numbers.dtype.kind not in "iu":
        raise ValueError(f"need one whole group number for each of {scores.codes.size} items")
    if numbers.size and not -1 <= numbers.min() <= numbers.max() < count:
        raise ValueError(f"group numbers must lie between -1 and {count - 1}")
    kept = np.flatnonzero(numbers >= 0)
    group, code = numbers[kept].astype(np.intp), scores.codes[kept]
    clusters = scores.clusters
    if clusters == scores.codes.size:  # every item stands alone
        return _Pairs(kept=kept, group=group, pair=None, of_group=group, of_cluster=code)
    found, pair = np.unique(group * clusters + code, return_inverse=True)
    return _Pairs(kept=kept, group=group, pair=pair, of_group=found // clusters, of_cluster=found % clusters)
