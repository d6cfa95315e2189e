"""One student in depth: its slices by what they lose, how its answers ended, and the answers themselves."""

from collections.abc import Mapping, Sequence

from harness.protocols import PairTexts
from harness.records import OUTCOMES, Comparison, Outcome, Pair, Side, SliceVerdict
from reports import charts, wording
from reports.figures import against_margin, badge, delta, margin_of
from reports.items import gained_items, lost_items
from reports.lookup import Lookup, lost, of_pairs
from reports.view import EndingRow, Endings, Estimate, SliceRow, StudentSection, SuiteSection


def section(records: Lookup, student: str, anchor: str, pairs: Sequence[Pair], texts: PairTexts) -> StudentSection:
    judged = records.verdict_on(student)
    wholes = [(s.name, c) for s in records.suites() if (c := records.whole(s.name, student)) is not None]
    return StudentSection(
        anchor=anchor,
        student=student,
        badge=badge(judged.decision if judged else None),
        summary=" ".join(_summary(suite, c) for suite, c in wholes),
        suites=tuple(_suite(records, c, of_pairs(pairs, suite, student), texts) for suite, c in wholes),
        absent=records.absence(student),
    )


def _summary(suite: str, c: Comparison) -> str:
    accuracies = f"{wording.percent(c.pupil.accuracy)} of {wording.number_of(c.n, 'item')} right"
    beside = f"the teacher {wording.percent(c.teacher.accuracy)}"
    return f"{suite}: {accuracies}, {beside}; the two disagree on {wording.percent(c.flips)}."


def _suite(records: Lookup, whole: Comparison, pairs: Sequence[Pair], texts: PairTexts) -> SuiteSection:
    slices = records.slices(whole.suite, whole.student)
    margins = [m for c in slices if (m := margin_of(records, c)) is not None]
    along = charts.scale(slices, margins, charts.BROAD)
    return SuiteSection(
        suite=whole.suite,
        axis=charts.axis(along),
        slices=tuple(_slice_row(records, c, along) for c in slices),
        endings=_endings(records.teacher(), whole),
        lost=lost_items(records, pairs, slices, texts),
        gained=gained_items(records, pairs, slices, texts),
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
        teacher=wording.percent(c.teacher.accuracy),
        pupil=wording.percent(c.pupil.accuracy),
        drawing=charts.forest_row(c, margin, decision.kind, along),
        delta=delta(c),
        against_margin=against_margin(c, margin),
        p_adjusted=wording.DASH if c.p_adjusted is None else wording.p_value(c.p_adjusted),
        causes=_causes(c.pupil.outcomes),
        reason=_reason(judged),
    )


def _lost(c: Comparison) -> str:
    """Answers lost with a minus, answers gained with a plus."""
    value = -lost(c)
    return wording.signed(value, 0 if abs(value - round(value)) < 0.05 else 1)


def _causes(outcomes: Mapping[Outcome, int]) -> str:
    found = [f"{wording.count(outcomes[o])} {wording.OUTCOME_WORD[o]}" for o in OUTCOMES[1:] if outcomes.get(o)]
    return ", ".join(found) if found else "all correct"


def _reason(judged: SliceVerdict | None) -> str:
    """The gate's reason, without the name of the slice that stands above it."""
    if judged is None:
        return "The policy does not judge this slice."
    reason = judged.reason.removeprefix(f"{judged.suite}, {judged.slice}: ")
    return wording.sentence(reason[:1].upper() + reason[1:])


def _endings(teacher: str, whole: Comparison) -> Endings:
    return Endings(
        columns=tuple(wording.OUTCOME_WORD[o] for o in OUTCOMES),
        rows=(_ending(teacher, whole.teacher), _ending(whole.student, whole.pupil)),
        causes=tuple(wording.bare_points(-whole.losses.get(o, 0.0)) for o in OUTCOMES),
    )


def _ending(name: str, side: Side) -> EndingRow:
    total = sum(side.outcomes.values())
    counts = [side.outcomes.get(o, 0) for o in OUTCOMES]
    return EndingRow(
        name=name,
        counts=tuple(Estimate(value=wording.count(n), detail=wording.percent(n / total) if n else "") for n in counts),
        tokens=wording.DASH if side.completion_tokens is None else wording.count(round(side.completion_tokens)),
        latency=wording.DASH if side.latency_s is None else f"{side.latency_s:.2f} s",
    )
