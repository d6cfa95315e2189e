"""Quality cliffs: does the student keep up to some difficulty and then fall?

A student that is weaker throughout loses more accuracy where the teacher itself is in doubt, which looks like a bend
and is none. So the gap is measured in logits: log-odds of the student minus log-odds of the teacher, level by level.
Against a straight line of the difficulty stands a broken stick, two lines joined at a knot, which must earn its two
parameters (BIC). The difficulty must come from outside the student: a level, a number of steps, or the teacher's pass
rate on other samples, never the same scores that are compared.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from harness.explored import Cliff, Level
from harness.records import Interval
from harness.stats.clustered import cluster_covariance, kish
from harness.stats.inputs import Floats, PairedScores, check_level

FEWEST_LEVELS = 6
_MOST_LEVELS = 12
_FEWEST_ITEMS = 20  # at a level; smaller neighbours are joined
_SURE = 1.645  # standard errors: one-sided 5%
_DRAWS = 499
_FEWEST_FITS = 0.9  # share of the replications that must have items above and below a knot


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """Weighted means at k levels, shape (k,) each, over `size` equally heavy items."""

    size: Floats
    teacher: Floats
    student: Floats
    product: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fit:
    straight: float
    broken: float
    knot: int
    before: float
    after: float
    after_se: float

    @property
    def falls(self) -> bool:
        """Whether the broken stick is better, and the gap widens after the knot, surely and faster than before."""
        return self.broken < self.straight and self.after < self.before and self.after < -_SURE * self.after_se


def find_cliff(difficulty: ArrayLike, scores: PairedScores, seed: int, level: float = 0.95) -> Cliff:
    """Look for a cliff along the difficulty, finite numbers of shape (n,), higher is harder; scores in [0, 1].

    Levels with fewer than 20 items are joined with their neighbours, into 12 at most; with fewer than 6 left it
    abstains. Raises ValueError for difficulties that are not finite or not one for each item, and for scores outside
    [0, 1].
    Source: the empirical logits of Agresti and Min (2005), Biometrics 61:515-523 (half an item added to each cell), and
    Schwarz (1978), Annals of Statistics 6:461-464.
    """
    check_level(level)
    place = _place(difficulty, scores)
    at, where = _join(place)
    if where.size < FEWEST_LEVELS:
        reason = f"{where.size} levels of difficulty with {_FEWEST_ITEMS} items or more; a cliff needs {FEWEST_LEVELS}"
        return Cliff(found="abstained", reason=reason, levels=_levels(_tabulate(at, scores, scores.weights), at, where))
    table = _tabulate(at, scores, scores.weights)
    fit = _fit(table, where, _design_effect(scores), kish(scores))
    knot, drop = _bootstrap(at, where, scores, seed, level) if fit.falls else (None, None)
    return Cliff(
        found="cliff" if fit.falls else "none",
        reason=_reason(fit, where),
        levels=_levels(table, at, where),
        bic_straight=fit.straight,
        bic_broken=fit.broken,
        knot=knot,
        drop=drop,
    )


def _reason(fit: _Fit, where: Floats) -> str:
    if fit.falls:
        return f"the gap widens faster above a difficulty of {where[fit.knot]:g}"
    if fit.broken < fit.straight:
        return f"the gap bends at a difficulty of {where[fit.knot]:g}, but does not widen faster above it"
    return "a straight line of the difficulty describes the gap as well"


def _place(difficulty: ArrayLike, scores: PairedScores) -> Floats:
    place = np.asarray(difficulty, dtype=np.float64)
    if place.shape != scores.codes.shape or not np.isfinite(place).all():
        raise ValueError(f"need one finite difficulty for each of {scores.codes.size} items")
    for side in (scores.teacher, scores.student):
        if ((side < 0) | (side > 1)).any():
            raise ValueError("scores must lie in [0, 1]")
    return place


def _join(place: Floats) -> tuple[NDArray[np.intp], Floats]:
    """The level of each item, shape (n,), and the mean difficulty of each level, rising."""
    values, inverse, counts = np.unique(place, return_inverse=True, return_counts=True)
    least = _FEWEST_ITEMS if values.size <= _MOST_LEVELS else max(_FEWEST_ITEMS, place.size / _MOST_LEVELS)
    level_of = np.zeros(values.size, dtype=np.intp)
    current, held = 0, 0
    for n, count in enumerate(counts.tolist()):
        if held >= least:
            current, held = current + 1, 0
        level_of[n] = current
        held += count
    if held < least and current:  # what is left over joins the hardest level
        level_of[level_of == current] = current - 1
    at = level_of[inverse]
    return at, np.bincount(at, place) / np.bincount(at)


def _tabulate(at: NDArray[np.intp], scores: PairedScores, weights: Floats) -> _Table:
    """Levels without weight have the size 0 and means of 0."""
    count = int(at.max()) + 1
    total = np.bincount(at, weights, minlength=count)
    held = np.where(total > 0, total, 1.0)

    def mean(values: Floats) -> Floats:
        means: Floats = np.bincount(at, weights * values, minlength=count) / held
        return means

    squares = np.bincount(at, weights**2, minlength=count)
    return _Table(
        size=total**2 / np.where(squares > 0, squares, 1.0),
        teacher=mean(scores.teacher),
        student=mean(scores.student),
        product=mean(scores.teacher * scores.student),
    )


def _gaps(table: _Table) -> tuple[Floats, Floats]:
    """Student minus teacher in logits at each level, and its variance, with half an item added to each cell."""
    n = table.size + 2
    t, s = ((table.size * p + 1) / n for p in (table.teacher, table.student))
    both = (table.size * table.product + 0.5) / n
    vt, vs = t * (1 - t), s * (1 - s)
    variance = (1 / vt + 1 / vs - 2 * (both - t * s) / (vt * vs)) / n
    return np.log(s / (1 - s)) - np.log(t / (1 - t)), variance


def _fit(table: _Table, where: Floats, inflation: float, items: float) -> _Fit:
    """Weighted least squares of the gap on the difficulty, straight and with the best knot."""
    gap, variance = _gaps(table)
    root = 1 / np.sqrt(variance * inflation)
    line = np.stack([np.ones(where.size), where], axis=1)
    straight = _least_squares(line, gap, root)[0]
    knots = []
    for knot in range(1, where.size - 1):
        bent = np.column_stack([line, np.maximum(where - where[knot], 0.0)])
        knots.append((*_least_squares(bent, gap, root), knot))
    broken, coefficients, covariance, knot = min(knots, key=lambda fit: fit[0])
    unit = float(np.log(items))
    return _Fit(
        straight=straight + 2 * unit,
        broken=broken + 4 * unit,
        knot=knot,
        before=float(coefficients[1]),
        after=float(coefficients[1:].sum()),
        after_se=float(np.sqrt(covariance[1:, 1:].sum())),
    )


def _least_squares(design: Floats, gap: Floats, root: Floats) -> tuple[float, Floats, Floats]:
    """Misfit, coefficients and their covariance; `root` are the square roots of the weights."""
    weighted = design * root[:, None]
    covariance = np.linalg.pinv(weighted.T @ weighted).astype(np.float64)
    coefficients: Floats = covariance @ (weighted.T @ (gap * root))
    residual = (gap - design @ coefficients) * root
    return float(residual @ residual), coefficients, covariance


def _design_effect(scores: PairedScores) -> float:
    """How much larger clusters make the variance of the mean difference, at least 1."""
    difference = scores.student - scores.teacher
    residual = difference - scores.mean(difference)
    alone = float(np.sum((residual * scores.weights) ** 2)) / scores.weights.sum() ** 2
    return max(1.0, float(cluster_covariance(residual, scores)) / alone) if alone > 0 else 1.0


def _drop(table: _Table, weights: Floats, knot: int) -> float:
    """Mean difference above the knot less that at and below it; `weights` are the levels'."""
    difference = table.student - table.teacher
    low, high = weights[: knot + 1], weights[knot + 1 :]
    return float(high @ difference[knot + 1 :] / high.sum() - low @ difference[: knot + 1] / low.sum())


def _bootstrap(
    at: NDArray[np.intp], where: Floats, scores: PairedScores, seed: int, level: float
) -> tuple[Interval | None, Interval | None]:
    """Knot and drop with percentile intervals; None where too many replications miss a whole side of the knot."""
    inflation, items = _design_effect(scores), kish(scores)
    whole = np.bincount(at, scores.weights).astype(np.float64)
    table = _tabulate(at, scores, scores.weights)
    best = _fit(table, where, inflation, items).knot
    drawn = []
    for weights in _resampled(scores, seed):
        sums = np.bincount(at, weights, minlength=where.size).astype(np.float64)
        sample = _tabulate(at, scores, weights)
        held = sample.size > 0
        if held.sum() < 3:
            continue
        left = _Table(**{name: getattr(sample, name)[held] for name in ("size", "teacher", "student", "product")})
        knot = _fit(left, where[held], inflation, items).knot
        drawn.append((where[held][knot], _drop(left, sums[held], knot)))
    if len(drawn) < _FEWEST_FITS * _DRAWS:
        return None, None
    tail = (1 - level) / 2
    (knot_low, drop_low), (knot_high, drop_high) = np.quantile(drawn, [tail, 1 - tail], axis=0)
    return (
        _percentile(float(where[best]), float(knot_low), float(knot_high), level),
        _percentile(_drop(table, whole, best), float(drop_low), float(drop_high), level),
    )


def _percentile(point: float, low: float, high: float, level: float) -> Interval:
    return Interval(point=point, low=min(low, point), high=max(high, point), level=level, method="cluster-bootstrap")


def _resampled(scores: PairedScores, seed: int) -> Iterator[Floats]:
    """Item weights of samples of the clusters, drawn with replacement: a cluster counts as often as it was drawn."""
    rng = np.random.default_rng(seed)
    clusters = scores.clusters
    for _ in range(_DRAWS):
        times = np.bincount(rng.integers(0, clusters, clusters), minlength=clusters)
        yield scores.weights * times[scores.codes]


def _levels(table: _Table, at: NDArray[np.intp], where: Floats) -> tuple[Level, ...]:
    return tuple(
        Level(difficulty=float(d), n=int(n), teacher=float(t), student=float(s))
        for d, n, t, s in zip(where, np.bincount(at), table.teacher, table.student, strict=True)
    )
