"""The surface-only grader: it believes what looks right, and says how much that overrates a student."""

from collections.abc import Callable

import numpy as np
import pytest

from graders.mimicry.features import Reading
from graders.mimicry.surface import MaskedFailure, Surface, overrated
from harness.evidence import Attempt, Evidence, Exhibit

Make = Callable[..., Exhibit]
Try = Callable[..., Attempt]
Gather = Callable[..., Evidence]

SURE = "So 4 + 5 = 9.\nTherefore the answer is 9."
LOST = "Hmm, maybe? I am not sure about this one..."


@pytest.fixture
def scene(exhibit: Make, attempt: Try, evidence: Gather) -> Callable[..., Evidence]:
    """The teacher sounds lost when it is wrong (a fifth); the student is wrong in two of five, in this voice."""

    def make(wrong: str, n: int = 600, teacher_wrong: str = LOST) -> Evidence:
        rng = np.random.default_rng(4)
        rows = []
        for k in range(n):
            teacher, student = rng.random() > 0.2, rng.random() > 0.4
            rows.append(
                exhibit(
                    f"s{k}",
                    [attempt(SURE if teacher else teacher_wrong, float(teacher))],
                    [attempt(SURE if student else wrong, float(student))],
                )
            )
        return evidence(rows)

    return make


def test_wrong_answers_that_look_right_are_flagged(scene: Callable[..., Evidence]) -> None:
    made = scene(SURE)
    found = MaskedFailure(Surface(Reading())).detect(made)
    assert found.state == "flagged" and found.estimate is not None and found.estimate.point > 0.9


def test_wrong_answers_that_look_like_the_teachers_wrong_ones_are_not(scene: Callable[..., Evidence]) -> None:
    assert MaskedFailure(Surface(Reading())).detect(scene(LOST)).state == "clear"


def test_a_weaker_student_of_a_teacher_that_always_sounds_sure_is_not(scene: Callable[..., Evidence]) -> None:
    assert MaskedFailure(Surface(Reading())).detect(scene(SURE, teacher_wrong=SURE)).state == "clear"


def test_few_samples_that_both_get_wrong_tell_nothing(scene: Callable[..., Evidence]) -> None:
    found = MaskedFailure(Surface(Reading())).detect(scene(SURE, n=60))
    assert found.state == "abstained" and "both get wrong" in found.reason


def test_how_much_a_reader_of_the_surface_overrates_the_student(scene: Callable[..., Evidence]) -> None:
    masked, honest = (overrated(scene(voice), Surface(Reading())) for voice in (SURE, LOST))
    assert masked is not None and honest is not None
    assert masked[0].point == pytest.approx(0.4, abs=0.08)
    assert abs(honest[0].point) < 0.05
    assert masked[1].low is not None and masked[1].low > 0.2


def test_the_student_is_never_what_the_grader_is_fitted_on(exhibit: Make, attempt: Try, evidence: Gather) -> None:
    """A voice that only the student has, always right with it, teaches the grader nothing."""
    rows = [
        exhibit(f"s{k}", [attempt(SURE if k % 2 else LOST, float(k % 2))], [attempt(f"{LOST} {LOST}", 1.0)])
        for k in range(100)
    ]
    found = overrated(evidence(rows), Surface(Reading()))
    assert found is not None and found[0].point < -0.5
