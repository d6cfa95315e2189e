"""From answered attempts to grades: the right grader for each sample, each judgement made once.

A grader that fails is our failure, not a wrong answer: outcome `failed`, no score, the reason kept.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.collect import Answer, Collected
from harness.errors import DataError, nearest
from harness.identity import grade_key
from harness.plan import STRESS, Plan
from harness.progress import Progress
from harness.protocols import BatchGrader, Case, CaseGrader, FitsSamples, Grader, GraderKind, NamesRules, NeedsMachine
from harness.records import Grade, Json, Judgement, Measure, Response, Sample
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
    grader: Grader | CaseGrader

    @property
    def measure(self) -> Measure:
        return self.grader.measure if isinstance(self.grader, CaseGrader) else "accuracy"

    def key(self, case: Case) -> str:
        """Names the judgement: the reply, all that its grader looks at, and the grader."""
        keys, version = [case.response.key], self.kind.version
        if isinstance(self.grader, CaseGrader):
            version = f"{version} {self.grader.based_on}".rstrip()
            keys += [reply.key for reply in case.replies]
            if self.grader.reads_teacher:
                keys += ["the teacher's" if case.from_teacher else "a student's", *(r.key for r in case.teacher)]
        return grade_key(self.sample, keys, self.name, version, self.options)


@dataclass(frozen=True, slots=True)
class Pending:
    """An answer that waits for its grade."""

    answer: Answer
    judge: Assigned
    case: Case


def assign(
    suites: Iterable[Suite], kinds: Mapping[str, GraderKind], only: Iterable[tuple[str, str]] | None = None
) -> dict[tuple[str, str], Assigned]:
    """The grader of every sample (or of `only` these), by (suite, sample id).

    Raises DataError when one is missing, unknown or given an option that it does not know.
    """
    assigned: dict[tuple[str, str], Assigned] = {}
    wanted = None if only is None else set(only)
    for suite in suites:
        made: dict[str, tuple[GraderKind, Grader | CaseGrader]] = {}
        for sample in suite.samples:
            if wanted is not None and (suite.spec.name, sample.id) not in wanted:
                continue
            name = sample.grader or suite.spec.grader
            if name is None:
                raise DataError(
                    f'suite "{suite.spec.name}": no grader for sample "{sample.id}"; name one: `grader: exact`'
                )
            if ":" in name and name != suite.spec.grader:
                raise DataError(
                    f'suite "{suite.spec.name}": sample "{sample.id}" names the file of a grader, {short_name(name)}; '
                    "only a plan may: data brings no code"
                )
            options = suite.spec.grader_options.get(name, {})
            if name not in made:
                made[name] = _make(suite.spec.name, name, options, kinds)
            kind, grader = made[name]
            assigned[suite.spec.name, sample.id] = Assigned(sample, name, kind, options, grader)
    return assigned


def check_gold(assigned: Mapping[tuple[str, str], Assigned]) -> None:
    """Every gold answer must be right by its own grader, and every grader fit to judge its samples.

    Raises DataError for the first that is not, and UsageError where this machine lacks what a grader needs.
    """
    for judge in {id(judge.grader): judge for judge in assigned.values()}.values():
        if isinstance(judge.kind, NeedsMachine):
            judge.kind.check_ready(judge.options)
    _check_targets(assigned)
    together: dict[tuple[str, int], list[Assigned]] = {}
    for (suite, _), judge in assigned.items():
        together.setdefault((suite, id(judge.grader)), []).append(judge)
    for (suite, _), judges in together.items():
        first = judges[0]
        try:
            if isinstance(first.grader, FitsSamples):
                first.grader.check([judge.sample for judge in judges])
        except ValueError as error:
            raise DataError(f'suite "{suite}": grader "{short_name(first.name)}": {error}') from None


def check_options(plan: Plan, assigned: Mapping[tuple[str, str], Assigned]) -> None:
    """Options that a plan gives a grader which judges nothing of the suite say nothing. Raises DataError."""
    for spec in plan.suites:
        used = {judge.name for (suite, _), judge in assigned.items() if suite in (spec.name, f"{spec.name}{STRESS}")}
        for name in spec.grader_options:
            if used and name not in used and spec.size is None:
                raise DataError(
                    f'suite "{spec.name}": `grader_options` has options of "{short_name(name)}", which judges none of '
                    f"its samples{nearest(name, used)}"
                )


def _check_targets(assigned: Mapping[tuple[str, str], Assigned]) -> None:
    for (suite, sample_id), judge in assigned.items():
        target = judge.sample.target
        if target is None:
            if judge.kind.needs_target:
                raise DataError(
                    f'suite "{suite}": sample "{sample_id}" has no target, and grader "{judge.name}" needs one; '
                    "map a target (`viva suite build` takes --targets), leave such samples out, or name a grader that "
                    "needs none: agreement, judge, rules, support"
                )
            continue
        try:
            text = judge.kind.gold(judge.sample)
            if text is None or isinstance(judge.grader, CaseGrader):
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


def rule_names(assigned: Iterable[Assigned]) -> list[str]:
    """The rules that the graders report, by name: those of viva's own graders, and of the samples' targets."""
    of: dict[int, list[Assigned]] = {}
    for judge in assigned:
        of.setdefault(id(judge.grader), []).append(judge)
    names: dict[str, None] = {}
    for judges in of.values():
        grader = judges[0].grader
        if isinstance(grader, NamesRules):
            names |= dict.fromkeys(grader.rule_names([judge.sample for judge in judges]))
    return list(names)


def pending(found: Collected, assigned: Mapping[tuple[str, str], Assigned]) -> list[Pending]:
    """Every answer that came without a grade, with all that its grader may look at."""
    teacher = next((m.name for m in found.models if m.role == "teacher"), None)
    theirs: dict[tuple[str, str], list[Answer]] = {}
    for answer in found.answers:
        if answer.response.model == teacher and answer.response.failure is None:
            theirs.setdefault((answer.suite, answer.sample), []).append(answer)
    replies: dict[tuple[str, str, str, int], list[Response]] = {}
    for reply in found.replies:
        if reply.about != "judging":
            continue
        replies.setdefault((reply.suite, reply.sample, reply.model, reply.attempt), []).append(reply.response)
    waiting: list[Pending] = []
    for answer in found.ungraded():
        item, model = (answer.suite, answer.sample), answer.response.model
        case = Case(
            sample=assigned[item].sample,
            response=answer.response,
            attempt=answer.attempt,
            from_teacher=model == teacher,
            teacher=tuple(a.response for a in sorted(theirs.get(item, ()), key=lambda a: a.attempt)),
            replies=tuple(replies.get((*item, model, answer.attempt), ())),
        )
        waiting.append(Pending(answer, assigned[item], case))
    return waiting


def grade_all(waiting: Sequence[Pending], store: Store, progress: Progress) -> list[Grade]:
    """A grade for every answer, in their order. What the store knows is not judged again."""
    keys = [None if p.case.response.failure else p.judge.key(p.case) for p in waiting]
    known = store.judgements(key for key in keys if key is not None)
    unknown = {key: p for key, p in zip(keys, waiting, strict=True) if key is not None and key not in known}
    fresh: dict[str, Judgement] = {}
    with progress.step("grading", len(unknown)) as advance:
        try:
            for key, judgement in _judged(unknown):
                fresh[key] = judgement
                advance(1)
        finally:  # an interruption costs none of what was judged
            store.save_judgements(fresh.items())
    known |= fresh
    _tell_failures(unknown, fresh)
    return [
        _grade(p, _failed(p.case.response.failure or "") if key is None else known[key])
        for key, p in zip(keys, waiting, strict=True)
    ]


def _tell_failures(asked: Mapping[str, Pending], judged: Mapping[str, Judgement]) -> None:
    """One line for each grader that failed; every reason stands with its grade."""
    failed: dict[str, list[str]] = {}
    for key, judgement in judged.items():
        if judgement.outcome == "failed":
            failed.setdefault(short_name(asked[key].judge.name), []).append(judgement.reason)
    for name, reasons in failed.items():
        count = sum(short_name(one.judge.name) == name for one in asked.values())
        log.warning("grader %s failed on %d of %d replies, the first time: %s", name, len(reasons), count, reasons[0])


def _judged(unknown: Mapping[str, Pending]) -> Iterator[tuple[str, Judgement]]:
    """Judgements by grade key; graders that judge many together are given all of theirs."""
    together: dict[int, dict[str, Pending]] = {}
    for key, one in unknown.items():
        if isinstance(one.judge.grader, BatchGrader):
            together.setdefault(id(one.judge.grader), {})[key] = one
        else:
            yield key, judged(one.judge, one.case)
    for items in together.values():
        yield from _judged_together(items)


def _judged_together(items: Mapping[str, Pending]) -> Iterator[tuple[str, Judgement]]:
    done: set[str] = set()
    judge = next(iter(items.values())).judge
    assert isinstance(judge.grader, BatchGrader)
    try:
        pairs = ((one.case.sample, one.case.response) for one in items.values())
        for key, judgement in zip(items, judge.grader.many(pairs), strict=True):
            done.add(key)
            yield key, judgement
    except Exception:  # the boundary of graders: one of them failed, and which one is found out one by one
        log.info("grader %s failed on a batch", judge.name, exc_info=True)
        for key, one in items.items():
            if key not in done:
                yield key, judged(one.judge, one.case)


def judged(judge: Assigned, case: Case) -> Judgement:
    try:
        if isinstance(judge.grader, CaseGrader):
            return judge.grader.decide(case)
        return judge.grader(case.sample, case.response)
    except Exception as error:  # the boundary of graders: theirs is our failure, never a wrong answer
        log.info("grader %s failed on sample %s", judge.name, judge.sample.id, exc_info=True)
        return _failed(f"grader {short_name(judge.name)} failed: {type(error).__name__}: {error}"[:300])


def _failed(reason: str) -> Judgement:
    return Judgement(outcome="failed", score=None, answer=None, reason=reason)


def grades_by_item(grades: Iterable[Grade]) -> dict[tuple[str, str, str], list[Grade]]:
    """Grades by (suite, sample, model), attempts in order."""
    items: dict[tuple[str, str, str], list[Grade]] = {}
    for grade in grades:
        items.setdefault((grade.suite, grade.sample, grade.model), []).append(grade)
    return items


def _grade(one: Pending, judgement: Judgement) -> Grade:
    answer, replies = one.answer, one.case.replies
    return Grade(
        suite=answer.suite,
        sample=answer.sample,
        model=answer.response.model,
        attempt=answer.attempt,
        outcome=judgement.outcome,
        score=judgement.score,
        answer=judgement.answer,
        reason=judgement.reason,
        grader=f"{short_name(one.judge.name)} {one.judge.kind.version}",
        response_keys=(answer.response.key, *(reply.key for reply in replies)),
        checks=judgement.checks,
        measure=one.judge.measure,
    )


def short_name(grader: str) -> str:
    """The grader's name without the folders of its file."""
    return Path(grader).name


def _make(
    suite: str, name: str, options: Mapping[str, Json], kinds: Mapping[str, GraderKind]
) -> tuple[GraderKind, Grader | CaseGrader]:
    try:
        if name not in kinds:
            raise DataError(f'suite "{suite}": grader "{name}" is unknown{nearest(name, kinds)}')
        kind = kinds[name]
        return kind, kind.make(options)
    except ValueError as error:
        raise DataError(f'suite "{suite}": grader "{name}": {error}') from None
