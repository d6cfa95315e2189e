"""Intervals for one proportion of independent yes-or-no items."""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import beta

from harness.records import Interval
from harness.stats.inputs import Floats, check_level


def wilson(successes: int, n: int, level: float) -> Interval:
    """Wilson's score interval for the rate successes / n, in [0, 1]; it never claims certainty, not even at 0 or n.

    Raises ValueError without trials, or when the successes do not fit into them.
    Source: Wilson (1927), JASA 22; the computation is that of statsmodels.
    """
    from statsmodels.stats.proportion import proportion_confint  # with pandas: half a second to load

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


def exact_upper(count: ArrayLike, n: ArrayLike, alpha: float) -> Floats:
    """The largest rate, in [0, 1], at which so small a `count` of `n` trials still has the probability `alpha`.

    Arrays of any one shape. Counts and trials may be broken, as those of weighted or clustered items are; a count of -1
    or less bounds nothing from above and gives 0. Equals `unseen_rate` at a count of 0.
    Source: Clopper and Pearson (1934); for broken counts Korn and Graubard (1998), Survey Methodology 24:193-201.
    """
    k, trials = np.broadcast_arrays(np.asarray(count, dtype=np.float64), np.asarray(n, dtype=np.float64))
    inside = (k > -1) & (k < trials)
    safe_k, safe_n = np.where(inside, k, 0.0), np.where(inside, trials, 1.0)
    limit: Floats = np.where(inside, beta.isf(alpha, safe_k + 1, safe_n - safe_k), np.where(k <= -1, 0.0, 1.0))
    return limit


def exact_tail(count: float, n: float, rate: float) -> float:
    """The probability of `count` or fewer in `n` trials at `rate`, dual to `exact_upper`; both may be broken.

    1.0 for a rate of 0 or less and for a count of n, 0.0 for any other count at a rate of 1 or more.
    """
    if count >= n or rate <= 0:
        return 1.0
    if count <= -1 or rate >= 1:
        return 0.0
    return float(beta.sf(rate, count + 1, n - count))
