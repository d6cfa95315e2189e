"""Intervals for one proportion of independent yes-or-no items."""

import math

from statsmodels.stats.proportion import proportion_confint

from harness.records import Interval
from harness.stats.inputs import check_level


def wilson(successes: int, n: int, level: float) -> Interval:
    """Wilson's score interval for the rate successes / n, in [0, 1]; it never claims certainty, not even at 0 or n.

    Raises ValueError without trials, or when the successes do not fit into them.
    Source: Wilson (1927), JASA 22; the computation is that of statsmodels.
    """
    check_level(level)
    if not 0 <= successes <= n or n == 0:
        raise ValueError(f"{successes} successes of {n}: need 0 <= successes <= n and n > 0")
    low, high = proportion_confint(successes, n, alpha=1 - level, method="wilson")
    point = successes / n
    # Rounding may put a limit that equals the point on its wrong side.
    return Interval(point=point, low=min(low, point), high=max(high, point), level=level, method="wilson")


def unseen_rate(n: float, alpha: float) -> float:
    """The largest plausible rate, in [0, 1], of an event that n independent trials did not show: about 3/n at alpha 5%.

    1 - alpha^(1/n): a higher rate would have stayed unseen with a probability below alpha. `n` may be broken, as an
    effective sample size is. Raises ValueError for n <= 0 or alpha outside (0, 1).
    Source: Clopper and Pearson (1934), Biometrika 26, for no successes.
    """
    check_level(alpha)
    if n <= 0:
        raise ValueError(f"{n} trials can show nothing")
    return -math.expm1(math.log(alpha) / n)
