"""Asking judges: models of the plan that say what an answer is worth, where a grader needs to be told.

It happens after every model has answered, so that each judge is loaded once. A judge that fails leaves replies that
say so: its grader then fails, which is our failure and nobody's wrong answer.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from harness.collect import Collected, card
from harness.desk import Ask, Desk, Reply, Work
from harness.errors import DataError, EngineError, nearest
from harness.evaluation import ModelCard
from harness.grading import Assigned, Pending, pending
from harness.identity import keyed
from harness.plan import DecodingSpec, ModelSpec, Plan
from harness.protocols import CaseGrader, EngineKind
from harness.records import Message, Request, Response
from harness.suite import Suite

log = logging.getLogger(__name__)

DECODING = DecodingSpec(max_tokens=1024)  # of judges whose entry says nothing else

Question = tuple[Pending, Request]

_ENGINE = ModelSpec.model_fields["engine"].default


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """A model that graders ask: what it is, found out before anything is spent."""

    spec: ModelSpec
    fingerprint: str
    kind: EngineKind


def check_judges(assigned: Mapping[tuple[str, str], Assigned], plan: Plan) -> None:
    """Raises DataError where a grader asks a judge that the plan does not have."""
    specs = _models(plan)
    for (suite, _), judge in assigned.items():
        name = judged_by(judge)
        if name is not None and name not in specs:
            raise DataError(
                f'suite "{suite}": grader "{judge.name}" asks "{name}", which is no model of the plan'
                f"{nearest(name, specs)}; judges stand under `judges:`"
            )


def check_nobody_asks(assigned: Mapping[tuple[str, str], Assigned]) -> None:
    """Raises DataError where a grader asks a judge, for imports, which ask no model."""
    for (suite, _), judge in assigned.items():
        if judged_by(judge) is not None:
            raise DataError(
                f'suite "{suite}": grader "{judge.name}" asks a judge, and an import asks no model; '
                "name another grader, or map the scores that a judge gave"
            )


def needed(
    assigned: Mapping[tuple[str, str], Assigned], plan: Plan, engines: Mapping[str, EngineKind]
) -> tuple[Judge, ...]:
    """The judges that the graders of a plan ask, in the plan's order.

    Raises EngineError for one of which it cannot be found out what it is.
    """
    named = dict.fromkeys(name for judge in assigned.values() if (name := judged_by(judge)) is not None)
    return tuple(
        Judge(spec=spec, fingerprint=engines[spec.engine].fingerprint(spec), kind=engines[spec.engine])
        for name, spec in _models(plan).items()
        if name in named
    )


def _models(plan: Plan) -> dict[str, ModelSpec]:
    return {spec.name: spec for spec in (*(spec for _, spec in plan.models()), *plan.judges)}


def judged_by(judge: Assigned) -> str | None:
    return judge.grader.judge if isinstance(judge.grader, CaseGrader) else None


def check_ready(judges: Iterable[Judge]) -> None:
    """Raises UsageError for the first judge that cannot be asked. Whether it must be is not known yet."""
    for judge in judges:
        judge.kind.check_ready(judge.spec)


def consult(
    found: Collected, assigned: Mapping[tuple[str, str], Assigned], judges: Iterable[Judge], desk: Desk
) -> Collected:
    """Ask every judge what graders want to know of the answers that wait for a grade."""
    waiting = pending(found, assigned)
    suites = {suite.spec.name: suite for suite in found.suites}
    for judge in judges:
        questions = list(_questions(judge, waiting))
        if not questions:
            continue
        work = _work(judge, questions, suites)
        answers, failure = _heard(work, desk)
        found.notes += _partial(judge, found.models)
        if failure:
            log.warning("%s; what it did not judge is not graded", failure)
            found.notes.append(f"The judge did not answer everything: {failure}. What it did not judge is not graded.")
        found.replies += [_reply(one, request, answers, failure) for one, request in questions]
        if judge.spec.name not in [model.name for model in found.models]:
            found.models.append(card("judge", judge.spec, judge.fingerprint, str(failure) if failure else None))
    return found


def expected(found: Collected, assigned: Mapping[tuple[str, str], Assigned], judge: Judge) -> Work:
    """What a judge would be asked of these answers."""
    suites = {suite.spec.name: suite for suite in found.suites}
    return _work(judge, list(_questions(judge, pending(found, assigned))), suites)


def _questions(judge: Judge, waiting: Iterable[Pending]) -> Iterator[Question]:
    for one in waiting:
        if judged_by(one.judge) == judge.spec.name and one.case.response.failure is None:
            for request in _asked_by(one):
                yield one, keyed(_posed(request, judge.spec), judge.fingerprint)


def _work(judge: Judge, questions: Iterable[Question], suites: Mapping[str, Suite]) -> Work:
    asks = tuple(_asks(questions, suites))
    return Work(role="judge", spec=judge.spec, fingerprint=judge.fingerprint, kind=judge.kind, asks=asks)


def _heard(work: Work, desk: Desk) -> tuple[dict[str, Response], EngineError | None]:
    """A judge's answers. It is asked nothing further; what it was asked is added to what it answered as a student."""
    own = replace(desk, follow_ups=lambda suite, sample, request, response: (), further={}, asked={}, cost={})
    try:
        return own.answers(work)
    finally:
        for name, n in own.asked.items():
            desk.asked[name] = desk.asked.get(name, 0) + n
        for name, cost in own.cost.items():
            desk.cost[name] = desk.cost.get(name, 0.0) + cost


def _partial(judge: Judge, models: Iterable[ModelCard]) -> Iterator[str]:
    """A note for each model of the comparison that judges itself."""
    spec = judge.spec
    for model in models:
        told = model.described
        known = (told.get("engine", _ENGINE), told.get("model"), told.get("adapter"))
        if model.role != "judge" and (model.name == spec.name or known == (spec.engine, spec.model, spec.adapter)):
            yield (
                f"The judge {spec.name} is the {model.role} {model.name} itself, and judges tend to favour their own "
                "replies: let another model judge, or check it against a reference."
            )


def _asked_by(one: Pending) -> Sequence[Request]:
    """The grader's questions; a grader that fails here fails again, and is told of, when it decides."""
    assert isinstance(one.judge.grader, CaseGrader)
    try:
        return one.judge.grader.asks(one.case)
    except Exception:  # the boundary of graders
        log.warning("grader %s failed on sample %s", one.judge.name, one.case.sample.id, exc_info=True)
        return ()


def _posed(request: Request, spec: ModelSpec) -> Request:
    """The question as this judge is asked it."""
    system = (Message(role="system", content=spec.system),) if spec.system else ()
    return replace(request, messages=system + request.messages, decoding=(spec.decoding or DECODING).value())


def _asks(questions: Iterable[Question], suites: Mapping[str, Suite]) -> Iterable[Ask]:
    """Every question once, with all the answers that it is about."""
    requests: dict[str, Request] = {}
    serves: dict[str, list[Pending]] = {}
    for one, request in questions:
        requests[request.key] = request
        serves.setdefault(request.key, []).append(one)
    for key, about in serves.items():
        places = dict.fromkeys((p.answer.suite, p.answer.sample, p.answer.attempt) for p in about)
        samples = {(p.answer.suite, p.answer.sample): p.case.sample for p in about}
        yield Ask(requests[key], tuple((suites[s], samples[s, i], attempt) for s, i, attempt in places))


def _reply(one: Pending, request: Request, answers: Mapping[str, Response], failure: EngineError | None) -> Reply:
    silent = Response(
        key=request.key, model="judge", text="", failure=str(failure or "the judge gave no answer"), finish="error"
    )
    return Reply(
        suite=one.answer.suite,
        sample=one.answer.sample,
        model=one.answer.response.model,
        attempt=one.answer.attempt,
        response=answers.get(request.key, silent),
    )
