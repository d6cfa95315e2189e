"""The teacher's own wrong answers in the student's mouth, against what chance makes of it."""

import random
from collections.abc import Callable, Sequence

import pytest

from graders.mimicry.copied_errors import CopiedErrors
from harness.evidence import Attempt, Evidence, Exhibit

LETTERS = "ABCDE"
Make = Callable[..., Attempt]
Rows = Sequence[tuple[str, str, str | None]]


@pytest.fixture
def wrong(
    attempt: Make, exhibit: Callable[..., Exhibit], evidence: Callable[..., Evidence]
) -> Callable[[Rows], Evidence]:
    """Evidence of samples that both (and perhaps the base) answer wrongly, by what they answer."""

    def make(rows: Rows) -> Evidence:
        return evidence(
            [
                exhibit(
                    f"s{number}",
                    [attempt("t", 0.0, answer=teacher)],
                    [attempt("s", 0.0, answer=student)],
                    base=[attempt("b", 0.0, answer=base)] if base else [],
                )
                for number, (teacher, student, base) in enumerate(rows)
            ]
        )

    return make


def test_independent_errors_agree_as_often_as_chance(wrong: Callable[[Rows], Evidence]) -> None:
    rng = random.Random(4)
    rows = [(rng.choice(LETTERS), rng.choice(LETTERS), None) for _ in range(400)]
    finding = CopiedErrors().detect(wrong(rows))
    assert finding.estimate is not None and finding.estimate.low is not None and finding.estimate.high is not None
    assert finding.estimate.low < 0 < finding.estimate.high
    assert finding.estimate.level == 0.9
    assert (finding.group, finding.p_value, finding.state, finding.n) == (None, None, "clear", 400)


def test_copied_errors_agree_more_often(wrong: Callable[[Rows], Evidence]) -> None:
    rng = random.Random(2)
    rows = []
    for _ in range(400):
        teacher = rng.choice(LETTERS)
        rows.append((teacher, teacher if rng.random() < 0.5 else rng.choice(LETTERS), None))
    finding = CopiedErrors().detect(wrong(rows))
    assert finding.estimate is not None
    assert finding.estimate.point == pytest.approx(0.4, abs=0.06)
    assert rows[int(finding.evidence[0][1:])][0] == rows[int(finding.evidence[0][1:])][1]


def test_open_answers_are_compared_with_the_base_and_abstain_without_one(wrong: Callable[[Rows], Evidence]) -> None:
    trap = [(str(n), str(n if n % 2 else n + 1000), str(n if n % 2 else n + 2000)) for n in range(100)]
    finding = CopiedErrors().detect(wrong(trap))
    assert finding.estimate is not None
    assert finding.estimate.point == 0  # the base falls into the same traps
    assert "50% of the student's answers are the teacher's" in finding.reason

    alone = CopiedErrors().detect(wrong([(teacher, student, None) for teacher, student, _ in trap]))
    assert alone.state == "abstained"
    assert "without a base" in alone.reason


def test_fewer_than_twenty_common_errors_make_it_abstain(
    wrong: Callable[[Rows], Evidence],
    attempt: Make,
    exhibit: Callable[..., Exhibit],
    evidence: Callable[..., Evidence],
) -> None:
    assert CopiedErrors().detect(wrong([("A", "B", None)] * 19)).state == "abstained"
    assert CopiedErrors().detect(wrong([("A", "B", None)] * 20)).state == "clear"
    one_right = [exhibit(f"s{n}", [attempt("t", 0.0, answer="A")], [attempt("s", 1.0, answer="A")]) for n in range(40)]
    assert CopiedErrors().detect(evidence(one_right)).reason.startswith("0 samples")
