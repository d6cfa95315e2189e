"""What a team asks of a student before it may be released: the `gate:` section of a plan, or a file of its own."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, field_validator

from harness.evaluation import ALL, Slice
from harness.policy_terms import Caps, Costly, Limits, Lineage, Percent, Waiver, days
from harness.policy_terms import Strict as Strict
from harness.records import SuiteKind

Tier = Literal["critical", "supporting", "advisory"]
Place = tuple[str | int, ...]


class Policy(Strict):
    """Margins are in points of accuracy: 3 means that a student may be up to 3 of 100 answers worse."""

    margin_points: Annotated[float, Field(gt=0, lt=100)] = 3.0
    slice_margin_points: Annotated[float, Field(gt=0, lt=100)] | None = None
    margins: dict[str, Annotated[float, Field(gt=0, lt=100)]] = Field(default_factory=dict)
    critical: tuple[str, ...] = ()
    advisory: tuple[str, ...] = ()
    other_slices: Literal["supporting", "advisory"] = "supporting"
    alpha: Annotated[float, Field(gt=0, le=0.2)] = 0.05
    min_items: Annotated[int, Field(ge=2)] = 20
    mimicry: Literal["fail", "warn", "ignore"] = "fail"
    caps: Caps = Caps()
    rules: dict[str, Percent] = Field(default_factory=dict)
    other_rules: Percent | None = None
    limits: Limits = Limits()
    costly: tuple[Costly, ...] = ()
    valid_for: str | None = None
    teacher_fingerprint: Annotated[str, Field(min_length=8)] | None = None
    lineage: Lineage = Lineage()
    waivers: tuple[Waiver, ...] = ()

    @field_validator("valid_for")
    @classmethod
    def _is_a_number_of_days(cls, given: str | None) -> str | None:
        if given is not None:
            days(given)
        return given

    def margin(self, suite: str, part: Slice) -> float:
        """The margin of a slice in [0, 1]: the most exact of its own, else the common one."""
        for name in self.spellings(suite, part):
            if name in self.margins:
                return self.margins[name] / 100
        if part.name != ALL and self.slice_margin_points is not None:
            return self.slice_margin_points / 100
        return self.margin_points / 100

    def tier(self, suite: str, part: Slice, kind: SuiteKind = "workload") -> Tier:
        """What the most exact name says; an advisory suite takes its slices along, other whole suites are critical.

        Stress variants and suites of what should be retained are no part of the workload: advisory, unless named. So
        are crossings, which were not asked for one by one: naming a slice does not name its crossings.
        """
        spellings = self.spellings(suite, part)
        if kind != "workload":  # a slice called by its name alone is the workload's
            spellings = tuple(name for name in spellings if name == suite or name.startswith(f"{suite}: "))
        for name in spellings:
            if name in self.advisory:
                return "advisory"
            if name in self.critical:
                return "critical"
        if kind != "workload" and suite not in self.critical:
            return "advisory"
        if part.name != ALL and suite in self.advisory:
            return "advisory"
        if part.crossed:
            return "advisory"
        return "critical" if part.name == ALL else self.other_slices

    @staticmethod
    def spellings(suite: str, part: Slice) -> tuple[str, ...]:
        """The names that a policy may call a slice by, the most exact first."""
        if part.name == ALL:
            return (suite, ALL)
        return (f"{suite}: {part}", str(part), f"{suite}: {part.name}", part.name)

    def named(self) -> Iterator[tuple[Place, str]]:
        """Every suite or slice that the policy names, behind the place at which it does."""
        yield from ((("margins", name), name) for name in self.margins)
        yield from ((("critical", index), name) for index, name in enumerate(self.critical))
        yield from ((("advisory", index), name) for index, name in enumerate(self.advisory))
        yield from ((("caps", "slices", name), name) for name in self.caps.slices)
        yield from ((("costly", index, "slice"), one.slice) for index, one in enumerate(self.costly))
        for index, waiver in enumerate(self.waivers):
            if waiver.kind() is None:
                yield ("waivers", index, "waive"), waiver.waive
