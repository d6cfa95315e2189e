"""The page in a real browser, from disk: nothing runs, nothing is fetched, nothing sticks out of a phone."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.evaluation import Evaluation, Pair
from harness.protocols import PairTexts
from harness.verdict import Verdict
from reports.render import write_report

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

Parts = tuple[Evaluation, Verdict, Sequence[Pair], PairTexts]
CHROMIUM = Path("/usr/bin/chromium")
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is not installed"),
]
OPEN_ALL = "document.querySelectorAll('details').forEach(d => d.open = true)"


@pytest.fixture(scope="module")
def urls(desk: Parts, profiled: Parts, poisoned: Parts, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    out = tmp_path_factory.mktemp("report")
    made = {"plain": desk, "profiled": profiled, "poisoned": poisoned}
    return {name: write_report(*parts, out / name).as_uri() for name, parts in made.items()}


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: "Browser") -> Iterator["Page"]:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("which", ["plain", "profiled", "poisoned"])
def test_nothing_runs_and_nothing_is_fetched(page: "Page", urls: dict[str, str], which: str) -> None:
    requests: list[str] = []
    noise: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: noise.append(message.text))
    page.on("dialog", lambda dialog: noise.append(dialog.message))
    page.goto(urls[which])
    page.evaluate(OPEN_ALL)
    assert requests == [urls[which]]
    assert noise == []
    assert page.title().startswith("Support desk, November release")
    assert page.evaluate("document.scripts.length + document.images.length + frames.length") == 0
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.card')).borderTopWidth") == "4px"
    )  # the style applies


@pytest.mark.parametrize("which", ["plain", "profiled", "poisoned"])
def test_no_sideways_scrolling_on_a_phone(page: "Page", urls: dict[str, str], which: str) -> None:
    page.goto(urls[which])
    page.evaluate(OPEN_ALL)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_print_opens_every_pair(page: "Page", urls: dict[str, str]) -> None:
    page.goto(urls["plain"])
    seen = "[...document.querySelectorAll('.item pre')].map(pre => pre.checkVisibility())"
    assert set(page.evaluate(seen)) == {False}
    page.emulate_media(media="print")
    assert set(page.evaluate(seen)) == {True}


def test_print_opens_every_fold(page: "Page", urls: dict[str, str]) -> None:
    page.goto(urls["profiled"])
    seen = """[...document.querySelectorAll("details > :not(summary)")].map(e => [e.closest(".card") !== null,
        e.checkVisibility()])"""
    folded = page.evaluate(seen)
    assert [True, False] in folded and [False, False] in folded
    page.emulate_media(media="print")
    opened = page.evaluate(seen)
    assert len(opened) == len(folded) and all(is_seen for _, is_seen in opened)


def test_drawings_have_their_axis_beside_them_where_the_head_is_gone(page: "Page", urls: dict[str, str]) -> None:
    page.goto(urls["plain"])
    seen = "[...document.querySelectorAll('#overall td .axis')].map(axis => axis.checkVisibility())"
    assert page.evaluate(seen) == [True, True, True]
    page.set_viewport_size({"width": 1280, "height": 900})
    assert page.evaluate(seen) == [False, False, False]


def test_dark_where_the_reader_wants_it(page: "Page", urls: dict[str, str]) -> None:
    page.goto(urls["plain"])
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(background) != light
