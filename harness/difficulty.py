"""How hard a sample is, where a slice says so, and whether the student falls behind from some difficulty on.

The difficulty is the suite's own word, so it comes from outside of the scores that are compared.
"""

import math
import re
from collections.abc import Iterable, Sequence

import numpy as np

from harness.explored import Cliff
from harness.stats.cliff import FEWEST_LEVELS, find_cliff
from harness.stats.inputs import PairedScores
from harness.suite import Suite

USUAL = ("difficulty", "level", "steps")  # names of slices that tell how hard a sample is, unless the plan names one
WORDS = ("easy", "medium", "hard")

_ENDS_IN_A_NUMBER = re.compile(r"(\D*?)([0-9]+(?:\.[0-9]+)?)")


def difficulties(values: Sequence[str | None]) -> list[float | None]:
    """Numbers that rise with the difficulty: of `3`, `level 3`, or easy, medium and hard; None where nothing is told.

    Where some values are numbers, words tell nothing: nobody knows where they stand among them. Nor do numbers after
    different words, as in A1, A2, B1.
    """
    read = {value: _number(value) for value in set(values) if value is not None}
    if len({_before_the_number(value) for value, number in read.items() if number is not None}) > 1:
        return [None] * len(values)
    if all(number is None for number in read.values()):
        read = {value: _rank(value) for value in read}
    return [None if value is None else read[value] for value in values]


def chosen(suite: Suite) -> str | None:
    """The slice that tells how hard a sample is: the plan's, else the first usual one with enough levels for a cliff.

    Where none has as many, the first usual one that tells anything.
    """
    if suite.spec.difficulty is not None:
        return suite.spec.difficulty
    levels = {name: _levels(sample.slices.get(name) for sample in suite.samples) for name in USUAL}
    rich = [name for name, count in levels.items() if count >= FEWEST_LEVELS]
    return next(iter(rich or [name for name, count in levels.items() if count]), None)


def cliff(name: str, values: Sequence[str | None], scores: PairedScores, seed: int) -> Cliff:
    """Look for a cliff along the slice `name`; `values` are the items', n of them, as the scores are."""
    told = difficulties(values)
    known = np.array([number is not None for number in told])
    if not known.any():
        reason = f'the values of "{name}" tell no order: numbers do, `level 3` does, and {", ".join(WORDS)} do'
        return Cliff(found="abstained", reason=reason, levels=())
    there = PairedScores(
        teacher=scores.teacher[known],
        student=scores.student[known],
        weights=scores.weights[known],
        codes=np.unique(scores.codes[known], return_inverse=True)[1],
    )
    return find_cliff([number for number in told if number is not None], there, seed)


def _levels(values: Iterable[str | None]) -> int:
    return len({number for number in difficulties(list(values)) if number is not None})


def _number(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        found = _ENDS_IN_A_NUMBER.fullmatch(value.strip())
        number = float(found[2]) if found else math.nan
    return number if math.isfinite(number) else None


def _before_the_number(value: str) -> str:
    try:
        float(value)
    except ValueError:
        found = _ENDS_IN_A_NUMBER.fullmatch(value.strip())
        return found[1].strip().casefold() if found else ""
    return ""


def _rank(value: str) -> float | None:
    word = value.strip().casefold()
    return float(WORDS.index(word)) if word in WORDS else None
