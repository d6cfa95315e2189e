"""The public benchmarks: from rows in their public schemas to samples, and every gold right by its own grader."""

import json
from datetime import date
from pathlib import Path

import pytest
from pyarrow import Table, parquet

from graders import choice, math
from graders.code_tests import read_target
from harness.errors import DataError
from harness.identity import suite_fingerprint
from harness.plan import SuiteSpec
from harness.protocols import Loaded
from harness.records import Response
from harness.suite import make_suite
from suites.benchmarks import aime2024, gpqa_diamond, livecodebench, math500
from suites.benchmarks.prompting import FOLDER, asked
from tests.suites.benchmarks.invented import AIME, AIME_OTHERWISE, CODE, GPQA, MATH, case, packed, problem


@pytest.fixture
def load(tmp_path):
    def read(source, rows, **keys) -> Loaded:
        path = tmp_path / "rows.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return source.load(SuiteSpec(name="bench", path=str(path), **keys))

    return read


def assert_gold_is_right(loaded: Loaded, kind) -> None:
    grade = kind.make({})
    for sample in loaded.samples:
        reply = Response(key="k", model="m", text=kind.gold(sample), finish="stop")
        assert grade(sample, reply).outcome == "correct"


def test_they_are_public_unless_the_plan_says_otherwise(load):
    for source, rows in ((math500, MATH), (aime2024, AIME), (gpqa_diamond, GPQA), (livecodebench, CODE)):
        loaded = load(source, rows)
        told = {given: make_suite(SuiteSpec(name="bench", public=given), loaded).spec.public for given in (None, False)}
        assert told == {None: True, False: None}


def test_math500(load):
    loaded = load(math500, MATH)
    first, second = loaded.samples
    assert (first.id, first.target, first.slices) == (
        "test/algebra/9001.json",
        r"\frac{3}{4}",
        {"subject": "Algebra", "level": "2"},
    )
    assert first.messages[0].content.startswith(r"Evaluate $\frac{1}{2} + \frac{1}{4}$ for ${x}$, worth \$5.")
    assert first.messages[0].content.endswith(r"put your final answer within \boxed{}.")
    assert second.slices["subject"] == "Precalculus"
    assert (loaded.grader, loaded.repeats, loaded.decoding.temperature) == ("math", None, 0)
    assert_gold_is_right(loaded, math)


def test_math500_in_the_words_of_other_copies(load):
    row = {"Problem": "1+1?", "Answer": "2", "type": "Algebra", "level": "Level 3"}
    (sample,) = load(math500, [row]).samples
    assert (sample.target, sample.slices) == ("2", {"subject": "Algebra", "level": "3"})
    assert len(sample.id) > 8


@pytest.mark.parametrize("rows", [AIME, AIME_OTHERWISE], ids=["one public copy", "another"])
def test_aime(load, rows, tmp_path):
    loaded = load(aime2024, rows)
    assert [(sample.id, sample.target, sample.slices) for sample in loaded.samples] == [
        ("2024-I-1", "73", {"contest": "I"}),
        ("2024-II-12", "200", {"contest": "II"}),
    ]
    assert loaded.repeats == 16
    assert (loaded.decoding.temperature, loaded.decoding.top_p) == (0.6, 0.95)
    assert_gold_is_right(loaded, math)
    parquet.write_table(Table.from_pylist(rows), tmp_path / "rows.parquet")
    again = aime2024.load(SuiteSpec(name="bench", path=str(tmp_path / "rows.parquet")))
    assert again.samples == loaded.samples


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"answer": "1000"}, "the answer '1000' is no whole number from 0 to 999"),
        ({"answer": "x"}, "the answer 'x' is no whole number"),
        ({"url": "2023_AIME_I_Problems/Problem_1"}, "a problem of 2023; this suite is AIME 2024"),
        ({"url": "", "id": 60}, "neither `url` nor `ID` names the contest, such as 2024-II-4"),
        ({"problem": " "}, 'the field "problem" is empty'),
    ],
)
def test_rows_that_are_no_problem_of_aime_2024(load, change, words):
    with pytest.raises(DataError, match=rf"rows\.jsonl:1: {words}"):
        load(aime2024, [{**AIME[0], **change}])


def test_gpqa(load):
    loaded = load(gpqa_diamond, GPQA)
    for row, sample in zip(GPQA, loaded.samples, strict=True):
        right = row["Correct Answer"].strip()
        assert sorted(sample.choices) == sorted([right, *(row[f"Incorrect Answer {n}"] for n in (1, 2, 3))])
        assert sample.choices["ABCD".index(sample.target)] == right
        assert f"({sample.target}) {right}\n" in f"{sample.messages[0].content}\n"
    assert loaded.samples[0].slices == {"domain": "Physics", "subdomain": "Invented Physics"}
    assert loaded.samples[1].slices == {"domain": "Chemistry", "subdomain": "(none)"}
    assert_gold_is_right(loaded, choice)


def test_gpqa_is_shuffled_by_each_question_and_by_nothing_else(load):
    loaded = load(gpqa_diamond, GPQA)
    letters = [sample.target for sample in loaded.samples]
    assert {letter: letters.count(letter) for letter in "ABCD"} == {"A": 4, "B": 13, "C": 12, "D": 11}
    backwards = load(gpqa_diamond, GPQA[::-1])
    assert list(backwards.samples) == list(loaded.samples)[::-1]
    assert suite_fingerprint(loaded.samples) == suite_fingerprint(load(gpqa_diamond, GPQA).samples)


def test_livecodebench(load):
    loaded = load(livecodebench, CODE)
    stdin, functional, last = loaded.samples
    assert stdin.target == {
        "kind": "stdin",
        "entry": None,
        "tests": [
            {"input": "1 2\n", "output": "3\n"},
            {"input": "10 -4\n", "output": "6\n"},
            {"input": "\u00e9\n", "output": "\U0001f600\n"},
        ],
        "time_limit_s": 6,
    }
    assert stdin.slices == {"difficulty": "easy", "platform": "atcoder", "month": "2024-03"}
    assert "Print the sum of the two numbers of ${one} line." in stdin.messages[0].content
    assert (functional.target["kind"], functional.target["entry"]) == ("functional", "addUp")
    assert "def addUp(self, a: int, b: int)" in functional.messages[0].content
    assert (last.id, last.slices["difficulty"]) == ("inv003_c", "medium")
    assert loaded.grader == "code"
    assert loaded.origin["counts"] == {"rows": 4, "outside_the_window": 0, "without_tests": 1}
    assert loaded.notes[0] == "1 of 4 problems that were read have no tests, and are left out."
    assert [len(read_target(sample.target).cases) for sample in loaded.samples] == [3, 2, 1]


@pytest.mark.parametrize(
    ("after", "before", "ids", "outside"),
    [
        (date(2024, 8, 31), None, ["9001", "inv003_c"], 1),  # the day itself counts
        (None, date(2024, 8, 31), ["inv001_a"], 3),  # and the last one does not
        (None, date(2024, 9, 1), ["inv001_a", "9001"], 2),
        (date(2024, 3, 3), date(2024, 9, 30), ["9001"], 2),
    ],
)
def test_livecodebench_within_a_window(load, after, before, ids, outside):
    keys = {"released_after": after, "released_before": before}
    loaded = load(livecodebench, CODE, **{name: day for name, day in keys.items() if day})
    assert [sample.id for sample in loaded.samples] == ids
    assert loaded.origin["counts"]["outside_the_window"] == outside
    assert {name: loaded.origin[name] for name in keys if name in loaded.origin} == {
        name: day.isoformat() for name, day in keys.items() if day
    }


def test_hidden_tests_outside_the_window_are_not_unpacked(load):
    rows = [problem(private_test_cases="%%%"), problem(question_id="b", contest_date="2025-01-01")]
    assert len(load(livecodebench, rows, released_after=date(2025, 1, 1)).samples) == 1
    with pytest.raises(DataError, match=r"rows\.jsonl:1: private_test_cases: not the packed tests of LiveCodeBench"):
        load(livecodebench, rows)


def test_size_stops_reading(load):
    rows = [problem(), problem(question_id="b"), problem(question_id="c", contest_date="?")]
    loaded = load(livecodebench, rows, size=2)
    assert (len(loaded.samples), loaded.origin["counts"]["rows"]) == (2, 2)


@pytest.mark.parametrize(
    ("metadata", "starter", "entry"),
    [
        ('{"func_name": "solve"}', "class Solution:\n    def other(self):", "solve"),
        ("{}", "class Solution:\n    def addUp(self, a):\n        ", "addUp"),
        ("", "def addUp(a):\n    ", "addUp"),
    ],
)
def test_the_function_that_is_called(load, metadata, starter, entry):
    tests = json.dumps([case("1", "1", "functional")])
    row = problem(public_test_cases=tests, private_test_cases="[]", metadata=metadata, starter_code=starter)
    assert load(livecodebench, [row]).samples[0].target["entry"] == entry


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"contest_date": "soon"}, "contest_date 'soon' is no date"),
        ({"public_test_cases": "["}, "public_test_cases: not valid JSON: "),
        ({"public_test_cases": "{}"}, "public_test_cases: expected a list of tests"),
        ({"public_test_cases": '[{"input": 1, "output": "2"}]'}, "public_test_cases: test 1: expected an object with"),
        ({"private_test_cases": packed([7])}, "private_test_cases: test 1: expected an object with input and output"),
        (
            {"public_test_cases": json.dumps([case("1", "1", "functional")])},
            "neither the metadata nor the starter code names the function",
        ),
        ({"question_id": None}, 'the field "question_id" is empty'),
    ],
)
def test_rows_that_are_no_problem_of_livecodebench(load, change, words):
    with pytest.raises(DataError, match=rf"rows\.jsonl:1: {words}"):
        load(livecodebench, [problem(**change)])


def test_no_problem_with_tests_is_told(load):
    with pytest.raises(DataError, match="no problem with tests in the window of 4 rows; widen it"):
        load(livecodebench, CODE, released_after=date(2030, 1, 1))


@pytest.mark.parametrize("source", [math500, aime2024, gpqa_diamond, livecodebench])
def test_what_a_source_says_of_itself(source):
    assert source.keys >= {"path", "revision"}
    assert source.keys <= set(SuiteSpec.model_fields)
    assert source.DATA.licence and source.DATA.files


def test_templates_are_filled_once():
    """What stands in a problem is no placeholder, and each template is used."""
    (message,) = asked("options", question="${options} $question {options}", options="$$ ${question}")
    assert "${options} $question {options}" in message.content
    assert "$$ ${question}" in message.content
    assert {path.stem for path in FOLDER.iterdir()} == {"math", "aime", "options", "stdin", "functional"}
    assert Path(FOLDER).is_dir()
