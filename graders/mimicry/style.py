"""Style closeness: how near the student's replies come to the teacher's in surface features, on two legs.

The distance is the square root of the energy distance between the standardised features: on the squared scale, half of
a style looks like 71% of it. It is taken between the student on one half of the prompts and the teacher on the other,
so that the teacher's own distance between two halves, the floor, is what no difference looks like, and one reply per
prompt suffices. The other leg is a classifier that tries to tell the two models' replies apart.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist, pdist
from scipy.stats import t as student_t

from graders.mimicry.features import Reading
from harness.evaluation import Style
from harness.evidence import Attempt, Evidence, Exhibit
from harness.records import Interval

Floats = NDArray[np.float64]

FEWEST = 50  # prompts
FEWEST_CLUSTERS = 8
MOST = 500  # replies a side: more would take memory and time that grow with the square
SPLITS = 4  # of the prompts into halves
CLOSE = 0.35  # 95% quantile of honest students with habits of their own: benchmarks/mimicry/closeness.py
_CLIPPED = 5.0  # standardised features beyond count as this
_LEAST_SPREAD = 0.25  # of a feature that the teacher hardly varies, in its own unit
SIDES = ("teacher", "student", "base")
_FOLDS = 5
_RESAMPLES = 400
_LEVEL = 0.95
_TELLING = 8


@dataclass(frozen=True, slots=True)
class Prepared:
    """Standardised features of the first reply to each prompt, arrays of shape (prompts, features)."""

    teacher: Floats
    student: Floats
    base: Floats | None
    clusters: NDArray[np.intp]
    names: tuple[str, ...]


def style_of(evidence: Evidence, reading: Reading) -> Style:
    """Both legs, and what the student recovered of the way from the base, where there is one."""
    count, clusters = len(evidence.exhibits), len({e.cluster for e in evidence.exhibits})
    if count < FEWEST or clusters < FEWEST_CLUSTERS:
        reason = f"{count} samples in {clusters} clusters; {FEWEST} in {FEWEST_CLUSTERS} are needed to compare styles"
        return Style(distance=None, floor=None, threshold=CLOSE, close=None, auc=None, reason=reason)
    made = prepare(evidence.exhibits, reading)
    distance, floor = distances(made)
    auc, telling = told_apart(made)
    style = Style(distance=distance, floor=floor, threshold=CLOSE, close=distance <= CLOSE, auc=auc, telling=telling)
    return style if made.base is None else recovered(style, evidence.exhibits, made)


def prepare(exhibits: Sequence[Exhibit], reading: Reading) -> Prepared:
    """The replies of every side; without the base's where it did not answer all."""
    texts = {side: [text_of(attempts[0]) for e in exhibits if (attempts := getattr(e, side))] for side in SIDES}
    base = texts["base"] if len(texts["base"]) == len(exhibits) else None
    return standardised(texts["teacher"], texts["student"], base, [e.cluster for e in exhibits], reading)


def standardised(
    teacher: Sequence[str],
    student: Sequence[str],
    base: Sequence[str] | None,
    clusters: Sequence[str],
    reading: Reading,
) -> Prepared:
    """Standardised by the teacher: what it never does counts by how often the student does it, up to a bound."""
    raw = reading.of(teacher)
    middle, spread = raw.mean(axis=0), np.maximum(raw.std(axis=0), _LEAST_SPREAD)

    def standard(features: Floats) -> Floats:
        scaled: Floats = np.clip((features - middle) / spread, -_CLIPPED, _CLIPPED)
        return scaled

    return Prepared(
        standard(raw),
        standard(reading.of(student)),
        None if base is None else standard(reading.of(base)),
        np.unique(np.array(clusters), return_inverse=True)[1],
        reading.names,
    )


def distances(made: Prepared) -> tuple[float, float]:
    """Between student and teacher, and between the teacher's own replies, on disjoint halves of the prompts."""
    rng = np.random.default_rng(7)
    halves = [_halves(made, rng) for _ in range(SPLITS)]
    distance = _mean(energy(made.student[a], made.teacher[b]) for a, b in halves)
    return distance, _mean(energy(made.teacher[a], made.teacher[b]) for a, b in halves)


def text_of(attempt: Attempt) -> str:
    return attempt.response.text


def energy(x: Floats, y: Floats) -> float:
    """Square root of the energy distance of two samples, shapes (n, k) and (m, k); 0 where it is estimated below 0.

    The U-statistic 2 E|X - Y| - E|X - X'| - E|Y - Y'| over the square root of k. Source: Szekely and Rizzo (2013),
    Journal of Statistical Planning and Inference 143:1249-1272.
    """
    size = np.sqrt(x.shape[1])
    squared = (2 * cdist(x, y).mean() - pdist(x).mean() - pdist(y).mean()) / size
    return float(np.sqrt(max(0.0, squared)))


def told_apart(made: Prepared) -> tuple[Interval | None, tuple[tuple[str, float], ...]]:
    """Out-of-fold area under the ROC curve of a logistic regression, both replies to a prompt in one fold.

    With a 95% interval, robust to clusters, and the features that weigh most, positive where the student has more.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold

    n = len(made.teacher)
    chosen = np.arange(n) if n <= 2 * MOST else np.random.default_rng(11).permutation(n)[: 2 * MOST]
    x = np.concatenate([made.teacher[chosen], made.student[chosen]])
    y = np.repeat([0, 1], len(chosen))
    groups = np.tile(made.clusters[chosen], 2)
    folds = min(_FOLDS, len(np.unique(groups)))
    if folds < 2:
        return None, ()
    scores = np.zeros(len(y))
    for train, test in GroupKFold(folds).split(x, y, groups):
        model = LogisticRegression(C=0.1, max_iter=500).fit(x[train], y[train])
        scores[test] = model.decision_function(x[test])
    weights = LogisticRegression(C=0.1, max_iter=500).fit(x, y).coef_[0]
    order = np.argsort(-np.abs(weights))[:_TELLING]
    telling = tuple((made.names[k], round(float(weights[k]), 4)) for k in order if abs(weights[k]) > 0.01)
    return _auc(scores[: len(chosen)], scores[len(chosen) :], made.clusters[chosen]), telling


def _auc(teacher: Floats, student: Floats, clusters: NDArray[np.intp]) -> Interval:
    """By placement values, summed within clusters: DeLong et al. (1988), Obuchowski (1997), Biometrics 53:567-578."""
    above = (student[:, None] > teacher[None, :]) + 0.5 * (student[:, None] == teacher[None, :])
    point = float(above.mean())
    parts = (above.mean(axis=1) - point) + (above.mean(axis=0) - point)
    sums = np.bincount(np.unique(clusters, return_inverse=True)[1], weights=parts) / len(parts)
    se = float(np.sqrt((sums**2).sum() * len(sums) / max(1, len(sums) - 1)))
    half = float(student_t.ppf((1 + _LEVEL) / 2, max(1, len(sums) - 1))) * se
    return Interval(
        point=point, low=max(0.0, point - half), high=min(1.0, point + half), level=_LEVEL, method="out-of-fold-auc"
    )


def recovered(style: Style, exhibits: Sequence[Exhibit], made: Prepared) -> Style:
    """The style with SR = 1 - D(S,T) / D(B,T), CR = (a_S - a_B) / (a_T - a_B) and the mimicry gap SR - CR.

    Percentile intervals from resampled clusters. Left out where the base is not shown to differ from the teacher in
    style and in accuracy: there is nothing to recover then.
    """
    assert made.base is not None
    rng = np.random.default_rng(13)
    chosen = np.sort(rng.permutation(len(exhibits))[: MOST // 2])
    apart = {
        pair: cdist(getattr(made, pair[0])[chosen], getattr(made, pair[1])[chosen])
        for pair in (
            ("student", "teacher"),
            ("base", "teacher"),
            *((one, one) for one in ("teacher", "student", "base")),
        )
    }
    scores = np.array([[_score(e, side) for side in SIDES] for e in exhibits])[chosen]
    codes = np.unique(made.clusters[chosen], return_inverse=True)[1]
    size = codes.max() + 1
    drawn = [np.bincount(rng.integers(size, size=size), minlength=size)[codes] for _ in range(_RESAMPLES)]
    figures = np.array([_figures(apart, scores, weights) for weights in (np.ones(len(chosen)), *drawn)])
    point, resampled = figures[0], figures[1:]
    if np.quantile(resampled[:, 3], 0.025) <= 0 or np.quantile(resampled[:, 4], 0.025) <= 0:
        return replace(style, reason="the base is not shown to differ from the teacher, so nothing can be recovered")
    low, high = np.quantile(resampled[:, :3], [0.025, 0.975], axis=0)
    intervals = [
        Interval(point=float(p), low=float(a), high=float(b), level=_LEVEL, method="cluster-bootstrap")
        for p, a, b in zip(point, low, high, strict=False)
    ]
    return replace(style, recovery=intervals[0], capability=intervals[1], gap=intervals[2])


def _figures(
    apart: Mapping[tuple[str, str], Floats], scores: Floats, weights: NDArray[np.generic]
) -> tuple[float, float, float, float, float]:
    """SR, CR, their gap, the squared distance of base and teacher, and the teacher's lead over the base."""
    share = weights / weights.sum()
    own = 1 - float(share @ share)  # without a reply's distance to itself

    def mean(one: str, other: str) -> float:
        matrix = apart[one, other]
        return float(share @ matrix @ share - (share**2) @ matrix.diagonal()) / own

    squared = {
        side: max(0.0, 2 * mean(side, "teacher") - mean(side, side) - mean("teacher", "teacher"))
        for side in ("student", "base")
    }
    teacher, student, base = share @ scores
    style = 1 - np.sqrt(squared["student"] / squared["base"]) if squared["base"] else 0.0
    skill = (student - base) / (teacher - base) if teacher != base else 0.0
    return float(style), float(skill), float(style - skill), squared["base"], float(teacher - base)


def _score(exhibit: Exhibit, side: str) -> float:
    attempts: Sequence[Attempt] = getattr(exhibit, side)
    return sum(attempt.score for attempt in attempts) / len(attempts)


def _halves(made: Prepared, rng: np.random.Generator) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Two disjoint sets of prompts, clusters kept whole, of at most `MOST` each."""
    first = rng.random(made.clusters.max() + 1) < 0.5
    side = first[made.clusters]
    one, other = (rng.permutation(np.flatnonzero(half))[:MOST] for half in (side, ~side))
    return one, other


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))
