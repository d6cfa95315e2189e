"""What a report shows beside its evaluation: reviewers' figures and draws, what changed, and its tables as files."""

from collections.abc import Iterator
from dataclasses import replace

from harness.extras import Extras
from reports.changes import NAME as CHANGES
from reports.changes import changes_html
from reports.draw_page import draw_html
from reports.folder import Drafts
from reports.lookup import Lookup
from reports.pages import Pages, draw_page
from reports.pieces import Link
from reports.review_section import review_section
from reports.tables import FOLDER
from reports.view import Page


def with_extras(page: Page, extras: Extras | None) -> Page:
    """The first page with its section of reviews, and links to what lies beside it."""
    found = extras.reviewed if extras else None
    return replace(page, reviews=review_section(found) if found else None, beside=tuple(_links(extras)))


def _links(extras: Extras | None) -> Iterator[Link]:
    if extras and extras.against:
        yield Link(name="What changed", href=CHANGES)
    yield Link(name="Tables as files", href=f"{FOLDER}/README.txt")


def write_extras(extras: Extras | None, records: Lookup, pages: Pages, drafts: Drafts) -> None:
    """The pages of draws, and of what changed."""
    for draw in extras.reviewed.draws if extras and extras.reviewed else ():
        drafts.text(draw_page(draw.id), [draw_html(records, pages, draw)])
    if extras and extras.against:
        drafts.text(CHANGES, [changes_html(extras.against, records, pages)])
