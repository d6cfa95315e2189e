"""What a run would ask: how much of it the store holds, and an estimate of tokens, time and cost for the rest.

Tokens and time are estimated from the stored answers of the same plan. Without any, a prompt is taken to have a token
for every four bytes, an answer to be as long as it may be, and the time is unknown.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from harness import consulting
from harness.collect import Answer, Collected, card, survey
from harness.desk import Work
from harness.grading import assign
from harness.plan import ModelSpec
from harness.records import Request, Response, Role
from harness.store import look_into_store
from harness.workflow import Job, Parts

BYTES_PER_TOKEN = 4  # of English text; other languages and numbers have fewer
TO_COME = "\ue000"  # stands for a reply that is to be judged and not there yet; no text uses it
PAUSE_S = 60  # no answer for so long: the run stood still and was taken up again later


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """One model's part. Tokens, seconds and cost are those of the requests still to be asked; None where unknown.

    `basis` tells where the estimate comes from: measured on stored answers, or an upper bound.
    """

    model: str
    role: Role
    requests: int
    stored: int
    prompt_tokens: float
    completion_tokens: float
    seconds: float | None
    cost: float | None
    basis: Literal["measured", "bound"]

    @property
    def to_ask(self) -> int:
        return self.requests - self.stored


def forecast(job: Job, parts: Parts) -> tuple[Forecast, ...]:
    """Every model's part of the run, in the order of asking. Nothing is asked and nothing is written."""
    _, work = survey(job.plan, job.suites, parts.engines)
    with look_into_store(job.plan.store_path()) as store:
        stored = [store.responses(ask.request.key for ask in part.asks) for part in work]
        asked = tuple(_part(part, answers) for part, answers in zip(work, stored, strict=True))
        judging = _judging(job, parts, list(zip(work, stored, strict=True)))
        length = _length(asked)
        return (*asked, *(_part(part, store.responses(a.request.key for a in part.asks), length) for part in judging))


def _judging(job: Job, parts: Parts, work: Iterable[tuple[Work, Mapping[str, Response]]]) -> list[Work]:
    """What judges will be asked of the answers: of those in the store, and of stand-ins for those still to come."""
    assigned = assign(job.suites, parts.graders)
    judges = consulting.needed(assigned, job.plan, parts.engines)
    found = Collected(suites=job.suites)
    for part, stored in work if judges else ():
        found.models.append(card(part.role, part.spec, part.fingerprint))
        found.answers += _expected(part, stored)
    return [consulting.expected(found, assigned, judge) for judge in judges]


def _expected(work: Work, stored: Mapping[str, Response]) -> Iterator[Answer]:
    name = work.spec.name
    for ask in work.asks:
        key = ask.request.key
        stand_in = Response(key=key, model=name, text=f"{TO_COME} {name} {ask.request.attempt}", finish="stop")
        response = replace(stored.get(key, stand_in), model=name)
        for suite, sample, attempt in ask.serves:
            yield Answer(suite=suite.spec.name, sample=sample.id, attempt=attempt, response=response)


def _length(asked: Sequence[Forecast]) -> float:
    """Tokens of a reply that is still to come, on average over the models."""
    to_ask = sum(part.to_ask for part in asked)
    return sum(part.completion_tokens for part in asked) / to_ask if to_ask else 0.0


def _part(work: Work, stored: Mapping[str, Response], length: float = 0.0) -> Forecast:
    """`length`: tokens of each reply to come that the requests hold a stand-in for."""
    missing = [ask.request for ask in work.asks if ask.request.key not in stored]
    measured = [a for a in stored.values() if a.prompt_tokens is not None and a.completion_tokens is not None]
    if measured:
        prompt = len(missing) * sum(a.prompt_tokens or 0 for a in measured) / len(measured)
        completion = len(missing) * sum(a.completion_tokens or 0 for a in measured) / len(measured)
    else:
        prompt = sum(prompt_bytes(request) / BYTES_PER_TOKEN + length * _to_come(request) for request in missing)
        completion = float(sum(_most_tokens(work.spec, request) for request in missing))
    endpoint = work.spec.endpoint
    price = endpoint.price if endpoint else None
    rate = answers_per_second(stored.values())
    return Forecast(
        model=work.spec.name,
        role=work.role,
        requests=len(work.asks),
        stored=len(stored),
        prompt_tokens=prompt,
        completion_tokens=completion,
        seconds=0.0 if not missing else len(missing) / rate if rate else None,
        cost=price.of(prompt, completion) if price else None,
        basis="measured" if measured else "bound",
    )


def _to_come(request: Request) -> int:
    return sum(message.content.count(TO_COME) for message in request.messages)


def _most_tokens(spec: ModelSpec, request: Request) -> int:
    """How long an answer may be: `args` of an endpoint may say so in the server's own words."""
    if request.kind == "score":
        return len(request.continuations)  # each is read, and one token made that nobody keeps
    given = [spec.args.get(name) for name in ("max_tokens", "max_completion_tokens")] if spec.endpoint else []
    return max([limit for limit in given if isinstance(limit, int)], default=request.decoding.max_tokens)


def prompt_bytes(request: Request) -> int:
    """The length of what is asked, in UTF-8."""
    texts = [message.content for message in request.messages] or [request.prompt or ""]
    texts += [one.context + one.text for one in request.continuations]
    return sum(len(text.encode("utf-8", "surrogatepass")) for text in texts)


def answers_per_second(answers: Iterable[Response]) -> float | None:
    """How fast stored answers came, pauses left out; at least, since times are kept in whole seconds. None for one."""
    times = sorted(datetime.fromisoformat(a.created_at).timestamp() for a in answers if a.created_at)
    gaps = [later - earlier for earlier, later in zip(times, times[1:], strict=False)]
    working = [gap for gap in gaps if gap < PAUSE_S]
    return len(working) / max(sum(working), 1.0) if working else None
