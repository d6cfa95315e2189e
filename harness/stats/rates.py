"""How often something happens: an absolute rate with what a sample of that size still allows.

The exact binomial limits of Clopper and Pearson, with an effective number of items where items carry unequal weight or
stand in clusters (Korn and Graubard 1998, Survey Methodology 24:193-201).
"""

import math

from scipy.stats import beta

from harness.records import Interval
from harness.stats.inputs import check_level


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


def _check(rate: float, n: float, level: float) -> None:
    check_level(level)
    if not (math.isfinite(n) and n > 0):
        raise ValueError(f"a rate needs items, not {n}")
    if not 0 <= rate <= 1:
        raise ValueError(f"rate {rate} is outside [0, 1]")
