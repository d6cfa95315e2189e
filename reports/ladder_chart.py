"""The ladder as a picture: one row for each model, what it keeps of the teacher's score beside what it takes."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

from harness.compared import Spent
from harness.evaluation import ALL, Comparison
from harness.parameters import in_words
from harness.published import Unpaired
from harness.records import Interval
from harness.rungs import Ladder, Rung
from reports import wording
from reports.plots import COLOURS, LABEL_SIZE, chart_of, drawn, themed
from reports.visible import plain, shorten

if TYPE_CHECKING:
    import altair

    Layers = altair.LayerChart | altair.FacetChart

NAME_SHOWN, NAME_TOLD = 44, 120  # characters of a name in the picture, and in what is told to those who listen
ROW_HEIGHT, WIDTH, SIDE_WIDTH = 48, 240, 95
ABOVE = -16  # where a name stands in its row, from the middle
SPENT: Mapping[Spent, str] = {
    "latency_s": "Seconds per answer",
    "completion_tokens": "Tokens per answer",
    "cost": "Cost of 1,000 answers",
}
SHAPES = {"pass": "circle", "fail": "square", "inconclusive": "diamond", "unjudged": "triangle-up"}
PAINT = {"pass": "pass", "fail": "fail", "inconclusive": "open", "unjudged": "soft"}


def picture(found: Ladder, suites: Sequence[str], spent: Sequence[Spent]) -> Markup:
    """Rungs from top to bottom: what each keeps on the first suite, beside what it takes."""
    import altair

    suite = suites[0]
    names = _apart([plain(shorten(rung.model, NAME_SHOWN)) for rung in found.rungs])
    rows = [row for name, rung in zip(names, found.rungs, strict=True) if (row := _kept_row(name, rung, suite))]
    if not rows:
        return Markup("")
    bare = altair.Axis(labels=False, ticks=False, grid=False)
    y = altair.Y("model:N", sort=names, scale=altair.Scale(domain=names), title=None, axis=bare)
    height = ROW_HEIGHT * len(names)
    left = altair.layer(_retentions(rows, y), *_names(names, y)).properties(width=WIDTH, height=height)
    taken = _taken(found, names, spent)
    told = _told(found, rows, suite)
    if taken is None:
        return drawn(themed(left), told)
    side = y.axis(labels=False, ticks=False, grid=False, domain=False)
    right = _bars(*taken, side).properties(width=SIDE_WIDTH, height=height)
    return drawn(themed(altair.hconcat(left, right, spacing=18)), told)


def whole_of(rung: Rung, suite: str) -> Comparison | None:
    return next((c for c in rung.parts if c.suite == suite and c.slice.name == ALL), None)


def beside_of(rung: Rung, suite: str) -> Unpaired | None:
    return next((u for u in rung.unpaired if u.suite == suite), None)


def _kept(rung: Rung, suite: str) -> Interval | None:
    """What the model keeps of the teacher's score, paired where that can be."""
    whole = whole_of(rung, suite)
    if whole is not None:
        return None if whole.undecidable else whole.retention95
    return beside.retention95 if (beside := beside_of(rung, suite)) else None


def amount(what: Spent, mean: float) -> str:
    """A mean per answer as people read it; money for 1,000 of them."""
    if what == "completion_tokens":
        return wording.count(round(mean))
    return wording.hundredths(mean * 1000 if what == "cost" else mean)


def _told(found: Ladder, rows: Sequence[Mapping[str, object]], suite: str) -> str:
    """For those who listen: names in full, in the order that they have."""
    said = "; ".join(f"{row['full']}: {wording.percent(float(str(row['point'])))}" for row in rows)
    return f"Retention on {plain(shorten(suite))}, {found.ordered.replace('`', '')}. {said}."


def _kept_row(name: str, rung: Rung, suite: str) -> Mapping[str, object] | None:
    kept, beside = _kept(rung, suite), beside_of(rung, suite)
    point = kept.point if kept else beside.retention if beside else None
    if point is None:
        return None
    low, high = (kept.low, kept.high) if kept else (None, None)
    decision = rung.decision or "unjudged"
    return {
        "model": name,
        "full": plain(shorten(rung.model, NAME_TOLD)),
        "point": point,
        "low": point if low is None else low,
        "high": point if high is None else high,
        "kind": decision if rung.paired else "unjudged",
    }


def _retentions(rows: Sequence[Mapping[str, object]], y: "altair.Y") -> "Layers":
    import altair

    kinds = list(dict.fromkeys(str(row["kind"]) for row in rows))
    paint = altair.Scale(domain=kinds, range=[COLOURS[PAINT[kind]] for kind in kinds])
    shape = altair.Scale(domain=kinds, range=[SHAPES[kind] for kind in kinds])
    low, high = min(float(str(r["low"])) for r in rows), max(1.0, *(float(str(r["high"])) for r in rows))
    room = (high - low) * 0.06 or 0.05
    scale = altair.Scale(zero=False, nice=False, domain=[low - room, high + room])
    axis = altair.Axis(format="%", tickCount=4, labelOverlap="greedy", labelSeparation=10)
    x = altair.X("point:Q", title="retention", axis=axis, scale=scale)
    base = chart_of(rows).encode(y=y, color=altair.Color("kind:N", scale=paint, legend=None))
    line = chart_of([{}]).mark_rule(color=COLOURS["ink"]).encode(x=altair.datum(1.0))
    bars = base.mark_rule(strokeWidth=3).encode(x=altair.X("low:Q"), x2="high:Q")
    marks = base.mark_point(filled=True, size=110, opacity=1).encode(
        x=x, shape=altair.Shape("kind:N", scale=shape, legend=None)
    )
    return altair.layer(line, bars, marks)


def _names(names: Sequence[str], y: "altair.Y") -> "tuple[altair.Chart, altair.Chart]":
    """Each above its row, where long ones have room on a phone too; first as a ground that keeps lines off them."""
    import altair

    base = chart_of([{"model": name} for name in names]).encode(y=y, x=altair.value(0), text="model:N")
    told = base.mark_text(align="left", dx=4, dy=ABOVE, fontSize=LABEL_SIZE, color=COLOURS["ink"])
    paper = COLOURS["paper"]
    ground = base.mark_text(align="left", dx=4, dy=ABOVE, fontSize=LABEL_SIZE, color=paper, stroke=paper, strokeWidth=4)
    return ground, told


def _taken(
    found: Ladder, names: Sequence[str], spent: Sequence[Spent]
) -> tuple[str, list[Mapping[str, object]]] | None:
    """What a rung takes, by that which orders the ladder, else by tokens or seconds: a title, and rows."""
    sizes = [rung.parameters for rung in found.rungs]
    if found.order == "parameters" or (found.order == "plan" and not spent and all(s is not None for s in sizes)):
        rows = [_bar(name, size, in_words) for name, size in zip(names, sizes, strict=True) if size is not None]
        return ("parameters", rows) if rows else None
    wanted: Spent | None = "cost" if found.order == "cost" else next(iter(spent), None)
    if wanted is None:
        return None
    means = [rung.spent.get(wanted) for rung in found.rungs]
    rows = [
        _bar(name, mean, lambda value: amount(wanted, value))
        for name, mean in zip(names, means, strict=True)
        if mean is not None
    ]
    return SPENT[wanted].lower(), rows


def _bar(name: str, value: float, write: wording.Write) -> Mapping[str, object]:
    return {"model": name, "value": value, "told": write(value)}


def _bars(title: str, rows: list[Mapping[str, object]], y: "altair.Y") -> "Layers":
    """Bars from zero with their figures beside them, which take the place of an axis."""
    import altair

    most = max(float(str(row["value"])) for row in rows) or 1.0
    x = altair.X("value:Q", title=title, axis=altair.Axis(labels=False, ticks=False, grid=False, domain=False))
    base = chart_of(rows).encode(y=y, x=x.scale(domain=[0, most * 1.6]))
    bars = base.mark_bar(color=COLOURS["line"], height=14)
    told = base.mark_text(align="left", dx=5, color=COLOURS["ink"], fontSize=LABEL_SIZE).encode(text="told:N")
    return altair.layer(bars, told)


def _apart(names: Sequence[str]) -> list[str]:
    return [name if names.index(name) == n else f"{name} ({n + 1})" for n, name in enumerate(names)]
