"""What the templates print: strings and drawings, in order, every number already written out.

`context` makes these of the records. An empty string or tuple means that there is nothing to print.
"""

from dataclasses import dataclass

from markupsafe import Markup

from reports.abreast import Abreast
from reports.found import FoundView
from reports.measures import Words
from reports.pieces import Badge, Estimate, Items, Link, Passage, Table
from reports.repeats import Repeats
from reports.review_section import ReviewSection
from reports.rungs import LadderView
from reports.undecided import Undecided


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
class Chip:
    """A slice by its name; `note` is how many items would decide it."""

    link: Link
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceGroup:
    """Slices of one decision: the first few, and those that are `folded` away behind `more`."""

    badge: Badge
    title: str
    chips: tuple[Chip, ...]
    folded: tuple[Chip, ...]
    more: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """The mimicry label of a suite."""

    suite: str
    badge: Badge


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One student's verdict. `why` is short; the gate's own `reasons` stand folded behind `all_reasons`.

    `more` says how many `more_warnings` there are behind it.
    """

    anchor: str
    student: str
    badge: Badge
    harms: tuple[Harm, ...]
    why: tuple[str, ...]
    reasons: tuple[str, ...]
    all_reasons: str
    labels: tuple[Labelled, ...]
    warnings: tuple[str, ...]
    more_warnings: tuple[str, ...]
    more: str
    groups: tuple[SliceGroup, ...]
    waived: tuple[str, ...]
    absent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OverallRow:
    link: Link
    badge: Badge
    n: str
    teacher: str
    pupil: str
    drawing: Markup
    delta: Estimate
    retention: Estimate
    conditional: Estimate
    flips: Estimate
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
    """A slice. `lost` is what is lost in it of 1,000 requests to the suite, `share` its part of them.

    `asides` are short remarks under the reason: how replies ended, the p-value, a waiver, a doubt.
    """

    link: Link
    tier: str
    badge: Badge
    lost: str
    share: str
    n: str
    teacher: str
    pupil: str
    drawing: Markup
    delta: Estimate
    against_margin: Estimate
    reason: str
    asides: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceTable:
    """Slices by what is lost: the first few, those `folded` behind `fold`, and how many stand elsewhere (`left`)."""

    title: str
    about: str
    rows: tuple[SliceRow, ...]
    folded: tuple[SliceRow, ...] = ()
    fold: str = ""
    left: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostRow:
    """A slice whose errors have a declared cost."""

    link: Link
    badge: Badge
    seen: str
    allowed: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteSection:
    """One suite of a student. `checks` are of the whole suite, `checks_by_slice` the worst of its slices.

    `folded`: it stands outside of the team's own traffic, so its details are closed. `tables` are its slices and,
    apart, its crossings; `parts` lead to what is told of it.
    """

    anchor: str
    link: Link
    folded: bool
    summary: str
    words: Words
    share_title: str
    axis: Markup
    tables: tuple[SliceTable, ...]
    costly: tuple[CostRow, ...]
    found: FoundView
    causes: Table
    checked: str
    checks: tuple[Table, ...]
    checks_by_slice: tuple[Table, ...]
    endings: Table
    repeats: Repeats
    parts: tuple[tuple[str, str], ...]
    pairs: Link
    lost: Items


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
    has no mark in it, `counted` how many slices have which label, and `left_out` how many rows are not shown.
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
    counted: str
    rows: tuple[ProfileRow, ...]
    left_out: str
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
    """`origin` answers the questions that a release is asked for: whose answers, under which terms, how old."""

    origin: tuple[tuple[str, str], ...]
    waived: tuple[str, ...]
    models: tuple[ModelRow, ...]
    suites: tuple[SuiteRow, ...]
    documents: tuple[Passage, ...]
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The first page. `reviews`: what reviewers said, where they did; `beside`: other files of the report."""

    title: str
    answer: tuple[Answered, ...]
    badge: Badge
    timestamp: str
    created: str
    teacher: str
    suites: str
    cards: tuple[Card, ...]
    bases: tuple[tuple[str, str], ...]
    ladder: LadderView
    abreast: Abreast
    overall: tuple[Overall, ...]
    sections: tuple[StudentSection, ...]
    undecided: Undecided
    incumbent: Incumbent
    retained: Incumbent
    dropped: tuple[DroppedRow, ...]
    notes: tuple[str, ...]
    provenance: Provenance
    version: str
    reviews: ReviewSection | None = None
    beside: tuple[Link, ...] = ()
