"""Finding one's way in an evaluation and its verdict: by student, by suite, by slice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.evaluation import ALL, Comparison, Evaluation, ModelCard, Pair, Slice, SuiteCard
from harness.verdict import SliceVerdict, StudentVerdict, Verdict

Whole = Slice()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    evaluation: Evaluation
    verdict: Verdict
    compared: Mapping[tuple[str, str, Slice], Comparison]
    judged: Mapping[tuple[str, str, Slice], SliceVerdict]

    def teacher(self) -> str:
        return next((m.name for m in self.evaluation.models if m.role == "teacher"), "the teacher")

    def students(self) -> tuple[str, ...]:
        """Every student that was asked for, compared or judged, in the order of the plan."""
        planned = (m.name for m in self.evaluation.models if m.role == "student")
        judged = (s.student for s in self.verdict.students)
        return tuple(dict.fromkeys([*planned, *judged, *(c.student for c in self.evaluation.comparisons)]))

    def suites(self) -> tuple[SuiteCard, ...]:
        return self.evaluation.suites

    def names(self) -> tuple[str, ...]:
        """Of models and suites, which stand in sentences as they are written."""
        return (*(m.name for m in self.evaluation.models), *(s.name for s in self.evaluation.suites))

    def card(self, model: str) -> ModelCard | None:
        return next((m for m in self.evaluation.models if m.name == model), None)

    def verdict_on(self, student: str) -> StudentVerdict | None:
        return next((s for s in self.verdict.students if s.student == student), None)

    def whole(self, suite: str, student: str) -> Comparison | None:
        return self.compared.get((suite, student, Whole))

    def judgement(self, comparison: Comparison) -> SliceVerdict | None:
        return self.judged.get((comparison.suite, comparison.student, comparison.slice))

    def slices(self, suite: str, student: str) -> list[Comparison]:
        """The slices of a suite, what is lost most first; the largest first where nothing tells them apart."""
        found = self.of(suite, student)
        return sorted((c for c in found if c.slice.name != ALL), key=lambda c: (-lost(c), -c.n, str(c.slice)))

    def of(self, suite: str, student: str) -> list[Comparison]:
        """The comparisons of a student on a suite, as they were made: the whole first."""
        return [c for c in self.evaluation.comparisons if (c.suite, c.student) == (suite, student)]

    def absence(self, student: str) -> str:
        """Why there is nothing to compare, or nothing."""
        if any(c.student == student for c in self.evaluation.comparisons):
            return ""
        own, teacher = self.card(student), self.card(self.teacher())
        if own and own.failure:
            return own.failure
        if teacher and teacher.failure:
            return f"The teacher did not answer: {teacher.failure}"
        return "No pair of answers could be made."

    def label(self, suite: str, part: Slice) -> str:
        """The slice by its own name, with the suite's where there are several."""
        return str(part) if len(self.evaluation.suites) < 2 else f"{suite}: {part}"


def lookup(evaluation: Evaluation, verdict: Verdict) -> Lookup:
    compared = {(c.suite, c.student, c.slice): c for c in evaluation.comparisons}
    judged = {(s.suite, student.student, s.slice): s for student in verdict.students for s in student.slices}
    return Lookup(evaluation=evaluation, verdict=verdict, compared=compared, judged=judged)


def lost(comparison: Comparison) -> float:
    """Answers lost to the teacher, in items: minus the delta times n."""
    return -_delta(comparison) * comparison.n


def _delta(comparison: Comparison) -> float:
    best = comparison.delta95 or comparison.delta90
    return best.point if best is not None else comparison.pupil.accuracy - comparison.teacher.accuracy


def of_pairs(pairs: Sequence[Pair], suite: str, student: str) -> list[Pair]:
    return [p for p in pairs if (p.suite, p.student) == (suite, student)]


def conditions(part: Slice) -> tuple[tuple[str, str], ...]:
    """Names and values that its items hold: one of a slice, several of a crossing, none of the whole."""
    return () if part.name == ALL else part.crossed or ((part.name, part.value),)
