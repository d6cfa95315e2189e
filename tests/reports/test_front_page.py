"""The first page: what it says in a minute, where it leads, and what it leaves to the pages of slices."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from harness.compared import AtK, NoiseFloor
from harness.evaluation import ALL, Comparison, Evaluation, Pair, PublishedScore, Slice
from harness.explored import Cliff, Explored, FoundSlice, Level, SliceSearch
from harness.protocols import PairTexts
from harness.records import Interval, Json
from harness.verdict import RequirementVerdict, Verdict
from reports.context import build
from reports.difficulty import difficulty, sentence
from reports.front import shares_of
from reports.lookup import lookup
from reports.render import render
from reports.view import Page, StudentSection, SuiteSection

Parts = tuple[Evaluation, Verdict, Sequence[Pair], PairTexts]
SUITE = "support-desk"


def page_of(suite: str, student: str, part: Slice) -> str:
    return f"slice-{student}-{part.value}.html"


def built(parts: Parts, **changes: Any) -> Page:
    evaluation, verdict, pairs, texts = parts
    return build(replace(evaluation, **changes), verdict, pairs, texts, page_of)


def judged(parts: Parts, student: str, **changes: Any) -> Page:
    """The page with another verdict on one student."""
    evaluation, verdict, pairs, texts = parts
    students = tuple(replace(s, **changes) if s.student == student else s for s in verdict.students)
    return build(evaluation, replace(verdict, students=students), pairs, texts, page_of)


def section_of(page: Page, student: str) -> StudentSection:
    return next(section for section in page.sections if section.student == student)


def suite_of(page: Page, student: str) -> SuiteSection:
    return section_of(page, student).suites[0]


def changed(parts: Parts, student: str, part: Slice, **changes: Any) -> tuple[Comparison, ...]:
    return tuple(replace(c, **changes) if (c.student, c.slice) == (student, part) else c for c in parts[0].comparisons)


def around(point: float, half: float = 0.02) -> Interval:
    return Interval(point=point, low=point - half, high=point + half, level=0.95, method="m")


def test_a_card_says_in_short_why_and_keeps_every_reason_behind_it(desk: Parts) -> None:
    (judged_mimic,) = (s for s in desk[1].students if s.student == "mimic")
    gate = "support-desk: 7.0 points worse (90% interval −8.8 to −5.2, n = 900); a loss of more than 3 points is shown"
    reasons = (gate, *(f"reason {n}" for n in range(9)))
    slices = tuple(replace(s, reason=gate) if s.slice == Slice() else s for s in judged_mimic.slices)
    (card,) = (c for c in judged(desk, "mimic", reasons=reasons, slices=slices).cards if c.student == "mimic")
    assert card.why[0] == "support-desk: 7.0 points worse; a loss of more than 3 points is shown."
    assert card.why[1].startswith("A loss beyond the margin is shown on 4 slices; most is lost on ")
    assert (len(card.reasons), card.all_reasons) == (10, "All 10 reasons of the gate")


def test_undecided_slices_say_how_many_more_items_would_decide(desk: Parts) -> None:
    (sparse,) = (s for s in desk[1].students if s.student == "sparse")
    slices = tuple(replace(s, more_items=1200) if s.decision == "inconclusive" else s for s in sparse.slices)
    page = judged(desk, "sparse", slices=slices)
    (card,) = (c for c in page.cards if c.student == "sparse")
    undecided = card.groups[2]
    assert undecided.title.startswith("Undecided: ") and {c.note for c in undecided.chips} == {"+1,200 items"}
    assert undecided.chips[0].link.href.startswith("slice-sparse-")
    rows = [row for row in (*page.undecided.rows, *page.undecided.folded) if row.student == "sparse"]
    assert {row.more for row in rows} == {"+1,200"}
    tiers = [row.tier for row in (*page.undecided.rows, *page.undecided.folded)]
    assert tiers == sorted(tiers, key=["critical", "supporting", "advisory"].index)


def test_where_all_that_must_pass_is_waived_no_data_would_decide(desk: Parts) -> None:
    (mimic,) = (s for s in desk[1].students if s.student == "mimic")
    waived = tuple(replace(s, waived="waived by Ana") if s.tier == "critical" else s for s in mimic.slices)
    excused = judged(desk, "mimic", decision="inconclusive", slices=waived)
    assert [line.names for line in excused.answer if line.lead == "All that must pass is waived"] == ["mimic"]
    open_still = judged(desk, "mimic", decision="inconclusive")
    assert not any(line.lead == "All that must pass is waived" for line in open_still.answer)


def test_what_is_waived_is_named_on_the_card_and_among_the_origins(desk: Parts) -> None:
    (mimic,) = (s for s in desk[1].students if s.student == "mimic")
    why = "waived by Ana until 2027-01-31: the old desk closes"
    slices = tuple(replace(s, waived=why) if str(s.slice) == "task=quote" else s for s in mimic.slices)
    page = judged(desk, "mimic", slices=slices)
    (card,) = (c for c in page.cards if c.student == "mimic")
    assert card.waived == ("support-desk: task=quote",)
    assert page.provenance.waived == (f"mimic, support-desk, task=quote: {why}.",)
    row = next(r for r in suite_of(page, "mimic").tables[0].rows if r.link.name == "task=quote")
    assert f"W{why[1:]}." in row.asides


def test_a_slice_counts_by_its_share_of_the_traffic(desk: Parts) -> None:
    evaluation, verdict, pairs, texts = desk
    heavy = [replace(p, weight=50.0) if p.slices["difficulty"] == "hard" else p for p in pairs]
    light, weighted = (suite_of(build(evaluation, verdict, p, texts), "mimic") for p in (pairs, heavy))
    shares = [{row.link.name: float(row.share.rstrip("%")) for row in s.tables[0].rows} for s in (light, weighted)]
    assert shares[0]["difficulty=hard"] < 40 < 90 < shares[1]["difficulty=hard"]
    assert weighted.tables[0].rows[0].link.name == "difficulty=hard"
    lost = [float(row.lost.replace("−", "-")) for row in weighted.tables[0].rows]
    assert lost == sorted(lost, reverse=True)


def test_shares_of_a_crossing_are_of_items_that_hold_both(desk: Parts) -> None:
    both = Slice.crossing(("task", "quote"), ("difficulty", "hard"))
    whole = next(c for c in desk[0].comparisons if c.student == "mimic" and c.slice == Slice())
    own = [p for p in desk[2] if p.student == "mimic"]
    found = shares_of(own, [whole, replace(whole, slice=both)])
    held = sum(p.slices["task"] == "quote" and p.slices["difficulty"] == "hard" for p in own)
    assert found == {(SUITE, "mimic", Slice()): 1.0, (SUITE, "mimic", both): pytest.approx(held / len(own))}


def test_crossings_stand_apart(desk: Parts) -> None:
    both = Slice.crossing(("task", "quote"), ("difficulty", "hard"))
    part = next(c for c in desk[0].comparisons if c.student == "mimic" and str(c.slice) == "difficulty=hard")
    page = built(desk, comparisons=(*desk[0].comparisons, replace(part, slice=both)))
    single, crossed = suite_of(page, "mimic").tables
    assert [row.link.name for row in crossed.rows] == ["task=quote & difficulty=hard"]
    assert "&" not in "".join(row.link.name for row in (*single.rows, *single.folded))
    assert "Crossings of two slices" in render(page)


def test_every_slice_leads_to_its_page(desk: Parts) -> None:
    page = built(desk)
    html = render(page)
    for row in suite_of(page, "mimic").tables[0].rows:
        assert row.link.href == f"slice-mimic-{row.link.name.partition('=')[2]}.html"
        assert f'href="{row.link.href}"' in html
    assert suite_of(page, "mimic").pairs.href == "slice-mimic-all.html"


def test_a_student_better_than_chance_allows_is_looked_at_twice(desk: Parts) -> None:
    part = Slice(name="task", value="ticket")
    better = changed(desk, "honest", part, delta95=around(0.1), p_adjusted=0.001)
    rows = suite_of(built(desk, comparisons=better), "honest").tables[0]
    told = {row.link.name: " ".join(row.asides) for row in (*rows.rows, *rows.folded)}
    assert [name for name, asides in told.items() if "look at the grading" in asides] == ["task=ticket"]


def test_costly_slices_stand_apart(desk: Parts) -> None:
    part = Slice(name="prices", value="special")
    cost = RequirementVerdict(
        kind="costly", name="prices=special", suite=SUITE, slice=part, decision="fail", seen=410.0, allowed=100.0,
        reason="support-desk, prices=special: wrong answers cost 410 more per 1,000 requests than the teacher's",
    )  # fmt: skip
    (row,) = suite_of(judged(desk, "mimic", requirements=(cost,)), "mimic").costly
    assert (row.link.name, row.badge.word, row.seen, row.allowed) == ("prices=special", "Fail", "+410.0", "100.0")
    assert row.reason.startswith("Wrong answers cost 410 more")


FOUND = (
    FoundSlice(
        conditions=(("task", "quote"), ("steps", "4")), n=30, tested=28, suspected=0.4, excess=around(0.3),
        loss=0.35, p_value=0.001, p_adjusted=0.01, confirmed=True,
    ),
    FoundSlice(
        conditions=(("characters in the prompt", "> 89 to 112"),), n=20, tested=4, suspected=0.2, excess=None,
        loss=None, p_value=None, p_adjusted=None, confirmed=False,
    ),
)  # fmt: skip


def explored(**changes: Any) -> Explored:
    search = SliceSearch(tried=38, searched_items=450, tested_items=450, found=FOUND)
    made = Explored(suite=SUITE, student="mimic", search=search, difficulty="difficulty")
    return replace(made, **changes)


def test_what_a_search_found_is_confirmed_or_not(desk: Parts) -> None:
    page = built(desk, explored=(explored(),))
    found = suite_of(page, "mimic").found
    assert found.sentence == (
        "The search confirms 1 of 2 suspected slices (38 slices tried on 450 items, tested on 450 others)."
    )
    assert [(row.name, row.badge.word, row.excess.value, row.loss) for row in found.rows] == [
        ("task=quote & steps=4", "Confirmed", "+30.0", "−35.0"),
        ("characters in the prompt > 89 to 112", "Unconfirmed", "–", "–"),
    ]
    assert suite_of(page, "honest").found.sentence == ""


def test_where_nothing_could_be_searched_the_page_says_so_once(desk: Parts) -> None:
    both = tuple(explored(search=None, unsearched="few samples", student=s) for s in ("mimic", "honest"))
    page = built(desk, explored=both)
    assert page.undecided.unsearched == (f"{SUITE}, mimic and honest: no further slices were searched; few samples.",)


def test_difficulty_is_drawn_and_written_with_intervals(desk: Parts) -> None:
    records = lookup(desk[0], desk[1])
    view = difficulty(records, explored(), 0.03)
    assert view is not None
    assert [row.name for row in view.table.rows] == ["easy", "medium", "hard"]
    hard = view.table.rows[-1]
    part = next(c for c in desk[0].comparisons if c.student == "mimic" and str(c.slice) == "difficulty=hard")
    assert hard.figures[2].value == f"{part.pupil.accuracy:.1%}"
    assert all(" to " in figure.detail for figure in hard.figures[1:])
    assert view.picture.count("stroke-student") + view.picture.count("fill-student") >= 6
    assert difficulty(records, explored(difficulty=None), 0.03) is None


def test_many_levels_are_those_of_the_cliff_and_without_a_paired_interval(desk: Parts) -> None:
    levels = tuple(Level(difficulty=float(n), n=40, teacher=0.9, student=0.9 - n / 20) for n in range(6))
    cliff = Cliff(found="cliff", reason="r", levels=levels, knot=around(3.0, 1.0), drop=around(-0.2))
    view = difficulty(lookup(desk[0], desk[1]), explored(difficulty="steps", cliff=cliff), None)
    assert view is not None and [row.name for row in view.table.rows] == [*"012345"]
    assert {row.figures[3].detail for row in view.table.rows} == {"no interval"}
    assert "up to 3 (95%: 2 to 4) the student keeps up better" in view.sentence
    assert "changes by −20.0 points (95%: −22.0 to −18.0)" in view.sentence
    assert view.picture.count("stroke-fail") == 2  # the knot, above and below


@pytest.mark.parametrize(
    ("cliff", "expected"),
    [
        (None, "A cliff along “difficulty” was not sought."),
        (Cliff(found="none", reason="a line does", levels=()), "No cliff along “difficulty”: a line does."),
        (
            Cliff(found="abstained", reason="3 levels", levels=()),
            "Whether there is a cliff cannot be told along “difficulty”: 3 levels.",
        ),
    ],
)
def test_a_cliff_in_words(cliff: Cliff | None, expected: str) -> None:
    assert sentence(explored(cliff=cliff)) == expected


def test_the_noise_floor_stands_beside_the_flips(desk: Parts) -> None:
    noise = NoiseFloor(n=880, dropped=20, teacher=around(0.012), student=around(0.07), excess=around(0.058))
    at_k = (AtK(kind="pass", k=4, n=880, teacher=around(0.99), pupil=around(0.97), delta95=around(-0.02)),)
    page = built(desk, comparisons=changed(desk, "mimic", Slice(), noise=noise, at_k=at_k))
    again = suite_of(page, "mimic").repeats
    assert again.sentence.endswith("The student flips more answers than the teacher's own noise explains.")
    assert [figure.value for _, figure in again.facts] == ["1.2%", "7.0%", "+5.8"]
    assert again.at_k[0].rows[0].where == "pass@4"
    row = next(r for r in page.overall[0].rows if r.link.name == "mimic")
    assert row.flips.detail == "noise floor 1.2%"
    assert suite_of(page, "honest").repeats.sentence == ""


def test_the_ladder_stands_by_size_and_marks_what_is_unpaired(desk: Parts) -> None:
    sizes = {"honest": 7e9, "mimic": 1.5e9, "sparse": 6e8, "int4": 3e8}
    models = tuple(replace(m, parameters=sizes.get(m.name)) for m in desk[0].models)
    published = (
        PublishedScore(model="elsewhere <b>", role="student", suite=SUITE, rate=0.9, n=500, parameters=3e9, source="t"),
    )
    page = built(desk, models=models, published=published)
    rows = page.ladder.rungs
    assert [row.link.name for row in rows] == ["honest", "elsewhere <b>", "mimic", "sparse", "int4"]
    assert (rows[1].badge.word, "not judged" in rows[1].note) == ("Unpaired", True)
    assert page.ladder.sentence.startswith("honest (7B parameters) is the smallest student that passes")
    assert rows[0].figures[0].value == "7B" and rows[0].link.href == "#student-1"
    assert "elsewhere &lt;b&gt;" in page.ladder.picture and "<b>" not in page.ladder.picture


def test_names_on_the_ladder_stand_in_full_where_there_is_room(desk: Parts) -> None:
    name = "anthropic/claude-sonnet-4-20250514"
    evaluation, verdict, pairs, texts = desk
    page = build(
        replace(
            evaluation,
            models=tuple(replace(m, name=name) if m.name == "honest" else m for m in evaluation.models),
            comparisons=tuple(replace(c, student=name) if c.student == "honest" else c for c in evaluation.comparisons),
        ),
        replace(verdict, students=tuple(replace(s, student=name) if s.student == "honest" else s
                                        for s in verdict.students)),
        [replace(p, student=name) if p.student == "honest" else p for p in pairs], texts,
    )  # fmt: skip
    title, drawing = page.ladder.picture.split("</title>")
    assert f"{name}: " in title and "in the order of the plan (not all" in title and f">{name}<" in drawing
    ticks = [float(x) for x in re.findall(r'translate\(([\d.]+),\d+\)"[^>]*>\d+%<', drawing)]
    assert len(ticks) >= 2 and all(right - left > 36 for left, right in itertools.pairwise(ticks))


def test_a_suite_without_slices_names_none_on_the_card(desk: Parts) -> None:
    (mimic,) = (s for s in desk[1].students if s.student == "mimic")
    page = judged(desk, "mimic", slices=tuple(s for s in mimic.slices if s.slice.name == ALL))
    assert [len(card.groups) for card in page.cards if card.student in ("mimic", "honest")] == [3, 0]


def test_one_student_is_no_ladder(desk: Parts) -> None:
    evaluation, verdict, pairs, texts = desk
    alone = replace(
        evaluation,
        models=tuple(m for m in evaluation.models if m.name in ("desk-teacher", "honest")),
        comparisons=tuple(c for c in evaluation.comparisons if c.student == "honest"),
    )
    page = build(alone, replace(verdict, students=verdict.students[:1]), pairs, texts)
    assert page.ladder.rungs == () and "The ladder" not in render(page)


def test_benchmark_and_own_traffic_stand_side_by_side(desk: Parts) -> None:
    evaluation = desk[0]
    public = replace(evaluation.suites[0], name="math", public=True)
    twins = tuple(
        replace(c, suite="math", delta90=around(0.0), delta95=around(0.0)) for c in evaluation.comparisons
        if c.slice.name == ALL
    )  # fmt: skip
    page = built(desk, suites=(*evaluation.suites, public), comparisons=(*evaluation.comparisons, *twins))
    row = next(r for r in page.abreast.rows if r.link.name == "mimic")
    assert len(page.abreast.titles) == 2 and [cell.badge.word for cell in row.cells][1] == "Lost"
    assert row.reading and page.abreast.span == "3"
    harms = next(card for card in page.cards if card.student == "mimic").harms
    assert [harm.suite for harm in harms] == [SUITE]  # nobody sends a benchmark in
    assert section_of(page, "mimic").suites[1].folded and not section_of(page, "mimic").suites[0].folded


def test_origins_are_answered_in_a_line_each(desk: Parts) -> None:
    origin: dict[str, Json] = {"targets": {"rule": 225, "correction": 15, "gold": 0}, "scrubbed": {"email": 0}}
    suites = tuple(replace(s, origin=origin) for s in desk[0].suites)
    teacher = replace(
        desk[0].models[0],
        described={**desk[0].models[0].described, "licence": "Apache-2.0", "distillation": "forbidden"},
    )
    days = {"desk-teacher": "2026-11-20T10:00:00+00:00", "honest": "2026-11-20T11:00:00+00:00"}
    told = dict(built(desk, suites=suites, models=(teacher, *desk[0].models[1:]), oldest=days).provenance.origin)
    assert told["Teacher"] == "desk-teacher: Qwen/Qwen3-0.6B, revision c1899de289a0"
    assert told["Its terms"] == "Apache-2.0; distillation is FORBIDDEN"
    assert told[f"Targets: {SUITE}"] == "rule 225, correction 15"
    assert told[f"Personal data taken out: {SUITE}"] == "none"
    assert told["Oldest answers"] == "20 November 2026: desk-teacher, honest"


def test_the_base_is_compared_and_has_no_card(desk: Parts) -> None:
    evaluation, verdict, pairs, texts = desk
    models = tuple(replace(m, role="base") if m.name == "sparse" else m for m in evaluation.models)
    others = tuple(s for s in verdict.students if s.student != "sparse")
    page = build(replace(evaluation, models=models), replace(verdict, students=others), pairs, texts)
    assert [card.student for card in page.cards] == ["honest", "mimic", "int4"]
    assert [name for name, _ in page.bases] == ["sparse"] and "does not judge it" in page.bases[0][1]
    assert "sparse" in {row.link.name for row in page.overall[0].rows}


def test_many_slices_and_students_leave_the_page_small(desk: Parts) -> None:
    evaluation, verdict, pairs, texts = desk
    parts = [Slice(name=f"a feature of the workload {n % 10}", value=f"one of its many values {n}") for n in range(200)]
    first = next(c for c in evaluation.comparisons if c.student == "mimic" and c.slice.name != ALL)
    whole = next(c for c in evaluation.comparisons if c.student == "mimic" and c.slice == Slice())
    names = [f"student {n}" for n in range(4)]
    wanted = [(whole, Slice()), *((first, part) for part in parts)]
    comparisons = [replace(c, student=name, slice=part) for name in names for c, part in wanted]
    models = (evaluation.models[0], *(replace(evaluation.models[1], name=name) for name in names))
    one = next(s for s in verdict.students if s.student == "mimic")
    many = tuple(
        replace(one, student=name, slices=tuple(replace(one.slices[1], slice=part) for part in parts)) for name in names
    )
    page = build(
        replace(evaluation, models=models, comparisons=tuple(comparisons)), replace(verdict, students=many), (), texts,
        page_of,
    )  # fmt: skip
    html = render(page)
    assert len(html) < 2_000_000
    table = suite_of(page, "student 0").tables[0]
    assert (len(table.rows), len(table.folded)) == (6, 34)
    assert table.left == "160 more slices on the page of the whole suite."
