"""What axe-core finds on the report's pages, light and dark, on a desktop and on a phone: nothing serious."""

from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.evaluation import Evaluation, Pair
from harness.protocols import PairTexts
from harness.verdict import Verdict
from reports.render import write_report
from reports.single import write_single
from tests.reports.browsing import CHROMIUM, chromium, watched

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Parts = tuple[Evaluation, Verdict, Sequence[Pair], PairTexts]
pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytest.importorskip("axe_playwright_python", reason="axe-core is not installed")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is not installed"),
]
FOUND = """async () => (await axe.run()).violations
    .filter(v => ["serious", "critical"].includes(v.impact))
    .map(v => `${v.id}: ${v.nodes[0].target}: ${v.nodes[0].failureSummary}`)"""


@pytest.fixture(scope="module")
def report(profiled: Parts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("accessible")
    write_report(*profiled, out)
    write_single(*profiled, out / "single.html")
    return out


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    with chromium() as started:
        yield started


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", ["index.html", "slice-1-1-0.html", "slice-1-1-1.html", "single.html"])
def test_axe_finds_nothing_serious(browser: "Browser", report: Path, page: str, scheme: str) -> None:
    for width in (1280, 390):
        with watched(browser, color_scheme=scheme) as watch:
            watch.page.set_viewport_size({"width": width, "height": 900})
            opened = watch.open(report / page) if page == "index.html" else watch.open_pairs(report / page)
            opened.evaluate((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
            assert opened.evaluate(FOUND) == []


def test_axe_would_find_something(browser: "Browser", report: Path) -> None:
    with watched(browser) as watch:
        page = watch.open(report / "index.html")
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=\"data:,\">')")
        page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
        assert any(found.startswith("image-alt") for found in page.evaluate(FOUND))
