"""Side by side: public benchmarks, the team's own traffic, stress variants, and what a student should have retained."""

from collections.abc import Mapping
from dataclasses import dataclass

from harness.columns import TITLES, Column, Columns, State, columns
from harness.evaluation import Comparison
from reports import wording
from reports.figures import badge
from reports.front import Front
from reports.pieces import Badge, Estimate, Link

STATES: Mapping[State, Badge] = {
    "kept": Badge(kind="pass", word="Kept"),
    "lost": Badge(kind="fail", word="Lost"),
    "not shown": Badge(kind="inconclusive", word="Not shown"),
}
NO_COLUMN = Badge(kind="unjudged", word="Not asked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One kind of suites for one student: what is shown, retention over them, and each suite's own figures."""

    title: str
    badge: Badge
    retention: Estimate
    suites: tuple[tuple[Link, Estimate], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AbreastRow:
    link: Link
    badge: Badge
    cells: tuple[Cell, ...]
    reading: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Abreast:
    """Blank where no student has more than one kind of suites."""

    titles: tuple[str, ...] = ()
    span: str = ""
    rows: tuple[AbreastRow, ...] = ()


def abreast(front: Front, anchors: Mapping[str, str]) -> Abreast:
    found = columns(front.records.evaluation, front.records.verdict)
    present = [name for name in TITLES if any(column.name == name for one in found for column in one.columns)]
    if len(present) < 2:
        return Abreast()
    titles = {name: wording.capital(TITLES[name]) for name in present}
    return Abreast(
        titles=tuple(titles.values()),
        span=str(len(titles) + 1),
        rows=tuple(
            AbreastRow(
                link=Link(name=one.student, href=f"#{anchors[one.student]}" if one.student in anchors else ""),
                badge=badge(judged.decision if (judged := front.records.verdict_on(one.student)) else None),
                cells=tuple(_cell(front, one, name, title) for name, title in titles.items()),
                reading=wording.sentence(wording.capital(one.reading, front.records.names())),
            )
            for one in found
        ),
    )


def _cell(front: Front, one: Columns, name: str, title: str) -> Cell:
    column = next((column for column in one.columns if column.name == name), None)
    if column is None:
        return Cell(title=title, badge=NO_COLUMN, retention=Estimate(value=""), suites=())
    return Cell(
        title=title,
        badge=STATES[column.state],
        retention=_retention(column),
        suites=tuple((_suite(front, c, name), _figure(c)) for c in column.suites) if len(column.suites) > 1 else (),
    )


def _suite(front: Front, c: Comparison, name: str) -> Link:
    href = "" if name == "retained" else front.page_of(c.suite, c.student, c.slice)
    return Link(name=c.suite, href=href)


def _retention(column: Column) -> Estimate:
    """That of the only suite, or over all; blank where suites cannot be pooled and only have their own."""
    several = len(column.suites) > 1
    if column.retention is None:
        return Estimate(value="" if several else wording.DASH, detail="" if several else "not known")
    span = wording.limits(column.retention, wording.percent)
    return Estimate(
        value=wording.percent(column.retention.point),
        detail=f"{span}; {'over all, each counting alike' if several else column.suites[0].suite}",
    )


def _figure(c: Comparison) -> Estimate:
    interval = None if c.undecidable else c.retention95
    if interval is None:
        return Estimate(value=wording.DASH)
    return Estimate(value=f"{wording.percent(interval.point)} ({wording.limits(interval, wording.percent)})")
