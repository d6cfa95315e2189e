"""From grades to figures, on cases small enough to be reckoned by hand."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from harness.collect import Answer, Collected
from harness.compare import beside_base, compare, slices_of
from harness.compared import PairedCells
from harness.errors import DataError
from harness.evaluation import Comparison, ModelCard, Pair, Slice
from harness.plan import SuiteSpec
from harness.policy import Policy
from harness.protocols import Loaded
from harness.records import Grade, Outcome, Response, Sample
from harness.suite import make_suite

Mark = float | str | None  # a score, or the outcome that has no answer; None: could not be graded
ABSENT: tuple[Mark, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Row:
    """One sample: what the attempts of teacher and student were worth."""

    teacher: Mark | Sequence[Mark]
    student: Mark | Sequence[Mark]
    slices: Mapping[str, str] = field(default_factory=dict)
    weight: float = 1.0
    cluster: str | None = None


def grade(name: str, sample: str, attempt: int, mark: Mark) -> Grade:
    if mark is None:
        outcome, score = "failed", None
    elif isinstance(mark, str):
        outcome, score = mark, 0.0
    else:
        outcome, score = ("correct" if mark == 1 else "incorrect"), mark
    return Grade(
        suite="math",
        sample=sample,
        model=name,
        attempt=attempt,
        outcome=outcome,  # type: ignore[arg-type]  # checked by the record
        score=score,
        answer=f"{name} {sample}",
        reason="",
        grader="number 1",
        response_keys=(f"{name}/{sample}/{attempt}",),
    )


def grades_of(name: str, sample: str, marks: Mark | Sequence[Mark]) -> list[Grade]:
    listed = [marks] if marks is None or isinstance(marks, int | float | str) else marks
    return [grade(name, sample, attempt, mark) for attempt, mark in enumerate(listed)]


def collected(rows: Sequence[Row], spec: SuiteSpec | None = None) -> tuple[Collected, list[Grade]]:
    samples = [
        Sample(id=f"s{n}", messages=(), target="4", slices=row.slices, weight=row.weight, cluster=row.cluster)
        for n, row in enumerate(rows)
    ]
    grades = [
        grade
        for n, row in enumerate(rows)
        for grade in (*grades_of("teacher", f"s{n}", row.teacher), *grades_of("student", f"s{n}", row.student))
    ]
    models = [
        ModelCard(name="teacher", role="teacher", fingerprint="t"),
        ModelCard(name="student", role="student", fingerprint="s"),
    ]
    suite = make_suite(spec or SuiteSpec(name="math"), Loaded(samples=samples))
    return Collected(suites=(suite,), models=models), grades


def compared(rows: Sequence[Row], policy: Policy | None = None) -> tuple[tuple[Comparison, ...], tuple[Pair, ...]]:
    found, grades = collected(rows)
    return compare(found, grades, policy or Policy())


def whole(rows: Sequence[Row]) -> Comparison:
    return compared(rows)[0][0]


def rows_of(both: int, teacher_only: int, student_only: int, neither: int, **more: str) -> list[Row]:
    counts = {(1, 1): both, (1, 0): teacher_only, (0, 1): student_only, (0, 0): neither}
    return [Row(teacher=t, student=s, slices=more) for (t, s), count in counts.items() for _ in range(count)]


def test_plain_pairs_by_hand() -> None:
    c = whole(rows_of(4, 3, 1, 2))
    assert c.cells == PairedCells(both=4, teacher_only=3, student_only=1, neither=2)
    assert (c.suite, c.student, str(c.slice), c.n, c.clusters, c.effective_n) == (
        "math",
        "student",
        "all",
        10,
        None,
        10,
    )
    assert (c.teacher.accuracy, c.pupil.accuracy) == pytest.approx((0.7, 0.5))
    assert c.delta95 is not None and c.delta90 is not None
    assert c.delta95.point == c.delta90.point == pytest.approx(-0.2)
    assert c.delta95.low < c.delta90.low < -0.2 < c.delta90.high < c.delta95.high  # type: ignore[operator]
    assert c.delta95.method == "newcombe-guarded"
    assert c.retention95 is not None and c.retention95.point == pytest.approx(5 / 7)
    assert c.conditional95 is not None and c.conditional95.point == pytest.approx(4 / 7)
    assert c.flips == pytest.approx(0.4)
    assert c.p_value == pytest.approx(10 / 16)  # two-sided, 1 of 4: (1 + 4) / 16 twice
    assert c.p_adjusted is None
    assert c.teacher.outcomes == {"correct": 7, "incorrect": 3}
    assert (c.losses, c.dropped) == ({"correct": pytest.approx(-0.1), "incorrect": pytest.approx(0.3)}, {})


def test_losses_are_told_by_what_the_student_did_and_sum_to_minus_the_delta() -> None:
    lost: list[Mark] = ["truncated", "truncated", "unparsed", "refused", 0.0]
    rows = [Row(teacher=1, student=mark) for mark in lost]
    rows += [Row(teacher=1, student=1)] * 3 + [Row(teacher=0, student=1), Row(teacher=0, student="refused")]
    c = whole(rows)
    assert c.losses == {
        "correct": pytest.approx(-0.1),
        "incorrect": pytest.approx(0.1),
        "truncated": pytest.approx(0.2),
        "unparsed": pytest.approx(0.1),
        "refused": pytest.approx(0.1),
    }
    assert c.delta95 is not None and sum(c.losses.values()) == pytest.approx(-c.delta95.point)
    assert c.pupil.outcomes == {"correct": 4, "incorrect": 1, "truncated": 2, "unparsed": 1, "refused": 2}


def test_losses_sum_to_minus_the_delta_with_weights_repeats_and_fractions() -> None:
    rng = random.Random(5)
    marks: tuple[Mark, ...] = (1, 0, 0.25, "truncated", "refused", None)
    rows = [
        Row(teacher=(1, rng.choice(marks)), student=(rng.choice(marks), 0.5), weight=rng.uniform(0.1, 9))
        for _ in range(60)
    ]
    c = whole(rows)
    assert c.delta95 is not None and c.cells is None
    assert sum(c.losses.values()) == pytest.approx(-c.delta95.point)
    assert c.delta95.point == pytest.approx(c.pupil.accuracy - c.teacher.accuracy)


def test_repeats_are_averaged_within_the_item() -> None:
    """Four attempts at one item weigh as much as one at another: 1/2 and 1, not 3/5."""
    c = whole([Row(teacher=1, student=(1, 1, 0, 0)), Row(teacher=1, student=1)])
    assert (c.n, c.effective_n) == (2, 2)
    assert c.pupil.accuracy == pytest.approx(0.75)
    assert c.cells is None
    assert c.delta95 is not None and c.delta95.method == "cluster-t"
    assert c.flips == pytest.approx(0.25)


def test_repeats_that_all_agree_are_still_no_plain_pairs() -> None:
    c = whole([Row(teacher=(1, 1), student=(1, 1)), Row(teacher=(1, 1), student=(0, 0)), Row(teacher=1, student=1)])
    assert c.cells is None and c.pupil.accuracy == pytest.approx(2 / 3)


def test_fractional_scores_are_no_plain_pairs() -> None:
    c = whole([Row(teacher=1, student=0.5), Row(teacher=1, student=1), Row(teacher=0.5, student=1)])
    assert c.cells is None and c.pupil.accuracy == c.teacher.accuracy == pytest.approx(5 / 6)


def test_weights_count_and_go_the_robust_way() -> None:
    """3 of 4 parts of the traffic are right: 0.75, though 1 of 2 items is."""
    c = whole([Row(teacher=1, student=1, weight=3), Row(teacher=1, student=0, weight=1)])
    assert c.pupil.accuracy == pytest.approx(0.75)
    assert c.effective_n == pytest.approx(16 / 10)
    assert (c.cells, c.clusters) == (None, None)
    assert c.delta95 is not None and (c.delta95.point, c.delta95.method) == (pytest.approx(-0.25), "cluster-t")
    assert c.losses == {"incorrect": pytest.approx(0.25)}
    assert c.conditional95 is not None and c.conditional95.point == pytest.approx(0.75)


def test_equal_weights_make_no_difference() -> None:
    heavy = [Row(teacher=r.teacher, student=r.student, weight=2.5) for r in rows_of(4, 3, 1, 2)]
    one, two = whole(rows_of(4, 3, 1, 2)), whole(heavy)
    assert (one.cells, one.delta95, one.p_value, one.effective_n) == (two.cells, two.delta95, two.p_value, 10)


def test_clusters_count_and_go_the_robust_way() -> None:
    plain = rows_of(40, 10, 2, 8)
    clustered = [Row(teacher=r.teacher, student=r.student, cluster=f"c{n // 6}") for n, r in enumerate(plain)]
    one, two = whole(plain), whole(clustered)
    assert (two.n, two.clusters, two.df, two.cells) == (60, 10, 9, None)
    assert one.delta95 is not None and two.delta95 is not None
    assert two.delta95.point == pytest.approx(one.delta95.point)
    assert two.se > one.se  # items that are wrong together tell less
    assert two.delta95.method == "cluster-t-guarded"


def test_an_item_without_a_cluster_stands_alone() -> None:
    clusters = ("a", "a", None, None, "b")
    assert whole([Row(teacher=1, student=1, cluster=c) for c in clusters]).clusters == 4


@pytest.mark.parametrize("seed", range(5))
def test_items_are_paired_by_id_never_by_position(seed: int) -> None:
    rows = [*rows_of(9, 5, 2, 4, level="1"), *rows_of(3, 0, 6, 1, level="2")]
    found, grades = collected(rows)
    expected = compare(found, grades, Policy())
    assert expected[0][0].cells == PairedCells(both=12, teacher_only=5, student_only=8, neither=5)
    random.Random(seed).shuffle(grades)
    assert compare(found, grades, Policy()) == expected


def test_grades_of_other_suites_and_models_do_not_count() -> None:
    found, grades = collected(rows_of(4, 3, 1, 2))
    expected = compare(found, grades, Policy())
    stray = [
        Grade(
            suite=suite,
            sample="s0",
            model=model,
            attempt=0,
            outcome="incorrect",
            score=0.0,
            answer=None,
            reason="",
            grader="number 1",
        )
        for suite, model in (("code", "student"), ("math", "nobody"))
    ]
    assert compare(found, [*stray, *grades], Policy()) == expected


def test_what_cannot_be_paired_is_counted_and_named() -> None:
    rows = [
        Row(teacher=1, student=1),
        Row(teacher=1, student=ABSENT, slices={"level": "1"}),
        Row(teacher=1, student=ABSENT),
        Row(teacher=None, student=1),
        Row(teacher=None, student=ABSENT, slices={"level": "1"}),
        Row(teacher=1, student=(None, None)),
        Row(teacher=1, student=0, slices={"level": "1"}),
    ]
    overall, level_1 = compared(rows)[0]
    assert overall.dropped == {
        "student: no response": 2,
        "teacher: could not be graded": 1,
        "teacher: could not be graded; student: no response": 1,
        "student: could not be graded": 1,
    }
    assert overall.n + sum(overall.dropped.values()) == len(rows)
    assert (level_1.n, level_1.dropped) == (
        1,
        {"student: no response": 1, "teacher: could not be graded; student: no response": 1},
    )
    assert [pair.sample for pair in compared(rows)[1]] == ["s0", "s6"]


def test_what_failed_is_left_out_of_every_mean() -> None:
    rows = [Row(teacher=1, student=(None, 1, 0)), Row(teacher=(None, 1), student=1), Row(teacher=1, student=None)]
    c = whole(rows)
    assert (c.n, c.teacher.accuracy, c.pupil.accuracy) == (2, 1, pytest.approx(0.75))
    assert c.pupil.outcomes == {"correct": 2, "incorrect": 1}
    assert "failed" not in c.losses


def test_nothing_to_retain_is_no_retention() -> None:
    for rows in (rows_of(0, 0, 3, 9), [Row(teacher=(0, 0), student=(1, 0))] * 9):
        c = whole(rows)
        assert (c.retention95, c.retention90, c.conditional95, c.conditional90) == (None, None, None, None)
        assert c.delta95 is not None and c.delta95.point > 0


def test_models_that_never_differ_are_not_certain_to_be_equal() -> None:
    c = whole(rows_of(30, 0, 0, 0))
    assert c.delta95 is not None and (c.delta95.point, c.p_value) == (0, 1)
    assert c.delta95.low is not None and c.delta95.low < -0.05


def test_p_values_of_slices_are_adjusted_but_not_that_of_the_whole() -> None:
    rows = [*rows_of(9, 8, 0, 3, level="1"), *rows_of(9, 2, 1, 3, level="2"), *rows_of(9, 1, 1, 3, level="3")]
    overall, *levels = compared(rows)[0]
    raw = [c.p_value for c in levels]
    assert raw == pytest.approx([2 / 256, 1.0, 1.0])
    assert [c.p_adjusted for c in levels] == pytest.approx([3 * 2 / 256, 1.0, 1.0])
    assert overall.p_adjusted is None


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("hard", "easy", "medium"), ("easy", "medium", "hard")),
        (("hard", "unknown", "easy"), ("easy", "hard", "unknown")),
        (("10", "2", "1"), ("1", "2", "10")),
        (("level 10", "level 9", "level 9b"), ("level 9", "level 9b", "level 10")),
        (("v1.10", "v1.9", "v1.9.1"), ("v1.9", "v1.9.1", "v1.10")),
        (("b", "7", "a", ""), ("", "7", "a", "b")),
    ],
)
def test_slices_stand_in_natural_order(values: Sequence[str], expected: Sequence[str]) -> None:
    rows = [Row(teacher=1, student=1, slices={"level": value}) for value in values]
    comparisons, _ = compared(rows)
    assert [c.slice.value for c in comparisons] == ["all", *expected]


def test_every_slice_is_compared_on_its_own_items() -> None:
    rows = [*rows_of(5, 1, 0, 0, level="1", task="sum"), *rows_of(2, 0, 3, 1, level="2", task="sum")]
    rows += rows_of(1, 1, 1, 1)
    found = {str(c.slice): c.cells for c in compared(rows)[0]}
    assert found == {
        "all": PairedCells(both=8, teacher_only=2, student_only=4, neither=2),
        "level=1": PairedCells(both=5, teacher_only=1, student_only=0, neither=0),
        "level=2": PairedCells(both=2, teacher_only=0, student_only=3, neither=1),
        "task=sum": PairedCells(both=7, teacher_only=1, student_only=3, neither=1),
    }


def test_a_plan_chooses_its_slices_and_their_order() -> None:
    rows = rows_of(5, 1, 0, 0, level="1", task="sum", tone="calm")
    found, grades = collected(rows, SuiteSpec(name="math", slices=("tone", "level")))
    assert [str(c.slice) for c in compare(found, grades, Policy())[0]] == ["all", "tone=calm", "level=1"]


def test_pairs_hold_means_and_the_most_frequent_outcome() -> None:
    rows = [Row(teacher=(0, 1, 1), student=("truncated", 0.5, "truncated"), slices={"level": "1"}, weight=2.0)]
    (pair,) = compared(rows)[1]
    assert (pair.suite, pair.sample, pair.student, pair.slices, pair.weight) == (
        "math",
        "s0",
        "student",
        {"level": "1"},
        2,
    )
    assert (pair.teacher_score, pair.student_score) == pytest.approx((2 / 3, 1 / 6))
    assert (pair.teacher_outcome, pair.student_outcome) == ("correct", "truncated")


def test_what_answers_cost_is_averaged_over_those_that_say_so() -> None:
    found, grades = collected(rows_of(3, 0, 0, 0))
    tokens: Mapping[str, int | None] = {"s0": 10, "s1": 20, "s2": None}
    for model in ("teacher", "student"):
        for sample, count in tokens.items():
            response = Response(
                key=f"{model}/{sample}/0", model=model, text="4", completion_tokens=count, latency_s=0.5
            )
            found.answers.append(Answer(suite="math", sample=sample, attempt=0, response=response))
    c = compare(found, grades, Policy())[0][0]
    assert (c.pupil.completion_tokens, c.pupil.latency_s) == (15, 0.5)
    assert whole(rows_of(3, 0, 0, 0)).pupil.completion_tokens is None


def test_items_needed_follow_the_margin_of_the_slice() -> None:
    rows = rows_of(80, 5, 5, 10, level="1")
    policy = Policy(margin_points=3, margins={"level=1": 5})
    overall, level_1 = compared(rows, policy)[0]
    assert (overall.items_needed, level_1.items_needed) == (687, 248)  # methods: d = .10, 3 and 5 points


def test_every_student_is_compared_with_the_teacher() -> None:
    found, grades = collected(rows_of(4, 3, 1, 2))
    found.models.append(ModelCard(name="copy", role="student", fingerprint="c"))
    found.models.append(ModelCard(name="raw", role="base", fingerprint="b"))
    again = [
        grade(name, g.sample, g.attempt, g.score) for g in grades if g.model == "teacher" for name in ("copy", "raw")
    ]
    comparisons, pairs = compare(found, [*grades, *again], Policy())
    assert {c.student: c.delta95.point for c in comparisons if c.delta95} == {
        "student": pytest.approx(-0.2),
        "copy": 0,
        "raw": 0,
    }
    assert len(pairs) == 30


def test_a_student_without_answers_has_no_figures() -> None:
    comparisons, pairs = compared([Row(teacher=1, student=ABSENT)] * 3)
    assert (comparisons, pairs) == ((), ())


def test_a_slice_may_not_be_called_all() -> None:
    with pytest.raises((ValueError, DataError), match="all"):
        compared(rows_of(5, 1, 0, 0, all="1"))


def test_a_slice_that_no_sample_has_is_refused() -> None:
    with pytest.raises(DataError, match='levle.*did you mean "level"'):
        collected(rows_of(5, 1, 0, 0, level="1"), SuiteSpec(name="math", slices=("levle",)))


def test_slices_are_those_that_samples_declare() -> None:
    rows = [Row(teacher=1, student=1, slices={"level": "1"}), Row(teacher=1, student=1, slices={"task": "sum"})]
    (suite,) = collected(rows)[0].suites
    assert slices_of(suite) == [Slice(name="level", value="1"), Slice(name="task", value="sum")]


OUTCOME_OF: Mapping[Outcome, Mark] = {"truncated": "truncated", "unparsed": "unparsed", "refused": "refused"}


@pytest.mark.parametrize("outcome", OUTCOME_OF)
def test_no_answer_scores_0_and_stays_apart_from_wrong(outcome: Outcome) -> None:
    c = whole([Row(teacher=1, student=OUTCOME_OF[outcome]), Row(teacher=1, student=1)])
    assert c.cells == PairedCells(both=1, teacher_only=1, student_only=0, neither=0)
    assert c.losses == {outcome: 0.5}


def test_students_beside_their_base_on_what_they_should_retain() -> None:
    found, grades = collected(rows_of(4, 3, 1, 2))
    kept = replace(found.suites[0], kind="retain")
    models = [*found.models, ModelCard(name="base", role="base", fingerprint="b")]
    of_base = [replace(grade, model="base") for grade in grades if grade.model == "teacher"]
    everything = Collected(suites=(kept,), models=models)
    (beside,) = beside_base(everything, [*grades, *of_base], Policy())
    assert (beside.student, beside.teacher.accuracy, beside.pupil.accuracy) == ("student", 0.7, 0.5)
    assert beside_base(found, grades, Policy()) == ()
    assert beside_base(replace(everything, models=found.models), grades, Policy()) == ()
