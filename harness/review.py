"""What reviewers make of grades: pairs drawn for them by chance, their marks, and how far marks and grades agree.

A mark says of one grade whether it is right. Only marks on drawn pairs enter figures, since their chances of being seen
are known; marks on pairs that a reviewer picked are comments. No mark ever changes a grade.
"""

from dataclasses import dataclass
from typing import Literal

from harness.evaluation import Pair
from harness.records import Interval

ChangeKind = Literal["lost", "gained", "both wrong", "both right"]
CHANGE_KINDS: tuple[ChangeKind, ...] = ("lost", "gained", "both wrong", "both right")
StratumName = Literal["lost", "gained", "both wrong", "both right", "all"]
Said = Literal["right", "wrong", "unsure"]
Strata = Literal["outcome", "none"]
GradeKey = tuple[str, str, str, int]

DRAW_FORMAT = 1  # of draw files


def change_of(pair: Pair) -> ChangeKind:
    """Which of the two did better on a pair; of equal ones, whether both are right."""
    if pair.teacher_score != pair.student_score:
        return "lost" if pair.teacher_score > pair.student_score else "gained"
    is_right = pair.teacher_outcome == pair.student_outcome == "correct"
    return "both right" if is_right else "both wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """Pairs that are drawn from together: how many there are, and how many of them were drawn."""

    name: StratumName
    pairs: int
    drawn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A drawn pair. `inclusion`: the probability, in (0, 1], with which it came into the draw."""

    suite: str
    student: str
    sample: str
    kind: ChangeKind
    inclusion: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """Pairs drawn without replacement from an evaluation (named by the digest of its file), in random order.

    `suites` and `students` are those that were drawn from.
    """

    id: str
    evaluation: str
    seed: int
    strata: Strata
    suites: tuple[str, ...]
    students: tuple[str, ...]
    counts: tuple[Stratum, ...]
    items: tuple[Drawn, ...]
    viva_draw: int = DRAW_FORMAT


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewMark:
    """What a reviewer says of one grade. `student` is the pair's in which it was marked; `model` it or the teacher.

    `blind`: the reviewer could not see which model wrote what. `draw` None: a pair that the reviewer picked.
    """

    evaluation: str
    reviewer: str
    suite: str
    student: str
    sample: str
    model: str
    attempt: int
    mark: Said
    note: str
    blind: bool
    draw: str | None
    at: str

    @property
    def grade(self) -> GradeKey:
        return self.suite, self.sample, self.model, self.attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How many of the grades that a reviewer marked in a draw are right.

    `kind`: only pairs of this kind; None for all. `blind`: only marks made blind, or only others; None for all. Counts
    are of grades in drawn pairs. `share`: of all pairs' grades, the share that the reviewer would mark right, each
    counted by one over its chance of being drawn; unsure marks are left out. None without a decided mark.
    """

    draw: str
    reviewer: str
    kind: ChangeKind | None
    blind: bool | None
    right: int
    wrong: int
    unsure: int
    share: Interval | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BetweenReviewers:
    """Two reviewers on the n grades of a draw that both decided; `unsure`: grades that at least one left open.

    `same` is the share that both marked alike. `kappa` is Cohen's, None where both gave every grade the same mark.
    """

    draw: str
    first: str
    second: str
    n: int
    same: float | None
    kappa: float | None
    unsure: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LostReviewed:
    """A student's lost pairs: how many were `drawn`, have a decided mark, and hold a grade that is marked wrong.

    `share`: of all its lost pairs, the share in which at least one reviewer would mark a grade wrong.
    """

    draw: str
    student: str
    drawn: int
    marked: int
    wrong: int
    share: Interval | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawStanding:
    """How far the review of a draw is: its grades, and how many at least one reviewer has marked."""

    draw: str
    pairs: int
    grades: int
    marked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviews:
    """All that reviewers said of an evaluation. `wrong`: every mark of a wrong grade; `comments`: hand-picked ones.

    `stale` marks were made of an earlier evaluation of the run, and count nowhere.
    """

    evaluation: str
    draws: tuple[DrawStanding, ...]
    agreement: tuple[Agreement, ...]
    between: tuple[BetweenReviewers, ...]
    lost: tuple[LostReviewed, ...]
    wrong: tuple[ReviewMark, ...]
    comments: tuple[ReviewMark, ...]
    stale: int = 0
