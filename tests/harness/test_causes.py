"""What a loss comes from: for any grades, on every slice, the parts add up to the difference."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.collect import Collected
from harness.compare import compare
from harness.evaluation import Comparison, ModelCard
from harness.plan import SuiteSpec
from harness.policy import Policy
from harness.protocols import Loaded
from harness.records import WITHOUT_ANSWER, Grade, Measure, Outcome, Sample
from harness.suite import make_suite

Mark = tuple[Outcome, float | None]
SCORES = st.sampled_from([0.0, 0.25, 1 / 3, 0.5, 1.0])
MARKS = st.one_of(
    st.tuples(st.sampled_from(["correct", "incorrect"]), SCORES),
    st.sampled_from([(outcome, 0.0) for outcome in WITHOUT_ANSWER]),
    st.just(("failed", None)),
)
ATTEMPTS = st.lists(MARKS, min_size=1, max_size=3)
ROWS = st.lists(
    st.tuples(ATTEMPTS, ATTEMPTS, st.floats(0.01, 100), st.sampled_from("abc"), st.sampled_from(["c1", "c2", None])),
    min_size=1,
    max_size=14,
)


def compared(
    rows: list[tuple[list[Mark], list[Mark], float, str, str | None]], measure: Measure
) -> tuple[Comparison, ...]:
    samples = [
        Sample(id=f"s{n}", slices={"task": task}, weight=weight, cluster=cluster)
        for n, (_, _, weight, task, cluster) in enumerate(rows)
    ]
    grades = [
        Grade(
            suite="docs", sample=f"s{n}", model=model, attempt=attempt, outcome=outcome, score=score, answer=None,
            reason="", grader="fields 1", measure=measure,
        )
        for n, (teacher, student, *_) in enumerate(rows)
        for model, marks in (("teacher", teacher), ("student", student))
        for attempt, (outcome, score) in enumerate(marks)
    ]  # fmt: skip
    models = [
        ModelCard(name="teacher", role="teacher", fingerprint="t"),
        ModelCard(name="student", role="student", fingerprint="s"),
    ]
    suite = make_suite(SuiteSpec(name="docs"), Loaded(samples=samples))
    return compare(Collected(suites=(suite,), models=models), grades, Policy())[0]


@settings(max_examples=150, deadline=None)
@given(rows=ROWS, measure=st.sampled_from(["accuracy", "agreement", "preference"]))
def test_the_causes_add_up_to_the_difference_on_every_slice(
    rows: list[tuple[list[Mark], list[Mark], float, str, str | None]], measure: Measure
) -> None:
    for c in compared(rows, measure):
        delta = c.pupil.accuracy - c.teacher.accuracy
        assert math.isclose(-math.fsum(c.losses.values()), delta, abs_tol=1e-9)
        assert set(c.losses) <= set(c.pupil.outcomes)
        assert all(c.losses[outcome] > 0 for outcome in WITHOUT_ANSWER if outcome in c.losses)


def test_signs_and_partial_credit_by_hand() -> None:
    """Ten items: cut off, half right where the teacher was right, half where it was wrong, and a gain."""
    half: Mark = ("incorrect", 0.5)
    right: Mark = ("correct", 1.0)
    wrong: Mark = ("incorrect", 0.0)
    pairs: list[tuple[Mark, Mark]] = [(right, ("truncated", 0.0)), (right, half), (wrong, half), (wrong, right)]
    pairs += [(right, right)] * 4 + [(wrong, wrong), (wrong, ("refused", 0.0))]
    (whole, _) = compared([([t], [s], 1.0, "a", None) for t, s in pairs], "accuracy")
    assert whole.losses == {"truncated": pytest.approx(0.1), "correct": pytest.approx(-0.1)}
    assert whole.pupil.accuracy == pytest.approx(whole.teacher.accuracy)
