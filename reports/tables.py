"""Every table of an evaluation as CSV and Parquet, with a list of what each column tells."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from harness.evaluation import Evaluation, Pair
from harness.verdict import Verdict
from reports.comparison_tables import comparison_tables
from reports.finding_tables import finding_tables
from reports.flat import Cell, FlatTable, Row, count, flag, number, text, write
from reports.verdict_tables import verdict_tables
from reports.visible import plain

FOLDER = "tables"
SLICE = "slice."  # begins the column of a slice name
HEAD = """The tables of this evaluation, each as CSV and as Parquet.

Shares, scores and differences are fractions of one, not percent; differences are student minus reference. Empty cells
are unknown. CSV: UTF-8, comma, the first line names the columns. A text that a spreadsheet could take for a formula has
an apostrophe in front in CSV; Parquet holds it as it is. Tables without a row are written, too.
"""


def write_tables(evaluation: Evaluation, verdict: Verdict, pairs: Sequence[Pair], out: Path) -> None:
    """Write `tables/NAME.csv`, `tables/NAME.parquet` and `tables/README.txt` below the report's folder."""
    folder = out / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    found = tables(evaluation, verdict, pairs)
    for table in found:
        write(table, folder)
    (folder / "README.txt").write_text(readme(found), encoding="utf-8", newline="\n")


def tables(evaluation: Evaluation, verdict: Verdict, pairs: Sequence[Pair]) -> tuple[FlatTable, ...]:
    return (
        *verdict_tables(evaluation, verdict),
        *comparison_tables(evaluation),
        *finding_tables(evaluation),
        _pairs_table(pairs),
        *_cards(evaluation),
    )


def readme(found: Sequence[FlatTable]) -> str:
    """Every table and column in words."""
    lines = [HEAD]
    for table in found:
        lines.append(f"\n{table.name}: a row is {table.about}\n")
        lines += [f"  {plain(column.name)}: {plain(column.about)} ({column.kind})" for column in table.columns]
    return "\n".join(lines) + "\n"


_PAIR = (
    text("suite", "the suite"),
    text("student", "the student"),
    text("sample", "the id of the sample"),
    number("weight", "the traffic that the sample stands for"),
    number("teacher_score_share", "mean score of the teacher's attempts"),
    number("student_score_share", "mean score of the student's attempts"),
    text("teacher_outcome", "correct, incorrect, truncated, unparsed, refused or failed"),
    text("student_outcome", "the same of the student"),
    text("teacher_answer", "the answer that the grader read"),
    text("student_answer", "the same of the student"),
)


def _pairs_table(pairs: Sequence[Pair]) -> FlatTable:
    names = tuple(dict.fromkeys(name for pair in pairs for name in pair.slices))
    columns = tuple(text(f"{SLICE}{name}", "its value of this slice; empty: it has none") for name in names)

    def rows() -> Iterator[Row]:
        for pair in pairs:
            row: dict[str, Cell] = {f"{SLICE}{name}": pair.slices.get(name) for name in names}
            yield row | {
                "suite": pair.suite,
                "student": pair.student,
                "sample": pair.sample,
                "weight": pair.weight,
                "teacher_score_share": pair.teacher_score,
                "student_score_share": pair.student_score,
                "teacher_outcome": pair.teacher_outcome,
                "student_outcome": pair.student_outcome,
                "teacher_answer": pair.teacher_answer,
                "student_answer": pair.student_answer,
            }

    return FlatTable(
        name="pairs", about="a sample, for a student beside the teacher", columns=_PAIR + columns, rows=rows
    )


_MODEL = (
    text("model", "its name"),
    text("role", "teacher, student, base or judge"),
    text("fingerprint", "what it was when it answered"),
    number("parameters", "how many it has, where declared"),
    text("failure", "why it has no answers"),
    text("oldest_answer", "when the oldest of its answers came (ISO 8601)"),
)
_SUITE = (
    text("suite", "its name"),
    text("kind", "workload, stress or retain"),
    flag("public", "a public benchmark, not the team's own traffic"),
    count("items", "samples in it"),
    text("fingerprint", "of its samples"),
)
_PUBLISHED = (
    text("model", "its name"),
    text("role", "teacher, student or reference"),
    text("suite", "the suite or benchmark"),
    number("score_share", "the published score"),
    count("items", "samples that it rests on"),
    number("parameters", "of the model, where known"),
    text("source", "where it was published"),
)


def _cards(evaluation: Evaluation) -> tuple[FlatTable, ...]:
    return (
        FlatTable(name="models", about="a model", columns=_MODEL, rows=lambda: _models(evaluation)),
        FlatTable(name="suites", about="a suite", columns=_SUITE, rows=lambda: _suites(evaluation)),
        FlatTable(
            name="published", about="a figure that others published", columns=_PUBLISHED,
            rows=lambda: _published(evaluation),
        ),
    )  # fmt: skip


def _models(evaluation: Evaluation) -> Iterator[Row]:
    for model in evaluation.models:
        yield {
            "model": model.name,
            "role": model.role,
            "fingerprint": model.fingerprint,
            "parameters": model.parameters,
            "failure": model.failure,
            "oldest_answer": evaluation.oldest.get(model.name),
        }


def _suites(evaluation: Evaluation) -> Iterator[Row]:
    for suite in evaluation.suites:
        yield {
            "suite": suite.name,
            "kind": suite.kind,
            "public": suite.public,
            "items": suite.n,
            "fingerprint": suite.fingerprint,
        }


def _published(evaluation: Evaluation) -> Iterator[Row]:
    for one in evaluation.published:
        yield {
            "model": one.model,
            "role": one.role,
            "suite": one.suite,
            "score_share": one.rate,
            "items": one.n,
            "parameters": one.parameters,
            "source": one.source,
        }
