"""What a reviewer does with pairs, in a real browser: find, filter, search, step, mark, export; from disk, offline."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from harness.evaluation import Evaluation, Pair, Slice
from harness.protocols import PairTexts
from harness.verdict import Verdict
from reports.data_page import PairsPage, data_page
from reports.embedding import block
from reports.lookup import lookup
from reports.pages import pages_of
from reports.render import write_report
from reports.slice_page import book_of, page_data
from tests.reports.browsing import CHROMIUM, Watched, chromium, watched

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

Parts = tuple[Evaluation, Verdict, Sequence[Pair], PairTexts]
SUITE, STUDENT, TEACHER = "support-desk", "mimic", "desk-teacher"
pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is not installed"),
]


@pytest.fixture(scope="module")
def report(profiled: Parts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("pairs")
    write_report(*profiled, out)
    (out / "draw-first.html").write_text(draw_html(profiled, DRAWN), encoding="utf-8")
    return out


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    with chromium() as started:
        yield started


@pytest.fixture
def watch(browser: "Browser", report: Path) -> Iterator[Watched]:
    """Whatever a test does: nothing outside of the report's folder is asked for, and nothing goes wrong silently."""
    with watched(browser) as started:
        yield started
        assert started.foreign(report) == []
        assert started.noise == []


@pytest.fixture(scope="module")
def whole(report: Path, profiled: Parts) -> Path:
    return report / page_of(profiled, STUDENT, Slice())


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


def test_a_reviewers_round(watch: Watched, report: Path, profiled: Parts) -> None:
    """First page, worst slice, lost pairs, search, steps, two marks, export."""
    page = watch.open(report / "index.html")
    page.locator(f"a[href='{page_of(profiled, STUDENT, Slice(name='prices', value='special'))}']").first.click()
    page.wait_for_selector("article.pair")
    special = [s for s in lost(profiled) if slices_of(profiled, s).get("prices") == "special"]
    page.get_by_role("button", name="Lost").click()
    assert status(page).startswith(f"{len(special)} of ")
    page.get_by_label("Search ids").fill(special[4])
    page.wait_for_function("() => document.querySelectorAll('.rows li').length === 1")
    wait_for_pair(page, special[4])
    page.get_by_label("Search ids").fill("")
    page.wait_for_function(f"() => document.querySelectorAll('.rows li').length === {min(len(special), 50)}")

    page.locator("#viva-pair").focus()
    seen = [opened(page)]
    for _ in range(3):
        press(page, "j")
        page.wait_for_function("id => document.querySelector('#viva-pair .sample').textContent !== id", arg=seen[-1])
        seen.append(opened(page))
    assert len(set(seen) & set(special)) == 4
    press(page, "k")
    wait_for_pair(page, seen[2])

    page.get_by_label("Reviewer").fill("Ada")
    page.keyboard.press("Escape")
    press(page, "2n")
    page.keyboard.type("the total was right: 1,2,3,4 j")  # letters and digits in a note are no commands
    page.keyboard.press("Escape")
    press(page, "j")
    wait_for_pair(page, seen[3])
    press(page, "s1")
    assert page.locator(".counted").inner_text() == "2 marks"
    made = exported(page)
    assert made["reviewer"] == "Ada"
    assert made["evaluation"] == profiled[1].evaluation_digest
    assert made["run"] == profiled[0].name
    assert [without_time(mark) for mark in made["marks"]] == [
        mark_of(seen[2], STUDENT, "wrong", note="the total was right: 1,2,3,4 j"),
        mark_of(seen[3], TEACHER, "right"),
    ]


def slices_of(parts: Parts, sample: str) -> dict[str, str]:
    return dict(next(p.slices for p in parts[2] if p.sample == sample))


def exported(page: "Page") -> dict[str, Any]:
    with page.expect_download() as download:
        page.get_by_role("button", name="Export marks").click()
    assert download.value.suggested_filename.startswith("marks-")
    made: dict[str, Any] = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert made["viva_marks"] == 1
    return made


def without_time(mark: dict[str, Any]) -> dict[str, Any]:
    assert mark["at"].endswith("Z")
    return {name: value for name, value in mark.items() if name != "at"}


def mark_of(sample: str, model: str, mark: str, **other: Any) -> dict[str, Any]:
    base = {"suite": SUITE, "student": STUDENT, "sample": sample, "model": model, "attempt": 0}
    return {**base, "mark": mark, "note": "", "blind": False, "draw": None, **other}


def test_filters_count_what_they_show(watch: Watched, whole: Path, profiled: Parts) -> None:
    page = watch.open_pairs(whole)
    pairs = [p for p in profiled[2] if p.student == STUDENT]
    wanted = {
        "All": len(pairs),
        "Lost": sum(p.teacher_score > p.student_score for p in pairs),
        "Gained": sum(p.student_score > p.teacher_score for p in pairs),
        "Both wrong": sum(p.teacher_outcome != "correct" and p.student_outcome != "correct" for p in pairs),
        "Student gave no answer": sum(p.student_outcome in ("truncated", "unparsed", "refused") for p in pairs),
        "Marked": 0,
        "Not marked": len(pairs),
    }
    for name, n in wanted.items():
        button = page.get_by_role("button", name=f"{name} {n}", exact=True)
        button.click()
        assert button.get_attribute("aria-pressed") == "true"
        assert status(page) == (f"{n} of {len(pairs)} pairs" if n < len(pairs) else f"{n} pairs")
    assert page.locator("#viva-pairs .open-pair").inner_text() != ""


def test_a_slice_narrows_the_list(watch: Watched, whole: Path, profiled: Parts) -> None:
    page = watch.open_pairs(whole)
    hard = sum(p.student == STUDENT and p.slices["difficulty"] == "hard" for p in profiled[2])
    page.get_by_label("difficulty").select_option(label=f"hard ({hard})")
    assert status(page).startswith(f"{hard} of ")
    assert "s=difficulty:hard" in page.url


def test_search_of_all_texts_reaches_what_the_list_does_not_hold(watch: Watched, whole: Path) -> None:
    """The system prompt stands in every pair and in no row of the list."""
    page = watch.open_pairs(whole)
    page.get_by_label("Search ids").fill("answer AS THE desk does")
    page.wait_for_selector("text=No pair fits")
    page.get_by_role("button", name="Search all texts").click()
    page.wait_for_function("() => document.querySelector('#viva-pairs .status').textContent === '900 pairs'")


def test_a_deep_link_opens_its_pair_with_its_filter(watch: Watched, whole: Path, profiled: Parts) -> None:
    sample = lost(profiled)[-1]
    page = watch.open_pairs(whole, f"#p={key_of(profiled, STUDENT)}/{quote(sample)}&f=lost")
    assert opened(page) == sample
    assert page.get_by_role("button", name="Lost").get_attribute("aria-pressed") == "true"
    assert page.locator(".row[aria-current] .sample").inner_text() == sample


def test_steps_replace_the_address_and_back_returns_to_the_pair_left(watch: Watched, whole: Path) -> None:
    page = watch.open_pairs(whole)
    first, third = page.locator(".row .sample").nth(0).inner_text(), page.locator(".row .sample").nth(2).inner_text()
    page.locator("#viva-pair").focus()
    length = page.evaluate("history.length")
    press(page, "jk")
    wait_for_pair(page, first)
    assert page.evaluate("history.length") == length
    assert quote(first) in page.url
    page.locator(".row").nth(2).click()
    wait_for_pair(page, third)
    assert page.evaluate("document.activeElement.id") == "viva-pair"
    page.go_back()
    wait_for_pair(page, first)


def test_words_that_one_side_alone_has_are_marked(watch: Watched, whole: Path) -> None:
    page = watch.open_pairs(whole, "#f=lost")
    for _ in range(5):
        if page.locator(".pair del").count() > 1:
            break
        before = opened(page)
        press(page, "j")
        page.wait_for_function("id => document.querySelector('#viva-pair .sample').textContent !== id", arg=before)
    first, second = (page.locator(".sides > .side").nth(n).locator("pre.text").first for n in (0, 1))
    texts = [first.inner_text(), second.inner_text()]
    drop = """(pre, tag) => {
        const copy = pre.cloneNode(true);
        copy.querySelectorAll(tag).forEach(e => e.remove());
        return copy.textContent;
    }"""
    shared = [
        " ".join(str(first.evaluate(f"pre => ({drop})(pre, 'del, sup')")).split()),
        " ".join(str(second.evaluate(f"pre => ({drop})(pre, 'ins, sup')")).split()),
    ]
    assert shared[0] == shared[1]
    assert page.locator(".sides ins, .sides del").count() > 0
    press(page, "d")
    assert page.locator(".sides ins, .sides del").count() == 0
    assert [first.inner_text(), second.inner_text()] == texts


def test_detector_marks_stand_in_the_text_with_their_note(watch: Watched, whole: Path, profiled: Parts) -> None:
    marked = next(f for f in profiled[0].findings if f.student == STUDENT and f.state == "flagged" and f.marks)
    sample = next(m.sample for m in marked.marks if m.model == STUDENT and m.start < m.end)
    page = watch.open_pairs(whole, f"#p={key_of(profiled, STUDENT)}/{sample}")
    assert page.locator(".side mark").count() > 0
    notes = page.locator(".footnotes li").all_inner_texts()
    assert any(note.startswith(f"{marked.detector}: ") for note in notes)


def test_blind_mode_hides_which_model_wrote_which(watch: Watched, whole: Path, profiled: Parts) -> None:
    page = watch.open_pairs(whole, "#f=lost")
    assert STUDENT in page.locator("body").inner_text()
    press(page, "b")
    orders = set()
    for _ in range(8):
        section = page.locator("#viva-pairs").inner_text()
        assert STUDENT not in section
        assert TEACHER not in section
        assert "Lost" not in section
        orders.add(tuple(page.locator(".sides h4 .badge").all_inner_texts()))
        assert page.locator(".sides h4 bdi").all_inner_texts() == ["A", "B"]
        before = opened(page)
        press(page, "j")
        page.wait_for_function("id => document.querySelector('#viva-pair .sample').textContent !== id", arg=before)
    assert STUDENT not in page.title() + page.url
    assert page.locator("h1").inner_text().find(STUDENT) == -1
    assert len({order[0] for order in orders}) > 1  # A is not always the teacher
    press(page, "2")
    page.get_by_label("Reviewer").fill("Ada")
    page.keyboard.press("Escape")
    made = exported(page)["marks"]
    assert [(mark["mark"], mark["blind"], mark["model"] in (STUDENT, TEACHER)) for mark in made] == [
        ("wrong", True, True)
    ]


def test_blind_keys_start_on_the_left_whoever_stands_there(watch: Watched, whole: Path, profiled: Parts) -> None:
    page = watch.open_pairs(whole, "#f=lost")
    assert current(page) == [False, True]
    press(page, "b")
    for _ in range(8):
        assert current(page) == [True, False]
        told = " ".join(page.locator("#viva-pairs .pair").evaluate(ATTRIBUTES)).lower()
        assert not [name for name in ("student", "teacher", STUDENT, TEACHER) if name in told]
        before = opened(page)
        press(page, "1s")
        assert current(page) == [False, True]
        press(page, "j")
        page.wait_for_function("id => document.querySelector('#viva-pair .sample').textContent !== id", arg=before)
    page.get_by_label("Reviewer").fill("Ada")
    page.keyboard.press("Escape")
    assert {mark["model"] for mark in exported(page)["marks"]} == {STUDENT, TEACHER}
    press(page, "sb")
    assert current(page) == [False, True]
    press(page, "b")
    assert current(page) == [True, False]
    page.goto("about:blank")
    watch.asked.clear()
    watch.open_pairs(whole, f"#p={key_of(profiled, STUDENT)}/{quote(lost(profiled)[0])}&f=lost")
    page.wait_for_function("() => location.hash.endsWith('&f=split')")  # the address does not say who was right
    assert current(page) == [True, False]


ATTRIBUTES = "e => [...e.querySelectorAll('*')].flatMap(n => [...n.attributes].map(a => a.name + '=' + a.value))"


def current(page: "Page") -> list[bool]:
    """For each side as shown: whether keys mark it; the outline and the words say the same."""
    boxes = page.locator(".marking").all()
    outlined = ["current" in (box.get_attribute("class") or "").split() for box in boxes]
    assert [box.locator(".where-keys").inner_text().startswith("Keys 1 to 4") for box in boxes] == outlined
    return outlined


def test_a_note_written_while_blind_makes_no_mark_a_blind_one(watch: Watched, whole: Path) -> None:
    page = watch.open_pairs(whole)
    page.get_by_label("Reviewer").fill("Ada")
    page.keyboard.press("Escape")
    press(page, "1s1b")
    page.get_by_label("Note").nth(0).fill("seen")
    page.get_by_label("Note").nth(1).fill("seen")
    assert [(mark["note"], mark["blind"]) for mark in exported(page)["marks"]] == [("seen", False)] * 2


def test_the_order_while_blind_stays(browser: "Browser", whole: Path) -> None:
    def orders() -> list[list[str]]:
        with watched(browser) as watch:
            page = watch.open_pairs(whole)
            press(page, "b")
            return [row.split("\n")[:3] for row in page.locator(".row").all_inner_texts()]

    assert orders() == orders()


def test_a_draw_shows_its_pairs_in_order_and_counts_those_marked(watch: Watched, report: Path) -> None:
    page = watch.open_pairs(report / "draw-first.html")
    assert page.locator(".row .sample").all_inner_texts() == [sample for _, sample in DRAWN]
    assert page.locator(".counted").inner_text() == "0 of 4 marked"
    assert page.locator(".sides h4 bdi").all_inner_texts() == ["A", "B"]  # blind from the start
    press(page, "1")
    assert page.locator(".counted").inner_text() == "1 of 4 marked, 1 of them on one side only"
    press(page, "s1")
    assert page.locator(".counted").inner_text() == "1 of 4 marked"
    press(page, "4sj")
    wait_for_pair(page, DRAWN[1][1])
    press(page, "3")
    assert page.locator(".counted").inner_text() == "2 of 4 marked, 2 of them on one side only"
    page.get_by_label("Reviewer").fill("Ada")
    page.keyboard.press("Escape")
    made = exported(page)["marks"]
    assert [(m["student"], m["sample"], m["mark"], m["draw"], m["blind"]) for m in made] == [
        (*DRAWN[0], "right", "first", True),
        (*DRAWN[1], "unsure", "first", True),
    ]


def test_marks_last_and_those_of_a_draw_stay_apart(watch: Watched, report: Path, whole: Path) -> None:
    page = watch.open_pairs(report / "draw-first.html")
    press(page, "1")
    page.reload()
    page.wait_for_selector("article.pair")
    assert page.locator(".counted").inner_text().startswith("1 of 4 marked")
    assert page.locator(".choose.right[aria-pressed=true]").count() == 1
    watch.open_pairs(whole)
    assert page.locator(".counted").inner_text() == "0 marks"


def test_marks_of_another_evaluation_do_not_mix(watch: Watched, whole: Path, tmp_path: Path) -> None:
    page = watch.open_pairs(whole)
    press(page, "1")
    other = whole.with_name("other.html")
    digest = page.evaluate("JSON.parse(document.getElementById('viva-page').textContent).evaluation")
    other.write_text(whole.read_text(encoding="utf-8").replace(digest, "sha256:" + "7" * 64), encoding="utf-8")
    watch.open_pairs(other)
    assert page.locator(".counted").inner_text() == "0 marks"
    watch.open_pairs(whole)
    assert page.locator(".counted").inner_text() == "1 mark"


def export_file(parts: Parts, folder: Path, marks: list[dict[str, Any]], **other: Any) -> Path:
    made = {"viva_marks": 1, "evaluation": parts[1].evaluation_digest, "run": "x", "reviewer": "Grace", "marks": marks}
    path = folder / "marks.json"
    path.write_text(json.dumps({**made, **other}), encoding="utf-8")
    return path


def test_an_export_is_taken_in_and_the_later_mark_counts(
    watch: Watched, whole: Path, profiled: Parts, tmp_path: Path
) -> None:
    page = watch.open_pairs(whole)
    first, second = page.locator(".row .sample").nth(0).inner_text(), page.locator(".row .sample").nth(1).inner_text()
    page.get_by_label("Reviewer").fill("Grace")
    page.keyboard.press("Escape")
    press(page, "2")
    old = [mark_of(first, STUDENT, "right", at="2001-01-01T00:00:00.000Z")]
    new = [mark_of(second, STUDENT, "right", note="hers", at="2001-01-01T00:00:00.000Z")]
    page.locator("#viva-import").set_input_files(export_file(profiled, tmp_path, old + new))
    page.wait_for_selector("text=1 mark added, 0 replaced by later ones, 1 already here.")
    made = {mark["sample"]: (mark["mark"], mark["note"]) for mark in exported(page)["marks"]}
    assert made == {first: ("wrong", ""), second: ("right", "hers")}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"viva_marks": 1, "marks": [], "evaluation": "sha256:other"}', "of another evaluation"),
        ("no json", "not JSON"),
        ('{"viva_marks": 2, "marks": []}', "no export of marks"),
        ("null", "no export of marks"),
    ],
)
def test_a_file_that_does_not_fit_changes_nothing(
    watch: Watched, whole: Path, tmp_path: Path, content: str, said: str
) -> None:
    page = watch.open_pairs(whole)
    press(page, "1")
    (tmp_path / "marks.json").write_text(content, encoding="utf-8")
    page.locator("#viva-import").set_input_files(tmp_path / "marks.json")
    page.wait_for_selector(f"#viva-pairs .notice >> text={said}")
    assert page.locator(".counted").inner_text() == "1 mark"


def test_a_damaged_mark_changes_nothing(watch: Watched, whole: Path, profiled: Parts, tmp_path: Path) -> None:
    page = watch.open_pairs(whole)
    good = mark_of("desk-0001", STUDENT, "right", at="2001-01-01T00:00:00.000Z")
    page.locator("#viva-import").set_input_files(export_file(profiled, tmp_path, [good, {**good, "mark": "perhaps"}]))
    page.wait_for_selector("text=Mark 2 of this file is damaged")
    assert page.locator(".counted").inner_text() == "0 marks"


def test_two_reviewers_in_one_browser_keep_their_own_marks(watch: Watched, whole: Path) -> None:
    page = watch.open_pairs(whole)
    name = page.get_by_label("Reviewer")
    press(page, "1")
    name.fill("Ada")
    name.press("Tab")
    assert page.locator(".counted").inner_text() == "1 mark"  # made before the name was known
    name.fill("Grace")
    name.press("Tab")
    assert page.locator(".counted").inner_text() == "0 marks"
    name.fill("Ada")
    name.press("Tab")
    assert page.locator(".counted").inner_text() == "1 mark"
    name.fill("Ada L.")
    name.press("Tab")
    page.get_by_role("button", name="The same person").click()
    assert page.locator(".counted").inner_text() == "1 mark"
    assert exported(page)["reviewer"] == "Ada L."


def test_two_tabs_do_not_overwrite_each_other(watch: Watched, whole: Path) -> None:
    page = watch.open_pairs(whole)
    other = page.context.new_page()
    other.goto(whole.as_uri())
    other.wait_for_selector("article.pair")
    press(page, "1")
    press(other, "s2")
    page.reload()
    page.wait_for_selector("article.pair")
    assert page.locator(".counted").inner_text() == "2 marks"


def test_without_storage_marks_are_kept_in_the_page_with_a_warning(watch: Watched, whole: Path) -> None:
    watch.page.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new Error('off') }})")
    page = watch.open_pairs(whole)
    press(page, "1j")
    page.get_by_label("Reviewer").fill("Ada")
    page.keyboard.press("Escape")
    assert page.locator(".counted").inner_text() == "1 mark"
    assert page.get_by_text("This browser keeps nothing for this page").is_visible()
    assert page.evaluate(WARNS)
    assert len(exported(page)["marks"]) == 1
    assert not page.evaluate(WARNS)
    press(page, "2")  # a mark after the export is in no file yet
    assert page.evaluate(WARNS)
    assert len(exported(page)["marks"]) == 2
    assert not page.evaluate(WARNS)


WARNS = """() => {
    const leaving = new Event("beforeunload", { cancelable: true });
    dispatchEvent(leaving);
    return leaving.defaultPrevented;
}"""


def test_unreadable_marks_that_cannot_be_set_aside_are_left(watch: Watched, whole: Path, profiled: Parts) -> None:
    page = watch.open_pairs(whole)
    key = f"viva-marks:{profiled[1].evaluation_digest}"
    page.evaluate("key => localStorage.setItem(key, '{broken')", key)
    page.add_init_script("""
        const set = Storage.prototype.setItem;
        Storage.prototype.setItem = function (key, text) {
            if (key.includes(":unreadable:")) throw new DOMException("full", "QuotaExceededError");
            set.call(this, key, text);
        };
    """)
    page.reload()
    page.wait_for_selector("article.pair")
    press(page, "1s2")
    assert page.locator(".counted").inner_text() == "2 marks"
    assert page.evaluate("key => localStorage.getItem(key)", key) == "{broken"
    assert page.get_by_text("nor set aside").is_visible()
    assert page.get_by_text("They were set aside, not deleted").count() == 0
    assert page.evaluate(WARNS)


def test_marks_that_cannot_be_read_are_set_aside(watch: Watched, whole: Path, profiled: Parts) -> None:
    page = watch.open_pairs(whole)
    key = f"viva-marks:{profiled[1].evaluation_digest}"
    page.evaluate("key => localStorage.setItem(key, '{broken')", key)
    page.reload()
    page.wait_for_selector("article.pair")
    press(page, "1")
    assert page.locator(".counted").inner_text() == "1 mark"
    assert "{broken" in page.evaluate("Object.values({...localStorage})")


def test_help_names_the_keys_and_they_can_be_switched_off(watch: Watched, whole: Path) -> None:
    page = watch.open_pairs(whole)
    press(page, "?")
    dialog = page.get_by_role("dialog", name="Keys")
    assert "mark the grade right" in dialog.inner_text()
    dialog.get_by_label("Single keys work on this page").uncheck()
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    press(page, "1")
    assert page.locator(".counted").inner_text() == "0 marks"


def test_a_missing_shard_is_said(watch: Watched, report: Path, profiled: Parts, tmp_path: Path) -> None:
    copy = tmp_path / "report"
    for name in ("assets/viva.js", "assets/viva.css", page_of(profiled, STUDENT, Slice())):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_bytes((report / name).read_bytes())
    page = watch.open(copy / page_of(profiled, STUDENT, Slice()))
    page.wait_for_selector("[role=alert]")
    assert "could not be read" in page.locator("[role=alert]").inner_text()
    watch.noise.clear()  # the browser itself reports the missing file
    watch.asked.clear()


def test_attempts_are_chosen_and_marked_apart(watch: Watched, whole: Path, report: Path) -> None:
    page = watch.open_pairs(with_texts(report, whole, "attempts.html", three_attempts))
    assert page.get_by_label("Attempt").count() == 1  # the teacher answered once
    assert page.get_by_label("Attempt").locator("option").all_inner_texts() == [
        "1 of 3: wrong",
        "2 of 3: correct",
        "3 of 3: truncated",
    ]
    press(page, "1")
    page.get_by_label("Attempt").select_option(index=1)
    side = page.locator(".sides > .side").nth(1)
    assert side.locator("h4 .badge").inner_text() == "correct"
    plain = "pre => { pre.querySelectorAll('sup').forEach(e => e.remove()); return pre.textContent }"
    assert side.locator("pre.text").first.evaluate(plain) == "second attempt"  # without the numbers of its marks
    page.locator("#viva-pair").focus()
    press(page, "2")
    page.get_by_label("Reviewer").fill("Ada")
    page.keyboard.press("Escape")
    assert [(mark["attempt"], mark["mark"]) for mark in exported(page)["marks"]] == [(0, "right"), (1, "wrong")]


def three_attempts(sample: dict[str, Any]) -> None:
    [first] = sample["answers"][STUDENT]
    first |= {"outcome": 1}
    second = {**first, "text": "second attempt", "outcome": 0, "attempt": 1, "answer": "other"}
    sample["answers"][STUDENT] += [second, {**first, "text": "cut", "outcome": 2, "attempt": 2, "answer": None}]


def test_reasoning_is_folded_and_compared_too(watch: Watched, whole: Path, report: Path) -> None:
    page = watch.open_pairs(with_texts(report, whole, "reasoning.html", with_reasoning))
    folded = page.locator("details.reasoning")
    assert folded.count() == 2
    assert not folded.nth(1).locator("pre").is_visible()
    folded.nth(1).locator("summary").click()
    assert folded.nth(1).locator("ins").all_inner_texts() == ["fifty"]
    assert folded.nth(0).locator("del").all_text_contents() == ["forty"]


def with_reasoning(sample: dict[str, Any]) -> None:
    for model, word in ((TEACHER, "forty"), (STUDENT, "fifty")):
        sample["answers"][model][0]["reasoning"] = f"First the lamps, that is {word} and four more."


def test_texts_that_are_too_long_or_too_different_say_so(watch: Watched, whole: Path, report: Path) -> None:
    page = watch.open_pairs(with_texts(report, whole, "long.html", with_long_texts))
    assert "are not compared" in page.locator(".compare").inner_text()
    assert page.locator(".sides ins, .sides del").count() == 0
    assert page.get_by_text("7 characters more are left out of this page.").count() == 1
    assert page.locator("pre.tall").count() >= 2


def with_long_texts(sample: dict[str, Any]) -> None:
    for n, model in enumerate((TEACHER, STUDENT)):
        sample["answers"][model][0]["text"] = "".join(f"{n} " if i % 3 else f"word{i} " for i in range(80_000))
    sample["answers"][STUDENT][0]["cut"] = 7


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


def test_a_single_file_asks_for_no_shard_and_lets_choose_the_student(
    watch: Watched, report: Path, profiled: Parts
) -> None:
    made = single_file(report, report / "draw-first.html", "single.html")
    made.write_text(
        re.sub(r'"draw":\{"id".*?\]\]\}', '"draw":null', made.read_text(encoding="utf-8")), encoding="utf-8"
    )
    page = watch.open_pairs(made, f"#p={key_of(profiled, STUDENT)}&f=lost")
    assert status(page).startswith(f"{len(lost(profiled))} of ")
    page.get_by_label("Student", exact=True).select_option(label=f"honest on {SUITE}")
    page.wait_for_function("() => document.querySelector('.status').textContent === '900 pairs'")
    press(page, "b")
    assert page.get_by_label("Pairs of").locator("option").first.inner_text() == f"1: {SUITE}"
    assert not [url for url in watch.asked if "/data/" in url]


def test_print_shows_the_open_pair_and_no_controls(watch: Watched, whole: Path) -> None:
    page = watch.open_pairs(whole)
    page.emulate_media(media="print")
    visible = "e => e.checkVisibility()"
    assert all(pre.evaluate(visible) for pre in page.locator(".pair pre").all())
    for part in (".board", ".finding", ".side-list", ".steps", ".marking"):
        assert not page.locator(part).first.evaluate(visible)


def test_nothing_sticks_out_of_a_phone(watch: Watched, whole: Path) -> None:
    watch.page.set_viewport_size({"width": 390, "height": 844})
    page = watch.open_pairs(whole, "#f=lost")
    for _ in range(4):
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        before = opened(page)
        press(page, "j")
        page.wait_for_function("id => document.querySelector('#viva-pair .sample').textContent !== id", arg=before)
