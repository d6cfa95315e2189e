"""The parts of a gate policy that have keys of their own: caps, limits, costs, lineage and waivers."""

import re
from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from harness.verdict import RequirementKind

Capped = Literal["truncated", "unparsed", "refused", "failed"]
Percent = Annotated[float, Field(gt=0, lt=100)]
Positive = Annotated[float, Field(gt=0)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

KINDS: tuple[RequirementKind, ...] = get_args(RequirementKind)
_NAMED: dict[RequirementKind, tuple[str, ...]] = {  # the kinds whose requirements have names that are known beforehand
    "caps": get_args(Capped),
    "limits": ("latency_s", "completion_tokens", "cost_per_1000"),
    "evidence": ("valid_for", "teacher_fingerprint"),
    "lineage": (),
    "mimicry": (),
}


def days(written: str) -> int:
    """`180d` in days. Raises ValueError for anything else."""
    if not re.fullmatch(r"[1-9][0-9]{0,4}d", written, flags=re.ASCII):
        raise ValueError("give a number of days with a d behind it, such as 180d")
    return int(written[:-1])


class Strict(BaseModel):
    """A value read from YAML: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Caps(Strict):
    """The highest shares of answers that are none, in percent: of whole suites, and of slices by name."""

    truncated: Percent | None = None
    unparsed: Percent | None = None
    refused: Percent | None = None
    failed: Annotated[float, Field(ge=0, lt=100)] | None = None
    slices: dict[str, dict[Capped, Percent]] = Field(default_factory=dict)

    def of_suites(self) -> dict[Capped, float]:
        """What is capped on every whole suite."""
        given: dict[Capped, float | None] = {
            "truncated": self.truncated,
            "unparsed": self.unparsed,
            "refused": self.refused,
            "failed": self.failed,
        }
        return {outcome: most for outcome, most in given.items() if most is not None}


class Limit(Strict):
    """The highest mean of a figure: an amount, a multiple of the teacher's, or both."""

    at_most: Positive | None = None
    of_teacher: Positive | None = None

    @model_validator(mode="after")
    def _limits_something(self) -> "Limit":
        if self.at_most is None and self.of_teacher is None:
            raise ValueError("give `at_most`, an amount, or `of_teacher`, a multiple of the teacher's; 0.5 is half")
        return self


class Limits(Strict):
    """What answers may take: seconds, tokens, and money for 1,000 requests."""

    latency_s: Limit | None = None
    completion_tokens: Limit | None = None
    cost_per_1000: Limit | None = None


class Costly(Strict):
    """What one wrong answer of a suite or slice costs, and how much more than the teacher's a student's may."""

    slice: Words
    per_error: Positive
    cost_per_1000: Positive | None = None


class Lineage(Strict):
    """Whether it must be declared where the teacher and the student come from."""

    required: bool = False


class Waiver(Strict):
    """Somebody answers for something that does not pass, up to and including a day."""

    waive: Words
    student: Words | None = None
    who: Words
    why: Words
    until: date

    def kind(self) -> tuple[RequirementKind, str | None] | None:
        """The kind of requirement that it names, and which of that kind (None: all); None where it names a slice."""
        for kind in KINDS:
            if self.waive == kind:
                return kind, None
            first, _, name = self.waive.partition(".")
            if first == kind and name and name in _NAMED.get(kind, (name,)):
                return kind, name
        return None
