"""Numbers, invisible characters, differences between texts, drawings: by truth table."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from harness.evaluation import Evaluation, Pair, Slice
from harness.protocols import PairTexts
from harness.records import Interval
from harness.verdict import Verdict
from reports import charts, wording
from reports.diffing import side_by_side
from reports.endings import endings
from reports.items import change
from reports.lookup import lookup
from reports.templating import coded
from reports.visible import cut, marked, plain

Parts = tuple[Evaluation, Verdict, Sequence[Pair], PairTexts]


@pytest.mark.parametrize(
    ("write", "value", "expected"),
    [
        (wording.percent, 0.9824, "98.2%"),
        (wording.percent, 1.0, "100.0%"),
        (wording.points, -0.032, "−3.2 points"),
        (wording.points, 0.005, "+0.5 points"),
        (wording.points, -0.0001, "0.0 points"),
        (wording.per_thousand, -0.0355, "+36"),
        (wording.per_thousand, 0.0004, "0"),
        (wording.p_value, 0.0004, "< 0.001"),
        (wording.p_value, 0.04, "0.040"),
        (wording.count, 12345, "12,345"),
        (wording.count, 7.41, "7.4"),
        (wording.plain_number, -0.5, "−0.500"),
    ],
)
def test_numbers(write: Callable[[float], str], value: float, expected: str) -> None:
    assert write(value) == expected


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (-0.05, 0.01, "−5.0 to +1.0"),
        (None, 0.01, "up to +1.0, unbounded below"),
        (-0.05, None, "−5.0 or more, unbounded above"),
        (None, None, "unbounded on both sides"),
    ],
)
def test_limits(low: float | None, high: float | None, expected: str) -> None:
    interval = Interval(point=0.0, low=low, high=high, level=0.9, method="m")
    assert wording.limits(interval, wording.bare_points) == expected
    assert wording.turned(wording.turned(interval)) == replace(interval, point=wording.turned(interval).point)


@pytest.mark.parametrize(
    ("timestamp", "expected"),
    [
        ("2026-11-22T03:38:00Z", "22 November 2026, 03:38 UTC"),
        ("2026-11-02T03:38:00+02:00", "2 November 2026, 03:38 UTC+02:00"),
        ("2026-11-02T03:38:00", "2 November 2026, 03:38"),
        ("yesterday", "yesterday"),
    ],
)
def test_dates(timestamp: str, expected: str) -> None:
    assert wording.when(timestamp) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tab\tand\nline", "tab\tand\nline"),
        ("a\u202eb", "a⟨U+202E⟩b"),
        ("\x00\x00\x00", "⟨U+0000 ×3⟩"),
        ("zero\u200bwidth\ufeff", "zero⟨U+200B⟩width⟨U+FEFF⟩"),
        ("\ud800", "⟨U+D800⟩"),
        ("caf\u00e9 日本 السعر 👩‍💻", "café 日本 السعر 👩‍💻"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("a\u200db", "a⟨U+200D⟩b"),
        ("blank\u3164", "blank⟨U+3164⟩"),
        ("line\u2028", "line⟨U+2028⟩"),
    ],
)
def test_nothing_invisible(text: str, expected: str) -> None:
    assert plain(text) == expected


def test_marked_text_is_escaped() -> None:
    html = marked("<b>\u202e&\r\n")
    assert html == '&lt;b&gt;<span class="code-point" title="right-to-left override">U+202E</span>&amp;\n'


@pytest.mark.parametrize("text", ["x" * 10_000, "\n" * 10_000, "short"])
def test_cut_counts_what_it_leaves_out(text: str) -> None:
    kept, left_out = cut(text)
    assert text.startswith(kept) and len(kept) + left_out == len(text) and len(kept) <= 6_000


def test_words_of_one_side_are_marked() -> None:
    diff = side_by_side("2 x 7 = 14\nTotal: $<14>", "2 x 7 = 15\nTotal: $<15>")
    assert diff.teacher == "2 x 7 = <del>14</del>\nTotal: $&lt;<del>14</del>&gt;"
    assert diff.student == "2 x 7 = <ins>15</ins>\nTotal: $&lt;<ins>15</ins>&gt;"


@pytest.mark.parametrize(
    ("teacher", "student", "note"),
    [
        ("a <b>", "a <b>", "same"),
        ("one two three", "<i>", "too different"),
        ("", "", "same"),
        ("a", "", "too different"),
    ],
)
def test_no_marks_where_they_would_not_help(teacher: str, student: str, note: str) -> None:
    diff = side_by_side(teacher, student)
    assert note in diff.note and "<del>" not in diff.teacher and "<i" not in diff.student


@pytest.mark.parametrize(
    ("teacher", "student", "expected"),
    [
        ("42", "41", "42 → 41"),
        ("42", None, "42 → no answer"),
        (None, None, ""),
        ("", "41", "an empty answer → 41"),
        ("42", "42", "42 from both"),
        ("x" * 50 + "yes", "x" * 50 + "no", f"…{'x' * 14}yes → …{'x' * 14}no"),
    ],
)
def test_the_change_in_a_heading(teacher: str | None, student: str | None, expected: str) -> None:
    assert change(teacher, student) == expected


def test_slices_stand_by_what_they_lose(desk: Parts) -> None:
    slices = lookup(desk[0], desk[1]).slices("support-desk", "mimic")
    lost = [(c.teacher.accuracy - c.pupil.accuracy) * c.n for c in slices]
    assert lost == sorted(lost, reverse=True) and len(slices) == 9
    assert slices[0].slice == Slice(name="task", value="quote")


def test_a_drawing_says_what_it_shows_and_points_on_where_it_ends(desk: Parts) -> None:
    whole = lookup(desk[0], desk[1]).whole("support-desk", "mimic")
    assert whole is not None
    along = charts.scale([whole], [0.03], charts.NARROW)
    drawn = charts.forest_row(whole, 0.03, "fail", along)
    assert "Difference −7.0 points; 95% interval −8.8 to −5.2; 90% interval" in drawn and "margin −3.0 points." in drawn
    assert "beyond" not in drawn and "style=" not in drawn
    endless = Interval(point=-0.02, low=None, high=0.9, level=0.95, method="m")
    assert charts.forest_row(replace(whole, delta95=endless), None, "fail", along).count("beyond") == 2
    nothing = replace(whole, delta95=None, delta90=None)
    assert "No interval: too few independent items." in charts.forest_row(nothing, 0.03, "fail", along)


def test_what_nobody_judges_is_drawn_with_a_mark_of_its_own(desk: Parts) -> None:
    whole = lookup(desk[0], desk[1]).whole("support-desk", "mimic")
    assert whole is not None
    along = charts.scale([whole], [0.03], charts.NARROW)
    kinds = ("pass", "fail", "inconclusive", "unjudged")
    marks = [re.findall(r'<\w+ class="point"[^>]*>', charts.forest_row(whole, 0.03, kind, along)) for kind in kinds]
    assert [len(found) for found in marks] == [1, 1, 1, 1] and len({found[0] for found in marks}) == 4


def test_endings_are_shares_of_the_traffic_as_accuracy_is(desk: Parts) -> None:
    whole = lookup(desk[0], desk[1]).whole("support-desk", "mimic")
    assert whole is not None
    side = replace(
        whole.teacher, accuracy=0.96, outcomes={"correct": 223, "incorrect": 17},
        shares={"correct": 0.96, "incorrect": 0.04}, failed=3,
    )  # fmt: skip
    teacher = endings("desk-teacher", replace(whole, teacher=side)).rows[0]
    assert [(figure.value, figure.detail) for figure in teacher.figures[:6]] == [
        ("223", "96.0%"), ("17", "4.0%"), ("0", ""), ("0", ""), ("0", ""), ("3", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("desk: 6.3 points worse", "desk: 6.3 points worse"),
        ("google/small is the last student", "google/small is the last student"),
        ("desktops fail", "Desktops fail"),
        ("a loss is shown", "A loss is shown"),
        ("", ""),
    ],
)
def test_names_keep_their_letters_where_a_sentence_begins(words: str, expected: str) -> None:
    assert wording.capital(words, ("desk", "google/small", "")) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no `a` and `b: {c: [...]}`.", "no <code>a</code> and <code>b: {c: [...]}</code>."),
        ("a lone ` stays", "a lone ` stays"),
        ("`<b>\u202e`", "<code>&lt;b&gt;⟨U+202E⟩</code>"),
        ("<i> & ``", "&lt;i&gt; &amp; ``"),
    ],
)
def test_what_stands_in_backticks_is_code(text: str, expected: str) -> None:
    assert coded(text) == expected


@pytest.mark.parametrize("margin", [0.001, 0.03, 0.5])
def test_a_scale_holds_zero_and_the_margin(desk: Parts, margin: float) -> None:
    whole = lookup(desk[0], desk[1]).whole("support-desk", "honest")
    assert whole is not None
    along = charts.scale([whole], [margin], charts.BROAD)
    assert along.low <= -margin < 0 <= along.high and 2 <= len(along.ticks()) <= 9
    assert 0 < along.x(-margin) < along.x(0) < charts.BROAD
