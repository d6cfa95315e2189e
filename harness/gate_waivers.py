"""Waivers: somebody answers by name for what does not pass, until a day.

A waiver takes what it names out of the decision, whether that failed or is undecided: else a student would be better
off with more evidence against it. What it names stays as it was judged, and the verdict says who waived it. A slice's
waiver covers its margin and nothing else; caps, rules, mimicry or stale evidence are waived only where they are named,
and terms that forbid distillation never.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from harness.policy import Policy
from harness.policy_terms import Waiver
from harness.verdict import RequirementVerdict, SliceVerdict


def in_force(policy: Policy, student: str, today: date | None) -> tuple[tuple[Waiver, ...], tuple[str, ...]]:
    """The student's waivers that count today, and what is to be said of those that no longer do."""
    own = [waiver for waiver in policy.waivers if waiver.student in (None, student)]
    good = tuple(waiver for waiver in own if today is not None and today <= waiver.until)
    ended = tuple(
        f"the waiver of {waiver.waive} by {waiver.who} ran out on {waiver.until} and no longer counts"
        for waiver in own
        if waiver not in good
    )
    return good, ended


def waive_slices(slices: Sequence[SliceVerdict], waivers: Sequence[Waiver], policy: Policy) -> tuple[SliceVerdict, ...]:
    """The slices, with who answers for those that do not pass."""
    return tuple(replace(one, waived=_of_slice(one, waivers, policy)) for one in slices)


def waive_requirements(
    requirements: Sequence[RequirementVerdict], waivers: Sequence[Waiver]
) -> tuple[RequirementVerdict, ...]:
    """The requirements, with who answers for those that are not met."""
    return tuple(replace(one, waived=_of_requirement(one, waivers)) for one in requirements)


def in_words(waiver: Waiver) -> str:
    return f"waived by {waiver.who} until {waiver.until}: {waiver.why}"


def _of_slice(one: SliceVerdict, waivers: Sequence[Waiver], policy: Policy) -> str | None:
    if one.decision == "pass":
        return None
    names = policy.spellings(one.suite, one.slice)
    return next((in_words(w) for w in waivers if w.kind() is None and w.waive in names), None)


def _of_requirement(one: RequirementVerdict, waivers: Sequence[Waiver]) -> str | None:
    if one.decision == "pass" or (one.kind, one.name) == ("lineage", "distillation"):
        return None
    return next((in_words(w) for w in waivers if w.kind() in ((one.kind, None), (one.kind, one.name))), None)
