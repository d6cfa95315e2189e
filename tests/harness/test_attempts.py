"""Several attempts at each item, on cases small enough to be reckoned by hand."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from harness import attempts
from harness.compared import AtK
from harness.pairing import Item, Scores
from harness.records import Grade, Measure, Outcome, Sample
from harness.stats import clustered

Tries = Sequence[tuple[float, str | None]]  # score and answer of each attempt

RIGHT, WRONG, SILENT = (1.0, "4"), (0.0, "5"), (0.0, None)
BY_HAND: list[tuple[Tries, Tries]] = [
    ([RIGHT, WRONG], [RIGHT, RIGHT]),
    ([RIGHT, RIGHT], [RIGHT, WRONG]),
    ([WRONG, WRONG], [WRONG, WRONG]),
]


def grades(model: str, tries: Tries) -> tuple[Grade, ...]:
    return tuple(
        Grade(
            suite="math",
            sample="s",
            model=model,
            attempt=n,
            outcome=outcome(score, answer),
            score=score,
            answer=answer,
            reason="",
            grader="number",
        )
        for n, (score, answer) in enumerate(tries)
    )


def outcome(score: float, answer: str | None) -> Outcome:
    return "unparsed" if answer is None else "correct" if score == 1 else "incorrect"


def items(rows: Sequence[tuple[Tries, Tries]], weights: Sequence[float] | None = None) -> list[Item]:
    return [
        Item(
            Sample(id=f"s{n}", weight=1.0 if weights is None else weights[n]),
            grades("teacher", teacher),
            grades("student", student),
            sum(score for score, _ in teacher) / len(teacher),
            sum(score for score, _ in student) / len(student),
        )
        for n, (teacher, student) in enumerate(rows)
    ]


def at(found: Sequence[AtK], kind: str, k: int) -> AtK:
    (one,) = [a for a in found if (a.kind, a.k) == (kind, k)]
    return one


def at_k_of(rows: Sequence[tuple[Tries, Tries]]) -> tuple[AtK, ...]:
    return attempts.at_k(items(rows), Scores.of(items(rows)))


def test_flips_stand_beside_the_teachers_own() -> None:
    found = attempts.noise_floor(items(BY_HAND), Scores.of(items(BY_HAND)))
    assert found is not None
    assert (found.n, found.dropped) == (3, 0)
    assert found.teacher.point == pytest.approx(1 / 3)  # its two answers differ at the first item
    assert found.student.point == pytest.approx((0.5 + 0.5) / 3)
    assert found.excess.point == pytest.approx(0)


def test_heavy_items_count_more_in_the_noise_floor() -> None:
    weighed = items(BY_HAND, [4.0, 1.0, 1.0])
    found = attempts.noise_floor(weighed, Scores.of(weighed))
    assert found is not None
    assert found.teacher.point == pytest.approx(4 / 6)
    assert found.student.point == pytest.approx((4 * 0.5 + 0.5) / 6)


def test_there_is_no_floor_without_a_second_answer_of_the_teacher() -> None:
    once = items([([RIGHT], [RIGHT, WRONG])] * 5)
    assert attempts.noise_floor(once, Scores.of(once)) is None


@pytest.mark.parametrize("measure", ["agreement", "preference", "mixed"])
def test_scores_that_are_no_accuracy_have_neither_floor_nor_pass_rate(measure: Measure) -> None:
    scores = replace(Scores.of(items(BY_HAND)), measure=measure)
    assert attempts.noise_floor(items(BY_HAND), scores) is None
    assert attempts.at_k(items(BY_HAND), scores) == ()
    assert attempts.drawing(items(BY_HAND), scores, 0.1) is None


def test_pass_at_k_by_hand() -> None:
    found = at_k_of(BY_HAND)
    assert [(a.kind, a.k, a.n) for a in found] == [
        ("pass", 1, 3),
        ("pass", 2, 3),
        ("majority", 1, 3),
        ("majority", 2, 3),
    ]
    one, two = at(found, "pass", 1), at(found, "pass", 2)
    assert (one.teacher.point, one.pupil.point) == pytest.approx((0.5, 0.5))
    assert (two.teacher.point, two.pupil.point) == pytest.approx((2 / 3, 2 / 3))
    assert two.delta95.point == pytest.approx(0)


def test_the_most_frequent_answer_is_right_more_often_than_one_answer() -> None:
    teacher: Tries = [RIGHT, RIGHT, RIGHT, SILENT, WRONG]
    found = at_k_of([(teacher, [WRONG] * 5)] * 4)
    assert [a.k for a in found if a.kind == "majority"] == [1, 2, 4, 5]
    assert at(found, "majority", 1).teacher.point == pytest.approx(3 / 5)
    assert at(found, "majority", 5).teacher.point == pytest.approx(1)
    # Draws of two that hold a right answer: 3 twice right, 3 with silence, 3 with a wrong one, by lot.
    assert at(found, "majority", 2).teacher.point == pytest.approx((3 + 3 + 1.5) / 10)
    assert at(found, "majority", 5).delta95.point == pytest.approx(-1)


def test_an_answer_that_was_cut_off_has_no_vote() -> None:
    cut = replace(grades("teacher", [WRONG])[0], outcome="truncated")
    listed = [replace(item, teacher=(*item.teacher, cut, cut)) for item in items([([RIGHT], [RIGHT] * 3)] * 3)]
    found = attempts.at_k(listed, Scores.of(listed))
    assert at(found, "majority", 3).teacher.point == pytest.approx(1)


def test_a_lost_attempt_costs_its_item_and_not_the_figure() -> None:
    rows = [BY_HAND[0]] * 19 + [([RIGHT], [RIGHT, RIGHT])]
    assert at(at_k_of(rows), "pass", 2).n == 19
    assert at(at_k_of(rows), "pass", 1).n == 20
    few: list[tuple[Tries, Tries]] = [BY_HAND[0]] * 8 + [([RIGHT], [RIGHT, RIGHT])] * 2
    assert at_k_of(few) == ()


def test_answers_that_are_worth_this_and_that_cannot_be_counted() -> None:
    torn: Tries = [(1.0, "4"), (0.0, "4")]
    assert {a.kind for a in at_k_of([(torn, torn)] * 3)} == {"pass"}
    assert {a.kind for a in at_k_of([([SILENT, SILENT], [RIGHT, RIGHT])] * 3)} == {"pass"}


def test_points_for_part_of_an_answer_are_no_pass() -> None:
    half: Tries = [(0.5, "4"), (0.5, "4")]
    assert {a.kind for a in at_k_of([(half, half)] * 3)} == {"majority"}


def test_what_drawing_adds_by_hand() -> None:
    listed = items(BY_HAND)
    scores = Scores.of(listed)
    se = clustered.mean_difference(scores.teacher, scores.student, None, None).se
    assert se**2 == pytest.approx(0.25 / 3)  # differences of 1/2, -1/2, 0
    found = attempts.drawing(listed, scores, se)
    assert found is not None
    assert found.attempts == 2
    assert found.share == pytest.approx(((0.25 + 0.25) / 9) / (0.25 / 3))


def test_models_that_always_answer_alike_draw_nothing() -> None:
    rows: list[tuple[Tries, Tries]] = [*[([RIGHT] * 2, [WRONG] * 2)] * 3, *[([RIGHT] * 2, [RIGHT] * 2)] * 3]
    scores = Scores.of(items(rows))
    found = attempts.drawing(items(rows), scores, 0.2)
    assert found is not None and found.share == 0
    assert attempts.drawing(items([([RIGHT], [RIGHT, WRONG])] * 9), scores, 0.2) is None
    assert attempts.drawing(items(rows), scores, 0.0) is None
