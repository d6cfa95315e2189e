"""The report as a folder that opens from disk: the first page, a page for each slice, and the pairs that they load.

The first page needs no script and loads nothing. The others may load what lies in the folder, and nothing else.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from markupsafe import Markup

from harness.evaluation import ALL, Comparison, Evaluation, Pair
from harness.extras import Extras
from harness.protocols import PairTexts
from harness.verdict import Verdict
from reports.context import build
from reports.data_page import slice_html
from reports.embedding import call
from reports.extra_pages import with_extras, write_extras
from reports.folder import Drafts, building
from reports.lookup import Lookup, lookup
from reports.overlaps import overlaps
from reports.pages import FRONT, Pages, pages_of
from reports.policies import of_first_page
from reports.shards import by_list, shards
from reports.slice_page import SlicePage, book_of, slice_page
from reports.tables import FOLDER as TABLES
from reports.tables import write_tables
from reports.templating import PAIR_STYLES, environment, script, stylesheet
from reports.view import Page


def write_report(
    evaluation: Evaluation,
    verdict: Verdict,
    pairs: Sequence[Pair],
    texts: PairTexts,
    out: Path,
    extras: Extras | None = None,
) -> Path:
    """Write the report into `out` whole or not at all, a `harness.protocols.Reporter`; returns the page to open.

    Raises StoreError where something else stands in the way.
    """
    records = lookup(evaluation, verdict)
    pages = pages_of(evaluation, records.students(), records.judged)
    with building(out) as drafts:
        drafts.text(FRONT, [render(with_extras(build(evaluation, verdict, pairs, texts, pages.page_of), extras))])
        drafts.text("assets/viva.css", [stylesheet(PAIR_STYLES)])
        drafts.text("assets/viva.js", [script()])
        _write_slices(records, pages, pairs, drafts)
        for shard in shards(records, pages, pairs, texts):
            drafts.text(f"data/{shard.kind}-{shard.key}.js", [call(shard.kind, shard.key, shard.json)])
        write_tables(evaluation, verdict, pairs, drafts.path)
        drafts.adopt(TABLES)
        write_extras(extras, records, pages, drafts)
    return out / FRONT


def _write_slices(records: Lookup, pages: Pages, pairs: Sequence[Pair], drafts: Drafts) -> None:
    for comparison, page in slice_pages(records, pages, pairs):
        name = pages.page_of(comparison.suite, comparison.student, comparison.slice)
        drafts.text(name, [slice_html(page)])


def slice_pages(records: Lookup, pages: Pages, pairs: Sequence[Pair]) -> Iterator[tuple[Comparison, SlicePage]]:
    """The pages of all slices that have one, list by list of pairs."""
    book = book_of(records, pages)
    found = by_list(pairs)
    for suite, student in pages.lists:
        own = [c for c in records.of(suite, student) if pages.has_own(c)]
        shared = overlaps(found.get((suite, student), ()), [c.slice for c in own if c.slice.name != ALL])
        for c in own:
            yield c, slice_page(book, c, shared.get(c.slice, ()))


def render(page: Page) -> str:
    style = stylesheet()
    template = environment().get_template("report.html.j2")
    return template.render(page=page, style=Markup(style), policy=of_first_page(style))
