"""What changed between two runs: which model moved, on which samples, and what the gate made of it."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from rich.console import Console

from harness.cli.console import SafeConsole
from harness.cli.movement_table import print_movement
from harness.evaluation import Evaluation, ModelCard, Slice, SuiteCard
from harness.movement import Move, Movement, movement
from harness.records import Grade, Message, Sample
from harness.serial import from_json, to_json
from harness.two_runs import Finished
from harness.verdict import SliceVerdict, StudentVerdict, Verdict

N = 200
SUITE = "math"
PARTS = (Slice(), Slice(name="level", value="easy"), Slice(name="level", value="hard"))
Right = Mapping[str, Sequence[float]]  # scores by model, in the order of the samples


def sample(i: int, **more: object) -> Sample:
    given = {"id": f"s{i}", "messages": (Message(role="user", content=f"{i}?"),), "target": "1", **more}
    return Sample(slices={"level": "hard" if i % 2 else "easy"}, **given)  # type: ignore[arg-type]  # as given


def grade(model: str, i: int, score: float | None, attempt: int = 0, grader: str = "number 1") -> Grade:
    outcome = "failed" if score is None else "correct" if score == 1 else "incorrect"
    return Grade(
        suite=SUITE, sample=f"s{i}", model=model, attempt=attempt, outcome=outcome, score=score,  # type: ignore[arg-type]  # as derived
        answer=None, reason="", grader=grader,
    )  # fmt: skip


def run(scores: Right, samples: Sequence[Sample] | None = None, decision: str = "pass") -> Finished:
    """The first model is the teacher."""
    teacher, *students = scores
    cards = [ModelCard(name=m, role="teacher" if m == teacher else "student", fingerprint=m) for m in scores]
    suites = (SuiteCard(name=SUITE, fingerprint="f", n=N, slices=("level",), parts=PARTS),)
    verdicts = tuple(
        StudentVerdict(student=s, decision=decision, reasons=(), slices=(ruled(decision, PARTS[2]),))  # type: ignore[arg-type]  # a decision
        for s in students
    )
    return Finished(
        evaluation=Evaluation(
            name="n", created_at="2026-01-01T00:00:00+00:00", viva_version="0", plan={}, models=tuple(cards),
            suites=suites, comparisons=(),
        ),
        verdict=Verdict(decision=decision, students=verdicts, policy={}, evaluation_digest=""),  # type: ignore[arg-type]  # a decision
        samples={SUITE: samples if samples is not None else [sample(i) for i in range(N)]},
        grades=[grade(m, i, score) for m, all_of_them in scores.items() for i, score in enumerate(all_of_them)],
    )  # fmt: skip


def ruled(decision: str, piece: Slice) -> SliceVerdict:
    return SliceVerdict(
        suite=SUITE, slice=piece, tier="critical", decision=decision, margin=0.03, p_harm=None, p_harm_adjusted=None,  # type: ignore[arg-type]  # a decision
        items_needed=None, reason="",
    )  # fmt: skip


def wrong_on(*items: int) -> list[float]:
    return [0.0 if i in items else 1.0 for i in range(N)]


def whole(moved: Movement, student: str = "small") -> Move:
    (found,) = [m for m in moved.moves if m.student == student and m.slice == Slice()]
    return found


FEW, MANY = range(2), range(60)
PERFECT, POOR = wrong_on(), wrong_on(*MANY)


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        ((PERFECT, PERFECT), (PERFECT, PERFECT), "neither"),
        ((PERFECT, PERFECT), (POOR, PERFECT), "teacher"),
        ((POOR, PERFECT), (PERFECT, PERFECT), "teacher"),
        ((PERFECT, PERFECT), (PERFECT, POOR), "student"),
        ((PERFECT, PERFECT), (POOR, POOR), "both"),
        ((PERFECT, POOR), (POOR, PERFECT), "both"),
        # As many lost as gained: the answers are others, but neither is better or worse.
        ((wrong_on(*range(30)), PERFECT), (wrong_on(*range(30, 60)), PERFECT), "neither"),
        # Two samples of 200 are noise, though the scores differ.
        ((PERFECT, PERFECT), (wrong_on(*FEW), wrong_on(*FEW)), "neither"),
    ],
)
def test_which_of_the_two_moved(before: Sequence[list[float]], after: Sequence[list[float]], moved: str) -> None:
    earlier, later = (run(dict(zip(("big", "small"), scores, strict=True))) for scores in (before, after))
    assert whole(movement(earlier, later)).moved == moved


def test_the_changes_add_up() -> None:
    move = whole(movement(run({"big": PERFECT, "small": POOR}), run({"big": wrong_on(*range(20)), "small": PERFECT})))
    assert (move.n, move.teacher.before, move.teacher.after) == (N, 1.0, 0.9)
    assert (move.pupil.before, move.pupil.after) == (0.7, 1.0)
    assert move.lead95 is not None
    assert move.lead95.point == pytest.approx(0.3 + 0.1)
    assert move.lead95.low is not None
    assert 0.3 < move.lead95.low < 0.4
    assert move.teacher.change95 is not None
    assert move.teacher.change95.point == pytest.approx(-0.1)
    assert move.teacher.change95.high is not None
    assert move.teacher.change95.high < 0


def test_losses_on_the_same_samples_do_not_change_the_difference() -> None:
    """Both lose the same sixty: the difference stands still, and its interval says how exactly."""
    move = whole(movement(run({"big": PERFECT, "small": PERFECT}), run({"big": POOR, "small": POOR})))
    assert move.moved == "both"
    assert move.lead95 is not None
    assert move.lead95.point == 0
    assert move.lead95.low is not None
    assert -0.1 < move.lead95.low < 0


def test_a_slice_moves_only_if_that_outlasts_correction() -> None:
    hard = [i for i in range(N) if i % 2][:30]
    moved = movement(run({"big": PERFECT, "small": PERFECT}), run({"big": PERFECT, "small": wrong_on(*hard)}))
    by_slice = {str(move.slice): move for move in moved.moves}
    assert list(by_slice) == ["all", "level=easy", "level=hard"]
    assert (by_slice["level=easy"].moved, by_slice["level=hard"].moved) == ("neither", "student")
    assert by_slice["level=hard"].n == N / 2
    assert by_slice["level=hard"].pupil.p_adjusted is not None
    assert by_slice["all"].pupil.p_adjusted is None


def test_many_slices_let_chance_move_none() -> None:
    """One slice of twenty with a change of p = .03: alone it would count, among twenty it does not."""

    def placed(i: int) -> Sample:
        return replace(sample(i), slices={"part": str(i % 20)})

    samples = [placed(i) for i in range(2000)]
    parts = (Slice(), *(Slice(name="part", value=str(v)) for v in range(20)))
    lost = [0.0 if i % 20 == 3 and i < 120 else 1.0 for i in range(2000)]

    def made(scores: list[float], teacher: list[float]) -> Finished:
        found = run({"big": teacher, "small": scores}, samples)
        card = replace(found.evaluation.suites[0], parts=parts)
        return replace(found, evaluation=replace(found.evaluation, suites=(card,)))

    same = [1.0] * 2000
    moved = movement(made(same, same), made(lost, same))
    (part,) = [m for m in moved.moves if m.slice.value == "3"]
    assert part.pupil.p_value == pytest.approx(0.03125)
    assert part.pupil.change95 is not None
    assert part.pupil.change95.high is not None
    assert part.pupil.change95.high < 0
    assert part.moved == "neither"


def test_flips_name_the_samples_and_the_way() -> None:
    moved = movement(
        run({"big": wrong_on(5), "small": wrong_on(1, 2)}), run({"big": wrong_on(6), "small": wrong_on(2, 3)})
    )
    assert {(f.model, f.role, f.sample, f.before, f.after) for f in moved.flips} == {
        ("big", "teacher", "s5", 0, 1),
        ("big", "teacher", "s6", 1, 0),
        ("small", "student", "s1", 0, 1),
        ("small", "student", "s3", 1, 0),
    }
    assert {f.slices["level"] for f in moved.flips if f.sample == "s5"} == {"hard"}


@pytest.mark.parametrize(
    "change",
    [
        {"target": "2"},
        {"messages": (Message(role="user", content="7 ?"),)},
        {"messages": (Message(role="system", content="7?"),)},
        {"messages": (), "prompt": "7?"},
        {"choices": ("a", "b")},
        {"context": "a source"},
    ],
)
def test_a_sample_that_was_asked_differently_is_left_out(change: Mapping[str, object]) -> None:
    samples = [sample(i, **(change if i == 7 else {})) for i in range(N)]
    moved = movement(run({"big": PERFECT, "small": PERFECT}), run({"big": PERFECT, "small": wrong_on(7)}, samples))
    assert whole(moved).n == N - 1
    assert moved.flips == ()
    assert moved.left_out == {SUITE: {"asked or targeted differently": 1}}


def test_slices_and_weights_may_change() -> None:
    samples = [replace(sample(i), slices={"level": "easy"}, weight=2.0) for i in range(N)]
    moved = movement(run({"big": PERFECT, "small": PERFECT}), run({"big": PERFECT, "small": PERFECT}, samples))
    assert [(str(m.slice), m.n) for m in moved.moves] == [("all", N), ("level=easy", N)]
    assert moved.left_out == {}


def test_what_is_not_in_both_runs_is_counted() -> None:
    before = run({"big": PERFECT[:150], "small": PERFECT[:150]}, [sample(i) for i in range(150)])
    after = run({"big": PERFECT, "small": PERFECT}, [sample(i) for i in range(10, N)])
    ungraded = [replace(g, outcome="failed", score=None) if (g.model, g.sample) == ("small", "s50") else g
                for g in after.grades]  # fmt: skip
    moved = movement(before, replace(after, grades=ungraded))
    assert whole(moved).n == 139
    assert moved.left_out == {
        SUITE: {"only in the earlier run": 10, "only in this run": 50, "small: not graded in both runs": 1}
    }


def test_too_few_common_samples_tell_nothing() -> None:
    samples = [sample(i) for i in range(19)]
    earlier, later = run({"big": PERFECT[:19], "small": PERFECT[:19]}, samples), run(
        {"big": PERFECT[:19], "small": [0.0] * 19}, samples
    )  # fmt: skip
    assert {m.moved for m in movement(earlier, later).moves} == {"too few to tell"}


def test_clusters_widen_the_interval() -> None:
    def clustered(i: int) -> Sample:
        return replace(sample(i), cluster=f"c{i % 10}")

    samples = [clustered(i) for i in range(N)]
    lost = [0.0 if i % 10 == 1 else 1.0 for i in range(N)]  # one cluster of ten, whole
    alone = movement(run({"big": PERFECT, "small": PERFECT}), run({"big": PERFECT, "small": lost}))
    together = movement(run({"big": PERFECT, "small": PERFECT}, samples), run({"big": PERFECT, "small": lost}, samples))
    assert (whole(alone).moved, whole(together).moved) == ("student", "neither")
    assert whole(together).clusters == 10


def test_nothing_in_common_is_no_movement() -> None:
    others = [replace(sample(i), id=f"other{i}") for i in range(N)]
    moved = movement(run({"big": PERFECT, "small": PERFECT}), run({"big": PERFECT, "small": POOR}, others))
    assert (moved.moves, moved.flips) == ((), ())
    text = printed(moved)
    assert text.startswith("nothing could be compared: the runs share a suite, but no sample of it")
    assert "no verdict changed" not in text


def test_without_a_common_suite_nothing_reads_as_all_clear() -> None:
    models = {"big": PERFECT, "small": PERFECT}
    after = run(models)
    moved = movement(replace(run(models), samples={"law": [sample(1)]}, grades=()), after)
    text = printed(moved)
    assert text.startswith(
        f"nothing could be compared: the runs have no suite in common: law in the earlier run, {SUITE} in this one"
    )
    assert "no verdict changed" not in text and "no verdict changed" in printed(movement(run(models), after))


def test_without_a_common_student_nothing_is_compared() -> None:
    before = run({"big": PERFECT, "a": PERFECT, "b": PERFECT})
    text = printed(movement(before, run({"big": PERFECT, "c": PERFECT, "d": PERFECT})))
    assert text.startswith("nothing could be compared: no student is in both runs")


def test_attempts_are_averaged() -> None:
    before, after = run({"big": PERFECT, "small": PERFECT}), run({"big": PERFECT, "small": PERFECT})
    twice = [*after.grades, *(grade("small", i, 0.0, attempt=1) for i in range(N))]
    move = whole(movement(before, replace(after, grades=twice)))
    assert (move.pupil.before, move.pupil.after, move.moved) == (1.0, 0.5, "student")


def test_students_are_matched_by_name_and_a_sole_stranger_by_being_left_over() -> None:
    before = run({"big": PERFECT, "small": PERFECT, "tiny-v1": PERFECT})
    after = run({"bigger": PERFECT, "small": PERFECT, "tiny-v2": POOR})
    moved = movement(before, after)
    assert [(m.before, m.after, m.is_same) for m in moved.models] == [
        ("big", "bigger", False), ("small", "small", True), ("tiny-v1", "tiny-v2", False),
    ]  # fmt: skip
    assert (whole(moved).moved, whole(moved, "tiny-v2").moved) == ("neither", "student")
    assert moved.unmatched == ()


def test_students_that_cannot_be_matched_are_named() -> None:
    moved = movement(
        run({"big": PERFECT, "a": PERFECT, "b": PERFECT}), run({"big": PERFECT, "b": PERFECT, "c": PERFECT, "d": POOR})
    )
    assert [m.after for m in moved.models] == ["big", "b"]
    assert moved.unmatched == ("a: only in the earlier run", "c: only in this run", "d: only in this run")


def test_verdicts_that_changed_are_told_and_no_others() -> None:
    models = {"big": PERFECT, "small": PERFECT}
    moved = movement(run(models), run(models, decision="fail"))
    assert [(r.student, r.suite, str(r.slice), r.before, r.after) for r in moved.rulings] == [
        ("small", "", "None", "pass", "fail"),
        ("small", SUITE, "level=hard", "pass", "fail"),
    ]
    assert movement(run(models), run(models)).rulings == ()


def test_another_version_of_the_grader_is_told() -> None:
    after = run({"big": PERFECT, "small": PERFECT})
    again = [grade(g.model, n, g.score, grader="number 2") if g.model == "small" else g
             for n, g in ((int(g.sample[1:]), g) for g in after.grades)]  # fmt: skip
    moved = movement(run({"big": PERFECT, "small": PERFECT}), replace(after, grades=again))
    assert moved.regraded == {SUITE: N}
    assert "the grading may have moved" in printed(moved)


def test_a_movement_survives_json() -> None:
    moved = movement(run({"big": PERFECT, "small": PERFECT}), run({"big": POOR, "small": POOR}, decision="fail"))
    assert from_json(Movement, to_json(moved)) == moved


def printed(moved: Movement) -> str:
    console = SafeConsole(file=io.StringIO(), width=200, highlight=False, markup=False)
    print_movement(moved, console)
    assert isinstance(console, Console)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]  # a StringIO
    return text


def test_what_is_printed() -> None:
    before = run({"big": PERFECT, "small-1": PERFECT})
    after = run({"big": POOR, "small-2": wrong_on(199)}, decision="fail")
    text = printed(movement(before, after))
    assert "teacher big: the same model" in text
    assert "student small-2 (was small-1): another model than before" in text
    assert "math, small-2: the teacher moved; the student is not shown to have" in text
    assert "−30.0" in text
    assert "small-2: pass before, now fail" in text
    assert "small-2, math, level=hard: pass before, now fail" in text
    assert "math, big: worse on 60: s0, s1, " in text
    assert ", and 48 more" in text
    assert "math, small-2: worse on 1: s199" in text
    assert "better on" not in text


def test_hostile_names_reach_no_terminal() -> None:
    name = "[red]x\x1b[2J\u202e"
    text = printed(movement(run({"big": PERFECT, name: PERFECT}), run({"big": PERFECT, name: POOR})))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[red]x" in text
