"""A stratified draw of representatives, by which weighted accuracy estimates accuracy on the traffic.

Every stratum gets samples in proportion to its traffic, but at least the floor. Within a stratum a representative is
drawn with a probability proportional to the traffic that it carries, and for certain where that would exceed 1. The
weight is traffic over probability (Horvitz and Thompson, 1952, JASA 47:663-685). The sizes are fixed, so the weights of
a stratum sum to its traffic whatever is drawn, and those of the uncertain samples are all equal, which keeps the
variance low. The draw is systematic in random order (Madow, 1949, Annals of Mathematical Statistics 20:333-354; Hartley
and Rao, 1962, 33:350-374), see Särndal, Swensson and Wretman (1992), Model Assisted Survey Sampling, section 3.6.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.errors import UsageError

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
_CERTAIN = 1 - 1e-9  # a probability above this is 1 but for rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What was drawn: row numbers (ascending), their weights and inclusion probabilities, all of shape (n,).

    `floor` is what every stratum got at least (or all it has); lower than asked where the size did not suffice.
    """

    rows: Rows
    weights: Floats
    inclusion: Floats
    floor: int


def draw(strata: Rows, traffic: Floats, size: int, floor: int, seed: int) -> Drawn:
    """Draw `size` of n representatives; `strata` (codes) and `traffic` (positive) have the shape (n,).

    All are taken where there are no more than `size`. Raises UsageError when `size` is less than the number of strata,
    whose traffic nothing would stand for, and ValueError for arrays that do not fit or traffic that is not positive.
    """
    if strata.shape != traffic.shape or strata.ndim != 1:
        raise ValueError(f"strata and traffic differ in shape: {strata.shape} and {traffic.shape}")
    if not (np.isfinite(traffic).all() and (traffic > 0).all()):
        raise ValueError("traffic must be positive")
    _, codes, counts = np.unique(strata, return_inverse=True, return_counts=True)
    carried = np.bincount(codes, weights=traffic).astype(np.float64)
    sizes, used = allocate(counts, carried, size, floor)
    rng = np.random.default_rng(seed)
    chosen = np.zeros(strata.size, dtype=bool)
    weights, inclusion = np.zeros(strata.size), np.zeros(strata.size)
    by_stratum = np.split(np.argsort(codes, kind="stable"), np.cumsum(counts)[:-1]) if strata.size else []
    for members, count in zip(by_stratum, sizes, strict=True):
        chance = inclusion_probabilities(traffic[members], int(count))
        taken = members[_systematic(chance, rng)]
        chosen[taken] = True
        inclusion[members] = chance
        weights[taken] = _summing_to(math.fsum(traffic[members]), traffic[taken] / inclusion[taken])
    rows = np.flatnonzero(chosen)
    return Drawn(rows=rows, weights=weights[rows], inclusion=inclusion[rows], floor=used)


def allocate(counts: Rows, traffic: Floats, size: int, floor: int) -> tuple[Rows, int]:
    """Samples for each of k strata, shape (k,), and the floor that was kept.

    `counts` are the representatives that a stratum has, `traffic` what they carry. A stratum gets its share of the
    traffic, bounded by the floor (or all it has) and by what it has; fractions go to the largest remainders. Where the
    floors together exceed the size, the floor is lowered until they fit. Raises UsageError as `draw`.
    """
    size = min(size, int(counts.sum()))
    if size < counts.size:
        raise UsageError(f"{size} samples cannot stand for {counts.size} strata; ask for more samples or fewer strata")
    kept = max(1, floor)
    while kept > 1 and np.minimum(kept, counts).sum() > size:
        kept -= 1
    least = np.minimum(kept, counts)
    shares = _bounded_shares(traffic, size, (least, counts))
    sizes: Rows = np.clip(np.floor(shares + 1e-9).astype(np.int64), least, counts)
    remainders = np.where(sizes < counts, shares - sizes, -np.inf)
    extra = np.argsort(-remainders, kind="stable")[: size - int(sizes.sum())]
    sizes[extra] += 1
    return sizes, kept


def inclusion_probabilities(traffic: Floats, count: int) -> Floats:
    """Probabilities proportional to traffic, shape (n,), which sum to `count` (at most n); none exceeds 1.

    What would exceed 1 is taken for certain, and the others share what is left, until nothing does.
    Source: Särndal, Swensson and Wretman (1992), section 3.6.1.
    """
    certain = np.zeros(traffic.size, dtype=bool)
    while True:
        left = traffic * ~certain
        chance = np.where(certain, 1.0, (count - certain.sum()) * left / (left.sum() or 1.0))
        above = (chance >= _CERTAIN) & ~certain
        if not above.any():
            return chance
        certain |= above


def _bounded_shares(traffic: Floats, size: int, bounds: tuple[Rows, Rows]) -> Floats:
    """Shares min(max(rate * traffic, least), most) with the one rate at which they sum to `size`, by bisection."""
    low, high = 0.0, float(bounds[1].max(initial=1) / traffic.min(initial=1.0))
    for _ in range(200):
        rate = (low + high) / 2
        if np.clip(rate * traffic, *bounds).sum() > size:
            high = rate
        else:
            low = rate
    return np.asarray(np.clip(high * traffic, *bounds), dtype=np.float64)


def _systematic(chance: Floats, rng: np.random.Generator) -> Rows:
    """The places of a systematic draw in random order; as many as the probabilities sum to."""
    places = rng.permutation(chance.size)
    certain = chance[places] >= _CERTAIN
    uncertain = places[~certain]
    count = round(chance[uncertain].sum())
    ends = np.cumsum(chance[uncertain])
    ends[-1:] = count  # whatever rounding did
    picks = np.searchsorted(ends, rng.random() + np.arange(count), side="right")
    return np.concatenate([places[certain], uncertain[picks]])


def _summing_to(total: float, weights: Floats) -> Floats:
    """The weights with the last one changed by what rounding took, so that they sum to `total`."""
    weights[-1] = total - math.fsum(weights[:-1])
    return weights
