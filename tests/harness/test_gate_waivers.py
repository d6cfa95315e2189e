"""A waiver covers what it names, until its day, and is told; it covers nothing else."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.compared import PairedCells
from harness.errors import UsageError
from harness.evaluation import Comparison, Evaluation, Profile, Slice, Style
from harness.gate import judge
from harness.policy import Policy
from harness.policy_terms import Caps, Lineage, Waiver
from harness.serial import from_json, to_json
from harness.verdict import Decision, StudentVerdict, Verdict
from tests.harness.gate_cases import BAD, GOOD, UNSURE, asked, card, evaluation, found, judged, part, plain

TODAY = date(2026, 5, 1)
ORDER: tuple[Decision, ...] = ("fail", "inconclusive", "pass")
SLICED = [plain(GOOD), plain(GOOD, part("1")), plain(BAD, part("2"))]


def waiver(waive: str, until: date = TODAY, student: str | None = None) -> Waiver:
    return Waiver(waive=waive, student=student, who="Mia Okafor", why="people do these", until=until)


def waived(comparisons: Sequence[Comparison], *waivers: Waiver, today: date = TODAY, **more: object) -> StudentVerdict:
    return judged(comparisons, Policy(waivers=waivers, **more), today=today)  # type: ignore[arg-type]  # keys of it


@pytest.mark.parametrize("name", ["level=2", "math: level=2", "level", "math: level"])
def test_a_waiver_turns_a_failure_into_a_warning_that_names_who_and_why(name: str) -> None:
    verdict = waived(SLICED, waiver(name))
    assert (judged(SLICED).decision, verdict.decision) == ("fail", "pass")
    (warning,) = verdict.warnings
    assert warning.startswith("math, level=2: 19.0 points worse")
    assert warning.endswith("is shown (waived by Mia Okafor until 2026-05-01: people do these)")
    assert found(verdict, "level=2").decision == "fail"  # it stays what it was
    assert (verdict.named("pass"), verdict.named("fail"), verdict.waived()) == (
        ("math: level=1",),
        (),
        ("math: level=2",),
    )


def test_a_waiver_covers_only_what_it_names() -> None:
    for name in ("level=1", "mimicry", "caps", "evidence"):
        assert waived(SLICED, waiver(name)).decision == "fail"
    assert found(waived(SLICED, waiver("level=1")), "level=1").waived is None  # it passes, so there is nothing to waive


def test_the_waiver_of_a_whole_suite_does_not_cover_its_slices() -> None:
    more = [*SLICED, plain(BAD, suite="code")]
    assert waived(more, waiver("code"), waiver("level=2")).decision == "pass"
    assert waived(more, waiver("code")).decision == "fail"


@pytest.mark.parametrize(("today", "decision"), [(TODAY, "pass"), (date(2026, 5, 2), "fail")])
def test_a_waiver_ends_after_its_day_and_says_so(today: date, decision: str) -> None:
    verdict = waived(SLICED, waiver("level=2"), today=today)
    assert verdict.decision == decision
    ended = "the waiver of level=2 by Mia Okafor ran out on 2026-05-01 and no longer counts"
    assert (ended in verdict.warnings) == (decision == "fail")
    assert (found(verdict, "level=2").waived is None) == (decision == "fail")


def test_a_waiver_covers_what_is_undecided_too() -> None:
    """Else a student would be better off with more evidence against it."""
    compared = [plain(GOOD), plain(UNSURE, part("1"))]
    assert judged(compared, Policy(critical=("level",))).decision == "inconclusive"
    assert waived(compared, waiver("level"), critical=("level",)).decision == "pass"


def test_a_student_with_nothing_but_waivers_is_not_passed() -> None:
    verdict = waived([plain(BAD)], waiver("math"))
    assert verdict.decision == "inconclusive"
    assert verdict.reasons == ("every suite and slice that must pass is waived, so nothing speaks for this student",)


def test_a_model_that_failed_cannot_be_waived() -> None:
    assert judged([plain(GOOD)], Policy(waivers=(waiver("math"),)), "no memory", TODAY).decision == "inconclusive"


def copying() -> Evaluation:
    style = Style(distance=0.1, floor=0.1, threshold=0.3, close=True, auc=None)
    profile = Profile(
        suite="math", student="small", slice=Slice(), label="SUPERFICIAL MIMICRY", reason="trace", style=style
    )
    return replace(evaluation([plain(GOOD)]), profiles=(profile,))


@pytest.mark.parametrize(
    ("name", "decision"), [("mimicry", "pass"), ("math", "fail"), ("all", "fail"), ("evidence", "fail")]
)
def test_mimicry_is_waived_only_by_its_name(name: str, decision: str) -> None:
    assert judge(copying(), Policy(waivers=(waiver(name),)), "d", TODAY).decision == decision


@pytest.mark.parametrize(
    ("name", "decision"),
    [("evidence", "pass"), ("evidence.valid_for", "pass"), ("evidence.teacher_fingerprint", "inconclusive"),
     ("math", "inconclusive"), ("mimicry", "inconclusive")],
)  # fmt: skip
def test_stale_evidence_is_waived_only_by_its_name(name: str, decision: str) -> None:
    assert waived([plain(GOOD)], waiver(name), valid_for="30d").decision == decision


@pytest.mark.parametrize(
    ("name", "decision"), [("caps", "pass"), ("caps.refused", "pass"), ("caps.truncated", "fail"), ("math", "fail")]
)
def test_a_cap_is_waived_by_its_kind_or_its_name(name: str, decision: str) -> None:
    c = plain(GOOD)
    n = c.n
    outcomes = replace(c.pupil, outcomes={"correct": n // 2, "refused": n // 2})
    verdict = waived([replace(c, pupil=outcomes)], waiver(name), caps=Caps(refused=1))
    assert verdict.decision == decision
    assert (verdict.waived() == ("caps.refused",)) == (decision == "pass")


def test_gaps_of_lineage_can_be_waived_and_terms_cannot() -> None:
    policy = Policy(lineage=Lineage(required=True), waivers=(waiver("lineage"),))
    assert judged([plain(GOOD)], policy, today=TODAY).decision == "pass"
    whole = evaluation([plain(GOOD)])
    teacher = replace(whole.models[0], described={"distillation": "forbidden"})
    forbidding = replace(whole, models=(teacher, *whole.models[1:]))
    (verdict,) = judge(forbidding, policy, "d", TODAY).students
    assert (verdict.decision, asked(verdict, "lineage.distillation").waived) == ("fail", None)


def test_a_waiver_for_one_student_is_not_for_another() -> None:
    compared = [*SLICED, *(replace(c, student="tiny") for c in SLICED)]
    whole = evaluation(compared, [card("small"), card("tiny")])
    verdict = judge(whole, Policy(waivers=(waiver("level=2", student="small"),)), "d", TODAY)
    assert [s.decision for s in verdict.students] == ["pass", "fail"]
    with pytest.raises(UsageError, match='"smal", which is no student of this evaluation; did you mean "small"'):
        judge(whole, Policy(waivers=(waiver("level=2", student="smal"),)), "d", TODAY)


@pytest.mark.parametrize(
    ("name", "told"),
    [("levl=2", 'did you mean "level=2"'), ("caps.refusd", "no suite or slice"), ("mimicri", "mimicry")],
)
def test_a_waiver_of_nothing_is_refused(name: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        waived(SLICED, waiver(name))


tables = st.builds(
    lambda both, lost, gained, neither: PairedCells(both=both, teacher_only=lost, student_only=gained, neither=neither),
    *[st.integers(1, 90)] * 4,
)


@settings(deadline=None, max_examples=25)
@given(tables, tables, st.sampled_from(("level=1", "level", "math", "mimicry", "caps")))
def test_the_waiver_of_a_slice_never_makes_a_verdict_worse(one: PairedCells, two: PairedCells, name: str) -> None:
    compared = [plain(GOOD), plain(one, part("1")), plain(two, part("2"))]
    policy = Policy(critical=("level",), margin_points=8)
    before = judged(compared, policy, today=TODAY).decision
    after = waived(compared, waiver(name), critical=("level",), margin_points=8).decision
    assert ORDER.index(before) <= ORDER.index(after)


def test_verdicts_with_waivers_are_kept_and_older_ones_still_load() -> None:
    verdict = judge(evaluation(SLICED), Policy(waivers=(waiver("level=2"),)), "d", TODAY)
    kept = to_json(verdict)
    assert from_json(Verdict, kept) == verdict
    assert Policy.model_validate(kept["policy"]) == Policy(waivers=(waiver("level=2"),))
    del kept["judged_on"]
    for student in kept["students"]:
        del student["requirements"]
        for one in student["slices"]:
            del one["waived"], one["more_items"]
    older = from_json(Verdict, kept)
    assert older.judged_on is None and older.students[0].requirements == ()
