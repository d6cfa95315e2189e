"""The whole flow over injected parts: ask or import, then grade, compare, judge and report."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from harness import consulting
from harness.collect import Collected, check_ready, collect, survey
from harness.compare import beside_base, beside_incumbent, compare, steps_down, suite_card
from harness.desk import Desk, FollowUps
from harness.errors import UsageError, nearest
from harness.evaluation import Evaluation, Pair, PublishedScore
from harness.exhibits import evidence_of
from harness.explore import explore
from harness.extras import Extras
from harness.gate import is_safe, judge
from harness.grading import assign, check_gold, check_options, grade_all, pending
from harness.plan import MimicrySpec, Plan, SuiteSpec
from harness.policy import Policy
from harness.policy_names import check_policy, check_rules
from harness.progress import Progress
from harness.protocols import EngineKind, GraderKind, Loaded, PairTexts, Profiler, Reporter, SuiteSource
from harness.published_file import read_published
from harness.records import Json, Sample
from harness.runfolder import Manifest, RunFolder, Told
from harness.sides import oldest_of
from harness.store import Store, look_into_store, open_store
from harness.suite import Suite, Vary, load_suites, make_suite
from harness.texts import Texts
from harness.verdict import Verdict
from harness.version import VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What an evaluation is put together from, by the names that plans use."""

    engines: Mapping[str, EngineKind]
    graders: Mapping[str, GraderKind]
    sources: Mapping[str, SuiteSource]
    vary: Vary
    profile: Profiler
    follow_ups: Callable[[MimicrySpec, Sequence[Suite]], FollowUps]
    report: Reporter
    report_file: Callable[[Evaluation, Verdict, Sequence[Pair], PairTexts, Path, Extras | None], Path]
    summarise: Callable[[Evaluation, Verdict], str]
    is_own_grader: Callable[[str], bool] = lambda name: ":" in name


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run ended with."""

    evaluation: Evaluation
    verdict: Verdict
    report: Path
    asked: Mapping[str, int] = field(default_factory=dict)
    cost: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A plan with its suites loaded and found fit; `written` is the plan in the user's words."""

    plan: Plan
    written: Json
    suites: tuple[Suite, ...]
    published: tuple[PublishedScore, ...] = ()


def prepare(plan: Plan, written: Json, parts: Parts, limit: int | None = None) -> Job:
    """Load the suites; `limit` asks only for the first samples of each. Nothing is written and no model is asked.

    Raises DataError when a suite or a gold answer is not fit, UsageError when the gate names what no suite has.
    """
    published = read_published([Path(path) for path in plan.published])
    suites = load_suites(plan, parts.sources, parts.vary, limit)
    assigned = assign(suites, parts.graders)
    check_gold(assigned)
    consulting.check_judges(assigned, plan)
    check_options(plan, assigned)
    check_policy(plan.gate, suites, [student.name for student in plan.students])
    check_rules(plan.gate, assigned.values(), parts.is_own_grader)
    return Job(plan=plan, written=written, suites=suites, published=published)


def run(job: Job, parts: Parts, folder: RunFolder, progress: Progress) -> Outcome:
    """Ask, grade, compare, judge, report. What the store holds already is not asked again.

    Raises UsageError before anything is written when a model cannot be asked, EngineError without a teacher.
    """
    plan = job.plan
    assigned = assign(job.suites, parts.graders)
    surveyed, work = survey(plan, job.suites, parts.engines)
    judges = consulting.needed(assigned, plan, parts.engines)
    with look_into_store(plan.store_path()) as store:
        check_ready(work, store)
        if any(part.missing(store) for part in work):  # else the judges have most likely been asked, too
            consulting.check_ready(judges)
    with open_store(plan.store_path()) as store:
        desk = Desk(
            store=store,
            progress=progress,
            logs=folder.path / "logs",
            follow_ups=parts.follow_ups(plan.mimicry, job.suites),
        )
        found = consulting.consult(collect(surveyed, work, desk), assigned, judges, desk)
        found.published = job.published
        keep(found, job.written, folder)
        outcome = conclude(found, job.written, plan.gate, parts, Place(folder, store, progress))
    return replace(outcome, asked=desk.asked, cost=desk.cost)


def regrade(policy: Policy, parts: Parts, folder: RunFolder, progress: Progress) -> Outcome:
    """Grade the answers of a run again, then all that follows; no model is asked."""
    found = read_back(folder)
    found.grades = [grade for grade in found.grades if grade.by != "grader"]
    with open_store(None) as store:
        return conclude(found, folder.manifest().plan, policy, parts, Place(folder, store, progress))


def read_back(folder: RunFolder) -> Collected:
    """What a run asked, was answered and graded, with all its grades."""
    manifest = folder.manifest()
    samples = folder.samples()
    return Collected(
        suites=tuple(_read_suite(spec, told, samples.get(spec.name, [])) for spec, told in folder.suites()),
        models=list(manifest.models),
        answers=folder.answers(),
        grades=folder.grades(),
        replies=folder.replies(),
        notes=list(manifest.notes),
        published=manifest.published,
    )


def _read_suite(spec: SuiteSpec, told: Told, samples: Sequence[Sample]) -> Suite:
    return make_suite(spec, Loaded(samples=samples, origin=told.origin, notes=told.notes), told.kind)


def with_incumbent(evaluation: Evaluation, incumbent: str, folder: RunFolder, policy: Policy) -> Evaluation:
    """The evaluation with the other students beside this one. Raises UsageError when it is no student of the run."""
    students = [m.name for m in evaluation.models if m.role == "student"]
    if incumbent not in students:
        raise UsageError(f'incumbent "{incumbent}" is none of the students{nearest(incumbent, students)}')
    if evaluation.incumbent == incumbent:
        return evaluation
    found = read_back(folder)
    beside = beside_incumbent(incumbent, found, found.grades, policy)
    return replace(evaluation, incumbent=incumbent, beside_incumbent=beside)


@dataclass(frozen=True, slots=True)
class Place:
    """Where results go and who is told."""

    folder: RunFolder
    store: Store
    progress: Progress


def keep(found: Collected, written: Json, folder: RunFolder) -> None:
    """Put what was asked and answered into the run folder."""
    manifest = Manifest(
        viva_version=VERSION,
        created_at=_now(),
        plan=written,
        suites=tuple(s.spec.model_dump(mode="json", exclude_defaults=True) for s in found.suites),
        told=tuple(Told(kind=s.kind, origin=s.origin, notes=s.notes) for s in found.suites),
        models=tuple(found.models),
        notes=tuple(found.notes),
        published=found.published,
    )
    folder.write_answers(found, manifest)


def conclude(found: Collected, written: Json, policy: Policy, parts: Parts, place: Place) -> Outcome:
    """From answers to the report. Raises UsageError, with nothing written, when the policy names what is not there."""
    check_policy(policy, found.suites, [m.name for m in found.models if m.role == "student"])
    answers = found.ungraded()
    judges = assign(found.suites, parts.graders, only=((a.suite, a.sample) for a in answers))
    grades = [*found.grades, *grade_all(pending(found, judges), place.store, place.progress)]
    incumbent = _text_of(written, "incumbent")
    with place.progress.step("comparing", None):
        comparisons, pairs = compare(found, grades, policy)
        beside = beside_incumbent(incumbent, found, grades, policy) if incumbent else ()
        steps = steps_down(found, grades, comparisons, policy)
        explored = explore(found, comparisons, pairs)
    with place.progress.step("looking for mimicry", None):
        findings, profiles = parts.profile(evidence_of(found, grades, comparisons), lambda c: is_safe(c, policy))
    evaluation = Evaluation(
        name=_text_of(written, "name") or "evaluation",
        created_at=_now(),
        viva_version=VERSION,
        plan=written if isinstance(written, dict) else {},
        models=tuple(found.models),
        suites=tuple(suite_card(suite) for suite in found.suites),
        comparisons=comparisons,
        incumbent=incumbent,
        beside_incumbent=beside,
        beside_base=beside_base(found, grades, policy),
        findings=findings,
        profiles=profiles,
        steps=tuple(steps),
        published=found.published,
        explored=explored,
        notes=tuple(found.notes),
        oldest=oldest_of(found.answers),
        pairs_digest=place.folder.write_results(grades, pairs),
    )
    verdict = judge(evaluation, policy, place.folder.write_evaluation(evaluation))
    place.folder.write_verdict(verdict, evaluation, parts.summarise(evaluation, verdict))
    with place.progress.step("writing the report", None):
        texts = Texts.of({suite.spec.name: suite.samples for suite in found.suites}, found.answers, grades)
        page = parts.report(evaluation, verdict, pairs, texts, place.folder.path / "report")
    return Outcome(evaluation=evaluation, verdict=verdict, report=page)


def _text_of(written: Json, key: str) -> str | None:
    value = written.get(key) if isinstance(written, dict) else None
    return value if isinstance(value, str) else None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
