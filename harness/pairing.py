"""Items that teacher and student both answered, paired by sample id, and their scores as arrays.

Repeated attempts are averaged within the item first: the item is the unit.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.evaluation import Slice
from harness.records import Grade, Interval, Measure, Sample
from harness.stats import clustered, paired, retention
from harness.suite import Suite

Floats = NDArray[np.float64]
NO_ONE = "no response from either"  # why a sample is left out that neither model was asked


@dataclass(frozen=True, slots=True)
class Item:
    """One sample that both models answered, with every attempt's grade, and the means of their scores."""

    sample: Sample
    teacher: tuple[Grade, ...]
    student: tuple[Grade, ...]
    teacher_score: float
    student_score: float


@dataclass(frozen=True, slots=True)
class Table:
    """The items of one suite and student, and what could not be paired: reason -> samples."""

    suite: Suite
    teacher: str
    student: str
    items: tuple[Item, ...]
    dropped: Mapping[str, tuple[Sample, ...]]


def tabulate(suite: Suite, teacher: str, student: str, grades: Mapping[tuple[str, str, str], list[Grade]]) -> Table:
    items: list[Item] = []
    dropped: dict[str, list[Sample]] = {}
    for sample in suite.samples:
        sides = {name: grades.get((suite.spec.name, sample.id, name), []) for name in (teacher, student)}
        scored = {name: tuple(g for g in side if g.score is not None) for name, side in sides.items()}
        reasons = [
            f"{name}: {'could not be graded' if sides[name] else 'no response'}"
            for name, side in scored.items()
            if not side
        ]
        if not any(sides.values()):
            dropped.setdefault(NO_ONE, []).append(sample)
        elif reasons:
            dropped.setdefault("; ".join(reasons), []).append(sample)
        else:
            ours, theirs = scored[teacher], scored[student]
            items.append(Item(sample, ours, theirs, _mean(ours), _mean(theirs)))
    alone = [item for item in items if _agrees_alone(item)]
    if len(alone) < len(items):  # a few lost attempts must not leave the whole suite without a ceiling
        items = [item for item in items if not _agrees_alone(item)]
        for item in alone:
            dropped.setdefault(f"{teacher}: answered once, so its agreement is not known", []).append(item.sample)
    return Table(suite, teacher, student, tuple(items), {why: tuple(which) for why, which in dropped.items()})


def _agrees_alone(item: Item) -> bool:
    """Whether the teacher's agreement with itself rests on a single answer."""
    return len(item.teacher) == 1 and item.teacher[0].measure == "agreement"


def _mean(grades: Sequence[Grade]) -> float:
    """Of scored grades; of the one attempt that there mostly is, exactly its score."""
    return math.fsum(g.score or 0.0 for g in grades) / len(grades)


def within(table: Table, piece: Slice) -> Table:
    def holds(sample: Sample) -> bool:
        return piece.holds(sample.slices)

    dropped = {why: kept for why, samples in table.dropped.items() if (kept := tuple(s for s in samples if holds(s)))}
    return replace(table, items=tuple(i for i in table.items if holds(i.sample)), dropped=dropped)


def _measure(items: Sequence[Item]) -> Measure:
    found = dict.fromkeys(grade.measure for item in items for grade in (*item.teacher, *item.student))
    return next(iter(found)) if len(found) == 1 else "mixed"


@dataclass(frozen=True, slots=True)
class Scores:
    """Item scores as arrays of shape (n,); `weights` and `clusters` None when they make no difference.

    Scores that are no accuracy have no right and wrong: no cells, no McNemar test and no conditional retention.
    """

    teacher: Floats
    student: Floats
    sizes: Floats
    clusters: list[str] | None
    binary: bool
    measure: Measure

    @classmethod
    def of(cls, items: Sequence[Item]) -> "Scores":
        sizes = np.array([i.sample.weight for i in items])
        given = [i.sample.cluster for i in items]
        clusters = [c if c is not None else f"\0{n}" for n, c in enumerate(given)] if any(given) else None
        once = all(len(i.teacher) == len(i.student) == 1 for i in items)
        teacher = np.array([i.teacher_score for i in items])
        student = np.array([i.student_score for i in items])
        whole = bool(np.isin(teacher, (0, 1)).all() and np.isin(student, (0, 1)).all())
        measure = _measure(items)
        plain = once and whole and clusters is None and bool((sizes == sizes[0]).all()) and measure == "accuracy"
        return cls(teacher, student, sizes, clusters, plain, measure)

    @property
    def weights(self) -> Floats | None:
        return None if (self.sizes == self.sizes[0]).all() else self.sizes

    def figures(self, estimate: clustered.ClusterEstimate) -> dict[str, Any]:
        """Cells, intervals and p-value: exact and score methods for plain 0/1 pairs, cluster-robust ones otherwise."""
        if self.binary:
            cells = paired.cells(self.teacher, self.student)
            delta = {level: paired.interval(cells, level) for level in (0.95, 0.9)}
            p_value = paired.mcnemar(cells)
        else:
            cells, delta = None, {level: clustered.t_interval(estimate, level) for level in (0.95, 0.9)}
            p_value = clustered.t_two_sided_p(estimate)
        kept = {level: self._retention(level) for level in (0.95, 0.9)}
        return {
            "cells": cells,
            "p_value": p_value,
            "delta95": delta[0.95],
            "delta90": delta[0.9],
            "retention95": kept[0.95][0],
            "retention90": kept[0.9][0],
            "conditional95": kept[0.95][1],
            "conditional90": kept[0.9][1],
        }

    def _retention(self, level: float) -> tuple[Interval | None, Interval | None]:
        if not self.teacher.any() or self.measure == "preference":
            return None, None
        ratio = retention.fieller(self.teacher, self.student, self.weights, self.clusters, level)
        if self.binary:
            return ratio, retention.conditional(paired.cells(self.teacher, self.student), level)
        if self.measure != "accuracy":
            return ratio, None
        return ratio, retention.conditional_weighted(self.teacher, self.student, self.weights, self.clusters, level)
