"""Questions to a model and its answers: from the store where it knows them, from the model where it does not."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Literal

from harness.errors import EngineError, VivaError
from harness.identity import keyed
from harness.plan import ModelSpec
from harness.progress import Progress
from harness.protocols import Engine, EngineKind
from harness.records import Request, Response, Role, Sample
from harness.store import Served, Store
from harness.suite import Suite

log = logging.getLogger(__name__)

FollowUps = Callable[[Suite, Sample, Request, Response], Sequence[Request]]


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
                f'model "{spec.name}": all of its {len(missing):,} requests failed, the last: {failures[-1]}'
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
