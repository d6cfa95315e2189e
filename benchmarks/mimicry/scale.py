"""Time and memory of the profile of many pairs, one student beside its teacher, without asking again.

    python -m benchmarks.mimicry.scale [PAIRS ...]

Replies are those of the planted teacher and of a mimic, in prose, with log-probabilities. The profile is that of the
whole suite and of its slices by steps. Every size has a process of its own. What is timed begins when the replies are
graded and compared.
"""

import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from random import Random

from benchmarks.mimicry import plants
from benchmarks.mimicry.problems import draw, sample_of
from benchmarks.mimicry.scene import POLICY, TEACHER
from graders.mimicry.profile import profile
from graders.registry import GRADERS
from harness.collect import Answer, Collected
from harness.compare import compare
from harness.evaluation import ModelCard
from harness.exhibits import evidence_of
from harness.gate import is_safe
from harness.grading import assign, grade_all, pending
from harness.plan import SuiteSpec
from harness.progress import Silent
from harness.protocols import Loaded
from harness.records import LogprobSummary, Response, Sample
from harness.store import open_store
from harness.suite import make_suite

MANNER = "prose"
SIZES = (1_319, 10_000, 100_000)
_MIB = 1024  # ru_maxrss is in KiB


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    pairs: int
    characters: float  # of a reply, on average
    profiles: int
    seconds: float
    processor: float  # seconds of one core
    before: float  # MiB of the process with the graded replies
    peak: float


def measure(pairs: int) -> Measured:
    found = collected(pairs)
    with open_store(None) as store:
        grades = grade_all(pending(found, assign(found.suites, GRADERS)), store, Silent())
    comparisons, _ = compare(found, grades, POLICY)
    characters = sum(len(answer.response.text) for answer in found.answers) / len(found.answers)
    before = _peak()
    started, worked = time.perf_counter(), time.process_time()
    _, profiles = profile(evidence_of(found, grades, comparisons), lambda c: is_safe(c, POLICY))
    return Measured(
        pairs=pairs,
        characters=characters,
        profiles=len(profiles),
        seconds=time.perf_counter() - started,
        processor=time.process_time() - worked,
        before=before,
        peak=_peak(),
    )


def collected(pairs: int) -> Collected:
    rng = Random(pairs)
    students = {TEACHER: plants.speaker(MANNER), "mimic": plants.mimic(MANNER, 0.2)}
    samples: list[Sample] = []
    answers: list[Answer] = []
    for number in range(pairs):
        order = draw(rng)
        samples.append(sample_of(order, MANNER, f"o{number}"))
        for name, student in students.items():
            said = student(order, None, rng)
            summary = LogprobSummary(mean=said.logprob, least=said.logprob * 4, first=said.logprob)
            response = Response(key=f"{name} {number}", model=name, text=said.text, finish="stop", logprob=summary)
            answers.append(Answer(suite="orders", sample=f"o{number}", attempt=0, response=response))
    suite = make_suite(SuiteSpec(name="orders", slices=("steps",)), Loaded(samples=samples), "workload")
    cards = [
        ModelCard(name=name, role="teacher" if name == TEACHER else "student", fingerprint=f"planted {name}")
        for name in students
    ]
    return Collected(suites=(suite,), models=cards, answers=answers)


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MIB


def main() -> None:
    print("| pairs | characters of a reply | profiles | seconds | of one core | MiB before | MiB at most |")
    print("|---|---|---|---|---|---|---|")
    for pairs in [int(size) for size in sys.argv[1:]] or SIZES:
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            m = pool.submit(measure, pairs).result()
        times = f"{m.seconds:.1f} | {m.processor:.1f}"
        print(
            f"| {m.pairs:,} | {m.characters:.0f} | {m.profiles} | {times} | {m.before:.0f} | {m.peak:.0f} |", flush=True
        )


if __name__ == "__main__":
    main()
