"""Pages that show pairs, as HTML: the page of a slice, and one of nothing but pairs.

Script and style come from files beside the page. Its own data stands in it as a block that nobody executes.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from harness.records import Json
from reports.embedding import block
from reports.pages import FRONT
from reports.policies import OF_PAIRS
from reports.slice_page import SlicePage
from reports.templating import environment


@dataclass(frozen=True, slots=True, kw_only=True)
class PairsPage:
    """A page of nothing but pairs, under a title; `data` is its `viva-page` object."""

    title: str
    lead: str
    run: str
    version: str
    data: Mapping[str, Json]
    front: str = FRONT


def slice_html(page: SlicePage) -> str:
    return _html("slice.html.j2", page)


def data_page(page: PairsPage) -> str:
    return _html("pairs_page.html.j2", page)


def _html(template: str, page: SlicePage | PairsPage) -> str:
    data = Markup(block(page.data))  # ASCII without a character that could begin markup
    return environment().get_template(template).render(page=page, data=data, policy=OF_PAIRS)
