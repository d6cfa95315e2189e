"""Flat tables: every record in a row, the same in CSV and Parquet, and no cell that a spreadsheet would run."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet
import pytest

from harness.compared import AtK, NoiseFloor
from harness.evaluation import Evaluation, Pair, PublishedScore, Step
from harness.explored import Cliff, Explored, FoundSlice, Level, SliceSearch
from harness.protocols import PairTexts
from harness.records import Interval
from harness.verdict import RequirementVerdict, Verdict
from reports.comparison_tables import all_compared
from reports.flat import Cell, guarded, number, text, write_csv, write_parquet
from reports.tables import readme, tables, write_tables

Parts = tuple[Evaluation, Verdict, Sequence[Pair], PairTexts]
NEAR = Interval(point=0.1, low=0.0, high=0.2, level=0.95, method="made up")


def full(parts: Parts) -> tuple[Evaluation, Verdict, Sequence[Pair]]:
    """The evaluation with everything in it that a table is made of."""
    evaluation, verdict, pairs, _ = parts
    first, *rest = evaluation.comparisons
    noise = NoiseFloor(n=30, dropped=2, teacher=NEAR, student=NEAR, excess=NEAR)
    first = replace(first, noise=noise, at_k=(AtK(kind="pass", k=4, n=30, teacher=NEAR, pupil=NEAR, delta95=NEAR),))
    found = FoundSlice(
        conditions=(("length", "long"), ("queue", "refund")), n=40, tested=41, suspected=0.3, excess=NEAR, loss=0.2,
        p_value=0.01, p_adjusted=0.03, confirmed=True,
    )  # fmt: skip
    level = Level(difficulty=2.0, n=20, teacher=0.9, student=0.4)
    explored = Explored(
        suite=first.suite,
        student=first.student,
        search=SliceSearch(tried=12, searched_items=450, tested_items=450, found=(found,)),
        difficulty="difficulty",
        cliff=Cliff(found="cliff", reason="it drops", levels=(level,), bic_straight=3.0, bic_broken=1.0, knot=NEAR),
    )
    evaluation = replace(
        evaluation,
        comparisons=(first, *rest),
        incumbent="sparse",
        beside_incumbent=(first,),
        beside_base=(first,),
        steps=(Step(larger="honest", comparison=first),),
        explored=(explored, Explored(suite="x", student="y", search=None, unsearched="too few")),
        published=(PublishedScore(model="big", role="reference", suite="math500", rate=0.9, n=500),),
    )
    asked = RequirementVerdict(kind="caps", name="refused", decision="fail", reason="too many", seen=0.2, allowed=0.1)
    students = tuple(replace(one, requirements=(asked,)) for one in verdict.students)
    return evaluation, replace(verdict, students=students), pairs


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_table_has_rows_with_exactly_its_columns(profiled: Parts) -> None:
    for table in tables(*full(profiled)):
        rows = list(table.rows())
        assert rows, table.name
        names = [column.name for column in table.columns]
        assert len(set(names)) == len(names), table.name
        for row in rows:
            assert set(row) == set(names), table.name


def test_csv_and_parquet_hold_the_same(profiled: Parts, tmp_path: Path) -> None:
    evaluation, verdict, pairs = full(profiled)
    write_tables(evaluation, verdict, pairs, tmp_path)
    for table in tables(evaluation, verdict, pairs):
        written = read_csv(tmp_path / "tables" / f"{table.name}.csv")
        stored = parquet.read_table(tmp_path / "tables" / f"{table.name}.parquet").to_pylist()
        rows = list(table.rows())
        assert stored == [{c.name: row[c.name] for c in table.columns} for row in rows], table.name
        assert len(written) == len(rows)
        for ours, theirs in zip(written, stored, strict=True):
            for column in table.columns:
                value = theirs[column.name]
                if column.kind == "number" and value is not None:
                    assert float(ours[column.name]) == value, column.name
                elif column.kind == "count" and value is not None:
                    assert int(ours[column.name]) == value, column.name
                elif value is None:
                    assert ours[column.name] == "", column.name


def test_figures_are_those_of_the_evaluation(profiled: Parts, tmp_path: Path) -> None:
    evaluation, verdict, pairs = full(profiled)
    write_tables(evaluation, verdict, pairs, tmp_path)
    rows = read_csv(tmp_path / "tables" / "comparisons.csv")
    assert len(rows) == len(list(all_compared(evaluation)))
    for row, c in zip(rows, evaluation.comparisons, strict=False):
        assert (row["suite"], row["student"], row["slice"]) == (c.suite, c.student, str(c.slice))
        assert c.cells is not None
        assert int(row["lost_items"]) == c.cells.teacher_only
        assert float(row["delta_share"]) == c.pupil.accuracy - c.teacher.accuracy
    assert {row["beside"] for row in rows} == {"teacher", "incumbent", "base", "larger"}
    causes = read_csv(tmp_path / "tables" / "causes.csv")
    whole = evaluation.comparisons[0]
    parts = [r for r in causes if (r["student"], r["slice"], r["beside"]) == (whole.student, "all", "teacher")]
    assert sum(float(r["loss_share"]) for r in parts) == pytest.approx(whole.teacher.accuracy - whole.pupil.accuracy)
    assert len(read_csv(tmp_path / "tables" / "pairs.csv")) == len(pairs)


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1+1", "=cmd|' /C calc'!A0", "\uff1d1", "\u00a0=1"],
)
def test_no_text_begins_like_a_formula(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"


def test_no_formula_begins_where_a_spreadsheet_may_split() -> None:
    assert guarded("x;=1") == "x;'=1"
    assert guarded("x\t \u200b@y") == "x\t \u200b'@y"
    assert guarded("\u200b=1") == "'\u200b=1"
    assert guarded("a;b, -5") == "a;b, -5"
    assert len(guarded("\n" * 200_000)) == 200_001


@pytest.mark.parametrize("cell", ["", "1-1", "a=b", "42", "'=1", "−1 point", "50%", "slow | fast"])
def test_other_texts_are_left_alone(cell: str) -> None:
    assert guarded(cell) == cell


def test_a_cell_comes_back_whatever_stands_in_it(tmp_path: Path) -> None:
    cells: list[Cell] = ['a,"b"\nc', "\x00\x07", "\ud800", "=1", "\u2028", "日本語", "\u202ex", None]
    columns = (text("=name", "hostile"), number("x_share", "a number"))
    rows: list[list[Cell]] = [[cell, -0.1] for cell in cells]
    write_csv(columns, rows, tmp_path / "t.csv")
    write_parquet(columns, rows, tmp_path / "t.parquet")
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as file:
        header, *found = list(csv.reader(file))
    assert header == ["'=name", "x_share"]
    expected = ['a,"b"\nc', "\x00\x07", "\\ud800", "'=1", "\u2028", "日本語", "\u202ex", ""]
    assert found == [[cell, "-0.1"] for cell in expected]
    stored: list[dict[str, Any]] = parquet.read_table(tmp_path / "t.parquet").to_pylist()
    assert [row["=name"] for row in stored] == [
        'a,"b"\nc',
        "\x00\x07",
        "\\ud800",
        "=1",
        "\u2028",
        "日本語",
        "\u202ex",
        None,
    ]
    assert b"\r" not in (tmp_path / "t.csv").read_bytes()


def test_hostile_names_and_answers_write_whole_tables(profiled: Parts, poisoned: Parts, tmp_path: Path) -> None:
    evaluation, verdict, pairs, _ = poisoned
    pairs = [replace(pair, student_answer='=HYPERLINK("//evil.invalid")', sample=f"@{pair.sample}") for pair in pairs]
    write_tables(evaluation, replace(verdict, policy=profiled[1].policy), pairs, tmp_path)
    for path in (tmp_path / "tables").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                for cell in row:
                    assert not cell.startswith(("=", "+", "@", "\t", "\r")), path.name


def test_the_list_of_columns_names_every_one(profiled: Parts) -> None:
    found = tables(*full(profiled))
    told = readme(found)
    for table in found:
        assert f"\n{table.name}: a row is " in told
        for column in table.columns:
            assert f"  {column.name}: " in told
            assert column.about.strip()
