"""What a policy makes of an evaluation: a pure function of the two.

A slice passes when the loss is shown to be smaller than the margin, fails when it is shown to be larger, and is
undecided otherwise. Every critical slice must pass (each at alpha: an intersection-union claim needs no correction);
claims that a slice fails are Holm-corrected over all the student's slices of the workload. Stress and retained suites
are families of their own, which matters only where a policy makes them count: then each kind may claim at alpha.
"""

from collections.abc import Iterable, Mapping, Sequence

from harness.compare import FEWEST_CLUSTERS
from harness.errors import UsageError, nearest
from harness.policy import Policy
from harness.records import (
    ALL,
    Comparison,
    Decision,
    Evaluation,
    ModelCard,
    Profile,
    Slice,
    SliceVerdict,
    StudentVerdict,
    SuiteCard,
    SuiteKind,
    Verdict,
)
from harness.stats import clustered, multiplicity, paired, power


def judge(evaluation: Evaluation, policy: Policy, evaluation_digest: str) -> Verdict:
    """Raises UsageError when the policy names a suite or slice that the evaluation does not have."""
    places = [(c.suite, c.slice) for c in evaluation.comparisons]
    check_names([*places, *((suite.name, part) for suite in evaluation.suites for part in suite.parts)], policy)
    students = tuple(_judge_student(card, evaluation, policy) for card in evaluation.models if card.role == "student")
    return Verdict(
        decision=worst(s.decision for s in students),
        students=students,
        policy=policy.model_dump(mode="json"),
        evaluation_digest=evaluation_digest,
    )


def worst(decisions: Iterable[Decision]) -> Decision:
    """The whole is as good as its worst part; of nothing nothing is known."""
    found = set(decisions)
    return "fail" if "fail" in found else "inconclusive" if "inconclusive" in found or not found else "pass"


def _judge_student(card: ModelCard, evaluation: Evaluation, policy: Policy) -> StudentVerdict:
    comparisons = [c for c in evaluation.comparisons if c.student == card.name]
    kinds = {suite.name: suite.kind for suite in evaluation.suites}
    slices = (*_judge_slices(comparisons, kinds, policy), *_uncompared(comparisons, evaluation.suites, policy))
    mimicry = _mimicry([p for p in evaluation.profiles if p.student == card.name], policy)
    decision, reasons = _decide(card, slices, mimicry.get("fail", []))
    return StudentVerdict(
        student=card.name,
        decision=decision,
        reasons=tuple(reasons),
        slices=slices,
        warnings=tuple(mimicry.get("warn", [])),
    )


def _decide(card: ModelCard, slices: Sequence[SliceVerdict], mimicry: Sequence[str]) -> tuple[Decision, list[str]]:
    binding = [s for s in slices if s.tier != "advisory"]
    failed = [s.reason for s in binding if s.decision == "fail"]
    undecided = [s.reason for s in binding if s.tier == "critical" and s.decision == "inconclusive"]
    if failed or mimicry:
        return "fail", [*failed, *mimicry]
    if card.failure:
        return "inconclusive", [f"the model did not answer everything: {card.failure}"]
    if undecided:
        return "inconclusive", undecided
    if not any(s.tier == "critical" for s in slices):
        return "inconclusive", [
            "the policy asks nothing that this student could pass" if slices else "nothing could be compared"
        ]
    return "pass", [s.reason for s in slices if s.tier == "critical"]


def _mimicry(profiles: Sequence[Profile], policy: Policy) -> dict[str, list[str]]:
    """What superficial mimicry comes to (`fail` or `warn`) and why; outside of critical slices it is a warning."""
    found: dict[str, list[str]] = {}
    for profile in profiles:
        if profile.label != "SUPERFICIAL MIMICRY" or policy.mimicry == "ignore":
            continue
        is_critical = policy.tier(profile.suite, profile.slice) == "critical"
        weight = policy.mimicry if is_critical else "warn"
        found.setdefault(weight, []).append(
            f"{_place(profile.suite, profile.slice)}: superficial mimicry: {profile.reason}"
        )
    return found


def _judge_slices(
    comparisons: Sequence[Comparison], kinds: Mapping[str, SuiteKind], policy: Policy
) -> list[SliceVerdict]:
    harms = [_harm(c, policy.margin(c.suite, c.slice)) if _enough(c, policy) is None else None for c in comparisons]
    of = [kinds.get(c.suite, "workload") for c in comparisons]
    corrected = list(harms)  # whole suites stand for themselves; variants do not make the workload's family larger
    for kind in dict.fromkeys(of):
        family = [n for n, c in enumerate(comparisons) if of[n] == kind and c.slice.name != ALL]
        for n, adjusted in zip(family, multiplicity.holm([harms[n] for n in family]), strict=True):
            corrected[n] = adjusted
    return [
        _judge_slice(c, kind, policy, harm, adjusted)
        for c, kind, harm, adjusted in zip(comparisons, of, harms, corrected, strict=True)
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
            reason=f"{_place(suite.name, part)}: nothing could be compared",
            kind=suite.kind,
        )
        for suite in suites
        for part in suite.parts
        if (suite.name, part) not in known
    ]


def _judge_slice(
    c: Comparison, kind: SuiteKind, policy: Policy, harm: float | None, harm_adjusted: float | None
) -> SliceVerdict:
    margin = policy.margin(c.suite, c.slice)
    too_few = _enough(c, policy)
    spread = min(1.0, _spread(c)) or 1 / c.n
    needed = power.items_needed(spread, margin, alpha=policy.alpha)
    decision: Decision = "inconclusive"
    if too_few is None and _safe(c, margin) <= policy.alpha:
        decision = "pass"
    elif harm_adjusted is not None and harm_adjusted <= policy.alpha:
        decision = "fail"
    return SliceVerdict(
        suite=c.suite,
        slice=c.slice,
        tier=policy.tier(c.suite, c.slice, kind),
        decision=decision,
        margin=margin,
        p_harm=harm,
        p_harm_adjusted=harm_adjusted,
        items_needed=needed if decision == "inconclusive" else None,
        reason=too_few or _reason(c, margin, decision, harm, needed),
        kind=kind,
    )


def _enough(c: Comparison, policy: Policy) -> str | None:
    """Why the slice is too small for a verdict, or None."""
    where = _where(c)
    if c.undecidable:
        return f"{where}: {c.undecidable}"
    if c.effective_n < policy.min_items:
        counted = f"{c.effective_n:.0f} effective items" if c.effective_n < c.n else f"{c.n} items"
        return f"{where}: no verdict from {counted}; at least {policy.min_items} are asked for"
    if c.clusters is not None and c.clusters < FEWEST_CLUSTERS:
        return f"{where}: no verdict from {c.clusters} clusters; at least {FEWEST_CLUSTERS} are needed"
    return None


def _harm(c: Comparison, margin: float) -> float:
    """One-sided p-value against a loss of at most the margin."""
    return paired.harm_p_value(c.cells, margin) if c.cells else clustered.t_harm_p_value(_estimate(c), margin)


def is_safe(c: Comparison, policy: Policy) -> bool:
    """Whether a comparison shows that the student is not inferior by the policy's margin for it."""
    return _enough(c, policy) is None and _safe(c, policy.margin(c.suite, c.slice)) <= policy.alpha


def _safe(c: Comparison, margin: float) -> float:
    """One-sided p-value against a loss of at least the margin."""
    return paired.safe_p_value(c.cells, margin) if c.cells else clustered.t_safe_p_value(_estimate(c), margin)


def _estimate(c: Comparison) -> clustered.ClusterEstimate:
    return clustered.ClusterEstimate(
        point=c.pupil.accuracy - c.teacher.accuracy,
        se=c.se,
        df=c.df or 0.0,
        clusters=c.clusters if c.clusters is not None else c.n,
        effective=c.units,
    )


def _spread(c: Comparison) -> float:
    """Mean squared difference of an item: the discordant share of plain pairs."""
    return c.flips if c.cells else c.se**2 * c.effective_n + (c.pupil.accuracy - c.teacher.accuracy) ** 2


def _where(c: Comparison) -> str:
    return _place(c.suite, c.slice)


def _place(suite: str, part: Slice) -> str:
    return suite if part.name == ALL else f"{suite}, {part}"


def _reason(c: Comparison, margin: float, decision: Decision, harm: float | None, needed: int) -> str:
    delta = c.pupil.accuracy - c.teacher.accuracy
    moved = f"{abs(delta) * 100:.1f} points {_word(c, delta)}" if delta else "no difference"
    limits = c.delta90
    span = "" if limits is None else f" (90% interval {points(limits.low)} to {points(limits.high)}, n = {c.n})"
    start = f"{_where(c)}: {moved}{span}"
    allowed = f"{margin * 100:g} points"
    if decision == "pass":
        return f"{start}; a loss of {allowed} or more is ruled out"
    if decision == "fail":
        return f"{start}; a loss of more than {allowed} is shown"
    unconfirmed = " (a larger loss is likely, but not after correction for many slices)" if _suspected(harm) else ""
    return f"{start}; a loss of {allowed} is neither shown nor ruled out{unconfirmed}; {_more(c.n, needed)}"


def _word(c: Comparison, delta: float) -> str:
    if c.measure == "agreement":
        return f"{'less' if delta < 0 else 'more'} agreement than the teacher has with itself"
    if c.measure == "preference":
        return "less preferred" if delta < 0 else "more preferred"
    return "worse" if delta < 0 else "better"


def _more(n: int, needed: int) -> str:
    """What would decide. Power is reckoned for a student that loses nothing: one that does needs more."""
    if needed > n:
        return f"a student without loss would be cleared by about {needed} items"
    return f"{needed} items would have cleared a student without loss, so this one likely has some"


def _suspected(harm: float | None) -> bool:
    return harm is not None and harm <= 0.05


def points(value: float | None) -> str:
    """A difference in points of accuracy, as people read it."""
    if value is None:
        return "unbounded"
    shown = f"{value * 100:+.1f}"
    return "0.0" if shown in ("+0.0", "-0.0") else shown.replace("-", "−")


def check_names(places: Iterable[tuple[str, Slice]], policy: Policy) -> None:
    """Every name of the policy must be that of a suite or slice. Raises UsageError for the first that is not."""
    places = list(places)
    known = dict.fromkeys(name for suite, part in places for name in policy.spellings(suite, part))
    for name in policy.names():
        if places and name not in known:
            close = nearest(name, known)
            shown = close if "did you mean" in close else nearest(name, _plainly(places))
            raise UsageError(f'the gate names "{name}", which is no suite or slice of this evaluation{shown}')


def _plainly(places: Iterable[tuple[str, Slice]]) -> list[str]:
    return [suite if part.name == ALL else str(part) for suite, part in places]
