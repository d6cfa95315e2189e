"""What stands behind the figures: models, suites, plan, policy, digests, and everything that was left out."""

from collections.abc import Iterator, Mapping

from harness.evaluation import ModelCard, SuiteCard
from harness.records import Json, SuiteKind
from harness.verdict import StudentVerdict
from reports import wording
from reports.lookup import Lookup
from reports.pieces import Passage, Text
from reports.view import DroppedRow, ModelRow, Provenance, SuiteRow
from reports.visible import marked, shorten

VALUE_SHOWN = 1_000
DATES = ("created_at", "frozen_at", "built_at", "created")  # where a suite's origin may say how old it is
KINDS: Mapping[SuiteKind, str] = {"workload": "workload", "stress": "stress variants", "retain": "to be retained"}


def dropped(records: Lookup) -> tuple[DroppedRow, ...]:
    """Items that no comparison counts, by suite, student and reason."""
    return tuple(
        DroppedRow(suite=suite.name, student=student, n=wording.count(n), reason=shorten(reason, VALUE_SHOWN))
        for suite in records.suites()
        for student in records.students()
        if (whole := records.whole(suite.name, student)) is not None
        for reason, n in whole.dropped.items()
        if n
    )


def provenance(records: Lookup) -> Provenance:
    evaluation, verdict = records.evaluation, records.verdict
    return Provenance(
        origin=tuple(_origin(records)),
        waived=tuple(told for judged in verdict.students for told in _waived(judged)),
        models=tuple(_model(card) for card in evaluation.models),
        suites=tuple(_suite(card) for card in evaluation.suites),
        documents=(
            Passage(title="Plan", text=Text(body=marked(wording.as_text(evaluation.plan)))),
            Passage(title="Release policy", text=Text(body=marked(wording.as_text(verdict.policy)))),
        ),
        facts=(
            ("viva", evaluation.viva_version),
            ("Evaluation schema", wording.count(evaluation.schema_version)),
            ("Verdict schema", wording.count(verdict.schema_version)),
            ("Evaluation digest", verdict.evaluation_digest),
            ("Pairs digest", evaluation.pairs_digest or "none: pairs are not stored beside the evaluation"),
        ),
    )


def _origin(records: Lookup) -> Iterator[tuple[str, str]]:
    """What a release is asked for, in a line each."""
    evaluation, teacher = records.evaluation, records.card(records.teacher())
    if teacher is not None:
        yield "Teacher", _identity(teacher)
        yield "Its terms", _terms(teacher)
    for card in evaluation.models:
        if card.role == "student":
            yield f"Student {card.name}", _lineage(card)
    for suite in evaluation.suites:
        for name, told in (("Targets", "targets"), ("Personal data taken out", "scrubbed")):
            counts = _counts(suite.origin.get(told))
            if counts:
                yield f"{name}: {suite.name}", counts
        day = next((str(suite.origin[key]) for key in DATES if suite.origin.get(key)), "")
        if day:
            yield f"Suite of: {suite.name}", wording.when(day)
    yield "Oldest answers", _ages(records)
    if records.verdict.judged_on:
        yield "Judged on", wording.when(records.verdict.judged_on).split(", ")[0]


def _identity(card: ModelCard) -> str:
    told = card.described
    model, revision = told.get("model"), told.get("revision")
    named = card.name if not isinstance(model, str) else f"{card.name}: {model}"
    return f"{named}, revision {wording.as_line(revision) if revision else 'not declared'}"


def _terms(card: ModelCard) -> str:
    told = card.described
    licence = wording.as_line(told["licence"]) if told.get("licence") else "licence not declared"
    allowed = {"allowed": "distillation is allowed", "forbidden": "distillation is FORBIDDEN"}
    return f"{licence}; {allowed.get(str(told.get('distillation')), 'whether they allow distillation is not declared')}"


def _lineage(card: ModelCard) -> str:
    told = card.described
    parent = f"from {wording.as_line(told['parent'])}" if told.get("parent") else "parent not declared"
    licence = wording.as_line(told["licence"]) if told.get("licence") else "licence not declared"
    return f"{parent}; {licence}"


def _counts(found: Json) -> str:
    """`rule 225, correction 15`, what there is most of first."""
    if not isinstance(found, Mapping):
        return ""
    known = {str(name): n for name, n in found.items() if isinstance(n, int | float) and n}
    ordered = sorted(known.items(), key=lambda one: -one[1])
    return ", ".join(f"{name.replace('_', ' ')} {wording.count(n)}" for name, n in ordered) or "none"


def _ages(records: Lookup) -> str:
    days: dict[str, list[str]] = {}
    for name, written in records.evaluation.oldest.items():
        days.setdefault(wording.when(written).split(", ")[0], []).append(name)
    return "; ".join(f"{day}: {', '.join(names)}" for day, names in days.items()) or "not known: answers do not say"


def _waived(judged: StudentVerdict) -> Iterator[str]:
    """What does not pass and somebody answers for."""
    for s in judged.slices:
        if s.waived:
            yield f"{judged.student}, {s.suite}, {s.slice}: {wording.sentence(s.waived)}"
    for r in judged.requirements:
        if r.waived:
            yield f"{judged.student}, {r.kind}.{r.name}: {wording.sentence(r.waived)}"


def _model(card: ModelCard) -> ModelRow:
    return ModelRow(
        name=card.name,
        role=card.role,
        fingerprint=card.fingerprint,
        described=tuple((key, _value(value)) for key, value in card.described.items()),
        failure=card.failure or "",
    )


def _value(value: Json) -> str:
    return shorten(wording.as_line(value), VALUE_SHOWN)


def _suite(card: SuiteCard) -> SuiteRow:
    return SuiteRow(
        name=card.name,
        kind=KINDS.get(card.kind, card.kind),
        n=wording.count(card.n),
        origin=tuple((key.replace("_", " "), _value(value)) for key, value in card.origin.items()),
        fingerprint=card.fingerprint,
        slices=shorten(", ".join(card.slices), VALUE_SHOWN) or "none",
        notes=tuple(wording.sentence(shorten(note, VALUE_SHOWN)) for note in card.notes),
    )
