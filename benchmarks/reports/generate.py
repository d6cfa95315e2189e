"""A large run folder of invented requests: a teacher and one student, graded, compared and judged.

Every request is made from its number. Prompts have about 300 characters and answers 600; the student is right a little
less often, more so where requests are hard.
"""

import random
from pathlib import Path

from harness.collect import Answer, Collected
from harness.compare import compare, suite_card
from harness.evaluation import Evaluation, EvidenceGroup, Finding, Mark, ModelCard, Pair, Slice
from harness.gate import judge
from harness.plan import SuiteSpec
from harness.policy import Policy
from harness.protocols import Loaded
from harness.records import Grade, Interval, Message, Outcome, Response, Sample
from harness.runfolder import RunFolder
from harness.suite import make_suite
from harness.workflow import keep

TEACHER, STUDENT, SUITE = "teacher", "student", "requests"
SLICES = {"task": 8, "difficulty": 5, "customer": 20, "length": 4, "tone": 3}
EVIDENCE = 2_000  # samples that each flagged detector names at most
DETECTORS: tuple[tuple[str, EvidenceGroup], ...] = (("false equations", "trace"), ("overconfidence", "calibration"))
WORDS = (
    "order return label refund window price article total invoice parcel courier discount customer reply please thank "
    "because therefore step first then check compare sum minus plus seven twelve forty euros weeks account member"
)


def write_run(count: int, path: Path) -> None:
    """A run folder of `count` pairs."""
    samples = [_sample(number) for number in range(count)]
    made = [(sample, model) for sample in samples for model in (TEACHER, STUDENT)]
    answers, grades = [], []
    for place, (sample, model) in enumerate(made):
        answer, grade = _answered(place, sample, model)
        answers.append(answer)
        grades.append(grade)
    suite = make_suite(SuiteSpec(name=SUITE, slices=tuple(SLICES)), Loaded(samples=samples))
    cards = [
        ModelCard(name=TEACHER, role="teacher", fingerprint="t"),
        ModelCard(name=STUDENT, role="student", fingerprint="s"),
    ]
    found = Collected(suites=(suite,), models=cards, answers=answers, grades=grades)
    path.mkdir(parents=True, exist_ok=True)
    folder = RunFolder(path)
    keep(found, {"name": f"{count:,} pairs"}, folder)
    comparisons, pairs = compare(found, grades, Policy())
    evaluation = Evaluation(
        name=f"{count:,} pairs", created_at="2026-11-26T00:00:00+00:00", viva_version="0", plan={},
        models=tuple(cards), suites=(suite_card(suite),), comparisons=comparisons, findings=_findings(pairs),
        pairs_digest=folder.write_results(grades, pairs),
    )  # fmt: skip
    verdict = judge(evaluation, Policy(), folder.write_evaluation(evaluation))
    folder.write_verdict(verdict, evaluation, "")


def _text(rng: random.Random, characters: int) -> str:
    known = WORDS.split()
    words: list[str] = []
    size = 0
    while size < characters:
        words.append(rng.choice(known))
        size += len(words[-1]) + 1
    return " ".join(words)


def _sample(number: int) -> Sample:
    rng = random.Random(number)
    slices = {name: f"{name} {rng.randrange(values)}" for name, values in SLICES.items()}
    asked = (Message(role="system", content="Answer as the desk does."), Message(role="user", content=_text(rng, 300)))
    return Sample(id=f"request-{number:07}", messages=asked, target=str(rng.randrange(1000)), slices=slices)


def _answered(place: int, sample: Sample, model: str) -> tuple[Answer, Grade]:
    rng = random.Random(f"{place} answer")
    hard = int(sample.slices["difficulty"].split()[1])
    right = rng.random() > (0.04 if model == TEACHER else 0.06 + 0.03 * hard)
    outcome: Outcome = "correct" if right else rng.choice(("incorrect", "incorrect", "truncated", "unparsed"))
    answer = str(sample.target) if right else None if outcome in ("truncated", "unparsed") else "-1"
    response = Response(
        key=f"{place:064x}", model=model, text=f"{_text(rng, 590)} Total: {answer}", finish="stop",
        prompt_tokens=75, completion_tokens=150, latency_s=0.5, created_at="2026-11-26T00:00:00+00:00",
    )  # fmt: skip
    grade = Grade(
        suite=SUITE, sample=sample.id, model=model, attempt=0, outcome=outcome, score=float(right), answer=answer,
        reason="the number is the one asked for" if right else "another number than asked for", grader="number 1",
        response_keys=(response.key,),
    )  # fmt: skip
    return Answer(suite=SUITE, sample=sample.id, attempt=0, response=response), grade


def _findings(pairs: tuple[Pair, ...]) -> tuple[Finding, ...]:
    lost = [pair.sample for pair in pairs if pair.teacher_score > pair.student_score][:EVIDENCE]
    excess = Interval(point=0.3, low=0.2, high=0.4, level=0.9, method="invented")
    return tuple(
        Finding(
            detector=detector, suite=SUITE, student=STUDENT, slice=Slice(), state="flagged", estimate=excess,
            reason="invented", group=group, n=len(pairs), p_value=0.001, p_adjusted=0.01, evidence=tuple(lost),
            marks=tuple(Mark(sample=s, model=STUDENT, attempt=0, start=5, end=40, note="invented") for s in lost),
        )
        for detector, group in DETECTORS
    )  # fmt: skip
