"""The wild cluster bootstrap of a mean difference: what the t test would show if the cluster means had other signs.

Every replication gives each cluster's residuals a random sign (or one of Webb's six factors) and computes the t value
anew. It asks nothing of the distribution but that it be symmetric, and so answers where few clusters of unequal size
make the t distribution doubtful. It needs the data, not just an estimate and its standard error, so the gate does not
rest on it; docs/statistics.md has the measurement of both.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from harness.records import Interval
from harness.stats.inputs import Clusters, Floats, check_level, check_margin, paired_scores

_FEW = 12  # clusters up to which all sign patterns are tried instead of drawn: at most 4,096
_FEWEST_FOR_SIGNS = 8  # below, the few patterns of signs make p-values coarse, and Webb's factors are used
_WEBB = np.array([-np.sqrt(1.5), -1.0, -np.sqrt(0.5), np.sqrt(0.5), 1.0, np.sqrt(1.5)])
_BLOCK = 1 << 20  # factors held at a time
_NO_SPREAD = 1e-9  # of sums of scores in [0, 1]: below, rounding
_TIE = 1e-9  # t values this close are equal: mirrored patterns differ by rounding only


@dataclass(frozen=True, slots=True, kw_only=True)
class WildBootstrap:
    """A mean difference ready for tests at any value: per replication, the sums that the t value is made of.

    With S the clusters' sums of weighted differences, W their weights (both as shares of all weight) and v the factors,
    `sums` has the columns v.S, v.W, v.SW, v.W^2, v^2.S^2, v^2.SW, v^2.W^2. `observed` is that row for factors of 1,
    `heavy` is W.W, and `factors` names the distribution of v.
    """

    point: float
    clusters: int
    factors: str
    heavy: float
    sums: Floats
    observed: Floats


def wild_bootstrap(
    teacher: ArrayLike, student: ArrayLike, weights: ArrayLike | None, clusters: Clusters, seed: int, draws: int = 1999
) -> WildBootstrap:
    """Prepare the bootstrap of the weighted mean of student minus teacher over n items, arrays of shape (n,).

    Up to 12 clusters (and from 8 on) all patterns of Rademacher signs are tried; below 8, Webb's six-point factors are
    drawn, above 12 Rademacher signs: `draws` times. Memory does not depend on the number of clusters. Raises ValueError
    for fewer than two clusters, for draws < 1 and as `clustered.mean_difference` does.
    Source: Cameron, Gelbach and Miller (2008), Review of Economics and Statistics 90:414-427, null imposed; Webb
    (2023), Canadian Journal of Economics 56:839-858.
    """
    scores = paired_scores(teacher, student, weights, clusters)
    if scores.clusters < 2 or draws < 1:
        raise ValueError(f"the wild bootstrap needs two clusters and one draw, not {scores.clusters} and {draws}")
    shares = scores.weights / scores.weights.sum()
    total = np.bincount(scores.codes, shares * (scores.student - scores.teacher))
    heavy = np.bincount(scores.codes, shares)
    linear = np.stack([total, heavy, total * heavy, heavy**2], axis=1)
    squared = np.stack([total**2, total * heavy, heavy**2], axis=1)
    blocks = [np.hstack([v @ linear, v**2 @ squared]) for v in _factors(scores.clusters, seed, draws)]
    return WildBootstrap(
        point=float(total.sum()),
        clusters=scores.clusters,
        factors="webb" if scores.clusters < _FEWEST_FOR_SIGNS else "rademacher",
        heavy=float(heavy @ heavy),
        sums=np.concatenate(blocks),
        observed=np.concatenate([linear.sum(axis=0), squared.sum(axis=0)])[None],
    )


def wild_safe_p_value(found: WildBootstrap, margin: float) -> float:
    """One-sided p-value of difference <= -margin, against the student being within the margin (in [0, 1])."""
    check_margin(margin)
    return _p_above(found, -margin)


def wild_harm_p_value(found: WildBootstrap, margin: float) -> float:
    """One-sided p-value of difference >= -margin, against a loss greater than the margin (in [0, 1])."""
    check_margin(margin)
    return _p_below(found, -margin)


def wild_interval(found: WildBootstrap, level: float) -> Interval:
    """The differences in [-1, 1] that neither one-sided test rejects at (1 - level) / 2; method "wild-cluster".

    A limit is None where the test rejects no value on its side, as with too few clusters for the level.
    """
    check_level(level)
    tail = (1 - level) / 2
    return Interval(
        point=found.point,
        low=_limit(found, tail, -1.0),
        high=_limit(found, tail, 1.0),
        level=level,
        method="wild-cluster",
    )


def _limit(found: WildBootstrap, tail: float, end: float) -> float | None:
    """Where the p-value of the test crosses the tail, between the point and an end of the scale."""

    def excess(value: float) -> float:
        return (_p_above if end < 0 else _p_below)(found, value) - tail

    if excess(end) > 0:
        return None
    return float(brentq(excess, found.point, end, xtol=1e-6)) if excess(found.point) > 0 else found.point


def _p_above(found: WildBootstrap, value: float) -> float:
    t, own = _t_values(found, value)
    return float(np.mean(t >= own - _TIE))


def _p_below(found: WildBootstrap, value: float) -> float:
    t, own = _t_values(found, value)
    return float(np.mean(t <= own + _TIE))


def _t_values(found: WildBootstrap, value: float) -> tuple[Floats, float]:
    """The t values of the replications, shape (draws,), and of the sample, for a true difference of `value`.

    With u = S - value W and the replicated distance m = v.u, the residuals of the clusters are v u - m W, so their sum
    of squares is v^2.u^2 - 2 m v.uW + m^2 W.W.
    """
    s, w, sw, ww, s2, sw2, w2 = np.concatenate([found.observed, found.sums]).T
    moved = s - value * w
    squares = s2 - 2 * value * sw2 + value**2 * w2 - 2 * moved * (sw - value * ww) + moved**2 * found.heavy
    se = np.sqrt(np.maximum(squares, 0.0) * found.clusters / (found.clusters - 1))
    # Without spread the t value is infinite, or 0 where there is nothing to explain; both only up to rounding.
    t = np.where(np.abs(moved) > _NO_SPREAD, moved, 0.0) / np.maximum(se, _NO_SPREAD)
    return t[1:], float(t[0])


def _factors(clusters: int, seed: int, draws: int) -> Iterator[Floats]:
    """Blocks of factors, shape (some, clusters); drawn ones begin with a row of 1, the sample itself."""
    if _FEWEST_FOR_SIGNS <= clusters <= _FEW:
        yield np.array(list(product((1.0, -1.0), repeat=clusters)))
        return
    rng = np.random.default_rng(seed)
    values = _WEBB if clusters < _FEWEST_FOR_SIGNS else np.array([-1.0, 1.0])
    yield np.ones((1, clusters))
    height = max(1, _BLOCK // clusters)
    for start in range(0, draws, height):
        yield values[rng.integers(0, values.size, (min(height, draws - start), clusters))]
