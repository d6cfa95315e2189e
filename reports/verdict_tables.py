"""What was decided, as flat rows: students, slices against margins, requirements, kinds of suites side by side."""

from collections.abc import Iterator

from harness.columns import columns
from harness.evaluation import Evaluation
from harness.verdict import Verdict
from reports.comparison_tables import PLACE, limits, limits_of, place
from reports.flat import FlatTable, Row, count, number, text

_STUDENT = (
    text("student", "the student"),
    text("decision", "pass, fail or inconclusive"),
    text("reasons", "the sentences that decide, one a line"),
    text("warnings", "the sentences that do not decide, one a line"),
)
_TIER = (
    text("tier", "critical, supporting (slices only) or advisory"),
    text("decision", "pass, fail or inconclusive"),
)
_ASIDE = (
    count("more_items", "samples beside those that there are that would decide an undecided one"),
    text("waived", "who answers for it, why and until when; empty: it counts"),
    text("reason", "the decision in a sentence"),
)
_SLICE = (
    *PLACE,
    *_TIER,
    text("suite_kind", "workload, stress or retain"),
    number("margin_share", "the loss that is tolerated, in [0, 1]"),
    number("p_harm", "one-sided, for a loss of no more than the margin"),
    number("p_harm_adjusted", "the same after Holm over the slices"),
    count("needed_items", "samples that would clear a student without loss, with 80% power"),
    count("more_repeats", "attempts a sample, beside those that there are, that would decide an undecided one"),
    *_ASIDE,
)
_REQUIREMENT = (
    *PLACE,
    *_TIER,
    text("kind", "the key of the policy: caps, rules, limits, costly, evidence, lineage or mimicry"),
    text("name", "what of it"),
    number("seen", "the figure; caps and rules as shares in [0, 1], others in the unit of the figure"),
    number("allowed", "what the policy allows, in the same unit"),
    *_ASIDE,
)
_COLUMN = (
    text("student", "the student"),
    text("column", "public, own, stress or retained"),
    text("suites", "the suites in it, one a line"),
    text("state", "kept, lost or not shown, read against the margins"),
    *limits_of("retention95", "the share of the reference's score that is kept, 95% interval", "ratio"),
    text("reading", "the same in words"),
)


def verdict_tables(evaluation: Evaluation, verdict: Verdict) -> tuple[FlatTable, ...]:
    return (
        FlatTable(name="students", about="a student", columns=_STUDENT, rows=lambda: _students(verdict)),
        FlatTable(
            name="slices", about="a slice judged against its margin", columns=_SLICE, rows=lambda: _slices(verdict)
        ),
        FlatTable(
            name="requirements",
            about="what the policy asks beside the margins",
            columns=_REQUIREMENT,
            rows=lambda: _requirements(verdict),
        ),
        FlatTable(
            name="columns",
            about="public benchmarks, own traffic, stress and what is retained: one of them for a student",
            columns=_COLUMN,
            rows=lambda: _columns(evaluation, verdict),
        ),
    )


def _students(verdict: Verdict) -> Iterator[Row]:
    for one in verdict.students:
        yield {
            "student": one.student,
            "decision": one.decision,
            "reasons": "\n".join(one.reasons),
            "warnings": "\n".join(one.warnings),
        }


def _slices(verdict: Verdict) -> Iterator[Row]:
    for student in verdict.students:
        for one in student.slices:
            yield {
                **place(one.suite, student.student, one.slice),
                "tier": one.tier,
                "decision": one.decision,
                "suite_kind": one.kind,
                "margin_share": one.margin,
                "p_harm": one.p_harm,
                "p_harm_adjusted": one.p_harm_adjusted,
                "needed_items": one.items_needed,
                "more_repeats": one.more_repeats,
                "more_items": one.more_items,
                "waived": one.waived,
                "reason": one.reason,
            }


def _requirements(verdict: Verdict) -> Iterator[Row]:
    for student in verdict.students:
        for one in student.requirements:
            yield {
                **place(one.suite, student.student, one.slice),
                "tier": one.tier,
                "decision": one.decision,
                "kind": one.kind,
                "name": one.name,
                "seen": one.seen,
                "allowed": one.allowed,
                "more_items": one.more_items,
                "waived": one.waived,
                "reason": one.reason,
            }


def _columns(evaluation: Evaluation, verdict: Verdict) -> Iterator[Row]:
    for student in columns(evaluation, verdict):
        for column in student.columns:
            yield {
                "student": student.student,
                "column": column.name,
                "suites": "\n".join(c.suite for c in column.suites),
                "state": column.state,
                **limits("retention95", column.retention, "ratio"),
                "reading": column.reading,
            }
