"""From answers and grades to evidence: what detectors look at, for every student, suite and slice.

Only the workload is looked at. The stress variants of a suite hang on the samples that they were made of.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.collect import Collected
from harness.evaluation import Comparison
from harness.evidence import Attempt, Evidence, Exhibit
from harness.grading import grades_by_item
from harness.plan import STRESS
from harness.records import Grade, Response, Sample
from harness.suite import Suite

Graded = Mapping[tuple[str, str, str], Sequence[Attempt]]


@dataclass(frozen=True, slots=True)
class Cast:
    """Who is who: names of models."""

    teacher: str
    student: str
    base: str | None


def evidence_of(
    found: Collected, grades: Sequence[Grade], comparisons: Sequence[Comparison]
) -> Iterator[tuple[Evidence, ...]]:
    """For every workload suite and student, the evidence of the whole suite and then of each slice, uncrossed."""
    attempts = _attempts(found, grades)
    names = {role: [m.name for m in found.models if m.role == role] for role in ("teacher", "student", "base")}
    base = names["base"][0] if names["base"] else None
    suites = {suite.spec.name: suite for suite in found.suites}
    for suite in found.suites:
        if suite.kind != "workload":
            continue
        for student in names["student"]:
            cast = Cast(names["teacher"][0], student, base)
            exhibits = _exhibits(suite, suites.get(f"{suite.spec.name}{STRESS}"), attempts, cast)
            found_here = [
                c
                for c in comparisons
                if (c.suite, c.student, c.measure) == (suite.spec.name, student, "accuracy")  # others know no right
                and not c.slice.crossed  # few items and many tests: the slices themselves tell more
            ]
            if exhibits and found_here:
                yield tuple(_evidence(c, exhibits, cast) for c in found_here)


def _evidence(c: Comparison, exhibits: Sequence[Exhibit], cast: Cast) -> Evidence:
    return Evidence(
        suite=c.suite,
        student=c.student,
        slice=c.slice,
        exhibits=[exhibit for exhibit in exhibits if c.slice.holds(exhibit.sample.slices)],
        comparison=c,
        teacher=cast.teacher,
        base=cast.base,
    )


def _attempts(found: Collected, grades: Sequence[Grade]) -> Graded:
    """Every scored attempt by (suite, sample, model), attempts in order."""
    responses: dict[tuple[str, str, str, int], Response] = {
        (a.suite, a.sample, a.response.model, a.attempt): a.response for a in found.answers
    }
    further: dict[tuple[str, str, str, int], list[Response]] = {}
    for reply in found.replies:
        if reply.about == "follow-up":
            further.setdefault((reply.suite, reply.sample, reply.model, reply.attempt), []).append(reply.response)
    attempts: dict[tuple[str, str, str], list[Attempt]] = {}
    for item, given in grades_by_item(grades).items():
        for grade in given:
            response = responses.get((*item, grade.attempt))
            if grade.score is not None and response is not None and response.failure is None:
                again = tuple(further.get((*item, grade.attempt), ()))
                attempts.setdefault(item, []).append(Attempt(response, grade, again))
    return attempts


def _exhibits(suite: Suite, stress: Suite | None, attempts: Graded, cast: Cast) -> list[Exhibit]:
    variants: dict[str, list[Exhibit]] = {}
    for sample in stress.samples if stress else ():
        exhibit = _exhibit(stress, sample, attempts, cast, ()) if stress else None
        if exhibit is not None and sample.variant_of is not None:
            variants.setdefault(sample.variant_of, []).append(exhibit)
    made = (_exhibit(suite, s, attempts, cast, tuple(variants.get(s.id, ()))) for s in suite.samples)
    return [exhibit for exhibit in made if exhibit is not None]


def _exhibit(
    suite: Suite, sample: Sample, attempts: Graded, cast: Cast, variants: tuple[Exhibit, ...]
) -> Exhibit | None:
    """None where either model has no scored answer."""
    teacher, student, base = (
        tuple(attempts.get((suite.spec.name, sample.id, name), ())) if name else ()
        for name in (cast.teacher, cast.student, cast.base)
    )
    if not teacher or not student:
        return None
    return Exhibit(sample=sample, teacher=teacher, student=student, base=base, variants=variants)
