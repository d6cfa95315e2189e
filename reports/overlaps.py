"""How the items of a slice spread over the other slices, in plain counts: where in the slice the loss sits."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np
import numpy.typing as npt

from harness.evaluation import Pair, Slice
from reports.lookup import conditions

Codes = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """The n items that lie in a slice and in `part`, too: mean scores by weight, and the net loss in items."""

    part: Slice
    n: int
    teacher: float
    student: float

    @property
    def lost(self) -> float:
        return (self.teacher - self.student) * self.n


def overlaps(pairs: Sequence[Pair], known: Collection[Slice]) -> Mapping[Slice, list[Overlap]]:
    """For every known slice of one student's pairs the others that cut it in two, those first where most is lost."""
    alike: dict[tuple[str, ...], list[Slice]] = {}
    for part in known:
        alike.setdefault(tuple(name for name, _ in conditions(part)), []).append(part)
    coded = [_coded(parts, pairs) for parts in alike.values()]
    scores = _Scores.of(pairs)
    found: dict[Slice, list[Overlap]] = {}
    for own, other in permutations(coded, 2):
        for part, overlap in _crossed(own, other, scores):
            found.setdefault(part, []).append(overlap)
    return {part: sorted(others, key=lambda o: (-o.lost, -o.n)) for part, others in found.items()}


@dataclass(frozen=True, slots=True)
class _Coded:
    """Slices that exclude each other: for every pair the place of its own, one past the last where it has none."""

    parts: tuple[Slice, ...]
    codes: Codes


@dataclass(frozen=True, slots=True)
class _Scores:
    weight: Floats
    teacher: Floats
    student: Floats

    @classmethod
    def of(cls, pairs: Sequence[Pair]) -> "_Scores":
        weight = np.array([pair.weight for pair in pairs])
        teacher = np.array([pair.teacher_score for pair in pairs]) * weight
        student = np.array([pair.student_score for pair in pairs]) * weight
        return cls(weight, teacher, student)


def _coded(parts: Sequence[Slice], pairs: Sequence[Pair]) -> _Coded:
    """`parts` are alike: the values of one slice name, or the crossings of two."""
    names = [name for name, _ in conditions(parts[0])]
    places = {tuple(value for _, value in conditions(part)): place for place, part in enumerate(parts)}
    codes = [places.get(tuple(pair.slices.get(name, "") for name in names), len(parts)) for pair in pairs]
    return _Coded(tuple(parts), np.array(codes, dtype=np.intp))


def _crossed(own: _Coded, other: _Coded, scores: _Scores) -> Iterator[tuple[Slice, Overlap]]:
    rows, columns = len(own.parts) + 1, len(other.parts) + 1
    place = own.codes * columns + other.codes

    def summed(values: Floats | None) -> Floats:
        return np.bincount(place, weights=values, minlength=rows * columns).reshape(rows, columns).astype(float)

    counts, weights = summed(None), summed(scores.weight)
    teacher, student = summed(scores.teacher), summed(scores.student)
    sizes = counts.sum(axis=1)
    for row, column in np.argwhere(counts[:-1, :-1] > 0):
        n, weight = counts[row, column], weights[row, column]
        if n < sizes[row]:
            yield (
                own.parts[row],
                Overlap(
                    part=other.parts[column],
                    n=int(n),
                    teacher=float(teacher[row, column] / weight),
                    student=float(student[row, column] / weight),
                ),
            )
