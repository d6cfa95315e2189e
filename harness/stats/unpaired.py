"""Against figures that somebody else published: no pairs, so only the two rates and the two numbers of items."""

import math

from statsmodels.stats.proportion import confint_proportions_2indep

from harness.records import Interval
from harness.stats.inputs import check_level


def difference_from_published(
    rate: float, n: int, published: float, published_n: int | None, level: float
) -> Interval | None:
    """Our rate minus a published one, both in [0, 1], with Newcombe's score interval for independent proportions.

    None where it is not published on how many items the rate stands. Wider than a paired interval of the same items,
    and blind to differences of prompt, grader and sampling: a hint, not evidence for a gate. Raises ValueError for a
    rate outside [0, 1] or a number of items below 1.
    Source: Newcombe (1998), Statistics in Medicine 17:873-890, method 10; the computation is that of statsmodels.
    """
    check_level(level)
    for value, items in ((rate, n), (published, published_n)):
        if not (math.isfinite(value) and 0 <= value <= 1):
            raise ValueError(f"rate {value} is outside [0, 1]; 87.5% is 0.875")
        if items is not None and items < 1:
            raise ValueError(f"a rate of {items} items tells nothing")
    if published_n is None:
        return None
    low, high = confint_proportions_2indep(
        rate * n, n, published * published_n, published_n, method="newcomb", compare="diff", alpha=1 - level
    )
    return Interval(
        point=rate - published, low=float(low), high=float(high), level=level, method="newcombe-independent"
    )
