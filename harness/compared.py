"""What a comparison is made of: two sides, checks of their replies, and what several attempts at an item tell.

Frozen like all records (`harness.records`); unknown is None, never 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from harness.records import CheckKind, Interval, Outcome

Spent = Literal["latency_s", "completion_tokens", "cost"]
AtKKind = Literal["pass", "majority"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedCells:
    """Counts of pairs by who was right."""

    both: int
    teacher_only: int
    student_only: int
    neither: int

    @property
    def n(self) -> int:
        return self.both + self.teacher_only + self.student_only + self.neither


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How sure a mean is: standard error and degrees of freedom, over items or clusters, and how many items tell it."""

    se: float
    df: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One model's part in a comparison: its accuracy, its outcomes, and what they cost (means per response).

    `outcomes` counts attempts at the items that were compared; `shares` are the same as shares of the traffic, attempts
    averaged within the item. `failed`: attempts that we failed on, at items that had to be left out, too. `cost` is in
    the currency of the endpoint's price. None and empty: not known.
    """

    accuracy: float
    outcomes: Mapping[Outcome, int]
    completion_tokens: float | None
    latency_s: float | None
    cost: float | None = None
    spreads: Mapping[Spent, Spread] = field(default_factory=dict)
    shares: Mapping[Outcome, float] = field(default_factory=dict)
    failed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """One check over a model's replies: weighted counts, attempts averaged within the item.

    `rate95`: of a rule, the share of replies that break it; of a share, the share of hits. None for fields.
    `effective_n` is the number of independent items that the rate rests on.
    """

    hits: float
    spurious: float
    missed: float
    rate95: Interval | None = None
    effective_n: float | None = None

    @property
    def precision(self) -> float | None:
        return self.hits / (self.hits + self.spurious) if self.hits + self.spurious else None

    @property
    def recall(self) -> float | None:
        return self.hits / (self.hits + self.missed) if self.hits + self.missed else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall. Nothing given and nothing asked for has none."""
        total = 2 * self.hits + self.spurious + self.missed
        return 2 * self.hits / total if total else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckTally:
    """A named check of both models' replies; None for a model whose replies were never checked by it."""

    name: str
    kind: CheckKind
    n: int
    teacher: Tally | None
    pupil: Tally | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseFloor:
    """Flips over the n items that the teacher answered at least twice; `dropped` counts the others.

    `teacher` is P(two attempts of the teacher at one item differ), `student` P(an attempt of the student differs from
    one of the teacher), `excess` the second minus the first, paired by item.
    """

    n: int
    dropped: int
    teacher: Interval
    student: Interval
    excess: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class AtK:
    """What k attempts at an item come to: P(at least one is right), or the score of the most frequent answer.

    Means over the n items with at least k attempts of both models, 95% intervals; `delta95` is student minus teacher.
    """

    kind: AtKKind
    k: int
    n: int
    teacher: Interval
    pupil: Interval
    delta95: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """How much of a difference's variance, in [0, 1], comes from drawing the answers: what more attempts can mend.

    `attempts`: how many each item has of both models. With k times as many that part of the variance is a k-th of it.
    """

    attempts: float
    share: float
