"""Draws with known probabilities, marks checked before they are kept, and figures that take the draw's weights."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.errors import DataError, UsageError
from harness.evaluation import Evaluation, ModelCard, Pair, SuiteCard
from harness.records import Grade
from harness.review import Draw, ReviewMark, Said, change_of
from harness.review_draw import Wanted, allocate, draw
from harness.review_figures import reviews
from harness.review_marks import Marked, merged, read_export
from harness.review_words import lost_in_words

SCORES = {"lost": (1.0, 0.0), "gained": (0.0, 1.0), "both wrong": (0.0, 0.0), "both right": (1.0, 1.0)}
COUNTS = {"lost": 40, "gained": 10, "both wrong": 50, "both right": 300}
DIGEST = "d" * 40


def pair(sample: str, kind: str, student: str = "small") -> Pair:
    teacher, pupil = SCORES[kind]
    return Pair(
        suite="desk", sample=sample, student=student, slices={}, weight=1.0, teacher_score=teacher, student_score=pupil,
        teacher_outcome="correct" if teacher else "incorrect", student_outcome="correct" if pupil else "incorrect",
        teacher_answer=None, student_answer=None,
    )  # fmt: skip


PAIRS = tuple(pair(f"{kind} {n}", kind) for kind, count in COUNTS.items() for n in range(count))


def evaluation() -> Evaluation:
    models = (
        ModelCard(name="large", role="teacher", fingerprint="t"),
        ModelCard(name="small", role="student", fingerprint="s"),
        ModelCard(name="tiny", role="student", fingerprint="y"),
    )
    suites = (SuiteCard(name="desk", fingerprint="f", n=len(PAIRS), slices=()),)
    return Evaluation(
        name="desk", created_at="2026-11-01T00:00:00+00:00", viva_version="0", plan={}, models=models, suites=suites,
        comparisons=(),
    )  # fmt: skip


def mark(sample: str, said: Said, **how: Any) -> ReviewMark:
    given: dict[str, Any] = {
        "evaluation": DIGEST, "reviewer": "ann", "suite": "desk", "student": "small", "sample": sample,
        "model": "small", "attempt": 0, "mark": said, "note": "", "blind": False, "draw": None,
        "at": "2026-11-02T10:00:00Z",
    }  # fmt: skip
    return ReviewMark(**{**given, **how})


def marks_on(drawn: Draw, wrong: Sequence[str] = (), reviewer: str = "ann") -> list[ReviewMark]:
    """Both grades of every drawn pair, the student's wrong where its sample is among these."""
    return [
        mark(i.sample, "wrong" if model != "large" and i.sample in wrong else "right", model=model, student=i.student,
             draw=drawn.id, reviewer=reviewer)
        for i in drawn.items
        for model in ("large", i.student)
    ]  # fmt: skip


def test_lost_pairs_are_drawn_more_often_and_every_probability_is_that_of_its_stratum() -> None:
    drawn = draw(DIGEST, PAIRS, Wanted(n=60))
    assert Counter(i.kind for i in drawn.items) == {"lost": 25, "gained": 10, "both wrong": 13, "both right": 12}
    for stratum in drawn.counts:
        assert stratum.pairs == COUNTS[stratum.name]
        chances = {i.inclusion for i in drawn.items if i.kind == stratum.name}
        assert chances == {stratum.drawn / stratum.pairs}
    assert sum(1 / i.inclusion for i in drawn.items) == pytest.approx(len(PAIRS))
    assert len({(i.student, i.sample) for i in drawn.items}) == 60


def test_a_pair_comes_in_as_often_as_its_probability_says() -> None:
    seen = Counter(i.sample for seed in range(400) for i in draw(DIGEST, PAIRS, Wanted(n=60, seed=seed)).items)
    expected = {i.kind: i.inclusion for i in draw(DIGEST, PAIRS, Wanted(n=60)).items}
    for kind, chance in expected.items():
        shares = np.array([seen[p.sample] / 400 for p in PAIRS if change_of(p) == kind])
        assert np.abs(shares - chance).max() < 4.5 * np.sqrt(chance * (1 - chance) / 400) + 1e-9


def test_the_order_mixes_the_strata() -> None:
    first = Counter(draw(DIGEST, PAIRS, Wanted(n=60, seed=seed)).items[0].kind for seed in range(200))
    assert first["lost"] / 200 == pytest.approx(25 / 60, abs=0.12)
    assert set(first) == set(COUNTS)


def test_the_same_arguments_give_the_same_draw_and_others_another() -> None:
    drawn = draw(DIGEST, PAIRS, Wanted(n=60))
    assert drawn == draw(DIGEST, PAIRS, Wanted(n=60))
    others = [
        draw(DIGEST, PAIRS, Wanted(n=60, seed=1)),
        draw(DIGEST, PAIRS, Wanted(n=61)),
        draw(DIGEST, PAIRS, Wanted(n=60, strata="none")),
        draw("e" * 40, PAIRS, Wanted(n=60)),
    ]
    assert len({drawn.id, *(other.id for other in others)}) == 5


@pytest.mark.parametrize(
    ("counts", "n", "sizes"),
    [
        ({"lost": 40, "both right": 300}, 3, {"lost": 2, "both right": 1}),
        ({"lost": 2, "gained": 1, "both right": 300}, 60, {"lost": 2, "gained": 1, "both right": 57}),
        ({"all": 9}, 9, {"all": 9}),
        ({"lost": 100, "gained": 100, "both wrong": 100, "both right": 100}, 100,
         {"lost": 40, "gained": 20, "both wrong": 20, "both right": 20}),
    ],
)  # fmt: skip
def test_strata_give_their_share_at_least_one_and_at_most_all(counts: Any, n: int, sizes: Any) -> None:
    assert allocate(counts, n) == sizes


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        (Wanted(n=401), "there are only 400 pairs to draw from"),
        (Wanted(n=3), "too few for 4 strata (lost, gained, both wrong, both right)"),
    ],
)
def test_a_draw_that_cannot_be_made_is_told(wanted: Wanted, says: str) -> None:
    with pytest.raises(UsageError, match=says.replace("(", r"\(").replace(")", r"\)")):
        draw(DIGEST, PAIRS, wanted)


def test_everything_can_be_drawn_and_then_the_share_is_the_plain_one() -> None:
    drawn = draw(DIGEST, PAIRS, Wanted(n=400))
    found = reviews(evaluation(), DIGEST, [drawn], marks_on(drawn, wrong=[f"lost {n}" for n in range(8)]))
    whole = found.agreement[0]
    assert (whole.right, whole.wrong) == (792, 8)
    assert whole.share is not None
    assert whole.share.point == pytest.approx(792 / 800)


def test_the_weights_take_back_what_was_over_represented() -> None:
    """A fifth of the lost pairs is graded wrongly: 8 of 800 grades, and 5 of the 120 that are marked."""
    wrong = [f"lost {n}" for n in range(8)]
    shares, covered = [], 0
    for seed in range(150):
        drawn = draw(DIGEST, PAIRS, Wanted(n=60, seed=seed))
        (whole, *_) = reviews(evaluation(), DIGEST, [drawn], marks_on(drawn, wrong)).agreement
        assert whole.share is not None and whole.share.low is not None and whole.share.high is not None
        shares.append(whole.share.point)
        covered += whole.share.low <= 0.99 <= whole.share.high
    assert np.mean(shares) == pytest.approx(0.99, abs=0.001)
    assert covered >= 0.95 * 150


def test_figures_by_kind_and_of_blind_marks_stand_apart() -> None:
    drawn = draw(DIGEST, PAIRS, Wanted(n=60))
    marks = [replace(m, blind=m.model == "large") for m in marks_on(drawn, wrong=[f"lost {n}" for n in range(40)])]
    found = {(a.kind, a.blind): a for a in reviews(evaluation(), DIGEST, [drawn], marks).agreement}
    assert (found["lost", None].right, found["lost", None].wrong) == (25, 25)
    assert found["gained", None].wrong == 0
    assert (found[None, True].right, found[None, True].wrong) == (60, 0)
    assert (found[None, False].right, found[None, False].wrong) == (35, 25)


def test_unsure_marks_are_counted_apart() -> None:
    drawn = draw(DIGEST, PAIRS, Wanted(n=60))
    marks = [replace(m, mark="unsure") if m.model == "large" else m for m in marks_on(drawn)]
    whole = reviews(evaluation(), DIGEST, [drawn], marks).agreement[0]
    assert (whole.right, whole.wrong, whole.unsure) == (60, 0, 60)
    assert whole.share is not None and whole.share.point == 1.0
    (only,) = [a for a in reviews(evaluation(), DIGEST, [drawn], [replace(marks[0], mark="unsure")]).agreement[:1]]
    assert only.share is None


def test_a_teachers_grade_counts_in_each_pair_that_it_stands_in() -> None:
    pairs = [pair(f"{n}", "both right", student) for n in range(20) for student in ("small", "tiny")]
    drawn = draw(DIGEST, pairs, Wanted(n=40))
    found = reviews(evaluation(), DIGEST, [drawn], [mark("7", "wrong", model="large", draw=drawn.id)])
    assert found.agreement[0].wrong == 2
    assert (found.draws[0].grades, found.draws[0].marked) == (80, 2)


def test_reviewers_are_held_against_each_other_on_the_grades_that_both_decided() -> None:
    drawn = draw(DIGEST, PAIRS, Wanted(n=60))
    wrong = [i.sample for i in drawn.items[:10]]
    ours, theirs = marks_on(drawn, wrong), marks_on(drawn, wrong[:5], reviewer="bob")[:-1]
    theirs[-1] = replace(theirs[-1], mark="unsure")
    (between,) = reviews(evaluation(), DIGEST, [drawn], [*ours, *theirs]).between
    assert (between.first, between.second, between.n, between.unsure) == ("ann", "bob", 118, 1)
    assert between.same == pytest.approx(113 / 118)
    by_chance = (10 / 118) * (5 / 118) + (108 / 118) * (113 / 118)
    assert between.kappa == pytest.approx((113 / 118 - by_chance) / (1 - by_chance))


def test_kappa_is_unknown_where_every_mark_is_the_same() -> None:
    drawn = draw(DIGEST, PAIRS, Wanted(n=60))
    (between,) = reviews(evaluation(), DIGEST, [drawn], [*marks_on(drawn), *marks_on(drawn, reviewer="bob")]).between
    assert (between.same, between.kappa) == (1.0, None)


def test_lost_pairs_that_are_grading_errors_are_counted_and_told() -> None:
    drawn = draw(DIGEST, PAIRS, Wanted(n=60))
    lost = [i.sample for i in drawn.items if i.kind == "lost"]
    (found,) = reviews(evaluation(), DIGEST, [drawn], marks_on(drawn, lost[:5])).lost
    assert (found.student, found.drawn, found.marked, found.wrong) == ("small", 25, 25, 5)
    assert found.share is not None and found.share.point == pytest.approx(0.2)
    assert lost_in_words(found).startswith(
        "5 of 25 reviewed lost pairs of small hold a grade marked wrong: 20% of all its lost pairs (95% interval "
    )
    assert "at most" in lost_in_words(replace(found, wrong=0))


def test_a_lost_pair_with_one_grade_marked_is_not_reviewed() -> None:
    drawn = draw(DIGEST, PAIRS, Wanted(n=60))
    given = marks_on(drawn, [i.sample for i in drawn.items if i.kind == "lost"][:5])
    assert reviews(evaluation(), DIGEST, [drawn], [m for m in given if m.model != "large"]).lost == ()


def test_hand_picked_marks_and_those_of_another_evaluation_enter_no_figure() -> None:
    drawn = draw(DIGEST, PAIRS, Wanted(n=60))
    marks = [mark("lost 1", "wrong", note="see page 3"), mark("lost 2", "right", evaluation="e" * 40, draw=drawn.id)]
    found = reviews(evaluation(), DIGEST, [drawn], marks)
    assert found.agreement == () and found.lost == () and found.between == ()
    assert [c.note for c in found.comments] == ["see page 3"] == [w.note for w in found.wrong]
    assert found.stale == 1


def grades() -> list[Grade]:
    return [
        Grade(suite="desk", sample=p.sample, model=model, attempt=0, outcome="correct", score=1.0, answer=None,
              reason="", grader="exact 1")
        for p in PAIRS
        for model in ("large", "small")
    ]  # fmt: skip


def exported(path: Path, marks: list[dict[str, Any]], **how: Any) -> Path:
    given = {"viva_marks": 1, "evaluation": DIGEST, "run": "desk", "reviewer": "ann", "exported_at": "", "marks": marks}
    path.write_text(json.dumps({**given, **how}))
    return path


GOOD: dict[str, Any] = {
    "suite": "desk", "student": "small", "sample": "lost 1", "model": "large", "attempt": 0, "mark": "wrong",
    "note": "x", "blind": True, "draw": None, "at": "2026-11-02T10:00:00Z",
}  # fmt: skip


def marked(*draws: Draw) -> Marked:
    return Marked.of(evaluation(), DIGEST, grades(), draws)


def test_an_export_is_read(tmp_path: Path) -> None:
    drawn = draw(DIGEST, PAIRS, Wanted(n=60))
    item = drawn.items[0]
    path = exported(tmp_path / "m.json", [GOOD, GOOD | {"sample": item.sample, "draw": drawn.id}])
    assert read_export(path, marked(drawn)) == [
        mark("lost 1", "wrong", model="large", note="x", blind=True),
        mark(item.sample, "wrong", model="large", note="x", blind=True, draw=drawn.id),
    ]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"suite": "dek"}, 'mark 2: suite "dek": not in this evaluation; did you mean "desk"?'),
        ({"student": "big"}, 'mark 2: student "big": not in this evaluation; known: small, tiny'),
        ({"model": "tiny"}, 'mark 2: model "tiny": neither the student "small" nor the teacher "large"'),
        ({"sample": "lost 99"}, 'mark 2: sample "lost 99" of suite "desk": no grade of "large" (attempt 1 of the'),
        ({"attempt": 4}, 'no grade of "large" (attempt 5 of the report, 4 in the file)'),
        ({"draw": "0000"}, 'mark 2: draw "0000": not one of this run'),
        ({"at": "yesterday"}, 'mark 2: "at" is "yesterday", not a time'),
        ({"mark": "maybe"}, "mark 2: \"mark\": input should be 'right', 'wrong' or 'unsure'; nothing was stored"),
        ({"at": None}, 'mark 2: "at": input should be a valid string'),
        ({"note": "x" * 20_001}, "mark 2: its note is longer than 20,000 characters"),
    ],
)
def test_a_mark_of_nothing_that_was_graded_is_told(wrong: dict[str, Any], says: str, tmp_path: Path) -> None:
    path = exported(tmp_path / "m.json", [GOOD, GOOD | wrong])
    with pytest.raises(DataError) as caught:
        read_export(path, marked())
    assert str(caught.value).startswith(f"{path}: ")
    assert says in str(caught.value)


def test_a_mark_outside_of_its_draw_is_told(tmp_path: Path) -> None:
    drawn = draw(DIGEST, PAIRS, Wanted(n=4))
    outside = next(p.sample for p in PAIRS if p.sample not in {i.sample for i in drawn.items})
    with pytest.raises(DataError, match=f'not in draw "{drawn.id}"'):
        read_export(exported(tmp_path / "m.json", [GOOD | {"sample": outside, "draw": drawn.id}]), marked(drawn))


def test_a_draw_of_an_earlier_evaluation_is_told(tmp_path: Path) -> None:
    earlier = draw("e" * 40, PAIRS, Wanted(n=400))
    with pytest.raises(DataError, match=f'mark 1: draw "{earlier.id}": of an earlier evaluation of this run'):
        read_export(exported(tmp_path / "m.json", [GOOD | {"draw": earlier.id}]), marked(earlier))


@pytest.mark.parametrize(
    ("how", "says"),
    [
        (
            {"evaluation": "e" * 40, "run": "other"},
            r'marks of another evaluation \("other", digest eeeeeeeeeeee\), not of',
        ),
        ({"viva_marks": 2}, "written by a newer report"),
        ({"viva_marks": 2, "marks": {"a newer": "shape"}}, "written by a newer report"),
        ({"run": 7}, '"run": input should be a valid string; export the marks again'),
        ({"marks": [GOOD, 7]}, "mark 2: not a mark"),
        ({"reviewer": " "}, '"reviewer" must be a name'),
    ],
)
def test_a_file_of_something_else_is_told(how: dict[str, Any], says: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=says):
        read_export(exported(tmp_path / "m.json", **{"marks": [GOOD], **how}), marked())


@pytest.mark.parametrize(
    "text", ["", "[", "[]", '{"marks": []}', "[" * 100_000, '{"viva_marks": NaN}', '{"viva_marks": 1, "marks": {}}']
)
def test_a_file_that_holds_no_marks_is_told(text: str, tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text(text)
    with pytest.raises(DataError, match=r"m\.json: holds no marks exported from a report"):
        read_export(tmp_path / "m.json", marked())


def test_the_newer_of_two_marks_counts_and_importing_again_changes_nothing() -> None:
    old, new = mark("lost 1", "wrong"), mark("lost 1", "right", at="2026-11-02T12:00:00+01:00")
    assert merged([old], [new]) == [new]
    assert merged([new], [old]) == [new]
    assert merged([new], [new, old]) == [new]
    apart = [
        replace(old, reviewer="bob"),
        replace(old, draw="abc"),
        replace(old, attempt=1),
        replace(old, model="large"),
    ]
    assert merged([old], apart) == [old, *apart]
