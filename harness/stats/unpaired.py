"""Against figures that somebody else published: no pairs, so only the two rates and the two numbers of items.

Both intervals are blind to differences of prompt, grader and sampling: hints, not evidence for a gate. A rate that was
averaged over several attempts at an item is taken for as sure as one attempt at each, which is on the safe side.
"""

import math

from harness.records import Interval
from harness.stats.inputs import check_level


def difference_from_published(
    rate: float, n: int, published: float, published_n: int | None, level: float
) -> Interval | None:
    """Our rate minus a published one, both in [0, 1], with Newcombe's score interval for independent proportions.

    None where it is not published on how many items the rate stands. Wider than a paired interval of the same items.
    Raises ValueError for a rate outside [0, 1] or a number of items below 1.
    Source: Newcombe (1998), Statistics in Medicine 17:873-890, method 10; the computation is that of statsmodels.
    """
    from statsmodels.stats.proportion import confint_proportions_2indep  # with pandas: half a second to load

    _check(rate, n, published, published_n, level)
    if published_n is None:
        return None
    low, high = confint_proportions_2indep(
        rate * n, n, published * published_n, published_n, method="newcomb", compare="diff", alpha=1 - level
    )
    return Interval(
        point=rate - published, low=float(low), high=float(high), level=level, method="newcombe-independent"
    )


def retention_of_published(
    rate: float, n: int, published: float, published_n: int | None, level: float
) -> Interval | None:
    """Our rate divided by a published one, both in [0, 1]: the interval that Newcombe's method gives for a ratio.

    The ratios r for which rate - r published is within reach of 0, by the Wilson limits of the two rates. None where it
    is not published on how many items the rate stands, or where nothing of them was right. Raises ValueError as
    `difference_from_published`.
    Source: Donner and Zou (2012), Statistical Methods in Medical Research 21:347-359; Newcombe (2016), the same
    journal 25:1774-1778 (MOVER-R).
    """
    from statsmodels.stats.proportion import proportion_confint  # with pandas: half a second to load

    _check(rate, n, published, published_n, level)
    if published_n is None or published == 0:
        return None
    least, most = proportion_confint(rate * n, n, alpha=1 - level, method="wilson")
    below, above = proportion_confint(published * published_n, published_n, alpha=1 - level, method="wilson")
    # Each limit is a root of lead r^2 - 2 rate published r + rest = 0, written so that nothing is divided by 0.
    product = rate * published
    rest, lead = least * (2 * rate - least), above * (2 * published - above)
    low = rest / (product + math.sqrt(product**2 - lead * rest)) if rest > 0 else 0.0
    rest, lead = most * (2 * rate - most), below * (2 * published - below)
    high = (product + math.sqrt(product**2 - lead * rest)) / lead
    return Interval(point=rate / published, low=low, high=high, level=level, method="mover-independent")


def _check(rate: float, n: int, published: float, published_n: int | None, level: float) -> None:
    check_level(level)
    for value, items in ((rate, n), (published, published_n)):
        if not (math.isfinite(value) and 0 <= value <= 1):
            raise ValueError(f"rate {value} is outside [0, 1]; 87.5% is 0.875")
        if items is not None and items < 1:
            raise ValueError(f"a rate of {items} items tells nothing")
