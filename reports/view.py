"""What the templates print: strings and drawings, in order, every number already written out.

`context` makes these of the records. An empty string or tuple means that there is nothing to print.
"""

from dataclasses import dataclass

from markupsafe import Markup

from reports.measures import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """A decision three times over: `kind` picks colour and symbol, `word` says it."""

    kind: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure and, smaller, its interval or the reason why there is none."""

    value: str
    detail: str = ""


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
class Card:
    """One student's verdict."""

    anchor: str
    student: str
    badge: Badge
    harms: tuple[Harm, ...]
    reasons: tuple[str, ...]
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
class Row:
    """A named row of figures; `where` is what stands smaller under the name: its slice and items, or blank."""

    name: str
    figures: tuple[Estimate, ...]
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Named rows of figures. `head` stands above the names; `more` says what is left out."""

    title: str
    caption: str
    head: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    more: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text by somebody, escaped. A tall one scrolls in its own pane; `cut` says what is left out."""

    body: Markup
    tall: bool = False
    cut: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A titled text: a turn of the prompt, a train of thought, a plan."""

    title: str
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one model made of an item."""

    who: str
    badge: Badge
    extracted: str
    reason: str
    faults: tuple[str, ...]
    text: Text
    notes: tuple[str, ...]
    extras: tuple[Passage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    sample: str
    slices: tuple[str, ...]
    badge: Badge
    change: str
    asked: tuple[Passage, ...]
    teacher: Answer
    student: Answer
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """The shown part of the items that a student lost or gained."""

    title: str
    lead: str
    items: tuple[Item, ...]


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
class StudentSection:
    anchor: str
    student: str
    badge: Badge
    summary: str
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
class FindingRow:
    detector: str
    where: str
    student: str
    badge: Badge
    estimate: Estimate
    reason: str
    evidence: str


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
    findings: tuple[FindingRow, ...]
    dropped: tuple[DroppedRow, ...]
    notes: tuple[str, ...]
    provenance: Provenance
    version: str
