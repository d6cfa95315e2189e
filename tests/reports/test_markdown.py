"""The summary for step summaries and comments: the verdict first, never too long, and nothing in it acts."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from markdown_it import MarkdownIt  # rich brings it

from harness.evaluation import ALL, Evaluation, Profile, Slice, Style
from harness.verdict import RequirementVerdict, SliceVerdict, StudentVerdict, Verdict
from reports.inert import inert
from reports.markdown import LIMIT, markdown
from tests.reports.conftest import Parts

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
OURS = {"h2", "h3", "ul", "li", "p", "table", "thead", "tbody", "tr", "th", "td"}
# What the filters of GitHub and GitLab look for in the texts of a finished page.
REFERENCES = re.compile(r"@\w|#\w|[!$&^~]\w|%[\w\"]|:\w+:|://|\bwww\.|\bGH-\d|\b[0-9a-f]{7,40}\b|:[a-z]", re.IGNORECASE)
ATTACKS = (
    "@team", "@org/team please", "a@b.example", "#12", "org/repo#12", "GH-12", "!12", "$12", "&12", "~label", "^12",
    "%12", '%"1.0"', ":smile:", "https://evil.invalid/x", "www.evil.invalid", "ftp://evil.invalid",
    "mailto:a@b.example", "<https://evil.invalid>",
    "[a](https://evil.invalid)", "![a](https://evil.invalid/x.png)", "[a][b]", "[a]: //evil",
    "<img src=x onerror=alert(1)>", "<script>alert(1)</script>", "<!-- hidden", "-->", "</td></table>", "&lt;b&gt;",
    "&#64;team", "&commat;team", "\\@team", "\\", "**bold**", "__bold__", "*i*", "_i_", "~~gone~~", "`code`", "``",
    "a | b | c", "|---|", "\\|", "# heading", "## x", "- item", "+ item", "-", "+", "1.", "- - -", "-- x", "+0.3",
    "* item", "1. item", "1) item", "- [x] done",
    "> quote", "---", "===", "***", "```sh", "    code", "\tcode", "a\n\n## b", "a\r\n- b", "\n@team", "[^1]", "[TOC]",
    "/close", "0123456789abcdef0123456789abcdef01234567", "deadbeef", "\u202ereversed", "zero\u200bwidth", "\x00\x07",
    "\ud800", "{{ 7 * 7 }}", "{% raw %}", "x" * 100_000, "#" * 5_000, "@a" * 5_000, "",
)  # fmt: skip


class Page(HTMLParser):
    """The elements of a page, and each of its texts alone: a comment keeps two texts apart."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.feed(MARKDOWN.render(text))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert all(name == "style" and (value or "").startswith("text-align:") for name, value in attrs)
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)


def cells(text: str) -> Iterator[list[str]]:
    """The rows of the tables, as text."""
    for row in re.findall(r"<tr>(.*?)</tr>", MARKDOWN.render(text), flags=re.DOTALL):
        yield [Reading(cell).text for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, flags=re.DOTALL)]


class Reading(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.feed(html)
        self.close()

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("place", ["- {}\n", "### {}: fail\n", "| a | b |\n|---|---|\n| {} | {} |\n", "- x: {}, {}\n"])
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: ascii(attack)[:30])
def test_nothing_acts_wherever_it_stands(place: str, attack: str) -> None:
    calm = Page(place.replace("{}", "calm"))
    page = Page(place.replace("{}", inert(attack, 80)))
    assert page.tags == calm.tags
    assert [text for text in page.texts if REFERENCES.search(text)] == []


@pytest.mark.parametrize("attack", [attack for attack in ATTACKS if attack.isprintable() and 0 < len(attack) <= 80])
def test_a_text_shows_as_it_is(attack: str) -> None:
    assert Page(f"- {inert(attack, 80)}\n").text.strip() == attack.strip()


def test_long_texts_are_shortened_and_say_so() -> None:
    assert Page(f"- {inert('x' * 1_000_000, 80)}").text.strip() == "x" * 79 + "…"
    assert Page(f"- {inert(' ' * 500 + 'x', 80)}").text.strip() == "…"
    assert inert("x" * 80, 80) == "x" * 80


@pytest.mark.parametrize("figure", ["+0.3", "0.0", "−4.1 to +0.2", "12.5% of 40", "-3", "1.5"])
def test_figures_stay_as_they_are(figure: str) -> None:
    assert inert(figure, 80) == figure


def test_what_cannot_be_seen_is_named() -> None:
    assert Page(f"- {inert(chr(0x202E) + 'a' + chr(0xD800), 80)}").text.strip() == "⟨U+202E⟩a⟨U+D800⟩"


def test_the_verdict_comes_first(desk: Parts) -> None:
    evaluation, verdict, *_ = desk
    first, *lines = markdown(evaluation, verdict).splitlines()
    assert first == "## Support desk, November release: Fail"
    told = [Page(line).text.strip() for line in lines[1:5]]
    assert told == [
        "May replace desk-teacher: honest (except on 1 slice)" if "except" in told[0] else
        "May replace desk-teacher: honest",
        "May not replace desk-teacher: mimic (released for 1 slice)",
        "The data cannot decide yet: sparse (released for 1 slice)",
        "Nothing to compare: int4",
    ]  # fmt: skip


def test_every_slice_stands_in_the_table_with_what_decides_it(desk: Parts) -> None:
    evaluation, verdict, *_ = desk
    text = markdown(evaluation, verdict)
    part = text.split("### mimic")[1].split("### ")[0]
    _, *rows = cells(part)
    judged = next(s for s in verdict.students if s.student == "mimic")
    assert len(rows) == len(judged.slices)
    assert rows[0][:2] == ["support-desk", "whole suite"]
    decisions = [row[-1].split()[0] for row in rows[1:]]
    assert decisions == sorted(decisions, key=["Fail", "Inconclusive", "Pass"].index)
    special = next(row for row in rows if row[1] == "prices=special")
    c = next(c for c in evaluation.comparisons if (c.student, c.slice.value) == ("mimic", "special"))
    assert special[2] == str(c.n)
    assert special[3] == f"−{abs(c.pupil.accuracy - c.teacher.accuracy) * 100:.1f}"
    assert special[5:] == ["3", "Fail (supporting)"]


def test_losses_are_told_by_cause_the_largest_first(desk: Parts) -> None:
    evaluation, verdict, *_ = desk
    c = next(c for c in evaluation.comparisons if (c.student, c.slice.name) == ("mimic", ALL))
    given = replace(
        c, losses={"truncated": 0.01, "incorrect": 0.06, "refused": 0.02, "unparsed": 0.005, "correct": -0.1}
    )
    text = markdown(replace(evaluation, comparisons=(given,)), verdict)
    assert "by what the student did: wrong −6.0, refused −2.0, truncated −1.0." in Page(text).text
    gained = replace(c, losses={"correct": -0.1})
    assert "Points lost" not in markdown(replace(evaluation, comparisons=(gained,)), verdict)


def test_the_ladder_and_the_columns_stand_side_by_side(desk: Parts) -> None:
    evaluation, verdict, *_ = desk
    workload = evaluation.suites[0]
    stress = replace(workload, name="desk.stress", kind="stress")
    variants = tuple(replace(c, suite="desk.stress") for c in evaluation.comparisons if c.slice.name == ALL)
    both = replace(evaluation, suites=(workload, stress), comparisons=(*evaluation.comparisons, *variants))
    told = Page(markdown(both, verdict)).text.split("Side by side:")[1]
    assert "Ladder, in the order of the plan (not all declare their `parameters`): honest is the last student" in told
    assert "mimic: fails at work, breaks under stress." in told
    alone = Page(markdown(evaluation, replace(verdict, students=verdict.students[:1]))).text
    assert "breaks under stress" not in alone


def test_mimicry_requirements_warnings_and_notes_are_told(desk: Parts) -> None:
    evaluation, verdict, *_ = desk
    style = Style(distance=None, floor=None, threshold=None, close=None, auc=None)
    profile = Profile(
        suite="support-desk", student="mimic", slice=Slice(), label="SUPERFICIAL MIMICRY", reason="it only sounds so",
        style=style,
    )  # fmt: skip
    asked = (
        RequirementVerdict(kind="caps", name="truncated", decision="pass", reason="none of 900 was cut off"),
        RequirementVerdict(
            kind="lineage", name="declared", tier="advisory", decision="fail", reason="nothing declared"
        ),
        RequirementVerdict(kind="rules", name="x", decision="fail", reason="a rule is broken", waived="by Ada"),
        RequirementVerdict(kind="rules", name="y", decision="inconclusive", reason="who knows"),
    )
    mimic = replace(verdict.students[1], requirements=asked, warnings=("look at hard quotes",))
    text = markdown(replace(evaluation, profiles=(profile,)), replace(verdict, students=(mimic,)))
    page = Page(text).text
    assert "Mimicry, support-desk: SUPERFICIAL MIMICRY: it only sounds so." in page
    assert "look at hard quotes." in page
    assert "sparse was stopped after 240 of 900 items" in page
    assert "Waived, and not counted: rules.x." in page
    assert [row for row in cells(text) if len(row) == 2][1:] == [
        ["nothing declared", "Fail (advisory)"],
        ["a rule is broken", "Fail (waived)"],
        ["who knows", "Inconclusive (critical)"],
        ["none of 900 was cut off", "Pass"],
    ]


def test_what_is_not_known_is_no_zero(desk: Parts) -> None:
    evaluation, verdict, *_ = desk
    c = next(c for c in evaluation.comparisons if (c.student, c.slice.name) == ("mimic", ALL))
    nothing = replace(c, undecidable="the teacher answered once")
    (_, whole, *others) = cells(markdown(replace(evaluation, comparisons=(nothing,)), only(verdict, "mimic")))
    assert whole[2:5] == ["900", "–", "–"]
    assert {tuple(row[2:5]) for row in others} == {("–", "–", "–")}


def only(verdict: Verdict, student: str) -> Verdict:
    return replace(verdict, students=tuple(s for s in verdict.students if s.student == student))


def test_a_verdict_on_nobody_is_no_pass(desk: Parts) -> None:
    evaluation = replace(desk[0], models=desk[0].models[:1], comparisons=())
    text = markdown(evaluation, replace(desk[1], students=(), decision="inconclusive"))
    assert text.startswith("## Support desk, November release: Inconclusive")
    assert "No student was judged." in text


def test_a_poisoned_evaluation_injects_nothing(desk: Parts, poisoned: Parts) -> None:
    calm, page = (Page(markdown(parts[0], parts[1])) for parts in (desk, poisoned))
    assert set(page.tags) <= OURS
    assert page.tags.count("h3") == calm.tags.count("h3")
    assert page.tags.count("tr") >= calm.tags.count("tr")
    assert [text for text in page.texts if REFERENCES.search(text)] == []


@pytest.mark.parametrize("attack", ["@team", "| x", "[a](https://evil.invalid)", "\n\n# a", "<!--"])
def test_every_text_of_the_records_is_made_inert(desk: Parts, attack: str) -> None:
    def spoiled(record: Any) -> Any:
        """Every name and reason of a verdict replaced."""
        return replace(
            record, student=attack, reasons=(attack,), warnings=(attack,),
            slices=tuple(replace(s, suite=attack, slice=Slice(name=attack, value=attack)) for s in record.slices),
            requirements=(
                RequirementVerdict(kind="rules", name=attack, decision="fail", reason=attack, waived=attack),
            ),
        )  # fmt: skip

    evaluation = replace(
        desk[0], name=attack, notes=(attack,), viva_version=attack, created_at=attack,
        suites=(replace(desk[0].suites[0], name=attack),),
        models=tuple(replace(m, name=attack) for m in desk[0].models),
        comparisons=tuple(replace(c, suite=attack, student=attack) for c in desk[0].comparisons),
    )  # fmt: skip
    verdict = replace(desk[1], students=tuple(map(spoiled, desk[1].students)), evaluation_digest=attack)
    page = Page(markdown(evaluation, verdict))
    assert set(page.tags) <= OURS
    assert [text for text in page.texts if REFERENCES.search(text)] == []
    assert page.tags.count("h2") == 1


def crowd(desk: Parts, students: int, slices: int, name: str) -> tuple[Evaluation, Verdict]:
    """Many students that fail on many slices, all with long names."""
    judged = tuple(
        SliceVerdict(
            suite="support-desk", slice=Slice(name="part", value=f"{n} {name}"), tier="critical", decision="fail",
            margin=0.03, p_harm=None, p_harm_adjusted=None, items_needed=None, reason=name,
        )
        for n in range(slices)
    )  # fmt: skip
    each = tuple(
        StudentVerdict(
            student=f"{n} {name}", decision="fail", reasons=(name,) * slices, slices=judged, warnings=(name,)
        )
        for n in range(students)
    )
    return desk[0], replace(desk[1], students=each)


@pytest.mark.parametrize(
    ("students", "slices", "name"),
    [(1, 1000, "x"), (3, 400, "@team " * 40), (12, 40, "#" * 500), (800, 2, "<b>"), (1, 3, "\ud800" * 1_000_000)],
)
def test_it_is_never_too_long_and_says_what_it_leaves_out(desk: Parts, students: int, slices: int, name: str) -> None:
    text = markdown(*crowd(desk, students, slices, name))
    assert len(text) <= LIMIT
    page = Page(text)
    assert set(page.tags) <= OURS
    assert [one for one in page.texts if REFERENCES.search(one)] == []
    if students * slices > 100:
        assert "more slices: see" in page.text or "Cut here" in page.text
    assert text.startswith("## Support desk, November release: Fail\n")


def test_what_is_cut_is_counted(desk: Parts) -> None:
    text = markdown(*crowd(desk, 1, 1000, "x"))
    shown = len([row for row in cells(text) if len(row) == 7]) - 1
    assert 0 < shown < 1000
    assert f"{1000 - shown} more slices: see" in Page(text).text
