"""The search for slices that nobody declared, from samples and grades to what was found."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from harness.collect import Answer, Collected
from harness.compare import compare
from harness.evaluation import ModelCard
from harness.explore import FEWEST_PAIRS, explore
from harness.explored import Explored
from harness.plan import SuiteSpec
from harness.policy import Policy
from harness.protocols import Loaded
from harness.records import Grade, Message, Response, Sample, SuiteKind
from harness.suite import make_suite

Fails = Callable[[int], bool]


def sample(n: int, **more: str) -> Sample:
    """Prompts with one number, every fourth with five; every third sample is of the kind `b`."""
    asked = "What is 1 + 2 + 3 + 4 + 5?" if n % 4 == 0 else f"What is {n}, please? Take your time."
    slices: Mapping[str, str] = {"kind": "ab"[n % 3 == 0], "steps": str(n % 30)}
    return Sample(id=f"s{n}", messages=(Message(role="user", content=asked),), slices={**slices, **more})


def grade(model: str, n: int, right: bool) -> Grade:
    return Grade(
        suite="math",
        sample=f"s{n}",
        model=model,
        attempt=0,
        outcome="correct" if right else "incorrect",
        score=float(right),
        answer="4",
        reason="",
        grader="number",
    )


def answer(n: int) -> Answer:
    reply = Response(key=f"k{n}", model="teacher", text="a long answer, in words" if n % 5 == 0 else "4")
    return Answer(suite="math", sample=f"s{n}", attempt=0, response=reply)


def explored(samples: list[Sample], fails: Fails, kind: SuiteKind = "workload") -> tuple[Explored, ...]:
    suite = make_suite(SuiteSpec(name="math"), Loaded(samples=samples), kind)
    models = [
        ModelCard(name="teacher", role="teacher", fingerprint="t"),
        ModelCard(name="student", role="student", fingerprint="s"),
        ModelCard(name="base", role="base", fingerprint="b"),
    ]
    found = Collected(suites=(suite,), models=models, answers=[answer(n) for n in range(len(samples))])
    marks: dict[str, Fails] = {"teacher": lambda n: True, "student": lambda n: not fails(n), "base": lambda n: False}
    grades = [grade(model, n, right(n)) for model, right in marks.items() for n in range(len(samples))]
    return explore(found, *compare(found, grades, Policy()))


def one_of(samples: list[Sample], fails: Fails) -> Explored:
    (one,) = explored(samples, fails)
    return one


@pytest.mark.parametrize(
    ("fails", "named"),
    [
        (lambda n: n % 4 == 0, "numbers in the prompt > 1"),
        (lambda n: n % 5 == 0, "characters in the teacher's answer > 1"),
        (lambda n: n % 3 == 0, "kind=b"),
        (lambda n: n % 30 >= 23, "steps > 22"),
    ],
)
def test_what_the_student_loses_is_found_by_name(fails: Fails, named: str) -> None:
    found = one_of([sample(n) for n in range(400)], fails)
    assert found.search is not None and (found.suite, found.student, found.unsearched) == ("math", "student", "")
    first = found.search.found[0]
    assert first.confirmed and first.p_adjusted is not None and first.p_adjusted < 0.001
    if named.startswith("numbers"):  # prompts with many numbers are also the short ones
        assert str(first) in (named, "characters in the prompt <= 26")
    else:
        assert str(first) == named


def test_the_same_pairs_are_found_the_same() -> None:
    samples = [sample(n) for n in range(200)]
    assert one_of(samples, lambda n: n % 7 == 0) == one_of(samples, lambda n: n % 7 == 0)


def test_nothing_is_found_where_nothing_is_lost() -> None:
    found = one_of([sample(n) for n in range(200)], lambda n: False)
    assert found.search is not None and found.search.found == () and found.search.tried > 0


def test_too_few_pairs_say_how_many_are_needed() -> None:
    found = one_of([sample(n) for n in range(FEWEST_PAIRS - 1)], lambda n: n % 4 == 0)
    assert found.search is None
    assert found.unsearched == "79 pairs; a search needs 80: half to search, half to confirm"


def test_too_few_clusters_say_so() -> None:
    found = one_of([replace(sample(n), cluster=str(n % 15)) for n in range(200)], lambda n: n % 4 == 0)
    assert found.search is None and found.unsearched.startswith("15 clusters; a search needs 16")


def test_a_difficulty_is_looked_at_for_a_cliff() -> None:
    found = one_of([sample(n) for n in range(400)], lambda n: False)
    assert found.difficulty == "steps" and found.cliff is not None and found.cliff.found == "none"
    plain = [replace(sample(n), slices={"kind": "a"}) for n in range(100)]
    assert (one_of(plain, lambda n: False).difficulty, one_of(plain, lambda n: False).cliff) == (None, None)


@pytest.mark.parametrize("kind", ["stress", "retain"])
def test_only_the_workload_is_searched(kind: SuiteKind) -> None:
    assert explored([sample(n) for n in range(100)], lambda n: False, kind) == ()
