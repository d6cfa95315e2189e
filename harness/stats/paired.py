"""Two models that answered the same items right or wrong: how far apart, and whether by more than a margin.

Everything follows from the four cells of the paired table. The margin tests invert the interval, so that a p-value and
the interval beside it in a report can never tell different stories.

`interval` is Newcombe's with one guard. Where hardly any pair is lost, Newcombe's limits depend on how often both
models are right, and become too narrow: of 60 pairs with a true loss of 3 points and no gains, 16% show no loss, and
Newcombe's 90% interval then excludes the loss (nominal: 5%). So a limit never stops short of the exact binomial limit
of the lost pairs alone, with the gained ones taken as known (and the other way round at the upper end).
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import ndtr
from scipy.stats import binomtest

from harness.compared import PairedCells
from harness.records import Interval
from harness.stats.binomial import exact_tail, exact_upper
from harness.stats.inputs import Floats, check_level, check_margin, paired_scores

_Z_END = 37.0  # the normal tail beyond is below 1e-299: no p-value needs it


def cells(teacher: ArrayLike, student: ArrayLike) -> PairedCells:
    """Count who was right, from two arrays of 0 and 1 (or booleans), shape (n,).

    Raises ValueError for no items, unequal lengths, or any other score: fractions belong in `clustered`.
    """
    scores = paired_scores(teacher, student, None, None)
    t, s = scores.teacher == 1, scores.student == 1
    if not (t | (scores.teacher == 0)).all() or not (s | (scores.student == 0)).all():
        raise ValueError("cells need scores of 0 or 1; compare fractional scores with clustered.mean_difference")
    counts = [int(np.count_nonzero(mask)) for mask in (t & s, t & ~s, ~t & s, ~t & ~s)]
    return PairedCells(both=counts[0], teacher_only=counts[1], student_only=counts[2], neither=counts[3])


def interval(cells: PairedCells, level: float) -> Interval:
    """Student minus teacher accuracy, in [-1, 1]: `newcombe`, or wider where few pairs differ.

    Method "newcombe-guarded" marks a limit that the guard moved outwards (see the head of this module). Raises
    ValueError without items.
    """
    check_level(level)
    delta, table = _delta(cells), _table(cells)
    (low,), (high,) = _published_limits(table, 1 - level)
    (floor,), (ceiling,) = _guards(table, 1 - level)
    return Interval(
        point=delta,
        low=min(float(low), float(floor)),
        high=max(float(high), float(ceiling)),
        level=level,
        method="newcombe-guarded" if floor < low or ceiling > high else "newcombe-paired",
    )


def newcombe(cells: PairedCells, level: float) -> Interval:
    """Student minus teacher accuracy, in [-1, 1], with Newcombe's score interval for paired proportions, as published.

    Raises ValueError without items. Source: Newcombe (1998), Statistics in Medicine 17:2635-2650, method 10.
    """
    check_level(level)
    delta = _delta(cells)
    (low,), (high,) = _published_limits(_table(cells), 1 - level)
    return Interval(point=delta, low=float(low), high=float(high), level=level, method="newcombe-paired")


def limits(tables: ArrayLike, level: float) -> tuple[Floats, Floats]:
    """Lower and upper limits of `interval` for k tables at once, shape (k,) each.

    `tables` has the shape (k, 4): pairs that both, only the teacher, only the student and neither got right. Raises
    ValueError for another shape, negative counts or a table without pairs.
    """
    counts = _counts(tables, level)
    low, high = _published_limits(counts, 1 - level)
    floor, ceiling = _guards(counts, 1 - level)
    return np.minimum(low, floor), np.maximum(high, ceiling)


def newcombe_limits(tables: ArrayLike, level: float) -> tuple[Floats, Floats]:
    """Lower and upper limits of `newcombe` for k tables at once; arguments and errors as `limits`."""
    return _published_limits(_counts(tables, level), 1 - level)


def mcnemar(cells: PairedCells) -> float:
    """McNemar's exact two-sided p-value for equal accuracies; 1.0 when the models never disagree.

    Source: the binomial test of the discordant pairs, McNemar (1947), Psychometrika 12.
    """
    discordant = cells.teacher_only + cells.student_only
    if discordant == 0:
        return 1.0
    return float(binomtest(min(cells.teacher_only, cells.student_only), discordant).pvalue)


def harm_p_value(cells: PairedCells, margin: float) -> float:
    """One-sided p-value of delta >= -margin, against the student being worse by more than the margin (in [0, 1]).

    The alpha at which the upper limit of `interval` at level 1 - 2 alpha equals -margin; above one half, where no such
    level exists, the lower limit continues it. Raises ValueError without items or for a margin outside [0, 1].
    """
    by_score = float(ndtr(-_z_of_margin(cells, margin)))
    return max(by_score, exact_tail(cells.student_only, cells.n, cells.teacher_only / cells.n - margin))


def safe_p_value(cells: PairedCells, margin: float) -> float:
    """One-sided p-value of delta <= -margin, against the student being within the margin (in [0, 1]).

    The alpha at which the lower limit of `interval` at level 1 - 2 alpha equals -margin: below 5% exactly where
    the gate passes. 0.0 means that no level reaches the margin. Raises ValueError as `harm_p_value`.
    """
    by_score = float(ndtr(_z_of_margin(cells, margin)))
    return max(by_score, exact_tail(cells.teacher_only, cells.n, cells.student_only / cells.n + margin))


def _z_of_margin(cells: PairedCells, margin: float) -> float:
    """The signed normal quantile at which a published limit is -margin: positive for the upper, negative for the lower.

    The limits grow strictly with z (checked over every table of up to 25 pairs) save where they are already -1 or 1.
    """
    check_margin(margin)
    table = _table(cells)

    def excess(z: float) -> float:
        low, high = _published_limits(table, 2 * float(ndtr(-abs(z))))
        return float((high if z > 0 else low)[0]) + margin

    above = _delta(cells) + margin
    if above == 0:
        return 0.0
    end = math.copysign(_Z_END, -above)
    if excess(end) * above >= 0:
        return math.copysign(math.inf, end)
    return float(brentq(excess, 0.0, end))


def _counts(tables: ArrayLike, level: float) -> NDArray[np.int64]:
    check_level(level)
    counts = np.asarray(tables, dtype=np.int64)
    if counts.ndim != 2 or counts.shape[1] != 4 or (counts < 0).any() or not counts.sum(axis=1).all():
        raise ValueError(f"need tables of four counts with at least one pair each, not an array of {counts.shape}")
    return counts


def _guards(tables: NDArray[np.int64], alpha: float) -> tuple[Floats, Floats]:
    """The outermost values that the lower and the upper limit must reach, each with a tail of alpha / 2."""
    n, lost, gained = tables.sum(axis=1), tables[:, 1], tables[:, 2]
    return gained / n - exact_upper(lost, n, alpha / 2), exact_upper(gained, n, alpha / 2) - lost / n


def _published_limits(tables: NDArray[np.int64], alpha: float) -> tuple[Floats, Floats]:
    """Newcombe's lower and upper limits, shape (k,) each, with a tail of alpha / 2."""
    from statsmodels.stats.proportion import proportion_confint  # with pandas: half a second to load

    n = tables.sum(axis=1)
    phi = _corrected_phi(tables)
    right = np.stack([tables[:, 0] + tables[:, 2], tables[:, 0] + tables[:, 1]])
    s, t = right / n
    (s_low, t_low), (s_high, t_high) = proportion_confint(right, n, alpha=alpha, method="wilson")
    delta = (tables[:, 2] - tables[:, 1]) / n
    return delta - _joined(s - s_low, t_high - t, phi), delta + _joined(s_high - s, t - t_low, phi)


def _joined(one: Floats, other: Floats, phi: Floats) -> Floats:
    joined: Floats = np.sqrt(np.maximum(one * one - 2 * phi * one * other + other * other, 0.0))
    return joined


def _table(cells: PairedCells) -> NDArray[np.int64]:
    return np.array([[cells.both, cells.teacher_only, cells.student_only, cells.neither]], dtype=np.int64)


def _delta(cells: PairedCells) -> float:
    if cells.n == 0:
        raise ValueError("a comparison needs at least one pair")
    return (cells.student_only - cells.teacher_only) / cells.n


def _corrected_phi(tables: NDArray[np.int64]) -> Floats:
    """The correlations of the two outcomes, shrunk by half a pair when positive; 0 when a model never varies."""
    a, b, c, d = tables.T.astype(np.float64)
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    excess = a * d - b * c
    shrunk = np.where(excess > 0, np.maximum(excess - tables.sum(axis=1) / 2, 0.0), excess)
    phi: Floats = np.where(margins > 0, shrunk / np.sqrt(np.maximum(margins, 1.0)), 0.0)
    return phi
