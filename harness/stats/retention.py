"""How much of the teacher the student keeps: the ratio of means, and the share of the teacher's right answers kept.

The two differ: a student that gains elsewhere what it loses here retains 0.90 of the accuracy and perhaps 0.76 of the
answers.
"""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm
from scipy.stats import t as student_t

from harness.evaluation import PairedCells
from harness.records import Interval
from harness.stats.binomial import wilson
from harness.stats.clustered import (
    cluster_covariance,
    degrees_of_freedom,
    kish,
    limits_without_spread,
    mean_difference,
    standard_error,
    t_limits,
)
from harness.stats.inputs import Clusters, PairedScores, check_level, paired_scores


def fieller(
    teacher: ArrayLike, student: ArrayLike, weights: ArrayLike | None, clusters: Clusters, level: float
) -> Interval:
    """Retention mean(student) / mean(teacher) of scores in [0, 1], arrays of shape (n,), with Fieller's interval.

    The quantile is z for unweighted, unclustered items and t otherwise. Both limits are None, method
    "fieller-unbounded", when the teacher's mean is not clearly above 0 (g >= 1) or there is but one cluster. Method
    "no-spread" marks a student whose scores follow the teacher's at one ratio throughout (`limits_without_spread`).
    Raises ValueError when the teacher's mean is 0 and as `mean_difference`.
    Source: Fieller (1954), JRSS B 16:175-185, with the covariance of `cluster_covariance`.
    """
    check_level(level)
    scores = paired_scores(teacher, student, weights, clusters)
    base = scores.mean(scores.teacher)
    if base <= 0:
        raise ValueError(f"retention needs a teacher that is right somewhere; its mean score is {base:g}")
    point = scores.mean(scores.student) / base
    below, above, method = _fieller_reach(scores, point, base, level)
    low = None if below is None else max(point - below, 0.0)
    high = None if above is None else point + above
    return Interval(point=point, low=low, high=high, level=level, method=method)


def conditional(cells: PairedCells, level: float) -> Interval:
    """P(student right | teacher right), in [0, 1], with Wilson's interval.

    Raises ValueError when the teacher is never right.
    """
    right = cells.both + cells.teacher_only
    if right == 0:
        raise ValueError("conditional retention needs a teacher that is right somewhere")
    return wilson(cells.both, right, level)


def conditional_weighted(
    teacher: ArrayLike, student: ArrayLike, weights: ArrayLike | None, clusters: Clusters, level: float
) -> Interval:
    """P(student right | teacher right) = sum(w t s) / sum(w t) of scores in [0, 1], arrays of shape (n,).

    A linearised ratio: the mean student score weighted by w t over the items with t > 0, with its cluster-robust t
    interval cut to [0, 1]; method "no-spread" where every cluster shows the same mean (`limits_without_spread`).
    Raises ValueError when the teacher's mean is 0 and as `mean_difference`.
    Source: Woodruff (1971), JASA 66:411-414, for the linearisation.
    """
    check_level(level)
    scores = paired_scores(teacher, student, weights, clusters)
    kept = scores.teacher > 0
    if not kept.any():
        raise ValueError("conditional retention needs a teacher that is right somewhere; its mean score is 0")
    shares = (scores.weights * scores.teacher)[kept]
    estimate = mean_difference(np.zeros(shares.size), scores.student[kept], shares, scores.codes[kept])
    low, high = t_limits(estimate, level, (0.0, 1.0))
    method = "linearised-ratio" if estimate.se > 0 else "no-spread"
    return Interval(point=estimate.point, low=max(low, 0.0), high=min(high, 1.0), level=level, method=method)


def _fieller_reach(
    scores: PairedScores, ratio: float, base: float, level: float
) -> tuple[float | None, float | None, str]:
    """How far Fieller's limits lie below and above the ratio, and the method.

    The quadratic is solved for the distance x from the ratio: with the residuals e = s - ratio t, a limit solves
    (base^2 - q^2 var t) x^2 + 2 q^2 cov(e, t) x - q^2 var e = 0, whose roots enclose 0 whatever the rounding.
    """
    residual = scores.student - ratio * scores.teacher
    covariance = cluster_covariance(np.column_stack([residual, scores.teacher - base]), scores)
    (var_e, cov), (_, var_t) = covariance.tolist()
    squared = _quantile(scores, level) ** 2
    lead = base**2 - squared * var_t
    if scores.clusters == 1 or lead <= 0:
        return None, None, "fieller-unbounded"
    if standard_error(var_e) == 0:
        low, high = limits_without_spread(0.0, kish(scores), level, (-ratio, 1.0))
        return -low / base, high / base, "no-spread"
    root = math.sqrt((squared * cov) ** 2 + lead * squared * var_e)
    return (root + squared * cov) / lead, (root - squared * cov) / lead, "fieller"


def _quantile(scores: PairedScores, level: float) -> float:
    tail = (1 - level) / 2
    return float(norm.isf(tail) if scores.plain else student_t.isf(tail, max(degrees_of_freedom(scores), 1)))
