"""Figures held to the highest value that a policy allows: all such claims about a student, decided together.

A figure passes when a higher one is ruled out at alpha, and fails when a higher one is shown, at alpha after Holm's
correction over all these claims of the student. Passing needs no correction, since all of them must pass.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from harness.evaluation import Slice
from harness.stats import multiplicity
from harness.verdict import Decision, RequirementKind, RequirementVerdict

MOST_ITEMS = 1_000_000  # more items than this are no advice


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A figure and what is allowed, before it is decided. `fact` tells what was seen, `more` what is at stake.

    `p_within`: one-sided p-value of the figure being above what is allowed, small where it is below; `p_over` the other
    way round. Both are None where nothing can be told, and `fact` then says why. `needed`: so many items more would
    tell, if all stays as seen.
    """

    kind: RequirementKind
    name: str
    fact: str
    suite: str = ""
    slice: Slice = field(default_factory=Slice)
    tier: Literal["critical", "advisory"] = "critical"
    more: str = ""
    seen: float | None = None
    allowed: float | None = None
    p_within: float | None = None
    p_over: float | None = None
    needed: int | None = None


def decide(claims: Sequence[Claim], alpha: float) -> tuple[RequirementVerdict, ...]:
    """The claims of one student, in their order."""
    corrected = multiplicity.holm([claim.p_over for claim in claims])
    return tuple(_decided(claim, p_over, alpha) for claim, p_over in zip(claims, corrected, strict=True))


def items_that_tell(p_value: Callable[[float], float], alpha: float) -> int | None:
    """The fewest items, rounded up, whose p-value is at most alpha if all shares stay as seen; None beyond a million.

    `p_value` of a number of items must not rise with it.
    """
    high = 1
    while p_value(high) > alpha:
        high *= 2
        if high > MOST_ITEMS:
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if p_value(middle) > alpha else (low, middle)
    return high


def _decided(claim: Claim, p_over: float | None, alpha: float) -> RequirementVerdict:
    decision: Decision = "inconclusive"
    if claim.p_within is not None and claim.p_within <= alpha:
        decision = "pass"
    elif p_over is not None and p_over <= alpha:
        decision = "fail"
    return RequirementVerdict(
        kind=claim.kind,
        name=claim.name,
        suite=claim.suite,
        slice=claim.slice,
        tier=claim.tier,
        decision=decision,
        reason=f"{claim.fact}{_shown(claim, decision, alpha)}",
        seen=claim.seen,
        allowed=claim.allowed,
        more_items=claim.needed if decision == "inconclusive" else None,
    )


def _shown(claim: Claim, decision: Decision, alpha: float) -> str:
    if claim.p_within is None or not claim.more:
        return ""
    if decision != "inconclusive":
        return f"; {claim.more} is {'ruled out' if decision == 'pass' else 'shown'}"
    unconfirmed = claim.p_over is not None and claim.p_over <= alpha
    likely = " (it is likely, but not after correction for many claims)" if unconfirmed else ""
    tell = f"; about {claim.needed} more items like these would tell" if claim.needed else ""
    return f"; {claim.more} is neither shown nor ruled out{likely}{tell}"
