"""Differences of fractional, weighted, repeated or clustered scores.

Items that share a source are wrong together, so the cluster is the unit: its summed residual carries the variance, and
t with one degree of freedom less than there are clusters carries the doubt about that variance. The covariance is
written out rather than taken from statsmodels (which the tests compare it with) because retention needs it for two
means at once.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import t as student_t

from harness.records import Interval
from harness.stats.binomial import unseen_rate
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
    """A weighted mean with its cluster-robust standard error and degrees of freedom (clusters - 1).

    A standard error of 0 says that every cluster showed the same mean (one cluster alone always does). How much that
    proves depends on `effective`, the number of equally heavy clusters that would tell as much; None: all of them.
    """

    point: float
    se: float
    df: float
    clusters: int
    effective: float | None = None


def mean_difference(
    teacher: ArrayLike, student: ArrayLike, weights: ArrayLike | None, clusters: Clusters
) -> ClusterEstimate:
    """Weighted mean of student minus teacher over n items, all arrays of shape (n,), with its CR1 standard error.

    Weights None counts every item once, clusters None lets every item stand alone; then this is the paired t-test.
    Raises ValueError for arrays that are empty, ragged or not finite, and for weights that are not positive.
    Source: Cameron and Miller (2015), Journal of Human Resources 50:317-372, regression on a constant.
    """
    scores = paired_scores(teacher, student, weights, clusters)
    difference = scores.student - scores.teacher
    point = scores.mean(difference)
    variance = cluster_covariance(difference - point, scores)
    return ClusterEstimate(
        point=point,
        se=standard_error(float(variance)),
        df=scores.clusters - 1,
        clusters=scores.clusters,
        effective=kish(scores),
    )


def t_interval(estimate: ClusterEstimate, level: float) -> Interval:
    """The two-sided t interval of a difference, not cut to [-1, 1]; method "no-spread" where the standard error is 0.

    Too narrow where no more than a handful of items differ: of 100 items with a true loss of 3 points and no gains, the
    90% interval lies above the loss in 19% of samples instead of 5%. Raises ValueError for a level outside (0, 1).
    """
    low, high = t_limits(estimate, level, (-1.0, 1.0))
    method = "cluster-t" if estimate.se > 0 else "no-spread"
    return Interval(point=estimate.point, low=low, high=high, level=level, method=method)


def t_harm_p_value(estimate: ClusterEstimate, margin: float) -> float:
    """One-sided p-value of difference >= -margin, against a loss greater than the margin (in [0, 1]).

    Dual to the upper end of `t_interval` at level 1 - 2 alpha; without spread, 1.0 unless the point itself is the loss.
    Raises ValueError for a margin outside [0, 1].
    """
    check_margin(margin)
    return _p_of_less(estimate.point, -margin, estimate)


def t_safe_p_value(estimate: ClusterEstimate, margin: float) -> float:
    """One-sided p-value of difference <= -margin, against the student being within the margin (in [0, 1]).

    Dual to the lower end of `t_interval` at level 1 - 2 alpha; raises ValueError as `t_harm_p_value`.
    """
    check_margin(margin)
    return _p_of_less(-estimate.point, margin, estimate)


def t_two_sided_p(estimate: ClusterEstimate) -> float:
    """Two-sided p-value of no difference; 1.0 when no cluster shows one."""
    return min(1.0, 2 * _p_of_less(-abs(estimate.point), 0.0, estimate))


def t_limits(estimate: ClusterEstimate, level: float, span: tuple[float, float]) -> tuple[float, float]:
    """Limits of the two-sided t interval; without spread, `limits_without_spread` for values within `span`."""
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


def kish(scores: PairedScores) -> float:
    """`effective_n` of scores that are already aligned."""
    return _kish(scores.weights, scores.codes)


def cluster_covariance(residuals: Floats, scores: PairedScores) -> Floats:
    """CR1 variance of a weighted mean, from the residuals of its items about it, shape (n,).

    From residuals of shape (n, k) the covariance matrix of k means, shape (k, k). 0 for a single cluster, whose
    residuals cancel. Source: as `mean_difference`.
    """
    count, shares = scores.clusters, scores.weights / scores.weights.sum()
    totals = np.zeros((count, *residuals.shape[1:]))
    np.add.at(totals, scores.codes, (residuals.T * shares).T)
    covariance: Floats = np.asarray(totals.T @ totals) * (count / max(count - 1, 1))
    return covariance


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


def _kish(weights: Floats, codes: NDArray[np.intp]) -> float:
    totals = np.bincount(codes, weights=weights)
    return float(totals.sum() ** 2 / (totals @ totals))
