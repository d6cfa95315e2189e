"""Records come back from Parquet as they went in."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar, get_args

import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from harness.collect import Answer
from harness.errors import StoreError
from harness.evaluation import Pair
from harness.records import OUTCOMES, WITHOUT_ANSWER, Finish, Grade, LogprobSummary, Response
from harness.tables import read_table, write_table

T = TypeVar("T")
quick = settings(deadline=None, max_examples=12)

texts = st.text(max_size=12)
finite = st.floats(allow_nan=False, allow_infinity=False)
responses = st.builds(
    Response,
    key=texts,
    model=texts,
    text=texts,
    reasoning=st.none() | texts,
    tool_calls=st.lists(st.dictionaries(texts, st.integers() | texts | st.none(), max_size=2), max_size=2).map(tuple),
    finish=st.sampled_from(get_args(Finish)),
    prompt_tokens=st.none() | st.integers(0, 10**9),
    completion_tokens=st.none() | st.integers(0, 10**9),
    logprob=st.none() | st.builds(LogprobSummary, mean=finite, least=finite, first=finite),
    latency_s=st.none() | finite,
    created_at=st.none() | texts,
    served_model=st.none() | texts,
    system_fingerprint=st.none() | texts,
    failure=st.none() | texts,
)
answers = st.builds(Answer, suite=texts, sample=texts, attempt=st.integers(0, 99), response=responses)
verdicts = st.one_of(
    st.tuples(st.sampled_from(("correct", "incorrect")), st.floats(0, 1)),
    st.tuples(st.sampled_from(WITHOUT_ANSWER), st.just(0.0)),
    st.just(("failed", None)),
)
grades = verdicts.flatmap(
    lambda verdict: st.builds(
        Grade,
        suite=texts,
        sample=texts,
        model=texts,
        attempt=st.integers(0, 99),
        outcome=st.just(verdict[0]),
        score=st.just(verdict[1]),
        answer=st.none() | texts,
        reason=texts,
        grader=texts,
        by=st.sampled_from(("grader", "imported", "human")),
        response_keys=st.lists(texts, max_size=2).map(tuple),
    )
)
pairs = st.builds(
    Pair,
    suite=texts,
    sample=texts,
    student=texts,
    slices=st.dictionaries(texts, texts, max_size=3),
    weight=st.floats(0.001, 1e9),
    teacher_score=st.floats(0, 1),
    student_score=st.floats(0, 1),
    teacher_outcome=st.sampled_from(OUTCOMES),
    student_outcome=st.sampled_from(OUTCOMES),
    teacher_answer=st.none() | texts,
    student_answer=st.none() | texts,
)


def through_a_file(kind: type[T], records: Sequence[T]) -> list[T]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "records.parquet"
        write_table(path, kind, records)
        return list(read_table(path, kind))


def a_grade(**change: object) -> Grade:
    plain: dict[str, object] = {
        "suite": "s",
        "sample": "x",
        "model": "m",
        "attempt": 0,
        "outcome": "correct",
        "score": 1.0,
        "answer": "4",
        "reason": "",
        "grader": "number 1",
    }
    return Grade(**{**plain, **change})  # type: ignore[arg-type]  # checked by the test


@quick
@given(st.lists(answers, max_size=4))
def test_answers_come_back(records: list[Answer]) -> None:
    assert through_a_file(Answer, records) == records


@quick
@given(st.lists(grades, max_size=4))
def test_grades_come_back(records: list[Grade]) -> None:
    assert through_a_file(Grade, records) == records


@quick
@given(st.lists(pairs, max_size=4))
def test_pairs_come_back(records: list[Pair]) -> None:
    assert through_a_file(Pair, records) == records


def test_rows_keep_their_order() -> None:
    records = [a_grade(sample=f"x{n}") for n in range(300, 0, -1)]
    assert through_a_file(Grade, records) == records


def test_plain_fields_are_columns_that_other_programs_can_read(tmp_path: Path) -> None:
    write_table(tmp_path / "grades.parquet", Grade, [a_grade(), a_grade(outcome="failed", score=None, answer=None)])
    rows = parquet.read_table(tmp_path / "grades.parquet").to_pylist()
    assert [(row["sample"], row["outcome"], row["score"], row["answer"]) for row in rows] == [
        ("x", "correct", 1.0, "4"),
        ("x", "failed", None, None),
    ]


def test_an_answer_with_half_a_character_comes_back() -> None:
    response = Response(key="k", model="m", text="half: \ud83d")
    records = [Answer(suite="s", sample="x", attempt=0, response=response)]
    assert through_a_file(Answer, records) == records


def test_a_grade_that_quotes_half_a_character_can_be_written() -> None:
    assert through_a_file(Grade, [a_grade(answer="half: \ud83d")])[0].outcome == "correct"


BROKEN = {
    "not Parquet": lambda path: path.write_bytes(b"hello"),
    "empty": lambda path: path.write_bytes(b""),
    "cut off": lambda path: path.write_bytes(path.read_bytes()[:-50]),
    "bytes flipped": lambda path: path.write_bytes(path.read_bytes()[:4] + b"\xff" * 60 + path.read_bytes()[64:]),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
    "gone": lambda path: path.unlink(),
    "other columns": lambda path: parquet.write_table(pyarrow.table({"suite": ["s"]}), path),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, how: str) -> None:
    path = tmp_path / "grades.parquet"
    write_table(path, Grade, [a_grade(sample=f"x{n}") for n in range(100)])
    BROKEN[how](path)
    with pytest.raises(StoreError, match=r"grades\.parquet: not a readable table of Grade records"):
        list(read_table(path, Grade))


def test_a_record_that_breaks_an_invariant_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "grades.parquet"
    write_table(path, Grade, [a_grade()])
    table = parquet.read_table(path)
    spoiled = table.set_column(table.column_names.index("score"), "score", pyarrow.array([7.0]))
    parquet.write_table(spoiled, path)
    with pytest.raises(StoreError, match=r"not a Grade.*score 7\.0 is outside"):
        list(read_table(path, Grade))


def test_another_table_is_not_taken_for_this_one(tmp_path: Path) -> None:
    write_table(tmp_path / "grades.parquet", Grade, [a_grade()])
    with pytest.raises(StoreError, match="not a readable table of Pair records"):
        list(read_table(tmp_path / "grades.parquet", Pair))
