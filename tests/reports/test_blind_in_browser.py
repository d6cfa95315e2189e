"""Blind mode in a real browser: nothing but the texts may tell which of the two models wrote which."""

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from tests.reports.browsing import CHROMIUM, Watched, watched
from tests.reports.pair_pages import STUDENT, TEACHER, Parts, exported, key_of, lost, opened, press, sign, with_texts

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is not installed"),
]


def test_blind_mode_hides_which_model_wrote_which(watch: Watched, whole: Path, profiled: Parts) -> None:
    page = watch.open_pairs(whole, "#f=lost")
    assert STUDENT in page.locator("body").inner_text()
    assert "Lost ones stand first" in page.locator("#pairs").inner_text()
    press(page, "b")
    orders = set()
    for _ in range(8):
        section = page.locator("#pairs").inner_text()
        assert STUDENT not in section
        assert TEACHER not in section
        assert "lost" not in section.lower()
        orders.add(tuple(page.locator(".sides h4 .badge").all_inner_texts()))
        assert page.locator(".sides h4 bdi").all_inner_texts() == ["A", "B"]
        before = opened(page)
        press(page, "j")
        page.wait_for_function("id => document.querySelector('#viva-pair .sample').textContent !== id", arg=before)
    assert STUDENT not in page.title() + page.url
    assert page.locator("h1").inner_text().find(STUDENT) == -1
    assert len({order[0] for order in orders}) > 1  # A is not always the teacher
    press(page, "2")
    sign(page, "Ada")
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
    sign(page, "Ada")
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
    sign(page, "Ada")
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


def test_attempts_that_only_one_has_are_no_choice_while_blind(watch: Watched, whole: Path, report: Path) -> None:
    page = watch.open_pairs(with_texts(report, whole, "one_sided.html", lambda sample: attempts(sample, STUDENT)))
    assert page.get_by_label("Attempt").count() == 1
    page.get_by_label("Attempt").select_option(index=2)
    press(page, "b")
    assert page.get_by_label("Attempt").count() == 0
    assert "third attempt" not in page.locator(".pair").inner_text()  # but the one that the pair is about
    press(page, "1s1")
    sign(page, "Ada")
    assert {mark["attempt"] for mark in exported(page)["marks"]} == {0}
    page = watch.open_pairs(with_texts(report, whole, "both.html", lambda sample: attempts(sample, STUDENT, TEACHER)))
    assert page.get_by_label("Attempt").count() == 2
    assert "Blind: models are called A and B" in page.locator("#viva-pairs").inner_text()


def attempts(sample: dict[str, Any], *models: str) -> None:
    for model in models:
        [first] = sample["answers"][model]
        later = [{**first, "text": f"{nth} attempt", "attempt": n} for n, nth in enumerate(("second", "third"), 1)]
        sample["answers"][model] += later


def test_failures_and_sources_name_no_model_while_blind(watch: Watched, whole: Path, report: Path) -> None:
    page = watch.open_pairs(with_texts(report, whole, "failures.html", named))
    told = page.locator(".pair").inner_text()
    assert f'The request failed: model "{STUDENT}" is not served' in told
    assert f"Grader: {STUDENT} did not answer" in told
    assert f"Reference ({TEACHER}, attempt 1)" in told
    press(page, "b")
    told = page.locator(".pair").inner_text()
    assert "The request failed." in told
    assert "Reference" in told
    for name in (STUDENT, TEACHER):
        assert name not in told
        assert not [one for one in page.locator("#viva-pairs .pair").evaluate(ATTRIBUTES) if name in one]


def named(sample: dict[str, Any]) -> None:
    sample["reference_source"] = f"{TEACHER}, attempt 1"
    for answer in sample["answers"][STUDENT]:
        answer |= {"outcome": 5, "failure": f'model "{STUDENT}" is not served', "reason": f"{STUDENT} did not answer"}


def test_reasons_of_grades_made_beside_the_teacher_are_hidden_while_blind(
    watch: Watched, whole: Path, report: Path
) -> None:
    """`agrees with 2 of 2 replies of the teacher's`: one reply fewer for the teacher itself, which tells it."""
    made = with_texts(report, whole, "beside.html", beside_the_teacher)
    made.write_text(made.read_text("utf-8").replace('"measure":"accuracy"', '"measure":"agreement"'), encoding="utf-8")
    page = watch.open_pairs(made)
    assert page.locator(".pair").get_by_text("agrees with").count() == 2
    assert page.locator(".faults").count() == 1
    press(page, "b")
    assert page.locator(".pair").get_by_text("agrees with").count() == 0
    assert page.locator(".faults").count() == 0


def beside_the_teacher(sample: dict[str, Any]) -> None:
    for model, n in ((TEACHER, 2), (STUDENT, 3)):
        sample["answers"][model][0]["reason"] = f"agrees with {n} of {n} replies of the teacher's"
    sample["answers"][STUDENT][0]["faults"] = ["same choice in both orders"]
