"""The ladder of students: their order, the smallest that passes, what each step costs, and published figures."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from harness.compare import compare, steps_down
from harness.evaluation import Comparison, Evaluation, ModelCard, PublishedRole, PublishedScore, Slice, Step
from harness.gate import judge
from harness.ladder import ladder
from harness.ladder_order import costs_of, order_of
from harness.ladder_published import published_ladder
from harness.policy import Policy
from harness.policy_terms import Caps
from harness.rungs import Ladder
from tests.harness.gate_cases import BAD, GOOD, UNSURE, card, evaluation, part, plain, side, table
from tests.harness.test_compare import collected, rows_of


def sized(name: str, parameters: float | None) -> ModelCard:
    return replace(card(name), parameters=parameters)


def climbed(
    comparisons: Sequence[Comparison], models: Sequence[ModelCard], policy: Policy | None = None, **more: object
) -> Ladder:
    made = replace(evaluation(comparisons, models), **more)  # type: ignore[arg-type]  # fields of an evaluation
    return ladder(made, judge(made, policy or Policy(), "digest"))


def published(
    model: str, role: PublishedRole, rate: float, n: int | None = 500, suite: str = "math", size: float | None = None
) -> PublishedScore:
    return PublishedScore(model=model, role=role, suite=suite, rate=rate, n=n, parameters=size, source="a report")


def test_the_smallest_that_passes_is_found_from_the_largest_down() -> None:
    found = climbed(
        [plain(GOOD, student="b"), plain(BAD, student="c"), plain(GOOD, student="a")],
        [sized("b", 7e9), sized("c", 1.5e9), sized("a", 70e9)],
    )
    assert [(rung.model, rung.decision) for rung in found.rungs] == [("a", "pass"), ("b", "pass"), ("c", "fail")]
    assert (found.order, found.smallest, found.closest) == ("parameters", "b", None)
    assert found.sentence == "b (7B parameters) is the smallest student that passes"
    assert not any("chance" in note for note in found.notes)


def test_one_that_passes_where_a_larger_one_does_not_is_looked_at_twice() -> None:
    found = climbed(
        [plain(BAD, student="large"), plain(GOOD, student="small")], [sized("large", 7e9), sized("small", 1e9)]
    )
    assert found.smallest == "small"
    assert any(note.startswith("large is not smaller than small and does not pass") for note in found.notes)


def test_where_none_passes_the_closest_is_the_one_whose_worst_part_is_nearest_to_its_margin() -> None:
    hard = part("hard")
    found = climbed(
        [
            plain(GOOD, student="uneven"),
            plain(BAD, hard, student="uneven"),
            plain(UNSURE, student="even"),
            plain(UNSURE, hard, student="even"),
        ],
        [sized("uneven", 7e9), sized("even", 1e9)],
        Policy(critical=("level",)),
    )
    low = plain(UNSURE).delta90
    assert low is not None and low.low is not None
    assert (found.smallest, found.closest) == (None, "even")
    assert found.sentence == (
        f"none of the 2 students passes; even comes closest: on math a loss of up to {-100 * low.low:.1f} points "
        "is not ruled out, and 3 are allowed"
    )


def test_a_student_that_fails_for_another_reason_is_closest_with_that_reason() -> None:
    evasive = replace(side(0.91), outcomes={"correct": 910, "refused": 90}, shares={"correct": 0.91, "refused": 0.09})
    dear = replace(plain(GOOD, student="dear"), pupil=evasive)
    policy = Policy(caps=Caps(refused=1))
    found = climbed([dear, plain(BAD, student="bad")], [card("dear"), card("bad")], policy)
    assert found.closest == "dear"
    assert "dear comes closest: math: 9% (90% interval 7.55% to 10.6%) of 1,000 answers are refusals" in found.sentence


def test_the_order_falls_back_on_costs_and_then_on_the_plan() -> None:
    cards = [sized("a", None), sized("b", 1e9)]
    assert order_of(cards, {"a": 0.001, "b": 0.002}).names == ("b", "a")
    assert order_of(cards, {"a": 0.001}).told == "in the order of the plan (not all declare their `parameters`)"
    equal = order_of([sized("a", 1e9), sized("b", 1e9)], {})
    assert (equal.order, equal.names) == ("plan", ("a", "b"))
    assert "the same number of parameters" in equal.told


def test_costs_are_means_over_the_workloads_suites() -> None:
    def priced(cost: float | None, n: int, suite: str) -> Comparison:
        return replace(plain(GOOD, suite=suite), n=n, pupil=replace(side(0.9), cost=cost))

    both = [priced(0.001, 300, "math"), priced(0.005, 100, "desk"), priced(9.0, 100, "desk.stress")]
    assert costs_of(both, {"desk.stress": "stress"}) == {"small": pytest.approx(0.002)}
    assert costs_of([*both, priced(None, 10, "chat")], {"desk.stress": "stress"}) == {}


def test_each_step_compares_the_smaller_with_the_next_larger_pair_by_pair() -> None:
    """Ten samples: the teacher has 7 right; `student` 5 of them and none else; `tiny` the first 2."""
    found, grades = collected(rows_of(5, 2, 0, 3))
    tiny = [
        replace(g, model="tiny", score=1.0 if i < 2 else 0.0, outcome="correct" if i < 2 else "incorrect")
        for i, g in enumerate(g for g in grades if g.model == "student")
    ]
    cards = [replace(c, parameters=7e9) if c.role == "student" else c for c in found.models]
    found = replace(found, models=[*cards, sized("tiny", 1e9)])
    everything = [*grades, *tiny]
    steps = steps_down(found, everything, compare(found, everything, Policy())[0], Policy())
    (step,) = steps
    assert (step.larger, step.comparison.student, step.comparison.n) == ("student", "tiny", 10)
    assert step.comparison.cells == table(2, 3, 0, 5)


def test_what_a_step_costs_by_hand() -> None:
    larger = replace(side(0.0), accuracy=0.80, completion_tokens=120.0, latency_s=2.0, cost=0.004)
    smaller = replace(side(0.0), accuracy=0.71, completion_tokens=150.0, latency_s=0.5)
    beside = replace(plain(table(690, 110, 20, 180), student="tiny"), teacher=larger, pupil=smaller)
    found = climbed(
        [plain(GOOD, student="mid"), plain(BAD, student="tiny")],
        [sized("mid", 7e9), sized("tiny", 1e9)],
        steps=(Step(larger="mid", comparison=beside),),
    )
    (step,) = found.steps
    assert (step.larger, step.smaller, step.suite, step.slice, step.n) == ("mid", "tiny", "math", Slice(), 1000)
    assert step.delta == pytest.approx(-0.09)
    assert step.wrong_per_1000 == pytest.approx(90)
    assert step.saved == {"completion_tokens": pytest.approx(-30), "latency_s": pytest.approx(1.5)}
    assert step.shown and step.paired


def test_what_students_take_and_how_they_are_labelled_stands_on_their_rungs() -> None:
    def spent(tokens: float | None, n: int, suite: str) -> Comparison:
        return replace(plain(GOOD, suite=suite), n=n, pupil=replace(side(0.9), completion_tokens=tokens))

    (rung,) = climbed([spent(30.0, 300, "math"), spent(70.0, 100, "desk")], [card("small")]).rungs
    assert rung.spent == {"completion_tokens": pytest.approx(40)}
    (rung,) = climbed([spent(30.0, 300, "math"), spent(None, 100, "desk")], [card("small")]).rungs
    assert rung.spent == {}


SCORES = (
    published("R1", "teacher", 0.973),
    published("R1-7B", "student", 0.928, size=7e9),
    published("R1-32B", "student", 0.943, size=32e9),
    published("other", "reference", 0.746),
    published("R1", "teacher", 0.659, None, "code"),
    published("R1-7B", "student", 0.376, None, "code", 7e9),
    published("R1-32B", "student", 0.572, None, "code", 32e9),
)


def test_published_figures_alone_make_a_ladder_without_verdicts() -> None:
    found = published_ladder(SCORES)
    assert [(rung.model, rung.paired, rung.decision) for rung in found.rungs] == [
        ("R1-32B", False, None),
        ("R1-7B", False, None),
        ("other", False, None),
    ]
    math, code = found.rungs[1].unpaired
    assert (math.beside, math.suite, math.retention) == ("R1", "math", pytest.approx(0.928 / 0.973))
    assert math.retention95 is not None and math.delta95 is not None and math.delta95.method == "newcombe-independent"
    assert (code.delta, code.delta95, code.retention95) == (pytest.approx(-0.283), None, None)
    on_math, on_code = found.steps
    assert (on_math.larger, on_math.smaller, on_math.paired) == ("R1-32B", "R1-7B", False)
    assert on_math.wrong_per_1000 == pytest.approx(15) and not on_math.shown
    assert on_code.delta95 is None and not on_code.shown


def test_published_figures_stand_among_measured_ones_and_decide_nothing() -> None:
    models = [sized("mine", 14e9), sized("R1-7B", 7e9)]
    comparisons = [plain(GOOD, student="mine"), plain(GOOD, student="R1-7B")]
    found = climbed(comparisons, models, published=SCORES)
    bare = climbed(comparisons, models)
    assert (found.smallest, found.sentence) == (bare.smallest, bare.sentence)
    assert [(rung.model, rung.paired) for rung in found.rungs] == [
        ("R1-32B", False),
        ("mine", True),
        ("R1-7B", True),
        ("R1-7B", False),
        ("other", False),
    ]
    (mine,) = found.rungs[1].unpaired  # ours beside the published teacher
    assert (mine.measured, mine.beside, mine.rate, mine.n) == (True, "R1", 0.91, 1000)
    assert [one.beside for one in found.rungs[2].unpaired] == ["R1", "R1-7B"]  # and beside what was published of it
    assert any("unpaired" in note for note in found.notes)


def test_without_a_published_teacher_ours_is_the_reference() -> None:
    found = climbed([plain(GOOD)], [card("small")], published=(published("R1-7B", "student", 0.819),))
    (one,) = found.rungs[1].unpaired
    assert (one.beside, one.beside_rate, one.retention) == ("big", 0.91, pytest.approx(0.9))


def test_the_base_and_suites_beyond_the_workload_are_no_rungs() -> None:
    made: Evaluation = evaluation([plain(GOOD), plain(BAD, student="base")], [card("small"), card("base", "base")])
    found = ladder(made, judge(made, Policy(), "digest"))
    assert [rung.model for rung in found.rungs] == ["small"]
    assert found.sentence == "small passes"
