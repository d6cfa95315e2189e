"""What a reviewer does with pairs, in a real browser: find, filter, search, step, mark, export; from disk, offline."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from harness.evaluation import Slice
from tests.reports.browsing import CHROMIUM, Watched
from tests.reports.pair_pages import (
    STUDENT,
    SUITE,
    TEACHER,
    Parts,
    exported,
    key_of,
    lost,
    mark_of,
    opened,
    page_of,
    press,
    sign,
    single_file,
    status,
    wait_for_pair,
    with_texts,
)

if TYPE_CHECKING:
    pass

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is not installed"),
]


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

    sign(page, "Ada")
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


def without_time(mark: dict[str, Any]) -> dict[str, Any]:
    assert mark["at"].endswith("Z")
    return {name: value for name, value in mark.items() if name != "at"}


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


def test_escape_leaves_the_search_box_as_it_is(watch: Watched, whole: Path) -> None:
    page = watch.open_pairs(whole)
    box = page.get_by_label("Search ids")
    box.fill("no such words anywhere")
    page.wait_for_selector("text=No pair fits")
    box.press("Escape")
    assert box.input_value() == "no such words anywhere"
    assert page.evaluate("() => document.activeElement === document.body")


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


def test_help_names_the_keys_and_they_can_be_switched_off(watch: Watched, whole: Path) -> None:
    page = watch.open_pairs(whole)
    press(page, "?")
    dialog = page.get_by_role("dialog", name="Keys")
    assert "mark the grade right" in dialog.inner_text()
    heights = dialog.locator("kbd").evaluate_all("caps => caps.map(cap => cap.getBoundingClientRect().height)")
    assert max(heights) < 1.5 * min(heights)  # no cap breaks into two lines
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


def test_texts_of_one_word_are_marked_however_they_differ(watch: Watched, whole: Path, report: Path) -> None:
    page = watch.open_pairs(with_texts(report, whole, "words.html", with_one_word))
    assert "too different" not in page.locator(".compare").inner_text()
    assert page.locator(".sides del").all_inner_texts() == ["Yes"]
    assert page.locator(".sides ins").all_inner_texts() == ["No"]


def with_one_word(sample: dict[str, Any]) -> None:
    for model, word in ((TEACHER, "Yes"), (STUDENT, "No")):
        sample["answers"][model][0] |= {"text": word, "marks": []}


def with_long_texts(sample: dict[str, Any]) -> None:
    for n, model in enumerate((TEACHER, STUDENT)):
        sample["answers"][model][0]["text"] = "".join(f"{n} " if i % 3 else f"word{i} " for i in range(80_000))
    sample["answers"][STUDENT][0]["cut"] = 7


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
