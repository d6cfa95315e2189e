"""Hostile texts wherever text can stand, in a real browser: nothing runs, nothing is asked for, all can be read."""

import html
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from harness.evaluation import Comparison, Evaluation, Pair, Slice
from harness.protocols import PairTexts
from harness.records import Check, Grade, Message, Outcome, Response, Sample
from harness.verdict import Verdict
from reports.lookup import lookup
from reports.pages import pages_of
from reports.render import write_report
from reports.visible import marked
from tests.reports.browsing import CHROMIUM, Watched, watched
from tests.reports.conftest import SUITE, TEACHER, compared, digest
from tests.reports.payloads import PAYLOADS

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Parts = tuple[Evaluation, Verdict, Sequence[Pair], PairTexts]
pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is not installed"),
]
IDS = {text: name for name, text in PAYLOADS.items()}
STUDENT = "student" + PAYLOADS["script closes the data block"] + PAYLOADS["bidi override"]
LARGEST = 1_000  # characters of a payload that goes where names and sentences go
SENTENCES = tuple(text[:LARGEST] for text in PAYLOADS.values())


@dataclass(frozen=True, kw_only=True)
class HostileTexts:
    """`PairTexts` in which a sample's id is a payload, and everything about the sample is that payload, too."""

    def sample(self, suite: str, sample: str) -> Sample:
        asked = (Message(role="system" + sample[:50], content=sample), Message(role="user", content=sample))
        return Sample(
            id=sample,
            messages=asked,
            target=sample,
            target_source=sample[:200],
            solution=sample,
            context=sample,
            choices=(sample, sample),
            slices={},
        )

    def responses(self, suite: str, sample: str, model: str) -> Sequence[Response]:
        text = sample if model == TEACHER else f"a b c {sample}"
        return [Response(key=model, model=model, text=text, reasoning=sample, tool_calls=(sample,), finish="stop")]

    def grades(self, suite: str, sample: str, model: str) -> Sequence[Grade]:
        right = model == TEACHER
        outcome: Outcome = "correct" if right else "incorrect"
        return [
            Grade(
                suite=suite,
                sample=sample,
                model=model,
                attempt=0,
                outcome=outcome,
                score=float(right),
                answer=sample[:1000],
                reason=sample[:1000],
                grader="exact 1",
                response_keys=(model,),
                checks=(Check(name=sample[:100], kind="rule", spurious=1.0),),
            )
        ]

    def fetched(self, suite: str, samples: Sequence[str]) -> "HostileTexts":
        return self


@pytest.fixture(scope="module")
def hostile(profiled: Parts) -> Parts:
    """Payloads as ids, slice names and values, names of models and of the evaluation, notes and reasons."""
    pairs = tuple(_pair(name, text) for name, text in PAYLOADS.items())
    named = [Slice(name=text[:LARGEST], value=text[:LARGEST]) for text in PAYLOADS.values()]
    comparisons = [compared(STUDENT, Slice(), pairs), *(_compared(part, pairs) for part in named)]
    evaluation, verdict = profiled[0], profiled[1]
    teacher = evaluation.models[0]
    student = replace(teacher, name=STUDENT, role="student")
    card = replace(evaluation.suites[0], slices=tuple(part.name for part in named), notes=SENTENCES)
    hostile = replace(
        evaluation,
        name="run" + PAYLOADS["title closes"] + PAYLOADS["bidi isolates"],
        models=(teacher, student),
        suites=(card,),
        comparisons=tuple(comparisons),
        findings=(),
        profiles=(),
        notes=SENTENCES,
    )
    judged = replace(verdict.students[0], student=STUDENT, slices=(), warnings=(), reasons=SENTENCES)
    return hostile, replace(verdict, students=(judged,), evaluation_digest=digest("5e")), pairs, HostileTexts()


def _pair(name: str, text: str) -> Pair:
    return Pair(
        suite=SUITE,
        sample=text,
        student=STUDENT,
        slices={text[:LARGEST]: text[:LARGEST], "payload": name},
        weight=1.0,
        teacher_score=1.0,
        student_score=0.0,
        teacher_outcome="correct",
        student_outcome="incorrect",
        teacher_answer=text[:1000],
        student_answer=text[:1000],
    )


def _compared(part: Slice, pairs: Sequence[Pair]) -> Comparison:
    return compared(STUDENT, part, [p for p in pairs if p.slices.get(part.name) == part.value])


@pytest.fixture(scope="module")
def report(hostile: Parts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("payloads")
    write_report(*hostile, out)
    return out


@pytest.fixture
def watch(browser: "Browser", report: Path) -> Iterator[Watched]:
    with watched(browser) as started:
        yield started
        assert started.page.evaluate("window.ran") is None
        assert started.foreign(report) == []
        assert started.noise == []


@pytest.fixture(scope="module")
def whole(report: Path, hostile: Parts) -> Path:
    return report / page_of(hostile, Slice())


def page_of(parts: Parts, part: Slice) -> str:
    records = lookup(parts[0], parts[1])
    return pages_of(parts[0], records.students(), records.judged).page_of(SUITE, STUDENT, part)


def readable(text: str) -> str:
    """What a reader sees of a text: its characters, and code points where there is nothing to see."""
    return html.unescape(re.sub(r"<span[^>]*>|</span>", "", str(marked(text))))


def test_the_corpus_is_large_and_its_ids_are_distinct() -> None:
    assert len(IDS) == len(PAYLOADS) >= 60


OPEN_ALL = "document.querySelectorAll('details').forEach(d => d.open = true)"
STRANGE = (
    "script:not([src='assets/viva.js'], [src^='data/'], [type='application/json']), "
    "img, iframe, object, embed, form, base, audio, video, math, style"
)


def test_the_first_page_takes_them_as_text(watch: Watched, report: Path) -> None:
    page = watch.open(report / "index.html")
    page.evaluate(OPEN_ALL)
    assert page.evaluate("document.scripts.length + document.images.length + frames.length") == 0
    assert page.evaluate("document.querySelectorAll('[onerror], [onload], [onclick], [onfocus], [style]').length") == 0
    page.wait_for_timeout(200)
    text = page.evaluate("document.body.textContent")
    for name in ("script", "jinja expression", "angular", "formula", "html entity", "style element"):
        assert PAYLOADS[name] in text, name
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u0000\u001b\u200b]", text)


READ = """n => {
  const article = document.querySelector("[aria-busy=false] > article.pair");
  if (!article || !document.querySelector(".place-in-list").textContent.startsWith(n + " of")) return null;
  const texts = (where) => [...article.querySelectorAll(where)].map((e) => e.textContent);
  return {
    name: texts(".chips li").find((chip) => chip.startsWith("payload=")).slice(8),
    boxes: texts("pre.text"), told: texts(".side > .note bdi, .extracted bdi"),
    strange: document.querySelectorAll("STRANGE").length,
  };
}""".replace("STRANGE", STRANGE)


def test_every_pair_shows_them_as_text(watch: Watched, whole: Path) -> None:
    """All that belongs to a pair is one payload, so each box must hold it to the letter."""
    page = watch.open_pairs(whole)
    page.locator("#viva-pair").focus()
    seen = set()
    for n in range(len(PAYLOADS)):
        read = page.wait_for_function(READ, arg=str(n + 1)).json_value()
        payload = PAYLOADS[read["name"]]
        asked = [
            payload,
            payload,
            payload,
            payload,
            payload,
            f"{payload}\n{payload}",
        ]  # turns, reference, worked, source, choices
        tools = json.dumps([payload], ensure_ascii=False, indent=2)
        answered = [payload, payload, tools, f"a b c {payload}", payload, tools]
        assert read["boxes"] == [readable(text) for text in asked + answered], read["name"]
        assert read["told"] == [readable(payload[:1000])] * 4, read["name"]
        assert read["strange"] == 0, read["name"]
        seen.add(read["name"])
        page.keyboard.press("j")
    assert seen == set(PAYLOADS)


def test_they_are_searched_filtered_and_linked_like_any_text(watch: Watched, whole: Path) -> None:
    page = watch.open_pairs(whole)
    key = page.evaluate("JSON.parse(document.getElementById('viva-page').textContent).lists[0].index")
    for name in (
        "prototype",
        "constructor",
        "has own",
        "bidi override",
        "json quote",
        "fragment",
        "percent encoded",
        "nul",
    ):
        page.goto("about:blank")
        watch.open_pairs(whole, f"#p={key}/{linked(PAYLOADS[name])}")
        assert page.locator(".chips li", has_text="payload=").inner_text() == f"payload={name}"
        page.get_by_label("Search ids").fill(PAYLOADS[name])
        page.wait_for_function("() => document.querySelectorAll('.rows li').length < 50")
        assert page.locator(".row[aria-current]").count() == 1
    page.get_by_label("Search ids").fill("")
    page.get_by_label("payload", exact=True).select_option(label="prototype (1)")
    page.wait_for_function("() => document.querySelectorAll('.rows li').length === 1")
    assert page.locator(".rows .sample").inner_text() == "__proto__"


def test_marks_of_them_come_back_whole(watch: Watched, whole: Path) -> None:
    page = watch.open_pairs(whole)
    key = page.evaluate("JSON.parse(document.getElementById('viva-page').textContent).lists[0].index")
    page.get_by_label("Reviewer").fill(PAYLOADS["script"])
    page.keyboard.press("Escape")
    names = ("prototype", "lone surrogates", "nul", "line separators", "json quote", "script closes the data block")
    for name in names:
        page.evaluate("address => { location.hash = address }", f"#p={key}/{linked(PAYLOADS[name])}")
        page.wait_for_function(f"() => document.querySelector('.pair .chips').textContent.includes('payload={name}')")
        page.keyboard.press("2")
    page.get_by_label("Note").last.fill(PAYLOADS["image error"])
    with page.expect_download() as download:
        page.get_by_role("button", name="Export marks").click()
    made: dict[str, Any] = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert made["reviewer"] == PAYLOADS["script"]
    assert [mark["sample"] for mark in made["marks"]] == [PAYLOADS[name] for name in names]
    assert {mark["model"] for mark in made["marks"]} == {STUDENT}
    assert [mark["note"] for mark in made["marks"] if mark["note"]] == [PAYLOADS["image error"]]
    page.reload()
    page.wait_for_selector("article.pair")
    assert page.locator(".counted").inner_text() == f"{len(names)} marks"


def linked(text: str) -> str:
    """As the page writes a deep link: what no address can hold is U+FFFD."""
    return quote(re.sub("[\ud800-\udfff]", "\ufffd", text), safe="")


def test_slices_named_like_them_have_pages_that_show_their_pair(watch: Watched, report: Path, hostile: Parts) -> None:
    for name in (
        "script closes the data block",
        "prototype",
        "style hides all",
        "bidi override",
        "invalid utf-8",
        "unbroken word",
    ):
        part = Slice(name=PAYLOADS[name][:LARGEST], value=PAYLOADS[name][:LARGEST])
        page = watch.open_pairs(report / page_of(hostile, part))
        assert page.locator(".chips li", has_text="payload=").inner_text() == f"payload={name}"
        assert page.locator(".rows li").count() == 1
        page.evaluate(OPEN_ALL)
        assert page.evaluate(f"document.querySelectorAll({json.dumps(STRANGE)}).length") == 0


def test_nothing_sticks_out_of_a_phone(watch: Watched, report: Path, whole: Path) -> None:
    watch.page.set_viewport_size({"width": 390, "height": 844})
    for path in (report / "index.html", whole):
        page = watch.open(path)
        if path == whole:
            page.wait_for_selector("article.pair")
        page.evaluate(OPEN_ALL)
        assert page.evaluate("document.documentElement.scrollWidth") == 390
