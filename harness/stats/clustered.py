"""Differences of fractional, weighted, repeated or clustered scores.

Items that share a source are wrong together, so the cluster is the unit: leaving each out in turn shows the variance,
and t with as many degrees of freedom as there are equally heavy clusters, less one, carries the doubt about it. Without
weights, and with clusters of one size, this is the usual cluster-robust interval (CR1); with unequal ones it is the
wider and the better (docs/statistics.md has the measurement).

One guard, as in `paired`: where hardly anything is lost, the spread seen is too small to be believed, so a limit never
stops short of the exact binomial limit of as many losses in as many independent items as have that spread.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm
from scipy.stats import t as student_t

from harness.records import Interval
from harness.stats.binomial import exact_tail, exact_upper, unseen_rate
from harness.stats.inputs import (
    Clusters,
    Floats,
    PairedScores,
    check_level,
    check_margin,
    cluster_codes,
    paired_scores,
    positive,
)

_NO_SPREAD = 1e-12  # a standard error of scores in [0, 1] below this is rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterEstimate:
    """A weighted mean difference with its cluster-robust standard error and degrees of freedom.

    A standard error of 0 says that every cluster showed the same mean (one cluster alone always does). How much that
    proves depends on `effective`, the number of independent items, each won or lost whole, that would have the same
    spread; None: as many as there are clusters. `moved` is the mean absolute difference; None: no more than the point.
    """

    point: float
    se: float
    df: float
    clusters: int
    effective: float | None = None
    moved: float | None = None


def mean_difference(
    teacher: ArrayLike, student: ArrayLike, weights: ArrayLike | None, clusters: Clusters
) -> ClusterEstimate:
    """Weighted mean of student minus teacher over n items, all arrays of shape (n,), with its standard error.

    Weights None counts every item once, clusters None lets every item stand alone; then this is the paired t-test.
    Raises ValueError for arrays that are empty, ragged or not finite, and for weights that are not positive.
    Source: the delete-one-cluster jackknife (CV3) of a regression on a constant; MacKinnon, Nielsen and Webb (2023),
    Journal of Econometrics 232:272-299.
    """
    scores = paired_scores(teacher, student, weights, clusters)
    difference = scores.student - scores.teacher
    point = scores.mean(difference)
    se = standard_error(float(cluster_covariance(difference - point, scores)))
    moved = scores.mean(np.abs(difference))
    return ClusterEstimate(
        point=point,
        se=se,
        df=degrees_of_freedom(scores),
        clusters=scores.clusters,
        effective=_spread_items(moved, scores.mean(difference**2), se, scores),
        moved=moved,
    )


def t_interval(estimate: ClusterEstimate, level: float) -> Interval:
    """The two-sided t interval of a difference, with the guard (see the head of this module), cut to [-1, 1].

    Method "cluster-t", "cluster-t-guarded" where the guard moved a limit outwards, "no-spread" where the standard error
    is 0. Raises ValueError for a level outside (0, 1).
    """
    low, high = t_limits(estimate, level, (-1.0, 1.0))
    if estimate.se == 0:
        return Interval(point=estimate.point, low=low, high=high, level=level, method="no-spread")
    lost, gained, units = rare(estimate)
    tail = (1 - level) / 2
    floor = gained / units - float(exact_upper(lost, units, tail))
    ceiling = float(exact_upper(gained, units, tail)) - lost / units
    return Interval(
        point=estimate.point,
        low=max(min(low, floor), -1.0),
        high=min(max(high, ceiling), 1.0),
        level=level,
        method="cluster-t-guarded" if floor < low or ceiling > high else "cluster-t",
    )


def t_harm_p_value(estimate: ClusterEstimate, margin: float) -> float:
    """One-sided p-value of difference >= -margin, against a loss greater than the margin (in [0, 1]).

    Dual to the upper end of `t_interval` at level 1 - 2 alpha; without spread, 1.0 unless the point itself is the loss.
    Raises ValueError for a margin outside [0, 1].
    """
    check_margin(margin)
    if estimate.se == 0:
        return _p_of_less(estimate.point, -margin, estimate)
    lost, gained, units = rare(estimate)
    return max(_p_of_less(estimate.point, -margin, estimate), exact_tail(gained, units, lost / units - margin))


def t_safe_p_value(estimate: ClusterEstimate, margin: float) -> float:
    """One-sided p-value of difference <= -margin, against the student being within the margin (in [0, 1]).

    Dual to the lower end of `t_interval` at level 1 - 2 alpha; raises ValueError as `t_harm_p_value`.
    """
    check_margin(margin)
    if estimate.se == 0:
        return _p_of_less(-estimate.point, margin, estimate)
    lost, gained, units = rare(estimate)
    return max(_p_of_less(-estimate.point, margin, estimate), exact_tail(lost, units, gained / units + margin))


def t_two_sided_p(estimate: ClusterEstimate) -> float:
    """Two-sided p-value of no difference, dual to `t_interval`; 1.0 when no cluster shows one."""
    less = t_harm_p_value if estimate.point < 0 else t_safe_p_value
    return min(1.0, 2 * less(estimate, 0.0)) if estimate.point else 1.0


def t_limits(estimate: ClusterEstimate, level: float, span: tuple[float, float]) -> tuple[float, float]:
    """Limits of the two-sided t interval, unguarded; without spread, `limits_without_spread` for values in `span`."""
    check_level(level)
    if estimate.se == 0:
        return limits_without_spread(estimate.point, _units(estimate), level, span)
    half = float(student_t.isf((1 - level) / 2, estimate.df)) * estimate.se
    return estimate.point - half, estimate.point + half


def limits_without_spread(point: float, units: float, level: float, span: tuple[float, float]) -> tuple[float, float]:
    """Limits for a mean when all `units` independent values, which lie within `span`, were the same `point`.

    Other values have at most the share `unseen_rate`; each limit puts that share at one end of the span. Exact for
    equally heavy units, and what keeps "they never differed" from being read as certainty.
    """
    unseen = unseen_rate(units, (1 - level) / 2)
    return point + unseen * (span[0] - point), point + unseen * (span[1] - point)


def effective_n(weights: ArrayLike, clusters: Clusters) -> float:
    """How many equally heavy, independent items would tell as much: (sum W)^2 / sum W^2 over the clusters' weights W.

    Without clusters this is Kish's effective sample size. With clusters it never exceeds their number: the items of one
    cluster count as one, which is right when they are right or wrong together and else too strict.
    Raises ValueError for weights that are not finite and positive. Source: Kish (1965), Survey Sampling.
    """
    values = positive(weights)
    return _kish(values, cluster_codes(clusters, values.size))


def degrees_of_freedom(scores: PairedScores) -> float:
    """One less than the equally heavy clusters that would tell as much, but at least 1; 0 for a single cluster.

    Source: Carter, Schnepel and Steigerwald (2017), Review of Economics and Statistics 99:698-709.
    """
    return 0.0 if scores.clusters == 1 else max(1.0, kish(scores) - 1)


def kish(scores: PairedScores) -> float:
    """`effective_n` of scores that are already aligned."""
    return _kish(scores.weights, scores.codes)


def cluster_covariance(residuals: Floats, scores: PairedScores) -> Floats:
    """Jackknife (CV3) variance of a weighted mean, from the residuals of its items about it, shape (n,).

    From residuals of shape (n, k) the covariance matrix of k means, shape (k, k). 0 for a single cluster, whose
    residuals cancel. Source: as `mean_difference`.
    """
    count, shares = scores.clusters, scores.weights / scores.weights.sum()
    if count == 1:
        return np.zeros(residuals.shape[1:] * 2)
    totals = np.stack([np.bincount(scores.codes, shares * column) for column in residuals.reshape(shares.size, -1).T])
    left = totals / (1 - np.bincount(scores.codes, shares))  # how far the mean moves without the cluster
    covariance: Floats = left @ left.T * ((count - 1) / count)
    return covariance.reshape(residuals.shape[1:] * 2)


def standard_error(variance: float) -> float:
    """Square root of a variance of scores; what can only be rounding is 0."""
    se = float(np.sqrt(variance))
    return se if se > _NO_SPREAD else 0.0


def _p_of_less(point: float, bound: float, estimate: ClusterEstimate) -> float:
    """P-value of mean >= bound against mean < bound, for an estimate whose point is `point` (mirrored or not)."""
    if estimate.se > 0:
        return float(student_t.cdf((point - bound) / estimate.se, estimate.df))
    if point >= bound:
        return 1.0
    # Were the mean as high as the bound, at most this share of clusters could show `point`, the rest showing 1.
    return float(((1 - bound) / (1 - point)) ** _units(estimate))


def _units(estimate: ClusterEstimate) -> float:
    return estimate.clusters if estimate.effective is None else estimate.effective


def spread_doubt(df: ArrayLike) -> Floats:
    """The squared ratio of normal and t quantile at 95%: what a variance with few degrees of freedom is worth."""
    doubt: Floats = np.square(norm.isf(0.025) / student_t.isf(0.025, df))
    return doubt


def rare(estimate: ClusterEstimate) -> tuple[float, float, float]:
    """Losses, gains and items of the sample of whole, independent items that has the estimate's spread."""
    units = _units(estimate)
    moved = abs(estimate.point) if estimate.moved is None else max(estimate.moved, abs(estimate.point))
    return units * (moved - estimate.point) / 2, units * (moved + estimate.point) / 2, units


def _spread_items(moved: float, squared: float, se: float, scores: PairedScores) -> float:
    """The number of whole, independent items with this spread; without spread, `kish`.

    Rare losses and gains of the rate `moved` have the variance moved / items. Fewer for the doubt about the standard
    error, as Korn and Graubard (1998) do it; at most as if no items hung together.
    """
    if se == 0:
        return kish(scores)
    alone = _kish(scores.weights, np.arange(scores.weights.size))
    return max(1.0, min(moved / se**2 * float(spread_doubt(degrees_of_freedom(scores))), alone * moved / squared))


def _kish(weights: Floats, codes: NDArray[np.intp]) -> float:
    totals = np.bincount(codes, weights=weights)
    return float(totals.sum() ** 2 / (totals @ totals))
