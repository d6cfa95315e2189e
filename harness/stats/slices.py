"""Search for the slices that nobody named: where does the student lose more than elsewhere?

The search is on the difference l = t - s, not on the student's errors, which would find what is hard for both. One half
of the items (of the clusters, where there are some) is searched freely. What is found there is tested once, on the
other half, with Holm's correction: so "confirmed" means what it says, however much was tried.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import t as student_t

from harness.explored import FoundSlice, SliceSearch
from harness.records import Interval
from harness.stats.grouped import Contrasts, contrasts
from harness.stats.inputs import Floats, PairedScores
from harness.stats.multiplicity import holm

_SUSPECT = 0.1  # p-value in the searched half up to which a slice is worth a test in the other
_SHORTLIST = 60  # candidates that are held against one another
FEWEST_CLUSTERS = 8  # fewer have no standard error to rely on


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """A property of n items: numbers of `values`, shape (n,), -1 where unknown."""

    name: str
    codes: NDArray[np.intp]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRules:
    """Crossings of up to `depth` (1 or 2) features; in each half a slice needs `fewest` items and `share` of them all.

    At most `most` slices are put to the test, each at `alpha` after correction.
    """

    depth: int = 2
    fewest: int = 20
    share: float = 0.02
    most: int = 10
    alpha: float = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    parts: tuple[tuple[int, int], ...]  # (feature, value)
    n: int
    excess: float
    t: float


def tags(name: str, labels: Sequence[str | None]) -> Feature:
    """A feature of the labels as they are, one for each item; None is unknown."""
    values = tuple(dict.fromkeys(label for label in labels if label is not None))
    number = {value: n for n, value in enumerate(values)}
    codes = np.array([-1 if label is None else number[label] for label in labels], dtype=np.intp)
    return Feature(name=name, codes=codes, values=values)


def quantile_bins(name: str, values: ArrayLike, bins: int = 4) -> Feature:
    """A feature of numbers, shape (n,), cut into up to `bins` parts of about equal size; NaN is unknown.

    Equal numbers share a part, so there may be fewer. Raises ValueError for fewer than two bins.
    """
    if bins < 2:
        raise ValueError(f"{bins} bins: need at least two")
    numbers = np.asarray(values, dtype=np.float64)
    known = ~np.isnan(numbers)
    if not known.any():
        return Feature(name=name, codes=np.full(numbers.shape, -1, dtype=np.intp), values=())
    inner = np.unique(np.quantile(numbers[known], np.arange(1, bins) / bins, method="inverted_cdf"))
    edges = inner[inner < numbers[known].max()]
    codes = np.where(known, np.searchsorted(edges, numbers, side="left"), -1)
    bounds = [f"{edge:g}" for edge in edges]
    if not bounds:
        return Feature(name=name, codes=codes, values=("all",))
    middle = tuple(f"> {low} to {high}" for low, high in zip(bounds, bounds[1:], strict=False))
    return Feature(name=name, codes=codes, values=(f"<= {bounds[0]}", *middle, f"> {bounds[-1]}"))


def search_slices(
    scores: PairedScores, features: Sequence[Feature], seed: int, rules: SearchRules | None = None
) -> SliceSearch:
    """Find slices in one half of the items and confirm them in the other; the seed draws the halves, by cluster.

    The surest stands first. Each is found and tested without the items of those before it, so that a feature which is
    bad only through one of its crossings is not reported again. Raises ValueError for fewer than two clusters, a depth
    other than 1 or 2, and a feature that is not of the scores' items.
    """
    rules = rules or SearchRules()
    _check(scores, features, rules)
    searched, tested = _halves(scores, seed)
    here, there = _part(scores, searched), _part(scores, tested)
    halves = [[feature.codes[half] for feature in features] for half in (searched, tested)]
    tried, candidates = _discover(here, halves[0], [len(f.values) for f in features], rules)
    chosen = _distinct(here, halves[0], candidates, rules)
    results = _tests(there, halves[1], chosen, rules)
    adjusted = holm([None if result is None else result[2] for result in results])
    found = [
        FoundSlice(
            conditions=tuple((features[f].name, features[f].values[v]) for f, v in candidate.parts),
            n=candidate.n,
            tested=int(_holds(halves[1], candidate.parts).sum()),
            suspected=candidate.excess,
            excess=result and result[0],
            loss=result and result[1],
            p_value=result and result[2],
            p_adjusted=p,
            confirmed=p is not None and p <= rules.alpha,
        )
        for candidate, result, p in zip(chosen, results, adjusted, strict=True)
    ]
    return SliceSearch(
        tried=tried, searched_items=int(searched.size), tested_items=int(tested.size), found=tuple(found)
    )


def _check(scores: PairedScores, features: Sequence[Feature], rules: SearchRules) -> None:
    if rules.depth not in (1, 2):
        raise ValueError(f"depth {rules.depth}: slices are single features (1) or crossings of two (2)")
    if scores.clusters < 2:
        raise ValueError("a slice search needs two clusters, one to search and one to confirm")
    for feature in features:
        if feature.codes.shape != scores.codes.shape:
            raise ValueError(f"feature {feature.name}: {feature.codes.size} values for {scores.codes.size} items")


def _halves(scores: PairedScores, seed: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Item numbers of two halves of the clusters."""
    clusters = scores.clusters
    first = np.zeros(clusters, dtype=bool)
    first[np.random.default_rng(seed).permutation(clusters)[: (clusters + 1) // 2]] = True
    return np.flatnonzero(first[scores.codes]), np.flatnonzero(~first[scores.codes])


def _part(scores: PairedScores, items: NDArray[np.intp]) -> PairedScores:
    return PairedScores(
        teacher=scores.teacher[items],
        student=scores.student[items],
        weights=scores.weights[items],
        codes=np.unique(scores.codes[items], return_inverse=True)[1],
    )


def _discover(
    scores: PairedScores, codes: Sequence[NDArray[np.intp]], sizes: Sequence[int], rules: SearchRules
) -> tuple[int, list[_Candidate]]:
    """How many slices had enough items, and those that lose more than the rest, the surest first."""
    tried, found = 0, []
    large: list[NDArray[np.intp]] = []  # per feature, its values with enough items: only they can have large crossings
    singles: list[Floats] = []
    for feature, (column, size) in enumerate(zip(codes, sizes, strict=True)):
        table = contrasts(scores, column, size)
        enough = np.flatnonzero(_enough(table, scores, rules))
        tried += enough.size
        large.append(enough)
        singles.append(table.excess)
        found += [_candidate(table, int(v), ((feature, int(v)),)) for v in _suspects(table, enough)]
    for one, other in combinations(range(len(codes)), 2) if rules.depth == 2 else ():
        crossed = _crossing(codes[one], large[one], codes[other], large[other])
        table = contrasts(scores, crossed, large[one].size * large[other].size)
        enough = np.flatnonzero(_enough(table, scores, rules))
        tried += enough.size
        for number in _suspects(table, enough):
            v, w = large[one][number // large[other].size], large[other][number % large[other].size]
            if table.excess[number] > max(singles[one][v], singles[other][w]):
                found.append(_candidate(table, int(number), ((one, int(v)), (other, int(w)))))
    return tried, sorted(found, key=lambda c: -c.t)


def _crossing(
    one: NDArray[np.intp], ones: NDArray[np.intp], other: NDArray[np.intp], others: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Numbers of the crossings of some values of two features, shape (n,); -1 where either has another value."""
    a, b = _renumbered(one, ones), _renumbered(other, others)
    return np.where((a < 0) | (b < 0), -1, a * others.size + b)


def _renumbered(codes: NDArray[np.intp], kept: NDArray[np.intp]) -> NDArray[np.intp]:
    ranks = np.full(int(codes.max(initial=-1)) + 2, -1, dtype=np.intp)  # the last place is that of -1
    ranks[kept] = np.arange(kept.size)
    return ranks[codes]


def _enough(table: Contrasts, scores: PairedScores, rules: SearchRules) -> NDArray[np.bool_]:
    least = max(rules.fewest, rules.share * scores.codes.size)
    enough: NDArray[np.bool_] = (table.n >= least) & (table.clusters >= FEWEST_CLUSTERS) & np.isfinite(table.excess)
    return enough


def _suspects(table: Contrasts, enough: NDArray[np.intp]) -> NDArray[np.intp]:
    return enough[(table.excess[enough] > 0) & (_p_values(table)[enough] <= _SUSPECT)]


def _candidate(table: Contrasts, group: int, parts: tuple[tuple[int, int], ...]) -> _Candidate:
    excess = float(table.excess[group])
    return _Candidate(parts=parts, n=int(table.n[group]), excess=excess, t=excess / float(_floored(table)[group]))


def _distinct(
    scores: PairedScores, codes: Sequence[NDArray[np.intp]], candidates: Sequence[_Candidate], rules: SearchRules
) -> list[_Candidate]:
    """The surest candidates, without those that are suspect only through items of a surer one."""
    chosen: list[_Candidate] = []
    covered = np.zeros(scores.codes.size, dtype=bool)
    for candidate in candidates[:_SHORTLIST]:
        if len(chosen) == rules.most:
            break
        mask = _holds(codes, candidate.parts)
        table = _apart(scores, mask, covered)
        if _enough(table, scores, rules)[0] and _suspects(table, np.array([0])).size:
            chosen.append(candidate)
            covered |= mask
    return chosen


def _holds(codes: Sequence[NDArray[np.intp]], parts: tuple[tuple[int, int], ...]) -> NDArray[np.bool_]:
    holds: NDArray[np.bool_] = np.logical_and.reduce([codes[feature] == value for feature, value in parts])
    return holds


def _apart(scores: PairedScores, mask: NDArray[np.bool_], covered: NDArray[np.bool_]) -> Contrasts:
    """A slice against the rest, without the items that other slices cover already."""
    left = np.flatnonzero(~covered)
    return contrasts(_part(scores, left), np.where(mask[left], 0, -1), 1)


def _tests(
    scores: PairedScores, codes: Sequence[NDArray[np.intp]], chosen: Sequence[_Candidate], rules: SearchRules
) -> list[tuple[Interval, float, float] | None]:
    """Excess, loss and one-sided p-value of each slice in the half that was not searched; None if it holds too few."""
    results: list[tuple[Interval, float, float] | None] = []
    covered = np.zeros(scores.codes.size, dtype=bool)
    for candidate in chosen:
        mask = _holds(codes, candidate.parts)
        table = _apart(scores, mask, covered)
        results.append(_result(table) if _enough(table, scores, rules)[0] else None)
        covered |= mask
    return results


def _result(table: Contrasts) -> tuple[Interval, float, float]:
    excess, se = float(table.excess[0]), float(_floored(table)[0])
    half = float(student_t.isf(0.025, table.clusters[0] - 1)) * se
    interval = Interval(point=excess, low=excess - half, high=excess + half, level=0.95, method="cluster-t")
    return interval, float(table.loss[0]), float(_p_values(table)[0])


def _p_values(table: Contrasts) -> Floats:
    p: Floats = student_t.sf(table.excess / _floored(table), np.maximum(table.clusters - 1, 1))
    return p


def _floored(table: Contrasts) -> Floats:
    """Standard errors, never below what half an item more or less would make: a slice lost whole is no certainty."""
    return np.fmax(table.se, 0.5 / np.maximum(table.clusters, 1))
