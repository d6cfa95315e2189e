"""How much of the teacher the student keeps: the ratio of means, and the share of the teacher's right answers kept.

The two differ: a student that gains elsewhere what it loses here retains 0.90 of the accuracy and perhaps 0.76 of the
answers.

The ratio is guarded where hardly anything is lost, as delta is in `paired` and for the same reason: of 60 pairs with a
teacher that is right in 99% and a true loss of 5 points, Fieller's 90% interval lies above the truth in 19% (nominal:
5%). So no limit stops short of the exact binomial limit of the lost answers among the teacher's right ones, with the
gained ones taken as known; and the other way round at the upper end.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm
from scipy.stats import t as student_t

from harness.compared import PairedCells
from harness.records import Interval
from harness.stats.binomial import exact_upper, wilson
from harness.stats.clustered import (
    cluster_covariance,
    degrees_of_freedom,
    kish,
    limits_without_spread,
    mean_difference,
    rare,
    standard_error,
    t_limits,
)
from harness.stats.inputs import Clusters, Floats, PairedScores, check_level, paired_scores


def fieller(
    teacher: ArrayLike, student: ArrayLike, weights: ArrayLike | None, clusters: Clusters, level: float
) -> Interval:
    """Retention mean(student) / mean(teacher) of scores in [0, 1], arrays of shape (n,), with Fieller's interval.

    The quantile is z for unweighted, unclustered items and t otherwise. Method "fieller-guarded" marks a limit that the
    guard moved outwards (see the head of this module). Both limits are None, method
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
    return _guarded(point, _fieller_reach(scores, point, base, level), _guards(scores, base, level), level)


def fieller_of_strata(strata: Sequence[PairedCells], level: float) -> Interval:
    """Retention over several suites of plain pairs, each counting alike: the ratio of the means of their accuracies.

    Fieller's interval with z, the covariance added up over the strata, whose items are independent of each other, and
    the guard for as many items as tell as much; for one stratum that of `fieller`. Limits and methods as there. Raises
    ValueError without strata, for a stratum of less than two pairs, and when the teacher is never right.
    """
    check_level(level)
    if not strata or min(cells.n for cells in strata) < 2:
        raise ValueError("pooled retention needs strata of at least two pairs each")
    pairs = [_scores_of(cells) for cells in strata]
    base = float(np.mean([t.mean() for t, _ in pairs]))
    if base <= 0:
        raise ValueError("retention needs a teacher that is right somewhere; its mean score is 0")
    point = float(np.mean([s.mean() for _, s in pairs])) / base
    covariance = sum(np.cov(s - point * t, t) / t.size for t, s in pairs) / len(pairs) ** 2
    (var_e, cov), (_, var_t) = np.asarray(covariance).tolist()
    units = len(pairs) ** 2 / sum(1 / cells.n for cells in strata)
    spread = _Spread(var_e=var_e, cov=cov, var_t=var_t, units=units)
    reach = _reach(spread, point, base, float(norm.isf((1 - level) / 2)), level)
    lost, gained = (
        float(np.mean([getattr(c, side) / c.n for c in strata])) for side in ("teacher_only", "student_only")
    )
    return _guarded(point, reach, _allowed(units * lost, units * gained, units, base, level), level)


def _scores_of(cells: PairedCells) -> tuple[Floats, Floats]:
    """The pairs behind the counts, teacher and student, in any order."""
    counts = (cells.both, cells.teacher_only, cells.student_only, cells.neither)
    return np.repeat([1.0, 1.0, 0.0, 0.0], counts), np.repeat([1.0, 0.0, 1.0, 0.0], counts)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spread:
    """Variances of the means of residual and teacher and their covariance, and how many whole items tell them."""

    var_e: float
    cov: float
    var_t: float
    units: float


def _fieller_reach(
    scores: PairedScores, ratio: float, base: float, level: float
) -> tuple[float | None, float | None, str]:
    """How far Fieller's limits lie below and above the ratio, and the method."""
    residual = scores.student - ratio * scores.teacher
    covariance = cluster_covariance(np.column_stack([residual, scores.teacher - base]), scores)
    (var_e, cov), (_, var_t) = covariance.tolist()
    if scores.clusters == 1:
        return None, None, "fieller-unbounded"
    return _reach(
        _Spread(var_e=var_e, cov=cov, var_t=var_t, units=kish(scores)), ratio, base, _quantile(scores, level), level
    )


def _reach(
    spread: _Spread, ratio: float, base: float, quantile: float, level: float
) -> tuple[float | None, float | None, str]:
    """The quadratic is solved for the distance x from the ratio.

    With the residuals e = s - ratio t, a limit solves (base^2 - q^2 var t) x^2 + 2 q^2 cov(e, t) x - q^2 var e = 0,
    whose roots enclose 0 whatever the rounding.
    """
    squared = quantile**2
    lead = base**2 - squared * spread.var_t
    if lead <= 0:
        return None, None, "fieller-unbounded"
    if standard_error(spread.var_e) == 0:
        low, high = limits_without_spread(0.0, spread.units, level, (-ratio, 1.0))
        return -low / base, high / base, "no-spread"
    root = math.sqrt((squared * spread.cov) ** 2 + lead * squared * spread.var_e)
    return (root + squared * spread.cov) / lead, (root - squared * spread.cov) / lead, "fieller"


def _guarded(
    point: float, reach: tuple[float | None, float | None, str], allowed: tuple[float, float], level: float
) -> Interval:
    """The interval from its reach, moved outwards where the guard says so."""
    below, above, method = reach
    if below is None or above is None:
        return Interval(point=point, low=None, high=None, level=level, method=method)
    low, high = max(point - below, 0.0), point + above
    floor, ceiling = (low, high) if method == "no-spread" else allowed
    if floor < low or ceiling > high:
        low, high, method = min(low, max(floor, 0.0)), max(high, ceiling), "fieller-guarded"
    return Interval(point=point, low=low, high=high, level=level, method=method)


def _guards(scores: PairedScores, base: float, level: float) -> tuple[float, float]:
    """What the exact limits of the lost and of the gained answers still allow: the lowest and the highest ratio."""
    moves = scores.student - scores.teacher
    if scores.plain and np.isin(moves, (-1.0, 0.0, 1.0)).all():
        lost, gained, units = float((moves < 0).sum()), float((moves > 0).sum()), float(moves.size)
    else:
        lost, gained, units = rare(mean_difference(scores.teacher, scores.student, scores.weights, scores.codes))
    return _allowed(lost, gained, units, base, level)


def _allowed(lost: float, gained: float, units: float, base: float, level: float) -> tuple[float, float]:
    """The lowest and the highest ratio that as many losses and gains in as many whole items still allow."""
    tail, right = (1 - level) / 2, units * base
    floor = 1 - float(exact_upper(lost, right, tail)) + gained / right
    return floor, 1 - lost / right + float(exact_upper(gained, units, tail)) / base


def _quantile(scores: PairedScores, level: float) -> float:
    tail = (1 - level) / 2
    return float(norm.isf(tail) if scores.plain else student_t.isf(tail, max(degrees_of_freedom(scores), 1)))
