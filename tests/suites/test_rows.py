"""Rows of files: every kind of file, dotted paths, and what is refused with which words."""

import csv
import datetime
import decimal
import gzip
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyarrow
import pytest
from pyarrow import parquet

from graders.reading import gold
from graders.registry import GRADERS
from harness.errors import DataError
from harness.grading import assign, check_gold
from harness.plan import RowMap, SuiteSpec
from harness.protocols import Grader, Loaded
from harness.records import Json, Judgement, Message, Outcome, Response, Sample
from harness.suite import Suite, make_suite
from suites import rows_suite
from suites.rows import as_text, fetch, fetch_or_refuse, read_rows, sample_of

ROWS: list[dict[str, Json]] = [
    {"id": "a", "question": "2+2?", "answer": "4"},
    {"id": "b", "question": 'Zwei\nZeilen, "Anf\u00fchrung" \U0001f600?', "answer": "ja"},
    {"id": "c", "question": "3+3?", "answer": "6"},
]
Write = Callable[[str, str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def put(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return put


def separated(delimiter: str) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, ["id", "question", "answer"], delimiter=delimiter)
    writer.writeheader()
    writer.writerows(ROWS)
    return out.getvalue()


TEXTS = {
    ".jsonl": "".join(json.dumps(row) + "\n" for row in ROWS),
    ".ndjson": "\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS),
    ".json": json.dumps(ROWS, indent=1),
    ".csv": separated(","),
    ".tsv": separated("\t"),
}


@pytest.mark.parametrize("ending", TEXTS)
@pytest.mark.parametrize("start", ["", "\ufeff"], ids=["plain", "byte order mark"])
@pytest.mark.parametrize("packed", [False, True], ids=["text", "gz"])
def test_every_kind_of_text_file(write: Write, ending: str, start: str, packed: bool) -> None:
    content = (start + TEXTS[ending]).encode()
    path = write(f"rows{ending}.gz" if packed else f"rows{ending}", gzip.compress(content) if packed else content)
    assert [dict(row) for _, row in read_rows(path)] == ROWS


def test_parquet(tmp_path: Path) -> None:
    nested: list[dict[str, Json]] = [{**row, "code": [{"text": "x"}], "n": 1, "score": 0.5} for row in ROWS]
    parquet.write_table(pyarrow.Table.from_pylist(nested), tmp_path / "rows.parquet")
    found = list(read_rows(tmp_path / "rows.parquet"))
    assert found == list(enumerate(nested, 1))
    assert fetch(found[0][1], "code.0.text") == "x"


def test_rows_are_numbered_by_their_lines(write: Write) -> None:
    assert [n for n, _ in read_rows(write("a.jsonl", '{"a": 1}\n\n  \n{"a": 2}\r\n{"a": 3}'))] == [1, 4, 5]
    assert [n for n, _ in read_rows(write("a.csv", 'a,b\n1,"x\ny"\n2,z\n'))] == [3, 4]
    assert [n for n, _ in read_rows(write("a.json", '[{"a": 1}, {"a": 2}]'))] == [1, 2]


def test_a_short_row_of_csv_is_refused(write: Write) -> None:
    """A file that breaks off within a row would otherwise lose fields without a word."""
    with pytest.raises(DataError, match=r"a\.csv:2: fewer fields than the header names; is the file cut off\?"):
        list(read_rows(write("a.csv", "a,b\n1\n")))


def test_rows_are_read_one_by_one(write: Write) -> None:
    """The first rows of a log that breaks off are still there."""
    rows = read_rows(write("a.jsonl", '{"a": 1}\n{"a": 2}\n{"a"'))
    assert [next(rows)[1], next(rows)[1]] == [{"a": 1}, {"a": 2}]
    with pytest.raises(DataError, match=r"a\.jsonl:3: not valid JSON: .*; is the file cut off\?"):
        next(rows)


packed_rows = gzip.compress(json.dumps([list(range(3000))]).encode(), mtime=0)
FAULTS = {
    "cut off": ("a.jsonl", '{"a": 1}\n{"a":', "a.jsonl:2: not valid JSON: "),
    "too deep": ("a.jsonl", "[" * 100_000 + "\n", "a.jsonl:1: not valid JSON: "),
    "a list for a row": ("a.jsonl", "[1]\n", "a.jsonl:1: expected an object, found list"),
    "text for a row": ("a.jsonl", '{"a": 1}\n"x"\n', "a.jsonl:2: expected an object, found str"),
    "no UTF-8": ("a.jsonl", b'{"a": "\xff"}\n', "a.jsonl: not UTF-8 text (byte 7)"),
    "no UTF-8, packed": ("a.csv.gz", gzip.compress(b"a\n\xff\n"), "a.csv.gz: not UTF-8 text (byte 2)"),
    "an object for a list": ("a.json", '{"rows": []}', "a.json: expected a list of objects; for one object a line"),
    "a list of numbers": ("a.json", "[1, 2]", "a.json: expected a list of objects"),
    "broken JSON": ("a.json", '[{"a": 1}', "a.json: not valid JSON: "),
    "more fields than names": ("a.csv", "a,b\n1,2\n1,2,3\n", "a.csv:3: more fields than the header names"),
    "a stray quote": ("a.csv", 'a,b\n1,2\n"1"x,2\n', "not valid CSV: ',' expected after '\"'"),
    "an open quote": ("a.csv", 'a,b\n1,"2\n', "not valid CSV: unexpected end of data"),
    "no gzip": ("a.jsonl.gz", "hello", "a.jsonl.gz: cannot be read (Not a gzipped file"),
    "gzip cut off": ("a.jsonl.gz", packed_rows[:-20], "a.jsonl.gz: cannot be read (Compressed file ended before"),
    "gzip with another sum": (
        "a.json.gz",
        packed_rows[:-8] + b"\0" * 8,
        "a.json.gz: cannot be read (CRC check failed",
    ),
    "no Parquet": ("a.parquet", "hello", "a.parquet: not a readable Parquet file ("),
    "an unknown kind": ("a.xlsx", "x", "a.xlsx: unknown kind of file; rows are read from .jsonl, .ndjson, .json, .csv"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_cannot_be_read_is_told_with_its_place(write: Write, fault: str) -> None:
    name, content, expected = FAULTS[fault]
    path = write(name, content)
    with pytest.raises(DataError) as caught:
        list(read_rows(path))
    assert str(caught.value).startswith(str(path))
    assert expected in str(caught.value)


def test_gzip_that_is_broken_within_is_told(write: Write) -> None:
    path = write("a.jsonl.gz", packed_rows[:30] + b"\xff" * 30 + packed_rows[60:])
    with pytest.raises(DataError, match=r"a\.jsonl\.gz: cannot be read"):
        try:
            list(read_rows(path))
        except Exception as error:
            if not isinstance(error, DataError):
                pytest.fail(f"{type(error).__name__}: {error}")
            raise


def test_two_columns_of_one_name_are_refused(write: Write) -> None:
    with pytest.raises(DataError, match="answer"):
        list(read_rows(write("a.csv", "question,answer,answer\n2+2?,4,5\n")))


@pytest.mark.parametrize(("name", "why"), [("nowhere.jsonl", "No such file"), ("nowhere.parquet", ""), ("", "")])
def test_a_file_that_is_not_there(tmp_path: Path, name: str, why: str) -> None:
    with pytest.raises(DataError, match=f"{re.escape(str(tmp_path / name))}: cannot be read .*{why}"):
        list(read_rows(tmp_path / name))


ROW: dict[str, Json] = {
    "plain": 1,
    "a.b": "with a dot",
    "a": {"b": "nested", "c": [{"d": None}, "second"]},
    "list": ["x", "y"],
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("plain", 1),
        ("a.b", "with a dot"),
        ("a.c", [{"d": None}, "second"]),
        ("a.c.1", "second"),
        ("a.c.0.d", None),
        ("list.0", "x"),
    ],
)
def test_dotted_paths(path: str, value: Json) -> None:
    assert fetch(ROW, path) == value


@pytest.mark.parametrize("path", ["nothing", "a.x", "list.2", "list.-1", "list.x", "plain.0", "a.c.0.d.e", "", "a."])
def test_a_path_that_leads_nowhere(path: str) -> None:
    with pytest.raises(KeyError):
        fetch(ROW, path)


def test_a_missing_field_is_told_with_the_nearest() -> None:
    with pytest.raises(DataError, match=r'f:3: no field "qestion"; did you mean "question"\?'):
        fetch_or_refuse(ROWS[0], "qestion", "f:3")
    with pytest.raises(DataError, match=r'f:3: no field "zzz"; known: id, question, answer'):
        fetch_or_refuse(ROWS[0], "zzz", "f:3")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        ("4", "4"),
        ("", ""),
        (4, "4"),
        (0.5, "0.5"),
        (True, "true"),
        (["\u00e4", 1], '["\u00e4", 1]'),
        ("half \ud83d", "half \ufffd\ufffd\ufffd"),
    ],
)
def test_fields_as_text(value: Json, text: str | None) -> None:
    assert as_text(value) == text


TOOL: dict[str, Json] = {"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}


def test_a_row_becomes_a_sample() -> None:
    row: dict[str, Json] = {
        "q": "2+2?",
        "gold": 4,
        "options": ["3", 4],
        "meta": {"level": 2, "topic": None},
        "w": "2.5",
        "customer": 17,
        "n": 8,
        "facts": "Two and two are four.",
        "functions": [TOOL],
    }
    how = RowMap(
        id="n",
        prompt="q",
        target="gold",
        choices="options",
        context="facts",
        tools="functions",
        slices=("meta.level", "meta.topic"),
        weight="w",
        cluster="customer",
    )
    assert sample_of(row, how, "f:1", "f") == Sample(
        id="8",
        messages=(Message(role="user", content="2+2?"),),
        target=4,
        target_source="gold",
        choices=("3", "4"),
        context="Two and two are four.",
        tools=(TOOL,),
        slices={"level": "2", "topic": "(none)"},
        weight=2.5,
        cluster="17",
        source="f",
    )


def test_a_prompt_may_be_a_conversation() -> None:
    talk: list[Json] = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "2+2?", "name": "x"}]
    sample = sample_of({"q": talk}, RowMap(prompt="q"), "f:1", "f")
    assert sample.messages == (Message(role="system", content="Be brief."), Message(role="user", content="2+2?"))
    assert (sample.target, sample.target_source) == (None, None)


def test_without_an_id_the_content_is_the_id() -> None:
    how = RowMap(prompt="q", target="t")
    one, same, other = (sample_of({"q": q, "t": 4}, how, "f:1", "f").id for q in ("2+2?", "2+2?", "1+3?"))
    assert one == same != other
    for nothing in (None, ""):
        named = RowMap(prompt="q", target="t", id="id")
        assert sample_of({"q": "2+2?", "t": 4, "id": nothing}, named, "f:1", "f").id == one


def test_a_row_may_lack_a_context_and_tools() -> None:
    how = RowMap(prompt="q", context="c", tools="f")
    for nothing in (None, ""):
        sample = sample_of({"q": "2+2?", "c": nothing, "f": None}, how, "f:1", "f")
        assert (sample.context, sample.tools) == (None, ())
    assert sample_of({"q": "2+2?", "c": {"paid": 3}, "f": []}, how, "f:1", "f").context == '{"paid": 3}'
    with pytest.raises(DataError, match='f:1: no field "c"'):
        sample_of({"q": "2+2?", "f": []}, how, "f:1", "f")


REFUSED: dict[str, tuple[dict[str, Json], str]] = {
    "no prompt": ({"q": None}, "the prompt is empty"),
    "a blank prompt": ({"q": " \n"}, "the prompt is empty"),
    "a message without content": (
        {"q": [{"role": "user"}]},
        "a message of the prompt is not {role: ..., content: text}",
    ),
    "a message of parts": ({"q": [{"role": "user", "content": [{"type": "text"}]}]}, "a message of the prompt is not"),
    "a message that is text": ({"q": ["2+2?"]}, "a message of the prompt is not"),
    "choices that are text": ({"c": "a, b"}, "the choices are no list"),
    "tools that are text": ({"f": "add"}, "the tools are no list"),
    "a tool that is a name": ({"f": ["add"]}, "a tool is not {type: function, function: {"),
    "a tool without its function": ({"f": [{"name": "add"}]}, "a tool is not {type: function, function: {"),
    "a weight in words": ({"w": "heavy"}, "the weight 'heavy' is no number"),
    "a weight that is true": ({"w": True}, "the weight True is no number"),
    "a weight that is a list": ({"w": [1]}, "the weight [1] is no number"),
    "no weight": ({"w": 0}, "weight 0.0 is not a positive number"),
    "a negative weight": ({"w": -1}, "weight -1.0 is not a positive number"),
    "an endless weight": ({"w": "inf"}, "weight inf is not a positive number"),
    "a weight that is no number": ({"w": float("nan")}, "nan is no number"),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_a_row_that_is_no_sample_is_told_with_its_place(fault: str) -> None:
    change, expected = REFUSED[fault]
    how = RowMap(prompt="q", choices="c", tools="f", weight="w")
    with pytest.raises(DataError) as caught:
        sample_of({"q": "2+2?", "c": None, "f": None, "w": None, **change}, how, "f:3", "f")
    assert str(caught.value).startswith("f:3: ")
    assert expected in str(caught.value)


def test_a_conversation_without_messages_is_an_empty_prompt() -> None:
    with pytest.raises(DataError, match="the prompt is empty"):
        sample_of({"q": []}, RowMap(prompt="q"), "f:3", "f")


def test_rows_without_a_cluster_do_not_share_one() -> None:
    assert sample_of({"q": "2+2?", "c": ""}, RowMap(prompt="q", cluster="c"), "f:3", "f").cluster is None


def suite_of(row: dict[str, object]) -> Suite:
    how = RowMap(id="id", prompt="q", target="t", slices=("s",))
    sample = sample_of({"id": "a", "q": "2+2?", "t": 4, "s": "x", **row}, how, "f:3", "f")  # type: ignore[dict-item]
    return make_suite(SuiteSpec(name="math"), Loaded(samples=[sample]))


@pytest.mark.parametrize(
    "row",
    [
        {"t": float("nan")},
        {"t": decimal.Decimal("1.5")},
        {"t": datetime.date(2026, 1, 1)},
        {"s": datetime.date(2026, 1, 1)},
        {"id": datetime.datetime(2026, 1, 1)},
        {"q": b"2+2?"},
    ],
    ids=["NaN", "decimal", "date", "date as slice", "time as id", "bytes"],
)
def test_values_that_are_no_json_are_text_or_refused(row: dict[str, object]) -> None:
    """JSON Lines from pandas hold NaN; Parquet holds dates, decimals and bytes."""
    try:
        suite_of(row)
    except DataError as error:
        assert str(error).startswith("f:3: ")


SPEC = SuiteSpec(
    name="math", path="rows.jsonl", map=RowMap(id="id", prompt="question", target="answer"), grader="number"
)


def load(folder: Path, rows: Sequence[dict[str, Json]], **change: object) -> Suite:
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    spec = SPEC.model_copy(update={"path": str(path), **change})
    return make_suite(spec, rows_suite.load(spec))


def test_a_suite_of_rows(tmp_path: Path) -> None:
    assert [sample.id for sample in load(tmp_path, ROWS).samples] == ["a", "b", "c"]
    assert [sample.id for sample in load(tmp_path, ROWS, size=2).samples] == ["a", "b"]
    assert {sample.source for sample in load(tmp_path, ROWS).samples} == {"rows.jsonl"}


@pytest.mark.parametrize("change", [{"path": None}, {"map": None}])
def test_rows_need_a_path_and_a_map(tmp_path: Path, change: dict[str, object]) -> None:
    with pytest.raises(DataError, match='suite "math": source "rows" needs a `path` and a `map`'):
        rows_suite.load(SPEC.model_copy(update={"path": str(tmp_path / "rows.jsonl"), **change}))


def test_an_empty_suite_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r'suite "math": no samples in .*rows\.jsonl'):
        load(tmp_path, [])


def test_samples_that_share_an_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match='samples 1 and 3 share the id "a"; remove one, or map an id that tells them'):
        load(tmp_path, [*ROWS[:2], {**ROWS[2], "id": "a"}])


def check(folder: Path, row: dict[str, Json], **change: object) -> None:
    suite = load(
        folder, [{"id": "a", "question": "2+2?", "answer": "4"}, {"id": "b", "question": "q", **row}], **change
    )
    check_gold(assign([suite], GRADERS))


@pytest.mark.parametrize("target", ["5", 5, 0.5, "The answer is 5."])
def test_gold_answers_that_their_grader_accepts(tmp_path: Path, target: Json) -> None:
    check(tmp_path, {"answer": target})


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("five", 'suite "math": sample "b": target \'five\' holds no number that can be read'),
        ("4 or 5", 'suite "math": sample "b": target \'4 or 5\' holds several numbers'),
        (
            None,
            'suite "math": sample "b" has no target, and grader "number" needs one; map a target (`viva suite build`',
        ),
        (True, 'suite "math": sample "b": target True is neither a number nor a text'),
    ],
)
def test_gold_answers_that_their_grader_cannot_read(tmp_path: Path, target: Json, expected: str) -> None:
    with pytest.raises(DataError) as caught:
        check(tmp_path, {"answer": target})
    assert expected in str(caught.value)


class Contrary:
    """A grader that accepts nothing but "4"."""

    version = "1"

    def make(self, options: Mapping[str, Json]) -> Grader:
        def grade(sample: Sample, response: Response) -> Judgement:
            right = response.text == "4"
            outcome: Outcome = "correct" if right else "incorrect"
            return Judgement(outcome=outcome, score=float(right), answer=response.text, reason="not 4")

        return grade

    def gold(self, sample: Sample) -> str | None:
        return gold(sample)


@pytest.mark.parametrize(("target", "shown"), [("5", "'5'"), (["5", "4"], "'5'"), ({"a": 1}, "'{\"a\": 1}'")])
def test_a_gold_answer_that_its_own_grader_calls_wrong_is_refused(tmp_path: Path, target: Json, shown: str) -> None:
    rows: list[dict[str, Json]] = [
        {"id": "a", "question": "q", "answer": "4"},
        {"id": "b", "question": "q", "answer": target},
    ]
    suite = load(tmp_path, rows, grader="contrary")
    with pytest.raises(DataError) as caught:
        check_gold(assign([suite], {"contrary": Contrary()}))
    assert str(caught.value) == (
        f'suite "math": sample "b": its own grader "contrary" does not accept the target {shown} '
        "(incorrect: not 4); mend the target or change the grader"
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"grader": None}, 'suite "math": no grader for sample "a"; name one: `grader: exact`'),
        ({"grader": "nmber"}, 'suite "math": grader "nmber" is unknown; did you mean "number"?'),
        (
            {"grader_options": {"number": {"tolerence": 1}}},
            'suite "math": grader "number": ',
        ),
    ],
    ids=["none", "unknown", "unknown option"],
)
def test_a_grader_that_cannot_be_had_is_told(tmp_path: Path, change: dict[str, object], expected: str) -> None:
    with pytest.raises(DataError) as caught:
        check(tmp_path, {"answer": "5"}, **change)
    assert expected in str(caught.value)
