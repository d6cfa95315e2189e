"""Figures that several parts of the page print in the same way."""

import re
from collections.abc import Mapping

from harness.evaluation import Comparison, Slice
from harness.measures import OUTCOMES_OF
from harness.records import Interval, Measure, Outcome
from harness.verdict import SliceVerdict
from reports import wording
from reports.lookup import Lookup
from reports.measures import words_of
from reports.pieces import Badge, Estimate
from reports.visible import shorten

BADGES: Mapping[str, Badge] = {
    "pass": Badge(kind="pass", word="Pass"),
    "fail": Badge(kind="fail", word="Fail"),
    "inconclusive": Badge(kind="inconclusive", word="Inconclusive"),
    "flagged": Badge(kind="fail", word="Flagged"),
    "clear": Badge(kind="pass", word="Clear"),
    "abstained": Badge(kind="unjudged", word="Abstained"),
    "FAITHFUL": Badge(kind="pass", word="Faithful"),
    "SUPERFICIAL MIMICRY": Badge(kind="fail", word="Superficial mimicry"),
    "WEAKER": Badge(kind="weaker", word="Weaker"),
    "INCONCLUSIVE": Badge(kind="inconclusive", word="Inconclusive"),
}
UNJUDGED = Badge(kind="unjudged", word="Not judged")
REASON_SHOWN = 600
_FIGURES = re.compile(r"[^;]{0,200}, n = [0-9,]+\); ")  # how the gate's sentences begin, which tables show anyway
NO_CELLS = "scores are fractional, weighted, repeated or clustered"
UNKNOWN = "the teacher's own figure is not known"


def badge(decision: str | None) -> Badge:
    return BADGES[decision] if decision else UNJUDGED


def outcome_badge(outcome: Outcome, measure: Measure) -> Badge:
    """Right, or what went wrong: the symbol separates a wrong answer from none."""
    kind = {"correct": "pass", "incorrect": "fail"}.get(outcome, "inconclusive")
    return Badge(kind=kind, word=OUTCOMES_OF[measure][outcome])


def margin_of(records: Lookup, comparison: Comparison) -> float | None:
    judged = records.judgement(comparison)
    return judged.margin if judged else None


def teacher(comparison: Comparison) -> str:
    return "unknown" if comparison.undecidable else wording.percent(comparison.teacher.accuracy)


def delta(comparison: Comparison) -> Estimate:
    interval = comparison.delta95
    if comparison.undecidable:
        return Estimate(value=wording.DASH, detail=UNKNOWN)
    if interval is None:
        observed = comparison.pupil.accuracy - comparison.teacher.accuracy
        return Estimate(value=wording.points(observed), detail="no interval: too few independent items")
    span = wording.limits(interval, wording.bare_points)
    return Estimate(value=wording.points(interval.point), detail=f"{wording.level(interval)}: {span}")


def retention(comparison: Comparison) -> Estimate:
    """A percentage that may exceed 100."""
    if comparison.undecidable:
        return Estimate(value=wording.DASH, detail=UNKNOWN)
    return _share(comparison.retention95, "cannot be estimated")


def conditional(comparison: Comparison) -> Estimate:
    return _share(comparison.conditional95, words_of(comparison).conditional)


def _share(interval: Interval | None, otherwise: str) -> Estimate:
    if interval is None:
        return Estimate(value=wording.DASH, detail=otherwise)
    return Estimate(value=wording.percent(interval.point), detail=wording.limits(interval, wording.percent))


def against_margin(comparison: Comparison, margin: float | None) -> Estimate:
    """The 90% interval, and on which side of the margin it lies."""
    interval = comparison.delta90
    if comparison.undecidable:
        return Estimate(value=wording.DASH, detail=UNKNOWN)
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
    """McNemar's exact p with the counts behind it; of accuracy, a word where the test is another one."""
    cells = comparison.cells
    if comparison.undecidable:
        return Estimate(value=wording.DASH, detail=UNKNOWN)
    if comparison.p_value is None:
        return Estimate(value=wording.DASH, detail="no pairs to test" if cells else NO_CELLS)
    value = wording.p_value(comparison.p_value)
    if cells is None:
        return Estimate(value=value, detail="cluster-robust" if comparison.measure == "accuracy" else "")
    counts = f"{wording.count(cells.teacher_only)} lost, {wording.count(cells.student_only)} gained"
    return Estimate(value=value, detail=counts)


def needed(comparison: Comparison, judged: SliceVerdict | None) -> Estimate:
    """How many items would decide, where they have not."""
    if judged is None or judged.decision != "inconclusive":
        return Estimate(value=wording.DASH, detail="decided" if judged else "not judged")
    if comparison.undecidable:
        return Estimate(value=wording.DASH, detail="more items would not help")
    if judged.more_items is not None:
        return Estimate(value=f"+{wording.count(judged.more_items)}", detail="more")
    items = judged.items_needed if judged.items_needed is not None else comparison.items_needed
    return Estimate(value=wording.DASH, detail="unknown") if items is None else Estimate(value=wording.count(items))


def unplaced(told: str, suite: str, part: Slice) -> str:
    """A sentence of the gate without the name of its suite or slice, which stands beside it."""
    return told.removeprefix(f"{suite}, {part}: ").removeprefix(f"{suite}: ")


def reason(judged: SliceVerdict | None) -> str:
    """The gate's reason without the name and the figures that stand beside it in a table."""
    if judged is None:
        return "The policy does not judge this slice."
    told = _FIGURES.sub("", unplaced(judged.reason, judged.suite, judged.slice), count=1)
    return wording.sentence(shorten(wording.capital(told), REASON_SHOWN))
