"""What several attempts at one item tell of a comparison: the noise floor, k attempts at a time, what drawing adds.

Nothing of this is known from single attempts. Attempts that we failed on are no attempts.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from harness.compared import AtK, AtKKind, Drawing, NoiseFloor
from harness.pairing import Floats, Item, Scores
from harness.records import WITHOUT_ANSWER, Grade
from harness.stats import clustered, flips, rates, repeats

LEVEL = 0.95
ENOUGH = 0.9  # of the items must have the attempts that a figure needs: a lost attempt shall not cost the figure

Tried = Sequence[Sequence[Grade]]  # the attempts of one model, item by item
Votes = tuple[tuple[tuple[int, float], ...], int]  # (votes, score) of each answer to an item, and attempts without one


def noise_floor(items: Sequence[Item], scores: Scores) -> NoiseFloor | None:
    """Flips beside the teacher's own; None where it answered every item once, or where scores are no accuracy.

    Agreement has its ceiling already, and a preference is one score of both replies.
    """
    teacher, student = _sides(items)
    if scores.measure != "accuracy" or all(len(grades) < 2 for grades in teacher):
        return None
    return flips.noise_floor(_attempts(teacher), _attempts(student), scores.weights, scores.clusters, LEVEL)


def drawing(items: Sequence[Item], scores: Scores, se: float) -> Drawing | None:
    """How much of the squared standard error `se` comes from drawing the answers.

    None unless more than nine of ten items have two attempts of both models; the others are taken to be like them.
    `attempts` are those of the model that has more, so that too much is never promised of further ones. None for
    agreement and preference: a score of theirs rests on several attempts, so attempts are not drawn independently.
    """
    sides = _sides(items)
    if scores.measure != "accuracy" or se == 0 or _common(_fewest(sides)) < 2:
        return None
    variance = np.sum([repeats.drawing_variances(*_arrays(side)) for side in sides], axis=0)
    known = ~np.isnan(variance)
    squares = np.square(scores.sizes / scores.sizes.sum())
    drawn = float(np.average(variance[known], weights=squares[known]) * squares.sum())
    return Drawing(
        attempts=max(float(np.mean([len(grades) for grades in side])) for side in sides),
        share=min(1.0, drawn / se**2),
    )


def at_k(items: Sequence[Item], scores: Scores) -> tuple[AtK, ...]:
    """What k attempts come to, for k = 1, 2, 4, ... and all attempts of both models; nothing for single attempts.

    pass@k needs scores of 0 and 1. majority@k needs answers, and one score for all that gave the same answer.
    """
    sides = _sides(items)
    fewest = np.array(_fewest(sides))
    most = _common(fewest)
    if scores.measure != "accuracy" or most < 2:
        return ()
    kinds: list[tuple[AtKKind, list[list[Votes]]]] = []
    if all(grade.score in (0, 1) for side in sides for grades in side for grade in grades):
        kinds.append(("pass", [[_rights(grades) for grades in side] for side in sides]))
    if all(map(_can_vote, sides)):
        kinds.append(("majority", [[_votes(grades) for grades in side] for side in sides]))
    return tuple(
        _figure(kind, k, [[_VALUE[kind](side[n], k) for n in held] for side in votes], held, scores)
        for kind, votes in kinds
        for k in _steps(most)
        for held in [np.flatnonzero(fewest >= k)]
    )


def _figure(kind: AtKKind, k: int, values: Sequence[Sequence[float]], held: NDArray[np.intp], scores: Scores) -> AtK:
    """`values` of the teacher and of the student at the items `held`, which have k attempts."""
    teacher, student = (np.clip(side, 0.0, 1.0) for side in values)
    weights = None if scores.weights is None else scores.weights[held]
    clusters = None if scores.clusters is None else [scores.clusters[n] for n in held]
    return AtK(
        kind=kind,
        k=k,
        n=held.size,
        teacher=rates.mean_share(teacher, weights, clusters, LEVEL),
        pupil=rates.mean_share(student, weights, clusters, LEVEL),
        delta95=clustered.t_interval(clustered.mean_difference(teacher, student, weights, clusters), LEVEL),
    )


def _rights(grades: Sequence[Grade]) -> Votes:
    right = sum(grade.score == 1 for grade in grades)
    return ((right, 1.0),), len(grades) - right


def _votes(grades: Sequence[Grade]) -> Votes:
    named: dict[str, tuple[int, float]] = {}
    for grade in grades:
        if (answer := _answer(grade)) is not None:
            named[answer] = (named.get(answer, (0, 0.0))[0] + 1, grade.score or 0.0)
    votes = sorted(named.values())
    return tuple(votes), len(grades) - sum(n for n, _ in votes)


@lru_cache(maxsize=16384)
def _pass_at(votes: Votes, k: int) -> float:
    ((right, _),), wrong = votes
    return float(repeats.pass_at_k([right], [right + wrong], k)[0])


@lru_cache(maxsize=16384)
def _majority_at(votes: Votes, k: int) -> float:
    named, silent = votes
    answers = [*(number for number, (n, _) in enumerate(named) for _ in range(n)), *[None] * silent]
    return repeats.majority_at_k(answers, [*(score for n, score in named for _ in range(n)), *[0.0] * silent], k)


_VALUE: Mapping[AtKKind, Callable[[Votes, int], float]] = {"pass": _pass_at, "majority": _majority_at}


def _can_vote(side: Tried) -> bool:
    """Whether there are answers to count, and each has one score at its item."""
    found = False
    for grades in side:
        if len(grades) > repeats.MOST_VOTES:
            return False
        worth: dict[str, float | None] = {}
        for grade in grades:
            answer = _answer(grade)
            if answer is not None and worth.setdefault(answer, grade.score) != grade.score:
                return False
        found = found or bool(worth)
    return found


def _answer(grade: Grade) -> str | None:
    return None if grade.outcome in WITHOUT_ANSWER else grade.answer


def _steps(most: int) -> Iterator[int]:
    k = 1
    while k < most:
        yield k
        k *= 2
    yield most


def _common(made: ArrayLike) -> int:
    """The most attempts that more than nine of ten items have."""
    return int(np.quantile(np.asarray(made), 1 - ENOUGH, method="inverted_cdf"))


def _fewest(sides: tuple[Tried, Tried]) -> list[int]:
    """Attempts of either model, item by item."""
    return [min(len(ours), len(theirs)) for ours, theirs in zip(*sides, strict=True)]


def _sides(items: Sequence[Item]) -> tuple[Tried, Tried]:
    return [item.teacher for item in items], [item.student for item in items]


def _arrays(side: Tried) -> tuple[Floats, NDArray[np.intp], int]:
    """Scores and item numbers of all attempts, and the number of items."""
    values = np.array([grade.score or 0.0 for grades in side for grade in grades])
    return values, np.repeat(np.arange(len(side)), [len(grades) for grades in side]), len(side)


def _attempts(side: Tried) -> flips.Attempts:
    values, numbers, count = _arrays(side)
    return flips.Attempts(scores=values, items=numbers, count=count)
