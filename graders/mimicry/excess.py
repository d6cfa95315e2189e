"""How much more of something a student shows than its accuracy predicts from the teacher.

A weaker student makes more mistakes, and with them more of whatever goes with mistakes. So like is compared with like:
the student's right answers with the teacher's right answers and its wrong ones with the teacher's wrong ones, weighted
by how often the student is right. What is left is not explained by the loss of accuracy (direct standardisation).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.records import Interval
from harness.stats import clustered

Floats = NDArray[np.float64]

FEWEST = 10  # clusters of the teacher's replies that its mean on one side of right and wrong is taken from
FEWEST_CLUSTERS = 8  # of the student's replies
FLOOR = 0.02  # an excess of up to two points is no sign
LEVEL = 0.9  # two-sided: a lower end above the floor is a one-sided claim at 5%


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One model's replies, arrays of shape (n,): what each shows (in [0, 1]), whether it is right, weight and cluster.

    The weight is the item's over the number of its attempts. Replies of which nothing can be told are left out.
    """

    shown: Floats
    right: NDArray[np.bool_]
    weights: Floats
    clusters: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Excess:
    """The excess in [-1, 1] with its 90% interval; `p_value` is one-sided for an excess of at most `floor`.

    `student` and `expected` are the shares that it is the difference of. `compared` tells which of the student's
    replies entered: those whose kind (right, wrong) the teacher has at least `FEWEST` of.
    """

    estimate: Interval
    p_value: float
    student: float
    expected: float
    n: int
    compared: tuple[str, ...]


def excess(teacher: Side, student: Side, floor: float = FLOOR) -> Excess | None:
    """None where the teacher has too few replies of every kind that the student has.

    The standard error is that of the influence function, robust to clusters over both models' replies, and at least
    what the teacher's rates would have if one more of its replies showed it and one more did not (Agresti and Coull
    1998). Degrees of freedom by Welch and Satterthwaite, since a few wrong replies of the teacher may carry most of the
    error. Source: standardisation as in Keiding and Clayton (2014), Statistical Science 29:529-558; the linearisation
    is the usual one of a ratio of weighted means.
    """
    kinds = [k for k in (True, False) if _clusters(teacher, k) >= FEWEST and (student.right == k).any()]
    if not kinds or len(set(student.clusters)) < FEWEST_CLUSTERS:
        return None
    kept = np.isin(student.right, kinds)
    ours, theirs = student.weights[kept], teacher.weights
    expected, spread = np.zeros(len(ours)), np.zeros(len(theirs))
    references: list[Reference] = []
    for kind in kinds:
        mine, its = student.right[kept] == kind, teacher.right == kind
        mean = float(np.average(teacher.shown[its], weights=theirs[its]))
        expected[mine] = mean
        share = ours[mine].sum() / ours.sum()
        spread[its] = share * (teacher.shown[its] - mean) * theirs[its] / theirs[its].sum()
        references.append(Reference(share, mean, _clusters(teacher, kind)))
    apart = student.shown[kept] - expected
    point = float(np.average(apart, weights=ours))
    parts = np.concatenate([(apart - point) * ours / ours.sum(), -spread])
    where = [*(c for c, k in zip(student.clusters, kept, strict=True) if k), *teacher.clusters]
    estimate = _estimate(point, parts, where, references)
    interval = clustered.t_interval(estimate, LEVEL)
    turned = clustered.ClusterEstimate(
        point=-point, se=estimate.se, df=estimate.df, clusters=estimate.clusters, effective=estimate.effective
    )
    return Excess(
        estimate=interval,
        p_value=clustered.t_harm_p_value(turned, floor),
        student=float(np.average(student.shown[kept], weights=ours)),
        expected=float(np.average(expected, weights=ours)),
        n=int(kept.sum()),
        compared=tuple("right" if kind else "wrong" for kind in kinds),
    )


@dataclass(frozen=True, slots=True)
class Reference:
    """The teacher's rate on one kind of reply: its share in the expectation, and the clusters it is taken from."""

    share: float
    mean: float
    clusters: int

    @property
    def least_variance(self) -> float:
        n = self.clusters + 2
        rate = (self.mean * self.clusters + 1) / n
        return self.share**2 * rate * (1 - rate) / n


def _clusters(side: Side, kind: bool) -> int:
    return len({cluster for cluster, right in zip(side.clusters, side.right, strict=True) if right == kind})


def _estimate(
    point: float, parts: Floats, clusters: Sequence[str], references: Sequence[Reference]
) -> clustered.ClusterEstimate:
    _, codes = np.unique(np.array(clusters), return_inverse=True)
    sums = np.bincount(codes, weights=parts)
    count = len(sums)
    seen = float((sums**2).sum() * count / max(1, count - 1))
    least = [reference.least_variance for reference in references]
    variance = seen + sum(least) if seen < sum(least) else seen
    of_references = sum(v**2 / (r.clusters - 1) for v, r in zip(least, references, strict=True))
    own = max(0.0, variance - sum(least))
    df = variance**2 / (of_references + own**2 / (count - 1))
    return clustered.ClusterEstimate(
        point=point, se=clustered.standard_error(variance), df=df, clusters=count, effective=float(count)
    )
