"""From suites and models to answered attempts: what is asked, what is in the store already, what came back."""

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.desk import Ask, Desk, Reply, Work
from harness.errors import EngineError, VivaError
from harness.evaluation import ModelCard, PublishedScore
from harness.identity import keyed
from harness.parameters import in_folder
from harness.plan import ModelSpec, Plan
from harness.protocols import EngineKind
from harness.records import Decoding, Grade, Message, Request, Response, Role, Sample
from harness.store import Store
from harness.suite import Suite

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One attempt of one model at one sample; `response.failure` says why there is none."""

    suite: str
    sample: str
    attempt: int
    response: Response


@dataclass(slots=True, kw_only=True)
class Collected:
    """What grading starts from, whether models were asked or logs imported. `grades` came with the logs.

    `replies` are those of judges and to follow-ups, for each answer in the order of the questions. `published`: what
    others published of models, to stand beside.
    """

    suites: tuple[Suite, ...]
    models: list[ModelCard] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    grades: list[Grade] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    published: tuple[PublishedScore, ...] = ()

    def ungraded(self) -> list[Answer]:
        """The answers that came without a grade."""
        graded = {(g.suite, g.sample, g.model, g.attempt) for g in self.grades}
        return [a for a in self.answers if (a.suite, a.sample, a.response.model, a.attempt) not in graded]


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


def collect(found: Collected, work: Iterable[Work], desk: Desk) -> Collected:
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
        yield f"{name}: only the first {asked:,} of {n:,} samples were asked (--limit); the rest is left out."


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
    described = spec.model_dump(mode="json", exclude_defaults=True, exclude={"name", "parameters"})
    return ModelCard(
        name=spec.name,
        role=role,
        fingerprint=fingerprint,
        described=described,
        failure=failure,
        parameters=spec.parameters or _counted(spec),
    )


def _counted(spec: ModelSpec) -> float | None:
    """What the weights show; only a path is certain to be a folder of them."""
    path = Path(spec.model)
    return in_folder(path) if spec.engine == "vllm" and path.is_absolute() else None


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
