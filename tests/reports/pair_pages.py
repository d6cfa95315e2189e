"""Pages of pairs for the tests that read and mark them in a browser, and what a reviewer does there."""

import base64
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.evaluation import Evaluation, Pair, Slice
from harness.protocols import PairTexts
from harness.verdict import Verdict
from reports.data_page import PairsPage, data_page
from reports.embedding import block
from reports.lookup import lookup
from reports.pages import pages_of
from reports.slice_page import book_of, page_data

if TYPE_CHECKING:
    from playwright.sync_api import Page

Parts = tuple[Evaluation, Verdict, Sequence[Pair], PairTexts]
SUITE, STUDENT, TEACHER = "support-desk", "mimic", "desk-teacher"


def page_of(parts: Parts, student: str, part: Slice) -> str:
    records = lookup(parts[0], parts[1])
    return pages_of(parts[0], records.students(), records.judged).page_of(SUITE, student, part)


def key_of(parts: Parts, student: str) -> str:
    records = lookup(parts[0], parts[1])
    return pages_of(parts[0], records.students(), records.judged).lists[SUITE, student]


DRAWN = (("mimic", "desk-0007"), ("honest", "desk-0003"), ("mimic", "desk-0001"), ("honest", "desk-0005"))


def draw_html(parts: Parts, drawn: Sequence[tuple[str, str]]) -> str:
    records = lookup(parts[0], parts[1])
    pages = pages_of(parts[0], records.students(), records.judged)
    wholes = [c for c in records.evaluation.comparisons if c.slice == Slice()]
    items = [[key_of(parts, student), sample] for student, sample in drawn]
    data: dict[str, Any] = page_data(book_of(records, pages), wholes, None)
    data["draw"] = {"id": "first", "items": items}
    return data_page(PairsPage(title="Drawn pairs", lead="", run=parts[0].name, version="0", data=data))


def lost(parts: Parts, student: str = STUDENT) -> list[str]:
    return [p.sample for p in parts[2] if p.student == student and p.teacher_score > p.student_score]


def status(page: "Page") -> str:
    return page.locator("#viva-pairs .status").inner_text()


def opened(page: "Page") -> str:
    return page.locator("#viva-pair .sample").inner_text()


def press(page: "Page", keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def wait_for_pair(page: "Page", sample: str) -> None:
    page.wait_for_function("id => document.querySelector('#viva-pair .sample')?.textContent === id", arg=sample)


def exported(page: "Page") -> dict[str, Any]:
    with page.expect_download() as download:
        page.get_by_role("button", name="Export marks").click()
    assert download.value.suggested_filename.startswith("marks-")
    made: dict[str, Any] = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert made["viva_marks"] == 1
    return made


def mark_of(sample: str, model: str, mark: str, **other: Any) -> dict[str, Any]:
    base = {"suite": SUITE, "student": STUDENT, "sample": sample, "model": model, "attempt": 0}
    return {**base, "mark": mark, "note": "", "blind": False, "draw": None, **other}


def with_texts(report: Path, whole: Path, name: str, change: Any) -> Path:
    """The page as a single file, the first pair's texts changed: pairs stand in it as data blocks."""
    return single_file(report, whole, name, change)


def single_file(report: Path, whole: Path, name: str, change: Any = None) -> Path:
    page = whole.read_text(encoding="utf-8")
    script = (report / "assets" / "viva.js").read_text(encoding="utf-8")
    source = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    blocks = []
    for shard in sorted((report / "data").glob("*.js")):
        data = handed_over(shard)
        if change and shard.name.startswith("texts-"):
            for sample in data.values():
                if STUDENT in sample["answers"]:
                    change(sample)
        blocks.append(f'<script type="application/json" id="viva-{shard.stem}">{block(data)}</script>')
    assert page.count("script-src &#39;self&#39;") == 1
    page = page.replace("script-src &#39;self&#39;", f"script-src 'sha256-{source}'")
    page = page.replace('<script src="assets/viva.js" defer></script>', "")
    path = report / name
    path.write_text(
        page.replace("</body>", "\n".join([*blocks, f"<script>{script}</script>", "</body>"])),
        encoding="utf-8",
        newline="\n",
    )
    return path


def handed_over(shard: Path) -> Any:
    """What a data script hands to the page: JSON in a string."""
    arguments = shard.read_text(encoding="utf-8").strip().split("(", 1)[1].removesuffix(");")
    return json.loads(json.loads(f"[{arguments}]")[1])


def sign(page: "Page", name: str) -> None:
    """Give the reviewer's name, and take marks made before as one's own."""
    page.get_by_label("Reviewer").fill(name)
    page.keyboard.press("Escape")
    yes = page.get_by_role("button", name="Yes", exact=True)
    if yes.count():
        yes.click()
