"""Does a suite still look like the traffic? Its shares, lengths and words beside those of fresh logs.

Everything is told from a random sample of the logged requests, so that logs of any size can be read. Shares of the
suite are weighted by the traffic that its samples stand for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from harness.evaluation import Slice
from harness.records import Sample
from harness.stats.clustered import effective_n
from harness.stats.multiplicity import benjamini_hochberg
from suites.production.logs import Read
from suites.production.overlap import user_text
from suites.production.texts import words
from suites.production.two_sample import Texts, TwoSample, tell_apart

SAMPLED = 20_000  # logged requests
NOT_OF_TRAFFIC = ("seen_in_training", "unfamiliar")  # slices that say nothing of what was asked
MISSING = "(none)"
QUANTILES = (0.1, 0.5, 0.9)
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareBeside:
    """One value of a slice: its share of the suite's and of the logs' traffic, in [0, 1].

    `p_adjusted` is two-sided for equal shares, after Benjamini-Hochberg over all values of all slices.
    """

    slice: Slice
    suite: float
    logs: float
    p_adjusted: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceBeside:
    """A slice's values, the largest first; `moved` is the share of traffic that would have to change its value."""

    name: str
    moved: float
    values: tuple[ShareBeside, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LengthsBeside:
    """Words of a request at the 10th, 50th and 90th percentile of the traffic.

    `gap` is the largest difference between the two cumulative shares (Kolmogorov-Smirnov), in [0, 1].
    """

    suite: tuple[float, ...]
    logs: tuple[float, ...]
    gap: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The suite beside `logs` sampled requests; `untold` are slices whose values the logs do not tell."""

    samples: int
    logs: int
    slices: tuple[SliceBeside, ...]
    untold: tuple[str, ...]
    lengths: LengthsBeside
    apart: TwoSample | None


def compare_traffic(
    samples: Sequence[Sample], logs: Sequence[Read], labels: Mapping[str, Sequence[str]], seed: int
) -> Coverage:
    """Put a suite beside logged requests. `labels` are the values of slices, one for each logged request.

    Raises ValueError for an empty side.
    """
    if not samples or not logs:
        raise ValueError("there is nothing to compare")
    names = [n for n in dict.fromkeys(n for s in samples for n in s.slices) if n not in NOT_OF_TRAFFIC]
    told = {name: labels[name] for name in names if name in labels}
    ours = Texts(texts=[user_text(s) for s in samples], weights=np.array([s.weight for s in samples]))
    theirs = Texts(texts=[r.logged.text for r in logs], weights=np.array([r.asked.traffic for r in logs]))
    return Coverage(
        samples=len(samples),
        logs=len(logs),
        slices=_slices(samples, theirs.weights, told),
        untold=tuple(name for name in names if name not in told),
        lengths=_lengths(ours, theirs),
        apart=tell_apart(ours, theirs, seed),
    )


def share_p_value(shares: tuple[float, float], sizes: tuple[float, float]) -> float:
    """Two-sided p-value of equal shares, by the pooled two-proportion z test with effective sample sizes."""
    pooled = float(np.average(shares, weights=sizes))
    error = float(np.sqrt(pooled * (1 - pooled) * (1 / sizes[0] + 1 / sizes[1])))
    return 1.0 if error == 0 else float(2 * norm.sf(abs(shares[0] - shares[1]) / error))


def weighted_quantiles(values: Floats, weights: Floats, at: Sequence[float]) -> tuple[float, ...]:
    """The smallest values at or below which the given shares of the weight lie."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order]) / weights.sum()
    places = np.minimum(np.searchsorted(reached, np.asarray(at) - 1e-12), values.size - 1)
    return tuple(float(value) for value in values[order][places])


def largest_gap(first: tuple[Floats, Floats], second: tuple[Floats, Floats]) -> float:
    """The largest difference of two weighted cumulative distributions, given as values and weights."""
    grid = np.unique(np.concatenate([first[0], second[0]]))
    reached = []
    for values, weights in (first, second):
        order = np.argsort(values, kind="stable")
        summed = np.r_[0.0, np.cumsum(weights[order]) / weights.sum()]
        reached.append(summed[np.searchsorted(values[order], grid, side="right")])
    return float(np.abs(reached[0] - reached[1]).max())


def _slices(samples: Sequence[Sample], traffic: Floats, told: Mapping[str, Sequence[str]]) -> tuple[SliceBeside, ...]:
    sizes = (effective_n([s.weight for s in samples], None), effective_n(traffic, None))
    weights = [s.weight for s in samples]
    shares = {
        name: (_shares([s.slices.get(name, MISSING) for s in samples], weights), _shares(values, traffic.tolist()))
        for name, values in told.items()
    }
    parts = [(name, value) for name, (ours, theirs) in shares.items() for value in dict.fromkeys([*ours, *theirs])]
    pairs = [(shares[name][0].get(value, 0.0), shares[name][1].get(value, 0.0)) for name, value in parts]
    adjusted = benjamini_hochberg([share_p_value(pair, sizes) for pair in pairs])
    found: dict[str, list[ShareBeside]] = {name: [] for name in told}
    for (name, value), (ours_share, logs_share), p in zip(parts, pairs, adjusted, strict=True):
        beside = ShareBeside(
            slice=Slice(name=name, value=value), suite=ours_share, logs=logs_share, p_adjusted=1.0 if p is None else p
        )
        found[name].append(beside)
    return tuple(_beside(name, values) for name, values in found.items())


def _beside(name: str, values: Sequence[ShareBeside]) -> SliceBeside:
    ordered = sorted(values, key=lambda v: (-max(v.suite, v.logs), v.slice.value))
    return SliceBeside(name=name, moved=sum(abs(v.suite - v.logs) for v in values) / 2, values=tuple(ordered))


def _shares(values: Sequence[str], weights: Sequence[float]) -> dict[str, float]:
    totals: dict[str, float] = {}
    for value, weight in zip(values, weights, strict=True):
        totals[value] = totals.get(value, 0.0) + weight
    whole = sum(totals.values())
    return {value: total / whole for value, total in totals.items()}


def _lengths(ours: Texts, theirs: Texts) -> LengthsBeside:
    sides = [(np.array([float(len(words(text))) for text in side.texts]), side.weights) for side in (ours, theirs)]
    return LengthsBeside(
        suite=weighted_quantiles(*sides[0], QUANTILES),
        logs=weighted_quantiles(*sides[1], QUANTILES),
        gap=largest_gap(sides[0], sides[1]),
    )
