"""The page as a file: what it says, that hostile text stays text, and that nothing is left to chance."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from jinja2 import UndefinedError

from harness.evaluation import Comparison, Evaluation, Pair
from harness.protocols import PairTexts
from harness.records import Interval
from harness.verdict import Verdict
from reports.context import build
from reports.render import render, write_report
from reports.templating import environment, only_text, stylesheet
from reports.visible import plain

Parts = tuple[Evaluation, Verdict, Sequence[Pair], PairTexts]
TAGS = """
html head meta title style body a header p span h1 h2 h3 h4 ul li dl div dt dd bdi time nav main section article
strong figure figcaption svg circle rect path line text table caption thead tbody tr th td details summary pre del ins
mark sup ol footer g code"""
ATTRIBUTES = """
lang charset http-equiv content name class href id viewbox aria-hidden aria-label aria-labelledby role
tabindex scope colspan data-label dir datetime title d cx cy r x x1 x2 y y1 y2 width height rx stroke-dasharray
text-anchor open transform font-size stroke-width"""


class Reader(HTMLParser):
    """Everything that a browser would make of the page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.starts: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.style = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.starts.append((tag, {name: value or "" for name, value in attrs}))
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.starts.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "style":
            self.style += data
        else:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def all(self, attribute: str) -> list[str]:
        return [attrs[attribute] for _, attrs in self.starts if attribute in attrs]


@pytest.fixture(scope="module")
def page(desk: Parts) -> Reader:
    return Reader(render(build(*desk)))


@pytest.fixture(scope="module")
def poisoned_page(poisoned: Parts) -> Reader:
    return Reader(render(build(*poisoned)))


@pytest.fixture(scope="module")
def profiled_page(profiled: Parts) -> Reader:
    return Reader(render(build(*profiled)))


@pytest.fixture(params=["page", "profiled_page", "poisoned_page"])
def any_page(request: pytest.FixtureRequest) -> Reader:
    reader: Reader = request.getfixturevalue(request.param)
    return reader


def test_the_file_is_written_and_the_same_every_time(poisoned: Parts, tmp_path: Path) -> None:
    first = write_report(*poisoned, tmp_path / "a" / "report")
    second = write_report(*poisoned, tmp_path / "b")
    assert first == tmp_path / "a" / "report" / "index.html"
    assert first.read_bytes() == second.read_bytes()


def test_the_answer_comes_first(page: Reader) -> None:
    answer = (
        "May replace desk-teacher: honest May not replace desk-teacher: mimic (released for 1 slice) "
        "The data cannot decide yet: sparse"
    )
    assert answer in page.text
    assert page.text.index(answer) < page.text.index("Verdicts") < page.text.index("Overall, suite by suite")


@pytest.mark.parametrize(
    "words",
    [
        "−7.0 points 95%: −8.8 to −5.2",
        "extra wrong answers per 1,000 requests 95%: +52 to +88",
        "66 lost, 3 gained",
        "Withheld: 4 slices",
        "Showing 3 of 66, from the slices that lose most: the teacher was right and the student was not.",
        "advisory 0.0 1.1% 10 100.0% 100.0%",
        "No verdict from 10 items; at least 20 are asked for. Student: all correct.",
        "our failure: the grader's sandbox died",
        "sparse was stopped after 240 of 900 items",
        "22 November 2026, 03:38 UTC",
        '"margin_points": 3.0',
        "sha256:" + "c0de" * 16,
        "Margin: a loss of up to 3 points.",
    ],
)
def test_what_it_says(page: Reader, words: str) -> None:
    assert words in page.text


def test_a_student_without_answers_is_shown_as_such(page: Reader) -> None:
    assert "Nothing to compare: int4" in page.text
    assert "int4 Not compared. The engine could not load it: no kernel for 4-bit weights" in page.text
    assert "Nothing to compare. The engine could not load it" in page.text


def test_a_teacher_without_answers_is_the_reason(desk: Parts) -> None:
    teacher = replace(desk[0].models[0], failure="It ran out of memory.")
    page = changed(desk, comparisons=(), models=(teacher, *desk[0].models[1:]))
    assert "honest Not compared. The teacher did not answer: It ran out of memory." in page.text


def changed(desk: Parts, **changes: Any) -> Reader:
    """The page of the same evaluation but for some of its fields."""
    evaluation, verdict, pairs, texts = desk
    return Reader(render(build(replace(evaluation, **changes), verdict, pairs, texts)))


def bare(c: Comparison) -> Comparison:
    """A comparison of fractional, clustered scores of which hardly anything can be said."""
    open_ended = Interval(point=0.93, low=0.8, high=None, level=0.95, method="fieller")
    return replace(
        c, cells=None, delta95=None, delta90=None, conditional95=None, p_value=None, p_adjusted=None, items_needed=None,
        retention95=open_ended, effective_n=7.4, clusters=7,
    )  # fmt: skip


def test_what_is_not_known_is_said_in_words(desk: Parts) -> None:
    text = changed(desk, comparisons=tuple(bare(c) for c in desk[0].comparisons), pairs_digest=None).text
    assert "no interval: too few independent items" in text
    assert "93.0% 80.0% or more, unbounded above" in text
    assert "– scores are fractional, weighted, repeated or clustered" in text
    assert "none: pairs are not stored" in text


def test_two_suites_are_told_apart(desk: Parts) -> None:
    evaluation = desk[0]
    letters = replace(evaluation.suites[0], name="letters")
    more = tuple(bare(replace(c, suite="letters")) for c in evaluation.comparisons if c.student == "mimic")
    page = changed(desk, suites=(*evaluation.suites, letters), comparisons=(*evaluation.comparisons, *more))
    assert "extra wrong answers per 1,000 requests, letters no interval" in page.text
    assert "support-desk: task=quote" in page.text
    assert "honest Not compared. No pair of answers on this suite." in page.text
    assert "There is no item on which the teacher was right and the student was not." in page.text


def test_hostile_text_stays_text(any_page: Reader) -> None:
    assert not any_page.open
    assert {tag for tag, _ in any_page.starts} <= set(TAGS.split())
    assert {name for _, attrs in any_page.starts for name in attrs} <= set(ATTRIBUTES.split())
    assert all(link.startswith("#") for link in any_page.all("href"))
    assert "<script>document.title = 'owned'</script>" in any_page.text
    assert "{{ 7 * 7 }}" in any_page.text


def test_nothing_invisible_is_left(poisoned: Parts) -> None:
    html = render(build(*poisoned)).replace("👩‍💻", "")
    assert plain(html) == html
    assert "⟨U+202E⟩" in html and ">U+202E</span>" in html
    html.encode()


def test_the_content_policy_allows_this_style_and_nothing_else(any_page: Reader) -> None:
    policy = next(a["content"] for t, a in any_page.starts if a.get("http-equiv") == "Content-Security-Policy")
    digest = base64.b64encode(hashlib.sha256(any_page.style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert "url(" not in stylesheet() and "@import" not in stylesheet()


def test_structure_for_those_who_listen(any_page: Reader) -> None:
    tags = [tag for tag, _ in any_page.starts]
    assert [tags.count(one) for one in ("h1", "main", "nav", "footer")] == [1, 1, 1, 1]
    assert tags.count("caption") == tags.count("table")
    assert all("scope" in attrs for tag, attrs in any_page.starts if tag == "th")
    assert all(tags[i + 1] == "title" for i, (_, a) in enumerate(any_page.starts) if a.get("role") == "img")
    levels = [int(tag[1]) for tag in tags if tag in ("h1", "h2", "h3", "h4")]
    assert all(below - above <= 1 for above, below in pairwise(levels))
    ids = any_page.all("id")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in any_page.all("href")} | set(any_page.all("aria-labelledby")) <= set(ids)


def leaves(value: object) -> Iterator[object]:
    if is_dataclass(value):
        for field in fields(value):
            yield from leaves(getattr(value, field.name))
    elif isinstance(value, tuple):
        for inner in value:
            yield from leaves(inner)
    else:
        yield value


def test_every_number_is_written_out_before_the_template(profiled: Parts) -> None:
    assert {type(leaf).__name__ for leaf in leaves(build(*profiled))} == {"str", "Markup", "bool", "NoneType"}
    with pytest.raises(TypeError, match="0.5"):
        only_text(0.5)
    with pytest.raises(TypeError, match="None"):
        environment().from_string("{{ value }}").render(value=None)


def test_templates_are_strict_and_escape() -> None:
    with pytest.raises(UndefinedError):
        environment().from_string("{{ nothing }}").render()
    assert environment().from_string("<b>{{ name }}</b>").render(name="<i>") == "<b>&lt;i&gt;</b>"


def test_lost_items_of_a_fractional_suite_are_named_so(desk: Parts) -> None:
    evaluation, verdict, pairs, texts = desk
    half = [replace(p, student_score=0.5) if p.teacher_score > p.student_score else p for p in pairs]
    text = Reader(render(build(evaluation, verdict, half, texts))).text
    assert "Showing 3 of 66, from the slices that lose most: the teacher scored higher." in text
