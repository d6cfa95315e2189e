"""LiveCodeBench: programming problems with the day on which they came out (Jain et al. 2024).

A window of days (from `released_after`, up to but not on `released_before`) keeps to problems that a model cannot have
been trained on. Hidden tests are decoded only for the problems in the window, one at a time; a problem without any test
cannot be graded, and is left out in the open.
"""

import datetime
import re
from collections.abc import Iterator
from itertools import islice

from harness.errors import DataError
from harness.plan import SuiteSpec
from harness.protocols import Loaded
from harness.records import Decoding, Json, Sample
from suites.benchmarks.hidden_tests import decoded, parsed
from suites.benchmarks.hub import KEYS, Copy, DataSet, copy_of, text
from suites.benchmarks.prompting import asked
from suites.rows import Row, as_text

keys = KEYS | {"released_after", "released_before"}

DATA = DataSet(
    id="livecodebench/code_generation_lite",
    files=("test*.jsonl",),
    licence="CC; the statements belong to the contest sites",
)
TIME_LIMIT_S = 6  # of processor time for a test, as LiveCodeBench's own runner

_METHOD = re.compile(r"^\s*def\s+(\w+)\s*\(\s*self\b", re.MULTILINE)
_FUNCTION = re.compile(r"^def\s+(\w+)\s*\(", re.MULTILINE)


class Tally:
    """What became of the rows that were read."""

    def __init__(self) -> None:
        self.rows = self.outside = self.without_tests = 0


def load(suite: SuiteSpec) -> Loaded:
    copy = copy_of(DATA, suite)
    tally = Tally()
    samples = list(islice(_samples(copy, suite, tally), suite.size))
    counts: dict[str, Json] = {
        "rows": tally.rows,
        "outside_the_window": tally.outside,
        "without_tests": tally.without_tests,
    }
    if not samples:
        raise DataError(f'suite "{suite.name}": no problem with tests in the window of {tally.rows} rows; widen it')
    return Loaded(
        public=True,
        samples=samples,
        grader="code",
        decoding=Decoding(max_tokens=32768),
        origin={**copy.origin, **_window(suite), "counts": counts},
        notes=_notes(tally, suite),
    )


def _samples(copy: Copy, suite: SuiteSpec, tally: Tally) -> Iterator[Sample]:
    for where, row in copy.rows():
        tally.rows += 1
        released = _day(row, where)
        if not (suite.released_after or released) <= released < (suite.released_before or datetime.date.max):
            tally.outside += 1
            continue
        tests = _tests(row, where)
        if tests:
            yield _sample(row, where, released, tests)
        else:
            tally.without_tests += 1


def _sample(row: Row, where: str, released: datetime.date, tests: list[dict[str, str]]) -> Sample:
    problem = text(row, ("question_content",), where)
    starter = as_text(row.get("starter_code")) or ""
    functional = any(test["testtype"] == "functional" for test in tests)
    target: dict[str, Json] = {
        "kind": "functional" if functional else "stdin",
        "entry": _entry(row, starter, where) if functional else None,
        "tests": [{"input": test["input"], "output": test["output"]} for test in tests],
        "time_limit_s": TIME_LIMIT_S,
    }
    prompt = {"problem": problem, "starter_code": starter} if functional else {"problem": problem}
    return Sample(
        id=text(row, ("question_id",), where),
        messages=asked("functional" if functional else "stdin", **prompt),
        target=target,
        target_source="tests",
        slices={
            "difficulty": text(row, ("difficulty",), where),
            "platform": text(row, ("platform",), where),
            "month": released.strftime("%Y-%m"),
        },
        source=DATA.id,
    )


def _tests(row: Row, where: str) -> list[dict[str, str]]:
    public = parsed(as_text(row.get("public_test_cases")) or "[]", f"{where}: public_test_cases")
    return [*public, *decoded(as_text(row.get("private_test_cases")) or "[]", f"{where}: private_test_cases")]


def _entry(row: Row, starter: str, where: str) -> str:
    """The function that is called: named by the metadata, or else the one that the starter code begins."""
    metadata = re.search(r'"func_name":\s*"(\w+)"', as_text(row.get("metadata")) or "")
    match = metadata or _METHOD.search(starter) or _FUNCTION.search(starter)
    if match is None:
        raise DataError(f"{where}: neither the metadata nor the starter code names the function that is called")
    return match[1]


def _day(row: Row, where: str) -> datetime.date:
    given = text(row, ("contest_date",), where)
    try:
        return datetime.datetime.fromisoformat(given).date()
    except ValueError:
        raise DataError(f"{where}: contest_date {given!r} is no date") from None


def _window(suite: SuiteSpec) -> dict[str, Json]:
    days = {"released_after": suite.released_after, "released_before": suite.released_before}
    return {name: day.isoformat() for name, day in days.items() if day}


def _notes(tally: Tally, suite: SuiteSpec) -> tuple[str, ...]:
    notes = []
    if tally.without_tests:
        notes.append(f"{tally.without_tests} of {tally.rows} problems that were read have no tests, and are left out.")
    if suite.released_after is None:
        notes.append("Without `released_after`, the problems may be older than what the models were trained on.")
    return tuple(notes)
