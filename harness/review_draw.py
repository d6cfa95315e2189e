"""Drawing pairs for reviewers: stratified by who was right, without replacement, with exact inclusion probabilities.

Within a stratum every pair has the same chance, drawn / pairs. Lost pairs are over-represented, since the verdict
hangs on them. The order is random across strata: a reviewer who stops early has seen a random part.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from harness.errors import UsageError
from harness.evaluation import Pair
from harness.identity import digest
from harness.review import CHANGE_KINDS, Draw, Drawn, Strata, Stratum, StratumName, change_of
from harness.serial import to_json

SHARES: Mapping[StratumName, float] = {"lost": 0.4, "gained": 0.2, "both wrong": 0.2, "both right": 0.2, "all": 1.0}
ID_DIGITS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How many pairs to draw, from which seed, and in which strata."""

    n: int
    seed: int = 0
    strata: Strata = "outcome"


def draw(evaluation: str, pairs: Sequence[Pair], wanted: Wanted) -> Draw:
    """Draw from these pairs of the evaluation with this digest. The same arguments give the same draw.

    Raises UsageError when there are fewer pairs than wanted, or more strata.
    """
    strata = _strata(pairs, wanted.strata)
    _check(wanted.n, pairs, strata)
    rng = np.random.default_rng(wanted.seed)
    sizes = allocate({name: len(held) for name, held in strata.items()}, wanted.n)
    drawn = [
        _drawn(held[place], sizes[name] / len(held))
        for name, held in strata.items()
        for place in rng.choice(len(held), sizes[name], replace=False)
    ]
    made = Draw(
        id="",
        evaluation=evaluation,
        seed=wanted.seed,
        strata=wanted.strata,
        suites=tuple(dict.fromkeys(pair.suite for pair in pairs)),
        students=tuple(dict.fromkeys(pair.student for pair in pairs)),
        counts=tuple(Stratum(name=name, pairs=len(held), drawn=sizes[name]) for name, held in strata.items()),
        items=tuple(drawn[place] for place in rng.permutation(len(drawn))),
    )
    return replace(made, id=digest(to_json(made))[:ID_DIGITS])


def allocate(counts: Mapping[StratumName, int], n: int) -> dict[StratumName, int]:
    """How many of n pairs each stratum gives: by `SHARES`, at least one, at most all of its own.

    Needs `len(counts) <= n <= sum(counts)`. Source: the divisor method of Webster and Sainte-Lague, from one seat on.
    """
    sizes = dict.fromkeys(counts, 1)
    for _ in range(n - len(counts)):
        with_room = [name for name, size in sizes.items() if size < counts[name]]
        sizes[max(with_room, key=lambda name: SHARES[name] / (2 * sizes[name] + 1))] += 1
    return sizes


def _strata(pairs: Sequence[Pair], by: Strata) -> dict[StratumName, list[Pair]]:
    """Those that hold a pair, in a fixed order."""
    if by == "none":
        return {"all": list(pairs)}
    found: dict[StratumName, list[Pair]] = {kind: [] for kind in CHANGE_KINDS}
    for pair in pairs:
        found[change_of(pair)].append(pair)
    return {kind: held for kind, held in found.items() if held}


def _check(n: int, pairs: Sequence[Pair], strata: Mapping[StratumName, Sequence[Pair]]) -> None:
    if n > len(pairs):
        raise UsageError(f"--n {n}: there are only {len(pairs):,} pairs to draw from; ask for at most so many")
    if n < len(strata):
        raise UsageError(
            f"--n {n}: too few for {len(strata)} strata ({', '.join(strata)}), each of which needs a pair; "
            f"ask for at least {len(strata)}, or give --strata none"
        )


def _drawn(pair: Pair, inclusion: float) -> Drawn:
    return Drawn(suite=pair.suite, student=pair.student, sample=pair.sample, kind=change_of(pair), inclusion=inclusion)
