"""What graders found, on the page: losses by cause, checks, reasons, and words that fit what the scores are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from typing import Any

import pytest

from harness.compared import CheckTally, Tally
from harness.evaluation import ALL, Comparison, Evaluation, Pair, Slice
from harness.protocols import PairTexts
from harness.records import Grade, Interval, Measure, Outcome, Response, Sample
from harness.verdict import RequirementVerdict, StudentVerdict, Verdict
from reports.causes import causes
from reports.checks import checks, checks_by_slice
from reports.context import build
from reports.items import Shown, lost_items
from reports.measures import words_of
from reports.pieces import Table
from reports.render import render
from reports.view import Page

Parts = tuple[Evaluation, Verdict, Sequence[Pair], PairTexts]
ONCE = "the teacher answered once, so its agreement with itself is not known; ask with `repeats: 4`"


def page_of(desk: Parts, **changes: object) -> Page:
    """The page with every comparison changed, as one whose scores are something else."""
    evaluation, verdict, pairs, texts = desk
    changed = tuple(replace(c, **changes) for c in evaluation.comparisons)  # type: ignore[arg-type]  # as the tests say
    told = Regraded(texts, changed[0].measure)
    return build(replace(evaluation, comparisons=changed), verdict, pairs, told)


@dataclass(frozen=True)
class Regraded:
    """The texts with grades whose scores are another measure."""

    inner: Any
    measure: Measure

    def sample(self, suite: str, sample: str) -> Sample:
        found: Sample = self.inner.sample(suite, sample)
        return found

    def responses(self, suite: str, sample: str, model: str) -> Sequence[Response]:
        found: Sequence[Response] = self.inner.responses(suite, sample, model)
        return found

    def grades(self, suite: str, sample: str, model: str) -> Sequence[Grade]:
        return [replace(grade, measure=self.measure) for grade in self.inner.grades(suite, sample, model)]


def of(desk: Parts, student: str) -> tuple[Comparison, list[Comparison]]:
    found = [c for c in desk[0].comparisons if c.student == student]
    return found[0], [c for c in found if c.slice.name != ALL]


def cells(table: Table) -> dict[str, list[str]]:
    return {row.name: [figure.value for figure in row.figures] for row in table.rows}


def test_the_causes_of_a_row_add_up_to_its_difference(desk: Parts) -> None:
    whole, slices = of(desk, "mimic")
    table = causes(whole, slices)
    assert table.columns == ("Difference", "wrong", "truncated", "unparsed", "refused", "correct")
    assert list(cells(table)) == ["whole suite", *(str(c.slice) for c in slices[:4])]
    assert len(slices) > 4 and "those that lose most" in table.caption
    assert "those that lose most" not in causes(whole, slices[:4]).caption
    for total, *parts in cells(table).values():
        numbers = [float(part.replace("−", "-")) for part in parts if part != "–"]
        assert sum(numbers) == pytest.approx(float(total.replace("−", "-")), abs=0.05 * (len(numbers) + 1))
    assert f"whole suite {' '.join(cells(table)['whole suite'])}" in text_of(page_of(desk))


def test_what_costs_nothing_is_a_dash_and_what_rounds_to_nothing_a_zero(desk: Parts) -> None:
    whole, _ = of(desk, "mimic")
    losses: dict[Outcome, float] = {"incorrect": 0.0701, "truncated": 0.0001, "correct": -0.0002}
    assert cells(causes(replace(whole, losses=losses), []))["whole suite"] == [
        "−7.0", "−7.0", "0.0", "–", "–", "0.0",
    ]  # fmt: skip


def rate(point: float, low: float | None, high: float) -> Tally:
    interval = Interval(point=point, low=low, high=high, level=0.95, method="m")
    return Tally(hits=1 - point, spurious=point, missed=0, rate95=interval)


def checked(name: str, pupil: Tally | None, teacher: Tally | None, n: int = 300, kind: str = "field") -> CheckTally:
    return CheckTally(name=name, kind=kind, n=n, teacher=teacher, pupil=pupil)  # type: ignore[arg-type]  # a kind


def values(right: float, wrong: float = 0.0, missed: float = 0.0) -> Tally:
    return Tally(hits=right, spurious=wrong, missed=missed)


def test_the_worst_field_stands_first_with_precision_and_recall(desk: Parts) -> None:
    whole, _ = of(desk, "mimic")
    found = (
        checked("better", values(300), values(290, 10, 10)),
        checked("worst", values(200, 50, 100), values(300)),
        checked("never asked of the teacher", values(10, 0, 290), None),
        checked("worse", values(290, 10, 10), values(300)),
    )
    (table,) = checks(replace(whole, checks=found))
    assert [row.name for row in table.rows] == ["worst", "worse", "never asked of the teacher", "better"]
    assert (table.title, table.columns) == ("Fields", ("Student F1", "Teacher F1", "Difference"))
    worst, silent = table.rows[0], table.rows[2]
    assert worst.where == "300 items"
    assert worst.figures[0].value == "72.7%"
    assert worst.figures[0].detail == "precision 80.0%, recall 66.7%"
    assert worst.figures[2].value == "−27.3"
    assert [figure.value for figure in silent.figures[1:]] == ["–", "–"]
    assert silent.figures[1].detail == "not checked"


def test_rules_are_absolute_and_a_rule_never_broken_keeps_its_bound(desk: Parts) -> None:
    whole, _ = of(desk, "mimic")
    found = (
        checked("few", rate(0.0, None, 0.26), rate(0.5, None, 0.6), n=10, kind="rule"),
        checked("many", rate(0.0, None, 0.00994), rate(0.0, None, 0.00994), kind="rule"),
        checked("broken", rate(0.02, None, 0.04), rate(0.03, None, 0.05), kind="rule"),
        checked("tone", rate(0.1, 0.05, 0.2), rate(0.2, 0.1, 0.3), kind="share"),
    )
    rules, shares = checks(replace(whole, checks=found))
    assert [row.name for row in rules.rows] == ["broken", "few", "many"]
    assert rules.columns == ("Student breaks", "Teacher breaks")
    assert (rules.rows[2].figures[0].value, rules.rows[2].figures[0].detail) == ("0.0%", "at most 1.0%")
    assert (shares.rows[0].figures[0].value, shares.rows[0].figures[0].detail) == ("10.0%", "5.0% to 20.0%")


def test_rules_stand_beside_what_the_gate_allows(desk: Parts) -> None:
    whole, _ = of(desk, "mimic")
    found = (
        checked("promises", rate(0.02, None, 0.04), rate(0.0, None, 0.01), kind="rule"),
        checked("length", rate(0.0, None, 0.01), rate(0.0, None, 0.01), kind="rule"),
    )
    asked = RequirementVerdict(
        kind="rules", name="promises", suite=whole.suite, decision="fail", reason="shown", seen=0.02, allowed=0.005
    )
    judged = StudentVerdict(student="mimic", decision="fail", reasons=(), slices=(), requirements=(asked,))
    (table,) = checks(replace(whole, checks=found), judged)
    assert table.columns == ("Student breaks", "Teacher breaks", "Gate allows")
    assert [(row.figures[2].value, row.figures[2].detail) for row in table.rows] == [
        ("0.5%", "fail"),
        ("–", "not capped"),
    ]
    elsewhere = replace(judged, requirements=(replace(asked, suite="another"),))
    (plain,) = checks(replace(whole, checks=found), elsewhere)
    assert plain.columns == ("Student breaks", "Teacher breaks")


def test_partial_credit_is_not_called_right_or_wrong(desk: Parts) -> None:
    whole, _ = of(desk, "mimic")
    plain, partial = words_of(whole), words_of(replace(whole, fractional=True))
    assert "wrong" in plain.headline and "right" in plain.summary
    told = f"{partial.headline} {partial.summary} {partial.teacher} {partial.student} {partial.loss}"
    assert not set(told.replace(",", " ").split()) & {"wrong", "right", "accuracy", "answers"}
    assert words_of(replace(whole, fractional=True, measure="agreement")) is words_of(
        replace(whole, measure="agreement")
    )


def test_checks_of_slices_stand_by_counts_and_say_what_is_left_out(desk: Parts) -> None:
    _, slices = of(desk, "mimic")
    small = replace(slices[0], checks=(checked("one", values(0, 1, 1), values(1), n=1),))
    large = replace(
        slices[1], checks=tuple(checked(f"f{n}", values(90, 10, 10), values(100), n=100) for n in range(24))
    )
    (table,) = checks_by_slice([small, large])
    assert len(table.rows) == 20
    assert {row.name for row in table.rows} == {f"f{n}" for n in range(20)}
    assert table.rows[0].where == f"{slices[1].slice}, 100 items"
    assert table.more == "5 more rows: `viva compare RUN --checks` prints them all."


def test_nothing_is_shown_where_nothing_was_checked(desk: Parts) -> None:
    assert "How fields, rules and criteria came out" in text_of(page_of(desk))
    assert "How fields, rules and criteria came out" not in text_of(page_of(desk, checks=()))


def text_of(page: Page) -> str:
    words: list[str] = []
    parser = HTMLParser()
    parser.handle_data = words.append  # type: ignore[method-assign, assignment]  # all that is wanted of it
    parser.feed(render(page).partition("</style>")[2])
    return " ".join("".join(words).split())


OF_ACCURACY = ("accuracy", "wrong", "right", "Lost answers", "Gained answers", "Lost of 1,000", "extra wrong answers")
EXPLAINED = (
    "not accuracy",
    "(accuracy, agreement, preference)",
    "only where answers are right or wrong",
    "those that are right",
    "given rightly",
    "A value is right here",
    "lies right of the dashed line",
    "1 not right",
)
EXPECTED: dict[Measure, tuple[str, ...]] = {
    "agreement": (
        "points of agreement with the teacher, beside the teacher's own with itself",
        "Agreement with the teacher, not accuracy: where the teacher errs, a student that errs alike agrees.",
        "Where the student agrees less",
        "agrees in half or less",
        "A value is right here if it is the teacher's.",
    ),
    "preference": ("the teacher's own figure is 50%", "Where the teacher's reply is preferred", "not preferred"),
    "mixed": ("Scores of several kinds", "Where the student scored lower", "falls short"),
}


@pytest.mark.parametrize("measure", EXPECTED)
def test_what_is_no_accuracy_is_never_called_so(desk: Parts, measure: Measure) -> None:
    told = text_of(page_of(desk, measure=measure, cells=None, conditional95=None))
    for words in EXPECTED[measure]:
        assert words in told
    for phrase in EXPLAINED:
        told = told.replace(phrase, "")
    assert [words for words in OF_ACCURACY if words in told] == []


def test_accuracy_keeps_its_words(desk: Parts) -> None:
    told = text_of(page_of(desk))
    for words in ("extra wrong answers per 1,000 requests", "Teacher accuracy", "Lost answers", "Lost of 1,000"):
        assert words in told


def test_without_a_ceiling_nothing_is_said_of_a_difference(desk: Parts) -> None:
    page = page_of(desk, measure="agreement", undecidable=ONCE, cells=None, conditional95=None)
    told = text_of(page)
    assert f"No verdict can come of these figures: {ONCE.replace('`', '')}." in told
    assert {harm.figure.value for card in page.cards for harm in card.harms} == {"–"}
    rows = [row for table in page.overall for row in table.rows]
    assert {(row.teacher, row.delta.value, row.retention.value, row.p.value) for row in rows} == {
        ("unknown",) + ("–",) * 3
    }
    assert {row.needed.detail for row in rows if row.needed.detail != "decided"} == {"more items would not help"}
    assert "No difference: the teacher's own figure is not known." in told
    figures = [f.value for s in page.sections for suite in s.suites for row in suite.causes.rows for f in row.figures]
    assert set(figures) == {"–"}


def test_an_answer_says_why_it_was_graded_so_and_what_fell_short(desk: Parts) -> None:
    lost = page_of(desk).sections[1].suites[0].lost.items[0]
    assert lost.student.reason == "the total is another one."
    assert lost.student.faults == ("total: 1 not right, 1 missed",)
    assert (lost.teacher.reason, lost.teacher.faults) == ("the total is as asked for.", ())
    assert "total: 1 not right, 1 missed" in text_of(page_of(desk))


class Attempts:
    """Three attempts; the second is the one that the pair is of."""

    def __init__(self, sample: Sample) -> None:
        self.asked = sample

    def sample(self, suite: str, sample: str) -> Sample:
        return self.asked

    def responses(self, suite: str, sample: str, model: str) -> Sequence[Response]:
        return [Response(key=f"{model}{n}", model=model, text=f"attempt {n}") for n in (1, 2, 3)]

    def grades(self, suite: str, sample: str, model: str) -> Sequence[Grade]:
        return [
            Grade(
                suite=suite, sample=sample, model=model, attempt=n - 1, outcome="correct" if n == 1 else "incorrect",
                score=float(n == 1), answer=str(n), reason=f"because of {n}", grader="g 1",
                response_keys=(f"{model}{n}",), measure="agreement",
            )
            for n in (1, 2, 3)
        ]  # fmt: skip


def test_the_text_that_is_shown_is_the_one_that_the_outcome_is_of() -> None:
    pair = Pair(
        suite="s", sample="1", student="small", slices={}, weight=1.0, teacher_score=1.0, student_score=1 / 3,
        teacher_outcome="correct", student_outcome="incorrect", teacher_answer="1", student_answer="2",
    )  # fmt: skip
    by = Shown(teacher="big", measure="mixed", texts=Attempts(Sample(id="1")))
    (item,) = lost_items(by, [pair], []).items
    assert (item.teacher.notes, item.student.notes) == (("Attempt 1 of 3.",), ("Attempt 2 of 3.",))
    assert item.student.reason == "because of 2."
    assert str(item.student.text.body).replace("<ins>", "").replace("</ins>", "") == "attempt 2"
    assert (item.teacher.badge.word, item.student.badge.word) == ("agrees", "agrees in half or less")


def test_slices_of_an_undecidable_suite_still_name_their_items(desk: Parts) -> None:
    whole, slices = of(desk, "sparse")
    found = replace(slices[0], undecidable=ONCE, measure="agreement")
    assert cells(causes(replace(whole, measure="agreement"), [found]))[str(found.slice)] == ["–"] * 6
    assert found.slice != Slice()
