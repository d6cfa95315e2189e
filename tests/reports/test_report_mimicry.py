"""The mimicry profile on the page: labels, the picture, sentences for whoever decides, marks in replies."""

import re
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from itertools import combinations
from typing import Any

import pytest

from harness.evaluation import Evaluation, Finding, Mark, Pair, Profile, Slice, Style
from harness.protocols import PairTexts
from harness.records import Interval
from harness.verdict import Verdict
from reports import closeness
from reports.closeness import Spot, picture
from reports.context import build
from reports.marking import with_marks
from reports.mimicry_words import surface, telling
from reports.render import render
from reports.view import Page, Profiled

Parts = tuple[Evaluation, Verdict, Sequence[Pair], PairTexts]


def page_of(parts: Parts, **changes: Any) -> Page:
    evaluation, verdict, pairs, texts = parts
    return build(replace(evaluation, **changes), verdict, pairs, texts)


def text_of(page: Page) -> str:
    words: list[str] = []
    parser = HTMLParser()
    parser.handle_data = words.append  # type: ignore[method-assign, assignment]  # all that is wanted of it
    parser.feed(render(page).partition("</style>")[2])
    return " ".join("".join(words).split())


def profile_on(page: Page, student: str) -> Profiled:
    (found,) = next(section for section in page.sections if section.student == student).mimicry.suites
    return found


def test_the_card_names_the_label_and_the_section_its_reason(profiled: Parts) -> None:
    page = page_of(profiled)
    labels = {card.student: [label.badge.word for label in card.labels] for card in page.cards}
    assert labels == {"honest": ["Faithful"], "mimic": ["Superficial mimicry"], "sparse": ["Inconclusive"], "int4": []}
    assert profile_on(page, "mimic").reason == "Superficial mimicry, as the evidence says."
    assert len({label.badge.kind for card in page.cards for label in card.labels}) == 3
    told = text_of(page)
    assert told.index("Understood, or only sounds alike? Superficial mimicry") < told.index("Overall, suite by")


def test_warnings_stand_on_the_card_and_none_is_lost(profiled: Parts) -> None:
    mimic = next(card for card in page_of(profiled).cards if card.student == "mimic")
    assert (len(mimic.warnings), len(mimic.more_warnings), mimic.more) == (0, 6, "6 warnings")
    judged = next(s for s in profiled[1].students if s.student == "mimic")
    assert [warning.rstrip(".") for warning in (*mimic.warnings, *mimic.more_warnings)] == list(judged.warnings)
    assert "Read before a release 6 warnings" in text_of(page_of(profiled))


def test_the_card_of_a_student_that_passes_shows_its_first_warnings_openly(profiled: Parts) -> None:
    evaluation, verdict, pairs, texts = profiled
    warned = replace(verdict, students=tuple(replace(s, warnings=("a", "b", "c")) for s in verdict.students))
    cards = {card.student: card for card in build(evaluation, warned, pairs, texts).cards}
    assert (cards["honest"].warnings, cards["honest"].more_warnings) == (("a.", "b."), ("c.",))
    assert cards["honest"].more == "1 more warning"
    assert cards["mimic"].warnings == ()


def test_the_worst_label_stands_first_after_the_whole_suite(profiled: Parts) -> None:
    rows = profile_on(page_of(profiled), "mimic").rows
    assert (rows[0].name, rows[0].n, rows[0].place) == ("whole suite", "900 items", "")
    assert [row.badge.word for row in rows[1:]] == ["Superficial mimicry"] * 2 + ["Weaker"] * 6
    assert [row.place for row in rows[1:]] == [str(n) for n in range(1, 9)]
    first = rows[1]
    assert (first.name, first.flagged.value) == ("prices=list", "trace, calibration")
    assert first.flagged.detail == "of trace, calibration"
    assert (first.strongest.value, first.strongest.detail) == ("+62.0", "false equations")
    assert (first.distance.value, first.distance.detail) == ("0.11", "close, floor 0.01")
    last = rows[-1]
    assert (last.flagged.value, last.strongest.value) == ("nothing", "+62.0")
    assert last.strongest.detail == "false equations, not flagged"


def test_what_is_undecided_says_what_is_missing(profiled: Parts) -> None:
    rows = profile_on(page_of(profiled), "sparse").rows
    missing = "Missing: Support: 0 samples have a source text; 30 are needed."
    assert rows[0].reason == f"Inconclusive, as the evidence says. {missing}"
    assert "Missing:" not in profile_on(page_of(profiled), "honest").rows[0].reason


def test_findings_that_count_and_diagnostics_stand_apart(profiled: Parts) -> None:
    found = profile_on(page_of(profiled), "mimic")
    seen = [(row.detector, row.group, row.badge.word, row.estimate.value, row.p) for row in found.findings.rows]
    assert seen == [
        ("false equations", "Trace", "Flagged", "+62.0", "< 0.001"),
        ("overconfidence", "Calibration", "Flagged", "+16.0", "0.030"),
        ("unsupported claims", "Support", "Abstained", "–", "–"),
    ]
    (hollow,) = found.diagnostics.rows
    assert (hollow.detector, hollow.badge.word, hollow.p) == ("hollow reasoning", "Not judged", "–")
    assert "never counted" in found.diagnostics.caption
    assert {row.where for row in found.on_slices.rows} == {"prices=list", "prices=special"}
    assert profile_on(page_of(profiled), "honest").on_slices.rows == ()


def test_without_profiles_nothing_is_shown_but_the_reason(desk: Parts, profiled: Parts) -> None:
    told = text_of(page_of(desk))
    assert "support-desk: no profile. This run holds no profiles; viva grade RUN makes them." in told
    assert "Understood, or only sounds alike?" not in told and "sounds like the teacher," not in told
    few = tuple(replace(c, n=49) for c in profiled[0].comparisons)
    said = "it takes 50 samples that student and teacher answered, and there are 49 samples."
    assert said in text_of(page_of(desk, comparisons=few))
    assert "int4" not in {s.student for s in page_of(desk).sections if s.mimicry.absent}


def test_the_base_has_no_profile_and_says_why(profiled: Parts) -> None:
    models = tuple(replace(m, role="base") if m.name == "sparse" else m for m in profiled[0].models)
    page = page_of(profiled, models=models, profiles=tuple(p for p in profiled[0].profiles if p.student != "sparse"))
    section = next(s for s in page.sections if s.student == "sparse")
    assert section.mimicry.absent == (
        "The base is what the students' styles are measured from; it has no profile of its own.",
    )


def interval(point: float, low: float | None, high: float | None) -> Interval:
    return Interval(point=point, low=low, high=high, level=0.95, method="m")


UP, FLAT, DOWN = interval(0.28, 0.25, 0.31), interval(0.004, -0.01, 0.02), interval(-0.03, -0.05, -0.01)
ENDLESS = interval(0.2, None, None)


@pytest.mark.parametrize(
    ("alone", "more", "expected"),
    [
        (
            UP,
            UP,
            ("28.0 points too high (95%: +25.0 to +31.0)", "28.0 points more than for the teacher"),
        ),
        (UP, FLAT, ("28.0 points too high", "favours one of student and teacher is not shown (+0.4 points")),
        (UP, DOWN, ("28.0 points too high", "favour the teacher over the student by 3.0 points")),
        (FLAT, FLAT, ("about right (+0.4 points; 95%: −1.0 to +2.0)", "is not shown")),
        (FLAT, UP, ("about right", "favour the student over the teacher by 28.0 points")),
        (DOWN, DOWN, ("3.0 points too low (95%: −5.0 to −1.0)", "favour the teacher")),
        (ENDLESS, None, ("about right", "unbounded on both sides")),
    ],
)
def test_the_sentence_about_a_grader_of_the_surface(
    alone: Interval, more: Interval | None, expected: tuple[str, str]
) -> None:
    said = surface(profile(overrated=alone, overrated_more=more))
    assert said.startswith("A grader that looks only at the surface would score this student ") and said.endswith(".")
    for words in expected:
        assert words in said


def profile(**changes: Any) -> Profile:
    style = Style(distance=0.1, floor=0.01, threshold=0.35, close=True, auc=None)
    made = Profile(suite="s", student="a", slice=Slice(), label="WEAKER", reason="a loss is shown", style=style)
    return replace(made, **changes)


def test_nothing_is_said_of_a_surface_that_was_not_graded() -> None:
    assert surface(profile()) == ""


@pytest.mark.parametrize(
    ("feature", "weight", "expected"),
    [
        ("length", -0.7, "shorter replies"),
        ("word length", 0.2, "longer words"),
        ("hedges", 0.2, "more use of hedges"),
        ("-", -0.9, "less use of “-”"),
        ("begins 'total: $0'", 0.3, "begins more often with “total: $0” (0: any number)"),
        ('ends "it\'s so"', -0.3, "ends less often with “it's so” (0: any number)"),
    ],
)
def test_what_is_telling_is_said_in_words(feature: str, weight: float, expected: str) -> None:
    assert telling(feature, weight) == expected


def test_nothing_is_telling_where_the_replies_cannot_be_told_apart(profiled: Parts) -> None:
    assert profile_on(page_of(profiled), "mimic").telling[0] == "shorter replies"
    assert profile_on(page_of(profiled), "honest").telling == ()


def test_what_was_recovered_is_left_out_without_a_base(profiled: Parts) -> None:
    names = [name for name, _ in profile_on(page_of(profiled), "mimic").facts]
    assert names[2:] == ["Style recovered", "Accuracy recovered", "Mimicry gap, in points"]
    why = "the base is not shown to differ from the teacher"
    bare = tuple(
        replace(p, style=replace(p.style, recovery=None, capability=None, gap=None, reason=why))
        for p in profiled[0].profiles
    )
    found = profile_on(page_of(profiled, profiles=bare), "mimic")
    assert len(found.facts) == 2 and found.fact_note == f"{why.capitalize()}."


def spot(place: str, distance: float, excess: float, kind: str = "weaker") -> Spot:
    return Spot(place=place, name=f"slice={place}", kind=kind, label=kind, distance=distance, excess=excess)


def test_the_corner_holds_what_is_close_and_flagged() -> None:
    drawn = picture([spot("all", 0.1, 0.9, "fail"), spot("1", 0.6, 0.9), spot("2", 0.1, 0.0)], 0.35)
    corner = re.search(r'class="harm" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"', drawn)
    assert corner is not None
    left, top, wide, high = map(float, corner.groups())
    field = closeness.Field(reach=closeness.LEAST_REACH)
    inside = {
        name: left <= x <= left + wide and top <= y <= top + high
        for name, (x, y) in {
            "mimic": field.at(spot("all", 0.1, 0.9)),
            "another style": field.at(spot("1", 0.6, 0.9)),
            "nothing flagged": field.at(spot("2", 0.1, 0.0)),
            "just flagged": field.at(spot("3", 0.3499, 0.0201)),
        }.items()
    }
    assert inside == {"mimic": True, "another style": False, "nothing flagged": False, "just flagged": True}
    assert "Close in style, with flagged faults beyond the teacher&#39;s: slice=all." in drawn
    assert "sounds like the teacher," in drawn


def test_a_large_estimate_that_is_not_flagged_is_no_fault_and_no_zero(profiled: Parts) -> None:
    drawn = profile_on(page_of(profiled), "honest").picture
    assert "nothing flagged" in drawn and "beyond the teacher<" not in drawn
    assert ">none</text>" in drawn and 'text-anchor="end">0</text>' not in drawn


def test_labels_differ_in_shape_and_not_only_in_colour() -> None:
    kinds = ("pass", "fail", "weaker", "inconclusive")
    drawn = [picture([spot("all", 0.1, 0.5, kind)], 0.35) for kind in kinds]
    shapes = [
        re.sub(kind, "", str(re.search(r'<(?:circle|path) class="spot[^>]*>', one)))
        for kind, one in zip(kinds, drawn, strict=True)
    ]
    assert len(set(shapes)) == 4


@pytest.mark.parametrize("n", [1, 5, 24, 120])
def test_names_in_the_picture_never_overlap(n: int) -> None:
    spots = [spot("all", 0.05, 0.8, "fail")]
    spots += [spot(str(k), (k * 37 % 70) / 100, (k * 53 % 100) / 100 * (k % 3 > 0)) for k in range(1, n)]
    drawn = picture(spots, 0.35)
    texts = re.findall(r'<text(?: class="danger")? x="([\d.]+)" y="([\d.]+)"(?: text-anchor="(\w+)")?>([^<]*)<', drawn)
    boxes = []
    for x, y, anchor, words in texts:
        wide = len(words) * 5.5
        left = float(x) - {"end": wide, "middle": wide / 2}.get(anchor, 0.0)
        boxes.append((left, float(y) - 9, left + wide, float(y), words))
    clashes = [
        (a[4], b[4]) for a, b in combinations(boxes, 2) if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]
    assert clashes == []
    assert all(left >= 0 and right <= closeness.WIDTH for left, _, right, _, _ in boxes)
    assert drawn.count('class="spot') == n


def test_a_picture_of_far_styles_has_room_for_them() -> None:
    assert closeness.Field(reach=1.4).x(1.31) > closeness.PLOT.left
    assert 'd="M' in picture([spot("all", 1.31, 0.5)], 0.35)


@pytest.mark.parametrize("farthest", [0.3, 0.9, 1.4, 3.0, 30.0])
def test_the_name_of_the_corner_stays_in_the_drawing(farthest: float) -> None:
    drawn = picture([spot("all", 0.1, 0.5, "fail"), spot("1", farthest, 0.0, "pass")], 0.35)
    lines = re.findall(r'<text class="danger" x="([\d.]+)" y="([\d.]+)">([^<]*)<', drawn)
    assert " ".join(words for *_, words in lines) == closeness.CORNER
    for x, y, words in lines:
        assert float(x) + len(words) * 6 <= closeness.PLOT.right
        assert closeness.PLOT.top < float(y) < closeness.PLOT.bottom


def test_what_could_not_be_looked_at_has_no_mark(profiled: Parts) -> None:
    blind = tuple(
        replace(f, state="abstained", estimate=None, p_adjusted=None) if f.slice.name == "task" else f
        for f in profiled[0].findings
    )
    found = profile_on(page_of(profiled, findings=blind), "honest")
    assert set(found.undrawn.split(", ")) == {"task=quote", "task=window", "task=ticket"}
    assert {row.name for row in found.rows if not row.place} == {"whole suite", *found.undrawn.split(", ")}
    assert found.picture.count('class="spot') == len(found.rows) - 3


def test_many_slices_and_many_students(profiled: Parts) -> None:
    evaluation = profiled[0]
    whole = next(p for p in evaluation.profiles if p.student == "mimic" and p.slice == Slice())
    parts = [Slice(name="topic", value=f"topic {n}") for n in range(60)]
    findings = [f for f in evaluation.findings if f.student == "mimic" and f.slice == Slice()]
    more = tuple(replace(f, slice=part) for part in parts for f in findings)
    profiles = (*evaluation.profiles, *(replace(whole, slice=part) for part in parts))
    found = profile_on(page_of(profiled, profiles=profiles, findings=(*evaluation.findings, *more)), "mimic")
    assert (len(found.rows), found.left_out.partition(":")[0]) == (25, "44 more slices")
    assert found.counted == "62 superficial mimicry, 6 weaker"
    assert len(found.on_slices.rows) == 40
    assert found.on_slices.more == "84 more rows: `viva compare RUN --findings --mimicry` prints them all."


def mark(start: int, end: int, note: str, sample: str = "1") -> Mark:
    return Mark(sample=sample, model="a", attempt=0, start=start, end=end, note=note)


@pytest.mark.parametrize(
    ("marks", "expected", "notes", "beyond"),
    [
        ([], "ab &lt;c&gt; de", (), 0),
        ([mark(0, 2, "x")], "[ab]1 &lt;c&gt; de", ("x",), 0),
        ([mark(3, 6, "<b>")], "ab [&lt;c&gt;]1 de", ("<b>",), 0),
        ([mark(0, 4, "x"), mark(2, 6, "y")], "[ab][ &lt;]1[c&gt;]2 de", ("x", "y"), 0),
        ([mark(0, 9, "x"), mark(3, 6, "y")], "[ab ][&lt;c&gt;]2[ de]1", ("x", "y"), 0),
        ([mark(0, 2, "x"), mark(0, 2, "y")], "[ab]12 &lt;c&gt; de", ("x", "y"), 0),
        ([mark(0, 2, "x"), mark(0, 2, "x")], "[ab]1 &lt;c&gt; de", ("x",), 0),
        ([mark(0, 2, "x"), mark(2, 3, "x")], "[ab]1[ ]1&lt;c&gt; de", ("x",), 0),
        ([mark(7, 500, "x")], "ab &lt;c&gt; [de]1", ("x",), 0),
        ([mark(9, 12, "x"), mark(500, 600, "y")], "ab &lt;c&gt; de", (), 2),
        ([mark(-5, 2, "x"), mark(4, 4, "y"), mark(6, 3, "z")], "[ab]1 &lt;c&gt; de", ("x",), 0),
        ([mark(0, 2, "")], "[ab]1 &lt;c&gt; de", ("no note",), 0),
    ],
)
def test_marks_in_a_text(marks: list[Mark], expected: str, notes: tuple[str, ...], beyond: int) -> None:
    made = with_marks("ab <c> de", marks)
    plain = re.sub(r'<sup class="footnote">(\d+)</sup>', r"\1", made.body)
    assert plain.replace("<mark>", "[").replace("</mark>", "]") == expected
    assert (made.notes, made.beyond) == (notes, beyond)


def test_marks_in_hostile_text_leave_nothing_unescaped() -> None:
    text = "</pre><script>x</script>\u202e\ud800\x00" * 20
    made = with_marks(text, [mark(start, start + 7, f"<i>{start}") for start in range(0, len(text), 3)])
    assert set(re.findall(r"<(/?\w+)", made.body)) == {"mark", "/mark", "sup", "/sup", "span", "/span"}
    assert made.body.count("<mark>") == made.body.count("</mark>")


def test_pairs_show_the_evidence_in_the_students_text(profiled: Parts) -> None:
    section = next(s for s in page_of(profiled).sections if s.student == "mimic")
    items = section.mimicry.examples.items
    assert len(items) == 3 and [item.opened for item in items] == [True, False, False]
    assert "named by “false equations”" in items[0].why
    assert items[1].why == "Calibration: named by “overconfidence” (one of the student's surest wrong answers)."
    assert items[0].student.footnotes == ("3 x 3 is 9", "of 5")
    assert items[0].student.text.body.count("<mark>") == 3 and "<mark>" not in items[0].teacher.text.body
    assert "<del>" not in items[0].teacher.text.body and "Marked:" in items[0].note
    assert items[1].student.footnotes == () and items[1].note != items[0].note


def test_nothing_is_held_against_a_student_of_whom_nothing_is_flagged(profiled: Parts) -> None:
    section = next(s for s in page_of(profiled).sections if s.student == "honest")
    assert section.mimicry.examples.items == () and section.mimicry.examples.lead == ""


def test_evidence_that_is_no_pair_is_left_out(profiled: Parts) -> None:
    gone = tuple(replace(f, evidence=("nowhere", *f.evidence[:1])) for f in profiled[0].findings)
    section = next(s for s in page_of(profiled, findings=gone).sections if s.student == "mimic")
    assert 0 < len(section.mimicry.examples.items) <= 2


def on_variants(student: str, sample: str) -> Finding:
    return Finding(
        detector="variants", suite="support-desk", student=student, slice=Slice(), state="flagged",
        estimate=interval(0.1, 0.05, 0.15), reason="the student falls", group="variants", evidence=(sample,),
    )  # fmt: skip


def test_a_fall_on_variants_shows_the_variant(profiled: Parts) -> None:
    evaluation, verdict, pairs, texts = profiled
    kept = next(p for p in pairs if p.student == "mimic" and p.student_score == p.teacher_score == 1)
    fallen = replace(kept, suite="support-desk.stress", sample=f"{kept.sample}~rename1", student_score=0.0)
    changed = replace(evaluation, findings=(on_variants("mimic", kept.sample),))
    page = build(changed, verdict, (*pairs, fallen), Renamed(texts))
    section = next(s for s in page.sections if s.student == "mimic")
    assert [item.sample for item in section.mimicry.examples.items] == [fallen.sample]


class Renamed:
    """Texts in which a variant reads like the sample that it is made of."""

    def __init__(self, inner: PairTexts) -> None:
        self.inner = inner

    def sample(self, suite: str, sample: str) -> Any:
        return self.inner.sample(suite, sample.partition("~")[0])

    def responses(self, suite: str, sample: str, model: str) -> Any:
        return self.inner.responses(suite, sample.partition("~")[0], model)

    def grades(self, suite: str, sample: str, model: str) -> Any:
        return self.inner.grades(suite, sample.partition("~")[0], model)


class Twice(Renamed):
    """Texts of two attempts, of which the second is the one that the marks are in."""

    def responses(self, suite: str, sample: str, model: str) -> Any:
        (first,) = self.inner.responses(suite, sample, model)
        return [first, replace(first, key="second", text="The second attempt: 3 x 3 = 12")]

    def grades(self, suite: str, sample: str, model: str) -> Any:
        (first,) = self.inner.grades(suite, sample, model)
        second = replace(first, attempt=1, outcome="incorrect", score=0.0, answer="12", response_keys=("second",))
        return [first, second]


def test_the_attempt_that_is_marked_is_shown_with_its_own_grade(profiled: Parts) -> None:
    evaluation, verdict, pairs, texts = profiled
    moved = tuple(
        replace(f, marks=tuple(replace(m, attempt=1, start=20, end=30) for m in f.marks)) for f in evaluation.findings
    )
    page = build(replace(evaluation, findings=moved), verdict, pairs, Twice(texts))
    item = next(s for s in page.sections if s.student == "mimic").mimicry.examples.items[0]
    assert (item.student.extracted, item.badge.word) == ("12", "wrong")
    assert "Attempt 2 of 2." in item.student.notes
    assert "second attempt" in item.student.text.body and "<mark>" in item.student.text.body


def test_marks_of_another_attempt_are_not_put_into_this_one(profiled: Parts) -> None:
    evaluation, verdict, pairs, texts = profiled
    mixed = tuple(
        replace(f, marks=tuple(replace(m, attempt=n % 2) for n, m in enumerate(f.marks))) for f in evaluation.findings
    )
    page = build(replace(evaluation, findings=mixed), verdict, pairs, Twice(texts))
    item = next(s for s in page.sections if s.student == "mimic").mimicry.examples.items[0]
    assert item.student.footnotes == ("3 x 3 is 9",)
    assert "Attempt 1 of 2." in item.student.notes


def test_marks_beyond_the_shown_text_are_counted(profiled: Parts) -> None:
    far = tuple(
        replace(f, marks=tuple(replace(m, start=10**6, end=10**6 + 3) for m in f.marks)) for f in profiled[0].findings
    )
    item = next(s for s in page_of(profiled, findings=far).sections if s.student == "mimic").mimicry.examples.items[0]
    assert "2 marks beyond the shown part of the text." in item.student.notes
    assert item.student.footnotes == ()
