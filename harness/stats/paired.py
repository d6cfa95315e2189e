"""Two models that answered the same items right or wrong: how far apart, and whether by more than a margin.

Everything follows from the four cells of the paired table. The margin tests invert Newcombe's interval, so that a
p-value and the interval beside it in a report can never tell different stories.
"""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import ndtr
from scipy.stats import binomtest
from statsmodels.stats.proportion import proportion_confint

from harness.records import Interval, PairedCells
from harness.stats.inputs import check_level, check_margin, paired_scores

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


def newcombe(cells: PairedCells, level: float) -> Interval:
    """Student minus teacher accuracy, in [-1, 1], with Newcombe's score interval for paired proportions.

    Raises ValueError without items. Source: Newcombe (1998), Statistics in Medicine 17:2635-2650, method 10.
    """
    check_level(level)
    low, high = _limits(cells, 1 - level)
    return Interval(point=_delta(cells), low=low, high=high, level=level, method="newcombe-paired")


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

    The alpha at which the upper limit of `newcombe` at level 1 - 2 alpha equals -margin; above one half, where no such
    level exists, the lower limit continues it. Raises ValueError without items or for a margin outside [0, 1].
    """
    return float(ndtr(-_z_of_margin(cells, margin)))


def safe_p_value(cells: PairedCells, margin: float) -> float:
    """One-sided p-value of delta <= -margin, against the student being within the margin (in [0, 1]).

    The alpha at which the lower limit of `newcombe` at level 1 - 2 alpha equals -margin: below 5% exactly where
    the gate passes. 0.0 means that no level reaches the margin. Raises ValueError as `harm_p_value`, its complement.
    """
    return float(ndtr(_z_of_margin(cells, margin)))


def _z_of_margin(cells: PairedCells, margin: float) -> float:
    """The signed normal quantile at which a limit is -margin: positive for the upper limit, negative for the lower.

    The limits grow strictly with z (checked over every table of up to 25 pairs) save where they are already -1 or 1.
    """
    check_margin(margin)

    def excess(z: float) -> float:
        low, high = _limits(cells, 2 * float(ndtr(-abs(z))))
        return (high if z > 0 else low) + margin

    above = _delta(cells) + margin
    if above == 0:
        return 0.0
    end = math.copysign(_Z_END, -above)
    if excess(end) * above >= 0:
        return math.copysign(math.inf, end)
    return float(brentq(excess, 0.0, end))


def _limits(cells: PairedCells, alpha: float) -> tuple[float, float]:
    """Newcombe's lower and upper limit, each with a tail of alpha / 2."""
    delta, phi = _delta(cells), _corrected_phi(cells)
    right = np.array([cells.both + cells.student_only, cells.both + cells.teacher_only])
    s, t = right / cells.n
    (s_low, t_low), (s_high, t_high) = proportion_confint(right, cells.n, alpha=alpha, method="wilson")
    return delta - _joined(s - s_low, t_high - t, phi), delta + _joined(s_high - s, t - t_low, phi)


def _joined(one: float, other: float, phi: float) -> float:
    return math.sqrt(max(one * one - 2 * phi * one * other + other * other, 0.0))


def _delta(cells: PairedCells) -> float:
    if cells.n == 0:
        raise ValueError("a comparison needs at least one pair")
    return (cells.student_only - cells.teacher_only) / cells.n


def _corrected_phi(cells: PairedCells) -> float:
    """The correlation of the two outcomes, shrunk by half a pair when positive; 0 when a model never varies."""
    a, b, c, d = cells.both, cells.teacher_only, cells.student_only, cells.neither
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    if margins == 0:
        return 0.0
    excess = a * d - b * c
    if excess > 0:
        return max(excess - cells.n / 2, 0.0) / math.sqrt(margins)
    return excess / math.sqrt(margins)
