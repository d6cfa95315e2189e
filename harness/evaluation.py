"""The nouns of an evaluation: students beside the teacher, what detectors found, and everything a report is made from.

`evaluation.json` is an `Evaluation`. Frozen like all records (`harness.records`); unknown is None, never 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from harness.compared import AtK, CheckTally, Drawing, NoiseFloor, PairedCells, Side
from harness.explored import Explored
from harness.records import Interval, Json, Measure, Outcome, Role, SuiteKind

FindingState = Literal["flagged", "clear", "abstained"]
EvidenceGroup = Literal["variants", "trace", "calibration", "support"]
PublishedRole = Literal["teacher", "student", "reference"]
MimicryLabel = Literal["FAITHFUL", "SUPERFICIAL MIMICRY", "WEAKER", "INCONCLUSIVE"]

SCHEMA_VERSION = 1  # of evaluation.json and verdict.json
ALL = "all"  # the name and value of the slice that holds every item


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """The items whose slice `name` has the value `value`; `Slice()` holds them all.

    A crossing holds the items that have all the (name, value) pairs of `crossed`; its own name and value join theirs.
    """

    name: str = ALL
    value: str = ALL
    crossed: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        if self.crossed:
            return " & ".join(f"{name}={value}" for name, value in self.crossed)
        return ALL if self.name == ALL else f"{self.name}={self.value}"

    @classmethod
    def crossing(cls, *parts: tuple[str, str]) -> "Slice":
        """The items that have all these names and values."""
        return cls(
            name=" & ".join(name for name, _ in parts), value=" & ".join(value for _, value in parts), crossed=parts
        )

    def holds(self, slices: Mapping[str, str]) -> bool:
        """Whether a sample with these slices is in it."""
        pairs = self.crossed or ((self.name, self.value),)
        return self.name == ALL or all(slices.get(name) == value for name, value in pairs)


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
    between the two models' replies (the teacher's is one half). `fractional`: graders of the suite gave partial credit,
    so that accuracy is a mean score. `undecidable` says why no verdict can come of them.
    `checks` are the named parts that graders reported. `noise` sets the flips beside the teacher's own, where it
    answered more than once; `at_k` tells what several attempts come to. `drawing` is known where both models answered
    every item more than once.
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
    noise: NoiseFloor | None = None
    at_k: tuple[AtK, ...] = ()
    drawing: Drawing | None = None
    fractional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step down the ladder: a student beside the next larger one, whose side stands in for the teacher's."""

    larger: str
    comparison: Comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedScore:
    """A figure that somebody published, without the items behind it: so it can only be compared unpaired.

    `rate` in [0, 1], on `n` items where that is known. `suite` is the suite's name in this evaluation, or the
    benchmark's own where no suite has it. `parameters` of the model, where known.
    """

    model: str
    role: PublishedRole
    suite: str
    rate: float
    n: int | None = None
    parameters: float | None = None
    source: str = ""


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
    """A model of the evaluation: identity as it was when it answered, and why it has no answers where it failed.

    `parameters`: how many it has, as declared; None where nobody says.
    """

    name: str
    role: Role
    fingerprint: str
    described: Mapping[str, Json] = field(default_factory=dict)
    failure: str | None = None
    parameters: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteCard:
    """A suite as it was asked: its slice names, and `parts`, every slice that a student should be compared on.

    `kind`: the workload itself, variants that put it under stress, or abilities outside of it that should be retained.
    `origin` is where the samples come from: data set, revision, licence, counts. `public`: a public benchmark, not the
    team's own traffic.
    """

    name: str
    fingerprint: str
    n: int
    slices: tuple[str, ...]
    parts: tuple[Slice, ...] = ()
    kind: SuiteKind = "workload"
    origin: Mapping[str, Json] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    public: bool = False


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
    should be retained. `steps` lead down the ladder of students. The gate looks at none of these, nor at what was
    `explored` beyond the declared slices, nor at figures that others `published`.
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
    steps: tuple[Step, ...] = ()
    explored: tuple[Explored, ...] = ()
    published: tuple[PublishedScore, ...] = ()
    notes: tuple[str, ...] = ()
    pairs_digest: str | None = None
    oldest: Mapping[str, str] = field(default_factory=dict)
    schema_version: int = SCHEMA_VERSION
