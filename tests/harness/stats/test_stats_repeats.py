from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.stats.clustered import mean_difference
from harness.stats.repeats import item_means, majority_at_k, pass_at_k

thorough = settings(deadline=None, max_examples=60)


def test_the_item_is_the_unit():
    # Attempts of item 0: 1 0; of item 1: 1; of item 2: 0 0 0 1.
    means = item_means([1, 0, 1, 0, 0, 0, 1], [0, 0, 1, 2, 2, 2, 2], 3)
    assert means == pytest.approx([0.5, 1.0, 0.25])
    assert mean_difference(np.zeros(3), means, None, None).point == pytest.approx(1.75 / 3)  # not 3/7 of the attempts


@pytest.mark.parametrize(
    ("scores", "items", "count", "message"),
    [
        ([1.0], [0], 2, "item 1 has no attempt"),
        ([1.0, 0.0], [0], 1, "one finite score"),
        ([float("nan")], [0], 1, "one finite score"),
        ([1.0], [3], 1, "between 0 and 0"),
        ([], [], 0, "item 0 has no attempt"),
    ],
)
def test_attempts_that_do_not_fit_are_refused(scores, items, count, message):
    with pytest.raises(ValueError, match=message):
        item_means(scores, items, count)


@thorough
@given(st.integers(1, 9).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n), st.integers(1, n))))
def test_pass_at_k_is_the_share_of_draws_with_a_right_one(case):
    correct, made, k = case
    draws = list(combinations([1] * correct + [0] * (made - correct), k))
    assert pass_at_k([correct], [made], k)[0] == pytest.approx(np.mean([max(draw) for draw in draws]))


def test_pass_at_k_by_hand():
    assert pass_at_k([0, 1, 5, 10], [10, 10, 10, 10], 3) == pytest.approx([0, 0.3, 1 - 10 / 120, 1])
    assert pass_at_k([3, 1], [4, 2], 1) == pytest.approx([0.75, 0.5])  # pass@1 is the mean
    assert pass_at_k([1], [100_000], 50_000)[0] == pytest.approx(0.5)  # no overflow


@pytest.mark.parametrize(("correct", "made", "k"), [([1], [2], 3), ([1], [2], 0), ([3], [2], 1), ([-1], [2], 1)])
def test_pass_at_k_refuses_what_cannot_be_drawn(correct, made, k):
    with pytest.raises(ValueError, match=r"pass@|correct <= made"):
        pass_at_k(correct, made, k)


def by_lot(answers, scores, k):
    """Every draw of k, its most frequent answers, and the mean score of those."""
    total = []
    for draw in combinations(range(len(answers)), k):
        votes = Counter(answers[i] for i in draw if answers[i] is not None)
        top = [a for a, n in votes.items() if n == max(votes.values())]
        total.append(np.mean([scores[answers.index(a)] for a in top]) if top else 0.0)
    return np.mean(total)


@thorough
@given(st.lists(st.sampled_from(["a", "b", "c", "d", None]), min_size=1, max_size=9), st.data())
def test_majority_is_the_mean_over_every_draw(answers, data):
    k = data.draw(st.integers(1, len(answers)))
    worth = {"a": 1.0, "b": 0.0, "c": 0.5, "d": 0.0, None: 0.0}
    scores = [worth[a] for a in answers]
    assert majority_at_k(answers, scores, k) == pytest.approx(by_lot(answers, scores, k))


def test_majority_by_hand():
    assert majority_at_k(["7", "7", "8"], [1, 1, 0], 3) == 1.0
    assert majority_at_k(["7", "8"], [1, 0], 2) == pytest.approx(0.5)  # a tie, by lot
    assert majority_at_k([None, None, "7"], [0, 0, 1], 2) == pytest.approx(2 / 3)  # no vote scores 0
    assert majority_at_k(["7", "8", "8"], [1, 0, 0], 1) == pytest.approx(1 / 3)


def test_majority_of_hundreds_of_attempts_is_exact_and_finite():
    answers = ["right"] * 150 + ["wrong"] * 130 + [f"odd {n}" for n in range(120)]
    scores = [float(a == "right") for a in answers]
    found = majority_at_k(answers, scores, 101)
    rng = np.random.default_rng(0)
    drawn = rng.multivariate_hypergeometric([150, 130, 120], 101, size=20_000)
    simulated = np.mean((drawn[:, 0] > drawn[:, 1]) + 0.5 * (drawn[:, 0] == drawn[:, 1]))
    assert found == pytest.approx(simulated, abs=4 * 0.5 / 20_000**0.5)


@pytest.mark.parametrize(
    ("answers", "scores", "k", "message"),
    [
        (["a"], [1, 0], 1, "1 answers and 2 scores"),
        (["a"], [1], 2, "majority@2"),
        (["a", "a"], [1, 0], 1, "two scores"),
        (["a"] * 513, [1] * 513, 5, "512"),
    ],
)
def test_votes_that_cannot_be_counted_are_refused(answers, scores, k, message):
    with pytest.raises(ValueError, match=message):
        majority_at_k(answers, scores, k)
