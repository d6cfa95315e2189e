"""The page of a draw: its pairs in their random order, for reviewers to mark."""

from collections.abc import Iterator
from pathlib import Path

from harness.errors import UsageError
from harness.evaluation import Comparison, Evaluation
from harness.records import Json
from harness.review import Draw
from harness.verdict import Verdict
from reports import wording
from reports.data_page import PairsPage, data_page
from reports.folder import add
from reports.lookup import Lookup, lookup
from reports.pages import Pages, draw_page, pages_of
from reports.slice_page import book_of, page_data

MARKED = (
    "Mark both grades of each pair, in this order and as far as you come; then export the marks for viva review import."
)


def write_draw(draw: Draw, evaluation: Evaluation, verdict: Verdict, report: Path) -> Path:
    """Put the draw's page into the report of its evaluation; returns its path.

    Raises UsageError where the report is of an older viva, whose pages held no pairs.
    """
    if not (report / "assets" / "viva.js").is_file():
        run = report.parent
        raise UsageError(f"{report}: written by an older viva; `viva report {run}` renews it, and its draws with it")
    records = lookup(evaluation, verdict)
    pages = pages_of(evaluation, records.students(), records.judged)
    return add(report, draw_page(draw.id), [draw_html(records, pages, draw)])


def draw_html(records: Lookup, pages: Pages, draw: Draw) -> str:
    items: list[Json] = [[pages.lists[item.suite, item.student], item.sample] for item in draw.items]
    data = page_data(book_of(records, pages), tuple(_wholes(records, draw)), None)
    return data_page(
        PairsPage(
            title=f"Draw {draw.id}",
            lead=f"{wording.number_of(len(draw.items), 'pair')}: {_told(draw)}. {MARKED}",
            run=records.evaluation.name,
            version=records.evaluation.viva_version,
            data=data | {"draw": {"id": draw.id, "items": items}},
        )
    )


def _wholes(records: Lookup, draw: Draw) -> Iterator[Comparison]:
    """The comparisons that the draw's pairs are of, whose lists the page loads."""
    for suite, student in dict.fromkeys((item.suite, item.student) for item in draw.items):
        if (whole := records.whole(suite, student)) is not None:
            yield whole


def _told(draw: Draw) -> str:
    """What was drawn from; how many of each kind is left out, so that reviewers do not expect them."""
    of = wording.count(sum(one.pairs for one in draw.counts))
    more_lost = "; lost pairs had a higher chance" if draw.strata == "outcome" else ""
    return f"drawn at random from {of} pairs of {', '.join(draw.students)}{more_lost}"
