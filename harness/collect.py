"""From suites and models to answered attempts: what is asked, what is in the store already, what came back."""

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Literal

from harness.errors import EngineError, VivaError
from harness.evaluation import ModelCard
from harness.identity import keyed
from harness.plan import ModelSpec, Plan
from harness.progress import Progress
from harness.protocols import Engine, EngineKind
from harness.records import Decoding, Grade, Message, Request, Response, Role, Sample
from harness.store import Served, Store
from harness.suite import Suite

log = logging.getLogger(__name__)

FollowUps = Callable[[Suite, Sample, Request, Response], Sequence[Request]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One attempt of one model at one sample; `response.failure` says why there is none."""

    suite: str
    sample: str
    attempt: int
    response: Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A further answer that belongs to an answer, which is the attempt of `model` at a sample.

    A judge's to one of the questions about it, or the model's own to a follow-up.
    """

    suite: str
    sample: str
    model: str
    attempt: int
    response: Response
    about: Literal["judging", "follow-up"] = "judging"


@dataclass(slots=True, kw_only=True)
class Collected:
    """What grading starts from, whether models were asked or logs imported. `grades` came with the logs.

    `replies` are those of judges and to follow-ups, for each answer in the order of the questions.
    """

    suites: tuple[Suite, ...]
    models: list[ModelCard] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    grades: list[Grade] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def ungraded(self) -> list[Answer]:
        """The answers that came without a grade."""
        graded = {(g.suite, g.sample, g.model, g.attempt) for g in self.grades}
        return [a for a in self.answers if (a.suite, a.sample, a.response.model, a.attempt) not in graded]


@dataclass(frozen=True, slots=True)
class Ask:
    """A request and the samples (suite, sample, attempt) that its response serves."""

    request: Request
    serves: tuple[tuple[Suite, Sample, int], ...]

    def links(self) -> Iterable[tuple[str, str, int]]:
        return ((suite.fingerprint, sample.id, attempt) for suite, sample, attempt in self.serves)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One model's part of a run: what it is, and everything that it is asked."""

    role: Role
    spec: ModelSpec
    fingerprint: str
    kind: EngineKind
    asks: tuple[Ask, ...]

    def missing(self, store: Store) -> list[Ask]:
        """What the store does not know the answer of."""
        known = store.known(ask.request.key for ask in self.asks)
        return [ask for ask in self.asks if ask.request.key not in known]


def survey(plan: Plan, suites: tuple[Suite, ...], engines: Mapping[str, EngineKind]) -> tuple[Collected, list[Work]]:
    """What every model is and will be asked; models that cannot be told what they are have failed already.

    Raises EngineError where that is the teacher.
    """
    found = Collected(suites=suites, notes=[note for suite in suites for note in _limited(suite)])
    work: list[Work] = []
    for role, spec in plan.models():
        kind = engines[spec.engine]
        try:
            fingerprint = kind.fingerprint(spec)
        except EngineError as error:
            log.warning("%s; the run goes on without it", error)
            _give_up_on(found, role, spec, "", error)
        else:
            asks = tuple(plan_asks(plan, spec, suites, fingerprint))
            work.append(Work(role=role, spec=spec, fingerprint=fingerprint, kind=kind, asks=asks))
    return found, work


def check_ready(work: Iterable[Work], store: Store) -> None:
    """Raises UsageError for the first model that has to be asked and cannot be."""
    for part in work:
        if part.missing(store):
            part.kind.check_ready(part.spec)


def collect(found: Collected, work: Iterable[Work], desk: "Desk") -> Collected:
    """Ask one model after the other what the store does not hold yet. Raises EngineError if the teacher fails."""
    for part in work:
        answers, failure = desk.answers(part)
        for ask in part.asks:
            response = answers.get(ask.request.key)
            if response is not None:
                found.answers += [
                    Answer(suite=suite.spec.name, sample=sample.id, attempt=attempt, response=response)
                    for suite, sample, attempt in ask.serves
                ]
        found.replies += desk.followed(part.spec.name, answers)
        found.notes += _observed(part.spec, answers.values())
        if failure:
            cost = desk.cost.get(part.spec.name)
            spent = f"; what it answered in this run cost {cost:.6g}" if cost else ""
            _give_up_on(found, part.role, part.spec, part.fingerprint, EngineError(f"{failure}{spent}"))
        else:
            found.models.append(card(part.role, part.spec, part.fingerprint))
    return found


def _limited(suite: Suite) -> Iterator[str]:
    if len(suite.asked) < len(suite.samples):
        name, asked, n = suite.spec.name, len(suite.asked), len(suite.samples)
        yield f"{name}: only the first {asked} of {n} samples were asked (--limit); the rest is left out."


def _observed(spec: ModelSpec, answers: Iterable[Response]) -> Iterator[str]:
    """What servers said they were, where that is not just the model asked for."""
    answered = [r for r in answers if not r.failure]
    said = dict.fromkeys(" ".join(filter(None, (r.served_model, r.system_fingerprint))) for r in answered)
    served = [name for name in said if name]
    others = dict.fromkeys(
        r.served_model for r in answered if r.served_model and not _is_version_of(r.served_model, spec.model)
    )
    if len(served) > 1:
        shown = ", ".join(served[:4]) + (", ..." if len(served) > 4 else "")
        yield f"{spec.name}: its server called itself {len(served)} things ({shown}): the answers may mix versions."
    if others:
        yield f"{spec.name}: asked for {spec.model}, answered by what calls itself {', '.join(map(str, others))}."


def _is_version_of(served: str, asked: str) -> bool:
    """The name itself, or with a date behind it, as hosts do: `large-2026-09-30`; but not `large-mini`."""
    return served == asked or re.fullmatch(rf"{re.escape(asked)}[-@:]\d[\d-]*", served) is not None


def card(role: Role, spec: ModelSpec, fingerprint: str, failure: str | None = None) -> ModelCard:
    described = spec.model_dump(mode="json", exclude_defaults=True, exclude={"name"})
    return ModelCard(name=spec.name, role=role, fingerprint=fingerprint, described=described, failure=failure)


def _give_up_on(found: Collected, role: Role, spec: ModelSpec, fingerprint: str, error: VivaError) -> None:
    if role == "teacher":
        raise EngineError(f"{error} (nothing can be compared without the teacher)") from error
    found.models.append(card(role, spec, fingerprint, str(error)))


def plan_asks(plan: Plan, spec: ModelSpec, suites: Iterable[Suite], fingerprint: str) -> list[Ask]:
    """Every request to a model once, with all the samples that it serves."""
    serves: dict[str, list[tuple[Suite, Sample, int]]] = {}
    requests: dict[str, Request] = {}
    for suite in suites:
        decoding = plan.decoding_of(spec, suite.spec) or suite.decoding or Decoding()
        repeats = suite.spec.repeats or plan.repeats or suite.repeats or 1
        for sample in suite.asked:
            asked = request_for(sample, spec, decoding)
            for attempt in range(1 if asked.kind == "score" else repeats):
                request = keyed(replace(asked, attempt=attempt), fingerprint)
                requests[request.key] = request
                serves.setdefault(request.key, []).append((suite, sample, attempt))
    return [Ask(request, tuple(serves[key])) for key, request in requests.items()]


def request_for(sample: Sample, spec: ModelSpec, decoding: Decoding) -> Request:
    """A sample as this model is asked it first. Likelihoods depend on no decoding."""
    if sample.continuations:
        return Request(key="", kind="score", continuations=sample.continuations)
    if sample.prompt is not None:
        return Request(key="", prompt=sample.prompt, decoding=decoding)
    system = (Message(role="system", content=spec.system),) if spec.system else ()
    return Request(key="", messages=system + sample.messages, tools=sample.tools, decoding=decoding)


@dataclass(slots=True, kw_only=True)
class Desk:
    """Answers requests from the store, or from the model when the store does not know."""

    store: Store
    progress: Progress
    logs: Path
    follow_ups: FollowUps = lambda suite, sample, request, response: ()
    further: dict[str, list[Ask]] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)
    cost: dict[str, float] = field(default_factory=dict)

    def answers(self, work: Work) -> tuple[dict[str, Response], EngineError | None]:
        """Responses by key, and the error that ended the model's work early, if one did.

        Follow-ups are asked before the model is unloaded. A model that has nothing new to answer is not loaded.
        """
        answers: dict[str, Response] = {}
        spec = work.spec
        self.asked[spec.name] = 0
        with ExitStack() as stack:
            if work.missing(self.store):  # another viva may be asking the same: then its answers are ours, too
                stack.enter_context(self.store.alone_with(work.fingerprint, spec.name))

            @cache
            def load() -> Engine:
                with self.progress.step(f"{spec.name}: loading", None):
                    return stack.enter_context(work.kind.load(spec, self.logs / f"{spec.name}.log"))

            try:
                self._fill(answers, spec, work.asks, load)
            except EngineError as error:
                return answers, error
            self.further[spec.name] = self._further(work, answers)
            try:
                self._fill(answers, spec, self.further[spec.name], load)
            except EngineError as error:  # what was asked first is answered: the model has not failed
                log.warning("%s; its follow-ups are left out", error)
        return answers, None

    def followed(self, model: str, answers: Mapping[str, Response]) -> Iterator[Reply]:
        """The model's answers to follow-ups, with the answer that each follows."""
        for ask in self.further.get(model, ()):
            response = answers.get(ask.request.key)
            if response is None or response.failure is not None:
                continue
            for suite, sample, attempt in ask.serves:
                yield Reply(
                    suite=suite.spec.name,
                    sample=sample.id,
                    model=model,
                    attempt=attempt,
                    response=response,
                    about="follow-up",
                )

    def _fill(
        self, answers: dict[str, Response], spec: ModelSpec, asks: Sequence[Ask], load: Callable[[], Engine]
    ) -> None:
        found = self.store.responses(ask.request.key for ask in asks)
        # The store knows a response by what the model is; what a plan calls the model is the plan's affair.
        stored = {key: replace(response, model=spec.name) for key, response in found.items()}
        self.store.link((stored[a.request.key], a.links()) for a in asks if a.request.key in stored)
        answers.update(stored)
        missing = {ask.request.key: ask for ask in asks if ask.request.key not in stored}
        if not missing:
            return
        engine = load()
        try:
            self._ask(answers, spec, missing, engine)
        finally:
            if spec.endpoint and spec.endpoint.price:
                self.cost[spec.name] = engine.spent

    def _ask(self, answers: dict[str, Response], spec: ModelSpec, missing: Mapping[str, Ask], engine: Engine) -> None:
        failures: list[str] = []
        done: list[Served] = []
        with self.progress.step(f"{spec.name}: answering", len(missing)) as advance:
            try:
                for response in _guarded(engine, [ask.request for ask in missing.values()], spec.name):
                    answers[response.key] = response
                    advance(1)
                    if response.failure:
                        failures.append(response.failure)
                    else:
                        done.append((response, missing[response.key].links()))
                    if not engine.ready:
                        self._save(spec, done)
            finally:  # however it ended, what came is kept
                self._save(spec, done)
        if len(failures) == len(missing):
            raise EngineError(
                f'model "{spec.name}": all of its {len(missing)} requests failed, the last: {failures[-1]}'
            )

    def _save(self, spec: ModelSpec, done: list[Served]) -> None:
        if not done:
            return
        self.store.save_responses(done)
        self.asked[spec.name] += len(done)
        done.clear()

    def _further(self, work: Work, answers: Mapping[str, Response]) -> list[Ask]:
        """What is to be asked of answered samples: follow-ups serve the attempt that they follow."""
        further: list[Ask] = []
        for ask in work.asks:
            response = answers.get(ask.request.key)
            if response is None or response.failure:
                continue
            for suite, sample, attempt in ask.serves:
                for request in self.follow_ups(suite, sample, ask.request, response):
                    further.append(Ask(keyed(request, work.fingerprint), ((suite, sample, attempt),)))
        return further


def _guarded(engine: Engine, requests: Sequence[Request], name: str) -> Iterator[Response]:
    """The engine's answers; whatever it raises becomes an EngineError that names the model."""
    answers = engine.generate(requests)
    try:
        yield from answers
    except VivaError:
        raise
    except Exception as error:  # the boundary of engines: the model fails, what it finished is kept
        raise EngineError(f'model "{name}" stopped answering: {error or type(error).__name__}') from error
    finally:
        close = getattr(answers, "close", None)
        if close:
            close()
