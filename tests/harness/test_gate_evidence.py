"""Stale evidence, evidence of another teacher, lineage that nobody declared, and mimicry."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from harness.collect import card as card_of
from harness.evaluation import Evaluation, MimicryLabel, ModelCard, Profile, Slice, Style, SuiteCard
from harness.gate import judge
from harness.plan import ModelSpec
from harness.policy import Policy
from harness.policy_terms import Lineage
from harness.records import Json
from harness.verdict import Decision, StudentVerdict
from tests.harness.gate_cases import BAD, GOOD, asked, card, evaluation, judged, plain

MADE = date(2026, 1, 1)  # the day of the evaluation


def dated(valid_for: str, today: date | None = None, **oldest: str) -> StudentVerdict:
    """The verdict on evidence of these dates, by model."""
    found = replace(evaluation([plain(GOOD)]), oldest=oldest)
    return judge(found, Policy(valid_for=valid_for), "d", today).students[0]


@pytest.mark.parametrize(
    ("oldest", "today", "decision"),
    [
        (None, MADE, "pass"),
        (None, date(2026, 6, 30), "pass"),  # 180 days
        (None, date(2026, 7, 1), "inconclusive"),
        ("2025-07-06T00:00:00+00:00", date(2026, 1, 2), "pass"),
        ("2025-07-05T23:00:00+00:00", date(2026, 1, 2), "inconclusive"),  # the evaluation is fresh, its answers are not
        ("2025-07-05T23:00:00-02:00", date(2026, 1, 2), "pass"),  # already the 6th in UTC
        ("last summer", MADE, "inconclusive"),
        (None, date(2025, 12, 31), "pass"),  # a day ahead: a time zone
        (None, date(2025, 12, 30), "inconclusive"),  # evidence of the future
    ],
)
def test_evidence_grows_stale(oldest: str | None, today: date, decision: str) -> None:
    verdict = dated("180d", today, **({"small": oldest} if oldest else {}))
    assert verdict.decision == asked(verdict, "evidence.valid_for").decision == decision


def test_the_teachers_answers_grow_stale_too() -> None:
    verdict = dated("180d", big="2024-01-01T00:00:00+00:00")
    assert verdict.reasons == (
        "the oldest answer is of 2024-01-01, 731 days ago, and evidence counts for 180 days; "
        "ask again (`viva store prune` lets go of old answers)",
    )


def test_the_answers_of_another_student_may_be_as_old_as_they_are() -> None:
    assert dated("180d", tiny="2024-01-01T00:00:00+00:00").decision == "pass"


def test_stale_evidence_does_not_make_a_failure_good() -> None:
    assert judged([plain(BAD)], Policy(valid_for="1d"), today=date(2027, 1, 1)).decision == "fail"


def test_without_a_calendar_the_day_of_the_evaluation_counts() -> None:
    found = evaluation([plain(GOOD)])
    verdict = judge(found, Policy(valid_for="1d"), "d")
    assert (verdict.decision, verdict.judged_on) == ("pass", "2026-01-01")
    unknown = judge(replace(found, created_at="some day"), Policy(valid_for="1d"), "d")
    assert (unknown.decision, unknown.judged_on) == ("inconclusive", None)


def test_age_is_asked_for_only_by_the_policy() -> None:
    assert judged([plain(GOOD)], today=date(2099, 1, 1)).requirements == ()


@pytest.mark.parametrize(
    ("expected", "decision"),
    [("f00dfeedcafe", "pass"), ("f00dfeed", "pass"), ("f00dfeedcafe0", "inconclusive"), ("deadbeef", "inconclusive")],
)
def test_evidence_of_another_teacher_decides_nothing(expected: str, decision: str) -> None:
    found = evaluation([plain(GOOD)])
    teacher = replace(found.models[0], fingerprint="f00dfeedcafe")
    (verdict,) = judge(
        replace(found, models=(teacher, *found.models[1:])), Policy(teacher_fingerprint=expected), "d"
    ).students
    assert verdict.decision == decision
    if decision == "inconclusive":
        assert f"f00dfeedcafe, and the gate names {expected}" in verdict.reasons[0]


DECLARED: Mapping[str, Json] = {
    "model": "org/big",
    "revision": "4f2c",
    "licence": "Apache-2.0",
    "distillation": "allowed",
}
STUDENT: Mapping[str, Json] = {"parent": "org/base@1", "licence": "Apache-2.0"}


def descended(teacher: Mapping[str, Json], student: Mapping[str, Json], required: bool = True) -> StudentVerdict:
    models = (
        replace(card("big", "teacher"), described=teacher),
        replace(card("small"), described=student),
    )
    found = replace(evaluation([plain(GOOD)]), models=models)
    return judge(found, Policy(lineage=Lineage(required=required)), "d").students[0]


def without(told: Mapping[str, Json], key: str) -> Mapping[str, Json]:
    return {name: value for name, value in told.items() if name != key}


def test_a_lineage_that_is_declared_passes() -> None:
    assert descended(DECLARED, STUDENT).decision == "pass"
    folder = {**without(DECLARED, "revision"), "model": "/models/big"}
    assert descended(folder, STUDENT).decision == "pass"  # the fingerprint tells which weights lie there


@pytest.mark.parametrize("key", ["revision", "licence", "distillation"])
def test_a_gap_of_the_teachers_lineage_fails_the_student(key: str) -> None:
    verdict = descended(without(DECLARED, key), STUDENT)
    assert verdict.decision == "fail"
    assert ("terms" if key == "distillation" else key) in verdict.reasons[0]
    assert descended(without(DECLARED, key), STUDENT, required=False).decision == "pass"


@pytest.mark.parametrize("key", ["parent", "licence"])
def test_a_gap_of_its_own_lineage_fails_the_student(key: str) -> None:
    verdict = descended(DECLARED, without(STUDENT, key))
    assert verdict.reasons == (f"lineage: not declared: the {key} of small",)


def test_terms_that_are_unknown_are_a_gap() -> None:
    assert descended({**DECLARED, "distillation": "unknown"}, STUDENT).decision == "fail"


def test_forbidden_distillation_fails_where_lineage_is_required_and_warns_elsewhere() -> None:
    forbidding = {**DECLARED, "distillation": "forbidden"}
    required, unasked = (descended(forbidding, STUDENT, required) for required in (True, False))
    told = 'lineage: the teacher "big" must not be distilled by its licence (Apache-2.0)'
    assert (required.decision, required.reasons) == ("fail", (told,))
    assert (unasked.decision, unasked.warnings) == ("pass", (told,))


def test_a_model_card_carries_what_a_plan_declares() -> None:
    declared = {"licence": "MIT", "distillation": "allowed", "parent": "org/base"}
    spec = ModelSpec(name="small", model="org/small", **declared)  # type: ignore[arg-type]  # texts
    carried = card_of("student", spec, "f").described
    assert {key: carried[key] for key in declared} == declared
    assert "distillation" not in card_of("student", ModelSpec(name="small", model="org/small"), "f").described


def of_mimicry(label: MimicryLabel, part: Slice, suite: str = "math") -> Profile:
    style = Style(distance=0.1, floor=0.1, threshold=0.3, close=True, auc=None)
    return Profile(suite=suite, student="small", slice=part, label=label, reason="trace and support", style=style)


def profiled(profile: Profile, *suites: SuiteCard) -> Evaluation:
    return replace(evaluation([plain(GOOD)]), profiles=(profile,), suites=suites)


@pytest.mark.parametrize(("mimicry", "tier"), [("fail", "critical"), ("warn", "advisory"), ("ignore", None)])
def test_mimicry_stands_among_the_requirements(mimicry: str, tier: str | None) -> None:
    found = profiled(of_mimicry("SUPERFICIAL MIMICRY", Slice()))
    (verdict,) = judge(found, Policy(mimicry=mimicry), "d").students  # type: ignore[arg-type]  # one of the three
    assert [(r.kind, r.decision, r.tier) for r in verdict.requirements] == ([("mimicry", "fail", tier)] if tier else [])


def test_mimicry_on_variants_is_a_warning_like_all_that_happens_there() -> None:
    cards = tuple(
        SuiteCard(name=name, fingerprint=name, n=1, slices=(), parts=(Slice(),), kind=kind)  # type: ignore[arg-type]
        for name, kind in (("math", "workload"), ("math.stress", "stress"))
    )
    found = profiled(of_mimicry("SUPERFICIAL MIMICRY", Slice(), "math.stress"), *cards)
    verdicts: list[Decision] = [judge(found, policy, "d").decision for policy in (Policy(), Policy(critical=("math",)))]
    assert verdicts == ["pass", "pass"]
    assert judge(found, Policy(critical=("math.stress",)), "d").decision == "fail"


def test_models_that_cannot_be_told_are_gaps() -> None:
    only_student: tuple[ModelCard, ...] = (replace(card("small"), described=STUDENT),)
    found = replace(evaluation([plain(GOOD)]), models=only_student)
    policy = Policy(lineage=Lineage(required=True), teacher_fingerprint="deadbeef")
    (verdict,) = judge(found, policy, "d").students
    assert verdict.decision == "fail"
    assert asked(verdict, "evidence.teacher_fingerprint").decision == "inconclusive"
