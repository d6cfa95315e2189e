"""How many items decide: the size of a paired comparison, known before any model is asked.

Only the pairs on which the models disagree carry variance, so the discordant share and the margin are all it takes.
"""

import math

from scipy.stats import norm

from harness.stats.inputs import check_level, check_margin


def items_needed(discordance: float, margin: float, alpha: float = 0.05, power: float = 0.8) -> int:
    """Items for a one-sided level-alpha gate at `margin` to pass a student whose true difference is 0.

    n = (z_alpha + z_power)^2 d / margin^2, rounded up, for the discordant share d and a margin, both in [0, 1]; never
    fewer than `unbroken(margin, alpha)`, since a small sample without disagreement proves little. Raises ValueError for
    a margin of 0, which no number of items decides, and for shares outside their range.
    Source: the normal approximation to the paired difference, e.g. Lachin (1992), Statistics in Medicine 11:1239-1251.
    """
    _check(discordance, margin, alpha)
    check_level(power)
    z = float(norm.isf(alpha) + norm.ppf(power))
    return max(_up(z**2 * discordance / margin**2), unbroken(margin, alpha))


def as_weighted(items: float, n: int, effective: float) -> int:
    """`items` of equal weight in items that weigh as unequally as n which tell as much as `effective` equal ones."""
    return math.ceil(round(items * n / effective, 6))


def power_at(n: int, discordance: float, margin: float, alpha: float = 0.05) -> float:
    """Probability, in [0, 1], that n items pass a student whose true difference is 0.

    Phi(margin sqrt(n / d) - z_alpha), the inverse of `items_needed`; at a discordance of 0 the gate passes once
    `unbroken(margin, alpha)` items agree. Raises ValueError for n < 1 and as `items_needed`.
    """
    _check(discordance, margin, alpha)
    if n < 1:
        raise ValueError(f"{n} items: power needs at least one")
    if discordance == 0:
        return float(n >= unbroken(margin, alpha))
    return float(norm.cdf(margin * math.sqrt(n / discordance) - norm.isf(alpha)))


def unbroken(margin: float, alpha: float = 0.05) -> int:
    """Items that must agree without exception to rule out a loss above the margin: about 3 / margin at alpha 5%.

    log(alpha) / log(1 - margin), rounded up. Raises ValueError as `items_needed`. Source: as `binomial.unseen_rate`.
    """
    _check(0.0, margin, alpha)
    return 1 if margin == 1 else _up(math.log(alpha) / math.log1p(-margin))


def _up(items: float) -> int:
    # A number of items that is whole but for rounding is not rounded up.
    return max(1, math.ceil(items - 1e-9 * items))


def _check(discordance: float, margin: float, alpha: float) -> None:
    check_level(alpha)
    check_margin(margin)
    if margin == 0:
        raise ValueError("margin 0: no number of items shows that a student is not worse at all")
    if not 0 <= discordance <= 1:
        raise ValueError(f"discordance {discordance} is outside [0, 1]; it is the share of items with different scores")
