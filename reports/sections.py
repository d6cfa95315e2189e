"""One student in depth: its slices by what the traffic loses in them, and why; then how its answers ended."""

from collections.abc import Iterator, Sequence

from harness.evaluation import ALL, Comparison, Pair
from harness.measures import OUTCOMES_OF
from harness.protocols import PairTexts
from harness.records import OUTCOMES
from harness.verdict import RequirementVerdict, SliceVerdict
from reports import charts, figures, wording
from reports.cards import OUTSIDE
from reports.causes import causes
from reports.checks import checks, checks_by_slice
from reports.endings import endings
from reports.examples import examples
from reports.figures import against_margin, badge, delta, margin_of, reason, unplaced
from reports.found import explored
from reports.front import Front, per_thousand
from reports.items import Shown, lost_items
from reports.lookup import of_pairs
from reports.measures import words_of
from reports.mimicry import absent, profiled
from reports.pieces import Link, Table
from reports.repeats import repeats
from reports.view import CostRow, Mimicry, SliceRow, SliceTable, StudentSection, SuiteSection
from reports.visible import shorten

SHOWN, FOLDED = 6, 34  # slices that stand open, and that are folded away; the page of the whole suite has them all
CROSSINGS_SHOWN, CROSSINGS_FOLDED = 5, 15
PARTS = {
    "slices-1": "slices by what is lost",
    "costly": "costly slices",
    "found": "slices that a search found",
    "levels": "over difficulty",
    "causes": "causes",
    "checks": "fields, rules and criteria",
    "noise": "noise floor",
    "endings": "how answers ended, and what they cost",
}
CHANCE = 0.1  # adjusted p below which a student that is better than its teacher is looked at twice
BETTER = "Better than the teacher beyond chance: look at the grading before believing it."


def section(front: Front, student: str, anchor: str, pairs: Sequence[Pair], texts: PairTexts) -> StudentSection:
    records = front.records
    judged = records.verdict_on(student)
    wholes = [(s.name, c) for s in records.suites() if (c := records.whole(s.name, student)) is not None]
    return StudentSection(
        anchor=anchor,
        student=student,
        badge=badge(judged.decision if judged else None),
        mimicry=Mimicry(
            suites=profiled(records, student),
            absent=tuple(absent(records, student)),
            examples=examples(records, student, pairs, texts),
        ),
        suites=tuple(
            _suite(front, c, f"{anchor}-suite-{place}", (of_pairs(pairs, suite, student), texts))
            for place, (suite, c) in enumerate(wholes, start=1)
        ),
        absent=records.absence(student),
    )


def _suite(front: Front, whole: Comparison, anchor: str, told: tuple[Sequence[Pair], PairTexts]) -> SuiteSection:
    records, (pairs, texts) = front.records, told
    slices = front.slices(whole.suite, whole.student)
    single, crossed = [c for c in slices if not c.slice.crossed], [c for c in slices if c.slice.crossed]
    shown = [*single[: SHOWN + FOLDED], *crossed[: CROSSINGS_SHOWN + CROSSINGS_FOLDED]]
    margins = [m for c in shown if (m := margin_of(records, c)) is not None]
    along = charts.scale(shown, margins, charts.BROAD)
    outside = next(s.kind in OUTSIDE or s.public for s in records.suites() if s.name == whole.suite)
    href = front.page_of(whole.suite, whole.student, whole.slice)
    tables = tuple(_tables(front, single, crossed, along))
    found, again, costly = explored(front, whole.suite, whole.student), repeats(whole), tuple(_costly(front, whole))
    checked = checks(whole, records.verdict_on(whole.student))
    told_of = {
        "slices-1": bool(tables),
        "costly": bool(costly),
        "found": bool(found.sentence),
        "levels": bool(found.levels),
        "causes": True,
        "checks": bool(whole.checks),
        "noise": bool(again.sentence or again.at_k),
        "endings": True,
    }
    return SuiteSection(
        anchor=anchor,
        link=Link(name=whole.suite, href=href),
        folded=outside,
        summary=_summary(whole),
        words=words_of(whole),
        share_title="Share of items" if outside else "Share of traffic",
        axis=charts.axis(along),
        tables=tables,
        costly=costly,
        found=found,
        causes=causes(whole, single),
        checked=_checked(checked),
        checks=checked,
        checks_by_slice=checks_by_slice(slices),
        endings=endings(records.teacher(), whole),
        repeats=again,
        parts=tuple((f"{anchor}-{part}", PARTS[part]) for part, is_told in told_of.items() if is_told),
        pairs=Link(name=f"All {wording.number_of(len(pairs), 'pair')} of answers", href=href if pairs else ""),
        lost=lost_items(Shown(teacher=records.teacher(), measure=whole.measure, texts=texts), pairs, slices),
    )


def _summary(c: Comparison) -> str:
    said = words_of(c).summary.format(
        student=wording.percent(c.pupil.accuracy),
        teacher=figures.teacher(c),
        n=wording.number_of(c.n, "item"),
        flips=wording.percent(c.flips),
    )
    return wording.capital(said)


def _tables(
    front: Front, single: Sequence[Comparison], crossed: Sequence[Comparison], along: charts.Scale
) -> Iterator[SliceTable]:
    if single:
        about = "What costs the traffic most stands first. An item may belong to several slices."
        yield _table(front, ("Slices by what is lost", about), single, (SHOWN, FOLDED), along)
    if crossed:
        about = "Items that hold two slices at once. Advisory unless the policy names them."
        yield _table(front, ("Crossings of two slices", about), crossed, (CROSSINGS_SHOWN, CROSSINGS_FOLDED), along)


def _table(
    front: Front, told: tuple[str, str], slices: Sequence[Comparison], limits: tuple[int, int], along: charts.Scale
) -> SliceTable:
    first, fold = limits
    if len(slices) == first + 1:  # one row is not worth a fold
        first += 1
    kept = slices[: first + fold]
    rows = tuple(_slice_row(front, c, along) for c in kept)
    left = len(slices) - len(kept)
    return SliceTable(
        title=told[0],
        about=told[1],
        rows=rows[:first],
        folded=rows[first:],
        fold=f"{wording.number_of(len(rows) - first, 'more slice')}, which lose less",
        left=f"{wording.number_of(left, 'more slice')} on the page of the whole suite." if left > 0 else "",
    )


def _slice_row(front: Front, c: Comparison, along: charts.Scale) -> SliceRow:
    judged = front.records.judgement(c)
    decision = badge(judged.decision if judged else None)
    margin = judged.margin if judged else None
    return SliceRow(
        link=front.own(c),
        tier=judged.tier if judged else "not judged",
        badge=decision,
        lost=per_thousand(front, c),
        share=wording.percent(front.share(c)),
        n=wording.count(c.n),
        teacher=figures.teacher(c),
        pupil=wording.percent(c.pupil.accuracy),
        drawing=charts.forest_row(c, margin, decision.kind, along),
        delta=delta(c),
        against_margin=against_margin(c, margin),
        reason=reason(judged),
        asides=tuple(_asides(c, judged)),
    )


def _asides(c: Comparison, judged: SliceVerdict | None) -> Iterator[str]:
    yield f"Student: {_counts(c)}."
    if c.p_adjusted is not None:
        p = wording.p_value(c.p_adjusted)
        yield f"p of no difference {'' if p.startswith('<') else '= '}{p}, adjusted."
    if is_suspiciously_better(c):
        yield BETTER
    if judged is not None and judged.waived:
        yield wording.sentence(wording.capital(judged.waived))


def is_suspiciously_better(c: Comparison) -> bool:
    """Whether the student beats its teacher beyond chance after correction: often an artefact of grading."""
    low = c.delta95.low if c.delta95 and not c.undecidable else None
    return low is not None and low > 0 and c.p_adjusted is not None and c.p_adjusted <= CHANCE


def _counts(c: Comparison) -> str:
    """How the student's replies ended other than well: `12 wrong, 3 truncated`."""
    outcomes, words = c.pupil.outcomes, OUTCOMES_OF[c.measure]
    found = [f"{wording.count(outcomes[o])} {words[o]}" for o in OUTCOMES[1:] if outcomes.get(o)]
    return ", ".join(found) if found else f"all {words['correct']}"


def _checked(tables: Sequence[Table]) -> str:
    """What was checked and what came out worst, before the tables are opened."""
    told = [
        f"{table.title}: {wording.count(len(table.rows))}"
        + (f", the worst is “{shorten(table.rows[0].name)}”" if len(table.rows) > 1 else "")
        for table in tables
    ]
    return wording.sentence("; ".join(told)) if told else ""


def _costly(front: Front, whole: Comparison) -> Iterator[CostRow]:
    """What the errors of slices with a declared cost come to."""
    judged = front.records.verdict_on(whole.student)
    for one in judged.requirements if judged else ():
        if one.kind == "costly" and one.suite == whole.suite:
            yield _cost_row(front, whole.student, one)


def _cost_row(front: Front, student: str, one: RequirementVerdict) -> CostRow:
    name = "whole suite" if one.slice.name == ALL else str(one.slice)
    told = unplaced(one.reason, one.suite, one.slice)
    return CostRow(
        link=Link(name=name, href=front.page_of(one.suite, student, one.slice)),
        badge=badge(one.decision if one.allowed is not None else None),
        seen=wording.DASH if one.seen is None else wording.signed(one.seen),
        allowed="no limit" if one.allowed is None else wording.signed(one.allowed).lstrip("+"),
        reason=wording.sentence(wording.capital(told, front.records.names())),
    )
