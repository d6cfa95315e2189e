"""The figures of one slice as its page lists them, from the items to what an answer costs."""

from collections.abc import Iterator

from harness.compared import NoiseFloor, Side
from harness.evaluation import Comparison
from harness.records import Interval
from reports import figures, wording
from reports.lookup import Lookup
from reports.measures import words_of
from reports.pieces import Estimate


def measured(records: Lookup, c: Comparison) -> Iterator[tuple[str, Estimate]]:
    """Names and values, in the order of the page."""
    words, judged = words_of(c), records.judgement(c)
    margin = judged.margin if judged else None
    yield "Items", Estimate(value=wording.count(c.n), detail=_independent(c))
    yield words.teacher, Estimate(value=figures.teacher(c))
    yield words.student, Estimate(value=wording.percent(c.pupil.accuracy))
    yield "Difference", figures.delta(c)
    yield "90% interval against the margin", figures.against_margin(c, margin)
    yield "Retention, with 95% interval", figures.retention(c)
    yield "Conditional retention, with 95% interval", figures.conditional(c)
    yield words.flips, _flips(c)
    yield from _noise(c.noise)
    yield words.test, figures.p_figure(c)
    if c.p_adjusted is not None:
        yield "p, adjusted over the slices", Estimate(value=wording.p_value(c.p_adjusted))
    yield "Items to decide", figures.needed(c, judged)
    for at_k in c.at_k:
        name = "Right in at least one" if at_k.kind == "pass" else "Most frequent answer"
        detail = f"teacher {wording.percent(at_k.teacher.point)}; difference {_points(at_k.delta95)}"
        yield f"{name} of {at_k.k} attempts", Estimate(value=wording.percent(at_k.pupil.point), detail=detail)
    yield from _spent(c.pupil, c.teacher)


def _independent(c: Comparison) -> str:
    if c.clusters is not None:
        return f"in {wording.number_of(c.clusters, 'cluster')}"
    return "" if abs(c.effective_n - c.n) < 0.5 else f"as telling as {wording.count(c.effective_n)} of equal weight"


def _flips(c: Comparison) -> Estimate:
    return Estimate(value=wording.DASH if c.undecidable else wording.percent(c.flips))


def _noise(noise: NoiseFloor | None) -> Iterator[tuple[str, Estimate]]:
    """The student's flips beside those that the teacher has with itself."""
    if noise is None:
        return
    beside = f"of one attempt each, over {wording.number_of(noise.n, 'item')}; {_limits(noise.student)}"
    yield "Flips beside the teacher", Estimate(value=wording.percent(noise.student.point), detail=beside)
    yield "The teacher's own flips", Estimate(value=wording.percent(noise.teacher.point), detail=_limits(noise.teacher))
    yield "Flips beyond the teacher's own", Estimate(value=_points(noise.excess))


def _points(interval: Interval) -> str:
    return f"{wording.points(interval.point)} ({wording.limits(interval, wording.bare_points)})"


def _limits(interval: Interval) -> str:
    return f"{wording.level(interval)}: {wording.limits(interval, wording.percent)}"


def _spent(student: Side, teacher: Side) -> Iterator[tuple[str, Estimate]]:
    """Tokens, seconds and money for an answer, where both or either are known."""
    kinds = (
        ("Tokens per answer", student.completion_tokens, teacher.completion_tokens, "{:,.0f}"),
        ("Seconds per answer", student.latency_s, teacher.latency_s, "{:.2f}"),
        ("Cost per 1,000 answers", _thousand(student.cost), _thousand(teacher.cost), "{:,.4g}"),
    )
    for name, own, other, form in kinds:
        if own is not None or other is not None:
            value, beside = (wording.DASH if figure is None else form.format(figure) for figure in (own, other))
            yield name, Estimate(value=value, detail=f"teacher {beside}")


def _thousand(cost: float | None) -> float | None:
    return None if cost is None else 1000 * cost
