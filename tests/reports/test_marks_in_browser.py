"""Marks of grades in a real browser: whose they are, that none is lost, and how they come out and in again."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.reports.browsing import CHROMIUM, Watched
from tests.reports.pair_pages import (
    DRAWN,
    STUDENT,
    Parts,
    exported,
    mark_of,
    press,
    sign,
    status,
    wait_for_pair,
    with_texts,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is not installed"),
]


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
    sign(page, "Ada")
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
    sign(page, "Grace")
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
    name_is(page, "Ada")
    press(page, "1")
    name_is(page, "Grace")
    assert page.locator(".counted").inner_text() == "0 marks"
    name_is(page, "Ada")
    assert page.locator(".counted").inner_text() == "1 mark"
    name_is(page, "Ada L.")
    page.get_by_role("button", name="The same person").click()
    assert page.locator(".counted").inner_text() == "1 mark"
    assert exported(page)["reviewer"] == "Ada L."


def name_is(page: "Page", name: str) -> None:
    page.get_by_label("Reviewer").fill(name)
    page.keyboard.press("Escape")


def asked(page: "Page") -> list[str]:
    return [one.split("?")[0] for one in page.locator(".notice [role=group]").all_inner_texts()]


def test_marks_made_before_a_name_go_to_nobody_who_does_not_claim_them(watch: Watched, whole: Path) -> None:
    page = watch.open_pairs(whole)
    press(page, "1s2")
    name_is(page, "Mia")
    assert asked(page) == ["2 marks were made before a name was given: take them as Mia’s"]
    assert page.locator(".counted").inner_text() == "0 marks"
    page.get_by_role("button", name="No", exact=True).click()
    assert asked(page) == []
    press(page, "j1")
    assert [mark["mark"] for mark in exported(page)["marks"]] == ["right"]
    assert "2 marks without a name are not among them" in status(page)
    assert len(asked(page)) == 1  # who exports is asked again, since an export without them may be meant or not
    name_is(page, "")
    assert page.locator(".counted").inner_text() == "2 marks"
    assert asked(page) == []
    page.reload()
    page.wait_for_selector("article.pair")
    assert page.locator(".counted").inner_text() == "2 marks"
    name_is(page, "Ada")
    page.get_by_role("button", name="Yes", exact=True).click()
    assert sorted(mark["mark"] for mark in exported(page)["marks"]) == ["right", "wrong"]
    assert "without a name" not in status(page)
    name_is(page, "Mia")
    assert asked(page) == ["2 marks stay under the name Ada. The same person: move them here Leave them there"]
    assert page.locator(".counted").inner_text() == "1 mark"


def test_of_two_marks_of_one_grade_the_later_is_taken(watch: Watched, whole: Path) -> None:
    page = watch.open_pairs(whole)
    name_is(page, "Mia")
    press(page, "1")
    name_is(page, "")
    press(page, "2")
    sign(page, "Mia")
    assert [mark["mark"] for mark in exported(page)["marks"]] == ["wrong"]
    name_is(page, "")
    assert page.locator(".counted").inner_text() == "0 marks"


def test_a_click_out_of_the_name_field_counts(watch: Watched, whole: Path) -> None:
    """Leaving the field draws the page anew, under the pointer that is about to press a button."""
    page = watch.open_pairs(whole)
    page.get_by_label("Reviewer").fill("Ada")
    page.locator(".choose.right").first.click()
    assert page.locator(".counted").inner_text() == "1 mark"
    page.get_by_label("Reviewer").fill("Ada L.")
    page.locator(".choose.wrong").first.click()
    page.get_by_role("button", name="Leave them there").click()
    made = exported(page)
    assert (made["reviewer"], [mark["mark"] for mark in made["marks"]]) == ("Ada L.", ["wrong"])
    page.get_by_label("Reviewer").fill("Ada")
    made = exported(page)  # a click on its button, straight from the field
    assert (made["reviewer"], [mark["mark"] for mark in made["marks"]]) == ("Ada", ["right"])


def test_the_list_tells_marks_in_the_order_of_the_sides(watch: Watched, whole: Path) -> None:
    page = watch.open_pairs(whole)
    line = page.locator(".row[aria-current] .marked")
    press(page, "2")
    assert line.inner_text().endswith("Marked: student wrong")
    press(page, "s1")
    assert line.inner_text().endswith("Marked: teacher right; student wrong")
    press(page, "b4")
    shown = [*page.locator(".sides > .side").all()]
    values = [side.locator("[aria-pressed=true]").all_inner_texts() for side in shown]
    told = "; ".join(
        f"{name} {value[0].split()[0].rstrip('123').lower()}" for name, value in zip("AB", values, strict=True) if value
    )
    assert line.inner_text().endswith(f"Marked: {told}")
    press(page, "1s3")
    assert line.inner_text().endswith("Marked: A right; B unsure")


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


def test_a_tab_whose_marks_are_refused_loses_neither_its_own_nor_those_of_another(watch: Watched, whole: Path) -> None:
    page = watch.open_pairs(whole)
    other = page.context.new_page()
    other.goto(whole.as_uri())
    other.wait_for_selector("article.pair")
    press(page, "1")
    page.evaluate(REFUSE)
    press(page, "s2j")
    press(page, "1")
    press(page, "4")  # a mark cleared is no mark of the other tab's either
    assert page.get_by_text("This browser refused to keep the marks").is_visible()
    assert page.evaluate(WARNS)
    press(other, "jj3")
    page.wait_for_function("() => document.querySelector('.counted').textContent === '3 marks'")
    assert page.get_by_text("This browser refused to keep the marks").is_visible()
    page.evaluate("delete Storage.prototype.refuses")
    press(other, "s3")
    page.wait_for_function("() => document.querySelector('.counted').textContent === '4 marks'")
    assert not page.get_by_text("This browser refused to keep the marks").is_visible()
    assert not page.evaluate(WARNS)
    page.close()
    other.reload()
    other.wait_for_selector("article.pair")
    assert other.locator(".counted").inner_text() == "4 marks"


REFUSE = """() => {
    const set = Storage.prototype.setItem;
    Storage.prototype.refuses = true;
    Storage.prototype.setItem = function (key, text) {
        if (Storage.prototype.refuses) throw new DOMException("full", "QuotaExceededError");
        set.call(this, key, text);
    };
}"""


def test_without_storage_marks_are_kept_in_the_page_with_a_warning(watch: Watched, whole: Path) -> None:
    watch.page.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new Error('off') }})")
    page = watch.open_pairs(whole)
    press(page, "1j")
    sign(page, "Ada")
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
    sign(page, "Ada")
    assert [(mark["attempt"], mark["mark"]) for mark in exported(page)["marks"]] == [(0, "right"), (1, "wrong")]


def three_attempts(sample: dict[str, Any]) -> None:
    [first] = sample["answers"][STUDENT]
    first |= {"outcome": 1}
    second = {**first, "text": "second attempt", "outcome": 0, "attempt": 1, "answer": "other"}
    sample["answers"][STUDENT] += [second, {**first, "text": "cut", "outcome": 2, "attempt": 2, "answer": None}]
