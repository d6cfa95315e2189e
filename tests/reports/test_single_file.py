"""The report as one file: everything in it, one script that may run, and a limit that says what to do instead."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.errors import UsageError
from harness.evaluation import Evaluation, Pair
from harness.protocols import PairTexts
from harness.verdict import Verdict
from reports.lookup import lookup
from reports.pages import pages_of
from reports.shards import shards
from reports.single import write_single
from reports.templating import script
from tests.reports.browsing import CHROMIUM, Watched, chromium, watched

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Parts = tuple[Evaluation, Verdict, Sequence[Pair], PairTexts]
BLOCK = re.compile(r'<script type="application/json" id="viva-([a-z0-9-]+)">(.*?)</script>', re.DOTALL)


@pytest.fixture(scope="module")
def file(poisoned: Parts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_single(*poisoned, tmp_path_factory.mktemp("single") / "report.html")


def test_it_holds_every_shard_as_it_stands_in_the_folder(poisoned: Parts, file: Path) -> None:
    evaluation, verdict, pairs, texts = poisoned
    records = lookup(evaluation, verdict)
    pages = pages_of(evaluation, records.students(), records.judged)
    found = dict(BLOCK.findall(file.read_text(encoding="utf-8")))
    page = json.loads(found.pop("page"))
    assert [one["index"] for one in page["lists"]] == ["1-1", "1-2", "1-3"]
    wanted = {f"{one.kind}-{one.key}": json.loads(one.json) for one in shards(records, pages, pairs, texts)}
    assert {name: json.loads(text) for name, text in found.items()} == wanted
    assert all(text.isascii() and not set("<>&") & set(text) for text in found.values())


def test_only_its_own_script_and_style_may_run(file: Path) -> None:
    html = file.read_text(encoding="utf-8")
    assert html.count("<script") == len(BLOCK.findall(html)) + 1
    code = html[html.rindex("<script>") + len("<script>") : html.rindex("</script>")]
    assert code == script() and "</script" not in code.lower() and "<!--" not in code
    style = html[html.index("<style>") + len("<style>") : html.index("</style>")]
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    assert policy is not None
    assert policy[1].replace("&#39;", "'") == (
        f"default-src 'none'; script-src '{digest(code)}'; style-src '{digest(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def test_its_links_stay_in_the_file(file: Path) -> None:
    links = re.findall(r' href="([^"]*)"', file.read_text(encoding="utf-8"))
    assert all(link.startswith("#") for link in links)
    assert any(link.startswith("#p=1-2&amp;s=") for link in links)


def test_too_many_pairs_are_refused_with_what_to_do(desk: Parts, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text("<title>the earlier one – viva report</title>", encoding="utf-8")
    with pytest.raises(
        UsageError, match="not written: its pairs would take more than 0 MB, .*; `viva report RUN` writes a folder"
    ):
        write_single(*desk, file, most=1_000)
    assert [path.read_text(encoding="utf-8") for path in tmp_path.iterdir()] == [
        "<title>the earlier one – viva report</title>"
    ]


def test_a_file_that_is_no_report_is_not_overwritten(desk: Parts, tmp_path: Path) -> None:
    figures = tmp_path / "evaluation.json"
    figures.write_text("{}")
    with pytest.raises(UsageError, match="is there and no report of viva"):
        write_single(*desk, figures)
    assert figures.read_text() == "{}"
    report = write_single(*desk, tmp_path / "report.html")
    assert write_single(*desk, report).stat().st_size > 1000


def test_a_place_that_cannot_be_written_is_named(desk: Parts, tmp_path: Path) -> None:
    few = (desk[0], desk[1], list(desk[2])[:3], desk[3])
    with pytest.raises(
        UsageError, match="nowhere/report.html: cannot be written .No such file or directory.; name another"
    ):
        write_single(*few, tmp_path / "nowhere" / "report.html")


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip("chromium is not installed")
    with chromium() as started:
        yield started


@pytest.fixture
def watch(browser: "Browser", tmp_path: Path) -> Iterator[Watched]:
    with watched(browser) as started:
        yield started
        assert started.foreign(tmp_path) == []
        assert started.noise == []


@pytest.mark.browser
def test_a_link_of_the_page_shows_the_pairs_of_its_slice(profiled: Parts, watch: Watched, tmp_path: Path) -> None:
    evaluation, verdict, pairs, texts = profiled
    few = [pair for pair in pairs if pair.sample < "desk-0150"]
    page = watch.open_pairs(write_single(evaluation, verdict, few, texts, tmp_path / "report.html"))
    page.locator('a[href="#p=1-2&s=prices:special"]').first.click()
    page.wait_for_function("() => document.querySelector('#viva-pairs .status').textContent.includes('of 150')")
    wanted = sum(pair.student == "mimic" and pair.slices.get("prices") == "special" for pair in few)
    assert f"{wanted} of 150 pairs" in page.inner_text("#viva-pairs .status")
    assert page.locator("#viva-list option:checked").inner_text() == "mimic on support-desk"
