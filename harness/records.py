"""The nouns of viva: what is asked, what came back, and what it was worth.

Every record is frozen; a change is a new record (`dataclasses.replace`). Values are validated where they enter the
program (plans, files, replies); here stand only the invariants that no later step may break. Unknown is None, never 0.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from typing_extensions import TypeAliasType

Json = TypeAliasType("Json", "None | bool | int | float | str | list[Json] | dict[str, Json]")

Outcome = Literal["correct", "incorrect", "truncated", "unparsed", "refused", "failed"]
OUTCOMES: tuple[Outcome, ...] = ("correct", "incorrect", "truncated", "unparsed", "refused", "failed")
WITHOUT_ANSWER: tuple[Outcome, ...] = ("truncated", "unparsed", "refused")
Finish = Literal["stop", "length", "refusal", "tool_calls", "error", "unknown"]
Role = Literal["teacher", "student", "base", "judge"]
SuiteKind = Literal["workload", "stress", "retain"]
Measure = Literal["accuracy", "agreement", "preference", "mixed"]
CheckKind = Literal["field", "rule", "share"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    role: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Continuation:
    """A text whose log-likelihood after a context is asked: an option of a multiple-choice question, say."""

    context: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Likelihood:
    """How likely a model finds a continuation: the sum of its tokens' natural logarithms, and how many they are.

    `greedy`: at each of them no other token was more likely.
    """

    logprob: float
    greedy: bool
    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One question of a suite, with what its answer is compared to.

    It is asked as messages, as a raw prompt, or by the likelihoods of continuations. `target` None means that only the
    teacher can be the reference; `solution` is how the target is reached, in words and equations. `weight` is the
    traffic that the sample stands for; samples that are not independent share a `cluster`.
    """

    id: str
    messages: tuple[Message, ...] = ()
    prompt: str | None = None
    continuations: tuple[Continuation, ...] = ()
    target: Json = None
    target_source: str | None = None
    solution: str | None = None
    choices: tuple[str, ...] = ()
    tools: tuple[Json, ...] = ()
    grader: str | None = None
    slices: Mapping[str, str] = field(default_factory=dict)
    weight: float = 1.0
    inclusion: float | None = None
    cluster: str | None = None
    variant_of: str | None = None
    family: str | None = None
    context: str | None = None
    source: str | None = None

    def __post_init__(self) -> None:
        if not self.id:
            raise ValueError("a sample needs an id")
        if bool(self.messages) + (self.prompt is not None) + bool(self.continuations) > 1:
            raise ValueError(f"sample {self.id!r}: it holds either messages, a raw prompt or continuations")
        if not (math.isfinite(self.weight) and self.weight > 0):
            raise ValueError(f"sample {self.id!r}: weight {self.weight} is not a positive number")

    def read(self) -> tuple[Message, ...]:
        """What is asked as a reader sees it: messages, the raw prompt, or each context with its continuation."""
        if self.continuations:
            return tuple(Message(role="context and option", content=c.context + c.text) for c in self.continuations)
        return self.messages if self.prompt is None else (Message(role="prompt", content=self.prompt),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoding:
    """How text is drawn. Temperature 0 is greedy; `logprobs` asks for the log-probabilities of that many tokens."""

    temperature: float = 0.0
    top_p: float = 1.0
    max_tokens: int = 512
    stop: tuple[str, ...] = ()
    seed: int = 0
    logprobs: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What one model is asked once. `key` names it for ever (`harness.identity.response_key`).

    `prefill` is the beginning of the reply, already written. A `score` request asks for the log-likelihoods of its
    continuations, and for no text.
    """

    key: str
    messages: tuple[Message, ...] = ()
    prompt: str | None = None
    kind: Literal["generate", "score"] = "generate"
    prefill: str | None = None
    continuations: tuple[Continuation, ...] = ()
    tools: tuple[Json, ...] = ()
    decoding: Decoding = field(default_factory=Decoding)
    attempt: int = 0

    def __post_init__(self) -> None:
        if bool(self.messages) + (self.prompt is not None) + bool(self.continuations) != 1:
            raise ValueError("a request holds either messages, a raw prompt or continuations")
        if bool(self.continuations) != (self.kind == "score"):
            raise ValueError("a request for scores holds continuations, and no other does")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogprobSummary:
    """Log-probabilities (natural logarithm) of the generated tokens: their mean, their smallest, and the first."""

    mean: float
    least: float
    first: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What came back for one request. `failure` says why nothing did; such a response is never stored.

    `text` is what followed the thinking tags and `reasoning` what stood between them. `likelihoods` answer a request
    for scores, in the order of its continuations. Latency in seconds.
    """

    key: str
    model: str
    text: str
    reasoning: str | None = None
    tool_calls: tuple[Json, ...] = ()
    finish: Finish = "unknown"
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    logprob: LogprobSummary | None = None
    likelihoods: tuple[Likelihood, ...] = ()
    latency_s: float | None = None
    created_at: str | None = None
    served_model: str | None = None
    system_fingerprint: str | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One named part of a judgement, in counts that add up over replies.

    `field`: `hits` values that are right, `spurious` ones given that are not, `missed` ones asked for and not given
    rightly; a wrong value is both spurious and missed. `rule`: `hits` is 1 if the rule is kept, `spurious` if it is
    broken. `share`: `hits` of `hits + spurious`, such as the points got of those to be had.
    """

    name: str
    kind: CheckKind
    hits: float = 0.0
    spurious: float = 0.0
    missed: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a grader thinks of a response; `harness.grading` makes a Grade of it."""

    outcome: Outcome
    score: float | None
    answer: str | None
    reason: str
    checks: tuple[Check, ...] = ()

    def __post_init__(self) -> None:
        check_score(self.outcome, self.score)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """What one attempt was worth.

    Truncated, unparsed and refused score 0 and stay apart from wrong. `failed` means that *we* failed: no score, left
    out of every mean, counted in the open.
    """

    suite: str
    sample: str
    model: str
    attempt: int
    outcome: Outcome
    score: float | None
    answer: str | None
    reason: str
    grader: str
    by: Literal["grader", "imported", "human"] = "grader"
    response_keys: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    measure: Measure = "accuracy"

    def __post_init__(self) -> None:
        check_score(self.outcome, self.score)


def check_score(outcome: Outcome, score: float | None) -> None:
    """Hold outcome and score together; raises ValueError."""
    if (score is None) != (outcome == "failed"):
        raise ValueError(f"outcome {outcome!r} with score {score}: exactly the failed have none")
    if score is not None and not 0 <= score <= 1:
        raise ValueError(f"score {score} is outside [0, 1]")
    if score and outcome in WITHOUT_ANSWER:
        raise ValueError(f"outcome {outcome!r} scores 0, not {score}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A point estimate with its confidence limits; a limit of None is unbounded."""

    point: float
    low: float | None
    high: float | None
    level: float
    method: str
