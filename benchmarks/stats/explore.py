"""What exploring and repeats add to a run: the slice search, the cliff, and k attempts at each item.

`python -m benchmarks.stats.explore [PAIRS] [ITEMS] [RUN]`. PAIRS synthetic pairs of one student (ten declared slices, a
difficulty of ten levels with a cliff planted after the seventh, prompts and answers of varying length) are explored;
of ITEMS items with eight attempts of both models is told what only repeats can tell; a finished RUN, where given, is
compared and explored once more. Seconds are those of the processor. Memory is the process's at its highest.
"""

import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np

from harness import attempts
from harness.collect import Answer, Collected
from harness.compare import compare
from harness.evaluation import Comparison, ModelCard, Pair
from harness.explore import explore
from harness.pairing import Item, Scores
from harness.plan import SuiteSpec
from harness.policy import Policy
from harness.protocols import Loaded
from harness.records import Grade, Message, Response, Sample
from harness.runfolder import RunFolder
from harness.stats import clustered
from harness.suite import make_suite
from harness.workflow import read_back

T = TypeVar("T")

LEVELS, CLIFF, SLICES, ATTEMPTS = 10, 7, 10, 8


def main(pairs: int, items: int, run: Path | None) -> None:
    rng = np.random.default_rng(1)
    found, comparisons, made = _workload(pairs, rng)
    before = _memory()
    seconds, (explored,) = _timed(lambda: explore(found, comparisons, made))
    search, cliff = explored.search, explored.cliff
    if search is None or cliff is None:
        raise SystemExit("too few pairs to be searched")
    print(f"{pairs:,} pairs: {seconds:.1f} s, {search.tried:,} slices tried, {cliff.found} at {cliff.knot}")
    print(f"  memory: {before:,.0f} MiB before, {_memory():,.0f} MiB at most")
    listed = _items(items, rng)
    for name, what in (("noise floor", _noise), ("k attempts", _at_k), ("drawing", _drawing)):
        seconds, _ = _timed(partial(what, listed))
        print(f"{items:,} items with {ATTEMPTS} attempts of both models, {name}: {seconds:.2f} s")
    if run is not None:
        _rerun(run)


def _rerun(run: Path) -> None:
    found = read_back(RunFolder(run))
    compared, (comparisons, pairs) = _timed(lambda: compare(found, found.grades, Policy()))
    explored, parts = _timed(lambda: explore(found, comparisons, pairs))
    print(f"{run}: {len(pairs):,} pairs in {len(parts)} searches, {explored:.2f} s; comparing took {compared:.2f} s")


def _workload(count: int, rng: np.random.Generator) -> tuple[Collected, list[Comparison], list[Pair]]:
    level = rng.integers(1, LEVELS + 1, count)
    right = 0.9 - np.maximum(0, level - CLIFF) * 0.1
    teacher, student = rng.random(count) < 0.92, rng.random(count) < right
    words, length = rng.integers(3, 60, count), rng.integers(1, 400, count)
    values = rng.integers(0, 8, (count, SLICES))
    samples = [
        Sample(
            id=f"s{n}",
            messages=(Message(role="user", content="add 7 and 5 " * words[n]),),
            slices={"level": f"level {level[n]}", **{f"slice {k}": f"v{values[n, k]}" for k in range(SLICES)}},
        )
        for n in range(count)
    ]
    models = [
        ModelCard(name="teacher", role="teacher", fingerprint="t"),
        ModelCard(name="student", role="student", fingerprint="s"),
    ]
    suite = make_suite(SuiteSpec(name="work"), Loaded(samples=samples))
    answers = [_answer(f"s{n}", int(length[n])) for n in range(count)]
    grades = [
        _grade(f"s{n}", model, 0, bool(marks[n]))
        for model, marks in (("teacher", teacher), ("student", student))
        for n in range(count)
    ]
    found = Collected(suites=(suite,), models=models, answers=answers)
    comparisons, pairs = compare(found, grades, Policy())
    return found, list(comparisons), list(pairs)


def _answer(sample: str, length: int) -> Answer:
    return Answer(
        suite="work", sample=sample, attempt=0, response=Response(key=sample, model="teacher", text="x" * length)
    )


def _grade(sample: str, model: str, attempt: int, right: bool) -> Grade:
    return Grade(
        suite="work",
        sample=sample,
        model=model,
        attempt=attempt,
        outcome="correct" if right else "incorrect",
        score=float(right),
        answer="right" if right else f"wrong {attempt % 3}",
        reason="",
        grader="exact",
    )


def _items(count: int, rng: np.random.Generator) -> list[Item]:
    marks = rng.random((count, 2, ATTEMPTS)) < rng.beta(4, 1, (count, 1, 1))
    sides = [
        [tuple(_grade(f"s{n}", model, k, bool(marks[n, side, k])) for k in range(ATTEMPTS)) for n in range(count)]
        for side, model in enumerate(("teacher", "student"))
    ]
    return [
        Item(Sample(id=f"s{n}"), sides[0][n], sides[1][n], float(marks[n, 0].mean()), float(marks[n, 1].mean()))
        for n in range(count)
    ]


def _noise(items: list[Item]) -> object:
    return attempts.noise_floor(items, Scores.of(items))


def _at_k(items: list[Item]) -> object:
    return attempts.at_k(items, Scores.of(items))


def _drawing(items: list[Item]) -> object:
    scores = Scores.of(items)
    return attempts.drawing(items, scores, clustered.mean_difference(scores.teacher, scores.student, None, None).se)


def _timed(what: Callable[[], T]) -> tuple[float, T]:
    start = time.process_time()
    value = what()
    return time.process_time() - start, value


def _memory() -> float:
    """The most that this process has held so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    given = sys.argv[1:]
    main(
        int(given[0]) if given else 100_000,
        int(given[1]) if len(given) > 1 else 100_000,
        Path(given[2]) if len(given) > 2 else None,
    )
