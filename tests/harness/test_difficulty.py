"""What a slice tells of difficulty, and cliffs along it."""

from collections.abc import Sequence

import numpy as np
import pytest

from harness import difficulty
from harness.plan import SuiteSpec
from harness.protocols import Loaded
from harness.records import Sample
from harness.stats.inputs import PairedScores
from harness.suite import make_suite


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (["3", "1.5", "-2"], [3, 1.5, -2]),
        (["level 3", "Level 10", "level 4"], [3, 10, 4]),
        (["A1", "A2", "B1"], [None] * 3),
        (["level 3", "L4", "5"], [None] * 3),
        (["level-3"], [3]),  # no minus: a hyphen
        (["easy", "Hard", "medium"], [0, 2, 1]),
        (["easy", "4"], [None, 4]),
        (["(none)", "3-5", "nan", "inf", "1e999", ""], [None] * 6),
        ([None, "2"], [None, 2]),
        ([], []),
    ],
)
def test_difficulties_are_read_from_values(values: Sequence[str | None], told: Sequence[float | None]) -> None:
    assert difficulty.difficulties(values) == told


def chosen(slices: Sequence[dict[str, str]], named: str | None = None) -> str | None:
    samples = [Sample(id=f"s{n}", slices=given) for n, given in enumerate(slices)]
    return difficulty.chosen(make_suite(SuiteSpec(name="math", difficulty=named), Loaded(samples=samples)))


def test_the_plan_names_the_difficulty() -> None:
    assert chosen([{"age": "7", "level": "1"}], "age") == "age"


def test_a_usual_name_with_enough_levels_comes_first() -> None:
    words = ("easy", "medium", "hard")
    assert chosen([{"difficulty": words[n % 3], "steps": str(n)} for n in range(6)]) == "steps"
    assert chosen([{"difficulty": words[n % 3], "steps": str(n)} for n in range(5)]) == "difficulty"
    assert chosen([{"difficulty": "blue", "level": "1"}, {"difficulty": "red", "level": "2"}]) == "level"
    assert chosen([{"topic": "1"}]) is None


def scores(teacher: Sequence[float], student: Sequence[float]) -> PairedScores:
    return PairedScores(
        teacher=np.array(teacher),
        student=np.array(student),
        weights=np.ones(len(teacher)),
        codes=np.arange(len(teacher)),
    )


def test_a_cliff_is_found_where_the_student_falls() -> None:
    """Nine of ten up to level 5, then one in three less a level, 100 items each."""
    values, teacher, student = [], [], []
    for level in range(1, 9):
        right = 90 if level <= 5 else 90 - 28 * (level - 5)
        values += [f"level {level}"] * 100
        teacher += [1.0] * 90 + [0.0] * 10
        student += [1.0] * right + [0.0] * (100 - right)
    found = difficulty.cliff("level", [*values, "(none)"], scores([*teacher, 1.0], [*student, 0.0]), 7)
    assert found.found == "cliff"
    assert found.knot is not None and 4 <= found.knot.point <= 6
    assert sum(level.n for level in found.levels) == 800  # the one that tells nothing is left out


def test_without_an_order_there_is_no_verdict() -> None:
    found = difficulty.cliff("level", ["blue", "red"], scores([1, 1], [1, 0]), 7)
    assert (found.found, found.levels) == ("abstained", ())
    assert 'the values of "level" tell no order' in found.reason


def test_three_words_are_too_few_levels() -> None:
    found = difficulty.cliff("level", ["easy", "medium", "hard"] * 40, scores([1.0] * 120, [1.0, 1.0, 0.0] * 40), 7)
    assert found.found == "abstained" and "3 levels" in found.reason and "needs 6" in found.reason
