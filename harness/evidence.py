"""What detectors look at: the replies of teacher, student and base to the same samples, with their grades.

An `Evidence` is one student on one suite or slice. Its items hold every attempt; variants of a sample (stress) hang on
the item of their base.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.evaluation import Comparison, Slice
from harness.records import Grade, Response, Sample


@dataclass(frozen=True, slots=True)
class Attempt:
    """One reply with what it was worth; only graded ones (`grade.score` is not None) are kept.

    `follow_ups`: what the model answered when it was asked again, in the order of the questions.
    """

    response: Response
    grade: Grade
    follow_ups: tuple[Response, ...] = ()

    @property
    def score(self) -> float:
        assert self.grade.score is not None
        return self.grade.score


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """One sample that teacher and student both answered, and perhaps the base that the student started from.

    `variants` are the sample's stress variants that both answered, each an exhibit of its own (`sample.family` names
    its family).
    """

    sample: Sample
    teacher: tuple[Attempt, ...]
    student: tuple[Attempt, ...]
    base: tuple[Attempt, ...] = ()
    variants: tuple["Exhibit", ...] = ()

    @property
    def cluster(self) -> str:
        """Exhibits that are not independent share it."""
        return self.sample.cluster or self.sample.variant_of or self.sample.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A student beside the teacher on one slice: the exhibits, and what the comparison found there.

    `teacher` and `base` are names of models; there may be no base.
    """

    suite: str
    student: str
    slice: Slice
    exhibits: Sequence[Exhibit]
    comparison: Comparison
    teacher: str
    base: str | None = None
