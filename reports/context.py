"""Records to view: the whole first page in the reader's words, so that templates only print.

The answer comes first (cards), then students beside one another, then each student; `sections` goes into each and
`provenance` into what stands behind the figures.
"""

from collections.abc import Sequence

from harness.evaluation import Comparison, Evaluation, Pair, Slice
from harness.protocols import PairTexts
from harness.verdict import Decision, StudentVerdict, Verdict
from reports import charts, figures, wording
from reports.abreast import abreast
from reports.cards import OUTSIDE, card, counted, harm
from reports.figures import badge, delta, margin_of, needed, p_figure
from reports.front import Front, PageOf, no_page, shares_of
from reports.incumbent import beside_base, beside_incumbent
from reports.lookup import Lookup, lookup
from reports.measures import WORDS, Words, words_of
from reports.pieces import Estimate, Link
from reports.provenance import dropped, provenance
from reports.repeats import floor
from reports.rungs import rungs
from reports.sections import section
from reports.undecided import undecided
from reports.view import Absent, Answered, Overall, OverallRow, Page
from reports.visible import shorten

NOTE_SHOWN = 1_000
ANSWERS: tuple[tuple[Decision, str], ...] = (
    ("pass", "May replace {}"),
    ("fail", "May not replace {}"),
    ("inconclusive", "The data cannot decide yet"),
)


def build(
    evaluation: Evaluation, verdict: Verdict, pairs: Sequence[Pair], texts: PairTexts, page_of: PageOf = no_page
) -> Page:
    """The page that `templates/report.html.j2` prints; `page_of` tells where the page of a slice lies."""
    records = lookup(evaluation, verdict)
    front = Front(records=records, page_of=page_of, shares=shares_of(pairs, evaluation.comparisons))
    students = judged_students(records)
    anchors = {student: f"student-{place}" for place, student in enumerate(students, start=1)}
    return Page(
        title=evaluation.name,
        answer=answer(records),
        badge=badge(verdict.decision),
        timestamp=evaluation.created_at,
        created=wording.when(evaluation.created_at),
        teacher=records.teacher(),
        suites=", ".join(f"{s.name} ({wording.number_of(s.n, 'item')})" for s in records.suites()),
        cards=tuple(card(front, student, anchor) for student, anchor in anchors.items()),
        bases=tuple(_base(front, name) for name in records.students() if name not in anchors),
        ladder=rungs(front, anchors),
        abreast=abreast(front, anchors),
        overall=tuple(_overall(front, suite.name) for suite in records.suites()),
        sections=tuple(section(front, student, anchor, pairs, texts) for student, anchor in anchors.items()),
        undecided=undecided(front),
        incumbent=beside_incumbent(records),
        retained=beside_base(records),
        dropped=dropped(records),
        notes=tuple(wording.sentence(shorten(note, NOTE_SHOWN)) for note in evaluation.notes),
        provenance=provenance(records),
        version=evaluation.viva_version,
    )


def judged_students(records: Lookup) -> tuple[str, ...]:
    """Students that may be released; the base that they started from is only compared."""
    return tuple(name for name in records.students() if not _is_base(records, name))


def _is_base(records: Lookup, name: str) -> bool:
    found = records.card(name)
    return found is not None and found.role == "base" and records.verdict_on(name) is None


def _base(front: Front, name: str) -> tuple[str, str]:
    """A model that is compared and not judged, and what it costs on the first suite of the workload."""
    told = "the untuned model that the students started from, for comparison; the gate does not judge it"
    found = (c for s in front.records.suites() if (c := front.records.whole(s.name, name)) is not None)
    first = next(found, None)
    if first is None or first.undecidable:
        return name, f"{told}."
    return name, f"{told} ({harm(first).value} {counted(first)}, {first.suite})."


def answer(records: Lookup) -> tuple[Answered, ...]:
    """The verdict as one line per decision; who could not be compared stands apart."""
    silent = [student for student in records.students() if records.absence(student)]
    spoken = [s for s in records.verdict.students if s.student not in silent]
    excused = [s for s in spoken if s.decision == "inconclusive" and _all_waived(s)]
    lines = [
        Answered(kind=decision, lead=lead.format(records.teacher()), names=wording.joined(names))
        for decision, lead in ANSWERS
        if (names := [_named(s) for s in spoken if s.decision == decision and s not in excused])
    ]
    if excused:
        told = wording.joined([one.student for one in excused])
        lines.append(Answered(kind="inconclusive", lead="All that must pass is waived", names=told))
    return (
        *lines,
        *((Answered(kind="unjudged", lead="Nothing to compare", names=wording.joined(silent)),) if silent else ()),
    )


def _all_waived(one: StudentVerdict) -> bool:
    """Whether nothing is left that could speak for the student: more data would decide nothing."""
    critical = [s for s in one.slices if s.tier == "critical"]
    return bool(critical) and all(s.waived is not None for s in critical)


def _named(one: StudentVerdict) -> str:
    """A student says what it passes without, or what it may be released for although it does not pass."""
    withheld, released = len(one.named("fail")), len(one.named("pass"))
    if one.decision == "pass":
        return f"{one.student} (except on {wording.number_of(withheld, 'slice')})" if withheld else one.student
    return f"{one.student} (released for {wording.number_of(released, 'slice')})" if released else one.student


def _overall(front: Front, suite: str) -> Overall:
    records = front.records
    wholes = [c for student in records.students() if (c := records.whole(suite, student)) is not None]
    margins = [m for c in wholes if (m := margin_of(records, c)) is not None]
    along = charts.scale(wholes, margins, charts.NARROW)
    compared = {c.student for c in wholes}
    missing = [student for student in records.students() if student not in compared]
    return Overall(
        suite=suite,
        outside=next(OUTSIDE.get(s.kind, "") for s in records.suites() if s.name == suite),
        open="; ".join(dict.fromkeys(c.undecidable for c in wholes if c.undecidable)),
        n=next(wording.number_of(s.n, "item") for s in records.suites() if s.name == suite),
        words=_words(wholes),
        axis=charts.axis(along),
        rows=tuple(_overall_row(front, c, along) for c in wholes),
        absent=tuple(
            Absent(student=s, reason=records.absence(s) or "No pair of answers on this suite.") for s in missing
        ),
        methods=_methods(wholes),
        margin=_margin(margins),
    )


def _words(wholes: Sequence[Comparison]) -> Words:
    found = dict.fromkeys(map(words_of, wholes))
    return WORDS["mixed"] if len(found) > 1 else next(iter(found), WORDS["accuracy"])


def _margin(margins: Sequence[float]) -> str:
    different = sorted(set(margins))
    if not different:
        return "No margin is set."
    return f"Margin: a loss of up to {wording.joined([f'{m * 100:g}' for m in different])} points."


def _overall_row(front: Front, c: Comparison, along: charts.Scale) -> OverallRow:
    judged = front.records.judgement(c)
    decision = badge(judged.decision if judged else None)
    return OverallRow(
        link=Link(name=c.student, href=front.page_of(c.suite, c.student, Slice())),
        badge=decision,
        n=wording.count(c.n),
        teacher=figures.teacher(c),
        pupil=wording.percent(c.pupil.accuracy),
        drawing=charts.forest_row(c, margin_of(front.records, c), decision.kind, along),
        delta=delta(c),
        retention=figures.retention(c),
        conditional=figures.conditional(c),
        flips=Estimate(value=wording.DASH if c.undecidable else wording.percent(c.flips), detail=floor(c)),
        p=p_figure(c),
        needed=needed(c, judged),
    )


def _methods(comparisons: Sequence[Comparison]) -> str:
    """Which method gave which interval."""
    kinds = {
        "difference": [c.delta95 for c in comparisons],
        "retention": [c.retention95 for c in comparisons],
        "conditional retention": [c.conditional95 for c in comparisons],
    }
    named = {kind: ", ".join(dict.fromkeys(i.method for i in found if i)) for kind, found in kinds.items()}
    return "; ".join(f"{kind}: {methods}" for kind, methods in named.items() if methods)
