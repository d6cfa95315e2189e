"""Means held to a limit: how long answers take, how many tokens, what they cost, and what their errors cost.

A mean of replies is held against its limit by Student's t, a multiple of the teacher's mean by the difference of the
two. Their errors are added as if the models' replies had nothing in common; as both take longer for what is longer,
that is on the safe side. The cost of errors is a margin in other words, and is tested as one.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from scipy.stats import norm
from scipy.stats import t as student_t

from harness.compared import Side, Spent
from harness.evaluation import ALL, Comparison
from harness.gate_claims import MOST_ITEMS, Claim
from harness.gate_margins import delta, harm, safe, too_few, undecidable, where
from harness.gate_rates import Kinds, asked_tier
from harness.policy import Policy
from harness.policy_terms import Costly, Limit
from harness.records import Interval

PER = 1000  # requests that costs are told for


@dataclass(frozen=True, slots=True)
class _Figure:
    """A figure that can be limited: how it stands in a Side, its unit, how it is told, and why it may be unknown."""

    name: Spent
    scale: float
    told: str
    unit: str
    unknown: str


_FIGURES = {
    "latency_s": _Figure("latency_s", 1, "take {} s on average", "s", "how long answers take"),
    "completion_tokens": _Figure(
        "completion_tokens", 1, "take {} tokens on average", "tokens", "how many tokens answers take"
    ),
    "cost_per_1000": _Figure(
        "cost", PER, "cost {} for 1,000 requests", "for 1,000 requests", "what answers cost (`endpoint.price` tells it)"
    ),
}


def limit_claims(comparisons: Sequence[Comparison], kinds: Kinds, policy: Policy) -> Iterator[Claim]:
    """Every limit on every whole suite."""
    for c in comparisons:
        for name, figure in _FIGURES.items():
            limit: Limit | None = getattr(policy.limits, name)
            if c.slice.name != ALL or limit is None:
                continue
            empty = Claim(
                kind="limits", name=name, fact="", suite=c.suite, slice=c.slice, tier=asked_tier(c, kinds, policy)
            )
            if limit.at_most is not None:
                yield _absolute(replace(empty, allowed=limit.at_most), c, figure, policy)
            if limit.of_teacher is not None:
                yield _relative(replace(empty, allowed=limit.of_teacher), c, figure, policy)


def cost_claims(comparisons: Sequence[Comparison], kinds: Kinds, policy: Policy) -> Iterator[Claim]:
    """What the errors of suites and slices with declared costs come to beside the teacher's."""
    for costly in policy.costly:
        for c in comparisons:
            if costly.slice in policy.spellings(c.suite, c.slice):
                tier = asked_tier(c, kinds, policy) if costly.cost_per_1000 is not None else "advisory"
                empty = Claim(
                    kind="costly", name=costly.slice, fact="", suite=c.suite, slice=c.slice, tier=tier,
                    allowed=costly.cost_per_1000,
                )  # fmt: skip
                yield _errors(empty, c, costly, policy)


def amount(value: float) -> str:
    """A number as people read it: three digits that say something, thousands in full."""
    shown = f"{value:,.0f}" if abs(value) >= 100 else f"{value or 0.0:.3g}"
    return shown.replace("-", "\u2212")


@dataclass(frozen=True, slots=True)
class _Mean:
    value: float
    se: float
    df: float
    n: int


def _mean(side: Side, figure: _Figure) -> _Mean | None:
    value, spread = getattr(side, figure.name), side.spreads.get(figure.name)
    if value is None or spread is None:
        return None
    return _Mean(value * figure.scale, spread.se * figure.scale, spread.df, spread.n)


def _absolute(claim: Claim, c: Comparison, figure: _Figure, policy: Policy) -> Claim:
    mean, most = _mean(c.pupil, figure), claim.allowed or 0.0
    few = _untold(c, figure, mean, policy)
    if mean is None or few:
        return replace(claim, fact=few or "")
    fact = f"{where(c)}: answers {figure.told.format(amount(mean.value))}"
    tested = replace(claim, fact=fact, seen=mean.value, more=f"a mean above {amount(most)} {figure.unit}")
    return _tested(tested, replace(mean, value=mean.value - most), policy.alpha)


def _relative(claim: Claim, c: Comparison, figure: _Figure, policy: Policy) -> Claim:
    ours, theirs, share = _mean(c.pupil, figure), _mean(c.teacher, figure), claim.allowed or 0.0
    few = _untold(c, figure, ours, policy) or _untold(c, figure, theirs, policy, "the teacher's: ")
    if ours is None or theirs is None or few:
        return replace(claim, fact=few or "")
    ratio = ours.value / theirs.value if theirs.value > 0 else None
    times = "" if ratio is None else f", {amount(ratio)} times the teacher's {amount(theirs.value)}"
    fact = f"{where(c)}: answers {figure.told.format(amount(ours.value))}{times}"
    difference = _Mean(
        value=ours.value - share * theirs.value,
        se=math.hypot(ours.se, share * theirs.se),
        df=min(ours.df, theirs.df),
        n=min(ours.n, theirs.n),
    )
    more = f"more than {amount(share)} times the teacher's"
    return _tested(replace(claim, fact=fact, seen=ratio, more=more), difference, policy.alpha)


def _untold(c: Comparison, figure: _Figure, mean: _Mean | None, policy: Policy, whose: str = "") -> str | None:
    """Why nothing can be said of a mean, or None."""
    if mean is None:
        return f"{where(c)}: {whose}{figure.unknown} is not known"
    if mean.n < policy.min_items or mean.df < 1:
        return (
            f"{where(c)}: {whose}{figure.unknown} is known of {mean.n:,} items; "
            f"at least {policy.min_items} independent ones are asked for"
        )
    return too_few(c, policy)


def _tested(claim: Claim, above: _Mean, alpha: float) -> Claim:
    """The claim with what the sample shows of how far its figure lies above what is allowed."""
    if above.se == 0:
        return replace(claim, p_within=float(above.value > 0), p_over=float(above.value <= 0))
    p_within = float(student_t.cdf(above.value / above.se, above.df))
    needed = None
    if above.value:
        total = above.n * (float(norm.isf(alpha)) * above.se / above.value) ** 2
        needed = math.ceil(total - above.n) if above.n < total <= MOST_ITEMS else None
    return replace(claim, p_within=p_within, p_over=1 - p_within, needed=needed)


def _errors(claim: Claim, c: Comparison, costly: Costly, policy: Policy) -> Claim:
    if c.measure != "accuracy":
        return replace(claim, fact=f"{where(c)}: what wrong answers cost is not known, since {c.measure} is measured")
    few = undecidable(c, policy)
    if few:
        return replace(claim, fact=few)
    of_all = PER * costly.per_error
    lost = -delta(c) * of_all or 0.0  # and not minus zero
    more_or_less = f"{amount(abs(lost))} {'less' if lost < 0 else 'more'}" if lost else "no more"
    fact = (
        f"{where(c)}: wrong answers cost {more_or_less} per 1,000 requests than the teacher's"
        f"{_span(c.delta90, of_all)}, at {amount(costly.per_error)} each"
    )
    if costly.cost_per_1000 is None:
        return replace(claim, fact=fact, seen=lost, p_within=0.0)
    margin = min(1.0, costly.cost_per_1000 / of_all)
    more = f"a cost of {amount(costly.cost_per_1000)} or more"
    return replace(claim, fact=fact, seen=lost, more=more, p_within=safe(c, margin), p_over=harm(c, margin))


def _span(limits: Interval | None, scale: float) -> str:
    if limits is None or limits.low is None or limits.high is None:
        return ""
    return f" (90% interval {amount(-limits.high * scale)} to {amount(-limits.low * scale)})"
