"""The nouns of viva: what is asked, what came back, what it was worth, and what follows from it.

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
Decision = Literal["pass", "fail", "inconclusive"]
Measure = Literal["accuracy", "agreement", "preference", "mixed"]
CheckKind = Literal["field", "rule", "share"]
FindingState = Literal["flagged", "clear", "abstained"]
EvidenceGroup = Literal["variants", "trace", "calibration", "support"]
Spent = Literal["latency_s", "completion_tokens", "cost"]
RequirementKind = Literal["caps", "rules", "limits", "costly", "evidence", "lineage", "mimicry"]
MimicryLabel = Literal["FAITHFUL", "SUPERFICIAL MIMICRY", "WEAKER", "INCONCLUSIVE"]

SCHEMA_VERSION = 1  # of evaluation.json and verdict.json
ALL = "all"  # the name and value of the slice that holds every item


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


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedCells:
    """Counts of pairs by who was right."""

    both: int
    teacher_only: int
    student_only: int
    neither: int

    @property
    def n(self) -> int:
        return self.both + self.teacher_only + self.student_only + self.neither


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """The items whose slice `name` has the value `value`; `Slice()` holds them all."""

    name: str = ALL
    value: str = ALL

    def __str__(self) -> str:
        return ALL if self.name == ALL else f"{self.name}={self.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How sure a mean is: standard error and degrees of freedom, over items or clusters, and how many items tell it."""

    se: float
    df: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One model's part in a comparison: its accuracy, its outcomes, and what they cost (means per response).

    `outcomes` counts attempts at the items that were compared; `shares` are the same as shares of the traffic, attempts
    averaged within the item. `failed`: attempts that we failed on, at items that had to be left out, too. `cost` is in
    the currency of the endpoint's price. None and empty: not known.
    """

    accuracy: float
    outcomes: Mapping[Outcome, int]
    completion_tokens: float | None
    latency_s: float | None
    cost: float | None = None
    spreads: Mapping[Spent, Spread] = field(default_factory=dict)
    shares: Mapping[Outcome, float] = field(default_factory=dict)
    failed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """One check over a model's replies: weighted counts, attempts averaged within the item.

    `rate95`: of a rule, the share of replies that break it; of a share, the share of hits. None for fields.
    `effective_n` is the number of independent items that the rate rests on.
    """

    hits: float
    spurious: float
    missed: float
    rate95: Interval | None = None
    effective_n: float | None = None

    @property
    def precision(self) -> float | None:
        return self.hits / (self.hits + self.spurious) if self.hits + self.spurious else None

    @property
    def recall(self) -> float | None:
        return self.hits / (self.hits + self.missed) if self.hits + self.missed else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall. Nothing given and nothing asked for has none."""
        total = 2 * self.hits + self.spurious + self.missed
        return 2 * self.hits / total if total else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckTally:
    """A named check of both models' replies; None for a model whose replies were never checked by it."""

    name: str
    kind: CheckKind
    n: int
    teacher: Tally | None
    pupil: Tally | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A student beside the teacher on the same items of one slice.

    Differences are student minus teacher, in [-1, 1]. `cells` is None when scores are fractional, weighted, repeated
    or clustered. `se` and `df` (degrees of freedom) describe the delta for tests at any margin. `conditional` is
    P(student right | teacher right). `p_value` is two-sided for delta = 0, `p_adjusted` the same after
    Benjamini-Hochberg over the suite's slices. `items_needed` would clear a student without loss at the plan's margin
    (80% power). `losses` splits the teacher's lead by what the student did instead (share of all items); it sums to
    minus the delta. `units` is the number of whole, independent items with this spread.

    `measure` is what the scores are: accuracy, agreement with the teacher (its own is the ceiling), or preference
    between the two models' replies (the teacher's is one half). `undecidable` says why no verdict can come of them.
    `checks` are the named parts that graders reported.
    """

    suite: str
    student: str
    slice: Slice
    n: int
    clusters: int | None
    effective_n: float
    cells: PairedCells | None
    se: float
    df: float | None
    teacher: Side
    pupil: Side
    delta95: Interval | None
    delta90: Interval | None
    retention95: Interval | None
    retention90: Interval | None
    conditional95: Interval | None
    conditional90: Interval | None
    flips: float
    p_value: float | None
    p_adjusted: float | None
    items_needed: int | None
    losses: Mapping[Outcome, float]
    dropped: Mapping[str, int]
    units: float | None = None
    measure: Measure = "accuracy"
    undecidable: str | None = None
    checks: tuple[CheckTally, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A stretch of a reply that tells something: characters `start` to `end` of its text, and what is wrong there."""

    sample: str
    model: str
    attempt: int
    start: int
    end: int
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one detector found for a student on a slice, or why it abstained.

    `estimate` is the student's excess over the teacher, beyond what the loss of accuracy predicts; `p_value` is
    one-sided for no such excess, `p_adjusted` the same after Holm. A finding that does not gate is a diagnostic.
    `evidence`: ids of telling samples, the most telling first.
    """

    detector: str
    suite: str
    student: str
    slice: Slice
    state: FindingState
    estimate: Interval | None
    reason: str
    group: EvidenceGroup | None = None
    p_value: float | None = None
    p_adjusted: float | None = None
    n: int = 0
    evidence: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How close the student's style is to the teacher's: two legs, and what tells them apart.

    `distance`: square root of the energy distance between standardised surface features, the teacher's own split-half
    distance being `floor`; `close` if it is below `threshold`. `auc`: how well a classifier tells the two models'
    replies apart by the same features, out of fold (0.5: not at all). `telling`: features with their weight in it,
    positive where the student has more. `recovery`, `capability` and `gap` compare with the untuned base.
    """

    distance: float | None
    floor: float | None
    threshold: float | None
    close: bool | None
    auc: Interval | None
    telling: tuple[tuple[str, float], ...] = ()
    recovery: Interval | None = None
    capability: Interval | None = None
    gap: Interval | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Did the student understand, or does it only sound like the teacher: the label of a suite or slice, and why.

    `flagged`: the evidence groups with a flagged detector. `overrated`: how much higher than its true score a grader
    that looks only at the surface would score the student, and `overrated_more` how much more than the teacher
    (shares of all items). `missing`: what would decide where the label is INCONCLUSIVE.
    """

    suite: str
    student: str
    slice: Slice
    label: MimicryLabel
    reason: str
    style: Style
    flagged: tuple[EvidenceGroup, ...] = ()
    overrated: Interval | None = None
    overrated_more: Interval | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """A model of the evaluation: identity as it was when it answered, and why it has no answers where it failed."""

    name: str
    role: Role
    fingerprint: str
    described: Mapping[str, Json] = field(default_factory=dict)
    failure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteCard:
    """A suite as it was asked: its slice names, and `parts`, every slice that a student should be compared on.

    `kind`: the workload itself, variants that put it under stress, or abilities outside of it that should be retained.
    `origin` is where the samples come from: data set, revision, licence, counts.
    """

    name: str
    fingerprint: str
    n: int
    slices: tuple[str, ...]
    parts: tuple[Slice, ...] = ()
    kind: SuiteKind = "workload"
    origin: Mapping[str, Json] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The outcome of one sample for the teacher and one student (scores are means over attempts)."""

    suite: str
    sample: str
    student: str
    slices: Mapping[str, str]
    weight: float
    teacher_score: float
    student_score: float
    teacher_outcome: Outcome
    student_outcome: Outcome
    teacher_answer: str | None
    student_answer: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Everything that report and gate are made from, beside the texts. `pairs_digest` names `pairs.parquet`.

    `oldest` tells for each model when the oldest of its answers came, where answers say so.
    `beside_incumbent` compares the other students with `incumbent`, the student that serves today: its side stands in
    for the teacher's. `beside_base` compares students with the base that they started from, on the suites of what
    should be retained. The gate looks at neither.
    """

    name: str
    created_at: str
    viva_version: str
    plan: Mapping[str, Json]
    models: tuple[ModelCard, ...]
    suites: tuple[SuiteCard, ...]
    comparisons: tuple[Comparison, ...]
    incumbent: str | None = None
    beside_incumbent: tuple[Comparison, ...] = ()
    beside_base: tuple[Comparison, ...] = ()
    findings: tuple[Finding, ...] = ()
    profiles: tuple[Profile, ...] = ()
    notes: tuple[str, ...] = ()
    pairs_digest: str | None = None
    oldest: Mapping[str, str] = field(default_factory=dict)
    schema_version: int = SCHEMA_VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceVerdict:
    """One slice judged against its margin (points of accuracy, in [0, 1]) with the reason in a sentence.

    `more_items` would decide an undecided one, beside those that there are. `waived` tells who answers for a slice that
    does not pass, why and until when; such a slice does not count.
    """

    suite: str
    slice: Slice
    tier: Literal["critical", "supporting", "advisory"]
    decision: Decision
    margin: float
    p_harm: float | None
    p_harm_adjusted: float | None
    items_needed: int | None
    reason: str
    kind: SuiteKind = "workload"
    more_items: int | None = None
    waived: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementVerdict:
    """What a policy asks beside the margins, judged: a cap, a rule, a limit, a cost, fresh evidence, lineage, mimicry.

    `kind` is the key of the policy, `name` what of it. `seen` and `allowed` are shares in [0, 1] for caps and rules,
    and in the unit of the figure otherwise. `suite` is empty where the whole evaluation is meant. `more_items` and
    `waived` as of a slice.
    """

    kind: RequirementKind
    name: str
    suite: str = ""
    slice: Slice = field(default_factory=Slice)
    tier: Literal["critical", "advisory"] = "critical"
    decision: Decision
    reason: str
    seen: float | None = None
    allowed: float | None = None
    more_items: int | None = None
    waived: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentVerdict:
    """A student judged: `reasons` decide, `warnings` do not, and should be read before a release."""

    student: str
    decision: Decision
    reasons: tuple[str, ...]
    slices: tuple[SliceVerdict, ...]
    warnings: tuple[str, ...] = ()
    requirements: tuple[RequirementVerdict, ...] = ()

    def named(self, decision: Decision) -> tuple[str, ...]:
        """The workload's slices (as `suite: slice`) with this decision, whole suites and waived slices left out."""
        return tuple(
            f"{s.suite}: {s.slice}"
            for s in self.slices
            if s.decision == decision and s.slice.name != ALL and s.kind == "workload" and s.waived is None
        )

    def waived(self) -> tuple[str, ...]:
        """What does not pass and does not count, since somebody answers for it: suites, slices and requirements."""
        slices = (s.suite if s.slice.name == ALL else f"{s.suite}: {s.slice}" for s in self.slices if s.waived)
        return (*slices, *(f"{r.kind}.{r.name}" for r in self.requirements if r.waived))


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the policy makes of an evaluation; the worst student decides the whole.

    `judged_on` is the day (YYYY-MM-DD) that the age of the evidence and the dates of waivers were held against.
    """

    decision: Decision
    students: tuple[StudentVerdict, ...]
    policy: Mapping[str, Json]
    evaluation_digest: str
    judged_on: str | None = None
    schema_version: int = SCHEMA_VERSION
