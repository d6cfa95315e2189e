"""Are two sets of texts from one distribution? A classifier tries to tell them apart on texts that it has not seen.

TF-IDF of words and pairs of words, logistic regression, five folds. An AUC of 0.5 says that it cannot. Near-duplicates
stand in one fold together, on whichever side they are: else the classifier would know half of them by heart. Only a
flood is dealt out to all folds, that is near-duplicates on one side of which the other side would hold some, too, if
both were alike: it is a difference, which only who has seen a part of it can tell.

Sources: Lopez-Paz and Oquab (2017), Revisiting classifier two-sample tests; LeDell, Petersen and van der Laan (2015),
Electronic Journal of Statistics 9:1583-1607 (the variance of a cross-validated AUC from its influence curve), with
weights and, for clusters, Obuchowski (1997), Biometrics 53:567-578.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import t as student_t

from harness.records import Interval
from harness.stats.clustered import effective_n, limits_without_spread
from suites.production.near_duplicates import clusters, signatures
from suites.production.texts import words

FOLDS = 5
FEWEST = 50  # texts on each side
CHANCE = 1e-4  # with which near-duplicates on one side may be missing from the other, and be no flood
TERMS = 10  # telling terms on each side
_FEATURES = 50_000
_CHARS = 20_000  # of a text
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """Texts and how much traffic each stands for."""

    texts: Sequence[str]
    weights: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """A word or pair of words by which one side is told, and the share of each side's traffic that has it."""

    term: str
    first: float
    second: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoSample:
    """`auc` in [0, 1] with its 95% interval; terms that speak for the first and the second side, strongest first."""

    auc: Interval
    for_first: tuple[Telling, ...]
    for_second: tuple[Telling, ...]


def tell_apart(first: Texts, second: Texts, seed: int) -> TwoSample | None:
    """Try to tell two sides apart; deterministic for a seed.

    None with fewer than 50 texts on a side, or where a side stands in one fold: its texts are copies of one that stands
    on the other side, too, so that nothing could be learned of it without them.
    """
    if min(len(first.texts), len(second.texts)) < FEWEST:
        return None
    texts = [*first.texts, *second.texts]
    side = np.repeat([0, 1], [len(first.texts), len(second.texts)])
    weights = np.concatenate([first.weights / first.weights.sum(), second.weights / second.weights.sum()])
    groups = clusters(signatures(texts))
    folds = deal(without_floods(groups, side, weights), side, seed)
    if any(np.unique(side[folds != fold]).size < 2 for fold in range(FOLDS)):
        return None
    vectorizer = _vectorizer(len(texts))
    terms = vectorizer.fit_transform(texts)  # counts words, knows no sides
    scores = np.empty(len(texts))
    for fold in range(FOLDS):
        test = folds == fold
        scores[test] = _model(terms[~test], side[~test], weights[~test], seed).decision_function(terms[test])
    auc = cross_validated_auc(scores, side, weights, folds, groups)
    model = _model(terms, side, weights, seed)
    ours, theirs = _telling(model, terms, side, weights, vectorizer.get_feature_names_out())
    return TwoSample(auc=auc, for_first=ours, for_second=theirs)


def without_floods(groups: Ints, side: Ints, weights: Floats) -> Ints:
    """The groups, shape (n,), in which every text of a flood is a group of its own.

    A group with the share s of one side's weight is missing among n texts of a like side with probability (1 - s)^n; n
    is the other side's effective number.
    """
    _, codes = np.unique(groups, return_inverse=True)
    flooded = np.zeros(side.size, dtype=bool)
    for one, other in ((0, 1), (1, 0)):
        share, beside = (np.bincount(codes, weights * (side == s)) / weights[side == s].sum() for s in (one, other))
        missing = np.maximum(1 - share, 0) ** effective_n(weights[side == other], None)
        flooded |= ((missing < CHANCE) & (beside == 0))[codes]
    return np.where(flooded, codes.size + np.arange(side.size), codes)


def deal(groups: Ints, side: Ints, seed: int) -> Ints:
    """A fold for each text, shape (n,): groups stay together; those on the same sides are dealt out evenly."""
    kinds, codes = np.unique(groups, return_inverse=True)
    on = np.zeros((kinds.size, 2), dtype=bool)
    on[codes, side] = True
    rng = np.random.default_rng(seed)
    fold_of = np.empty(kinds.size, dtype=np.int64)
    dealt = 0
    for pattern in ((True, False), (False, True), (True, True)):
        members = rng.permutation(np.flatnonzero((on == pattern).all(axis=1)))
        fold_of[members] = (np.arange(members.size) + dealt) % FOLDS
        dealt += members.size
    return np.asarray(fold_of[codes])


def cross_validated_auc(scores: Floats, side: Ints, weights: Floats, folds: Ints, groups: Ints) -> Interval:
    """The mean over folds of P(a text of side 1 scores higher than one of side 0), ties counting half; all shapes (n,).

    The 95% interval is that of the logit; groups are independent of one another. Folds without one side are left out.
    """
    influence = np.zeros(scores.size)
    means: list[float] = []
    for fold in np.unique(folds):
        zero, one = (np.flatnonzero((folds == fold) & (side == s)) for s in (0, 1))
        if zero.size and one.size:
            above = _share_above(scores[zero], scores[one], weights[one])
            below = 1 - _share_above(scores[one], scores[zero], weights[zero])
            mean = float(np.average(above, weights=weights[zero]))
            influence[zero] = weights[zero] / weights[zero].sum() * (above - mean)
            influence[one] = weights[one] / weights[one].sum() * (below - mean)
            means.append(mean)
    point = float(np.mean(means))
    _, codes = np.unique(groups, return_inverse=True)
    totals = np.bincount(codes, weights=influence / len(means))
    error = float(np.sqrt(totals @ totals * totals.size / max(totals.size - 1, 1)))
    units = min(effective_n(weights[side == s], None) for s in (0, 1))
    low, high = _limits(point, error, units)
    return Interval(point=point, low=low, high=high, level=0.95, method="cross-validated-auc")


def _limits(point: float, error: float, units: float) -> tuple[float, float]:
    if error < 1e-9 or not 0 < point < 1:
        return limits_without_spread(point, units, 0.95, (0.0, 1.0))
    half = float(student_t.isf(0.025, max(units - 1, 1))) * error / (point * (1 - point))
    return float(expit(logit(point) - half)), float(expit(logit(point) + half))


def _share_above(scores: Floats, others: Floats, weights: Floats) -> Floats:
    """For each score the share of the others' weight that is higher, ties counting half."""
    order = np.argsort(others, kind="stable")
    summed = np.r_[0.0, np.cumsum(weights[order])]
    below = summed[np.searchsorted(others[order], scores, side="left")]
    upto = summed[np.searchsorted(others[order], scores, side="right")]
    return np.asarray(1 - (below + upto) / 2 / summed[-1])


def terms_of(text: str) -> list[str]:
    """Words and pairs of words."""
    found = words(text[:_CHARS])
    return [*found, *(f"{a} {b}" for a, b in zip(found, found[1:], strict=False))] or [""]


def _vectorizer(count: int) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(analyzer=terms_of, min_df=2 if count >= 500 else 1, max_features=_FEATURES)


def _model(terms: Any, side: Ints, weights: Floats, seed: int) -> Any:
    from sklearn.linear_model import LogisticRegression

    balanced = np.where(side == 0, weights / weights[side == 0].sum(), weights / weights[side == 1].sum())
    model = LogisticRegression(solver="liblinear", random_state=seed)
    return model.fit(terms, side, sample_weight=balanced * side.size / 2)


def _telling(
    model: Any, terms: Any, side: Ints, weights: Floats, names: NDArray[np.object_]
) -> tuple[tuple[Telling, ...], tuple[Telling, ...]]:
    """The terms that move the mean score most: coefficient times difference of mean TF-IDF between the sides."""
    has = (terms > 0).astype(np.float64)
    shares = [np.asarray(has[side == s].T @ (weights[side == s] / weights[side == s].sum())) for s in (0, 1)]
    means = [np.asarray(terms[side == s].T @ (weights[side == s] / weights[side == s].sum())) for s in (0, 1)]
    moved = np.abs(model.coef_[0] * (means[1] - means[0]))
    found = []
    for sign in (-1, 1):
        held = np.flatnonzero((np.sign(model.coef_[0]) == sign) & (np.sign(shares[1] - shares[0]) == sign))
        best = held[np.argsort(-moved[held], kind="stable")][:TERMS]
        found.append(
            tuple(Telling(term=str(names[i]), first=float(shares[0][i]), second=float(shares[1][i])) for i in best)
        )
    return found[0], found[1]
