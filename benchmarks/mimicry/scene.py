"""A planted evaluation, graded and compared as any other: one teacher, and students of known truth."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from benchmarks.mimicry.plants import Student, speaker
from benchmarks.mimicry.problems import Order, draw, renumbered, sample_of
from graders.mimicry.profile import profile
from graders.registry import GRADERS
from harness.collect import Answer, Collected
from harness.compare import compare
from harness.evaluation import Comparison, Finding, ModelCard, Profile
from harness.exhibits import evidence_of
from harness.gate import is_safe
from harness.grading import assign, grade_all, pending
from harness.plan import STRESS, SuiteSpec
from harness.policy import Policy
from harness.progress import Silent
from harness.protocols import Loaded
from harness.records import LogprobSummary, Response, Sample, SuiteKind
from harness.store import open_store
from harness.suite import Suite, make_suite

OPTIONS = {"fields": {"fields": ["total"]}}
POLICY = Policy(margin_points=5)
TEACHER = "teacher"

Cast = Mapping[str, Student]


def planted(manner: str, n: int, seed: int, students: Cast) -> Collected:
    """`n` orders with a renumbered variant each, answered by the teacher and by every student."""
    rng = Random(f"{manner} {n} {seed}")
    orders: dict[str, Order] = {}
    while len(orders) < n:
        order = draw(rng)
        orders.setdefault(order.text, order)
    bases = list(orders.values())
    variants = [renumbered(order, rng) for order in bases]
    suites = (
        _suite("orders", [sample_of(o, manner, f"o{k}") for k, o in enumerate(bases)], "workload"),
        _suite(f"orders{STRESS}", [sample_of(o, manner, f"o{k}~1", f"o{k}") for k, o in enumerate(variants)], "stress"),
    )
    found = Collected(suites=suites)
    for name, student in {TEACHER: speaker(manner), **students}.items():
        found.models.append(
            ModelCard(name=name, role="teacher" if name == TEACHER else "student", fingerprint=f"planted {name}")
        )
        voice = Random(f"{manner} {n} {seed} {name}")
        found.answers += _answers(name, student, bases, variants, voice)
    return found


@dataclass(frozen=True, slots=True)
class Profiled:
    findings: tuple[Finding, ...]
    profiles: tuple[Profile, ...]
    comparisons: tuple[Comparison, ...]


def profiled(found: Collected) -> Profiled:
    """Graded, compared and profiled as `viva run` does it, but for the slices, which are left out."""
    with open_store(None) as store:
        grades = grade_all(pending(found, assign(found.suites, GRADERS)), store, Silent())
    comparisons, _ = compare(found, grades, POLICY)
    wholes = tuple(c for c in comparisons if c.slice.name == "all" and c.suite == "orders")
    return Profiled(*profile(evidence_of(found, grades, wholes), lambda c: is_safe(c, POLICY)), wholes)


def _suite(name: str, samples: Sequence[Sample], kind: SuiteKind) -> Suite:
    return make_suite(SuiteSpec(name=name, grader_options=OPTIONS), Loaded(samples=samples), kind)


def _answers(name: str, student: Student, bases: list[Order], variants: list[Order], rng: Random) -> Iterator[Answer]:
    for k, (base, variant) in enumerate(zip(bases, variants, strict=True)):
        for suite, sample, order, of in (
            ("orders", f"o{k}", base, None),
            (f"orders{STRESS}", f"o{k}~1", variant, base),
        ):
            said = student(order, of, rng)
            summary = LogprobSummary(mean=said.logprob, least=said.logprob * 4, first=said.logprob)
            response = Response(
                key=f"{name} {suite} {sample}", model=name, text=said.text, finish="stop", logprob=summary
            )
            yield Answer(suite=suite, sample=sample, attempt=0, response=response)
