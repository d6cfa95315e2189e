"""One student in depth: its slices by what they lose, how its answers ended, and the answers themselves."""

from collections.abc import Sequence

from harness.evaluation import Comparison, Pair, Side
from harness.measures import OUTCOMES_OF
from harness.protocols import PairTexts
from harness.records import OUTCOMES
from harness.verdict import SliceVerdict
from reports import charts, figures, wording
from reports.causes import causes
from reports.checks import checks, checks_by_slice
from reports.examples import examples
from reports.figures import against_margin, badge, delta, margin_of
from reports.items import Shown, gained_items, lost_items
from reports.lookup import Lookup, lost, of_pairs
from reports.measures import WORDS
from reports.mimicry import absent, profiled
from reports.pieces import Estimate, Row, Table
from reports.view import Mimicry, SliceRow, StudentSection, SuiteSection


def section(records: Lookup, student: str, anchor: str, pairs: Sequence[Pair], texts: PairTexts) -> StudentSection:
    judged = records.verdict_on(student)
    wholes = [(s.name, c) for s in records.suites() if (c := records.whole(s.name, student)) is not None]
    return StudentSection(
        anchor=anchor,
        student=student,
        badge=badge(judged.decision if judged else None),
        summary=" ".join(_summary(suite, c) for suite, c in wholes),
        mimicry=Mimicry(
            suites=profiled(records, student),
            absent=tuple(absent(records, student)),
            examples=examples(records, student, pairs, texts),
        ),
        suites=tuple(_suite(records, c, of_pairs(pairs, suite, student), texts) for suite, c in wholes),
        absent=records.absence(student),
    )


def _summary(suite: str, c: Comparison) -> str:
    said = WORDS[c.measure].summary.format(
        student=wording.percent(c.pupil.accuracy),
        teacher=figures.teacher(c),
        n=wording.number_of(c.n, "item"),
        flips=wording.percent(c.flips),
    )
    return f"{suite}: {said}"


def _suite(records: Lookup, whole: Comparison, pairs: Sequence[Pair], texts: PairTexts) -> SuiteSection:
    slices = records.slices(whole.suite, whole.student)
    margins = [m for c in slices if (m := margin_of(records, c)) is not None]
    along = charts.scale(slices, margins, charts.BROAD)
    shown = Shown(teacher=records.teacher(), measure=whole.measure, texts=texts)
    return SuiteSection(
        suite=whole.suite,
        words=WORDS[whole.measure],
        axis=charts.axis(along),
        slices=tuple(_slice_row(records, c, along) for c in slices),
        causes=causes(whole, slices),
        checks=checks(whole),
        checks_by_slice=checks_by_slice(slices),
        endings=_endings(records.teacher(), whole),
        lost=lost_items(shown, pairs, slices),
        gained=gained_items(shown, pairs, slices),
    )


def _slice_row(records: Lookup, c: Comparison, along: charts.Scale) -> SliceRow:
    judged = records.judgement(c)
    decision = badge(judged.decision if judged else None)
    margin = judged.margin if judged else None
    return SliceRow(
        name=str(c.slice),
        tier=judged.tier if judged else "not judged",
        badge=decision,
        lost=_lost(c),
        n=wording.count(c.n),
        teacher=figures.teacher(c),
        pupil=wording.percent(c.pupil.accuracy),
        drawing=charts.forest_row(c, margin, decision.kind, along),
        delta=delta(c),
        against_margin=against_margin(c, margin),
        p_adjusted=wording.DASH if c.p_adjusted is None else wording.p_value(c.p_adjusted),
        causes=_counts(c),
        reason=_reason(judged),
    )


def _lost(c: Comparison) -> str:
    """Answers lost with a minus, answers gained with a plus."""
    if c.undecidable:
        return wording.DASH
    value = -lost(c)
    return wording.signed(value, 0 if abs(value - round(value)) < 0.05 else 1)


def _counts(c: Comparison) -> str:
    """How the student's replies ended other than well: `12 wrong, 3 truncated`."""
    outcomes, words = c.pupil.outcomes, OUTCOMES_OF[c.measure]
    found = [f"{wording.count(outcomes[o])} {words[o]}" for o in OUTCOMES[1:] if outcomes.get(o)]
    return ", ".join(found) if found else f"all {words['correct']}"


def _reason(judged: SliceVerdict | None) -> str:
    """The gate's reason, without the name of the slice that stands above it."""
    if judged is None:
        return "The policy does not judge this slice."
    reason = judged.reason.removeprefix(f"{judged.suite}, {judged.slice}: ")
    return wording.sentence(reason[:1].upper() + reason[1:])


def _endings(teacher: str, whole: Comparison) -> Table:
    words = OUTCOMES_OF[whole.measure]
    return Table(
        title="How the answers ended",
        caption="Outcomes of both models, and what one answer cost. Failed: viva could not grade the answer, and no "
        "figure counts it.",
        head="Model",
        columns=(*(words[o] for o in OUTCOMES), "Tokens per answer", "Seconds per answer"),
        rows=(_ending(teacher, whole.teacher), _ending(whole.student, whole.pupil)),
    )


def _ending(name: str, side: Side) -> Row:
    total = sum(side.outcomes.values())
    counts = [side.outcomes.get(o, 0) for o in OUTCOMES]
    tokens = wording.DASH if side.completion_tokens is None else wording.count(round(side.completion_tokens))
    latency = wording.DASH if side.latency_s is None else f"{side.latency_s:.2f} s"
    ended = (Estimate(value=wording.count(n), detail=wording.percent(n / total) if n else "") for n in counts)
    return Row(name=name, figures=(*ended, Estimate(value=tokens), Estimate(value=latency)))
