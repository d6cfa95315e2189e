"""From answered attempts to grades: the right grader for each sample, each judgement made once.

A grader that fails is our failure, not a wrong answer: outcome `failed`, no score, the reason kept.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.collect import Answer
from harness.errors import DataError, nearest
from harness.identity import grade_key
from harness.progress import Progress
from harness.protocols import BatchGrader, Grader, GraderKind, NeedsMachine
from harness.records import Grade, Json, Judgement, Response, Sample
from harness.store import Store
from harness.suite import Suite

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Assigned:
    """A sample with the grader that judges it."""

    sample: Sample
    name: str
    kind: GraderKind
    options: Mapping[str, Json]
    grader: Grader

    def key(self, response: Response) -> str:
        return grade_key(self.sample, (response.key,), self.name, self.kind.version, self.options)


def assign(
    suites: Iterable[Suite], kinds: Mapping[str, GraderKind], only: Iterable[tuple[str, str]] | None = None
) -> dict[tuple[str, str], Assigned]:
    """The grader of every sample (or of `only` these), by (suite, sample id).

    Raises DataError when one is missing, unknown or given an option that it does not know.
    """
    assigned: dict[tuple[str, str], Assigned] = {}
    wanted = None if only is None else set(only)
    for suite in suites:
        made: dict[str, tuple[GraderKind, Grader]] = {}
        for sample in suite.samples:
            if wanted is not None and (suite.spec.name, sample.id) not in wanted:
                continue
            name = sample.grader or suite.spec.grader
            if name is None:
                raise DataError(
                    f'suite "{suite.spec.name}": no grader for sample "{sample.id}"; name one: `grader: exact`'
                )
            options = suite.spec.grader_options.get(name, {})
            if name not in made:
                made[name] = _make(suite.spec.name, name, options, kinds)
            kind, grader = made[name]
            assigned[suite.spec.name, sample.id] = Assigned(sample, name, kind, options, grader)
    return assigned


def check_gold(assigned: Mapping[tuple[str, str], Assigned]) -> None:
    """Every gold answer must be right by its own grader. Raises DataError for the first that is not.

    Raises UsageError where this machine lacks what a grader needs.
    """
    for judge in {id(judge.grader): judge for judge in assigned.values()}.values():
        if isinstance(judge.kind, NeedsMachine):
            judge.kind.check_ready(judge.options)
    for (suite, sample_id), judge in assigned.items():
        target = judge.sample.target
        if target is None:
            raise DataError(
                f'suite "{suite}": sample "{sample_id}" has no target, and grader "{judge.name}" needs one; '
                "map a target (`viva suite build` takes --targets), or leave such samples out"
            )
        try:
            text = judge.kind.gold(judge.sample)
            if text is None:
                continue
            judgement = judge.grader(judge.sample, Response(key="gold", model="gold", text=text, finish="stop"))
        except ValueError as error:
            mend = "mend the target or change the grader"
            raise DataError(f'suite "{suite}": sample "{sample_id}": {error}; {mend}') from None
        if judgement.outcome != "correct":
            raise DataError(
                f'suite "{suite}": sample "{sample_id}": its own grader "{judge.name}" does not accept the target '
                f"{text[:80]!r} ({judgement.outcome}: {judgement.reason}); "
                "mend the target or change the grader"
            )


def grade_all(
    answers: Sequence[Answer], assigned: Mapping[tuple[str, str], Assigned], store: Store, progress: Progress
) -> list[Grade]:
    """A grade for every answer, in the answers' order. What the store knows is not judged again."""
    wanted = {
        (a.suite, a.sample, a.response.key): assigned[a.suite, a.sample].key(a.response)
        for a in answers
        if a.response.failure is None
    }
    known = store.judgements(wanted.values())
    unknown: dict[str, tuple[Assigned, Response]] = {}
    for answer in answers:
        key = wanted.get((answer.suite, answer.sample, answer.response.key))
        if key is not None and key not in known:
            unknown[key] = assigned[answer.suite, answer.sample], answer.response
    fresh: dict[str, Judgement] = {}
    with progress.step("grading", len(unknown)) as advance:
        try:
            for key, judgement in _judged(unknown):
                fresh[key] = judgement
                advance(1)
        finally:  # an interruption costs none of what was judged
            store.save_judgements(fresh.items())
    known |= fresh
    grades: list[Grade] = []
    for answer in answers:
        key = wanted.get((answer.suite, answer.sample, answer.response.key))
        why = answer.response.failure
        failed = Judgement(outcome="failed", score=None, answer=None, reason=why or "")
        grades.append(_grade(answer, assigned[answer.suite, answer.sample], failed if key is None else known[key]))
    return grades


def _judged(unknown: Mapping[str, tuple[Assigned, Response]]) -> Iterator[tuple[str, Judgement]]:
    """Judgements by grade key; graders that judge many together are given all of theirs."""
    together: dict[int, dict[str, tuple[Assigned, Response]]] = {}
    for key, (judge, response) in unknown.items():
        if isinstance(judge.grader, BatchGrader):
            together.setdefault(id(judge.grader), {})[key] = judge, response
        else:
            yield key, judged(judge, response)
    for items in together.values():
        yield from _judged_together(items)


def _judged_together(items: Mapping[str, tuple[Assigned, Response]]) -> Iterator[tuple[str, Judgement]]:
    done: set[str] = set()
    judge = next(iter(items.values()))[0]
    assert isinstance(judge.grader, BatchGrader)
    try:
        pairs = ((one.sample, response) for one, response in items.values())
        for key, judgement in zip(items, judge.grader.many(pairs), strict=True):
            done.add(key)
            yield key, judgement
    except Exception:  # the boundary of graders: one of them failed, and which one is found out one by one
        log.warning("grader %s failed on a batch", judge.name, exc_info=True)
        for key, (one, response) in items.items():
            if key not in done:
                yield key, judged(one, response)


def judged(judge: Assigned, response: Response) -> Judgement:
    try:
        return judge.grader(judge.sample, response)
    except Exception as error:  # the boundary of graders: theirs is our failure, never a wrong answer
        log.warning("grader %s failed on sample %s", judge.name, judge.sample.id, exc_info=True)
        reason = f"grader {judge.name} failed: {type(error).__name__}: {error}"[:300]
        return Judgement(outcome="failed", score=None, answer=None, reason=reason)


def grades_by_item(grades: Iterable[Grade]) -> dict[tuple[str, str, str], list[Grade]]:
    """Grades by (suite, sample, model), attempts in order."""
    items: dict[tuple[str, str, str], list[Grade]] = {}
    for grade in grades:
        items.setdefault((grade.suite, grade.sample, grade.model), []).append(grade)
    return items


def _grade(answer: Answer, judge: Assigned, judgement: Judgement) -> Grade:
    return Grade(
        suite=answer.suite,
        sample=answer.sample,
        model=answer.response.model,
        attempt=answer.attempt,
        outcome=judgement.outcome,
        score=judgement.score,
        answer=judgement.answer,
        reason=judgement.reason,
        grader=f"{judge.name} {judge.kind.version}",
        response_keys=(answer.response.key,),
    )


def _make(
    suite: str, name: str, options: Mapping[str, Json], kinds: Mapping[str, GraderKind]
) -> tuple[GraderKind, Grader]:
    if name not in kinds:
        raise DataError(f'suite "{suite}": grader "{name}" is unknown{nearest(name, kinds)}')
    try:
        return kinds[name], kinds[name].make(options)
    except ValueError as error:
        raise DataError(f'suite "{suite}": grader "{name}": {error}') from None
