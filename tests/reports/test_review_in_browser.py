"""A review from the draw to the figures, as it is done: drawn by viva, marked by keyboard in Chromium, imported."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.cli.main import status
from harness.runfolder import RunFolder
from tests.harness.conftest import write_world
from tests.reports.browsing import CHROMIUM, chromium, watched

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is not installed"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    with chromium() as started:
        yield started


def test_marks_made_on_a_draws_page_come_back_as_figures(
    browser: "Browser", tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    assert status(["run", str(write_world(tmp_path, n=90)), "-o", str(run), "-q"]) in (1, 2)
    capfd.readouterr()
    assert status(["review", "draw", str(run), "--n", "12", "--student", "poor"]) == 0
    page_path = Path(capfd.readouterr().out.strip())
    (drawn,) = RunFolder(run).draws()
    with watched(browser) as watch:
        page = watch.open_pairs(page_path)
        page.get_by_label("Reviewer").fill("ann")
        page.locator("article.pair").click()
        for item in drawn.items[:4]:
            page.locator("article.pair").get_by_text(item.sample, exact=True).first.wait_for()
            page.keyboard.press("2")
            page.keyboard.press("j")
        with page.expect_download() as download:
            page.get_by_role("button", name="Export marks").click()
        exported = tmp_path / "marks.json"
        download.value.save_as(exported)
        assert watch.noise == []
    marks = json.loads(exported.read_text("utf-8"))["marks"]
    first = {(item.suite, item.sample) for item in drawn.items[:4]}
    assert {(mark["suite"], mark["sample"]) for mark in marks} == first
    assert {(mark["draw"], mark["mark"], mark["blind"]) for mark in marks} == {(drawn.id, "wrong", True)}
    assert status(["review", "import", str(run), str(exported)]) == 0
    capfd.readouterr()
    assert status(["review", "show", str(run), "--json"]) == 0
    found = json.loads(capfd.readouterr().out)
    assert found["agreement"][0]["reviewer"] == "ann"
    assert found["agreement"][0]["wrong"] == len(marks) == 4
