"""How the fields, rules and criteria of a suite came out for student and teacher, the worst first."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from harness.checks import telling
from harness.compared import CheckTally, Tally
from harness.evaluation import ALL, Comparison
from harness.records import CheckKind, Measure
from harness.verdict import RequirementVerdict, StudentVerdict
from reports import wording
from reports.pieces import Estimate, Row, Table
from reports.visible import shorten

NAME_SHOWN = 120
KINDS: tuple[CheckKind, ...] = ("field", "rule", "share")
NAMES: Mapping[CheckKind, tuple[str, str]] = {
    "field": ("Fields", "Field"),
    "rule": ("Rules", "Rule"),
    "share": ("Criteria", "Criterion"),
}
FIGURES: Mapping[CheckKind, str] = {"field": "F1", "rule": "breaks", "share": "met"}
CAPTIONS: Mapping[CheckKind, str] = {
    "field": "Precision: of the values given, those that are right. Recall: of the values asked for, those given "
    "rightly. F1: their harmonic mean.",
    "rule": "The share of replies that break each rule, and the most that so few replies still allow (one-sided 95% "
    "limit: none of 300 still allows 1.0%).",
    "share": "The share of each criterion that was met, with its 95% interval.",
}
LIKE_THE_TEACHER = "A value is right here if it is the teacher's."


class Placed(NamedTuple):
    check: CheckTally
    measure: Measure
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Which rows stand first, how a caption says so, and how many are shown."""

    order: Callable[[CheckTally], tuple[float, ...]]
    said: Mapping[CheckKind, str]
    shown: int


def checks(whole: Comparison, judged: StudentVerdict | None = None) -> tuple[Table, ...]:
    """A table for each kind of check that was made on the suite; rules with what the gate allows of each."""
    asked = [one for one in judged.requirements if one.suite == whole.suite] if judged else []
    rules = {shorten(one.name, NAME_SHOWN): one for one in asked if one.kind == "rules" and one.slice == whole.slice}
    return tuple(
        _capped(table, rules) if table.title == NAMES["rule"][0] else table for table in _tables([whole], WHOLE)
    )


def _capped(table: Table, rules: Mapping[str, RequirementVerdict]) -> Table:
    """The table with a column for the cap, and what was decided; as it is where the gate caps no rule of the suite."""
    if not rules:
        return table
    rows = tuple(replace(row, figures=(*row.figures, _cap(rules.get(row.name)))) for row in table.rows)
    return replace(table, columns=(*table.columns, "Gate allows"), rows=rows)


def _cap(one: RequirementVerdict | None) -> Estimate:
    if one is None or one.allowed is None:
        return Estimate(value=wording.DASH, detail="not capped")
    waived = ", waived" if one.waived else ""
    return Estimate(value=f"{one.allowed * 100:g}%", detail=f"{wording.DECISION_WORD[one.decision].lower()}{waived}")


def checks_by_slice(slices: Sequence[Comparison]) -> tuple[Table, ...]:
    """The same on slices, where counts decide what stands first: a share of few items is soon large."""
    return tuple(_tables(slices, SLICES))


def _tables(comparisons: Sequence[Comparison], by: Ranking) -> Iterator[Table]:
    for kind in KINDS:
        found = [
            Placed(check, c.measure, "" if c.slice.name == ALL else str(c.slice))
            for c in comparisons
            for check in telling(c)
            if check.kind == kind
        ]
        if found:
            yield _table(kind, sorted(found, key=lambda placed: by.order(placed.check)), by)


def _table(kind: CheckKind, found: Sequence[Placed], by: Ranking) -> Table:
    title, head = NAMES[kind]
    like = LIKE_THE_TEACHER if kind == "field" and found[0].measure == "agreement" else ""
    difference = () if kind == "rule" else ("Difference",)
    left = len(found) - by.shown
    return Table(
        title=title,
        caption=" ".join(filter(None, (CAPTIONS[kind], like, by.said[kind]))),
        head=head,
        columns=(f"Student {FIGURES[kind]}", f"Teacher {FIGURES[kind]}", *difference),
        rows=tuple(_row(placed) for placed in found[: by.shown]),
        more=f"{wording.number_of(left, 'more row')}: `viva compare RUN --checks` prints them all." if left > 0 else "",
    )


def _level_order(check: CheckTally) -> tuple[float, ...]:
    """By what the reader sees: the difference, or how often the student breaks a rule and may yet break it."""
    if check.kind == "rule":
        rate = check.pupil.rate95 if check.pupil else None
        return (-rate.point, -(rate.high or 0.0)) if rate else (0.0, 0.0)
    pupil, teacher = _level(check.pupil), _level(check.teacher)
    return (pupil - teacher if pupil is not None and teacher is not None else 0.0, -check.n)


def _count_order(check: CheckTally) -> tuple[float, ...]:
    return (_faults(check.teacher) - _faults(check.pupil), -check.n)


BY_DIFFERENCE = "What falls most behind the teacher stands first."
WHOLE = Ranking(
    order=_level_order,
    said={"field": BY_DIFFERENCE, "rule": "What the student breaks most stands first.", "share": BY_DIFFERENCE},
    shown=40,
)
SLICES = Ranking(
    order=_count_order,
    said=dict.fromkeys(KINDS, "The slices stand by how many more faults the student has than the teacher."),
    shown=20,
)


def _faults(side: Tally | None) -> float:
    return 0.0 if side is None else side.spurious + side.missed


def _row(placed: Placed) -> Row:
    check = placed.check
    write = _field if check.kind == "field" else _rate
    figures = [write(check.pupil), write(check.teacher)]
    if check.kind != "rule":
        figures.append(Estimate(value=_difference(_level(check.pupil), _level(check.teacher))))
    where = ", ".join(filter(None, (placed.where, wording.number_of(check.n, "item"))))
    return Row(name=shorten(check.name, NAME_SHOWN), where=where, figures=tuple(figures))


def _field(side: Tally | None) -> Estimate:
    if side is None:
        return Estimate(value=wording.DASH, detail="not checked")
    parts = [f"{name} {_share(value)}" for name, value in (("precision", side.precision), ("recall", side.recall))]
    return Estimate(value=_share(side.f1), detail=", ".join(parts))


def _rate(side: Tally | None) -> Estimate:
    """A violation with the most that is still possible, a share with both its limits."""
    if side is None or side.rate95 is None:
        return Estimate(value=wording.DASH, detail="not checked")
    rate = side.rate95
    span = wording.limits(rate, wording.percent)
    if rate.low is None and rate.high is not None:
        span = f"at most {wording.percent(rate.high)}"
    return Estimate(value=wording.percent(rate.point), detail=span)


def _level(side: Tally | None) -> float | None:
    if side is None:
        return None
    return side.rate95.point if side.rate95 else side.f1


def _difference(pupil: float | None, teacher: float | None) -> str:
    return wording.DASH if pupil is None or teacher is None else wording.bare_points(pupil - teacher)


def _share(value: float | None) -> str:
    return wording.DASH if value is None else wording.percent(value)
