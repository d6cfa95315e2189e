"""Overconfidence: a student sure of its wrong answers is flagged; one that is merely wrong more often is not."""

from collections.abc import Callable

import numpy as np
import pytest

from graders.mimicry.overconfidence import Overconfidence
from harness.evidence import Attempt, Evidence, Exhibit

Make = Callable[..., Exhibit]
Try = Callable[..., Attempt]
Gather = Callable[..., Evidence]


@pytest.fixture
def scene(exhibit: Make, attempt: Try, evidence: Gather) -> Callable[..., Evidence]:
    """Accuracy of teacher and student, and how far apart their right and wrong answers' confidence lies."""

    def make(accuracy: tuple[float, float], apart: tuple[float, float], n: int = 400, seed: int = 1) -> Evidence:
        rng = np.random.default_rng(seed)
        rows = []
        for k in range(n):
            sides = []
            for share, distance in zip(accuracy, apart, strict=True):
                right = rng.random() < share
                sides.append([attempt(f"{k}", float(right), logprob=float(rng.normal() + distance * right) - 9)])
            rows.append(exhibit(f"s{k}", sides[0], sides[1]))
        return evidence(rows)

    return make


def test_who_is_sure_of_its_wrong_answers_is_flagged(scene: Callable[..., Evidence]) -> None:
    found = Overconfidence().detect(scene((0.9, 0.7), (3, 0.3)))
    assert found.state == "flagged" and found.group == "calibration"


@pytest.mark.parametrize("seed", range(5))
def test_who_is_wrong_more_often_and_knows_it_is_not_flagged(scene: Callable[..., Evidence], seed: int) -> None:
    assert Overconfidence().detect(scene((0.9, 0.5), (3, 3), seed=seed)).state == "clear"


def test_the_estimate_is_the_difference_of_the_areas(scene: Callable[..., Evidence]) -> None:
    from sklearn.metrics import roc_auc_score

    made = scene((0.8, 0.6), (2, 1))
    found = Overconfidence().detect(made)

    def area(side: str) -> float:
        replies = [getattr(e, side)[0] for e in made.exhibits]
        return float(roc_auc_score([a.score for a in replies], [a.response.logprob.mean for a in replies]))

    assert found.estimate is not None
    assert found.estimate.point == pytest.approx(area("teacher") - area("student"))


def test_tasks_of_different_difficulty_do_not_make_an_area(exhibit: Make, attempt: Try, evidence: Gather) -> None:
    """One task is short, sure and easy, the other long, unsure and hard: within each, confidence tells nothing."""
    rng = np.random.default_rng(3)

    def one(easy: bool, seen: float) -> list[Attempt]:
        right = rng.random() < (0.95 if easy else 0.5)
        level = (0.0 if easy else -4.0) * seen
        return [attempt("x", float(right), logprob=level + float(rng.normal()), grader="label 1" if easy else "math 1")]

    rows = [exhibit(f"s{k}", one(k % 2 == 0, 1.0), one(k % 2 == 0, 0.0)) for k in range(600)]
    found = Overconfidence().detect(evidence(rows))
    assert found.state == "clear"
    assert found.estimate is not None and abs(found.estimate.point) < 0.1


def test_a_teacher_that_is_hardly_ever_wrong_gives_no_area_to_compare_with(scene: Callable[..., Evidence]) -> None:
    found = Overconfidence().detect(scene((1, 0.7), (3, 0)))
    assert found.state == "abstained" and "the teacher has 0 wrong" in found.reason


def test_without_log_probabilities_and_repeats_it_says_how_to_get_them(
    exhibit: Make, attempt: Try, evidence: Gather
) -> None:
    rows = [exhibit(f"s{k}", [attempt("x", 1)], [attempt("x", 0)]) for k in range(60)]
    found = Overconfidence().detect(evidence(rows))
    assert found.state == "abstained" and "logprobs: 1" in found.reason and "repeats: 4" in found.reason


def test_attempts_that_agree_stand_in_for_log_probabilities(exhibit: Make, attempt: Try, evidence: Gather) -> None:
    """The teacher's wrong answers differ from attempt to attempt, the student's are the same each time."""
    rng = np.random.default_rng(5)

    def attempts(right: bool, sure: bool) -> list[Attempt]:
        answers = ["7"] * 4 if right or sure else [str(rng.integers(100)) for _ in range(4)]
        return [attempt(f"{answer}", float(right), answer=answer) for answer in answers]

    rows = [exhibit(f"s{k}", attempts(k % 5 > 0, False), attempts(k % 5 > 1, True)) for k in range(200)]
    assert Overconfidence().detect(evidence(rows)).state == "flagged"
