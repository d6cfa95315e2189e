"""Variants: who falls on restatements beyond the teacher is flagged, who is weaker everywhere is not."""

from collections.abc import Callable

import pytest

from graders.mimicry.variants import Variants
from harness.evidence import Attempt, Evidence, Exhibit

Make = Callable[..., Exhibit]
Try = Callable[..., Attempt]
Gather = Callable[..., Evidence]


@pytest.fixture
def scene(exhibit: Make, attempt: Try, evidence: Gather) -> Callable[..., Evidence]:
    """`n` samples with one variant each; shares of right answers of (sample, variant), for teacher and student."""

    def make(
        teacher: tuple[float, float], student: tuple[float, float], n: int = 300, family: str = "renumber"
    ) -> Evidence:
        def one(share: float, k: int) -> list[Attempt]:
            return [attempt("x", float((k * 37) % n < share * n))]

        return evidence(
            [
                exhibit(
                    f"s{k}",
                    one(teacher[0], k),
                    one(student[0], k),
                    variants=[exhibit(f"s{k}~1", one(teacher[1], k), one(student[1], k), family=family)],
                )
                for k in range(n)
            ]
        )

    return make


def test_a_memoriser_is_flagged(scene: Callable[..., Evidence]) -> None:
    found = Variants().detect(scene((0.95, 0.95), (0.9, 0.4)))
    assert found.state == "flagged" and found.estimate is not None
    assert found.estimate.point == pytest.approx(0.5)
    assert found.evidence and found.group == "variants"


def test_a_memoriser_of_a_teacher_without_errors_is_flagged(scene: Callable[..., Evidence]) -> None:
    assert Variants().detect(scene((1, 1), (0.9, 0.3))).state == "flagged"


@pytest.mark.parametrize(
    ("teacher", "student"),
    [
        ((0.95, 0.95), (0.7, 0.7)),  # weaker, on both alike
        ((0.98, 0.94), (0.75, 0.5)),  # harder variants: as many steps on the logit scale, more points
        ((0.95, 0.95), (0.95, 0.94)),  # as good
        ((0.9, 0.6), (0.9, 0.6)),  # both fall
        ((0.9, 0.9), (0.5, 0.7)),  # better on variants
    ],
)
def test_who_does_not_fall_beyond_the_teacher_is_not_flagged(
    scene: Callable[..., Evidence], teacher: tuple[float, float], student: tuple[float, float]
) -> None:
    assert Variants().detect(scene(teacher, student)).state == "clear"


def test_few_samples_cannot_flag(scene: Callable[..., Evidence]) -> None:
    assert Variants().detect(scene((1, 1), (0.9, 0.3), n=20)).state == "abstained"


@pytest.mark.parametrize("family", ["exception_pair", "missing_premise", "hidden_instruction"])
def test_other_questions_are_no_restatements(scene: Callable[..., Evidence], family: str) -> None:
    found = Variants().detect(scene((1, 1), (0.9, 0.3), family=family))
    assert found.state == "abstained" and "restates" in found.reason


def test_a_family_that_the_teacher_cannot_answer_tells_nothing(scene: Callable[..., Evidence]) -> None:
    assert Variants().detect(scene((0.9, 0.1), (0.9, 0.0))).state == "abstained"


def test_without_variants_it_says_how_to_get_them(exhibit: Make, attempt: Try, evidence: Gather) -> None:
    found = Variants().detect(evidence([exhibit("s", [attempt("x", 1)], [attempt("x", 1)])]))
    assert found.state == "abstained" and "stress:" in found.reason
