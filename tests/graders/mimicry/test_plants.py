"""The planted students are what they are said to be, and the profile tells the strongest mimics from honest ones."""

from random import Random

import pytest

from benchmarks.mimicry import bench, closeness, plants
from benchmarks.mimicry.problems import VOICES, derive, draw, habits, renumbered, sample_of, worked
from graders.mimicry.style import CLOSE
from graders.registry import GRADERS
from harness.records import Response

N = 400


def right(manner: str, student: plants.Student, seed: int = 3) -> float:
    """The share of right answers, by viva's own graders."""
    rng, hits = Random(seed), 0
    for number in range(N):
        order = draw(rng)
        sample = sample_of(order, manner, f"o{number}")
        options = {"fields": ["total"]} if manner == "json" else {}
        grade = GRADERS[sample.grader or ""].make(options)  # type: ignore[arg-type]  # JSON
        said = student(order, None, rng)
        hits += grade(sample, Response(key="k", model="m", text=said.text)).outcome == "correct"  # type: ignore[operator]
    return hits / N


@pytest.mark.parametrize("manner", VOICES)
def test_a_faultless_derivation_is_graded_as_right_in_every_voice(manner: str) -> None:
    assert right(manner, plants.speaker(manner, 0.0)) == 1


@pytest.mark.parametrize("manner", VOICES)
def test_the_weaker_student_errs_more_often_than_the_teacher(manner: str) -> None:
    teacher, weaker = (right(manner, plants.speaker(manner, rate)) for rate in (1, 4))
    assert 0.75 < teacher < 0.97
    assert weaker < teacher - 0.15


@pytest.mark.parametrize("manner", VOICES)
@pytest.mark.parametrize("change", [plants.terse, plants.verbose, plants.bulleted, plants.boxed])
def test_another_style_keeps_the_answers(manner: str, change: object) -> None:
    restyled = plants.restyled(manner, change)  # type: ignore[arg-type]  # a change of texts
    assert right(manner, restyled) == pytest.approx(right(manner, plants.speaker(manner)), abs=0.06)


@pytest.mark.parametrize("kind", plants.CORRUPTIONS)
@pytest.mark.parametrize("manner", VOICES)
def test_this_share_of_a_mimics_answers_is_corrupted(manner: str, kind: str) -> None:
    changed = 0
    for seed in range(N):
        order = draw(Random(seed))
        honest = plants.mimic(manner, 0.0, (kind,))(order, None, Random(seed)).text
        changed += plants.mimic(manner, 0.3, (kind,))(order, None, Random(seed)).text != honest
    if manner == "equations" and kind == "entity":  # only one of its three openings names the customer
        assert 0 < changed / N < 0.3
    else:
        assert changed / N == pytest.approx(0.3, abs=0.08)


def test_a_dropped_step_keeps_the_answer() -> None:
    rng = Random(1)
    for _ in range(100):
        order = draw(rng)
        work = plants._dropped(order, worked(order, derive(order)), rng)
        assert work.answer == order.total and work.steps != derive(order)


def test_a_memoriser_answers_variants_with_their_base() -> None:
    rng = Random(2)
    order = draw(rng)
    variant = renumbered(order, rng)
    said = plants.memoriser("equations", 1.0)(variant, order, rng).text
    assert f"{order.lines[0][0]} x {order.lines[0][2]} =" in said


def test_an_error_is_carried_on() -> None:
    """Whatever slips, the answer is what the last step says."""
    rng = Random(4)
    for _ in range(300):
        order = draw(rng)
        work, _ = plants._honest(order, 6.0, rng)
        assert work.answer == work.steps[-1].result


def test_the_same_seed_makes_the_same_student() -> None:
    order = draw(Random(5))
    assert len({plants.mimic("prose", 0.5)(order, None, Random(9)) for _ in range(3)}) == 1


def test_the_strongest_mimics_are_told_from_honest_students_and_not_by_length_alone() -> None:
    students = (("mixture", 0.4), *((kind, 0.0) for kind in bench.CONTROLS))
    seen = [
        one for seed in range(2) for one in bench.run(bench.Trial("json", 150, bench.FIRST_SEED + 500 + seed, students))
    ]
    mimics = [s for s in seen if s.kind == "mixture"]
    honest = [s for s in seen if s.kind in bench.CONTROLS]
    area = bench.auroc([s.score for s in mimics], [s.score for s in honest])
    assert area >= 0.95
    assert area > bench.auroc([s.length for s in mimics], [s.length for s in honest]) + 0.1
    assert not any(s.label == "SUPERFICIAL MIMICRY" for s in honest)


@pytest.mark.parametrize("manner", VOICES)
def test_habits_change_wording_only(manner: str) -> None:
    order, own = draw(Random(6)), habits(manner, Random(7))
    texts = {plants.speaker(manner, 0.0, own)(order, None, Random(seed)).text for seed in range(60)}
    even = {plants.speaker(manner, 0.0)(order, None, Random(seed)).text for seed in range(400)}
    assert 1 < len(texts) <= len(even) and texts <= even


def test_a_student_of_the_teachers_format_is_close_and_one_of_another_is_far() -> None:
    assert closeness._planted("json", 100, 3, 4.0, has_habits=True) < CLOSE
    rng = Random(8)
    orders = [draw(rng) for _ in range(100)]
    replies = [
        [student(order, None, rng).text for order in orders]
        for student in (plants.speaker("prose"), plants.restyled("prose", plants.verbose))
    ]
    assert closeness.distance(*replies) > CLOSE


def test_figures_of_known_scores() -> None:
    assert bench.auroc([2, 3], [1, 2]) == pytest.approx(0.875)
    assert bench.true_positives([5, 0.5], [float(n) / 20 for n in range(20)]) == 0.5
