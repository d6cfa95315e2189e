"""Records to view: the whole page in the reader's words, so that templates only print.

The answer comes first (cards), then each suite as a table of students; `sections` goes into each student and
`provenance` into what stands behind the figures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from harness.evaluation import ALL, Comparison, Evaluation, Pair
from harness.protocols import PairTexts
from harness.records import SuiteKind
from harness.verdict import Decision, StudentVerdict, Verdict
from reports import charts, figures, wording
from reports.figures import badge, delta, margin_of, needed, p_figure
from reports.incumbent import beside_base, beside_incumbent
from reports.lookup import Lookup, lookup
from reports.measures import WORDS, Words
from reports.mimicry import labels
from reports.pieces import Estimate
from reports.provenance import dropped, provenance
from reports.sections import section
from reports.view import Absent, Answered, Card, Harm, Overall, OverallRow, Page, SliceGroup

OUTSIDE: Mapping[SuiteKind, str] = {
    "stress": "Stress variants: shown beside the workload, and counted only where the policy names them.",
    "retain": "What the students should retain, outside the workload: counted only where the policy names it.",
}
NAMED_REASONS = 5  # reasons that a card gives before it only counts them
NAMED_WARNINGS = 3  # warnings that a card shows before it folds the rest away
NAMED_SLICES = 12  # slices that a card names before it only counts them
ANSWERS: tuple[tuple[Decision, str], ...] = (
    ("pass", "May replace {}"),
    ("fail", "May not replace {}"),
    ("inconclusive", "The data cannot decide yet"),
)
GROUPS: tuple[tuple[Decision, str], ...] = (
    ("pass", "Slices released"),
    ("fail", "Slices withheld"),
    ("inconclusive", "Slices undecided"),
)


def build(evaluation: Evaluation, verdict: Verdict, pairs: Sequence[Pair], texts: PairTexts) -> Page:
    """The page that `templates/report.html.j2` prints."""
    records = lookup(evaluation, verdict)
    students = records.students()
    return Page(
        title=evaluation.name,
        answer=answer(records),
        badge=badge(verdict.decision),
        timestamp=evaluation.created_at,
        created=wording.when(evaluation.created_at),
        teacher=records.teacher(),
        students=wording.joined(students) if students else "none",
        suites=", ".join(f"{s.name} ({wording.number_of(s.n, 'item')})" for s in records.suites()),
        cards=tuple(_card(records, student) for student in students),
        overall=tuple(_overall(records, suite.name) for suite in records.suites()),
        sections=tuple(section(records, student, anchor(records, student), pairs, texts) for student in students),
        incumbent=beside_incumbent(records),
        retained=beside_base(records),
        dropped=dropped(records),
        notes=tuple(map(wording.sentence, evaluation.notes)),
        provenance=provenance(records),
        version=evaluation.viva_version,
    )


def anchor(records: Lookup, student: str) -> str:
    """The id of a student's section: by place, since names come from outside."""
    return f"student-{records.students().index(student) + 1}"


def answer(records: Lookup) -> tuple[Answered, ...]:
    """The verdict as one line per decision; who could not be compared stands apart."""
    silent = [student for student in records.students() if records.absence(student)]
    lines = [
        Answered(kind=decision, lead=lead.format(records.teacher()), names=wording.joined(names))
        for decision, lead in ANSWERS
        if (
            names := [_named(s) for s in records.verdict.students if s.decision == decision and s.student not in silent]
        )
    ]
    return (
        *lines,
        *((Answered(kind="unjudged", lead="Nothing to compare", names=wording.joined(silent)),) if silent else ()),
    )


def _named(one: StudentVerdict) -> str:
    """A student that passes without some of its slices says so."""
    withheld = len(one.named("fail"))
    if one.decision != "pass" or not withheld:
        return one.student
    return f"{one.student} (except on {wording.number_of(withheld, 'slice')})"


def _card(records: Lookup, student: str) -> Card:
    judged = records.verdict_on(student)
    reasons = judged.reasons if judged else (_why_unjudged(records, student),)
    left = len(reasons) - NAMED_REASONS
    if left > 1:
        more = wording.number_of(left, "more reason")
        reasons = (*reasons[:NAMED_REASONS], f"{more}: see the slices below")
    warnings = tuple(map(wording.sentence, judged.warnings)) if judged else ()
    first = NAMED_WARNINGS if len(warnings) > NAMED_WARNINGS + 1 else len(warnings)
    return Card(
        anchor=anchor(records, student),
        student=student,
        badge=badge(judged.decision if judged else None),
        harms=tuple(_harms(records, student)),
        reasons=tuple(map(wording.sentence, reasons)),
        labels=labels(records, student),
        warnings=warnings[:first],
        more_warnings=warnings[first:],
        more=wording.number_of(len(warnings) - first, "more warning"),
        groups=tuple(_group(records, judged, decision, title) for decision, title in GROUPS)
        if judged and judged.slices
        else (),
        absent=records.absence(student),
    )


def _why_unjudged(records: Lookup, student: str) -> str:
    card = records.card(student)
    if card is not None and card.role == "base":
        return "The untuned model that the students started from, for comparison; the gate does not judge it."
    return "The policy did not judge this student."


def _harms(records: Lookup, student: str) -> list[Harm]:
    """For the workload: variants and retained abilities are no requests that come in."""
    return [
        Harm(suite=suite.name, figure=_harm(whole), counts=WORDS[whole.measure].headline)
        for suite in records.suites()
        if suite.kind not in OUTSIDE and (whole := records.whole(suite.name, student)) is not None
    ]


def _harm(comparison: Comparison) -> Estimate:
    """Of accuracy, wrong answers per 1,000 requests; what is neither right nor wrong stays in points."""
    if comparison.undecidable:
        return Estimate(value=wording.DASH, detail=f"{comparison.undecidable}.")
    interval = comparison.delta95
    if comparison.measure != "accuracy":
        found = delta(comparison)
        return replace(found, value=wording.bare_points(comparison.pupil.accuracy - comparison.teacher.accuracy))
    if interval is None:
        observed = comparison.pupil.accuracy - comparison.teacher.accuracy
        return Estimate(value=wording.per_thousand(observed), detail="no interval: too few independent items")
    span = wording.limits(wording.turned(interval), lambda loss: wording.per_thousand(-loss))
    return Estimate(value=wording.per_thousand(interval.point), detail=f"{wording.level(interval)}: {span}")


def _group(records: Lookup, judged: StudentVerdict, decision: Decision, title: str) -> SliceGroup:
    parts = [s for s in judged.slices if s.decision == decision and s.slice.name != ALL and s.kind not in OUTSIDE]
    names = tuple(records.label(s.suite, s.slice) for s in parts)
    more = len(names) - NAMED_SLICES
    return SliceGroup(
        badge=badge(decision),
        title=f"{title}: {wording.count(len(names))}",
        names=names[:NAMED_SLICES],
        more=f"and {wording.count(more)} more, listed below" if more > 0 else "",
    )


def _overall(records: Lookup, suite: str) -> Overall:
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
        rows=tuple(_overall_row(records, c, along) for c in wholes),
        absent=tuple(
            Absent(student=s, reason=records.absence(s) or "No pair of answers on this suite.") for s in missing
        ),
        methods=_methods(wholes),
        margin=_margin(margins),
    )


def _words(wholes: Sequence[Comparison]) -> Words:
    measures = dict.fromkeys(c.measure for c in wholes)
    return WORDS["mixed" if len(measures) > 1 else next(iter(measures), "accuracy")]


def _margin(margins: Sequence[float]) -> str:
    different = sorted(set(margins))
    if not different:
        return "No margin is set."
    return f"Margin: a loss of up to {wording.joined([f'{m * 100:g}' for m in different])} points."


def _overall_row(records: Lookup, c: Comparison, along: charts.Scale) -> OverallRow:
    judged = records.judgement(c)
    decision = badge(judged.decision if judged else None)
    return OverallRow(
        anchor=anchor(records, c.student),
        student=c.student,
        badge=decision,
        n=wording.count(c.n),
        teacher=figures.teacher(c),
        pupil=wording.percent(c.pupil.accuracy),
        drawing=charts.forest_row(c, margin_of(records, c), decision.kind, along),
        delta=delta(c),
        retention=figures.retention(c),
        conditional=figures.conditional(c),
        flips=wording.DASH if c.undecidable else wording.percent(c.flips),
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
