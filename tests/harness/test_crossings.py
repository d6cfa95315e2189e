"""Crossings of two declared slices: what they hold, what they are called, and how a policy reads them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from pydantic import ValidationError

from harness import serial
from harness.collect import Collected
from harness.compare import compare, slices_of, suite_card
from harness.errors import DataError, UsageError
from harness.evaluation import Comparison, ModelCard, Slice
from harness.gate import check_names
from harness.plan import SuiteSpec
from harness.policy import Policy
from harness.protocols import Loaded
from harness.records import Grade, Sample
from harness.suite import Suite, make_suite
from tests.harness.gate_cases import BAD, GOOD, found, judged, plain

HARD_QUOTE = Slice.crossing(("difficulty", "hard"), ("task", "quote"))
KINDS = [("easy", "ticket"), ("hard", "quote"), ("hard", "ticket"), ("medium", "quote")]


def suite(crossings: Sequence[tuple[str, str]] = (("difficulty", "task"),), n: int = 40) -> Suite:
    samples = [
        Sample(id=f"s{i}", slices={"difficulty": KINDS[i % 4][0], "task": KINDS[i % 4][1]}) for i in range(n)
    ] + [Sample(id="alone", slices={"difficulty": "hard"})]
    return make_suite(SuiteSpec(name="desk", crossings=tuple(crossings)), Loaded(samples=samples))


def compared(n: int, crossings: Sequence[tuple[str, str]] = (("difficulty", "task"),)) -> dict[str, Comparison]:
    """The student fails on hard quotes only."""
    asked = suite(crossings, n)
    models = [ModelCard(name=role, role=role, fingerprint=role) for role in ("teacher", "student")]
    grades = [
        Grade(
            suite="desk",
            sample=sample.id,
            model=model,
            attempt=0,
            outcome="correct" if right else "incorrect",
            score=float(right),
            answer="x",
            reason="",
            grader="exact",
        )
        for sample in asked.samples
        for model in ("teacher", "student")
        for right in [model == "teacher" or not HARD_QUOTE.holds(sample.slices)]
    ]
    comparisons, _ = compare(Collected(suites=(asked,), models=models), grades, Policy())
    return {str(c.slice): c for c in comparisons}


def test_a_crossing_reads_as_both_slices_and_holds_what_is_in_both() -> None:
    assert str(HARD_QUOTE) == "difficulty=hard & task=quote"
    assert (HARD_QUOTE.name, HARD_QUOTE.value) == ("difficulty & task", "hard & quote")
    assert HARD_QUOTE.holds({"difficulty": "hard", "task": "quote", "more": "x"})
    assert not HARD_QUOTE.holds({"difficulty": "hard", "task": "ticket"})
    assert not HARD_QUOTE.holds({"difficulty": "hard"})
    assert Slice().holds({}) and Slice(name="task", value="quote").holds({"task": "quote"})


def test_a_crossing_outlives_its_record_in_json() -> None:
    assert serial.from_json(Slice, serial.to_json(HARD_QUOTE)) == HARD_QUOTE
    assert serial.from_json(Slice, {"name": "task", "value": "quote"}) == Slice(name="task", value="quote")


def test_crossings_that_hold_a_sample_follow_the_slices_in_natural_order() -> None:
    assert [str(piece) for piece in slices_of(suite())[5:]] == [
        "difficulty=easy & task=ticket",
        "difficulty=medium & task=quote",
        "difficulty=hard & task=quote",
        "difficulty=hard & task=ticket",
    ]
    assert HARD_QUOTE in suite_card(suite()).parts


def test_each_crossing_is_compared_on_its_own_items() -> None:
    found_here = compared(80)
    crossed = found_here["difficulty=hard & task=quote"]
    assert (crossed.n, crossed.teacher.accuracy, crossed.pupil.accuracy) == (20, 1, 0)
    assert found_here["difficulty=hard & task=ticket"].pupil.accuracy == 1
    assert found_here["difficulty=hard"].n == 41


def test_crossings_cost_the_slices_nothing_in_correction() -> None:
    with_them, without = compared(80), compared(80, ())
    for name, c in without.items():
        assert with_them[name].p_adjusted == c.p_adjusted
    crossed = with_them["difficulty=hard & task=quote"]
    assert crossed.p_value is not None and crossed.p_adjusted == pytest.approx(4 * crossed.p_value)  # the least of four


@pytest.mark.parametrize(
    ("crossings", "message"),
    [
        ((("difficulty", "difficulty"),), "crossed with itself"),
        ((("difficulty", "task"), ("task", "difficulty")), "stands there twice"),
    ],
)
def test_crossings_that_are_none_are_refused(crossings: tuple[tuple[str, str], ...], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        SuiteSpec(name="desk", crossings=crossings)


def test_a_name_that_no_sample_has_is_refused_with_the_nearest() -> None:
    with pytest.raises(DataError, match='suite "desk": no sample has a slice "tasks"; did you mean "task"'):
        suite([("difficulty", "tasks")])


def test_crossings_are_advice_unless_they_are_named() -> None:
    assert Policy().tier("desk", HARD_QUOTE) == "advisory"
    assert Policy(critical=("difficulty", "task=quote")).tier("desk", HARD_QUOTE) == "advisory"
    for name in ("desk: difficulty=hard & task=quote", "difficulty=hard & task=quote", "difficulty & task"):
        assert Policy(critical=(name,)).tier("desk", HARD_QUOTE) == "critical"
    assert Policy(margins={"difficulty=hard & task=quote": 8}).margin("desk", HARD_QUOTE) == pytest.approx(0.08)
    assert Policy(slice_margin_points=6).margin("desk", HARD_QUOTE) == pytest.approx(0.06)


def test_a_bad_crossing_fails_a_student_only_where_the_policy_names_it() -> None:
    comparisons = [plain(GOOD), plain(BAD, HARD_QUOTE)]
    assert judged(comparisons).decision == "pass"
    named = judged(comparisons, Policy(critical=("difficulty & task",)))
    assert named.decision == "fail"
    assert found(named, "difficulty=hard & task=quote").decision == "fail"


def test_a_waiver_may_name_a_crossing() -> None:
    policy = Policy.model_validate(
        {
            "critical": ["difficulty & task"],
            "waivers": [
                {"waive": "difficulty=hard & task=quote", "who": "A", "why": "B", "until": date(2099, 1, 1)},
            ],
        }
    )
    one = found(judged([plain(GOOD), plain(BAD, HARD_QUOTE)], policy), "difficulty=hard & task=quote")
    assert one.waived is not None and "waived by A" in one.waived


def test_a_misspelt_crossing_is_refused_with_the_nearest() -> None:
    places = [("desk", Slice()), ("desk", HARD_QUOTE)]
    with pytest.raises(UsageError, match='did you mean "difficulty=hard & task=quote"'):
        check_names(places, Policy(critical=("difficulty=hard & task=quotes",)))


def test_too_few_items_of_a_crossing_are_listed_without_a_verdict() -> None:
    few = compared(40)["difficulty=hard & task=quote"]
    assert few.n == 10
    one = found(judged([plain(GOOD), replace(few, student="small", suite="math")]), "difficulty=hard & task=quote")
    assert one.decision == "inconclusive" and "at least 20 are asked for" in one.reason
