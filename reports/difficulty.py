"""Accuracy over difficulty: how far both models come at each level, what lies between them, and where a cliff is.

Levels are the values of the slice that tells the difficulty. Where they are too many to show, or were not compared
one by one, the joined levels of the search for a cliff stand for them, and their differences have no intervals.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from harness.evaluation import Comparison
from harness.explored import Cliff, Explored
from harness.records import Interval
from harness.stats.binomial import wilson
from reports import wording
from reports.lookup import Lookup
from reports.pieces import Estimate, Row, Table
from reports.plots import COLOURS, chart_of, drawn, themed
from reports.visible import plain, shorten

if TYPE_CHECKING:
    import altair

    Layers = altair.LayerChart | altair.FacetChart

MOST_LEVELS = 12
WIDTH, ACCURACY_HEIGHT, GAP_HEIGHT = 400, 130, 110
NAME_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class DifficultyView:
    """The chart, the sentence that reads it, and its figures as a table."""

    title: str
    sentence: str
    picture: Markup
    table: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One level as it is drawn: 95% intervals of both accuracies and of the difference, in [-1, 1]."""

    name: str
    n: int
    teacher: Interval
    student: Interval
    gap: float
    gap95: Interval | None


def difficulty(records: Lookup, explored: Explored, margin: float | None) -> DifficultyView | None:
    """The view for a student on a suite; None where nothing tells how hard a sample is, or fewer than two levels do.

    `margin` is the loss that is tolerated, in [0, 1].
    """
    name = explored.difficulty
    steps = _steps(records, explored) if name else []
    if name is None or len(steps) < 2:
        return None
    shown = shorten(name)
    return DifficultyView(
        title=f"Over difficulty ({shown})",
        sentence=sentence(explored),
        picture=_picture(steps, explored.cliff, margin, f"{plain(shown)}, easy to hard"),
        table=_table(steps, shown, records.teacher(), explored.student),
    )


def sentence(explored: Explored) -> str:
    """What became of the search for a cliff, in words."""
    cliff, name = explored.cliff, shorten(explored.difficulty or "")
    if cliff is None:
        return f"A cliff along “{name}” was not sought."
    if cliff.found != "cliff" or cliff.knot is None:
        found = "No cliff" if cliff.found == "none" else "Whether there is a cliff cannot be told"
        return wording.sentence(f"{found} along “{name}”: {cliff.reason}")
    knot = f"{cliff.knot.point:g} ({wording.level(cliff.knot)}: {wording.limits(cliff.knot, _plainly)})"
    said = f"A cliff along “{name}”: up to {knot} the student keeps up better, above it it falls behind faster."
    if cliff.drop is None:
        return said
    drop = f"{wording.points(cliff.drop.point)} ({wording.level(cliff.drop)}: "
    return f"{said} The difference changes by {drop}{wording.limits(cliff.drop, wording.bare_points)})."


def _plainly(value: float) -> str:
    return f"{value:g}"


def _steps(records: Lookup, explored: Explored) -> list[Step]:
    compared = [
        c
        for c in records.evaluation.comparisons
        if (c.suite, c.student, c.slice.name) == (explored.suite, explored.student, explored.difficulty)
        and not c.undecidable
    ]
    if 2 <= len(compared) <= MOST_LEVELS:
        return [_compared(c) for c in compared]
    levels = explored.cliff.levels if explored.cliff else ()
    return [
        Step(
            name=f"{level.difficulty:g}",
            n=level.n,
            teacher=_rate(level.teacher, level.n),
            student=_rate(level.student, level.n),
            gap=level.student - level.teacher,
            gap95=None,
        )
        for level in levels[:MOST_LEVELS]
    ]


def _compared(c: Comparison) -> Step:
    n = c.effective_n
    return Step(
        name=c.slice.value,
        n=c.n,
        teacher=_rate(c.teacher.accuracy, n),
        student=_rate(c.pupil.accuracy, n),
        gap=c.pupil.accuracy - c.teacher.accuracy,
        gap95=c.delta95,
    )


def _rate(share: float, n: float) -> Interval:
    """Wilson's interval around the share; weighted items count with their effective number."""
    items = max(1, round(n))
    found = wilson(min(items, max(0, round(share * items))), items, 0.95)
    low, high = min(found.low or 0.0, share), max(found.high or 0.0, share)
    return Interval(point=share, low=low, high=high, level=0.95, method="wilson")


def _table(steps: Sequence[Step], name: str, teacher: str, student: str) -> Table:
    return Table(
        title="The same as a table",
        caption="Score of both models at each level and the difference, student minus teacher in points, each with its "
        "95% interval (Wilson's for the scores, the paired one for the difference).",
        head=name,
        columns=("Items", teacher, student, "Difference"),
        rows=tuple(Row(name=step.name, figures=tuple(_figures(step))) for step in steps),
    )


def _figures(step: Step) -> Iterator[Estimate]:
    yield Estimate(value=wording.count(step.n))
    for rate in (step.teacher, step.student):
        yield Estimate(value=wording.percent(rate.point), detail=wording.limits(rate, wording.percent))
    detail = wording.limits(step.gap95, wording.bare_points) if step.gap95 else "no interval"
    yield Estimate(value=wording.bare_points(step.gap), detail=detail)


def _picture(steps: Sequence[Step], cliff: Cliff | None, margin: float | None, axis: str) -> Markup:
    import altair

    names = _apart([plain(shorten(step.name, NAME_SHOWN)) for step in steps])
    band, place = altair.Scale(type="band"), altair.Axis(labelAngle=0, labelOverlap=True, grid=False)
    x = altair.X("level:O", sort=names, title=axis, axis=place, scale=band)
    upper = _accuracies(steps, names, x.title(None).axis(labels=False, ticks=False, grid=False))
    lower = _gaps(steps, names, x, margin)
    knot = _knot(steps, cliff)
    if knot is not None:
        line = chart_of([{"level": names[knot]}]).encode(x=x)
        rule = line.mark_rule(color=COLOURS["fail"], strokeDash=[2, 3], strokeWidth=1.5)
        upper, lower = upper + rule, lower + rule
    both = altair.vconcat(
        upper.properties(width=WIDTH, height=ACCURACY_HEIGHT),
        lower.properties(width=WIDTH, height=GAP_HEIGHT),
        spacing=14,
    )
    told = "; ".join(f"{names[n]}: {wording.points(step.gap)}" for n, step in enumerate(steps))
    return drawn(themed(both), f"Difference at each level, from easy to hard. {told}.")


def _accuracies(steps: Sequence[Step], names: Sequence[str], x: "altair.X") -> "Layers":
    """Both models' scores with their intervals, side by side at each level."""
    import altair

    rows = [
        {"level": name, "who": who, "point": rate.point, "low": rate.low, "high": rate.high}
        for name, step in zip(names, steps, strict=True)
        for who, rate in (("teacher", step.teacher), ("student", step.student))
    ]
    who = ["teacher", "student"]
    paint = altair.Scale(domain=who, range=[COLOURS["soft"], COLOURS["student"]])
    shape = altair.Scale(domain=who, range=["circle", "square"])
    legend = altair.Legend(orient="top", title=None)
    y = altair.Y("point:Q", title="score", axis=altair.Axis(format="%", tickCount=5), scale=altair.Scale(zero=False))
    base = chart_of(rows).encode(
        x=x, xOffset=altair.XOffset("who:N", sort=who), color=altair.Color("who:N", scale=paint, legend=legend)
    )
    bars = base.mark_rule(strokeWidth=2).encode(y=altair.Y("low:Q"), y2="high:Q")
    marks = base.mark_point(filled=True, size=55, opacity=1).encode(
        y=y, shape=altair.Shape("who:N", scale=shape, legend=legend)
    )
    return altair.layer(bars, marks)


def _gaps(steps: Sequence[Step], names: Sequence[str], x: "altair.X", margin: float | None) -> "Layers":
    """The difference with its interval against the teacher's line and the margin."""
    import altair

    rows = [
        {"level": name, "gap": step.gap * 100, "low": _limit(step, "low"), "high": _limit(step, "high")}
        for name, step in zip(names, steps, strict=True)
    ]
    base = chart_of(rows).encode(x=x)
    y = altair.Y("gap:Q", title="difference, points", axis=altair.Axis(tickCount=5))
    zero = chart_of([{}]).mark_rule(color=COLOURS["ink"]).encode(y=altair.datum(0))
    lines = [zero]
    if margin is not None:
        edge = chart_of([{}]).mark_rule(color=COLOURS["fail"], strokeDash=[3, 2.5])
        lines.append(edge.encode(y=altair.datum(-margin * 100)))
    bars = base.mark_rule(color=COLOURS["student"], strokeWidth=2).encode(y=altair.Y("low:Q"), y2="high:Q")
    marks = base.mark_point(filled=True, size=55, opacity=1, shape="square", color=COLOURS["student"]).encode(y=y)
    return altair.layer(*lines, bars, marks)


def _limit(step: Step, end: str) -> float:
    """An end of the interval in points; the point itself where there is none."""
    limit = getattr(step.gap95, end, None)
    return 100 * (step.gap if limit is None else float(limit))


def _knot(steps: Sequence[Step], cliff: Cliff | None) -> int | None:
    """The place of the level after which the student falls behind faster."""
    if cliff is None or cliff.found != "cliff" or cliff.knot is None:
        return None
    wanted = f"{cliff.knot.point:g}"
    return next((n for n, step in enumerate(steps) if step.name == wanted), None)


def _apart(names: Sequence[str]) -> list[str]:
    """Names that were cut to the same beginning, told apart."""
    return [name if names.index(name) == n else f"{name} ({n + 1})" for n, name in enumerate(names)]
