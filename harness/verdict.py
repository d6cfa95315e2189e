"""The nouns of a verdict: what a policy makes of an evaluation, slice by slice. `verdict.json` is a `Verdict`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from harness.evaluation import ALL, SCHEMA_VERSION, Slice
from harness.records import Json, SuiteKind

Decision = Literal["pass", "fail", "inconclusive"]
SUSPECTED = 0.05  # the p-value of a loss beyond the margin, uncorrected, from which it is worth naming
RequirementKind = Literal["caps", "rules", "limits", "costly", "evidence", "lineage", "mimicry"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceVerdict:
    """One slice judged against its margin (points of accuracy, in [0, 1]) with the reason in a sentence.

    `more_items` would decide an undecided one, beside those that there are: confirm an unconfirmed loss, clear any
    other. So would `more_repeats`, further answers of both models to each item there is; None where no number would,
    and where not both answered more than once. `waived` tells who answers for a slice that does not pass, why and until
    when; such a slice does not count.
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
    more_repeats: int | None = None

    @property
    def is_suspected(self) -> bool:
        """An unconfirmed loss: by itself more than the margin at 5%, but not after correction for many slices."""
        return self.decision == "inconclusive" and self.p_harm is not None and self.p_harm <= SUSPECTED


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

    def parts(self, decision: Decision) -> tuple[SliceVerdict, ...]:
        """The workload's slices with this decision, whole suites and waived slices left out.

        Of undecided ones, those where a loss is likeliest stand first, and those that could not be tested last.
        """
        found = [
            s
            for s in self.slices
            if s.decision == decision and s.slice.name != ALL and s.kind == "workload" and s.waived is None
        ]
        if decision == "inconclusive":
            found.sort(key=lambda s: 2.0 if s.p_harm is None else s.p_harm)
        return tuple(found)

    def named(self, decision: Decision) -> tuple[str, ...]:
        """The same as `suite: slice`."""
        return tuple(f"{s.suite}: {s.slice}" for s in self.parts(decision))

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
