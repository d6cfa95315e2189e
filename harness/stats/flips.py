"""How often two attempts at one item differ: the teacher against itself, and the student against the teacher.

A teacher that is sampled does not agree with itself, so the flips between teacher and student say little alone. The
flips of the teacher against itself are the noise floor; what a student adds to them is its own.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from harness.compared import NoiseFloor
from harness.stats.clustered import mean_difference, t_interval
from harness.stats.inputs import Clusters, Floats
from harness.stats.rates import mean_share
from harness.stats.repeats import attempts


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """Attempts of one model at `count` items: scores in [0, 1] and item numbers from 0, shape (m,) each."""

    scores: ArrayLike
    items: ArrayLike
    count: int


def noise_floor(
    teacher: Attempts, student: Attempts, weights: ArrayLike | None, clusters: Clusters, level: float
) -> NoiseFloor | None:
    """Flips of the teacher against itself and of the student against it; None if no item has two teacher attempts.

    Weights and clusters are the items', shape (count,). For scores that are no 0 or 1 a flip counts by the distance of
    the two scores. The excess is 0 for a student that is right at every item as often as the teacher, and may be below
    0: a student that always gives the teacher's likelier answer flips less than the teacher does. Raises ValueError for
    an item without attempts, for different numbers of items, and as `clustered.mean_difference` does.
    """
    if teacher.count != student.count:
        raise ValueError(f"{teacher.count} items of the teacher, {student.count} of the student")
    own, between = self_flips(teacher), cross_flips(teacher, student)
    known = ~np.isnan(own)
    if not known.any():
        return None
    w = None if weights is None else np.asarray(weights, dtype=np.float64)[known]
    c = None if clusters is None else [label for label, keep in zip(clusters, known, strict=True) if keep]
    return NoiseFloor(
        n=int(known.sum()),
        dropped=int((~known).sum()),
        teacher=mean_share(own[known], w, c, level),
        student=mean_share(between[known], w, c, level),
        excess=t_interval(mean_difference(own[known], between[known], w, c), level),
    )


def self_flips(model: Attempts) -> Floats:
    """Mean distance of two attempts at each item, shape (count,): unbiased; NaN for an item with one attempt.

    Of 0/1 scores with r right of k attempts, 2 r (k - r) / (k (k - 1)). Raises ValueError as `noise_floor` does.
    """
    values, numbers = _checked(model)
    made = np.bincount(numbers, minlength=model.count)
    pairs = made * (made - 1) / 2
    flips: Floats = np.full(model.count, np.nan)
    np.divide(_distances(values, numbers, model.count), pairs, out=flips, where=pairs > 0)
    return np.clip(flips, 0.0, 1.0)


def cross_flips(one: Attempts, other: Attempts) -> Floats:
    """Mean distance of an attempt of one model and one of the other at each item, shape (count,).

    Of 0/1 scores with shares p and q right, p (1 - q) + q (1 - p). Raises ValueError as `noise_floor` does.
    """
    (a, at), (b, bt), count = _checked(one), _checked(other), one.count
    # All pairs of both models together, less those within a model.
    pooled = _distances(np.concatenate([a, b]), np.concatenate([at, bt]), count)
    between = pooled - _distances(a, at, count) - _distances(b, bt, count)
    pairs = np.bincount(at, minlength=count) * np.bincount(bt, minlength=count)
    return np.clip(between / pairs, 0.0, 1.0)


def _checked(model: Attempts) -> tuple[Floats, NDArray[np.intp]]:
    values, numbers = attempts(model.scores, model.items, model.count)
    if ((values < 0) | (values > 1)).any():
        raise ValueError("scores must lie in [0, 1]")
    return values, numbers


def _distances(values: Floats, numbers: NDArray[np.intp], count: int) -> Floats:
    """Sum of |x - y| over the pairs of each item's attempts: rising, the j-th of k counts 2 j - k + 1 times."""
    order = np.lexsort((values, numbers))
    values, numbers = values[order], numbers[order]
    made = np.bincount(numbers, minlength=count)
    rank = np.arange(values.size) - (np.cumsum(made) - made)[numbers]
    return np.bincount(numbers, values * (2 * rank - made[numbers] + 1), minlength=count).astype(np.float64)
