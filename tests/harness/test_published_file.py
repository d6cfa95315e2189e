"""Published figures from YAML and CSV: what is read, and what each mistake says."""

from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.evaluation import PublishedScore
from harness.published_file import read_published

ROOT = Path(__file__).parents[2]
TABLE = """source: a report
table: table.csv
model: name
role: role
scores:
  math500: {column: math, n: 500}
  code: {}
"""
ROWS = "name,role,math,code\nbig,teacher,97.3,65.9\nsmall,student,92.8,\n"
INLINE = """source: a report
scores:
  math500: {n: 500, scale: share}
models:
  - {model: big, role: teacher, parameters: 671B, scores: {math500: 0.973}}
"""


def read(folder: Path, text: str, rows: str = ROWS) -> tuple[PublishedScore, ...]:
    (folder / "figures.yaml").write_text(text, "utf-8")
    (folder / "table.csv").write_text(rows, "utf-8")
    return read_published([folder / "figures.yaml"])


def refusal(folder: Path, text: str, rows: str = ROWS) -> str:
    with pytest.raises(UsageError) as caught:
        read(folder, text, rows)
    return str(caught.value).removeprefix(f"{folder}/")


def test_the_example_reads_as_published() -> None:
    found = read_published([ROOT / "examples" / "deepseek-r1" / "published.yaml"])
    assert len(found) == 44
    figures = {(score.model, score.suite): score for score in found}
    teacher = figures["DeepSeek-R1", "math500"]
    assert (teacher.role, teacher.n, teacher.parameters) == ("teacher", 500, 671e9)
    assert teacher.rate == pytest.approx(0.973)
    small = figures["DeepSeek-R1-Distill-Qwen-1.5B", "livecodebench"]
    assert (small.role, small.n, small.parameters) == ("student", None, 1.5e9)
    assert small.rate == pytest.approx(0.169)
    assert figures["o1-mini", "aime2024"].parameters is None


def test_an_empty_cell_was_not_published(tmp_path: Path) -> None:
    found = read(tmp_path, TABLE)
    assert [(s.model, s.suite, s.n) for s in found] == [
        ("big", "math500", 500),
        ("big", "code", None),
        ("small", "math500", 500),
    ]


def test_roles_and_sizes_stand_in_columns_or_in_the_file(tmp_path: Path) -> None:
    text = TABLE.replace("role: role", "role: student") + "parameters: {big: 7B}\n"
    assert [(s.role, s.parameters) for s in read(tmp_path, text)][:3:2] == [("student", 7e9), ("student", None)]
    rows = "name,role,math,code,size\nbig,teacher,97.3,65.9,7000000000\nsmall,student,92.8,,1.5B\n"
    assert [s.parameters for s in read(tmp_path, TABLE + "parameters: size\n", rows)] == [7e9, 7e9, 1.5e9]


def test_figures_that_are_written_out(tmp_path: Path) -> None:
    (score,) = read(tmp_path, INLINE)
    assert score == PublishedScore(
        model="big", role="teacher", suite="math500", rate=0.973, n=500, parameters=671e9, source="a report"
    )


@pytest.mark.parametrize(
    ("text", "rows", "message"),
    [
        (TABLE.replace("model: name", "modle: name"), ROWS, 'figures.yaml:3: unknown key "modle"; did you mean'),
        (TABLE.replace("role: role\n", ""), ROWS, 'figures.yaml:2: the key "role" is missing, which a `table` needs'),
        (TABLE.replace("model: name\n", ""), ROWS, 'figures.yaml:2: the key "model" is missing, which a `table` needs'),
        (TABLE + "models: [{model: a, role: student, scores: {code: 1}}]\n", ROWS, "yaml:8: give either a `table` or"),
        ("source: a report\nscores: {code: {}}\n", ROWS, "figures.yaml:1: give either a `table` or `models`"),
        (INLINE + "role: role\n", ROWS, "figures.yaml:6: `role` tells of a `table`; each of `models` has its own"),
        (INLINE.replace("role: teacher, ", ""), ROWS, 'figures.yaml:5: the key "models[1].role" is missing'),
        (INLINE.replace("model: big, ", ""), ROWS, 'figures.yaml:5: the key "models[1].model" is missing'),
        (INLINE.replace(", scores: {math500: 0.973}", ""), ROWS, 'yaml:5: the key "models[1].scores" is missing'),
        (INLINE.replace("0.973", ""), ROWS, "input should be a valid number (given: nothing)"),
        (TABLE.replace("math, n", "maht, n"), ROWS, 'table.csv: no column "maht"; did you mean "math"?'),
        (TABLE.replace("n: 500", "n: 0"), ROWS, 'figures.yaml:6: "scores.math500.n"'),
        (TABLE, ROWS.replace("97.3", "n/a"), 'table.csv:2: "n/a" is no number; leave the cell empty'),
        (TABLE, ROWS.replace("92.8", "928"), "table.csv:3: 928 lies outside 0 to 100 (scale: percent)"),
        (TABLE, ROWS.replace("student", "pupil"), 'table.csv:3: "pupil" is no role; known: teacher'),
        (TABLE, ROWS.replace("student", ""), 'table.csv:3: the row has no role in "role"; it is one of teacher'),
        (TABLE, ROWS + "big,student,1,2\n", 'table.csv:4: the model "big" stands already in line 2'),
        (TABLE, ROWS + ",student,1,2\n", "table.csv:4: the model has no name"),
        (TABLE, ROWS + "tiny,student,1,2,3\n", "table.csv:4: the row has more cells than there are columns"),
        (TABLE, "name,role,math,code\nbig,teacher,.0097,\nsmall,student,.0092,\n", "`scale: share`?"),
        (TABLE + "parameters: {bog: 7B}\n", ROWS, 'no row is of the model "bog", which has `parameters`; did you mean'),
        (TABLE.replace("table.csv", "tabel.csv"), ROWS, "tabel.csv: cannot be read (No such file or directory)"),
        (INLINE.replace("671B", "big"), ROWS, 'figures.yaml:5: "models[1].parameters": give a number of parameters'),
        (INLINE.replace("{math500: 0", "{math5OO: 0"), ROWS, 'figures.yaml:5: "math5OO" is none of the `scores`'),
        (INLINE.replace("0.973", "97.3"), ROWS, "figures.yaml:5: 97.3 lies outside 0 to 1 (scale: share)"),
        (INLINE.replace("big", "&"), ROWS, "figures.yaml:5: not valid YAML"),
    ],
)  # fmt: skip
def test_a_mistake_has_a_place_and_a_mend(tmp_path: Path, text: str, rows: str, message: str) -> None:
    assert message in refusal(tmp_path, text, rows)


def test_two_files_may_not_tell_the_same_figure(tmp_path: Path) -> None:
    read(tmp_path, INLINE)
    with pytest.raises(UsageError, match='"big" has a figure for "math500" already'):
        read_published([tmp_path / "figures.yaml"] * 2)


def test_a_table_in_a_foreign_encoding_is_told(tmp_path: Path) -> None:
    read(tmp_path, TABLE)
    (tmp_path / "table.csv").write_bytes("name,role,math,code\nbüg,teacher,1,1\n".encode("latin-1"))
    with pytest.raises(UsageError, match=r"table\.csv: no CSV in UTF-8"):
        read_published([tmp_path / "figures.yaml"])
