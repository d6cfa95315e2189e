from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.stats.flips import Attempts, cross_flips, noise_floor, self_flips


def attempts(*by_item):
    scores = [score for item in by_item for score in item]
    return Attempts(scores=scores, items=[n for n, item in enumerate(by_item) for _ in item], count=len(by_item))


scores = st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=2, max_size=6)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(scores, scores), min_size=1, max_size=5))
def test_flips_are_means_over_pairs_of_attempts(items):
    teacher, student = attempts(*(t for t, _ in items)), attempts(*(s for _, s in items))
    own = [np.mean([abs(x - y) for x, y in combinations(t, 2)]) for t, _ in items]
    between = [np.mean([abs(x - y) for x, y in product(t, s)]) for t, s in items]
    assert self_flips(teacher) == pytest.approx(own, abs=1e-12)
    assert cross_flips(teacher, student) == pytest.approx(between, abs=1e-12)


def test_by_hand():
    # Right 1 of 4: 2 * 1 * 3 / 12. Right 2 of 2: never. Asked once: unknown, not 0.
    own = self_flips(attempts([1, 0, 0, 0], [1, 1], [1]))
    assert own[:2] == pytest.approx([0.5, 0.0]) and np.isnan(own[2])


def test_the_floor_is_unbiased_and_a_twin_has_no_excess():
    """Items that are right with their own probability: 4,000 of them, 3 teacher attempts and 2 of a twin."""
    rng = np.random.default_rng(1)
    p = rng.beta(2, 1, 4000)
    teacher = rng.random((4000, 3)) < p[:, None]
    twin = rng.random((4000, 2)) < p[:, None]
    numbers = np.arange(4000)
    floor = noise_floor(
        Attempts(scores=teacher.ravel(), items=np.repeat(numbers, 3), count=4000),
        Attempts(scores=twin.ravel(), items=np.repeat(numbers, 2), count=4000),
        None,
        None,
        0.99,
    )
    truth = np.mean(2 * p * (1 - p))
    assert floor.teacher.low < truth < floor.teacher.high
    assert floor.student.low < truth < floor.student.high
    assert floor.excess.low < 0 < floor.excess.high and floor.excess.high - floor.excess.low < 0.05


def test_a_student_that_loses_items_shows_beyond_the_noise():
    teacher = attempts(*[[1, 1, 1, 0]] * 100)
    weak = attempts(*[[1, 1, 1, 0]] * 80, *[[0, 0, 0, 0]] * 20)
    floor = noise_floor(teacher, weak, None, None, 0.95)
    assert floor.teacher.point == pytest.approx(0.5)
    assert floor.student.point == pytest.approx(0.8 * 0.375 + 0.2 * 0.75)
    assert floor.excess.point == pytest.approx(floor.student.point - floor.teacher.point)


def test_items_asked_once_are_dropped_and_counted_with_their_weights_and_clusters():
    teacher = attempts([1, 0], [1], [1, 1], [0, 0])
    student = attempts([1], [1], [0], [0])
    floor = noise_floor(teacher, student, [1, 100, 1, 2], ["a", "a", "b", "c"], 0.9)
    assert (floor.n, floor.dropped) == (3, 1)
    assert floor.teacher.point == pytest.approx(1 / 4)
    assert floor.student.point == pytest.approx((0.5 + 1) / 4)


def test_without_repeats_the_floor_is_unknown():
    assert noise_floor(attempts([1], [0]), attempts([1], [1]), None, None, 0.9) is None


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="1 items of the teacher, 2"):
        noise_floor(attempts([1, 0]), attempts([1], [1]), None, None, 0.9)
    with pytest.raises(ValueError, match=r"in \[0, 1\]"):
        self_flips(attempts([1, 2]))
