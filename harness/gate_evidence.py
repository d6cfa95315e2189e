"""What a release rests on beside figures: evidence that is fresh and of the right teacher, lineage, and no mimicry."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime

from harness.evaluation import Evaluation, ModelCard, Profile
from harness.gate_margins import place
from harness.policy import Policy
from harness.policy_terms import days
from harness.records import Json, SuiteKind
from harness.verdict import Decision, RequirementVerdict


def today_of(evaluation: Evaluation) -> date | None:
    """The day on which the evaluation was made (UTC), for who judges without a calendar; None where it is not told."""
    return _day(evaluation.created_at)


def freshness(
    student: ModelCard, evaluation: Evaluation, policy: Policy, today: date | None
) -> Iterator[RequirementVerdict]:
    """Whether one student's evidence is young enough, and of the teacher that the policy names."""
    if policy.valid_for is not None:
        yield _age(student, evaluation, policy.valid_for, today)
    if policy.teacher_fingerprint is not None:
        yield _same_teacher(evaluation.models, policy.teacher_fingerprint)


def lineage(student: ModelCard, models: Sequence[ModelCard], policy: Policy) -> Iterator[RequirementVerdict]:
    """Whether teacher and student declare where they come from, and the teacher's terms allow distillation."""
    teacher = _teacher(models)
    if policy.lineage.required:
        gaps = [*(_gaps_of_teacher(teacher) if teacher else ["a teacher"]), *_gaps_of_student(student)]
        told = f"not declared: {', '.join(gaps)}" if gaps else "teacher and student declare where they come from"
        yield RequirementVerdict(
            kind="lineage", name="declared", decision="fail" if gaps else "pass", reason=f"lineage: {told}"
        )
    if teacher and teacher.described.get("distillation") == "forbidden":
        licence = teacher.described.get("licence")
        terms = f"its licence ({licence})" if licence else "its terms"
        yield RequirementVerdict(
            kind="lineage",
            name="distillation",
            tier="critical" if policy.lineage.required else "advisory",
            decision="fail",
            reason=f'lineage: the teacher "{teacher.name}" must not be distilled by {terms}',
        )


def mimicry(
    profiles: Sequence[Profile], kinds: Mapping[str, SuiteKind], policy: Policy
) -> Iterator[RequirementVerdict]:
    """What superficial mimicry comes to; outside of critical slices it is a warning."""
    for profile in profiles:
        if profile.label != "SUPERFICIAL MIMICRY" or policy.mimicry == "ignore":
            continue
        tier = policy.tier(profile.suite, profile.slice, kinds.get(profile.suite, "workload"))
        yield RequirementVerdict(
            kind="mimicry",
            name=place(profile.suite, profile.slice),
            suite=profile.suite,
            slice=profile.slice,
            tier="critical" if policy.mimicry == "fail" and tier == "critical" else "advisory",
            decision="fail",
            reason=f"{place(profile.suite, profile.slice)}: superficial mimicry: {profile.reason}",
        )


def _age(student: ModelCard, evaluation: Evaluation, valid_for: str, today: date | None) -> RequirementVerdict:
    both = [student.name, *(card.name for card in evaluation.models if card.role == "teacher")]
    replies = [evaluation.oldest[name] for name in both if name in evaluation.oldest]
    dates = [_day(written) for written in (evaluation.created_at, *replies)]
    known = [day for day in dates if day is not None]
    decision: Decision = "inconclusive"
    if today is None or len(known) < len(dates):
        return RequirementVerdict(
            kind="evidence", name="valid_for", decision=decision, reason="how old the evidence is cannot be told"
        )
    age, most = (today - min(known)).days, days(valid_for)
    what = "the oldest answer" if replies else "the evaluation (when answers came is not known)"
    fact = f"{what} is of {min(known)}, {age} day{'' if age == 1 else 's'} ago"
    if (max(known) - today).days > 1:  # a day for time zones
        fact = f"the evidence is dated {max(known)}, after today ({today})"
    elif age > most:
        fact += f", and evidence counts for {most} days; ask again (`viva store prune` lets go of old answers)"
    else:
        decision, fact = "pass", f"{fact}; evidence counts for {most} days"
    return RequirementVerdict(
        kind="evidence", name="valid_for", decision=decision, reason=fact, seen=float(age), allowed=float(most)
    )


def _same_teacher(models: Sequence[ModelCard], expected: str) -> RequirementVerdict:
    teacher = _teacher(models)
    found = teacher.fingerprint if teacher else ""
    is_same = found.startswith(expected)
    told = (
        "the evidence is of the teacher that the gate names"
        if is_same
        else f"the evidence is of a teacher with the fingerprint {found or '(none)'}, and the gate names {expected}"
    )
    return RequirementVerdict(
        kind="evidence",
        name="teacher_fingerprint",
        decision="pass" if is_same else "inconclusive",
        reason=told,
    )


def _teacher(models: Sequence[ModelCard]) -> ModelCard | None:
    return next((card for card in models if card.role == "teacher"), None)


def _gaps_of_teacher(card: ModelCard) -> Iterator[str]:
    told = card.described
    if not (told.get("revision") or _is_folder(told.get("model"))):
        yield "the teacher's revision"
    if not told.get("licence"):
        yield "the teacher's licence"
    if told.get("distillation") not in ("allowed", "forbidden"):
        yield "whether the teacher's terms allow distillation"


def _gaps_of_student(card: ModelCard) -> Iterator[str]:
    if not card.described.get("parent"):
        yield f"the parent of {card.name}"
    if not card.described.get("licence"):
        yield f"the licence of {card.name}"


def _is_folder(model: Json) -> bool:
    """Whether weights lie in a folder or file of this machine: then the fingerprint tells which they are."""
    return isinstance(model, str) and model.startswith("/")


def _day(written: str) -> date | None:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    return (moment.astimezone(UTC) if moment.tzinfo else moment).date()
