"""What stands beside a report: reviewers' figures, pages of draws, and what changed since an earlier run."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from harness.evaluation import Evaluation, Pair, Slice
from harness.extras import Against, Extras, Reviewed
from harness.movement import Change, Flip, Move, Movement, Ruling
from harness.protocols import PairTexts
from harness.records import Interval
from harness.review import Draw, ReviewMark
from harness.review_draw import Wanted, draw
from harness.review_figures import reviews
from harness.two_runs import Models
from harness.verdict import Verdict
from reports.changes import FLIPS_SHOWN, changes
from reports.extra_pages import with_extras
from reports.lookup import lookup
from reports.pages import pages_of
from reports.render import write_report
from reports.review_section import review_section

Parts = tuple[Evaluation, Verdict, Sequence[Pair], PairTexts]
SUITE, TEACHER = "support-desk", "desk-teacher"
HOSTILE = "</script><script>alert(1)</script><img src=//evil.invalid/x onerror=alert(1)>\u202e"


def change(before: float, after: float) -> Change:
    moved = Interval(
        point=after - before, low=after - before - 0.01, high=after - before + 0.01, level=0.95, method="t"
    )
    return Change(before=before, after=after, change95=moved, p_value=0.001)


def move(student: str, part: Slice, teacher: Change, pupil: Change) -> Move:
    return Move(
        suite=SUITE, student=student, slice=part, n=900, clusters=None, teacher=teacher, pupil=pupil,
        lead95=Interval(point=0.1, low=0.05, high=0.15, level=0.95, method="t"), moved="teacher",
    )  # fmt: skip


def flips(count: int, student: str = "mimic") -> list[Flip]:
    return [
        Flip(suite=SUITE, sample=f"desk-{n:04}", model=model, role=role, before=1.0, after=0.0, slices={})
        for n in range(count)
        for model, role in ((TEACHER, "teacher"), (student, "student"))
    ]  # type: ignore[misc]  # roles are literals


def against(*more: Flip) -> Against:
    hard = Slice(name="difficulty", value="hard")
    moved = Movement(
        models=(Models(role="teacher", before="old", after=TEACHER, is_same=False),),
        moves=(
            move("mimic", Slice(), change(0.99, 0.9), change(0.7, 0.7)),
            move("mimic", hard, change(0.9, 0.5), change(0.6, 0.6)),
        ),
        flips=(*flips(3), *more),
        rulings=(
            Ruling(student="mimic", suite="", slice=None, before="fail", after="inconclusive"),
            Ruling(student="mimic", suite=SUITE, slice=hard, before=None, after="fail"),
        ),
        left_out={SUITE: {"only in this run": 4}},
        unmatched=(f"{HOSTILE}: only in this run",),
    )
    return Against(movement=moved, name=f"October {HOSTILE}", created_at="2026-10-01T08:00:00+00:00")


def reviewed(parts: Parts, note: str = "") -> Reviewed:
    evaluation, verdict, pairs, _ = parts
    digest = verdict.evaluation_digest
    drawn = draw(digest, [pair for pair in pairs if pair.student == "mimic"], Wanted(n=40))
    marks = [
        ReviewMark(
            evaluation=digest, reviewer=reviewer, suite=item.suite, student=item.student, sample=item.sample,
            model=model, attempt=0, mark="wrong" if n < wrong and model == item.student else "right", note=note,
            blind=True, draw=drawn.id, at="2026-11-24T09:00:00+00:00",
        )
        for reviewer, wrong in (("ann", 3), ("bob", 1))
        for n, item in enumerate(sorted(drawn.items, key=lambda item: item.kind != "lost"))
        for model in (item.student, "desk-teacher")
    ]  # fmt: skip
    marks.append(replace(marks[0], draw=None, mark="unsure", note=f"look again {note}"))
    return Reviewed(draws=(drawn,), reviews=reviews(evaluation, digest, [drawn], marks))


def test_agreement_and_comments_stand_in_the_section(desk: Parts) -> None:
    section = review_section(reviewed(desk, "a typo"))
    whole = section.agreement.rows[0]
    assert (whole.name, [figure.value for figure in whole.figures[:3]]) == ("ann", ["77", "3", "0"])
    assert whole.figures[3].detail.endswith("%")
    (between,) = section.between.rows
    assert (between.name, between.figures[0].value) == ("ann and bob", "80")
    assert section.lost[0].startswith("3 of 19 reviewed lost pairs of mimic hold a grade marked wrong")
    assert len(section.wrong) == 4
    assert [remark.note for remark in section.comments] == ["look again a typo"]


def test_the_first_page_shows_reviews_only_where_there_are_some(desk: Parts, tmp_path: Path) -> None:
    plain = write_report(*desk, tmp_path / "plain").read_text("utf-8")
    marked = write_report(*desk, tmp_path / "marked", Extras(reviewed=reviewed(desk))).read_text("utf-8")
    assert 'id="reviews"' not in plain
    assert 'id="reviews"' in marked
    assert "Cohen" in marked


def test_pages_of_extras_are_written_and_go_with_them(desk: Parts, tmp_path: Path) -> None:
    found = reviewed(desk)
    page = f"draw-{found.draws[0].id}.html"
    write_report(*desk, tmp_path, Extras(reviewed=found, against=against()))
    assert (tmp_path / page).is_file() and (tmp_path / "changes.html").is_file()
    assert (tmp_path / "tables" / "README.txt").is_file()
    write_report(*desk, tmp_path)
    assert not (tmp_path / page).exists() and not (tmp_path / "changes.html").exists()


def test_a_draws_page_names_its_pairs_in_order(desk: Parts, tmp_path: Path) -> None:
    found = reviewed(desk)
    drawn: Draw = found.draws[0]
    write_report(*desk, tmp_path, Extras(reviewed=found))
    html = (tmp_path / f"draw-{drawn.id}.html").read_text("utf-8")
    (block,) = re.findall(r'id="viva-page">(.*?)</script>', html)
    data = json.loads(block)
    assert data["evaluation"] == desk[1].evaluation_digest
    assert data["draw"]["id"] == drawn.id
    assert [sample for _, sample in data["draw"]["items"]] == [item.sample for item in drawn.items]
    for index in {index for index, _ in data["draw"]["items"]}:
        assert (tmp_path / "data" / f"index-{index}.js").is_file()


def test_what_changed_leads_to_pairs_and_slices(desk: Parts, tmp_path: Path) -> None:
    write_report(*desk, tmp_path, Extras(against=against()))
    html = (tmp_path / "changes.html").read_text("utf-8")
    hrefs = [href for href in re.findall(r'href="([^"]+)"', html) if not href.startswith("#")]
    assert len([href for href in hrefs if "#p=" in href]) == 6
    assert {href.partition("#")[0] for href in hrefs} - {path.relative_to(tmp_path).as_posix() for path in
                                                         tmp_path.rglob("*")} == set()  # fmt: skip
    for expected in ("Inconclusive", "The teacher moved; the student is not shown to have.", "teacher moved"):
        assert expected in html
    assert "99.0% → 90.0%" in html


def test_only_so_many_turned_samples_are_named(desk: Parts) -> None:
    records = lookup(desk[0], desk[1])
    pages = pages_of(records.evaluation, records.students(), records.judged)
    page = changes(against(*flips(300)), records, pages)
    assert [len(part.samples) for part in page.turned] == [FLIPS_SHOWN, FLIPS_SHOWN]
    assert page.turned[0].more.startswith("103 more")


def test_two_runs_with_nothing_in_common_do_not_read_as_all_clear(desk: Parts, tmp_path: Path) -> None:
    apart = Movement(
        models=(Models(role="teacher", before="old", after=TEACHER, is_same=False),
                Models(role="student", before="mimic", after="mimic", is_same=True)),
        moves=(), flips=(), rulings=(),
        left_out={"law": {"only in the earlier run": 4}, SUITE: {"only in this run": 9}},
    )  # fmt: skip
    found = Against(movement=apart, name="law", created_at="2026-10-01T08:00:00+00:00")
    write_report(*desk, tmp_path, Extras(against=found))
    html = (tmp_path / "changes.html").read_text("utf-8")
    header = html.partition("</header>")[0]
    assert "<strong>Nothing could be compared.</strong> The runs have no suite in common: law in the" in header
    for reassuring in ("No verdict changed", "No sample turned", "Who moved"):
        assert reassuring not in html
    assert "law: left out: 4 only in the earlier run." in html


@pytest.mark.parametrize("name", ["changes.html", "index.html"])
def test_nothing_hostile_becomes_markup(name: str, desk: Parts, tmp_path: Path) -> None:
    turned = Flip(suite=SUITE, sample=HOSTILE, model="mimic", role="student", before=1.0, after=0.0, slices={})
    write_report(*desk, tmp_path, Extras(reviewed=reviewed(desk, HOSTILE), against=against(turned)))
    html = (tmp_path / name).read_text("utf-8")
    assert "<script>alert" not in html and "<img" not in html and "\u202e" not in html
    assert "U+202E" in html


def test_without_extras_the_page_links_its_tables_only(desk: Parts) -> None:
    from reports.context import build

    page = with_extras(build(*desk), None)
    assert page.reviews is None
    assert [link.href for link in page.beside] == ["tables/README.txt"]
