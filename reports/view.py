"""What the templates print: strings and drawings, in order, every number already written out.

`context` makes these of the records. An empty string or tuple means that there is nothing to print.
"""

from dataclasses import dataclass

from markupsafe import Markup

from reports.measures import Words
from reports.pieces import Badge, Estimate, Items, Passage, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A line of the answer: `May replace the teacher: a and b`."""

    kind: str
    lead: str
    names: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Harm:
    """What a student costs on a suite, and what the figure counts: extra wrong answers per 1,000 requests, say."""

    suite: str
    figure: Estimate
    counts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceGroup:
    badge: Badge
    title: str
    names: tuple[str, ...]
    more: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """The mimicry label of a suite."""

    suite: str
    badge: Badge


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One student's verdict. `more` says how many `more_warnings` there are behind it."""

    anchor: str
    student: str
    badge: Badge
    harms: tuple[Harm, ...]
    reasons: tuple[str, ...]
    labels: tuple[Labelled, ...]
    warnings: tuple[str, ...]
    more_warnings: tuple[str, ...]
    more: str
    groups: tuple[SliceGroup, ...]
    absent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OverallRow:
    anchor: str
    student: str
    badge: Badge
    n: str
    teacher: str
    pupil: str
    drawing: Markup
    delta: Estimate
    retention: Estimate
    conditional: Estimate
    flips: str
    p: Estimate
    needed: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    student: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overall:
    """One suite's table of students. `outside`: why it does not count, or blank; `open`: why nothing can be decided."""

    suite: str
    outside: str
    open: str
    n: str
    words: Words
    axis: Markup
    rows: tuple[OverallRow, ...]
    absent: tuple[Absent, ...]
    methods: str
    margin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceRow:
    name: str
    tier: str
    badge: Badge
    lost: str
    n: str
    teacher: str
    pupil: str
    drawing: Markup
    delta: Estimate
    against_margin: Estimate
    p_adjusted: str
    causes: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteSection:
    """One suite of a student. `checks` are of the whole suite, `checks_by_slice` the worst of its slices."""

    suite: str
    words: Words
    axis: Markup
    slices: tuple[SliceRow, ...]
    causes: Table
    checks: tuple[Table, ...]
    checks_by_slice: tuple[Table, ...]
    endings: Table
    lost: Items
    gained: Items


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileRow:
    """The label of a whole suite or a slice. `place` names its mark in the picture, blank where it has none."""

    place: str
    name: str
    n: str
    badge: Badge
    distance: Estimate
    apart: Estimate
    flagged: Estimate
    strongest: Estimate
    overrated: Estimate
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    group: str
    detector: str
    where: str
    badge: Badge
    estimate: Estimate
    p: str
    reason: str
    telling: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """A table of what detectors found; `more` says what is left out. `where`: whether rows name their slices."""

    caption: str
    rows: tuple[FindingRow, ...]
    where: bool
    more: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profiled:
    """A student's mimicry profile on one suite.

    `surface` is the sentence about a grader of the surface, `shapes` the legend of the picture. `undrawn` tells what
    has no mark in it.
    """

    suite: str
    badge: Badge
    reason: str
    surface: str
    facts: tuple[tuple[str, Estimate], ...]
    fact_note: str
    telling: tuple[str, ...]
    picture: Markup
    shapes: tuple[Badge, ...]
    undrawn: str
    rows: tuple[ProfileRow, ...]
    missing: tuple[str, ...]
    findings: Findings
    on_slices: Findings
    diagnostics: Findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Mimicry:
    """Did a student understand, or does it only sound like the teacher. `absent`: why suites have no profile."""

    suites: tuple[Profiled, ...]
    absent: tuple[str, ...]
    examples: Items


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentSection:
    anchor: str
    student: str
    badge: Badge
    summary: str
    mimicry: Mimicry
    suites: tuple[SuiteSection, ...]
    absent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncumbentRow:
    name: str
    n: str
    incumbent: str
    candidate: str
    drawing: Markup
    delta: Estimate
    badge: Badge


@dataclass(frozen=True, slots=True, kw_only=True)
class IncumbentTable:
    """One candidate beside the incumbent, on one suite and its slices."""

    suite: str
    student: str
    axis: Markup
    about: str
    left_out: str
    rows: tuple[IncumbentRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Incumbent:
    name: str
    tables: tuple[IncumbentTable, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DroppedRow:
    suite: str
    student: str
    n: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRow:
    name: str
    role: str
    fingerprint: str
    described: tuple[tuple[str, str], ...]
    failure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteRow:
    name: str
    kind: str
    n: str
    origin: tuple[tuple[str, str], ...]
    fingerprint: str
    slices: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    models: tuple[ModelRow, ...]
    suites: tuple[SuiteRow, ...]
    documents: tuple[Passage, ...]
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    title: str
    answer: tuple[Answered, ...]
    badge: Badge
    timestamp: str
    created: str
    teacher: str
    students: str
    suites: str
    cards: tuple[Card, ...]
    overall: tuple[Overall, ...]
    sections: tuple[StudentSection, ...]
    incumbent: Incumbent
    retained: Incumbent
    dropped: tuple[DroppedRow, ...]
    notes: tuple[str, ...]
    provenance: Provenance
    version: str
