"""Slices beside a slice, with links to their pages and to the pairs that they share with this one's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from harness.evaluation import Comparison, Slice
from reports import figures, wording
from reports.figures import badge
from reports.lookup import Lookup, conditions
from reports.overlaps import Overlap
from reports.pages import Pages
from reports.pieces import Badge, Estimate
from reports.visible import shorten

OVERLAPS_SHOWN = 12
NAME_SHOWN = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedRow:
    """A slice in a table of slices, with its page, and with the pairs that it shares with this page's."""

    name: str
    href: str
    badge: Badge
    n: str
    teacher: str
    student: str
    delta: Estimate
    shared: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedTable:
    title: str
    caption: str
    rows: tuple[LinkedRow, ...]
    more: str


def all_slices(records: Lookup, pages: Pages, c: Comparison) -> LinkedTable:
    """Every slice of a whole suite, with its own figures."""
    rows = tuple(
        LinkedRow(
            name=shorten(str(one.slice), NAME_SHOWN),
            href=pages.page_of(one.suite, one.student, one.slice) if pages.has_own(one) else "",
            badge=_verdict(records, one),
            n=wording.count(one.n),
            teacher=figures.teacher(one),
            student=wording.percent(one.pupil.accuracy),
            delta=figures.delta(one),
            shared=shared_link(one.slice),
        )
        for one in records.slices(c.suite, c.student)
    )
    left = sum(not row.href for row in rows)
    return LinkedTable(
        title="Slices of this suite",
        caption="The slice that loses most stands first. An item may belong to several slices.",
        rows=rows,
        more=f"{wording.number_of(left, 'slice')} without a page of its own: filter the pairs below." if left else "",
    )


def overlapping(records: Lookup, pages: Pages, c: Comparison, shared: Sequence[Overlap]) -> LinkedTable:
    """The slices that cut this one in two, with the shares of the items that lie in both."""
    others: Mapping[Slice, Comparison] = {
        o.part: found for o in shared if (found := records.compared.get((c.suite, c.student, o.part))) is not None
    }
    rows = tuple(
        LinkedRow(
            name=shorten(str(o.part), NAME_SHOWN),
            href=pages.page_of(c.suite, c.student, o.part),
            badge=_verdict(records, others[o.part]),
            n=wording.count(o.n),
            teacher=wording.DASH if c.undecidable else wording.percent(o.teacher),
            student=wording.percent(o.student),
            delta=Estimate(value=wording.DASH if c.undecidable else wording.points(o.student - o.teacher)),
            shared=shared_link(o.part),
        )
        for o in shared[:OVERLAPS_SHOWN]
        if o.part in others
    )
    left = len(others) - len(rows)
    return LinkedTable(
        title="Where in this slice the loss sits",
        caption="The items of this slice that lie in another one, too: plain shares that no test stands behind. What "
        "loses most stands first. Names lead to the page of the other slice, and the mark beside each is its verdict.",
        rows=rows,
        more=f"{wording.number_of(left, 'more slice')} that lose less." if left > 0 else "",
    )


def _verdict(records: Lookup, c: Comparison) -> Badge:
    judged = records.judgement(c)
    return badge(judged.decision if judged else None)


def shared_link(part: Slice) -> str:
    """A link that shows, among the page's pairs, those of another slice, too."""
    return "#" + "&".join(f"s={quoted(name)}:{quoted(value)}" for name, value in conditions(part))


def quoted(text: str) -> str:
    return quote("".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text), safe="")
