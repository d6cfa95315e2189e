"""From suites and models to answered attempts: what is asked, what is in the store already, what came back."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from harness.errors import DataError, EngineError, VivaError, nearest
from harness.identity import keyed, suite_fingerprint
from harness.plan import ModelSpec, Plan, SuiteSpec
from harness.progress import Progress
from harness.protocols import Engine, EngineKind, SuiteLoader
from harness.records import ALL, Grade, Message, ModelCard, Request, Response, Role, Sample
from harness.store import Store

log = logging.getLogger(__name__)

FollowUps = Callable[[Sample, Response], Sequence[Request]]
ENGINE_GIVES_UP_AFTER = 20  # failed requests in a row: the engine is gone, not the requests bad


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """Loaded samples, unique by id, and how they are to be graded."""

    spec: SuiteSpec
    samples: tuple[Sample, ...]
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One attempt of one model at one sample; `response.failure` says why there is none."""

    suite: str
    sample: str
    attempt: int
    response: Response


@dataclass(slots=True, kw_only=True)
class Collected:
    """What grading starts from, whether models were asked or logs imported. `grades` came with the logs."""

    suites: tuple[Suite, ...]
    models: list[ModelCard] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    grades: list[Grade] = field(default_factory=list)
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


def load_suites(specs: Iterable[SuiteSpec], sources: Mapping[str, SuiteLoader]) -> tuple[Suite, ...]:
    """Raises DataError for an empty suite and for samples that share an id."""
    return tuple(make_suite(spec, sources[spec.source](spec)) for spec in specs)


def make_suite(spec: SuiteSpec, samples: Sequence[Sample]) -> Suite:
    if not samples:
        raise DataError(f'suite "{spec.name}": no samples{f" in {spec.path}" if spec.path else ""}')
    first: dict[str, int] = {}
    for number, sample in enumerate(samples, 1):
        if sample.id in first:
            raise DataError(
                f'suite "{spec.name}": samples {first[sample.id]} and {number} share the id "{sample.id}"; '
                "remove one, or map an id that tells them apart"
            )
        first[sample.id] = number
    _check_slices(spec, samples)
    return Suite(spec=spec, samples=tuple(samples), fingerprint=suite_fingerprint(samples))


def _check_slices(spec: SuiteSpec, samples: Sequence[Sample]) -> None:
    declared = dict.fromkeys(name for sample in samples for name in sample.slices)
    if ALL in declared:
        raise DataError(f'suite "{spec.name}": a slice may not be called "{ALL}", the name of the whole; rename it')
    for name in spec.slices or ():
        if name not in declared:
            raise DataError(f'suite "{spec.name}": no sample has a slice "{name}"{nearest(name, declared)}')


def collect(plan: Plan, suites: tuple[Suite, ...], engines: Mapping[str, EngineKind], desk: "Desk") -> Collected:
    """Ask one model after the other what the store does not hold yet. Raises EngineError if the teacher fails."""
    found = Collected(suites=suites)
    fingerprints = _fingerprints(plan, engines, found)
    for role, spec in plan.models():
        fingerprint = fingerprints.get(spec.name)
        if fingerprint is None:
            continue
        asks = plan_asks(plan, spec, suites, fingerprint)
        answers, failure = desk.answers(spec, fingerprint, engines[spec.engine], asks)
        for ask in asks:
            response = answers.get(ask.request.key)
            if response is not None:
                found.answers += [
                    Answer(suite=suite.spec.name, sample=sample.id, attempt=attempt, response=response)
                    for suite, sample, attempt in ask.serves
                ]
        if failure:
            _give_up_on(found, role, spec, fingerprint, failure)
        else:
            found.models.append(card(role, spec, fingerprint))
    return found


def _fingerprints(plan: Plan, engines: Mapping[str, EngineKind], found: Collected) -> dict[str, str]:
    """What every model is, before any is asked: one that is not there is known at once."""
    fingerprints: dict[str, str] = {}
    for role, spec in plan.models():
        try:
            fingerprints[spec.name] = engines[spec.engine].fingerprint(spec)
        except EngineError as error:
            log.warning("%s; the run goes on without it", error)
            _give_up_on(found, role, spec, "", error)
    return fingerprints


def card(role: Role, spec: ModelSpec, fingerprint: str, failure: str | None = None) -> ModelCard:
    described = spec.model_dump(mode="json", exclude_defaults=True, exclude={"name"})
    return ModelCard(name=spec.name, role=role, fingerprint=fingerprint, described=described, failure=failure)


def _give_up_on(found: Collected, role: Role, spec: ModelSpec, fingerprint: str, error: VivaError) -> None:
    if role == "teacher":
        raise EngineError(
            f"{error} (nothing can be compared without the teacher; finished answers are kept)"
        ) from error
    found.models.append(card(role, spec, fingerprint, str(error)))


def plan_asks(plan: Plan, spec: ModelSpec, suites: Iterable[Suite], fingerprint: str) -> list[Ask]:
    """Every request to a model once, with all the samples that it serves."""
    serves: dict[str, list[tuple[Suite, Sample, int]]] = {}
    requests: dict[str, Request] = {}
    for suite in suites:
        for sample in suite.samples:
            for attempt in range(plan.repeats):
                request = keyed(request_for(sample, spec, plan, attempt), fingerprint)
                requests[request.key] = request
                serves.setdefault(request.key, []).append((suite, sample, attempt))
    return [Ask(request, tuple(serves[key])) for key, request in requests.items()]


def request_for(sample: Sample, spec: ModelSpec, plan: Plan, attempt: int) -> Request:
    system = (Message(role="system", content=spec.system),) if spec.system else ()
    return Request(
        key="",
        messages=system + sample.messages,
        tools=sample.tools,
        decoding=plan.decoding_of(spec),
        attempt=attempt,
    )


@dataclass(slots=True, kw_only=True)
class Desk:
    """Answers requests from the store, or from the model when the store does not know."""

    store: Store
    progress: Progress
    logs: Path
    follow_ups: FollowUps = lambda sample, response: ()
    asked: dict[str, int] = field(default_factory=dict)

    def answers(
        self, spec: ModelSpec, fingerprint: str, kind: EngineKind, asks: Sequence[Ask]
    ) -> tuple[dict[str, Response], EngineError | None]:
        """Responses by key, and the error that ended the model's work early, if one did.

        Follow-ups are asked before the model is unloaded. A model that has nothing new to answer is not loaded.
        """
        answers: dict[str, Response] = {}
        self.asked[spec.name] = 0
        with ExitStack() as stack:

            @cache
            def load() -> Engine:
                with self.progress.step(f"{spec.name}: loading", None):
                    return stack.enter_context(kind.load(spec, self.logs / f"{spec.name}.log"))

            try:
                self._fill(answers, spec, asks, load)
                self._fill(answers, spec, self._further(asks, answers, fingerprint), load)
            except EngineError as error:
                return answers, error
        return answers, None

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
        in_a_row = 0
        with self.progress.step(f"{spec.name}: answering", len(missing)) as advance:
            for response in _guarded(engine, [ask.request for ask in missing.values()], spec.name):
                answers[response.key] = response
                in_a_row = in_a_row + 1 if response.failure else 0
                if in_a_row >= ENGINE_GIVES_UP_AFTER:
                    raise EngineError(
                        f'model "{spec.name}": {in_a_row} failures in a row, the last: {response.failure}'
                    )
                if not response.failure:
                    self.store.save_response(response, missing[response.key].links())
                    self.asked[spec.name] += 1
                advance(1)

    def _further(self, asks: Sequence[Ask], answers: Mapping[str, Response], fingerprint: str) -> list[Ask]:
        """What the graders want to ask of answered samples: follow-ups serve the attempt that they follow."""
        further: list[Ask] = []
        for ask in asks:
            response = answers.get(ask.request.key)
            if response is None or response.failure:
                continue
            for suite, sample, attempt in ask.serves:
                for request in self.follow_ups(sample, response):
                    further.append(Ask(keyed(request, fingerprint), ((suite, sample, attempt),)))
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
