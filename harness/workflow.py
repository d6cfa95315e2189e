"""The whole flow over injected parts: ask or import, then grade, compare, judge and report."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from harness.collect import Collected, Desk, collect, load_suites, make_suite
from harness.compare import compare, suite_card
from harness.gate import check_names, judge
from harness.grading import assign, check_gold, grade_all
from harness.plan import Plan
from harness.policy import Policy
from harness.progress import Progress
from harness.protocols import EngineKind, GraderKind, Reporter, SuiteLoader
from harness.records import Evaluation, Json, Verdict
from harness.runfolder import Manifest, RunFolder
from harness.store import Store, open_store
from harness.version import VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What an evaluation is put together from, by the names that plans use."""

    engines: Mapping[str, EngineKind]
    graders: Mapping[str, GraderKind]
    sources: Mapping[str, SuiteLoader]
    report: Reporter


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run ended with."""

    evaluation: Evaluation
    verdict: Verdict
    report: Path
    asked: Mapping[str, int]


def run(plan: Plan, written: Json, parts: Parts, folder: RunFolder, progress: Progress) -> Outcome:
    """Ask, grade, compare, judge, report. What the store holds already is not asked again.

    Raises DataError before any model is asked when a suite or a gold answer is not fit, EngineError without a teacher.
    """
    suites = load_suites(plan.suites, parts.sources)
    check_gold(assign(suites, parts.graders))
    check_names([(card.name, part) for card in map(suite_card, suites) for part in card.parts], plan.gate)
    with open_store(Path(plan.store) if plan.store else None) as store:
        desk = Desk(store=store, progress=progress, logs=folder.path / "logs")
        found = collect(plan, suites, parts.engines, desk)
        keep(found, written, folder)
        outcome = conclude(found, written, plan.gate, parts, Place(folder, store, progress))
    return replace(outcome, asked=desk.asked)


def regrade(policy: Policy, parts: Parts, folder: RunFolder, progress: Progress) -> Outcome:
    """Grade the answers of a run again, then all that follows; no model is asked."""
    manifest = folder.manifest()
    samples = folder.samples()
    suites = tuple(make_suite(spec, samples.get(spec.name, [])) for spec in folder.suite_specs())
    found = Collected(
        suites=suites,
        models=list(manifest.models),
        answers=folder.answers(),
        grades=[grade for grade in folder.grades() if grade.by != "grader"],
        notes=list(manifest.notes),
    )
    with open_store(None) as store:
        return conclude(found, manifest.plan, policy, parts, Place(folder, store, progress))


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
        suites=tuple(s.spec.model_dump(mode="json") for s in found.suites),
        models=tuple(found.models),
        notes=tuple(found.notes),
    )
    folder.write_answers(found, manifest)


def conclude(found: Collected, written: Json, policy: Policy, parts: Parts, place: Place) -> Outcome:
    """From answers to the report."""
    answers = found.ungraded()
    judges = assign(found.suites, parts.graders, only=((a.suite, a.sample) for a in answers))
    grades = [*found.grades, *grade_all(answers, judges, place.store, place.progress)]
    with place.progress.step("comparing", None):
        comparisons, pairs = compare(found, grades, policy)
    evaluation = Evaluation(
        name=_name(written),
        created_at=_now(),
        viva_version=VERSION,
        plan=written if isinstance(written, dict) else {},
        models=tuple(found.models),
        suites=tuple(suite_card(suite) for suite in found.suites),
        comparisons=comparisons,
        notes=tuple(found.notes),
        pairs_digest=place.folder.write_results(grades, pairs),
    )
    verdict = judge(evaluation, policy, place.folder.write_evaluation(evaluation))
    place.folder.write_verdict(verdict)
    with place.progress.step("writing the report", None):
        page = parts.report(evaluation, verdict, pairs, place.folder.texts(), place.folder.path / "report")
    return Outcome(evaluation=evaluation, verdict=verdict, report=page, asked={})


def _name(written: Json) -> str:
    name = written.get("name") if isinstance(written, dict) else None
    return name if isinstance(name, str) else "evaluation"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
