"""Several attempts at one item: what k attempts come to, by item.

Averages first, then comparisons: attempts at one item are not independent of one another, so a function here makes one
value per item, and the item stays the unit. Put the values into `rates.mean_share` for a model's own rate and into
`clustered.mean_difference` for teacher against student.
"""

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from harness.stats.inputs import Floats

MOST_VOTES = 512  # of one item in a vote: beyond, counts of subsets do not fit into a float


def item_means(scores: ArrayLike, items: ArrayLike, count: int) -> Floats:
    """Mean score of each of `count` items, shape (count,), from attempts: scores and item numbers, shape (m,) each.

    Raises ValueError for an item without attempts, or arrays that do not fit.
    """
    values, numbers = attempts(scores, items, count)
    means: Floats = np.bincount(numbers, values, minlength=count) / np.bincount(numbers, minlength=count)
    return means


def drawing_variances(scores: ArrayLike, items: ArrayLike, count: int) -> Floats:
    """How uncertain drawing the attempts leaves the mean score of each item: its variance, shape (count,), unbiased.

    The sample variance of the attempts over their number; NaN for an item with one attempt. Raises ValueError as
    `item_means` does.
    """
    values, numbers = attempts(scores, items, count)
    made = np.bincount(numbers, minlength=count)
    means = np.bincount(numbers, values, minlength=count) / made
    squares = np.bincount(numbers, np.square(values - means[numbers]), minlength=count)
    variances: Floats = np.full(count, np.nan)
    np.divide(squares, made * (made - 1.0), out=variances, where=made > 1)
    return variances


def pass_at_k(correct: ArrayLike, made: ArrayLike, k: int) -> Floats:
    """Probability that at least one of k attempts is right, for n items: 1 - C(made - correct, k) / C(made, k).

    `correct` of `made` attempts were right, shape (n,) each; unbiased for every item. Raises ValueError for k < 1, for
    an item with fewer than k attempts, and for counts that do not fit.
    Source: Chen et al. (2021), Evaluating Large Language Models Trained on Code, arXiv:2107.03374.
    """
    right, total = np.broadcast_arrays(np.asarray(correct), np.asarray(made))
    if right.ndim != 1 or not np.all((right >= 0) & (right <= total)):
        raise ValueError("need 0 <= correct <= made, one pair of counts for each item")
    if k < 1 or (total < k).any():
        raise ValueError(f"pass@{k} needs k >= 1 and at least {k} attempts at every item, found {total.min(initial=0)}")
    unlucky = np.ones(right.shape)
    for drawn in range(k):  # the chance that the next of k draws without replacement is wrong too
        unlucky *= np.maximum(total - right - drawn, 0) / (total - drawn)
    return 1 - unlucky


def majority_at_k(answers: Sequence[Hashable | None], scores: Sequence[float], k: int) -> float:
    """Expected score, in [0, 1], of the most frequent answer among k of one item's attempts, drawn without replacement.

    `answers` and `scores` are the attempts', None for one without an answer: it takes a place in the draw and no vote.
    Ties are broken by lot, and a draw without a vote scores 0. Exact: the draws are counted, not sampled. Raises
    ValueError for fewer than k attempts or more than 512, and for one answer with two scores.
    """
    if len(answers) != len(scores):
        raise ValueError(f"{len(answers)} answers and {len(scores)} scores")
    if not 1 <= k <= len(answers) <= MOST_VOTES:
        raise ValueError(f"majority@{k} needs k >= 1 and between k and {MOST_VOTES} attempts, not {len(answers)}")
    worth: dict[Hashable, float] = {}
    for answer, score in zip(answers, scores, strict=True):
        if answer is not None and worth.setdefault(answer, score) != score:
            raise ValueError(f"the answer {answer!r} has two scores: {worth[answer]:g} and {score:g}")
    votes = {answer: sum(1 for given in answers if given == answer) for answer in worth}
    silent = sum(1 for answer in answers if answer is None)
    return sum(
        score * _chance_to_win(votes[answer], [n for other, n in votes.items() if other != answer], silent, k)
        for answer, score in worth.items()
        if score
    )


def attempts(scores: ArrayLike, items: ArrayLike, count: int) -> tuple[Floats, NDArray[np.intp]]:
    """Scores and item numbers of m attempts, shape (m,) each, checked. Raises ValueError as `item_means` does."""
    values, numbers = np.asarray(scores, dtype=np.float64), np.asarray(items, dtype=np.intp)
    if values.ndim != 1 or values.shape != numbers.shape or not np.isfinite(values).all():
        raise ValueError(f"need one finite score for each attempt, not {values.shape} scores of {numbers.shape} items")
    if numbers.size and not 0 <= numbers.min() <= numbers.max() < count:
        raise ValueError(f"item numbers must lie between 0 and {count - 1}")
    made = np.bincount(numbers, minlength=count)
    if count == 0 or not made.all():
        raise ValueError(f"item {int(np.argmin(made)) if count else 0} has no attempt")
    return values, numbers


def _chance_to_win(own: int, others: list[int], silent: int, k: int) -> float:
    """Probability that an answer given `own` times wins the vote of k attempts, a tie with j others counting 1/(1+j).

    For each number m of its votes, a polynomial counts the draws of the rest: one row for each number of others with m
    votes too, one column for each number of attempts drawn. Rows are the chances of a draw, so nothing overflows.
    """
    total = own + sum(others) + silent
    won = 0.0
    for m in range(1, min(own, k) + 1):
        room = k - m
        ways = np.zeros((room // m + 1, room + 1))
        ways[0, : min(silent, room) + 1] = _binomials(silent, room)
        for n in others:
            ways = _with_rival(ways, n, m)
        shares = ways[:, room] / (1 + np.arange(ways.shape[0]))
        won += float(_binomials(own, m)[m] * shares.sum())
    return float(won / _binomials(total, k)[k])


def _with_rival(ways: Floats, n: int, m: int) -> Floats:
    """The draws counted with one more rival, who was named n times and gets at most m votes; m votes move a row on."""
    names = _binomials(n, min(n, m))
    joined = np.zeros_like(ways)
    width = ways.shape[1]
    for votes, number in enumerate(names[:width]):
        taken = ways[:, : width - votes] * number
        if votes < m:
            joined[:, votes:] += taken
        else:
            joined[1:, votes:] += taken[:-1]
    return joined


def _binomials(n: int, most: int) -> Floats:
    """C(n, 0) .. C(n, min(n, most))."""
    row = np.ones(min(n, most) + 1)
    for j in range(1, row.size):
        row[j] = row[j - 1] * (n - j + 1) / j
    return row
