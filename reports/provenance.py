"""What stands behind the figures: models, suites, plan, policy, digests, and everything that was left out."""

from collections.abc import Mapping

from harness.evaluation import ModelCard, SuiteCard
from harness.records import SuiteKind
from reports import wording
from reports.lookup import Lookup
from reports.pieces import Passage, Text
from reports.view import DroppedRow, ModelRow, Provenance, SuiteRow
from reports.visible import marked

KINDS: Mapping[SuiteKind, str] = {"workload": "workload", "stress": "stress variants", "retain": "to be retained"}


def dropped(records: Lookup) -> tuple[DroppedRow, ...]:
    """Items that no comparison counts, by suite, student and reason."""
    return tuple(
        DroppedRow(suite=suite.name, student=student, n=wording.count(n), reason=reason)
        for suite in records.suites()
        for student in records.students()
        if (whole := records.whole(suite.name, student)) is not None
        for reason, n in whole.dropped.items()
        if n
    )


def provenance(records: Lookup) -> Provenance:
    evaluation, verdict = records.evaluation, records.verdict
    return Provenance(
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


def _model(card: ModelCard) -> ModelRow:
    return ModelRow(
        name=card.name,
        role=card.role,
        fingerprint=card.fingerprint,
        described=tuple((key, wording.as_line(value)) for key, value in card.described.items()),
        failure=card.failure or "",
    )


def _suite(card: SuiteCard) -> SuiteRow:
    return SuiteRow(
        name=card.name,
        kind=KINDS.get(card.kind, card.kind),
        n=wording.count(card.n),
        origin=tuple((key.replace("_", " "), wording.as_line(value)) for key, value in card.origin.items()),
        fingerprint=card.fingerprint,
        slices=", ".join(card.slices) or "none",
        notes=tuple(map(wording.sentence, card.notes)),
    )
