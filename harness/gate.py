"""What a policy makes of an evaluation: a pure function of the two.

A slice passes when the loss is shown to be smaller than the margin, fails when it is shown to be larger, and is
undecided otherwise. Every critical slice must pass (each at alpha: an intersection-union claim needs no correction);
claims that a slice fails are Holm-corrected over all the student's slices of the workload. Crossings, stress variants
and retained suites are families of their own, which matters only where a policy makes them count: then each family may
claim at alpha.
What a policy asks beside margins is judged in the same three words by the `gate_*` modules.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date

from harness import gate_claims, gate_evidence, gate_limits, gate_rates, gate_waivers
from harness.errors import PolicyNameError, nearest
from harness.evaluation import ALL, Comparison, Evaluation, ModelCard, Profile, Slice, SuiteCard
from harness.gate_margins import delta, harm, place, safe, spread, undecidable, where
from harness.gate_words import (
    Harm,
    better_or_worse,
    further_items,
    further_repeats,
    in_repeats,
    likely_artefact,
    reason,
)
from harness.policy import Policy
from harness.policy_terms import KINDS
from harness.records import SuiteKind
from harness.stats import multiplicity, power
from harness.verdict import Decision, RequirementVerdict, SliceVerdict, StudentVerdict, Verdict

Kinds = Mapping[str, SuiteKind]
Part = SliceVerdict | RequirementVerdict
SUSPECTS_SHOWN = 5


def judge(evaluation: Evaluation, policy: Policy, evaluation_digest: str, today: date | None = None) -> Verdict:
    """`today` dates waivers and the age of the evidence; unset, it is the day on which the evaluation was made.

    Raises PolicyNameError when the policy names a suite, slice or student that the evaluation does not have.
    """
    places = [(c.suite, c.slice) for c in evaluation.comparisons]
    check_names([*places, *((suite.name, part) for suite in evaluation.suites for part in suite.parts)], policy)
    check_students([card.name for card in evaluation.models if card.role == "student"], policy)
    day = today or gate_evidence.today_of(evaluation)
    cards = [card for card in evaluation.models if card.role == "student"]
    students = tuple(_judge_student(card, evaluation, policy, day) for card in cards)
    return Verdict(
        decision=worst(s.decision for s in students),
        students=students,
        policy=policy.model_dump(mode="json"),
        evaluation_digest=evaluation_digest,
        judged_on=None if day is None else day.isoformat(),
    )


def worst(decisions: Iterable[Decision]) -> Decision:
    """The whole is as good as its worst part; of nothing nothing is known."""
    found = set(decisions)
    return "fail" if "fail" in found else "inconclusive" if "inconclusive" in found or not found else "pass"


def _judge_student(card: ModelCard, evaluation: Evaluation, policy: Policy, today: date | None) -> StudentVerdict:
    comparisons = [c for c in evaluation.comparisons if c.student == card.name]
    kinds = {suite.name: suite.kind for suite in evaluation.suites}
    waivers, ended = gate_waivers.in_force(policy, card.name, today)
    judged = (*_judge_slices(comparisons, kinds, policy), *_uncompared(comparisons, evaluation.suites, policy))
    slices = gate_waivers.waive_slices(judged, waivers, policy)
    profiles = [p for p in evaluation.profiles if p.student == card.name]
    asked = (
        *_claimed(comparisons, kinds, policy),
        *gate_evidence.freshness(card, evaluation, policy, today),
        *gate_evidence.lineage(card, evaluation.models, policy),
        *gate_evidence.mimicry(profiles, kinds, policy),
    )
    requirements = gate_waivers.waive_requirements(asked, waivers)
    decision, reasons = _decide(card, slices, requirements)
    return StudentVerdict(
        student=card.name,
        decision=decision,
        reasons=tuple(reasons),
        slices=slices,
        warnings=(
            *_suspected(slices, reasons),
            *_warnings(slices, requirements),
            *_left_out(comparisons),
            *_signs(profiles, policy),
            *ended,
            *too_good(comparisons, policy),
        ),
        requirements=requirements,
    )


def _claimed(comparisons: Sequence[Comparison], kinds: Kinds, policy: Policy) -> tuple[RequirementVerdict, ...]:
    """The figures that the policy holds to a highest value, one family of claims."""
    claims = (
        *gate_rates.cap_claims(comparisons, kinds, policy),
        *gate_rates.rule_claims(comparisons, kinds, policy),
        *gate_limits.limit_claims(comparisons, kinds, policy),
        *gate_limits.cost_claims(comparisons, kinds, policy),
    )
    return gate_claims.decide(claims, policy.alpha)


def _decide(
    card: ModelCard, slices: Sequence[SliceVerdict], requirements: Sequence[RequirementVerdict]
) -> tuple[Decision, list[str]]:
    judged: tuple[Part, ...] = (*slices, *requirements)
    parts = [part for part in judged if part.tier != "advisory" and part.waived is None]
    critical = [part for part in parts if part.tier == "critical"]
    failed = [part.reason for part in parts if part.decision == "fail"]
    undecided = [part.reason for part in critical if part.decision == "inconclusive"]
    if failed:
        return "fail", failed
    if card.failure:
        return "inconclusive", [f"the model did not answer everything: {card.failure}"]
    if undecided:
        return "inconclusive", undecided
    if not any(s.tier == "critical" and s.waived is None for s in slices):
        return "inconclusive", [_nothing_asked(slices)]
    return "pass", [part.reason for part in critical]


def _nothing_asked(slices: Sequence[SliceVerdict]) -> str:
    if not slices:
        return "nothing could be compared"
    if any(s.tier == "critical" for s in slices):
        return "every suite and slice that must pass is waived, so nothing speaks for this student"
    return "the policy asks nothing that this student could pass"


def _left_out(comparisons: Sequence[Comparison]) -> Iterator[str]:
    """Replies that could not be graded are in no figure, which is no reason not to know of them."""
    for c in comparisons:
        for who, side in (("the student's", c.pupil), ("the teacher's", c.teacher)):
            if c.slice.name == ALL and side.failed:
                yield (
                    f"{c.suite}: {side.failed:,} of {who} replies are missing or could not be graded, and are in no "
                    "figure; `caps: {failed: ...}` bounds them"
                )


def _signs(profiles: Sequence[Profile], policy: Policy) -> Iterator[str]:
    """What detectors flagged on a whole suite that is not called superficial mimicry."""
    for profile in profiles:
        is_new = profile.label != "SUPERFICIAL MIMICRY" and policy.mimicry != "ignore"
        if profile.flagged and profile.slice.name == ALL and is_new:
            yield f"{profile.suite}: a sign of mimicry, {profile.label.lower()}: {profile.reason}"


def _suspected(slices: Sequence[SliceVerdict], reasons: Sequence[str]) -> list[str]:
    """The losses that are likely and not confirmed, the likeliest first, where they are not among the reasons."""
    found = [s for s in slices if s.is_suspected and s.tier != "advisory" and not s.waived and s.reason not in reasons]
    found.sort(key=lambda s: s.p_harm or 0.0)
    said = [s.reason for s in found[:SUSPECTS_SHOWN]]
    left = len(found) - len(said)
    return [*said, f"{left} more unconfirmed losses, all in the report"] if left > 1 else [s.reason for s in found]


def _warnings(slices: Sequence[SliceVerdict], requirements: Sequence[RequirementVerdict]) -> Iterator[str]:
    """What was waived where it counts, and what is no more than advice but was not met."""
    judged: tuple[Part, ...] = (*slices, *requirements)
    for part in judged:
        if part.waived is not None and part.tier != "advisory":
            yield f"{part.reason} ({part.waived})"
    for one in requirements:
        if one.tier == "advisory" and one.decision == "fail":
            yield one.reason


def too_good(comparisons: Sequence[Comparison], policy: Policy) -> Iterator[str]:
    """Where a student is better than its teacher beyond chance: two-sided, at alpha after Holm over all its slices."""
    tested = [c for c in comparisons if undecidable(c, policy) is None]
    for c, p_value in zip(tested, multiplicity.holm([c.p_value for c in tested]), strict=True):
        if p_value is not None and p_value <= policy.alpha and delta(c) > 0:
            yield (
                f"{where(c)}: {delta(c) * 100:.1f} points {better_or_worse(c)} beyond chance (p = {p_value:.2g} after "
                f"correction for many slices); {likely_artefact(c)}"
            )


def _judge_slices(comparisons: Sequence[Comparison], kinds: Kinds, policy: Policy) -> list[SliceVerdict]:
    harms = [harm(c, policy.margin(c.suite, c.slice)) if undecidable(c, policy) is None else None for c in comparisons]
    of = [kinds.get(c.suite, "workload") for c in comparisons]
    families = [(kind, bool(c.slice.crossed)) for kind, c in zip(of, comparisons, strict=True)]
    corrected = list(harms)  # whole suites stand for themselves; variants and crossings make no other family larger
    claims = [1] * len(comparisons)
    for kind in dict.fromkeys(families):
        family = [n for n, c in enumerate(comparisons) if families[n] == kind and c.slice.name != ALL]
        tested = sum(harms[n] is not None for n in family)
        for n, adjusted in zip(family, multiplicity.holm([harms[n] for n in family]), strict=True):
            corrected[n], claims[n] = adjusted, tested
    return [
        _judge_slice(c, of[n], policy, Harm(p=harms[n], adjusted=corrected[n], claims=claims[n]))
        for n, c in enumerate(comparisons)
    ]


def _uncompared(comparisons: Sequence[Comparison], suites: Sequence[SuiteCard], policy: Policy) -> list[SliceVerdict]:
    """The slices of the suites that hold no pair: nothing is known of them, so nothing is passed."""
    known = {(c.suite, c.slice) for c in comparisons}
    return [
        SliceVerdict(
            suite=suite.name,
            slice=part,
            tier=policy.tier(suite.name, part, suite.kind),
            decision="inconclusive",
            margin=policy.margin(suite.name, part),
            p_harm=None,
            p_harm_adjusted=None,
            items_needed=None,
            reason=f"{place(suite.name, part)}: nothing could be compared",
            kind=suite.kind,
        )
        for suite in suites
        for part in suite.parts
        if (suite.name, part) not in known
    ]


def _judge_slice(c: Comparison, kind: SuiteKind, policy: Policy, harm: Harm) -> SliceVerdict:
    margin = policy.margin(c.suite, c.slice)
    no_verdict = undecidable(c, policy)
    equal = max(policy.min_items, power.items_needed(spread(c), margin, alpha=policy.alpha))
    needed = power.as_weighted(equal, c.n, c.effective_n)
    decision: Decision = "inconclusive"
    if is_safe(c, policy):
        decision = "pass"
    elif harm.adjusted is not None and harm.adjusted <= policy.alpha:
        decision = "fail"
    is_open = decision == "inconclusive"
    hidden = gate_rates.hides_a_loss(c, policy) if is_open else None
    further = further_items(c, margin, harm, needed, policy.alpha) if is_open and not hidden else None
    again = further_repeats(c, margin, harm, needed, policy.alpha) if is_open and not (no_verdict or hidden) else None
    return SliceVerdict(
        suite=c.suite,
        slice=c.slice,
        tier=policy.tier(c.suite, c.slice, kind),
        decision=decision,
        margin=margin,
        p_harm=harm.p,
        p_harm_adjusted=harm.adjusted,
        items_needed=needed if is_open and not hidden else None,
        reason=no_verdict or hidden or reason(c, margin, decision, harm, further, needed) + in_repeats(again),
        kind=kind,
        more_items=further,
        more_repeats=again,
    )


def is_safe(c: Comparison, policy: Policy) -> bool:
    """Whether a comparison shows that the student is not inferior by the policy's margin for it."""
    if undecidable(c, policy) is not None or gate_rates.hides_a_loss(c, policy) is not None:
        return False
    return safe(c, policy.margin(c.suite, c.slice)) <= policy.alpha


def check_names(places: Iterable[tuple[str, Slice]], policy: Policy) -> None:
    """Every name of the policy must be that of a suite or slice. Raises PolicyNameError for the first that is not."""
    places = list(places)
    known = dict.fromkeys(name for suite, part in places for name in policy.spellings(suite, part))
    for written, name in policy.named():
        if places and name not in known:
            close = nearest(name, [*known, *KINDS] if any(name == w.waive for w in policy.waivers) else known)
            shown = close if "did you mean" in close else nearest(name, _plainly(places))
            told = f'the gate names "{name}", which is no suite or slice of this evaluation{shown}'
            raise PolicyNameError(told, written)


def _plainly(places: Iterable[tuple[str, Slice]]) -> list[str]:
    return [suite if part.name == ALL else str(part) for suite, part in places]


def check_students(students: Collection[str], policy: Policy) -> None:
    """Every student of a waiver must be one of these. Raises PolicyNameError for the first that is not."""
    for index, waiver in enumerate(policy.waivers):
        if waiver.student is not None and waiver.student not in students:
            raise PolicyNameError(
                f'the gate waives "{waiver.waive}" for "{waiver.student}", which is no student of this evaluation'
                f"{nearest(waiver.student, students)}",
                ("waivers", index, "student"),
            )
