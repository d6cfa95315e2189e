"""Shares held to a cap: answers that are none, answers that we failed on, and rules that are broken.

What truncated, unparsed and refused answers or broken rules show of the traffic is read off exact binomial limits, with
the number of independent items. What we failed on is no sample of anything: there the share itself counts, and above
the cap too much is missing for any verdict.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from harness.compared import CheckTally
from harness.errors import nearest
from harness.evaluation import ALL, Comparison
from harness.gate_claims import Claim, items_that_tell
from harness.gate_margins import too_few, where
from harness.policy import Policy
from harness.policy_terms import Capped
from harness.records import SuiteKind
from harness.stats.binomial import exact_tail, exact_upper

_ARE: Mapping[Capped, str] = {
    "truncated": "were cut off",
    "unparsed": "hold no answer that can be read",
    "refused": "are refusals",
}
Kinds = Mapping[str, SuiteKind]


def cap_claims(comparisons: Sequence[Comparison], kinds: Kinds, policy: Policy) -> Iterator[Claim]:
    """Every cap on every whole suite, and those of slices that have caps of their own."""
    for c in comparisons:
        for outcome, percent in _caps(c, policy).items():
            claim = Claim(
                kind="caps",
                name=outcome,
                fact="",
                suite=c.suite,
                slice=c.slice,
                tier=asked_tier(c, kinds, policy),
                allowed=percent / 100,
            )
            yield _missing(claim, c, percent) if outcome == "failed" else _cap(claim, c, _ARE[outcome], policy)


def hides_a_loss(c: Comparison, policy: Policy) -> str | None:
    """Why a comparison cannot pass whatever its figures say: too many of the student's replies are in none of them.

    Were all of them wrong, more than the margin would be lost. None where few are missing, or where the policy says
    itself how many may be: `caps: {failed: ...}`.
    """
    failed, graded = c.pupil.failed, sum(c.pupil.outcomes.values()) or c.n
    capped = _caps(c, policy).get("failed", policy.caps.failed)
    margin = policy.margin(c.suite, c.slice)
    if not failed or capped is not None or failed <= margin * (failed + graded):
        return None
    share = percent_of(failed / (failed + graded))
    return (
        f"{where(c)}: {failed:,} of {failed + graded:,} replies ({share}) are missing or could not be graded, which "
        f"may hide a loss of more than the margin of {margin * 100:g} points; get them, or say with "
        "`caps: {failed: ...}` how many may be missing"
    )


def rule_claims(comparisons: Sequence[Comparison], kinds: Kinds, policy: Policy) -> Iterator[Claim]:
    """Every rule with a highest rate, on every whole suite whose answers were checked by it."""
    whole = [c for c in comparisons if c.slice.name == ALL]
    checked = dict.fromkeys(check.name for c in whole for check in c.checks if check.kind == "rule")
    for c in whole:
        for check in c.checks:
            percent = policy.rules.get(check.name, policy.other_rules)
            if check.kind == "rule" and percent is not None:
                tier = asked_tier(c, kinds, policy)
                empty = Claim(kind="rules", name=check.name, fact="", suite=c.suite, tier=tier, allowed=percent / 100)
                yield _rule(empty, c, check, policy)
    for name, percent in policy.rules.items():
        if name not in checked and whole:
            fact = f'no answer was checked by the rule "{name}"{nearest(name, checked)}'
            yield Claim(kind="rules", name=name, fact=fact, allowed=percent / 100)


def asked_tier(c: Comparison, kinds: Kinds, policy: Policy) -> Literal["critical", "advisory"]:
    """What is asked by name must be shown, unless its suite or slice is advisory."""
    tier = policy.tier(c.suite, c.slice, kinds.get(c.suite, "workload"))
    return "advisory" if tier == "advisory" else "critical"


def percent_of(share: float) -> str:
    """A share as people read it: 0.0295 is 2.95%."""
    value = share * 100
    return f"{value:.1f}%" if value >= 10 else f"{value:.2f}".rstrip("0").rstrip(".") + "%"


def _caps(c: Comparison, policy: Policy) -> dict[Capped, float]:
    """The caps of a comparison, by outcome: that of the most exact name counts."""
    found = policy.caps.of_suites() if c.slice.name == ALL else {}
    for name in reversed(policy.spellings(c.suite, c.slice)):
        found |= policy.caps.slices.get(name, {})
    return found


def _cap(claim: Claim, c: Comparison, are: str, policy: Policy) -> Claim:
    few = too_few(c, policy)
    if few:
        return replace(claim, fact=few)
    attempts = sum(c.pupil.outcomes.values())
    if not attempts:
        return replace(claim, fact=f"{where(c)}: how answers ended is not known")
    share = c.pupil.shares.get(claim.name, 0.0)  # type: ignore[call-overload]  # a cap's name is an outcome
    if not c.pupil.shares:  # an evaluation of an older viva
        share = c.pupil.outcomes.get(claim.name, 0) / attempts  # type: ignore[call-overload]  # as above
    n = min(c.effective_n, c.clusters if c.clusters is not None else math.inf)
    seen = _limits(share, n, policy.alpha)
    return _tested(replace(claim, fact=f"{where(c)}: {seen} of {attempts:,} answers {are}"), share, n, policy.alpha)


def _missing(claim: Claim, c: Comparison, percent: float) -> Claim:
    failed, graded = c.pupil.failed, sum(c.pupil.outcomes.values())
    if failed is None:
        return replace(claim, fact=f"{where(c)}: how many answers are missing through our failure is not known")
    share = failed / max(failed + graded, 1)
    fact = f"{where(c)}: we failed on {failed:,} of {failed + graded:,} answers ({percent_of(share)})"
    if share <= percent / 100:
        return replace(claim, fact=fact, seen=share, p_within=0.0, more=f"a share above {percent:g}%")
    return replace(claim, fact=f"{fact}, more than {percent:g}%, so too much is missing for a verdict", seen=share)


def _rule(claim: Claim, c: Comparison, check: CheckTally, policy: Policy) -> Claim:
    tally = check.pupil
    asked = f'{where(c)}: the rule "{check.name}"'
    if tally is None or tally.rate95 is None:
        return replace(claim, fact=f"{asked} was never tried on the student's answers")
    if tally.effective_n is None:
        return replace(claim, fact=f"{asked} cannot be judged by figures of an older viva; make them again")
    few = too_few(c, policy)
    if few is None and tally.effective_n < policy.min_items:
        few = f"{asked}: no verdict from {tally.effective_n:.0f} answers; at least {policy.min_items} are asked for"
    if few:
        return replace(claim, fact=few)
    rate = tally.rate95.point
    seen = _limits(rate, tally.effective_n, policy.alpha)
    broken = replace(claim, fact=f"{asked} is broken in {seen} of {check.n:,} answers")
    return _tested(broken, rate, tally.effective_n, policy.alpha)


def _tested(claim: Claim, share: float, n: float, alpha: float) -> Claim:
    """The claim with what `n` independent items show of a share."""
    most = claim.allowed or 0.0

    def within(items: float) -> float:
        return exact_tail(share * items, items, most)

    def over(items: float) -> float:
        return 1 - exact_tail(share * items - 1, items, most)

    needed = None if share == most else items_that_tell(within if share < most else over, alpha)
    return replace(
        claim,
        seen=share,
        p_within=within(n),
        p_over=over(n),
        needed=None if needed is None or needed <= n else math.ceil(needed - n),
        more=f"a share above {percent_of(most)}",
    )


def _limits(share: float, n: float, alpha: float) -> str:
    """A share with exact limits, each with a tail of alpha; the lower one is that of its complement."""
    low = 1 - float(exact_upper((1 - share) * n, n, alpha))
    high = float(exact_upper(share * n, n, alpha))
    return f"{percent_of(share)} ({(1 - 2 * alpha) * 100:g}% interval {percent_of(low)} to {percent_of(high)})"
