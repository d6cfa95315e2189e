"""How often something happens: an absolute rate with what a sample of that size still allows.

The exact binomial limits of Clopper and Pearson. Where items carry unequal weight, stand in clusters or are averages,
an effective number of them counts: for rates that must not be understated (rules) `clustered.effective_n`, to which a
cluster is one item, and else `effective_items` (Korn and Graubard 1998, Survey Methodology 24:193-201), which is too
generous where few clusters show the event.
"""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import beta
from scipy.stats import t as student_t

from harness.records import Interval
from harness.stats.clustered import effective_n, mean_difference
from harness.stats.inputs import Clusters, Floats, check_level


def upper_bound(rate: float, n: float, level: float) -> Interval:
    """A rate in [0, 1] seen in `n` (effective) items, with its one-sided upper limit: 0 of 100 still allows 2.95%.

    Raises ValueError for a rate outside [0, 1] or without items.
    """
    _check(rate, n, level)
    high = 1.0 if rate >= 1 else float(beta.ppf(level, rate * n + 1, n - rate * n))
    return Interval(point=rate, low=None, high=high, level=level, method="clopper-pearson-upper")


def interval(rate: float, n: float, level: float) -> Interval:
    """A rate in [0, 1] seen in `n` (effective) items, with two-sided limits. Raises as `upper_bound` does."""
    _check(rate, n, level)
    tail = (1 - level) / 2
    low = 0.0 if rate <= 0 else float(beta.ppf(tail, rate * n, n - rate * n + 1))
    high = 1.0 if rate >= 1 else float(beta.ppf(1 - tail, rate * n + 1, n - rate * n))
    return Interval(point=rate, low=low, high=high, level=level, method="clopper-pearson")


def mean_share(values: ArrayLike, weights: ArrayLike | None, clusters: Clusters, level: float) -> Interval:
    """The weighted mean of one value in [0, 1] per item, arrays of shape (n,), with two-sided limits.

    For items whose value is an average already: pass@k, majority@k, flips. Raises ValueError for values outside [0, 1]
    and as `effective_items` does.
    """
    array = _shares(values)
    return interval(_mean(array, weights), effective_items(array, weights, clusters, level), level)


def effective_items(values: ArrayLike, weights: ArrayLike | None, clusters: Clusters, level: float) -> float:
    """How many independent yes-or-no items would show the mean of `values`, shape (n,), as surely as these do.

    p (1 - p) / se^2, reduced for the doubt about the standard error by the squared ratio of the t quantiles with n - 1
    and with (clusters - 1) degrees of freedom. Where every item or cluster shows the same, the number of equally heavy
    clusters (`clustered.effective_n`), which may be too strict. Raises ValueError as `clustered.mean_difference` does.
    Source: Korn and Graubard (1998), with the standard error of `clustered.mean_difference`.
    """
    check_level(level)
    array = _shares(values)
    estimate = mean_difference(np.zeros(array.size), array, weights, clusters)
    p = min(max(estimate.point, 0.0), 1.0)
    if estimate.se == 0 or p * (1 - p) == 0:
        return effective_n(np.ones(array.size) if weights is None else weights, clusters)
    tail = (1 - level) / 2
    doubt = float(student_t.isf(tail, array.size - 1) / student_t.isf(tail, estimate.df))
    return max(1.0, p * (1 - p) / estimate.se**2 * doubt**2)


def _shares(values: ArrayLike) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 or array.size == 0 or not ((array >= 0) & (array <= 1)).all():
        raise ValueError("a share needs one value in [0, 1] for each item, and at least one item")
    return array


def _mean(values: Floats, weights: ArrayLike | None) -> float:
    return min(1.0, float(np.average(values, weights=None if weights is None else np.asarray(weights, dtype=float))))


def _check(rate: float, n: float, level: float) -> None:
    check_level(level)
    if not (math.isfinite(n) and n > 0):
        raise ValueError(f"a rate needs items, not {n}")
    if not 0 <= rate <= 1:
        raise ValueError(f"rate {rate} is outside [0, 1]")
