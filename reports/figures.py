"""Figures that several parts of the page print in the same way."""

from collections.abc import Mapping

from harness.records import Comparison, Interval, Outcome, SliceVerdict
from reports import wording
from reports.lookup import Lookup
from reports.view import Badge, Estimate

BADGES: Mapping[str, Badge] = {
    "pass": Badge(kind="pass", word="Pass"),
    "fail": Badge(kind="fail", word="Fail"),
    "inconclusive": Badge(kind="inconclusive", word="Inconclusive"),
    "flagged": Badge(kind="fail", word="Flagged"),
    "clear": Badge(kind="pass", word="Clear"),
    "abstained": Badge(kind="inconclusive", word="Abstained"),
}
UNJUDGED = Badge(kind="unjudged", word="Not judged")


def badge(decision: str | None) -> Badge:
    return BADGES[decision] if decision else UNJUDGED


def outcome_badge(outcome: Outcome) -> Badge:
    """Right, or what went wrong: the symbol separates a wrong answer from none."""
    kind = {"correct": "pass", "incorrect": "fail"}.get(outcome, "inconclusive")
    return Badge(kind=kind, word=wording.OUTCOME_WORD[outcome])


def margin_of(records: Lookup, comparison: Comparison) -> float | None:
    judged = records.judgement(comparison)
    return judged.margin if judged else None


def delta(comparison: Comparison) -> Estimate:
    interval = comparison.delta95
    if interval is None:
        observed = comparison.pupil.accuracy - comparison.teacher.accuracy
        return Estimate(value=wording.points(observed), detail="no interval: too few independent items")
    span = wording.limits(interval, wording.bare_points)
    return Estimate(value=wording.points(interval.point), detail=f"{wording.level(interval)}: {span}")


def share(interval: Interval | None) -> Estimate:
    """A retention: a percentage that may exceed 100."""
    if interval is None:
        return Estimate(value=wording.DASH, detail="cannot be estimated")
    return Estimate(value=wording.percent(interval.point), detail=wording.limits(interval, wording.percent))


def against_margin(comparison: Comparison, margin: float | None) -> Estimate:
    """The 90% interval, and on which side of the margin it lies."""
    interval = comparison.delta90
    if interval is None:
        return Estimate(value=wording.DASH, detail="too few independent items")
    span = wording.limits(interval, wording.bare_points)
    if margin is None:
        return Estimate(value=span, detail="no margin set")
    edge = wording.bare_points(-margin)
    if interval.low is not None and interval.low > -margin:
        return Estimate(value=span, detail=f"clear of {edge}")
    if interval.high is not None and interval.high < -margin:
        return Estimate(value=span, detail=f"beyond {edge}")
    return Estimate(value=span, detail=f"reaches past {edge}")


def p_figure(comparison: Comparison) -> Estimate:
    """McNemar's exact p with the counts behind it; a word where the test is another one or cannot be made."""
    cells = comparison.cells
    if comparison.p_value is None:
        why = "no pairs to test" if cells else "scores are fractional, weighted, repeated or clustered"
        return Estimate(value=wording.DASH, detail=why)
    value = wording.p_value(comparison.p_value)
    if cells is None:
        return Estimate(value=value, detail="not McNemar: scores are fractional, weighted, repeated or clustered")
    counts = f"{wording.count(cells.teacher_only)} lost, {wording.count(cells.student_only)} gained"
    return Estimate(value=value, detail=counts)


def needed(comparison: Comparison, judged: SliceVerdict | None) -> Estimate:
    """How many items would decide, where they have not."""
    if judged is None or judged.decision != "inconclusive":
        return Estimate(value=wording.DASH, detail="decided" if judged else "not judged")
    items = judged.items_needed if judged.items_needed is not None else comparison.items_needed
    return Estimate(value=wording.DASH, detail="unknown") if items is None else Estimate(value=wording.count(items))
