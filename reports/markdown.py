"""The verdict as Markdown for a step summary or a comment on a pull request: what decides, in a page of one screen.

Where it would be longer than such a comment may be, tables and lists are cut and say what they leave out.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.runtime import Undefined

from harness.columns import columns
from harness.evaluation import ALL, Comparison, Evaluation
from harness.gate_words import named_with_more
from harness.identity import digest
from harness.ladder import ladder
from harness.measures import OUTCOMES_OF
from harness.verdict import Decision, RequirementVerdict, SliceVerdict, StudentVerdict, Verdict
from reports import wording
from reports.context import answer
from reports.inert import inert
from reports.lookup import Lookup, lookup

LIMIT = 65_000  # characters; GitHub takes 65,536 in a comment, and 1 MiB in a step summary
TEXT_LIMIT = 600  # characters of one text
REPORT = "report/index.html in the run folder"
GROUPS: tuple[tuple[Decision, str], ...] = (
    ("pass", "Slices released"),
    ("fail", "Slices withheld"),
    ("inconclusive", "Slices undecided"),
)
WORST_FIRST: Mapping[Decision, int] = {"fail": 0, "inconclusive": 1, "pass": 2}
CAUSES = 3  # of a suite's loss
SHORT_DIGEST = 12  # digits that people can compare; `junit.xml` has them all


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How many entries tables and lists may have."""

    rows: int
    lines: int


ROOMS = (Room(rows=100, lines=20), Room(rows=30, lines=8), Room(rows=10, lines=4), Room(rows=0, lines=2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    suite: str
    slice: str
    n: str
    delta: str
    interval: str
    margin: str
    decision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    reason: str
    decision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Student:
    name: str
    word: str
    reasons: tuple[str, ...]
    lines: tuple[str, ...]
    rows: tuple[Row, ...]
    more_rows: str
    asked: tuple[Asked, ...]
    more_asked: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What `templates/summary.md.j2` prints: plain texts, which the template makes inert."""

    title: str
    word: str
    answer: tuple[str, ...]
    students: tuple[Student, ...]
    together: tuple[str, ...]
    notes: tuple[str, ...]
    facts: tuple[str, ...]


def markdown(evaluation: Evaluation, verdict: Verdict) -> str:
    """The summary, in at most `LIMIT` characters."""
    records = lookup(evaluation, verdict)
    for room in ROOMS:
        text = render(_summary(records, room))
        if len(text) <= LIMIT:
            return text
    return _cut(text)


def render(summary: Summary) -> str:
    return _environment().get_template("summary.md.j2").render(page=summary).rstrip() + "\n"


@cache
def _environment() -> Environment:
    """Everything that is printed is made inert, nothing undefined passes, and only strings are printed."""
    return Environment(
        loader=PackageLoader("reports", "templates"),
        autoescape=False,  # it would escape for HTML; what makes texts inert is below
        undefined=StrictUndefined,
        finalize=_only_inert,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _only_inert(value: object) -> str:
    if isinstance(value, str | Undefined):
        return inert(str(value), TEXT_LIMIT)
    raise TypeError(f"a template printed {value!r}; numbers and dates are written out in the view")


def _cut(text: str) -> str:
    """Whole lines only: half a reference or row would be another text."""
    lines = text.splitlines(keepends=True)
    left = f"\n\nCut here: this summary is longer than a comment may be. The whole is {REPORT}.\n"
    room, kept = LIMIT - len(left), 0
    for number, line in enumerate(lines):
        kept += len(line)
        if kept > room:
            return "".join(lines[:number]) + left
    return text


def _summary(records: Lookup, room: Room) -> Summary:
    evaluation, verdict = records.evaluation, records.verdict
    lines = (f"{line.lead}: {line.names}" for line in answer(records))
    return Summary(
        title=evaluation.name,
        word=wording.DECISION_WORD[verdict.decision],
        answer=tuple(_first(tuple(lines), room.lines)) or ("No student was judged.",),
        students=tuple(_student(records, student, room) for student in verdict.students),
        together=tuple(_first(tuple(_together(evaluation, verdict)), room.lines)),
        notes=tuple(_first(evaluation.notes, room.lines)),
        facts=tuple(_facts(records)),
    )


def _together(evaluation: Evaluation, verdict: Verdict) -> Iterator[str]:
    """What the ladder of several students comes to, and each student's columns where it has several."""
    found = ladder(evaluation, verdict)
    if len(found.rungs) > 1:
        yield wording.sentence(f"Ladder, {found.ordered}: {found.sentence}")
    for one in columns(evaluation, verdict):
        if len(one.columns) > 1:
            yield wording.sentence(f"{one.student}: {one.reading}")


def _facts(records: Lookup) -> Iterator[str]:
    """What the verdict rests on."""
    evaluation, verdict = records.evaluation, records.verdict
    suites = ", ".join(f"{suite.name} ({wording.number_of(suite.n, 'item')})" for suite in records.suites())
    yield f"Teacher: {records.teacher()}. Suites: {suites or 'none'}."
    yield f"Evaluated {wording.when(evaluation.created_at)} by viva {evaluation.viva_version}; the report is {REPORT}."
    policy = digest(dict(verdict.policy))
    yield f"Policy {policy[:SHORT_DIGEST]}, evaluation {verdict.evaluation_digest[:SHORT_DIGEST]}."


def _student(records: Lookup, judged: StudentVerdict, room: Room) -> Student:
    slices = sorted(judged.slices, key=lambda s: (s.slice.name != ALL, WORST_FIRST[s.decision]))
    asked = sorted(judged.requirements, key=lambda one: WORST_FIRST[one.decision])
    return Student(
        name=judged.student,
        word=wording.DECISION_WORD[judged.decision],
        reasons=tuple(_first(tuple(map(wording.sentence, judged.reasons)), room.lines)),
        lines=tuple(_lines(records, judged, room)),
        rows=tuple(_row(records, judged.student, one) for one in slices[: room.rows]),
        more_rows=_more(len(slices) - room.rows, "more slice"),
        asked=tuple(Asked(reason=one.reason, decision=_decision(one)) for one in asked[: room.rows]),
        more_asked=_more(len(asked) - room.rows, "more requirement"),
        warnings=tuple(_first(tuple(map(wording.sentence, judged.warnings)), room.lines)),
    )


def _lines(records: Lookup, judged: StudentVerdict, room: Room) -> Iterator[str]:
    for decision, title in GROUPS:
        if names := [named_with_more(part) for part in judged.parts(decision)]:
            yield f"{title}: {_names(names, room)}."
    if waived := judged.waived():
        yield f"Waived, and not counted: {_names(waived, room)}."
    wholes = [c for suite in records.suites() if (c := records.whole(suite.name, judged.student)) is not None]
    yield from _first([told for c in wholes if (told := _losses(c))], room.lines)
    labels = [p for p in records.evaluation.profiles if p.student == judged.student and p.slice.name == ALL]
    yield from _first([wording.sentence(f"Mimicry, {p.suite}: {p.label}: {p.reason}") for p in labels], room.lines)


def _losses(c: Comparison) -> str:
    """What the student's loss comes from, the largest part first; nothing where it lost nothing anywhere."""
    parts = sorted(((part, outcome) for outcome, part in c.losses.items() if part > 0), reverse=True)
    if c.undecidable or not parts:
        return ""
    words = OUTCOMES_OF[c.measure]
    named = ", ".join(f"{words[outcome]} {wording.bare_points(-part)}" for part, outcome in parts[:CAUSES])
    return f"Points lost on {c.suite}, by what the student did: {named}."


def _row(records: Lookup, student: str, one: SliceVerdict) -> Row:
    c = records.compared.get((one.suite, student, one.slice))
    is_known = c is not None and not c.undecidable
    interval = c.delta90 if c is not None and is_known else None
    return Row(
        suite=one.suite,
        slice="whole suite" if one.slice.name == ALL else str(one.slice),
        n=wording.DASH if c is None else wording.count(c.n),
        delta=wording.bare_points(c.pupil.accuracy - c.teacher.accuracy)
        if c is not None and is_known
        else wording.DASH,
        interval=wording.DASH if interval is None else wording.limits(interval, wording.bare_points),
        margin=f"{one.margin * 100:g}",
        decision=_decision(one),
    )


def _decision(one: SliceVerdict | RequirementVerdict) -> str:
    """With what keeps it from counting; critical and supporting ones differ only where they are undecided."""
    aside = "waived" if one.waived is not None else one.tier if one.decision != "pass" else ""
    word = wording.DECISION_WORD[one.decision]
    return f"{word} ({aside})" if aside else word


def _names(names: Sequence[str], room: Room) -> str:
    kept, left = names[: room.lines], len(names) - room.lines
    return f"{', '.join(kept)} and {wording.count(left)} more" if left > 0 else ", ".join(kept)


def _first(texts: Sequence[str], count: int) -> Iterable[str]:
    """The first texts; how many more there are is a text of its own."""
    left = len(texts) - count
    return texts if left <= 0 else (*texts[:count], _more(left, "more"))


def _more(left: int, noun: str) -> str:
    if left <= 0:
        return ""
    counted = f"{wording.count(left)} more" if noun == "more" else wording.number_of(left, noun)
    return f"{counted}: see {REPORT}."
